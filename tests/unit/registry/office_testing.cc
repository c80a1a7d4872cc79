#include <utility>

#include "office.h"

namespace facegate::registry {
namespace {

const std::string kPolicies = std::string(FACEGATE_SOURCE_DIR) + "/config/policies/";

}  // namespace

Office::Office() {
  audit::LedgerOptions options;
  options.gateway_name = "gate.example";
  auto ledger = audit::Ledger::Open(*store_, *keys_, clock_, metrics_, logger_, options);
  FG_CHECK(ledger.ok());
  ledger_ = std::move(ledger).value();

  auto vocabulary = rules::Vocabulary::Load(kPolicies + "vocabulary.yaml");
  FG_CHECK(vocabulary.ok());
  vocabulary_ = *vocabulary;
  auto rules = rules::RuleSet::Load(vocabulary_, {kPolicies + "core.yaml"});
  FG_CHECK(rules.ok());
  engine_ =
      std::make_unique<policy::Engine>(*store_, clock_, *rules, policy::EngineOptions{}, nullptr);
  registry_ = std::make_unique<RegistryService>(*store_, *ledger_, clock_, *engine_);
  caller_.principal.role = model::Role::kOperator;
  caller_.principal.fingerprint = "development";
  caller_.request_id = "7d444840-9dc0-41d1-b245-5ffdce74fad2";
}

model::Operator Office::AnOperator() const {
  model::Operator v;
  v.id = op_;
  v.display_name = "Acme";
  return v;
}

model::Site Office::ASite() const {
  model::Site v;
  v.op = op_;
  v.id = site_;
  v.display_name = "Head office";
  v.venue_kind = model::VenueKind::kOffice;
  v.country = "CN";
  v.region = "Shanghai";
  v.city = "上海";
  return v;
}

model::AccessPoint Office::AnAccessPoint() const {
  model::AccessPoint v;
  v.op = op_;
  v.site = site_;
  v.id = access_point_;
  v.display_name = "Main door";
  v.alternatives = {{model::AlternativeKind::kCard, "Card reader", true}};
  return v;
}

model::Camera Office::ACamera() const {
  model::Camera v;
  v.op = op_;
  v.site = site_;
  v.id = model::CameraId("cam-1");
  v.display_name = "Left of the door";
  v.access_point = access_point_;
  return v;
}

model::Purpose Office::APurpose() const {
  model::Purpose v;
  v.op = op_;
  v.id = purpose_;
  v.display_name = "Entry to the building";
  v.necessity_statement = "Cards are passed on between colleagues.";
  v.alternatives_assessed = true;
  return v;
}

model::Notice Office::ANotice() const {
  model::Notice v;
  v.op = op_;
  v.purpose = purpose_;
  v.id = model::NoticeId("en");
  v.language = "en";
  v.text = "We compare your face with a template to open this door.\n";
  return v;
}

void Office::UseRules(const std::string& pack_yaml) {
  auto rules = rules::RuleSet::Parse(vocabulary_, "test.yaml", pack_yaml);
  ASSERT_TRUE(rules.ok()) << rules.status().ToString();
  engine_->Reload(*rules);
}

std::string Office::EntryAt(std::uint64_t index) const {
  const auto entries = store_->ReadEntries(op_, index, 1);
  FG_CHECK(entries.ok() && entries->size() == 1);
  return entries->front().entry;
}

std::uint64_t Office::LogSize() const {
  const auto head = store_->GetLogHead(op_);
  FG_CHECK(head.ok());
  return head->size;
}

}  // namespace facegate::registry
