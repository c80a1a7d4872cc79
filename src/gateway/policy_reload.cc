#include "facegate/gateway/policy_reload.h"

#include <algorithm>
#include <string>
#include <vector>

#include "facegate/crypto/primitives.h"
#include "facegate/model/fields.h"
#include "facegate/model/resources.h"
#include "facegate/storage/typed.h"

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

audit::Event LoadedEvent(const model::OperatorId& log, const rules::RuleSet& rules) {
  audit::Event event;
  event.type = "policy.loaded";
  event.log = log;
  event.actor = audit::GatewayItself();
  event.request_id = crypto::RandomUuid();
  event.body.Set("packs", rules::PacksJson(rules.packs()));
  return event;
}

}  // namespace

Status ReloadPolicy(std::shared_ptr<const rules::RuleSet> rules, policy::Engine& engine,
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
