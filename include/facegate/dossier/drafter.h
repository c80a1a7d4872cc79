// Fills the models of documents from the registers, the rules in force and the log.
//
// What a person must write, or nobody registered, stays empty and is named: a draft never invents a
// fact, a cost or a conclusion. Reads, never writes. See docs/DOCUMENTS.md.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "facegate/core/json.h"
#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/documents/composer.h"
#include "facegate/documents/models.h"
#include "facegate/model/date.h"
#include "facegate/model/ids.h"
#include "facegate/policy/engine.h"
#include "facegate/storage/store.h"

namespace facegate::dossier {

// Days are those of UTC, as records have them; both belong to the period.
struct Period {
  model::Date from;
  model::Date until;
};

struct Order {
  documents::Kind kind = documents::Kind::kCompliance;
  documents::Language language = documents::Language::kEnglish;  // of the sentences made here
  model::OperatorId op;
  std::optional<model::SiteId> site;          // compliance, sign, notice, assessment: needed
  std::optional<model::PurposeId> purpose;    // sign, notice, assessment: needed; filing: or all
  std::optional<model::IncidentId> incident;  // notification: needed
  std::optional<Period> period;               // compliance, transparency: needed
  documents::Addressee addressee = documents::Addressee::kAuthority;  // of a notification
};

struct Draft {
  core::Json model;  // as documents::FromJson reads it once nothing is missing
  // Paths of the members that are needed and empty, and of the prose that only people can write.
  std::vector<std::string> missing;
};

// Thread-safe.
class Drafter {
 public:
  // All must outlive it. `public_url` is where people reach the consent pages, which a sign's code
  // then leads to; "": nowhere.
  Drafter(const storage::Store& store, const policy::Engine& engine, const core::Clock& clock,
          std::string public_url = "")
      : store_(store), engine_(engine), clock_(clock), public_url_(std::move(public_url)) {}

  // States are those of the moment of the call; counts and records are those of the period.
  //
  // Returns INVALID_ARGUMENT BAD_DRAFT where the order lacks what its kind needs or has what it
  // cannot use, BAD_PERIOD for one that ends before it begins or begins in the future; NOT_FOUND
  // RESOURCE_NOT_FOUND for a name, LOG_EMPTY; what Engine::ReviewDeployment returns of packs; and
  // what the deadline returns, which long logs may reach.
  core::Result<Draft> Make(const Order& order, const core::Deadline& deadline) const;

 private:
  const storage::Store& store_;
  const policy::Engine& engine_;
  const core::Clock& clock_;
  const std::string public_url_;
};

}  // namespace facegate::dossier
