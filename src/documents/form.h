// A form: blocks with placeholders, read from YAML and checked against the model that fills it.
//
// docs/DOCUMENTS.md lists the blocks. Reading compiles each into a function, so that nothing is
// left to go wrong when a checked model is filled in.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "documents/shape.h"
#include "documents/words_file.h"
#include "facegate/core/json.h"
#include "facegate/core/status.h"
#include "facegate/documents/paper.h"

namespace facegate::documents {

// The reason of every mistake in config/documents.
constexpr std::string_view kBadForm = "BAD_DOCUMENT_FORM";

// What placeholders are filled from: the model, and in a repetition the entry at hand.
struct Scope {
  const core::Json* model = nullptr;
  const core::Json* entry = nullptr;
};

class Form {
 public:
  // Writes the text, or the blocks, for a scope.
  using TextFill = std::function<std::string(const Scope&)>;
  using BlockFill = std::function<void(const Scope&, std::vector<Block>&)>;

  // Reads `folder`/`name`.yaml, and what it includes from there. `words` must outlive the form.
  static core::Result<Form> Load(const std::string& folder, std::string_view name,
                                 const Shape& shape, const WordsFile& words);

  // Requires: `model` passed the checks of its kind.
  Paper Fill(const core::Json& model) const;

 private:
  const WordsFile* words_ = nullptr;
  Layout layout_ = Layout::kDocument;
  bool advice_ = false;
  TextFill title_, author_, footer_;
  BlockFill blocks_;
};

}  // namespace facegate::documents
