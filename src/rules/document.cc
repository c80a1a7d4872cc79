#include "facegate/rules/document.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace facegate::rules {
namespace {

using core::Code;
using core::Status;

constexpr std::size_t kDocumentBytesMax = 4u << 20;
constexpr int kDocumentDepthMax = 32;
constexpr int kDocumentNodesMax = 200'000;

Position PositionOf(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

std::string_view KindName(const Node& node) {
  switch (node.kind()) {
    case Node::Kind::kNull:
      return "nothing";
    case Node::Kind::kScalar:
      return "a single value";
    case Node::Kind::kList:
      return "a list";
    case Node::Kind::kMap:
      return "a mapping";
  }
  return "?";
}

// Edit distance with transpositions of neighbours, capped by the caller's interest in small ones.
std::size_t Distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), previous(b.size() + 1), current(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) previous[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      current[j] = std::min({previous[j] + 1, current[j - 1] + 1,
                             previous[j - 1] + (a[i - 1] == b[j - 1] ? 0u : 1u)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        current[j] = std::min(current[j], before[j - 2] + 1);
      }
    }
    std::swap(before, previous);
    std::swap(previous, current);
  }
  return previous[b.size()];
}

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

// Copies yaml-cpp's tree into ours. The limits count what aliases expand to.
class DocumentBuilder {
 public:
  explicit DocumentBuilder(const Document& document) : document_(document) {}

  Status Build(const YAML::Node& yaml, Position fallback, int depth, Node& node) {
    node.position_ = yaml.Mark().is_null() ? fallback : PositionOf(yaml.Mark());
    if (depth > kDocumentDepthMax) return document_.Error(node.position_, "nested too deeply");
    if (++nodes_ > kDocumentNodesMax) return document_.Error(node.position_, "too many values");
    if (yaml.IsScalar()) {
      node.kind_ = Node::Kind::kScalar;
      node.quoted_ = yaml.Tag() == "!";
      node.begin_ = yaml.Mark().is_null() ? 0 : static_cast<std::size_t>(yaml.Mark().pos);
      node.text_ = yaml.Scalar();
    } else if (yaml.IsSequence()) {
      node.kind_ = Node::Kind::kList;
      return BuildItems(yaml, depth, node);
    } else if (yaml.IsMap()) {
      node.kind_ = Node::Kind::kMap;
      return BuildMembers(yaml, depth, node);
    }
    return Status::Ok();
  }

 private:
  Status BuildItems(const YAML::Node& yaml, int depth, Node& node) {
    for (const YAML::Node& item : yaml) {
      node.items_.emplace_back();
      FG_RETURN_IF_ERROR(Build(item, node.position_, depth + 1, node.items_.back()));
    }
    return Status::Ok();
  }

  Status BuildMembers(const YAML::Node& yaml, int depth, Node& node) {
    for (const auto& entry : yaml) {
      const YAML::Mark mark = entry.first.Mark();
      const Position at = mark.is_null() ? node.position_ : PositionOf(mark);
      if (!entry.first.IsScalar()) return document_.Error(at, "a key must be a single word");
      const std::string& key = entry.first.Scalar();
      if (node.Find(key) != nullptr) {
        return document_.Error(at, "key " + Quoted(key) + " appears twice");
      }
      node.members_.push_back({key, at, {}});
      FG_RETURN_IF_ERROR(Build(entry.second, at, depth + 1, node.members_.back().value));
    }
    return Status::Ok();
  }

  const Document& document_;
  int nodes_ = 0;
};

const Node* Node::Find(std::string_view key) const {
  for (const Member& member : members_) {
    if (member.key == key) return &member.value;
  }
  return nullptr;
}

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  quoted += text;
  return quoted += '"';
}

std::optional<std::string_view> Nearest(std::string_view word,
                                        std::span<const std::string_view> known) {
  constexpr std::size_t kWordBytesMax = 128;  // the distance is quadratic
  if (word.size() > kWordBytesMax) return std::nullopt;
  std::optional<std::string_view> best;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const std::string_view candidate : known) {
    if (candidate.size() > kWordBytesMax) continue;
    const std::size_t distance = Distance(word, candidate);
    if (distance < best_distance && distance < candidate.size()) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string DidYouMean(std::string_view word, std::span<const std::string_view> known) {
  const std::optional<std::string_view> nearest = Nearest(word, known);
  return nearest ? " (did you mean " + Quoted(*nearest) + "?)" : "";
}

core::Result<std::string> ReadTextFile(const std::string& path, std::string_view reason) {
  std::ifstream stream(path, std::ios::binary);
  std::error_code error;
  if (!stream || std::filesystem::is_directory(path, error)) {
    return Status(Code::kNotFound, std::string(reason), path + ": cannot be read");
  }
  std::string text;
  std::array<char, 1 << 14> chunk;
  while (stream.read(chunk.data(), chunk.size()), stream.gcount() > 0) {
    text.append(chunk.data(), static_cast<std::size_t>(stream.gcount()));
    if (text.size() > kDocumentBytesMax) {
      return Status(Code::kInvalidArgument, std::string(reason), path + ": larger than 4 MiB");
    }
  }
  return text;
}

core::Result<Document> Document::Load(const std::string& path, std::string_view reason) {
  FG_ASSIGN_OR_RETURN(const std::string text, ReadTextFile(path, reason));
  return Parse(path, text, reason);
}

core::Result<Document> Document::Parse(std::string_view name, std::string_view text,
                                       std::string_view reason) {
  Document document;
  document.name_ = name;
  document.reason_ = reason;
  if (text.size() > kDocumentBytesMax) return document.Error({}, "larger than 4 MiB");
  // yaml-cpp skips a byte order mark without counting it, so that offsets would be three too small.
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  document.text_ = text;
  try {
    const std::vector<YAML::Node> parts = YAML::LoadAll(document.text_);
    if (parts.size() > 1) return document.Error(PositionOf(parts[1].Mark()), "a second document");
    if (!parts.empty()) {
      DocumentBuilder builder(document);
      FG_RETURN_IF_ERROR(builder.Build(parts[0], {}, 0, document.root_));
    }
  } catch (const YAML::Exception& exception) {
    const Position at = exception.mark.is_null() ? Position{} : PositionOf(exception.mark);
    return document.Error(at, exception.msg);
  }
  return document;
}

Status Document::Error(Position where, std::string_view message) const {
  return Status(Code::kInvalidArgument, reason_,
                name_ + ":" + std::to_string(where.line) + ":" + std::to_string(where.column) +
                    ": " + std::string(message));
}

Position Document::Within(const Node& scalar, std::size_t offset) const {
  // The text of a scalar is its source less quotes, escapes, indentation and folded line ends:
  // every visible character stands there in order, so walking both side by side finds the place.
  std::size_t at = scalar.begin_;
  if (at < text_.size() && scalar.quoted_ && (text_[at] == '|' || text_[at] == '>')) {
    at = std::min(text_.find('\n', at), text_.size());
  }
  std::size_t found = at;
  for (std::size_t i = 0; i <= offset && i < scalar.text_.size(); ++i) {
    if (IsSpace(scalar.text_[i])) continue;
    while (at < text_.size() && text_[at] != scalar.text_[i]) ++at;
    if (at == text_.size()) return scalar.position_;
    found = at++;
  }
  if (offset >= scalar.text_.size() && !scalar.text_.empty()) ++found;  // the end
  Position position{1, 1};
  for (std::size_t i = 0; i < found && i < text_.size(); ++i) {
    position.column = text_[i] == '\n' ? 1 : position.column + 1;
    position.line += text_[i] == '\n' ? 1 : 0;
  }
  return position;
}

Status Document::CheckKeys(const Node& node, std::span<const std::string_view> known) const {
  if (!node.is_map()) {
    return Error(node.position(), "expected a mapping, found " + std::string(KindName(node)));
  }
  for (const Member& member : node.members()) {
    if (std::find(known.begin(), known.end(), member.key) != known.end()) continue;
    return Error(member.position,
                 "unknown key " + Quoted(member.key) + DidYouMean(member.key, known));
  }
  return Status::Ok();
}

core::Result<const Node*> Document::Require(const Node& map, std::string_view key) const {
  const Node* node = map.Find(key);
  if (node == nullptr) return Error(map.position(), "missing key " + Quoted(key));
  return node;
}

core::Result<std::string> Document::String(const Node& node) const {
  if (!node.is_scalar()) {
    return Error(node.position(), "expected a string, found " + std::string(KindName(node)));
  }
  return node.text();
}

core::Result<bool> Document::Bool(const Node& node) const {
  if (node.is_scalar() && !node.quoted()) {
    if (node.text() == "true") return true;
    if (node.text() == "false") return false;
  }
  return Error(node.position(), "expected true or false");
}

core::Result<std::int64_t> Document::Int(const Node& node, std::int64_t min,
                                         std::int64_t max) const {
  std::int64_t value = 0;
  const std::string& text = node.text();
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (!node.is_scalar() || node.quoted() || text.empty() || stop != end || error != std::errc()) {
    return Error(node.position(), "expected a whole number");
  }
  if (value < min || value > max) {
    return Error(node.position(),
                 text + " is outside " + std::to_string(min) + ".." + std::to_string(max));
  }
  return value;
}

core::Result<double> Document::Number(const Node& node, double min, double max) const {
  double value = 0;
  const std::string& text = node.text();
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (!node.is_scalar() || node.quoted() || text.empty() || stop != end || error != std::errc() ||
      !std::isfinite(value)) {
    return Error(node.position(), "expected a number");
  }
  if (value < min || value > max) {
    std::ostringstream range;
    range << text << " is outside " << min << ".." << max;
    return Error(node.position(), range.str());
  }
  return value;
}

core::Result<std::vector<std::string>> Document::Strings(const Node& node) const {
  if (!node.is_list()) {
    return Error(node.position(), "expected a list, found " + std::string(KindName(node)));
  }
  std::vector<std::string> strings;
  for (const Node& item : node.items()) {
    FG_ASSIGN_OR_RETURN(strings.emplace_back(), String(item));
  }
  return strings;
}

core::Result<std::size_t> Document::OneOf(const Node& node,
                                          std::span<const std::string_view> words) const {
  FG_ASSIGN_OR_RETURN(const std::string text, String(node));
  const auto found = std::find(words.begin(), words.end(), text);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  std::string message = Quoted(text) + " is not one of";
  for (const std::string_view word : words) message += " " + std::string(word);
  return Error(node.position(), message + DidYouMean(text, words));
}

}  // namespace facegate::rules
