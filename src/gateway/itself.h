// Who acts where the gateway does something by itself: ends consents, records what fell due.
#pragma once

#include "facegate/model/people.h"

namespace facegate::gateway {

inline model::Principal GatewayItself() { return {model::Role::kOperator, "gateway", ""}; }

}  // namespace facegate::gateway
