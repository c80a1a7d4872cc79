#include "facegate/gateway/policy_reload.h"

#include <algorithm>
#include <string>
#include <vector>

#include "facegate/crypto/primitives.h"
#include "facegate/model/fields.h"
#include "facegate/model/resources.h"

namespace facegate::gateway {
namespace {

using core::Code;
using core::Status;

constexpr std::size_t kPageSize = 256;

bool Has(const rules::RuleSet& rules, const std::string& pack) {
  return std::any_of(rules.packs().begin(), rules.packs().end(),
                     [&pack](const rules::PackInfo& known) { return known.id == pack; });
}

core::Result<std::vector<storage::Resource>> ListAll(const storage::Store& store,
                                                     const std::string& parent,
                                                     std::string_view kind) {
  std::vector<storage::Resource> all;
  std::string after;
  while (true) {
    FG_ASSIGN_OR_RETURN(auto page, store.ListResources(parent, kind, after, kPageSize));
    const bool is_last = page.size() < kPageSize;
    if (!page.empty()) after = page.back().name;
    std::move(page.begin(), page.end(), std::back_inserter(all));
    if (is_last) return all;
  }
}

Status CheckSites(const storage::Store& store, const storage::Resource& op,
                  const rules::RuleSet& rules) {
  FG_ASSIGN_OR_RETURN(const auto sites, ListAll(store, op.name, model::Kind<model::Site>::kWord));
  for (const storage::Resource& row : sites) {
    FG_ASSIGN_OR_RETURN(const core::Json body, core::Json::Parse(row.body));
    FG_ASSIGN_OR_RETURN(const model::Site site, model::FromJson<model::Site>(body));
    for (const std::string& pack : site.packs) {
      if (Has(rules, pack)) continue;
      return Status(Code::kFailedPrecondition, "PACK_STILL_NAMED",
                    row.name + " names the pack " + pack + ", which is not among the files");
    }
  }
  return Status::Ok();
}

audit::Event LoadedEvent(const model::OperatorId& log, const rules::RuleSet& rules) {
  audit::Event event;
  event.type = "policy.loaded";
  event.log = log;
  event.actor.role = model::Role::kOperator;
  event.actor.fingerprint = "gateway";
  event.request_id = crypto::RandomUuid();
  core::Json packs = core::Json::MakeArray();
  for (const rules::PackInfo& pack : rules.packs()) {
    core::Json json = core::Json::MakeObject();
    json.Set("id", pack.id).Set("version", pack.version).Set("sha256", pack.sha256);
    packs.Push(std::move(json));
  }
  event.body.Set("packs", std::move(packs));
  return event;
}

}  // namespace

Status ReloadPolicy(std::shared_ptr<const rules::RuleSet> rules, policy::Engine& engine,
                    const storage::Store& store, audit::Ledger& ledger) {
  FG_ASSIGN_OR_RETURN(const auto operators,
                      ListAll(store, "", model::Kind<model::Operator>::kWord));
  for (const storage::Resource& op : operators) {
    FG_RETURN_IF_ERROR(CheckSites(store, op, *rules));
  }
  engine.Reload(rules);
  for (const storage::Resource& op : operators) {
    FG_ASSIGN_OR_RETURN(const model::OperatorId log, model::ParseOperatorName(op.name));
    FG_RETURN_IF_ERROR(ledger.Append(LoadedEvent(log, *rules), {}).status());
  }
  return Status::Ok();
}

}  // namespace facegate::gateway
