// The printable form of what `subject export` gives.
#pragma once

#include "facegate/core/json.h"
#include "facegate/core/status.h"
#include "facegate/documents/models.h"

namespace facegate::apps {

// `document` is a whole one (docs/SUBJECT_EXPORT.md). INVALID_ARGUMENT BAD_EXPORT for another.
core::Result<documents::AccessModel> AccessModelOf(const core::Json& document);

}  // namespace facegate::apps
