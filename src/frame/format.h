// The structure of JPEG and PNG bytes, read by hand with every access bounds-checked.
//
// Nothing is decoded here. A decoder is an attack surface and works hard before it complains, so
// what can be refused from the structure alone is refused before it sees a byte.
#pragma once

#include "facegate/core/bytes.h"
#include "facegate/core/status.h"
#include "facegate/frame/image.h"

namespace facegate::frame {

// Progressive pictures of ordinary encoders have about ten scans; each costs a pass over the whole
// picture, so a small file with thousands of them would keep a decoder busy for minutes.
constexpr int kJpegScansMax = 64;

// A JPEG by its first start-of-frame segment, a PNG by its IHDR. No limits are applied.
// Returns INVALID_ARGUMENT IMAGE_INVALID.
core::Result<Header> ParseHeader(core::ByteSpan bytes);

// Whether the picture is all there: a JPEG is walked marker by marker to its end-of-image (libjpeg
// only warns about a missing one and paints the rest grey), a PNG chunk by chunk to its IEND.
// Returns INVALID_ARGUMENT IMAGE_INVALID when it is not, or for more than kJpegScansMax scans.
core::Status CheckComplete(core::ByteSpan bytes);

}  // namespace facegate::frame
