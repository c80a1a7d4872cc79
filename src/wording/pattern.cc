#include "wording/pattern.h"

#include <algorithm>

namespace facegate::wording {
namespace {

// How far the two sides of a gap may lie apart, in characters; Chinese says more with fewer.
constexpr std::size_t kGapMax = 60;
constexpr std::size_t kChineseGapMax = 16;
constexpr std::size_t kVariantsMax = 4096;
constexpr int kDepthMax = 4;

std::size_t GapMax(const std::u32string& before) {
  return IsChinese(before.back()) ? kChineseGapMax : kGapMax;
}

// The end of `piece` where it stands at `at`.
std::optional<std::size_t> MatchAt(const std::u32string& letters, std::size_t at, std::size_t until,
                                   const std::u32string& piece) {
  if (at > 0 && IsWordLetter(piece.front()) && IsWordLetter(letters[at - 1])) return std::nullopt;
  for (const char32_t wanted : piece) {
    if (at >= until) return std::nullopt;
    if (wanted == U'#') {
      if (!IsDigit(letters[at])) return std::nullopt;
      while (at < until && IsDigit(letters[at])) ++at;
    } else if (letters[at++] != wanted) {
      return std::nullopt;
    }
  }
  if (IsWordLetter(piece.back()) && at < letters.size() && IsWordLetter(letters[at])) {
    return std::nullopt;
  }
  return at;
}

// The end of `pieces` from `index` on, where each stands within a gap's length of the one before.
std::optional<std::size_t> MatchRest(const std::u32string& letters, std::size_t at,
                                     std::size_t until, std::size_t gap_max,
                                     const std::vector<std::u32string>& pieces,
                                     std::size_t index = 0) {
  if (index == pieces.size()) return at;
  const std::size_t last = std::min(until, at + gap_max);
  for (std::size_t next = at; next < last && letters[next] != kSentenceEnd; ++next) {
    const auto end = MatchAt(letters, next, until, pieces[index]);
    if (!end) continue;
    const auto found = MatchRest(letters, *end, until, GapMax(pieces[index]), pieces, index + 1);
    if (found) return found;
  }
  return std::nullopt;
}

// Writes alternatives out. Works on bytes: none of the marks is part of another character.
class Expansion {
 public:
  explicit Expansion(std::string_view text) : text_(text) {}

  std::vector<std::string> Run() {
    std::vector<std::string> all = Choices(0);
    if (at_ < text_.size()) Fail("\")\" closes nothing");
    return mistake_.empty() ? all : std::vector<std::string>{};
  }
  const std::string& mistake() const { return mistake_; }

 private:
  void Fail(const char* mistake) {
    if (mistake_.empty()) mistake_ = mistake;
    at_ = text_.size();
  }

  // What stands between "|"s, up to the ")" that ends it.
  std::vector<std::string> Choices(int depth) {
    std::vector<std::string> choices = Sequence(depth);
    while (at_ < text_.size() && text_[at_] == '|') {
      if (depth == 0) Fail("\"|\" outside of alternatives");
      if (at_ == text_.size()) break;
      ++at_;
      for (std::string& choice : Sequence(depth)) choices.push_back(std::move(choice));
    }
    return choices;
  }

  std::vector<std::string> Sequence(int depth) {
    std::vector<std::string> variants{""};
    while (at_ < text_.size() && text_[at_] != '|' && text_[at_] != ')') {
      std::vector<std::string> next;
      if (text_[at_] == '(') {
        next = Alternatives(depth);
      } else {
        const std::size_t end = std::min(text_.find_first_of("(|)", at_), text_.size());
        next.emplace_back(text_.substr(at_, end - at_));
        at_ = end;
      }
      variants = Product(variants, next);
    }
    return variants;
  }

  std::vector<std::string> Alternatives(int depth) {
    ++at_;
    if (depth == kDepthMax) Fail("nested too deeply");
    std::vector<std::string> choices = Choices(depth + 1);
    if (at_ < text_.size()) {
      ++at_;  // it stopped at ")"
    } else {
      Fail("\"(\" is not closed");
    }
    return choices;
  }

  std::vector<std::string> Product(const std::vector<std::string>& a,
                                   const std::vector<std::string>& b) {
    std::vector<std::string> product;
    if (a.size() * b.size() > kVariantsMax) return Fail("too many alternatives"), product;
    for (const std::string& first : a) {
      for (const std::string& second : b) product.push_back(first + second);
    }
    return product;
  }

  const std::string_view text_;
  std::size_t at_ = 0;
  std::string mistake_;
};

}  // namespace

std::optional<Pattern> Pattern::Parse(std::string_view text, std::string& mistake) {
  Expansion expansion(text);
  const std::vector<std::string> variants = expansion.Run();
  mistake = expansion.mistake();
  Pattern pattern;
  for (const std::string& variant : variants) {
    std::string_view rest = variant;
    Pieces pieces;
    for (bool more = true; more;) {
      const std::size_t gap = rest.find("..");
      more = gap != std::string_view::npos;
      std::u32string piece = Normalise(rest.substr(0, gap)).letters;
      if (piece.empty()) mistake = "nothing stands beside a gap";
      pieces.push_back(std::move(piece));
      if (more) rest.remove_prefix(gap + 2);
    }
    std::u32string head = std::move(pieces.front());
    pieces.erase(pieces.begin());
    pattern.variants_[std::move(head)].push_back(std::move(pieces));
  }
  if (!mistake.empty()) return std::nullopt;
  return pattern;
}

std::optional<Span> Pattern::Find(const NormalText& text, std::size_t from,
                                  std::size_t until) const {
  const std::u32string& letters = text.letters;
  for (std::size_t at = from; at < until; ++at) {
    if (at > 0 && IsWordLetter(letters[at - 1]) && IsWordLetter(letters[at])) continue;
    std::optional<Span> longest;
    const auto try_those_with = [&](char32_t first) {
      auto variant = variants_.lower_bound(Piece(1, first));
      for (; variant != variants_.end() && variant->first.front() == first; ++variant) {
        const auto end = MatchAt(letters, at, until, variant->first);
        if (!end) continue;
        for (const Pieces& rest : variant->second) {
          const auto last = MatchRest(letters, *end, until, GapMax(variant->first), rest);
          if (last && (!longest || *last > longest->end)) longest = Span{at, *last};
        }
      }
    };
    try_those_with(letters[at]);
    if (IsDigit(letters[at])) try_those_with(U'#');
    if (longest) return longest;
  }
  return std::nullopt;
}

}  // namespace facegate::wording
