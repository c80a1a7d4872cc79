// What a consent receipt says in sentences of its own, in the languages of the forms.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "facegate/documents/composer.h"
#include "facegate/model/enums.h"

namespace facegate::dossier {

class ReceiptPhrases {
 public:
  explicit ReceiptPhrases(documents::Language language)
      : is_chinese_(language == documents::Language::kChinese) {}

  std::string Scope(model::ConsentScope scope) const;
  std::string Form(model::ConsentForm form) const;
  std::string Giver(model::ConsentGiver giver) const;
  std::string Channel(model::ConsentChannel channel) const;
  // What face information is processed.
  // With an image for so many days; nothing: without.
  std::string DataKind(std::optional<int> image_days) const;
  // How to withdraw: on the page at `own_page` (where there is one), with the token, at the desk.
  std::string Withdrawal(const std::string& own_page, const std::string& contact) const;
  std::vector<std::string> Rights() const;
  std::string Guardian(const std::string& evidence_sha256, const std::string& verifier) const;
  std::string Model(const std::string& model_id, std::uint64_t log_index) const;

 private:
  std::string Pick(std::string_view english, std::string_view chinese) const {
    return std::string(is_chinese_ ? chinese : english);
  }

  bool is_chinese_;
};

}  // namespace facegate::dossier
