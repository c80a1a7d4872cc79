// A paper as bytes. Pure: the same paper gives the same bytes, on a machine with the same fonts.
#pragma once

#include <string>
#include <string_view>

#include "facegate/core/status.h"
#include "facegate/documents/paper.h"

namespace facegate::documents {

// One file, complete in itself: `stylesheet` goes inside, nothing is fetched, no script runs.
// Returns INVALID_ARGUMENT BAD_STYLESHEET where the stylesheet would fetch something or end early,
// QR_TOO_LONG where a code does not fit.
core::Result<std::string> RenderHtml(const Paper& paper, std::string_view stylesheet);

// A4, with fonts embedded and structure for readers' software.
// Returns FAILED_PRECONDITION FONTS_MISSING where Noto Sans or Noto Sans CJK is not installed,
// FAILED_PRECONDITION GLYPH_MISSING where neither has a character, UNAVAILABLE FONTS_UNWRITABLE,
// INVALID_ARGUMENT SIGN_TOO_LONG where a sign's words do not fit one page in legible letters,
// QR_TOO_LONG, or PAPER_TOO_LONG above 2000 pages.
core::Result<std::string> RenderPdf(const Paper& paper);

// For registering a notice, for mail, and for looking at it in a terminal. A QR code is its
// content.
std::string RenderText(const Paper& paper);

}  // namespace facegate::documents
