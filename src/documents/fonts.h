// The fonts of one rendering: those parts of Noto Sans and Noto Sans CJK that its letters need.
//
// cairo 1.16 loses parts of some glyphs when it embeds a font whose outlines share subroutines:
// a Chinese letter would be missing from the page, without an error. So each font is cut down to
// the paper's letters first, with the shared parts written out. The cut fonts are also the only
// ones that the rendering sees, whatever else is installed.
#pragma once

#include <fontconfig/fontconfig.h>

#include <memory>
#include <set>
#include <string>

#include "facegate/core/status.h"
#include "facegate/documents/paper.h"

namespace facegate::documents {

// Every letter of the paper, and those of numbers.
std::set<char32_t> LettersOf(const Paper& paper);

// Owns a folder of its own for the files, and removes it.
class FontSet {
 public:
  // Returns FAILED_PRECONDITION FONTS_MISSING where the fonts are not installed, UNAVAILABLE
  // FONTS_UNWRITABLE where the temporary folder cannot be written.
  static core::Result<std::unique_ptr<FontSet>> Make(const std::set<char32_t>& letters);
  ~FontSet();
  FontSet(const FontSet&) = delete;
  FontSet& operator=(const FontSet&) = delete;

  FcConfig* config() const { return config_; }

 private:
  FontSet() = default;
  core::Status MakeFolder();
  core::Status Add(const char* family, int weight, const std::set<char32_t>& letters);

  std::string folder_;
  FcConfig* config_ = nullptr;
  int files_ = 0;
};

}  // namespace facegate::documents
