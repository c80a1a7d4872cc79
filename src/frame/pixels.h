// The step behind Decode that needs no permit; private to this module so that nothing else can.
#pragma once

#include "facegate/core/bytes.h"
#include "facegate/core/status.h"
#include "facegate/frame/image.h"

namespace facegate::frame {

// Decodes bytes to RGB. Returns what ReadHeader returns, INVALID_ARGUMENT IMAGE_INVALID for damaged
// content, RESOURCE_EXHAUSTED IMAGE_MEMORY where there is no memory for it.
core::Result<Image> DecodePixels(core::ByteSpan bytes, const Limits& limits);

}  // namespace facegate::frame
