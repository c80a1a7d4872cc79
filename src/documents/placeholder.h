// Texts with placeholders, and the paths within them.
#pragma once

#include <string>
#include <string_view>

#include "documents/form.h"
#include "facegate/rules/document.h"

namespace facegate::documents {

// Where a form is being read: its file, what its placeholders may name, and its language.
struct FormContext {
  const rules::Document* file = nullptr;
  const Shape* model = nullptr;
  const Shape* entry = nullptr;  // within a repetition
  const WordsFile* words = nullptr;
  std::string folder;
  int include_depth = 0;
};

// A path that exists: "controller.name", or "it.due_on" within a repetition.
struct Path {
  const Shape* shape = nullptr;
  std::function<const core::Json*(const Scope&)> find;  // null where it is absent
};

// Reads a path, which stands at byte `offset` of the scalar `node`.
core::Result<Path> ReadPath(const FormContext& context, const rules::Node& node,
                            std::string_view path, std::size_t offset = 0);
// Reads a scalar that is a path and nothing else.
core::Result<Path> ReadPath(const FormContext& context, const rules::Node& node);

// Reads a scalar in which {{path}} stands for a value, and {{path|words}} for those words where
// there is none. What is filled in is never read again.
core::Result<Form::TextFill> ReadText(const FormContext& context, const rules::Node& node);

}  // namespace facegate::documents
