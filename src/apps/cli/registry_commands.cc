// One group of commands for each kind of resource (operator, site, ..., threshold-review): create,
// get, list, update, delete; and `exemption attest`, `registry apply`.
#include <iostream>
#include <memory>
#include <vector>

#include "apps/cli/commands.h"
#include "apps/cli/registry_fields.h"
#include "facegate/registry/description.h"

namespace facegate::apps {
namespace {

// What the flags of one command were given.
struct Given {
  std::string name;
  std::vector<std::vector<std::string>> values;  // per field
  std::vector<CLI::Option*> options;             // per field
  std::string etag;
};

// The resource as far as its flags were given; their names go to `mask`.
core::Result<core::Json> ReadResource(const Session& session, const ResourceKind& kind,
                                      const Given& given, std::vector<std::string>& mask) {
  core::Json resource = core::Json::MakeObject();
  for (std::size_t i = 0; i < kind.fields.size(); ++i) {
    if (given.options[i]->count() == 0) continue;
    FG_ASSIGN_OR_RETURN(core::Json value, ReadField(session, kind.fields[i], given.values[i]));
    if (!value.is_null()) resource.Set(kind.fields[i].name, std::move(value));
    mask.push_back(kind.fields[i].name);
  }
  return resource;
}

std::string Line(const Session& session, const std::string& verb, const core::Json& resource) {
  return verb + " " + session.ShortName(resource.StringOr("name", "")) + ", record " +
         std::to_string(resource.IntOr("logIndex", 0));
}

// operators/{o}/sites/{s}: the parent is what stands before the last two parts, or nothing.
std::string ParentOf(const std::string& name) {
  const std::size_t id = name.rfind('/');
  const std::size_t collection = id == 0 || id == std::string::npos ? id : name.rfind('/', id - 1);
  return collection == std::string::npos ? "" : name.substr(0, collection);
}

core::Result<core::Json> CallCreate(Session& session, const std::string& service,
                                    const model::Spelling& spelling, const std::string& name,
                                    core::Json resource) {
  core::Json request = core::Json::MakeObject();
  if (const std::string parent = ParentOf(name); !parent.empty()) request.Set("parent", parent);
  request.Set(spelling.member + "_id", name.substr(name.rfind('/') + 1))
      .Set(spelling.member, std::move(resource));
  return session.Call(service + "/Create" + spelling.noun, request);
}

core::Result<core::Json> CallUpdate(Session& session, const std::string& service,
                                    const model::Spelling& spelling, core::Json resource,
                                    const std::vector<std::string>& mask) {
  core::Json request = core::Json::MakeObject();
  request.Set(spelling.member, std::move(resource));
  // protobuf's JSON form of a mask: lowerCamelCase names, joined with commas.
  std::string camel;
  for (const std::string& name : mask) {
    if (!camel.empty()) camel += ',';
    camel += model::CamelOf(name);
  }
  request.Set("update_mask", camel);
  return session.Call(service + "/Update" + spelling.noun, request);
}

core::Result<Exit> Create(Session& session, const ResourceKind& kind, const Given& given) {
  const std::string name = session.FullName(given.name);
  if (name.find('/') == std::string::npos) return BadFlag("NAME", "is a full resource name");
  std::vector<std::string> mask;
  FG_ASSIGN_OR_RETURN(core::Json resource, ReadResource(session, kind, given, mask));
  FG_ASSIGN_OR_RETURN(const core::Json made,
                      CallCreate(session, kind.service, kind.spelling, name, std::move(resource)));
  session.Answer(made, Line(session, "created", made));
  return Exit::kYes;
}

core::Result<Exit> Update(Session& session, const ResourceKind& kind, const Given& given) {
  std::vector<std::string> mask;
  FG_ASSIGN_OR_RETURN(core::Json resource, ReadResource(session, kind, given, mask));
  if (mask.empty()) return BadFlag("update", "needs at least one field to change");
  resource.Set("name", session.FullName(given.name));
  if (!given.etag.empty()) resource.Set("etag", given.etag);
  FG_ASSIGN_OR_RETURN(const core::Json updated,
                      CallUpdate(session, kind.service, kind.spelling, std::move(resource), mask));
  session.Answer(updated, Line(session, "updated", updated));
  return Exit::kYes;
}

core::Json NameRequest(const Session& session, const std::string& name) {
  core::Json request = core::Json::MakeObject();
  request.Set("name", session.FullName(name));
  return request;
}

core::Result<Exit> Get(Session& session, const ResourceKind& kind, const Given& given) {
  FG_ASSIGN_OR_RETURN(
      const core::Json found,
      session.Call(kind.service + "/Get" + kind.spelling.noun, NameRequest(session, given.name)));
  session.Say(found.DumpPretty());
  return Exit::kYes;
}

core::Result<Exit> Delete(Session& session, const ResourceKind& kind, const Given& given) {
  const core::Json request = NameRequest(session, given.name);
  FG_ASSIGN_OR_RETURN(const core::Json deleted,
                      session.Call(kind.service + "/Delete" + kind.spelling.noun, request));
  session.Answer(deleted, "deleted " + request.StringOr("name", ""));
  return Exit::kYes;
}

core::Result<Exit> Attest(Session& session, const ResourceKind&, const Given& given) {
  FG_ASSIGN_OR_RETURN(const core::Json attested, session.Call("RegistryService/AttestExemption",
                                                              NameRequest(session, given.name)));
  session.Answer(attested, Line(session, "attested", attested));
  return Exit::kYes;
}

core::Result<Exit> List(Session& session, const ResourceKind& kind, const Given& given) {
  core::Json request = core::Json::MakeObject();
  if (!kind.spelling.parent_form.empty()) {
    const bool below_operator = kind.spelling.parent_form == "operators/{operator}";
    request.Set("parent", given.name.empty() && below_operator ? session.OperatorName()
                                                               : session.FullName(given.name));
  }
  core::Json all = core::Json::MakeArray();
  FG_RETURN_IF_ERROR(session.ForEach(kind.service + "/List" + kind.spelling.plural, request,
                                     kind.spelling.collection, [&](const core::Json& item) {
                                       if (!session.json()) {
                                         session.Say(item.StringOr("name", "") + "  " +
                                                     item.StringOr("displayName", ""));
                                       }
                                       all.Push(item);
                                       return core::Status::Ok();
                                     }));
  if (session.json()) session.Say(all.DumpPretty());
  return Exit::kYes;
}

using Run = core::Result<Exit> (*)(Session&, const ResourceKind&, const Given&);

void AddVerb(CLI::App& group, Session& session, const std::shared_ptr<const ResourceKind>& kind,
             const std::string& verb, const std::string& what, bool with_fields, Run run) {
  const bool lists = verb == "list";
  const std::string parent = ParentOf(kind->example);
  const std::string example =
      kind->command + " " + verb + " " +
      (lists ? (parent.empty() ? "operators/acme" : parent) : kind->example) +
      (with_fields ? " " + kind->flags : "");
  CLI::App* command = AddCommand(group, verb, what, "facegate " + example);
  auto given = std::make_shared<Given>();
  CLI::Option* name =
      command->add_option(lists ? "parent" : "name", given->name,
                          lists ? "Name of the parent" : "Full name, or relative to --operator");
  if (!lists) name->required();
  if (with_fields) {
    given->values.resize(kind->fields.size());
    for (std::size_t i = 0; i < kind->fields.size(); ++i) {
      const Field& field = kind->fields[i];
      CLI::Option* option = command->add_option(field.flag, given->values[i], field.help);
      if (field.kind == FieldKind::kYes) option->expected(0, 1)->default_str("true");
      given->options.push_back(option);
    }
  }
  if (verb == "update") {
    command->add_option("--etag", given->etag, "The revision that was read: fail if it moved");
  }
  command->callback([&session, kind, given, run] {
    session.SetAction([=, &session] { return run(session, *kind, *given); });
  });
}

// ---- registry apply ----

// Everything of the operator that a description may have.
core::Result<registry::Registered> ReadRegistered(Session& session,
                                                  const std::string& operator_name) {
  registry::Registered registered;
  const core::Result<core::Json> found = session.Call(
      "RegistryService/GetOperator", core::Json::MakeObject().Set("name", operator_name));
  if (!found.ok() && found.status().code() == core::Code::kNotFound) return registered;
  if (!found.ok()) return found.status();
  registered[operator_name] = *found;
  std::map<std::string, std::vector<std::string>> names;  // by the form of the name
  for (const model::Spelling& kind : registry::DescribedKinds()) {
    if (kind.parent_form.empty()) names[kind.form].push_back(operator_name);
    for (const std::string& parent : names[kind.parent_form]) {
      const core::Json request = core::Json::MakeObject().Set("parent", parent);
      FG_RETURN_IF_ERROR(session.ForEach("RegistryService/List" + kind.plural, request,
                                         kind.collection, [&](const core::Json& item) {
                                           const std::string name = item.StringOr("name", "");
                                           registered[name] = item;
                                           names[kind.form].push_back(name);
                                           return core::Status::Ok();
                                         }));
    }
  }
  return registered;
}

std::string ShortValue(const core::Json& value) {
  constexpr std::size_t kValueBytesMax = 60;
  std::string text = value.is_null() ? "nothing" : value.Dump();
  return text.size() <= kValueBytesMax ? text : std::to_string(text.size()) + " bytes";
}

void SayStep(const Session& session, const registry::Step& step) {
  using Action = registry::Step::Action;
  constexpr std::pair<Action, const char*> kSigns[] = {{Action::kCreate, "+ "},
                                                       {Action::kUpdate, "~ "},
                                                       {Action::kUnchanged, "= "},
                                                       {Action::kDelete, "- "}};
  for (const auto& [action, sign] : kSigns) {
    if (action == step.action) session.Say(sign + session.ShortName(step.name));
  }
  for (const registry::Difference& each : step.differences) {
    session.Say("    " + each.field + ": " + ShortValue(each.from) + " -> " + ShortValue(each.to));
  }
}

core::Status Take(Session& session, const registry::Step& step) {
  using Action = registry::Step::Action;
  core::Status status;
  if (step.action == Action::kCreate) {
    status = CallCreate(session, "RegistryService", step.spelling, step.name, step.body).status();
  } else if (step.action == Action::kUpdate) {
    core::Json body = step.body;
    body.Set("name", step.name).Set("etag", step.etag);
    std::vector<std::string> mask;
    for (const registry::Difference& each : step.differences) mask.push_back(each.field);
    status = CallUpdate(session, "RegistryService", step.spelling, std::move(body), mask).status();
  } else if (step.action == Action::kDelete) {
    status = session
                 .Call("RegistryService/Delete" + step.spelling.noun,
                       core::Json::MakeObject().Set("name", step.name))
                 .status();
  }
  if (status.ok()) return status;
  return status.WithContext((step.where.empty() ? "" : step.where + ": ") + step.name);
}

core::Json StepJson(const registry::Step& step) {
  constexpr const char* kActions[] = {"create", "update", "unchanged", "delete"};
  core::Json changed = core::Json::MakeArray();
  for (const registry::Difference& each : step.differences) changed.Push(each.field);
  core::Json json = core::Json::MakeObject();
  json.Set("action", kActions[static_cast<int>(step.action)])
      .Set("name", step.name)
      .Set("changed", std::move(changed));
  return json;
}

core::Result<Exit> Apply(Session& session, const std::string& file, bool dry_run, bool prune) {
  using Action = registry::Step::Action;
  FG_ASSIGN_OR_RETURN(const registry::Description description, registry::Description::Load(file));
  FG_ASSIGN_OR_RETURN(const registry::Registered registered,
                      ReadRegistered(session, description.operator_name()));
  FG_ASSIGN_OR_RETURN(const std::vector<registry::Step> steps, description.Plan(registered, prune));
  std::size_t changes = 0;
  core::Json all = core::Json::MakeArray();
  for (const registry::Step& step : steps) {
    if (!dry_run) FG_RETURN_IF_ERROR(Take(session, step));
    if (!session.json()) SayStep(session, step);
    all.Push(StepJson(step));
    if (step.action != Action::kUnchanged) ++changes;
  }
  const std::string done = dry_run ? " to make" : " made";
  session.Answer(all, changes == 0 ? "nothing to do" : std::to_string(changes) + " changes" + done);
  return Exit::kYes;
}

void AddApply(CLI::App& app, Session& session) {
  CLI::App* group = AddGroup(app, "registry", "The whole register of an operator");
  CLI::App* command = AddCommand(*group, "apply", "Makes the register say what a file describes",
                                 "facegate registry apply site.yaml --dry-run");
  struct Flags {
    std::string file;
    bool dry_run = false;
    bool prune = false;
  };
  auto flags = std::make_shared<Flags>();
  command->add_option("file", flags->file, "The description, YAML")->required();
  command->add_flag("--dry-run", flags->dry_run, "Says what it would change, and changes nothing");
  command->add_flag("--prune", flags->prune, "Also deletes what the file does not have");
  command->callback([&session, flags] {
    session.SetAction(
        [&session, flags] { return Apply(session, flags->file, flags->dry_run, flags->prune); });
  });
}

}  // namespace

void AddRegistryCommands(CLI::App& app, Session& session) {
  for (ResourceKind& value : ResourceKinds()) {
    const auto kind = std::make_shared<const ResourceKind>(std::move(value));
    std::string plural = kind->spelling.plural;
    CLI::App* group = AddGroup(app, kind->command, "The register's " + plural);
    AddVerb(*group, session, kind, "create", "Registers one", true, Create);
    AddVerb(*group, session, kind, "get", "Shows one", false, Get);
    AddVerb(*group, session, kind, "list", "Lists all of a parent", false, List);
    AddVerb(*group, session, kind, "update", "Changes the given fields", true, Update);
    AddVerb(*group, session, kind, "delete", "Deletes one that has nothing below it", false,
            Delete);
    if (kind->spelling.noun == "Exemption") {
      AddVerb(*group, session, kind, "attest", "Adds your word; two are needed", false, Attest);
    }
  }
  AddApply(app, session);
}

}  // namespace facegate::apps
