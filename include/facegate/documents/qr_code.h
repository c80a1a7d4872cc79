// QR codes by themselves, for a screen or a printer.
#pragma once

#include <string>

#include "facegate/core/status.h"

namespace facegate::documents {

// An SVG image. Returns INVALID_ARGUMENT QR_TOO_LONG where the content does not fit.
core::Result<std::string> QrCodeSvg(const std::string& content);
// Lines of block characters for a terminal with a dark background, two rows of the code in each.
// Returns as QrCodeSvg.
core::Result<std::string> QrCodeText(const std::string& content);

}  // namespace facegate::documents
