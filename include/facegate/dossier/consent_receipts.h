// Consent receipts: one set of facts about a consent and its events, written three ways.
//
// ISO/IEC TS 27560 as JSON-LD with DPV terms, Kantara Consent Receipt v1.1, and the model of the
// page that people are handed. The first two are signed and carry the log's proofs. Reads, never
// writes. See docs/RECEIPTS.md.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "facegate/audit/ledger.h"
#include "facegate/core/json.h"
#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/crypto/key_ring.h"
#include "facegate/documents/composer.h"
#include "facegate/documents/models.h"
#include "facegate/model/people.h"
#include "facegate/model/resources.h"
#include "facegate/policy/engine.h"
#include "facegate/storage/store.h"

namespace facegate::dossier {

// Everything that a receipt says, whatever its form.
struct ReceiptFacts {
  struct Event {
    model::ConsentStatus state = model::ConsentStatus::kRequested;
    std::string type;  // "consent.granted"
    audit::Receipt receipt;
  };
  std::string receipt_id;  // a UUID, new with every receipt
  core::Timestamp issued_at;
  model::Consent consent;
  model::Operator op;
  model::Site site;
  model::Purpose purpose;
  std::string notice_language;  // of the notice that was shown; "" where it is no longer registered
  std::vector<Event> events;    // oldest first; at least one; without those that were pruned
  std::vector<model::Template> templates;  // that rest on it
  std::vector<std::string> recipients;     // of registered disclosures, for this purpose or any
  std::string storage_location, storage_country;
  std::string own_page_url;     // of the page of the token's holder; "" where none is served
  std::string withdrawal_page;  // the same, or its pattern where the token is not known
  std::string notice_url;
  std::string log_origin;
};

// Thread-safe.
class ConsentReceipts {
 public:
  // `public_url` is where people reach the consent pages, without a slash at its end; "": nowhere.
  // All others must outlive it.
  ConsentReceipts(const storage::Store& store, const policy::Engine& engine,
                  const audit::Ledger& ledger, const crypto::KeyRing& keys,
                  const core::Clock& clock, std::string public_url)
      : store_(store),
        engine_(engine),
        ledger_(ledger),
        keys_(keys),
        clock_(clock),
        public_url_(std::move(public_url)) {}

  // The facts as they are now. `token` is that of the consent's receipt, or "".
  // Returns DATA_LOSS as the log does, NOT_FOUND RESOURCE_NOT_FOUND for a registry that lost what
  // the consent names, RECORD_PRUNED for one that ended so long ago that no record of it is left.
  core::Result<ReceiptFacts> Collect(const model::Consent& consent, const std::string& token) const;

  // ISO/IEC TS 27560, JSON-LD; signed.
  core::Json AsIso27560(const ReceiptFacts& facts, documents::Language language) const;
  // Kantara Consent Receipt v1.1; signed.
  core::Json AsKantara(const ReceiptFacts& facts, documents::Language language) const;
  // What the document "receipt" is made from.
  documents::ReceiptModel AsPage(const ReceiptFacts& facts, documents::Language language) const;

 private:
  core::Json Sign(core::Json receipt, const ReceiptFacts& facts) const;

  const storage::Store& store_;
  const policy::Engine& engine_;
  const audit::Ledger& ledger_;
  const crypto::KeyRing& keys_;
  const core::Clock& clock_;
  const std::string public_url_;
};

// Where the notice of a purpose at a site is, and a token's own page, below `public_url`; "" where
// that is empty.
std::string NoticePageUrl(const std::string& public_url, const model::SiteRef& site,
                          const model::PurposeId& purpose);
std::string OwnPageUrl(const std::string& public_url, const std::string& token);

}  // namespace facegate::dossier
