#include "facegate/gateway/policy_reload.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/crypto/primitives.h"
#include "facegate/model/fields.h"
#include "facegate/model/resources.h"
#include "facegate/storage/typed.h"
#include "gateway/newest_record.h"

namespace facegate::gateway {
namespace {

using core::Code;
using core::Status;

bool Has(const rules::RuleSet& rules, const std::string& pack) {
  return std::any_of(rules.packs().begin(), rules.packs().end(),
                     [&pack](const rules::PackInfo& known) { return known.id == pack; });
}

Status CheckSites(const storage::Store& store, const model::Operator& op,
                  const rules::RuleSet& rules) {
  FG_ASSIGN_OR_RETURN(const auto sites,
                      storage::ReadResources<model::Site>(store, model::NameOf(op)));
  for (const model::Site& site : sites) {
    for (const std::string& pack : site.packs) {
      if (Has(rules, pack)) continue;
      return Status(
          Code::kFailedPrecondition, "PACK_STILL_NAMED",
          model::NameOf(site) + " names the pack " + pack + ", which is not among the files");
    }
  }
  return Status::Ok();
}

constexpr std::string_view kLoaded = "policy.loaded";

audit::Event LoadedEvent(const model::OperatorId& log, const rules::RuleSet& rules) {
  audit::Event event;
  event.type = kLoaded;
  event.log = log;
  event.actor = audit::GatewayItself();
  event.request_id = crypto::RandomUuid();
  event.body.Set("packs", rules::PacksJson(rules.packs()));
  return event;
}

// Whether the log's newest policy.loaded names these packs, of these versions and bytes, in this
// order.
core::Result<bool> TellsOf(const storage::Store& store, const model::OperatorId& log,
                           const rules::RuleSet& rules) {
  FG_ASSIGN_OR_RETURN(const auto newest, NewestOfType(store, log, kLoaded));
  if (!newest) return false;
  FG_ASSIGN_OR_RETURN(const core::Json line, storage::LineOf(newest->entry));
  const core::Json* packs = line.Find("packs");
  return packs != nullptr && packs->Dump() == rules::PacksJson(rules.packs()).Dump();
}

}  // namespace

Status RecordPolicy(const model::OperatorId& log, const rules::RuleSet& rules,
                    const storage::Store& store, audit::Ledger& ledger) {
  FG_ASSIGN_OR_RETURN(const bool is_told, TellsOf(store, log, rules));
  if (is_told) return Status::Ok();
  return ledger.Append(LoadedEvent(log, rules), {}).status();
}

Status RecordPolicyInAll(const rules::RuleSet& rules, const storage::Store& store,
                         audit::Ledger& ledger) {
  FG_ASSIGN_OR_RETURN(const auto operators, storage::ReadResources<model::Operator>(store, ""));
  for (const model::Operator& op : operators) {
    FG_RETURN_IF_ERROR(RecordPolicy(op.id, rules, store, ledger));
  }
  return Status::Ok();
}

Status ReloadPolicy(const std::shared_ptr<const rules::RuleSet>& rules, policy::Engine& engine,
                    const storage::Store& store, audit::Ledger& ledger) {
  FG_ASSIGN_OR_RETURN(const auto operators, storage::ReadResources<model::Operator>(store, ""));
  for (const model::Operator& op : operators) {
    FG_RETURN_IF_ERROR(CheckSites(store, op, *rules));
  }
  engine.Reload(rules);
  for (const model::Operator& op : operators) {
    FG_RETURN_IF_ERROR(ledger.Append(LoadedEvent(op.id, *rules), {}).status());
  }
  return Status::Ok();
}

}  // namespace facegate::gateway
