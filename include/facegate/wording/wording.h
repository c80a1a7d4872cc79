// Finds words in a notice that bundle consent, mislead or press people into it.
//
// What is looked for is data: config/documents/wording.yaml. A list of phrases cannot see pressure
// at a counter, nor every way to write it: no finding is no proof of fair words. See
// docs/DOCUMENTS.md.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/core/status.h"

namespace facegate::wording {

enum class Language { kEnglish, kChinese };

// Why a phrase is in the list: consent hidden in another act, an untrue or unproven claim, or a
// threat or reward.
enum class Kind { kBundled, kMisleading, kPressure };

std::string_view LanguageWord(Language language);  // "en", "zh"
std::string_view KindWord(Kind kind);              // "bundled", "misleading", "pressure"
// Of a BCP 47 tag, by its first part: "en-GB" is English. Nothing for another language.
std::optional<Language> LanguageFromTag(std::string_view tag);

// One entry of the list, for people.
struct Phrase {
  std::string id;
  Language language = Language::kEnglish;
  Kind kind = Kind::kBundled;
  std::string pattern;
  std::string why;
  std::string suggestion;
  // Sentences that the phrase must and must not find: its vectors.
  std::vector<std::string> flags;
  std::vector<std::string> passes;
};

// A place where the text says what it should not. Points into the Wordlist.
struct Finding {
  const Phrase* phrase = nullptr;
  int line = 1;       // from 1
  int column = 1;     // from 1, in characters
  std::string words;  // as they stand in the text
};

// The list, compiled. Immutable, thread-safe, cheap to copy; findings live as long as a copy.
class Wordlist {
 public:
  // Returns NOT_FOUND or INVALID_ARGUMENT BAD_WORDING with file:line:column.
  static core::Result<Wordlist> Load(const std::string& path);
  // Finds nothing: where no notice is shown to anybody.
  static Wordlist Empty();
  // `name` stands for the file in errors.
  static core::Result<Wordlist> Parse(std::string_view name, std::string_view yaml);

  // In the order of the text; phrases of every language where none is given. Sees through case,
  // line ends, full-width letters and characters of no width. Bytes that are not UTF-8 match
  // nothing.
  std::vector<Finding> Lint(std::string_view text,
                            std::optional<Language> language = std::nullopt) const;

  std::vector<const Phrase*> phrases() const;

 private:
  struct Compiled;
  explicit Wordlist(std::shared_ptr<const std::vector<Compiled>> phrases);
  std::shared_ptr<const std::vector<Compiled>> phrases_;
};

}  // namespace facegate::wording
