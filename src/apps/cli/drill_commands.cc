// drill start|tell|close: a breach as an exercise. It leaves the records of a real incident, which
// say that it is a drill, and counts as none.
#include <memory>
#include <string>
#include <string_view>

#include "apps/cli/commands.h"
#include "facegate/core/text.h"
#include "facegate/core/time.h"

namespace facegate::apps {
namespace {

constexpr std::string_view kWhom[] = {"authority", "people"};

struct DrillFlags {
  std::string id;
  std::string kind = "leak";
  bool high_risk = false;
  std::string whom;
};

std::string NameOf(const Session& session, const DrillFlags& flags) {
  const bool is_name = flags.id.find('/') != std::string::npos;
  return session.FullName(is_name ? flags.id : "incidents/" + flags.id);
}

std::string Now() { return core::FormatRfc3339(core::SystemClock().Now()); }

// Who must be told by when, as the rules in force have it; a line for each.
core::Result<core::Json> Clocks(Session& session, const std::string& name, std::string& lines) {
  core::Json all = core::Json::MakeArray();
  for (const std::string_view whom : kWhom) {
    core::Json request = core::Json::MakeObject();
    request.Set("parent", session.OperatorName())
        .Set("kind", "DOCUMENT_KIND_NOTIFICATION")
        .Set("incident", name)
        .Set("addressee", "ADDRESSEE_" + core::AsciiUpper(whom));
    FG_ASSIGN_OR_RETURN(const core::Json answer,
                        session.Call("DutyService/DraftDocument", request));
    FG_ASSIGN_OR_RETURN(const core::Json model,
                        core::Json::Parse(answer.StringOr("modelJson", "")));
    const core::Json& clocks = MemberOrNull(model, "clocks");
    if (!clocks.is_array()) continue;
    for (core::Json clock : clocks.AsArray()) {
      lines += std::string(whom) + " by " + clock.StringOr("due_at", "") + ": " +
               clock.StringOr("rule", "") + " (" + clock.StringOr("article", "") + "), " +
               clock.StringOr("state", "") + "\n";
      all.Push(clock.Set("whom", whom));
    }
  }
  if (all.AsArray().empty()) lines += "no rule in force at the operator's sites sets a time\n";
  return all;
}

// The incident with its clocks, and how to get the drafts.
core::Result<Exit> Show(Session& session, const std::string& verb, const core::Json& incident) {
  const std::string name = incident.StringOr("name", "");
  std::string lines;
  FG_ASSIGN_OR_RETURN(core::Json clocks, Clocks(session, name, lines));
  core::Json answer = core::Json::MakeObject();
  answer.Set("incident", incident).Set("clocks", std::move(clocks));
  session.Answer(answer, verb + " " + session.ShortName(name) + ", record " +
                             std::to_string(incident.IntOr("logIndex", 0)) + "\n" + lines +
                             "drafts: facegate docs notification --incident " +
                             session.ShortName(name) + " --whom authority|people");
  return Exit::kYes;
}

core::Result<Exit> Start(Session& session, const DrillFlags& flags) {
  const std::string name = NameOf(session, flags);
  core::Json incident = core::Json::MakeObject();
  incident.Set("kind", "INCIDENT_KIND_" + core::AsciiUpper(flags.kind))
      .Set("drill", true)
      .Set("detect_time", Now())
      .Set("high_risk", flags.high_risk);
  core::Json request = core::Json::MakeObject();
  request.Set("parent", session.OperatorName())
      .Set("incident_id", name.substr(name.rfind('/') + 1))
      .Set("incident", std::move(incident));
  FG_ASSIGN_OR_RETURN(const core::Json made, session.Call("DutyService/CreateIncident", request));
  return Show(session, "started", made);
}

// Sets a time of the drill to now. An incident that is none is left alone.
core::Result<core::Json> Stamp(Session& session, const DrillFlags& flags, const char* member,
                               const char* mask) {
  core::Json get = core::Json::MakeObject();
  get.Set("name", NameOf(session, flags));
  FG_ASSIGN_OR_RETURN(const core::Json known, session.Call("DutyService/GetIncident", get));
  if (!known.BoolOr("drill", false)) {
    return core::Status(core::Code::kFailedPrecondition, "NOT_A_DRILL",
                        "that is a real incident: see `facegate incident update`");
  }
  core::Json incident = core::Json::MakeObject();
  incident.Set("name", known.StringOr("name", ""))
      .Set("etag", known.StringOr("etag", ""))
      .Set(member, Now());
  core::Json request = core::Json::MakeObject();
  request.Set("incident", std::move(incident)).Set("update_mask", mask);
  return session.Call("DutyService/UpdateIncident", request);
}

core::Result<Exit> Tell(Session& session, const DrillFlags& flags) {
  const bool is_authority = flags.whom == kWhom[0];
  FG_ASSIGN_OR_RETURN(
      const core::Json updated,
      Stamp(session, flags, is_authority ? "authority_notify_time" : "subjects_notify_time",
            is_authority ? "authorityNotifyTime" : "subjectsNotifyTime"));
  return Show(session, "told " + flags.whom + " in", updated);
}

core::Result<Exit> Close(Session& session, const DrillFlags& flags) {
  FG_ASSIGN_OR_RETURN(const core::Json closed, Stamp(session, flags, "close_time", "closeTime"));
  FG_ASSIGN_OR_RETURN(const core::Timestamp began,
                      core::ParseRfc3339(closed.StringOr("detectTime", "")));
  std::string steps = "closed";
  for (const auto& [member, step] : {std::pair{"authorityNotifyTime", "authority told after"},
                                     std::pair{"subjectsNotifyTime", "people told after"},
                                     std::pair{"closeTime", "closed after"}}) {
    const std::string time = closed.StringOr(member, "");
    if (time.empty()) continue;
    FG_ASSIGN_OR_RETURN(const core::Timestamp at, core::ParseRfc3339(time));
    steps.append("; ").append(step).append(" ").append(std::to_string((at - began) / 1000));
    steps += " s";
  }
  return Show(session, steps + ":", closed);
}

using Run = core::Result<Exit> (*)(Session&, const DrillFlags&);

std::shared_ptr<DrillFlags> AddStep(CLI::App& group, Session& session, const std::string& verb,
                                    const std::string& what, const std::string& example, Run run,
                                    CLI::App*& command) {
  command = AddCommand(group, verb, what, "facegate drill " + verb + " spring" + example);
  auto flags = std::make_shared<DrillFlags>();
  command->add_option("drill", flags->id, "Its id")->required();
  SetRun(*command, session, flags, run);
  return flags;
}

}  // namespace

void AddDrillCommands(CLI::App& app, Session& session) {
  CLI::App* group = AddGroup(app, "drill", "A breach as an exercise");
  CLI::App* command = nullptr;
  const auto start =
      AddStep(*group, session, "start", "Opens it, and says who would have to be told by when",
              " --kind leak --high-risk", Start, command);
  command->add_option("--kind", start->kind, "What happened to the data")
      ->check(CLI::IsMember({"leak", "tampering", "loss", "misuse", "outage", "other"}))
      ->capture_default_str();
  command->add_flag("--high-risk", start->high_risk, "For the people concerned");
  const auto tell = AddStep(*group, session, "tell", "Notes that somebody would be told now",
                            " --whom authority", Tell, command);
  command->add_option("--whom", tell->whom, "authority or people")
      ->required()
      ->check(CLI::IsMember({"authority", "people"}));
  AddStep(*group, session, "close", "Ends it, and says how long each step took", "", Close,
          command);
}

}  // namespace facegate::apps
