#include "documents/placeholder.h"

#include <algorithm>
#include <vector>

namespace facegate::documents {
namespace {

using core::Json;

// "8, 15–19": indexes that follow one another are told as a range.
std::string RecordsText(const Json::Array& records, const std::string& joint) {
  std::string text;
  for (std::size_t i = 0; i < records.size();) {
    std::size_t last = i;
    while (last + 1 < records.size() && records[last + 1].AsInt() == records[last].AsInt() + 1) {
      ++last;
    }
    if (!text.empty()) text += joint;
    text += std::to_string(records[i].AsInt());
    if (last > i) text += (last > i + 1 ? "–" : joint) + std::to_string(records[last].AsInt());
    i = last + 1;
  }
  return text;
}

std::string TextsText(const Json::Array& texts, const std::string& joint) {
  std::string text;
  for (const Json& each : texts) text += (text.empty() ? "" : joint) + each.AsString();
  return text;
}

std::string ValueText(const Json* value, const Shape& shape, const WordsFile& words) {
  if (value == nullptr) return words.absent;
  if (value->is_array() && value->AsArray().empty()) return words.none;
  switch (shape.type) {
    case Shape::Type::kCount:
      return std::to_string(value->AsInt());
    case Shape::Type::kWord:
      return words.Word(shape.word_table, value->AsString());
    case Shape::Type::kTexts:
      return TextsText(value->AsArray(), words.joint);
    case Shape::Type::kRecords:
      return RecordsText(value->AsArray(), words.joint);
    default:
      return value->AsString();
  }
}

std::string_view Trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

core::Result<Path> ReadPath(const FormContext& context, const rules::Node& node,
                            std::string_view path, std::size_t offset) {
  const auto mistake = [&](const std::string& what) {
    return context.file->Error(context.file->Within(node, offset), what);
  };
  std::vector<std::string> names;
  for (std::string_view rest = path;;) {
    const std::size_t dot = rest.find('.');
    names.emplace_back(rest.substr(0, dot));
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  const bool from_entry = names.front() == "it";
  if (from_entry && context.entry == nullptr) {
    return mistake("\"it\" stands for an entry, and this is no repetition");
  }
  if (from_entry) names.erase(names.begin());
  const Shape* shape = from_entry ? context.entry : context.model;
  for (const std::string& name : names) {
    const std::vector<std::string_view> known = shape->names();
    const Shape* member = shape->type == Shape::Type::kObjects && shape != context.entry
                              ? nullptr
                              : shape->Find(name);
    if (member == nullptr) {
      return mistake("unknown placeholder " + rules::Quoted(path) + rules::DidYouMean(name, known));
    }
    shape = member;
  }
  return Path{shape, [names, from_entry](const Scope& scope) {
                const Json* value = from_entry ? scope.entry : scope.model;
                for (const std::string& name : names) {
                  value = value == nullptr ? nullptr : value->Find(name);
                }
                return value;
              }};
}

core::Result<Path> ReadPath(const FormContext& context, const rules::Node& node) {
  FG_ASSIGN_OR_RETURN(const std::string path, context.file->String(node));
  return ReadPath(context, node, path);
}

core::Result<Form::TextFill> ReadText(const FormContext& context, const rules::Node& node) {
  FG_ASSIGN_OR_RETURN(const std::string text, context.file->String(node));
  std::vector<Form::TextFill> parts;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t open = text.find("{{", at);
    const std::string literal = text.substr(at, open - at);
    if (!literal.empty()) parts.push_back([literal](const Scope&) { return literal; });
    if (open == std::string::npos) break;
    const std::size_t close = text.find("}}", open);
    if (close == std::string::npos) {
      return context.file->Error(context.file->Within(node, open), "\"{{\" is not closed");
    }
    const std::string_view inner = std::string_view(text).substr(open + 2, close - open - 2);
    const std::size_t bar = std::min(inner.find('|'), inner.size());
    const std::string_view path = Trim(inner.substr(0, bar));
    FG_ASSIGN_OR_RETURN(const Path found, ReadPath(context, node, path, open));
    if (!found.shape->is_inline()) {
      return context.file->Error(context.file->Within(node, open),
                                 rules::Quoted(path) + " is no single value");
    }
    const std::string otherwise(Trim(inner.substr(std::min(bar + 1, inner.size()))));
    if (!otherwise.empty() && !found.shape->optional) {
      return context.file->Error(context.file->Within(node, open + 2 + bar),
                                 rules::Quoted(path) + " is always there");
    }
    parts.push_back([found, otherwise, words = context.words](const Scope& scope) {
      const Json* value = found.find(scope);
      const bool there = value != nullptr && !(value->is_array() && value->AsArray().empty());
      return there || otherwise.empty() ? ValueText(value, *found.shape, *words) : otherwise;
    });
    at = close + 2;
  }
  return Form::TextFill([parts](const Scope& scope) {
    std::string filled;
    for (const Form::TextFill& part : parts) filled += part(scope);
    return filled;
  });
}

}  // namespace facegate::documents
