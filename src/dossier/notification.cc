// The draft of what an authority or people are told of an incident, or would be in a drill.
#include <utility>

#include "dossier/clocks.h"
#include "dossier/sources.h"
#include "facegate/model/duties.h"
#include "facegate/model/fields.h"

namespace facegate::dossier {

core::Result<documents::NotificationModel> Notification(const Sources& sources) {
  model::Incident wanted;
  wanted.op = sources.op.id;
  wanted.id = *sources.order.incident;
  const std::string name = model::NameOf(wanted);
  FG_ASSIGN_OR_RETURN(const auto row, storage::ReadOne<model::Incident>(sources.store, name));
  const model::Incident& incident = row.resource;
  documents::NotificationModel model;
  model.dated = Today(sources);
  model.nature =
      incident.drill ? documents::IncidentNature::kDrill : documents::IncidentNature::kReal;
  model.addressee = sources.order.addressee;
  model.controller = sources.op.display_name;
  model.contact = sources.op.complaint_channel;
  model.incident = name;
  model.kind = SameWord<documents::IncidentKind>(incident.kind);
  model.detected_at = core::FormatRfc3339(incident.detected_at);
  std::shared_ptr<const rules::RuleSet> rules;
  FG_ASSIGN_OR_RETURN(const auto clocks, ClocksOf(sources, incident, rules));
  for (const Clock& clock : clocks) {
    if (clock.addressee != sources.order.addressee) continue;
    model.clocks.push_back({clock.rule->id, clock.rule->article, core::FormatRfc3339(clock.due_at),
                            StateOf(clock, sources.now)});
  }
  FG_ASSIGN_OR_RETURN(const std::uint64_t stored, sources.store.CountStoredPersons(sources.op.id));
  model.stored_people = static_cast<std::int64_t>(stored);
  return model;
}

}  // namespace facegate::dossier
