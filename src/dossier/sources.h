// What every draft is made from, and what most of them read first.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "facegate/core/check.h"
#include "facegate/core/json.h"
#include "facegate/core/text.h"
#include "facegate/dossier/drafter.h"
#include "facegate/model/compliance.h"
#include "facegate/model/resources.h"
#include "facegate/storage/typed.h"

namespace facegate::dossier {

struct Sources {
  const storage::Store& store;
  const policy::Engine& engine;
  core::Timestamp now;
  const core::Deadline& deadline;
  const Order& order;
  model::Operator op;
  std::string public_url;  // of the consent pages; "" where none are served
};

// One record of the log, as its line says.
struct Line {
  std::uint64_t index = 0;
  core::Json json;
};

// The line of a record. DATA_LOSS BAD_RECORD where it is none.
core::Result<Line> LineOf(const storage::LogEntry& entry);

// Every record of the operator that fits `query`, in order; pages of it are read while the caller
// still waits.
core::Status ForEachRecord(const Sources& sources, storage::LogQuery query,
                           const std::function<core::Status(const Line&)>& take);

// `query` narrowed to the order's period. Requires: it has one.
storage::LogQuery InPeriod(const Sources& sources, storage::LogQuery query);
bool IsWithin(const Period& period, core::Timestamp time);
bool IsWithin(const Period& period, model::Date day);

// The log as it stands. NOT_FOUND LOG_EMPTY, DATA_LOSS LOG_DAMAGED.
core::Result<documents::LogState> LogStateOf(const Sources& sources);

documents::Day DayOf(model::Date day);
documents::Day Today(const Sources& sources);

// The value of a document's enum that has the word of the registry's.
template <class D, class M>
D SameWord(M value) {
  const D same = static_cast<D>(value);
  FG_CHECK(documents::WordOf(same) == core::AsciiLower(model::Word(value)));
  return same;
}

// A text, or nothing where there is none.
inline std::optional<std::string> TextOr(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

// The deployments of a site: each camera for each purpose that is pursued there. A purpose is where
// somebody consented to it or a record of the site names it; before any is, all of them are. Ended
// ones are none.
struct Deployments {
  model::Site site;
  std::vector<model::Camera> cameras;
  std::vector<model::Purpose> purposes;
  std::vector<policy::Review> reviews;
};
core::Result<Deployments> DeploymentsAt(const Sources& sources, const model::SiteId& site);

// One function a kind of document.
core::Result<documents::ComplianceModel> Compliance(const Sources& sources);
core::Result<documents::TransparencyModel> Transparency(const Sources& sources);
core::Result<documents::DutiesModel> Duties(const Sources& sources);
core::Result<documents::SignModel> Sign(const Sources& sources);
core::Result<documents::NoticeModel> Notice(const Sources& sources);
core::Result<documents::AssessmentModel> Assessment(const Sources& sources);
core::Result<documents::FilingModel> Filing(const Sources& sources);
core::Result<documents::NotificationModel> Notification(const Sources& sources);

}  // namespace facegate::dossier
