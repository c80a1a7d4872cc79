// Resources as the API's JSON: protobuf's mapping of the messages in resources.proto, as
// client::Client takes and gives it.
#pragma once

#include "facegate/core/json.h"
#include "facegate/core/status.h"

namespace facegate::model {

// What a request says of the resource: no name, nothing that the registry decides, nothing that
// was never stated. Members have the names of the protos. Instantiated for every resource.
template <class R>
core::Json ToApiJson(const R& resource);

// An answer, in lowerCamelCase, with its name. Returns DATA_LOSS BAD_RESOURCE when it is none.
template <class R>
core::Result<R> FromApiJson(const core::Json& json);

}  // namespace facegate::model
