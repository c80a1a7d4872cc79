// What a model has, as data: what a form may name, and what docs/DOCUMENTS.md prints.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/documents/composer.h"

namespace facegate::documents {

struct ShapeMember;

struct Shape {
  enum class Type { kText, kDay, kUrl, kCount, kWord, kTexts, kRecords, kObject, kObjects };
  Type type = Type::kObject;
  bool optional = false;
  bool at_least_one = false;  // of a list
  bool derived = false;
  std::string_view meaning;
  std::string_view word_table;              // of a word
  std::span<const std::string_view> words;  // likewise
  std::vector<ShapeMember> members;         // of an object, or of each in a list

  bool is_list() const {
    return type == Type::kTexts || type == Type::kRecords || type == Type::kObjects;
  }
  // Has a form as text within a sentence.
  bool is_inline() const { return type != Type::kObject && type != Type::kObjects; }
  const Shape* Find(std::string_view name) const;
  std::vector<std::string_view> names() const;
};

struct ShapeMember {
  std::string_view name;
  Shape shape;
};

const Shape& ShapeOf(Kind kind);

}  // namespace facegate::documents
