// A YAML file as plain positioned values, and the one way its mistakes are told.
//
// Packs, vocabularies, calendars, test vectors and the server's configuration are all read through
// this: a bounded parse, no key twice, no key unknown, and every complaint as `file:line:column:
// what`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/core/status.h"

namespace facegate::rules {

// In a text file, counted from 1; columns in bytes.
struct Position {
  int line = 1;
  int column = 1;
  auto operator<=>(const Position&) const = default;  // NOLINT(modernize-use-nullptr)
};

struct Member;

// One value of a document. Immutable.
class Node {
 public:
  enum class Kind { kNull, kScalar, kList, kMap };

  Kind kind() const { return kind_; }
  bool is_map() const { return kind_ == Kind::kMap; }
  bool is_list() const { return kind_ == Kind::kList; }
  bool is_scalar() const { return kind_ == Kind::kScalar; }
  bool is_null() const { return kind_ == Kind::kNull; }
  // True for a scalar in quotes or a block: never a number or a bool.
  bool quoted() const { return quoted_; }
  Position position() const { return position_; }

  // Of a scalar; empty for the others.
  const std::string& text() const { return text_; }
  // Of a list; empty for the others.
  const std::vector<Node>& items() const { return items_; }
  // Of a map, in the file's order; empty for the others.
  const std::vector<Member>& members() const { return members_; }
  // The member's value, or nullptr; also where this is no map.
  const Node* Find(std::string_view key) const;

 private:
  friend class DocumentBuilder;
  friend class Document;
  Kind kind_ = Kind::kNull;
  bool quoted_ = false;
  Position position_;
  std::size_t begin_ = 0;  // of a scalar in the document's text
  std::string text_;
  std::vector<Node> items_;
  std::vector<Member> members_;
};

struct Member {
  std::string key;
  Position position;
  Node value;
};

// `text` in double quotes, for messages.
std::string Quoted(std::string_view text);

// The word of `known` that `word` was probably meant to be, or nothing. Ties go to the earlier one.
std::optional<std::string_view> Nearest(std::string_view word,
                                        std::span<const std::string_view> known);
// ` (did you mean "..."?)`, or nothing.
std::string DidYouMean(std::string_view word, std::span<const std::string_view> known);

// The bytes of a file. Returns NOT_FOUND `reason` where it cannot be read, INVALID_ARGUMENT
// `reason` where it is larger than 4 MiB.
core::Result<std::string> ReadTextFile(const std::string& path, std::string_view reason);

// A parsed file, with its text for positions. Immutable.
class Document {
 public:
  // `reason` is the UPPER_SNAKE word of every status that comes from this document.
  // Returns NOT_FOUND where the file cannot be read, INVALID_ARGUMENT where it is no single YAML
  // document of at most 4 MiB, 32 levels and 200 000 values, or a mapping has a key twice.
  static core::Result<Document> Load(const std::string& path, std::string_view reason);
  // `name` stands for the file in errors.
  static core::Result<Document> Parse(std::string_view name, std::string_view text,
                                      std::string_view reason);

  const std::string& name() const { return name_; }
  const std::string& text() const { return text_; }
  const Node& root() const { return root_; }

  // INVALID_ARGUMENT with "name:line:column: message".
  core::Status Error(Position where, std::string_view message) const;
  // The place of byte `offset` of a scalar's text in the file, also through folding and quotes.
  Position Within(const Node& scalar, std::size_t offset) const;

  // That `node` is a mapping whose keys are all among `known`.
  core::Status CheckKeys(const Node& node, std::span<const std::string_view> known) const;
  core::Status CheckKeys(const Node& node, std::initializer_list<std::string_view> known) const {
    return CheckKeys(node, std::span<const std::string_view>(known.begin(), known.size()));
  }
  // The member, which must be there.
  core::Result<const Node*> Require(const Node& map, std::string_view key) const;

  // A scalar read as one type, or the error that tells what it is instead.
  core::Result<std::string> String(const Node& node) const;
  core::Result<bool> Bool(const Node& node) const;
  core::Result<std::int64_t> Int(const Node& node, std::int64_t min, std::int64_t max) const;
  core::Result<double> Number(const Node& node, double min, double max) const;
  // A list of strings.
  core::Result<std::vector<std::string>> Strings(const Node& node) const;
  // The index of the scalar's text in `words`.
  core::Result<std::size_t> OneOf(const Node& node, std::span<const std::string_view> words) const;
  core::Result<std::size_t> OneOf(const Node& node,
                                  std::initializer_list<std::string_view> words) const {
    return OneOf(node, std::span<const std::string_view>(words.begin(), words.size()));
  }

 private:
  Document() = default;
  std::string name_;
  std::string reason_;
  std::string text_;
  Node root_;
};

}  // namespace facegate::rules
