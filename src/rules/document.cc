#include "facegate/rules/document.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

namespace facegate::rules {
namespace {

using core::Code;
using core::Status;

constexpr std::size_t kDocumentBytesMax = 4u << 20;
constexpr std::size_t kDocumentDepthMax = 32;
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

// Builds our tree from the parser's events. The first mistake sticks and ends the building; limits
// count what aliases expand to.
class DocumentBuilder final : public YAML::EventHandler {
 public:
  explicit DocumentBuilder(const Document& document) : document_(document) {}

  const Status& status() const { return status_; }
  Node TakeRoot() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Add(Make(mark, Node::Kind::kNull), anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Node node = Make(mark, Node::Kind::kScalar);
    node.quoted_ = tag == "!";
    node.begin_ = static_cast<std::size_t>(mark.pos);
    node.text_ = value;
    Add(std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto target = anchors_.find(anchor);
    if (target == anchors_.end()) return Fail(PositionOf(mark), "an alias inside what it names");
    nodes_ += Count(target->second);
    Add(target->second, YAML::NullAnchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(Make(mark, Node::Kind::kList), anchor);
  }
  void OnSequenceEnd() override { Close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(Make(mark, Node::Kind::kMap), anchor);
  }
  void OnMapEnd() override { Close(); }

 private:
  // A list or mapping that is still being read.
  struct Frame {
    Node node;
    YAML::anchor_t anchor = YAML::NullAnchor;
    bool key_read = false;  // of a mapping: its last member waits for a value
  };

  static int Count(const Node& node) {
    int count = 1;
    for (const Node& item : node.items_) count += Count(item);
    for (const Member& member : node.members_) count += Count(member.value);
    return count;
  }

  static Node Make(const YAML::Mark& mark, Node::Kind kind) {
    Node node;
    node.kind_ = kind;
    node.position_ = PositionOf(mark);
    return node;
  }

  void Fail(Position where, std::string_view message) {
    if (status_.ok()) status_ = document_.Error(where, message);
  }

  void Open(Node node, YAML::anchor_t anchor) {
    if (open_.size() >= kDocumentDepthMax) Fail(node.position_, "nested too deeply");
    if (!open_.empty() && open_.back().node.is_map() && !open_.back().key_read) {
      Fail(node.position_, "a key must be a single word");
    }
    if (status_.ok()) open_.push_back({std::move(node), anchor});
  }

  void Close() {
    if (!status_.ok()) return;
    Frame frame = std::move(open_.back());
    open_.pop_back();
    Add(std::move(frame.node), frame.anchor);
  }

  // Puts a finished value where it belongs.
  void Add(Node node, YAML::anchor_t anchor) {
    if (++nodes_ > kDocumentNodesMax) Fail(node.position_, "too many values");
    if (!status_.ok()) return;
    if (anchor != YAML::NullAnchor) anchors_[anchor] = node;
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Frame& parent = open_.back();
    if (parent.node.is_list()) {
      parent.node.items_.push_back(std::move(node));
    } else if (parent.key_read) {
      parent.node.members_.back().value = std::move(node);
      parent.key_read = false;
    } else {
      AddKey(parent, node);
    }
  }

  void AddKey(Frame& map, const Node& key) {
    if (!key.is_scalar()) return Fail(key.position_, "a key must be a single word");
    if (map.node.Find(key.text_) != nullptr) {
      return Fail(key.position_, "key " + Quoted(key.text_) + " appears twice");
    }
    map.node.members_.push_back({key.text_, key.position_, {}});
    map.key_read = true;
  }

  const Document& document_;
  Status status_;
  Node root_;
  std::vector<Frame> open_;
  std::map<YAML::anchor_t, Node> anchors_;
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
  std::istringstream stream(document.text_);
  DocumentBuilder builder(document);
  try {
    YAML::Parser parser(stream);
    parser.HandleNextDocument(builder);
    FG_RETURN_IF_ERROR(builder.status());
    document.root_ = builder.TakeRoot();
    // Not YAML::LoadAll: on some broken files it finds empty documents without end.
    DocumentBuilder rest(document);
    if (parser.HandleNextDocument(rest)) return document.Error({}, "more than one document");
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
