// The newest record of a type in a log.
#pragma once

#include <optional>
#include <string_view>

#include "facegate/core/status.h"
#include "facegate/storage/store.h"

namespace facegate::gateway {

// Nothing where the log has none. Fails as the store does.
core::Result<std::optional<storage::LogEntry>> NewestOfType(const storage::Store& store,
                                                            const model::OperatorId& log,
                                                            std::string_view type);

}  // namespace facegate::gateway
