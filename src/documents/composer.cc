#include "facegate/documents/composer.h"

#include <algorithm>
#include <vector>

#include "documents/describe.h"
#include "documents/form.h"

namespace facegate::documents {
namespace {

template <class M>
constexpr Kind kKindOf = Kind::kFiling;
template <>
constexpr Kind kKindOf<AssessmentModel> = Kind::kAssessment;
template <>
constexpr Kind kKindOf<SignModel> = Kind::kSign;
template <>
constexpr Kind kKindOf<NoticeModel> = Kind::kNotice;
template <>
constexpr Kind kKindOf<LeafletModel> = Kind::kLeaflet;
template <>
constexpr Kind kKindOf<TransparencyModel> = Kind::kTransparency;
template <>
constexpr Kind kKindOf<ComplianceModel> = Kind::kCompliance;
template <>
constexpr Kind kKindOf<DutiesModel> = Kind::kDuties;
template <>
constexpr Kind kKindOf<NotificationModel> = Kind::kNotification;
template <>
constexpr Kind kKindOf<ReceiptModel> = Kind::kReceipt;
template <>
constexpr Kind kKindOf<AccessModel> = Kind::kAccess;
template <>
constexpr Kind kKindOf<ErasureModel> = Kind::kErasure;

}  // namespace

struct Composer::Forms {
  WordsFile words;
  std::vector<Form> forms;  // in the order of kKinds
};

int Paper::unwritten() const {
  return static_cast<int>(std::count_if(blocks.begin(), blocks.end(), [](const Block& block) {
    return std::holds_alternative<Unwritten>(block);
  }));
}

Composer::Composer(std::shared_ptr<const Forms> forms) : forms_(std::move(forms)) {}

core::Result<Composer> Composer::Load(const std::string& folder, Language language) {
  const std::string own = folder + "/" + std::string(WordOf(language));
  auto forms = std::make_shared<Forms>();
  FG_ASSIGN_OR_RETURN(forms->words, WordsFile::Load(own + "/words.yaml"));
  for (const Kind kind : kKinds) {
    FG_ASSIGN_OR_RETURN(Form form, Form::Load(own, WordOf(kind), ShapeOf(kind), forms->words));
    forms->forms.push_back(std::move(form));
  }
  return Composer(std::move(forms));
}

template <class M>
core::Result<Paper> Composer::Compose(const M& model) const {
  FG_RETURN_IF_ERROR(Check(model));
  return Fill(kKindOf<M>, ToJson(model));
}

core::Result<Paper> Composer::Compose(Kind kind, const core::Json& model) const {
  return WithModelOf(kind, [&](const auto& blank) -> core::Result<Paper> {
    using M = std::decay_t<decltype(blank)>;
    FG_ASSIGN_OR_RETURN(const M filled, FromJson<M>(model));
    return Fill(kind, ToJson(filled));
  });
}

Paper Composer::Fill(Kind kind, const core::Json& checked) const {
  return forms_->forms[static_cast<std::size_t>(kind)].Fill(checked);
}

template core::Result<Paper> Composer::Compose(const FilingModel&) const;
template core::Result<Paper> Composer::Compose(const AssessmentModel&) const;
template core::Result<Paper> Composer::Compose(const SignModel&) const;
template core::Result<Paper> Composer::Compose(const NoticeModel&) const;
template core::Result<Paper> Composer::Compose(const LeafletModel&) const;
template core::Result<Paper> Composer::Compose(const TransparencyModel&) const;
template core::Result<Paper> Composer::Compose(const ComplianceModel&) const;
template core::Result<Paper> Composer::Compose(const DutiesModel&) const;
template core::Result<Paper> Composer::Compose(const NotificationModel&) const;
template core::Result<Paper> Composer::Compose(const ReceiptModel&) const;
template core::Result<Paper> Composer::Compose(const AccessModel&) const;
template core::Result<Paper> Composer::Compose(const ErasureModel&) const;

}  // namespace facegate::documents
