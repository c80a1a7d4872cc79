// Fills a form (config/documents/<language>/<kind>.yaml) from a model.
//
// One form gives one sequence of blocks for every renderer. Everything that can be wrong with a
// form - an unknown block, a placeholder that the model has not, a missing word - is found when it
// is loaded. See docs/DOCUMENTS.md.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "facegate/core/json.h"
#include "facegate/core/status.h"
#include "facegate/documents/models.h"
#include "facegate/documents/paper.h"

namespace facegate::documents {

enum class Kind {
  kFiling,
  kAssessment,
  kSign,
  kNotice,
  kLeaflet,
  kTransparency,
  kCompliance,
  kDuties,
  kNotification,
  kReceipt,
  kAccess,
  kErasure
};
constexpr Kind kKinds[] = {Kind::kFiling,     Kind::kAssessment, Kind::kSign,
                           Kind::kNotice,     Kind::kLeaflet,    Kind::kTransparency,
                           Kind::kCompliance, Kind::kDuties,     Kind::kNotification,
                           Kind::kReceipt,    Kind::kAccess,     Kind::kErasure};
// "filing"; also the name of the form.
std::string_view WordOf(Kind kind);

enum class Language { kEnglish, kChinese };
std::string_view WordOf(Language language);  // "en", "zh"; also the name of the folder

// The forms of one language. Immutable, thread-safe, cheap to copy.
class Composer {
 public:
  // `folder` is config/documents. Returns NOT_FOUND or INVALID_ARGUMENT BAD_DOCUMENT_FORM with
  // file:line:column.
  static core::Result<Composer> Load(const std::string& folder, Language language);

  // `M` is one of the ...Model structs. Returns what Check(model) returns.
  template <class M>
  core::Result<Paper> Compose(const M& model) const;

  // The same from the model's JSON form.
  core::Result<Paper> Compose(Kind kind, const core::Json& model) const;

 private:
  struct Forms;
  explicit Composer(std::shared_ptr<const Forms> forms);
  Paper Fill(Kind kind, const core::Json& checked) const;
  std::shared_ptr<const Forms> forms_;
};

// The members of every model as Markdown tables: the part of docs/DOCUMENTS.md that is printed.
std::string ModelTables();

}  // namespace facegate::documents
