// The sentences that drafts have of their own, in the languages of the forms.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "dossier/evidence.h"
#include "facegate/documents/composer.h"
#include "facegate/model/enums.h"

namespace facegate::dossier {

class Phrases {
 public:
  explicit Phrases(documents::Language language)
      : is_chinese_(language == documents::Language::kChinese) {}

  // ---- Evidence of rules; each a sentence ----
  std::string RestsOn(const std::set<Origin>& origins) const;
  std::string OwnChecks() const;
  std::string NotStated(const std::vector<std::string>& inputs) const;
  std::string Refuses() const;
  // Of `decisions` in the period, `refused` were refused by the rule and `allowed` went on although
  // it was not met.
  std::string Judged(std::int64_t decisions, std::int64_t refused, std::int64_t allowed) const;
  std::string NobodyCame() const;
  std::string ChangedSince(const std::set<std::uint64_t>& records) const;
  std::string NothingRuns() const;
  std::string ForPeople(const std::string& what) const;
  std::string Provisional() const;

  // ---- Duties ----
  std::string Answer(std::string_view what) const;
  std::string RenewSigns() const;
  std::string ExemptionEnds() const;
  std::string CloseIncident() const;
  std::string Listed(const std::vector<std::string>& items) const { return List(items); }
  std::string Complaint() const { return Pick("the complaint", "投诉"); }
  std::string Request() const { return Pick("the request", "请求"); }

  // ---- Prefilled members ----
  std::string KeptFor(int days) const;
  std::string CountedHow() const;
  std::string PassedNumber(std::uint64_t persons) const;
  std::string Control(std::string_view control) const;
  std::string Category(model::PurposeCategory category) const;
  std::string Packs(const std::vector<std::string>& packs) const;
  std::string CameraFacts(const model::Camera& camera) const;
  std::string TestedOn(const std::string& camera, const std::string& day) const;
  std::string StoredPeople(std::uint64_t people, const std::string& location) const;
  std::string OtherWay(const std::string& place, const std::string& name, bool works) const;
  std::string Considered(model::AlternativeKind kind, const std::string& why) const;

  // "a; b", the sentences one after the other.
  std::string Joined(const std::vector<std::string>& parts) const;
  std::string Kind(model::AlternativeKind kind) const;

 private:
  std::string Pick(std::string_view english, std::string_view chinese) const {
    return std::string(is_chinese_ ? chinese : english);
  }
  std::string List(const std::vector<std::string>& items) const;

  bool is_chinese_;
};

}  // namespace facegate::dossier
