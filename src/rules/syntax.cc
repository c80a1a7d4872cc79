#include "rules/syntax.h"

#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "facegate/rules/document.h"
#include "rules/text.h"

namespace facegate::rules {
namespace {

constexpr std::size_t kExpressionBytesMax = 8u << 10;
constexpr int kDepthMax = 64;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

enum class TokenKind { kEnd, kWord, kText, kNumber, kDay, kSymbol };

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::size_t offset = 0;
  std::string_view text;  // as written, quotes included
};

// Recursive descent, one token ahead. The first error sticks; everything after it is skipped.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::variant<Syntax, ExpressionError> Run() {
    if (text_.size() > kExpressionBytesMax) return ExpressionError{0, "longer than 8 KiB"};
    Advance();
    Syntax syntax = Or();
    if (!error_ && token_.kind != TokenKind::kEnd) Fail("expected an operator or the end");
    if (error_) return *std::move(error_);
    return syntax;
  }

 private:
  void FailAt(std::size_t offset, std::string message) {
    if (!error_) error_ = ExpressionError{offset, std::move(message)};
    token_ = {TokenKind::kEnd, text_.size(), {}};
    next_ = text_.size();
  }
  void Fail(const std::string& expected) {
    const std::string found = token_.kind == TokenKind::kEnd ? "the end" : Quoted(token_.text);
    FailAt(token_.offset, expected + ", found " + found);
  }

  void Advance() {
    while (next_ < text_.size() && IsSpace(text_[next_])) ++next_;
    const std::size_t begin = next_;
    if (begin == text_.size()) {
      token_ = {TokenKind::kEnd, begin, {}};
      return;
    }
    const TokenKind kind = Scan();
    if (!error_) token_ = {kind, begin, text_.substr(begin, next_ - begin)};
  }

  // Moves next_ past one token.
  TokenKind Scan() {
    const char c = text_[next_];
    if (IsLetter(c)) return ScanWord();
    if (IsDigit(c) || (c == '-' && next_ + 1 < text_.size() && IsDigit(text_[next_ + 1]))) {
      return ScanNumber();
    }
    if (c == '\'' || c == '"') return ScanText();
    static constexpr std::array<std::string_view, 11> kSymbols = {"==", "!=", "<=", ">=", "<", ">",
                                                                  "(",  ")",  "[",  "]",  ","};
    for (const std::string_view symbol : kSymbols) {
      if (text_.substr(next_).starts_with(symbol)) {
        next_ += symbol.size();
        return TokenKind::kSymbol;
      }
    }
    FailAt(next_, c == '=' ? "equality is written ==" : "a character that means nothing here");
    return TokenKind::kEnd;
  }

  TokenKind ScanWord() {
    while (next_ < text_.size() &&
           (IsLetter(text_[next_]) || IsDigit(text_[next_]) || text_[next_] == '.')) {
      ++next_;
    }
    return TokenKind::kWord;
  }

  TokenKind ScanNumber() {
    const std::size_t begin = next_++;
    while (next_ < text_.size() && (IsDigit(text_[next_]) || text_[next_] == '.' ||
                                    (text_[next_] == '-' && next_ - begin >= 4))) {
      ++next_;
    }
    if (next_ < text_.size() && IsLetter(text_[next_])) {
      FailAt(begin, "a number runs into a word");
      return TokenKind::kEnd;
    }
    const bool day = text_.substr(begin + 1, next_ - begin - 1).find('-') != std::string_view::npos;
    return day ? TokenKind::kDay : TokenKind::kNumber;
  }

  TokenKind ScanText() {
    const std::size_t begin = next_;
    const std::size_t close = text_.find(text_[begin], begin + 1);
    if (close == std::string_view::npos) {
      FailAt(begin, "a quote that never closes");
      return TokenKind::kEnd;
    }
    next_ = close + 1;
    return TokenKind::kText;
  }

  bool Is(std::string_view text) const {
    return (token_.kind == TokenKind::kWord || token_.kind == TokenKind::kSymbol) &&
           token_.text == text;
  }
  bool Take(std::string_view text) {
    if (!Is(text)) return false;
    Advance();
    return true;
  }
  void Expect(std::string_view text) {
    if (!Take(text)) Fail("expected " + Quoted(text));
  }

  static Syntax Join(SyntaxKind kind, Syntax left, Syntax right) {
    Syntax syntax;
    syntax.kind = kind;
    syntax.offset = left.offset;
    syntax.children.push_back(std::move(left));
    syntax.children.push_back(std::move(right));
    return syntax;
  }

  Syntax Or() {
    Syntax left = And();
    while (Take("or")) left = Join(SyntaxKind::kOr, std::move(left), And());
    return left;
  }

  Syntax And() {
    Syntax left = Not();
    while (Take("and")) left = Join(SyntaxKind::kAnd, std::move(left), Not());
    return left;
  }

  Syntax Not() {
    const std::size_t offset = token_.offset;
    if (!Take("not")) return Comparison();
    const Depth depth(*this);
    Syntax syntax;
    syntax.kind = SyntaxKind::kNot;
    syntax.offset = offset;
    if (!error_) syntax.children.push_back(Not());
    return syntax;
  }

  Syntax Comparison() {
    Syntax left = Operand();
    if (token_.kind == TokenKind::kSymbol && token_.text != "(" && token_.text != ")" &&
        token_.text != "[" && token_.text != "]" && token_.text != ",") {
      const std::string relation(token_.text);
      Advance();
      Syntax syntax = Join(SyntaxKind::kRelation, std::move(left), Operand());
      syntax.text = relation;
      return syntax;
    }
    bool negated = false;
    if (Is("not")) {
      Advance();
      negated = true;
      if (!Is("in")) Fail("expected \"in\" after \"not\"");
    }
    if (!Take("in")) return left;
    Syntax syntax = Join(SyntaxKind::kIn, std::move(left), Operand());
    syntax.negated = negated;
    return syntax;
  }

  Syntax Operand() {
    Syntax syntax;
    syntax.offset = token_.offset;
    syntax.text = std::string(token_.text);
    switch (token_.kind) {
      case TokenKind::kText:
        syntax.kind = SyntaxKind::kText;
        syntax.text = syntax.text.substr(1, syntax.text.size() - 2);
        Advance();
        return syntax;
      case TokenKind::kDay:
        syntax.kind = SyntaxKind::kDay;
        Advance();
        return syntax;
      case TokenKind::kNumber:
        return Number(std::move(syntax));
      case TokenKind::kWord:
        return Word(std::move(syntax));
      case TokenKind::kSymbol:
        if (Take("(")) return Group();
        if (Take("[")) return List(std::move(syntax));
        break;
      case TokenKind::kEnd:
        break;
    }
    Fail("expected a value");
    return syntax;
  }

  Syntax Number(Syntax syntax) {
    syntax.kind = SyntaxKind::kNumber;
    const char* end = syntax.text.data() + syntax.text.size();
    const auto result = std::from_chars(syntax.text.data(), end, syntax.number);
    if (result.ptr != end || result.ec != std::errc()) {
      Fail("expected a number");
    } else {
      Advance();
    }
    return syntax;
  }

  Syntax Word(Syntax syntax) {
    for (const std::string_view reserved : {"and", "or", "not", "in"}) {
      if (syntax.text == reserved) {
        Fail("expected a value");
        return syntax;
      }
    }
    Advance();
    if (!Take("(")) return syntax;
    const Depth depth(*this);
    syntax.kind = SyntaxKind::kCall;
    if (!error_ && !Is(")")) {
      do {
        syntax.children.push_back(Or());
      } while (Take(","));
    }
    Expect(")");
    return syntax;
  }

  Syntax Group() {
    const Depth depth(*this);
    Syntax syntax;
    if (!error_) syntax = Or();
    Expect(")");
    return syntax;
  }

  Syntax List(Syntax syntax) {
    const Depth depth(*this);
    syntax.kind = SyntaxKind::kList;
    if (!error_ && !Is("]")) {
      do {
        syntax.children.push_back(Operand());
      } while (Take(","));
    }
    Expect("]");
    return syntax;
  }

  // Counts nesting, so that no expression can exhaust the stack.
  class Depth {
   public:
    explicit Depth(Parser& parser) : parser_(parser) {
      if (++parser_.depth_ > kDepthMax) {
        parser_.FailAt(parser_.token_.offset, "nested too deeply");
      }
    }
    ~Depth() { --parser_.depth_; }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;

   private:
    Parser& parser_;
  };

  std::string_view text_;
  std::size_t next_ = 0;
  Token token_;
  int depth_ = 0;
  std::optional<ExpressionError> error_;
};

// How tightly a piece binds: or, and, not, the relations, everything else.
int BindingOf(const Syntax& syntax) {
  switch (syntax.kind) {
    case SyntaxKind::kOr:
      return 1;
    case SyntaxKind::kAnd:
      return 2;
    case SyntaxKind::kNot:
      return 3;
    case SyntaxKind::kRelation:
    case SyntaxKind::kIn:
      return 4;
    default:
      return 5;
  }
}

std::string Bracketed(const Syntax& syntax, int binding) {
  const std::string text = TextOf(syntax);
  return BindingOf(syntax) < binding ? Concat({"(", text, ")"}) : text;
}

std::string Listed(const std::vector<Syntax>& items) {
  std::string text;
  for (const Syntax& item : items) Append(text, {text.empty() ? "" : ", ", TextOf(item)});
  return text;
}

}  // namespace

std::string TextOf(const Syntax& syntax) {
  const std::vector<Syntax>& parts = syntax.children;
  const auto joined = [&](const std::string& by, int left, int right) {
    return Concat({Bracketed(parts[0], left), " ", by, " ", Bracketed(parts[1], right)});
  };
  switch (syntax.kind) {
    case SyntaxKind::kName:
    case SyntaxKind::kNumber:
    case SyntaxKind::kDay:
      return syntax.text;
    case SyntaxKind::kText: {
      const char* quote = syntax.text.find('\'') == std::string::npos ? "'" : "\"";
      return Concat({quote, syntax.text, quote});
    }
    case SyntaxKind::kList:
      return Concat({"[", Listed(parts), "]"});
    case SyntaxKind::kCall:
      return Concat({syntax.text, "(", Listed(parts), ")"});
    case SyntaxKind::kNot:
      return Concat({"not ", Bracketed(parts[0], 3)});
    case SyntaxKind::kAnd:
      return joined("and", 2, 3);
    case SyntaxKind::kOr:
      return joined("or", 1, 2);
    case SyntaxKind::kRelation:
      return joined(syntax.text, 5, 5);
    case SyntaxKind::kIn:
      return joined(syntax.negated ? "not in" : "in", 5, 5);
  }
  return {};
}

std::variant<Syntax, ExpressionError> ParseSyntax(std::string_view text) {
  return Parser(text).Run();
}

}  // namespace facegate::rules
