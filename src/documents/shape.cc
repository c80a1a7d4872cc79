#include "documents/shape.h"

#include <array>
#include <utility>

#include "documents/describe.h"

namespace facegate::documents {
namespace {

Shape Make(Shape::Type type) {
  Shape shape;
  shape.type = type;
  return shape;
}

Shape Of(const Text&) { return Make(Shape::Type::kText); }
Shape Of(const Day&) { return Make(Shape::Type::kDay); }
Shape Of(const Url&) { return Make(Shape::Type::kUrl); }
Shape Of(std::int64_t) { return Make(Shape::Type::kCount); }
Shape Of(const std::vector<Text>&) { return Make(Shape::Type::kTexts); }
Shape Of(const Records&) { return Make(Shape::Type::kRecords); }
template <class E>
requires std::is_enum_v<E> Shape Of(E) {
  Shape shape = Make(Shape::Type::kWord);
  shape.word_table = WordsFor(E{}).name;
  shape.words = WordsFor(E{}).words;
  return shape;
}
template <class T>
requires std::is_class_v<T> Shape Of(const T&);
template <class T>
Shape Of(const std::optional<T>&) {
  Shape shape = Of(T{});
  shape.optional = true;
  return shape;
}
template <class T>
Shape Of(const std::vector<T>&) {
  Shape shape = Of(T{});
  shape.type = Shape::Type::kObjects;
  return shape;
}

// Visits a description: notes each member.
class Drawer {
 public:
  template <class T>
  void Member(std::string_view name, T& value, std::string_view meaning,
              Bound bound = Bound::kNone) {
    Shape shape = Of(value);
    shape.meaning = meaning;
    shape.at_least_one = bound == Bound::kAtLeastOne;
    if (shape.is_list()) shape.optional = !shape.at_least_one;
    shape_.members.push_back({name, std::move(shape)});
  }
  template <class F>
  void Derived(std::string_view name, F compute, std::string_view meaning) {
    auto value = compute();
    Member(name, value, meaning);
    shape_.members.back().shape.derived = true;
  }
  Shape Take() { return std::move(shape_); }

 private:
  Shape shape_;
};

template <class T>
requires std::is_class_v<T> Shape Of(const T&) {
  T model;
  Drawer drawer;
  Describe(drawer, model);
  return drawer.Take();
}

std::string TypeText(const Shape& shape) {
  std::string text;
  switch (shape.type) {
    case Shape::Type::kText:
      text = "text";
      break;
    case Shape::Type::kDay:
      text = "day";
      break;
    case Shape::Type::kUrl:
      text = "web address";
      break;
    case Shape::Type::kCount:
      text = "whole number";
      break;
    case Shape::Type::kWord:
      for (const std::string_view word : shape.words) {
        text += (text.empty() ? "`" : " `") + std::string(word) + "`";
      }
      break;
    case Shape::Type::kTexts:
      text = "list of texts";
      break;
    case Shape::Type::kRecords:
      text = "list of record indexes";
      break;
    case Shape::Type::kObject:
      text = "object";
      break;
    case Shape::Type::kObjects:
      text = "list of objects";
      break;
  }
  if (shape.at_least_one) text += ", at least one";
  return text;
}

void AddRows(const Shape& shape, const std::string& path, std::string& out) {
  for (const auto& [name, member] : shape.members) {
    const std::string own = path + std::string(name);
    const std::string needed = member.derived ? "derived" : member.optional ? "" : "yes";
    out += "| `" + own + "` | " + TypeText(member) + " | " + needed + " | " +
           std::string(member.meaning) + " |\n";
    // The assessment inside a filing has a table of its own.
    if (own == "assessment") continue;
    AddRows(member, own + (member.type == Shape::Type::kObjects ? "[]." : "."), out);
  }
}

}  // namespace

const Shape* Shape::Find(std::string_view name) const {
  for (const auto& [own, shape] : members) {
    if (own == name) return &shape;
  }
  return nullptr;
}

std::vector<std::string_view> Shape::names() const {
  std::vector<std::string_view> names;
  for (const ShapeMember& member : members) names.push_back(member.name);
  return names;
}

const Shape& ShapeOf(Kind kind) {
  static const auto kShapes = [] {
    std::array<Shape, std::size(kKinds)> shapes;
    for (const Kind each : kKinds) {
      shapes[static_cast<std::size_t>(each)] =
          WithModelOf(each, [](const auto& model) { return Of(model); });
    }
    return shapes;
  }();
  return kShapes[static_cast<std::size_t>(kind)];
}

std::string ModelTables() {
  std::string out;
  for (const Kind kind : kKinds) {
    if (!out.empty()) out += "\n";
    out += "### " + std::string(WordOf(kind)) + "\n\n| Member | Type | Needed | Meaning |\n";
    out += "|---|---|---|---|\n";
    AddRows(ShapeOf(kind), "", out);
  }
  return out;
}

}  // namespace facegate::documents
