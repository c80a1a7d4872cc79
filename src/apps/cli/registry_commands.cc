// operator, site, access-point, camera, purpose, notice: create, get, list, update, delete.
#include <memory>
#include <optional>
#include <sstream>
#include <vector>

#include "apps/cli/commands.h"

namespace facegate::apps {
namespace {

enum class FieldKind { kText, kNumber, kYes, kWord, kRegion, kAlternatives, kFile };

// A field of a resource and the flag that sets it.
struct Field {
  std::string flag;  // "--venue"
  std::string name;  // in the proto: "venue_kind"
  FieldKind kind = FieldKind::kText;
  std::string help;
  std::string word_prefix;  // of kWord: "VENUE_KIND_"
};

// A kind of resource: its command, its words in the protocol, its fields.
struct Kind {
  std::string command;  // "access-point"
  std::string noun;     // of methods: "AccessPoint"
  std::string member;   // of requests: "access_point"
  std::string plural;   // of lists: "accessPoints"
  std::string example;  // a relative name
  std::string flags;    // of the example
  std::vector<Field> fields;
};

std::vector<Kind> Kinds() {
  const Field display{"--display-name", "display_name", FieldKind::kText, "What people call it",
                      ""};
  return {
      {"operator",
       "Operator",
       "operator",
       "operators",
       "operators/acme",
       "--display-name 'Acme AG'",
       {display}},
      {"site",
       "Site",
       "site",
       "sites",
       "operators/acme/sites/lobby",
       "--display-name 'Office lobby' --venue OFFICE --country CH",
       {display,
        {"--venue", "venue_kind", FieldKind::kWord, "What kind of place", "VENUE_KIND_"},
        {"--country", "country", FieldKind::kText, "ISO 3166-1 alpha-2", ""},
        {"--region", "region", FieldKind::kText, "State or province", ""},
        {"--city", "city", FieldKind::kText, "City", ""},
        {"--public-place", "public_place", FieldKind::kYes, "Anyone may enter", ""}}},
      {"access-point",
       "AccessPoint",
       "access_point",
       "accessPoints",
       "operators/acme/sites/lobby/accessPoints/main",
       "--alternative 'CARD:badge reader'",
       {display,
        {"--alternative", "alternatives", FieldKind::kAlternatives,
         "Another way through, KIND:name; repeatable; KIND:name:down is out of order", ""}}},
      {"camera",
       "Camera",
       "camera",
       "cameras",
       "operators/acme/sites/lobby/cameras/door",
       "--use DOOR --access-point operators/acme/sites/lobby/accessPoints/main "
       "--region 0.33,0,0.67,1",
       {display,
        {"--use", "use", FieldKind::kWord, "DOOR, MARKED_LANE or ENROLLMENT_DESK", "CAMERA_USE_"},
        {"--access-point", "access_point", FieldKind::kText, "Its access point", ""},
        {"--region", "region_of_interest", FieldKind::kRegion, "x0,y0,x1,y1 as fractions", ""},
        {"--min-face-px", "min_face_px", FieldKind::kNumber, "Smaller faces are ignored", ""}}},
      {"purpose",
       "Purpose",
       "purpose",
       "purposes",
       "operators/acme/purposes/building_access",
       "--category ACCESS_CONTROL --necessity 'hands-free entry' --retention-days 30",
       {display,
        {"--category", "category", FieldKind::kWord, "What it is about", "PURPOSE_CATEGORY_"},
        {"--retention-days", "retention_days", FieldKind::kNumber, "1..3650", ""},
        {"--necessity", "necessity_statement", FieldKind::kText, "Why a face is needed", ""},
        {"--alternatives-assessed", "alternatives_assessed", FieldKind::kYes,
         "Other ways were considered and found wanting", ""}}},
      {"notice",
       "Notice",
       "notice",
       "notices",
       "operators/acme/purposes/building_access/notices/en",
       "--language en --text-file notice.txt",
       {{"--purpose-version", "purpose_version", FieldKind::kNumber, "What it explains", ""},
        {"--language", "language", FieldKind::kText, "BCP 47, such as zh-CN", ""},
        {"--text", "text", FieldKind::kText, "The text as shown", ""},
        {"--text-file", "text", FieldKind::kFile, "A file that holds the text as shown", ""}}},
  };
}

// What the flags of one command were given.
struct Given {
  std::string name;
  std::vector<std::vector<std::string>> values;  // per field
  std::vector<CLI::Option*> options;             // per field
  std::string etag;
};

core::Status BadFlag(const std::string& flag, const std::string& what) {
  return core::Status(core::Code::kInvalidArgument, "BAD_FLAG", flag + " " + what);
}

std::vector<std::string> Split(const std::string& text, char at, std::size_t parts_max) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  while (parts.size() + 1 < parts_max) {
    const std::size_t end = text.find(at, from);
    if (end == std::string::npos) break;
    parts.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  parts.push_back(text.substr(from));
  return parts;
}

std::optional<double> ReadNumber(const std::string& text) {
  std::istringstream in(text);
  in.imbue(std::locale::classic());
  double value = 0;
  if (!(in >> value) || !in.eof()) return std::nullopt;
  return value;
}

core::Result<core::Json> ReadRegion(const std::string& flag, const std::string& text) {
  const std::vector<std::string> parts = Split(text, ',', 5);
  if (parts.size() != 4) return BadFlag(flag, "is x0,y0,x1,y1");
  core::Json region = core::Json::MakeObject();
  constexpr const char* kNames[] = {"x0", "y0", "x1", "y1"};
  for (std::size_t i = 0; i < 4; ++i) {
    const std::optional<double> value = ReadNumber(parts[i]);
    if (!value) return BadFlag(flag, "is x0,y0,x1,y1");
    region.Set(kNames[i], *value);
  }
  return region;
}

core::Result<core::Json> ReadAlternatives(const std::string& flag,
                                          const std::vector<std::string>& texts) {
  core::Json list = core::Json::MakeArray();
  for (const std::string& text : texts) {
    const std::vector<std::string> parts = Split(text, ':', 3);
    if (parts.size() < 2 || (parts.size() == 3 && parts[2] != "down")) {
      return BadFlag(flag, "is KIND:name or KIND:name:down");
    }
    core::Json item = core::Json::MakeObject();
    item.Set("kind", "ALTERNATIVE_KIND_" + parts[0]).Set("display_name", parts[1]);
    item.Set("operational", parts.size() == 2);
    list.Push(std::move(item));
  }
  return list;
}

core::Result<core::Json> ReadField(const Session& session, const Field& field,
                                   const std::vector<std::string>& values) {
  switch (field.kind) {
    case FieldKind::kText:
      return core::Json(field.name == "access_point" ? session.FullName(values.back())
                                                     : values.back());
    case FieldKind::kNumber: {
      const std::optional<double> value = ReadNumber(values.back());
      if (!value) return BadFlag(field.flag, "is a number");
      return core::Json(static_cast<std::int64_t>(*value));
    }
    case FieldKind::kYes:
      return core::Json(values.back() != "false");
    case FieldKind::kWord:
      return core::Json(field.word_prefix + values.back());
    case FieldKind::kRegion:
      return ReadRegion(field.flag, values.back());
    case FieldKind::kAlternatives:
      return ReadAlternatives(field.flag, values);
    case FieldKind::kFile: {
      FG_ASSIGN_OR_RETURN(std::string text, ReadWholeFile(values.back()));
      return core::Json(std::move(text));
    }
  }
  FG_CHECK(false);
}

// The resource as far as its flags were given; their names go to `mask`.
core::Result<core::Json> ReadResource(const Session& session, const Kind& kind, const Given& given,
                                      std::string& mask) {
  core::Json resource = core::Json::MakeObject();
  for (std::size_t i = 0; i < kind.fields.size(); ++i) {
    if (given.options[i]->count() == 0) continue;
    FG_ASSIGN_OR_RETURN(core::Json value, ReadField(session, kind.fields[i], given.values[i]));
    resource.Set(kind.fields[i].name, std::move(value));
    mask += (mask.empty() ? "" : ",") + kind.fields[i].name;
  }
  return resource;
}

std::string Line(const Session& session, const std::string& verb, const core::Json& resource) {
  return verb + " " + session.ShortName(resource.StringOr("name", "")) + ", record " +
         std::to_string(resource.IntOr("logIndex", 0));
}

core::Result<Exit> Create(Session& session, const Kind& kind, const Given& given) {
  const std::string name = session.FullName(given.name);
  const std::size_t slash = name.rfind('/');
  if (slash == std::string::npos) return BadFlag("NAME", "is a full resource name");
  std::string mask;
  FG_ASSIGN_OR_RETURN(core::Json resource, ReadResource(session, kind, given, mask));
  core::Json request = core::Json::MakeObject();
  // operators/{o}/sites/{s}: the parent is what stands before the last two parts.
  if (const std::size_t collection = name.rfind('/', slash - 1); collection != std::string::npos) {
    request.Set("parent", name.substr(0, collection));
  }
  request.Set(kind.member + "_id", name.substr(slash + 1)).Set(kind.member, std::move(resource));
  FG_ASSIGN_OR_RETURN(const core::Json made,
                      session.Call("RegistryService/Create" + kind.noun, request));
  session.Answer(made, Line(session, "created", made));
  return Exit::kYes;
}

core::Result<Exit> Update(Session& session, const Kind& kind, const Given& given) {
  std::string mask;
  FG_ASSIGN_OR_RETURN(core::Json resource, ReadResource(session, kind, given, mask));
  if (mask.empty()) return BadFlag("update", "needs at least one field to change");
  resource.Set("name", session.FullName(given.name));
  if (!given.etag.empty()) resource.Set("etag", given.etag);
  core::Json request = core::Json::MakeObject();
  request.Set(kind.member, std::move(resource));
  // protobuf's JSON form of a mask: lowerCamelCase names, joined with commas.
  std::string camel;
  for (std::size_t i = 0; i < mask.size(); ++i) {
    const bool raise = mask[i] == '_' && i + 1 < mask.size();
    camel += raise ? static_cast<char>(std::toupper(mask[++i])) : mask[i];
  }
  request.Set("update_mask", camel);
  FG_ASSIGN_OR_RETURN(const core::Json updated,
                      session.Call("RegistryService/Update" + kind.noun, request));
  session.Answer(updated, Line(session, "updated", updated));
  return Exit::kYes;
}

core::Json NameRequest(const Session& session, const std::string& name) {
  core::Json request = core::Json::MakeObject();
  request.Set("name", session.FullName(name));
  return request;
}

core::Result<Exit> Get(Session& session, const Kind& kind, const Given& given) {
  FG_ASSIGN_OR_RETURN(const core::Json found, session.Call("RegistryService/Get" + kind.noun,
                                                           NameRequest(session, given.name)));
  session.Say(found.DumpPretty());
  return Exit::kYes;
}

core::Result<Exit> Delete(Session& session, const Kind& kind, const Given& given) {
  const core::Json request = NameRequest(session, given.name);
  FG_ASSIGN_OR_RETURN(const core::Json deleted,
                      session.Call("RegistryService/Delete" + kind.noun, request));
  session.Answer(deleted, "deleted " + request.StringOr("name", ""));
  return Exit::kYes;
}

core::Result<Exit> List(Session& session, const Kind& kind, const Given& given) {
  core::Json request = core::Json::MakeObject();
  if (kind.command != "operator") {
    const bool below_operator = kind.command == "site" || kind.command == "purpose";
    request.Set("parent", given.name.empty() && below_operator ? session.OperatorName()
                                                               : session.FullName(given.name));
  }
  core::Json all = core::Json::MakeArray();
  FG_RETURN_IF_ERROR(session.ForEach(
      "RegistryService/List" + kind.noun + "s", request, kind.plural, [&](const core::Json& item) {
        if (!session.json()) {
          session.Say(item.StringOr("name", "") + "  " + item.StringOr("displayName", ""));
        }
        all.Push(item);
        return core::Status::Ok();
      }));
  if (session.json()) session.Say(all.DumpPretty());
  return Exit::kYes;
}

using Run = core::Result<Exit> (*)(Session&, const Kind&, const Given&);

void AddVerb(CLI::App& group, Session& session, const std::shared_ptr<const Kind>& kind,
             const std::string& verb, const std::string& what, bool with_fields, Run run) {
  const std::string example = kind->command + " " + verb + " " +
                              (verb == "list" ? "operators/acme" : kind->example) +
                              (with_fields ? " " + kind->flags : "");
  CLI::App* command = AddCommand(group, verb, what, "facegate " + example);
  auto given = std::make_shared<Given>();
  CLI::Option* name = command->add_option(
      verb == "list" ? "parent" : "name", given->name,
      verb == "list" ? "Name of the parent" : "Full name, or relative to --operator");
  if (verb != "list") name->required();
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

}  // namespace

void AddRegistryCommands(CLI::App& app, Session& session) {
  for (Kind& value : Kinds()) {
    const auto kind = std::make_shared<const Kind>(std::move(value));
    CLI::App* group = AddGroup(app, kind->command, "The register's " + kind->command + "s");
    AddVerb(*group, session, kind, "create", "Registers one", true, Create);
    AddVerb(*group, session, kind, "get", "Shows one", false, Get);
    AddVerb(*group, session, kind, "list", "Lists all of a parent", false, List);
    AddVerb(*group, session, kind, "update", "Changes the given fields", true, Update);
    AddVerb(*group, session, kind, "delete", "Deletes one that has nothing below it", false,
            Delete);
  }
}

}  // namespace facegate::apps
