#include "facegate/wording/wording.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "facegate/rules/document.h"
#include "wording/normal_text.h"
#include "wording/pattern.h"

namespace facegate::wording {
namespace {

constexpr std::string_view kReason = "BAD_WORDING";
constexpr std::string_view kLanguages[] = {"en", "zh"};
constexpr std::string_view kKinds[] = {"bundled", "misleading", "pressure"};

core::Result<Pattern> ReadPattern(const rules::Document& file, const rules::Node& node) {
  FG_ASSIGN_OR_RETURN(const std::string text, file.String(node));
  std::string mistake;
  std::optional<Pattern> pattern = Pattern::Parse(text, mistake);
  if (!pattern) return file.Error(node.position(), "pattern: " + mistake);
  return *std::move(pattern);
}

core::Result<std::string> RequiredText(const rules::Document& file, const rules::Node& map,
                                       std::string_view key) {
  FG_ASSIGN_OR_RETURN(const rules::Node* node, file.Require(map, key));
  FG_ASSIGN_OR_RETURN(std::string text, file.String(*node));
  if (text.empty()) return file.Error(node->position(), std::string(key) + " is empty");
  return text;
}

core::Result<std::vector<std::string>> RequiredTexts(const rules::Document& file,
                                                     const rules::Node& map, std::string_view key) {
  FG_ASSIGN_OR_RETURN(const rules::Node* node, file.Require(map, key));
  FG_ASSIGN_OR_RETURN(std::vector<std::string> texts, file.Strings(*node));
  if (texts.empty()) return file.Error(node->position(), std::string(key) + " has no sentence");
  return texts;
}

core::Result<Phrase> ReadPhrase(const rules::Document& file, const rules::Node& map) {
  FG_RETURN_IF_ERROR(file.CheckKeys(map, {"id", "language", "kind", "pattern", "unless", "why",
                                          "suggestion", "flags", "passes"}));
  Phrase phrase;
  FG_ASSIGN_OR_RETURN(phrase.id, RequiredText(file, map, "id"));
  FG_ASSIGN_OR_RETURN(const rules::Node* language, file.Require(map, "language"));
  FG_ASSIGN_OR_RETURN(const std::size_t language_index, file.OneOf(*language, kLanguages));
  phrase.language = static_cast<Language>(language_index);
  FG_ASSIGN_OR_RETURN(const rules::Node* kind, file.Require(map, "kind"));
  FG_ASSIGN_OR_RETURN(const std::size_t kind_index, file.OneOf(*kind, kKinds));
  phrase.kind = static_cast<Kind>(kind_index);
  FG_ASSIGN_OR_RETURN(phrase.pattern, RequiredText(file, map, "pattern"));
  FG_ASSIGN_OR_RETURN(phrase.why, RequiredText(file, map, "why"));
  FG_ASSIGN_OR_RETURN(phrase.suggestion, RequiredText(file, map, "suggestion"));
  FG_ASSIGN_OR_RETURN(phrase.flags, RequiredTexts(file, map, "flags"));
  FG_ASSIGN_OR_RETURN(phrase.passes, RequiredTexts(file, map, "passes"));
  return phrase;
}

// The sentence around `span`.
Span SentenceOf(const NormalText& text, Span span) {
  const std::size_t before = text.letters.rfind(kSentenceEnd, span.begin);
  return {before == std::u32string::npos ? 0 : before + 1,
          std::min(text.letters.find(kSentenceEnd, span.end), text.letters.size())};
}

}  // namespace

struct Wordlist::Compiled {
  Phrase phrase;
  Pattern pattern;
  std::vector<Pattern> unless;

  void Lint(std::string_view original, const NormalText& text,
            std::vector<Finding>& findings) const {
    const std::size_t size = text.letters.size();
    std::optional<Span> span = pattern.Find(text, 0, size);
    for (; span; span = pattern.Find(text, span->end, size)) {
      const Span sentence = SentenceOf(text, *span);
      const bool excused = std::any_of(unless.begin(), unless.end(), [&](const Pattern& other) {
        return other.Find(text, sentence.begin, sentence.end).has_value();
      });
      if (excused) continue;
      const NormalText::Origin& first = text.origins[span->begin];
      const std::size_t end = text.origins[span->end - 1].end;
      findings.push_back({&phrase, first.line, first.column,
                          std::string(original.substr(first.begin, end - first.begin))});
    }
  }
};

std::string_view LanguageWord(Language language) {
  return kLanguages[static_cast<std::size_t>(language)];
}

std::string_view KindWord(Kind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

std::optional<Language> LanguageFromTag(std::string_view tag) {
  const std::string_view first = tag.substr(0, tag.find('-'));
  if (first == kLanguages[0]) return Language::kEnglish;
  if (first == kLanguages[1]) return Language::kChinese;
  return std::nullopt;
}

Wordlist::Wordlist(std::shared_ptr<const std::vector<Compiled>> phrases)
    : phrases_(std::move(phrases)) {}

Wordlist Wordlist::Empty() { return Wordlist(std::make_shared<std::vector<Compiled>>()); }

core::Result<Wordlist> Wordlist::Load(const std::string& path) {
  FG_ASSIGN_OR_RETURN(const std::string text, rules::ReadTextFile(path, kReason));
  return Parse(path, text);
}

core::Result<Wordlist> Wordlist::Parse(std::string_view name, std::string_view yaml) {
  FG_ASSIGN_OR_RETURN(const rules::Document file, rules::Document::Parse(name, yaml, kReason));
  FG_RETURN_IF_ERROR(file.CheckKeys(file.root(), {"phrases"}));
  FG_ASSIGN_OR_RETURN(const rules::Node* list, file.Require(file.root(), "phrases"));
  if (!list->is_list()) return file.Error(list->position(), "expected a list");
  auto compiled = std::make_shared<std::vector<Compiled>>();
  std::set<std::string> ids;
  for (const rules::Node& item : list->items()) {
    FG_ASSIGN_OR_RETURN(Phrase phrase, ReadPhrase(file, item));
    if (!ids.insert(phrase.id).second) {
      return file.Error(item.position(), "id " + rules::Quoted(phrase.id) + " appears twice");
    }
    FG_ASSIGN_OR_RETURN(Pattern pattern, ReadPattern(file, *item.Find("pattern")));
    std::vector<Pattern> unless;
    if (const rules::Node* others = item.Find("unless"); others != nullptr) {
      FG_RETURN_IF_ERROR(file.Strings(*others).status());
      for (const rules::Node& other : others->items()) {
        FG_ASSIGN_OR_RETURN(unless.emplace_back(), ReadPattern(file, other));
      }
    }
    compiled->push_back({std::move(phrase), std::move(pattern), std::move(unless)});
  }
  return Wordlist(std::move(compiled));
}

std::vector<Finding> Wordlist::Lint(std::string_view text, std::optional<Language> language) const {
  const NormalText normal = Normalise(text);
  std::vector<Finding> findings;
  for (const Compiled& compiled : *phrases_) {
    if (language && compiled.phrase.language != *language) continue;
    compiled.Lint(text, normal, findings);
  }
  std::stable_sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
  });
  return findings;
}

std::vector<const Phrase*> Wordlist::phrases() const {
  std::vector<const Phrase*> phrases;
  for (const Compiled& compiled : *phrases_) phrases.push_back(&compiled.phrase);
  return phrases;
}

}  // namespace facegate::wording
