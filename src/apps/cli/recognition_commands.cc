// authorize, identify, enroll: one picture, one recorded answer. present: the same without a face.
// status: what runs there.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "apps/cli/commands.h"
#include "apps/cli/holder_token.h"
#include "apps/cli/kiosk.h"
#include "apps/cli/receipt_output.h"
#include "apps/cli/registry_fields.h"

namespace facegate::apps {
namespace {

struct PictureFlags {
  std::string camera;
  std::string purpose;
  std::string subject;
  std::string picture;
  std::string region;  // empty: none is marked
  std::string receipt_file;
  std::string token_file;  // authorize: what is shown; enroll: where to put what is handed out
  std::string token_svg;   // enroll
};

struct PresentFlags {
  PictureFlags common;  // of which there is no picture, subject or region
  std::string pass;
  std::string badge;
  std::string override_reason;
  double waited_s = -1;
};

std::string Plural(std::int64_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string CountWords(const core::Json& counts) {
  if (counts.IntOr("frames", 0) == 0) return "nothing was decoded";
  return Plural(counts.IntOr("facesSeen", 0), "face") + " seen, " +
         std::to_string(counts.IntOr("facesEmbedded", 0)) + " embedded, " +
         std::to_string(counts.IntOr("facesIgnored", 0)) + " ignored";
}

void SayFindings(const Session& session, const core::Json& answer) {
  const core::Json& findings = MemberOrNull(answer, "findings");
  if (!findings.is_array()) return;
  for (const core::Json& finding : findings.AsArray()) {
    std::string line = "  rule " + finding.StringOr("rule", "");
    if (const std::string article = finding.StringOr("article", ""); !article.empty()) {
      line += " (" + article + ")";
    }
    if (const core::Json& missing = MemberOrNull(finding, "missing"); missing.is_array()) {
      for (const core::Json& input : missing.AsArray()) line += ", missing " + input.AsString();
    }
    session.Say(line);
  }
}

void SayAlternatives(const Session& session, const core::Json& answer) {
  const core::Json& alternatives = MemberOrNull(answer, "alternatives");
  if (!alternatives.is_array()) return;
  for (const core::Json& other : alternatives.AsArray()) {
    session.Say("  instead: " + other.StringOr("displayName", "") + " (" +
                ShortWord(other.StringOr("kind", ""), "ALTERNATIVE_KIND_") + ")" +
                (other.BoolOr("operational", true) ? "" : ", out of order"));
  }
}

void SayIdentifications(const Session& session, const core::Json& answer) {
  const core::Json& faces = MemberOrNull(answer, "identifications");
  if (!faces.is_array()) return;
  for (const core::Json& face : faces.AsArray()) {
    const std::string subject = face.StringOr("subject", "");
    session.Say("  face: " + (subject.empty() ? "unknown" : session.ShortName(subject)));
  }
}

void SayKeptImage(const Session& session, const core::Json& response) {
  const std::string kept = ShortWord(response.StringOr("keptImage", ""), "IMAGE_RETENTION_");
  if (kept.empty() || kept == "UNSPECIFIED") return;
  session.Say("  image kept, " + kept + ", until " +
              response.StringOr("keptImageExpireTime", "").substr(0, 10));
}

// Says the answer in words, unless it was said as JSON; yes only for ALLOW.
core::Result<Exit> Conclude(const Session& session, const PictureFlags& flags,
                            const core::Json& response) {
  const core::Json& answer = MemberOrNull(response, "answer");
  const core::Json& receipt = MemberOrNull(answer, "receipt");
  FG_RETURN_IF_ERROR(SaveReceipt(flags.receipt_file, receipt));
  const std::string verdict = ShortWord(answer.StringOr("verdict", ""), "VERDICT_");
  if (!session.json()) {
    const std::string detail = answer.StringOr("detail", "");
    session.Say(verdict + " " + ShortWord(answer.StringOr("reason", ""), "REASON_") +
                (detail.empty() ? "" : " " + detail));
    SayFindings(session, answer);
    SayIdentifications(session, answer);
    if (verdict != "ALLOW") SayAlternatives(session, answer);
    SayKeptImage(session, response);
    session.Say("  " + CountWords(MemberOrNull(answer, "counts")) + "; " + ReceiptWords(receipt));
  }
  return verdict == "ALLOW" ? Exit::kYes : Exit::kNo;
}

core::Result<Exit> SayAnswer(const Session& session, const PictureFlags& flags,
                             const core::Json& response) {
  if (session.json()) session.Say(response.DumpPretty());
  return Conclude(session, flags, response);
}

// Camera, purpose, and where they are given the person and the region.
core::Json RequestOf(const Session& session, const PictureFlags& flags) {
  core::Json request = core::Json::MakeObject();
  request.Set("camera", session.FullName(flags.camera));
  request.Set("purpose", session.FullName(flags.purpose));
  if (!flags.subject.empty()) request.Set("subject", session.FullName(flags.subject));
  if (auto region = RegionIn(flags.region)) request.Set("region", *std::move(region));
  return request;
}

core::Result<Exit> Ask(Session& session, const std::string& method, const PictureFlags& flags) {
  FG_ASSIGN_OR_RETURN(const std::string picture, ReadWholeFile(flags.picture));
  core::Json request = RequestOf(session, flags);
  if (method == "Authorize" && !flags.token_file.empty()) {
    FG_ASSIGN_OR_RETURN(const std::string token, ReadHolderToken(flags.token_file));
    request.Set("holder_token", token);
  }
  const client::Attachment image{"image", core::AsBytes(picture)};
  FG_ASSIGN_OR_RETURN(const core::Json response,
                      session.Call("GatewayService/" + method, request, &image));
  if (const std::string token = response.StringOr("holderToken", ""); !token.empty()) {
    FG_RETURN_IF_ERROR(HandOut(session, token, flags.token_file, flags.token_svg));
  }
  return SayAnswer(session, flags, response);
}

// With a picture, --camera names the desk's camera; without one, it is where frames come from.
core::Result<Exit> Enroll(Session& session, PictureFlags flags, const KioskFlags& kiosk) {
  const std::string source = flags.camera;
  if (!flags.picture.empty()) {
    if (flags.camera.empty()) flags.camera = kiosk.desk;
    return Ask(session, "Enroll", flags);
  }
  if (source.empty() || kiosk.desk.empty()) {
    return core::Status(core::Code::kInvalidArgument, "FLAGS_MISSING",
                        "give a picture and its --camera, or where frames come from as --camera "
                        "and the desk's camera in the register as --desk");
  }
  flags.camera = kiosk.desk;
  return Sit(session, RequestOf(session, flags), source, kiosk,
             [&](const core::Json& last) { return Conclude(session, flags, last); });
}

// Has an enroll command also take frames, where it is given no picture.
void AddKioskTo(CLI::App& enroll, Session& session, const std::shared_ptr<PictureFlags>& flags) {
  enroll.footer(enroll.get_footer() +
                "\n  facegate --operator acme enroll --camera 0 --desk sites/lobby/cameras/desk "
                "--purpose purposes/building_access --subject subjects/p-7");
  enroll.get_option("picture")->required(false);
  enroll.remove_option(enroll.get_option("--camera"));
  enroll.add_option("--camera", flags->camera,
                    "Where the picture was taken; without one, where frames come from: a folder of "
                    "pictures, a video file, a device number or an address");
  auto kiosk = std::make_shared<KioskFlags>();
  enroll.add_option("--desk", kiosk->desk, "The desk's camera in the register")
      ->envname("FACEGATE_CAMERA");
  enroll
      .add_option("--templates", kiosk->templates, "How many of the best frames become templates")
      ->check(CLI::Range(1, 3))
      ->capture_default_str();
  enroll.add_option("--timeout", kiosk->timeout_s, "Seconds that it may take")
      ->check(CLI::Range(1, 60))
      ->capture_default_str();
  enroll.add_option("--fps", kiosk->fps, "Frames a second, at most")
      ->check(CLI::Range(0.1, 30.0))
      ->capture_default_str();
  enroll.add_option("--lang", kiosk->language, "Of the hints: en or zh")
      ->check(CLI::IsMember({"en", "zh"}))
      ->capture_default_str();
  enroll.callback([&session, flags, kiosk] {
    session.SetAction([&session, flags, kiosk] { return Enroll(session, *flags, *kiosk); });
  });
}

void AddTokenFlags(CLI::App& command, PictureFlags& flags, bool is_enrolment) {
  if (is_enrolment) {
    command.add_option(
        "--token-out", flags.token_file,
        "Write the holder token, where there is one, to this file and not to stdout");
    command.add_option("--token-svg", flags.token_svg, "Write its QR code to this SVG file");
    return;
  }
  command.add_option("--token-file", flags.token_file,
                     "The file with the holder token that is shown; - reads a line of stdin");
}

void AddPictureCommand(CLI::App& app, Session& session, const std::string& name,
                       const std::string& method, const std::string& what, bool with_subject,
                       bool with_region) {
  const std::string example =
      "facegate --operator acme " + name + " --camera sites/lobby/cameras/door --purpose " +
      "purposes/building_access " + (with_subject ? "--subject subjects/p-7 " : "") +
      (with_region ? "--region 0.5,0,1,1 " : "") + "photo.jpg";
  CLI::App* command = AddCommand(app, name, what, example);
  auto flags = std::make_shared<PictureFlags>();
  command->add_option("picture", flags->picture, "JPEG or PNG file")->required();
  command->add_option("--camera", flags->camera, "Where it was taken")
      ->required()
      ->envname("FACEGATE_CAMERA");
  command->add_option("--purpose", flags->purpose, "What for")
      ->required()
      ->envname("FACEGATE_PURPOSE");
  if (with_subject) {
    CLI::Option* subject = command->add_option(
        "--subject", flags->subject, "Who it is said to be; a holder token says it by itself");
    subject->required(with_region);
    AddTokenFlags(*command, *flags, /*is_enrolment=*/with_region);
  }
  if (with_region) {
    // One text: of several values CLI11 would take the picture behind it for one.
    command->add_option("--region", flags->region, "The marked face: x0,y0,x1,y1 as fractions")
        ->check([](const std::string& text) {
          return RegionIn(text) ? std::string() : std::string("is ").append(kRegionForm);
        });
  }
  command->add_option("--receipt", flags->receipt_file, "Write the receipt to this file");
  command->callback([&session, flags, method] {
    session.SetAction([&session, flags, method] { return Ask(session, method, *flags); });
  });
  if (method == "Enroll") AddKioskTo(*command, session, flags);
}

core::Result<Exit> Present(Session& session, const PresentFlags& flags) {
  core::Json request = core::Json::MakeObject();
  request.Set("camera", session.FullName(flags.common.camera));
  request.Set("purpose", session.FullName(flags.common.purpose));
  if (!flags.pass.empty()) request.Set("pass", flags.pass);
  if (!flags.badge.empty()) request.Set("badge_id", flags.badge);
  if (!flags.override_reason.empty()) {
    request.Set("staff_override", "OVERRIDE_REASON_" + flags.override_reason);
  }
  if (flags.waited_s >= 0) request.Set("wait_duration", std::to_string(flags.waited_s) + "s");
  FG_ASSIGN_OR_RETURN(const core::Json response, session.Call("GatewayService/Authorize", request));
  return SayAnswer(session, flags.common, response);
}

void AddPresentCommand(CLI::App& app, Session& session) {
  CLI::App* command = AddCommand(
      app, "present",
      "Shows a pass or a badge, or lets somebody through as staff (exit 0 only for ALLOW)",
      "facegate --operator acme present --camera sites/lobby/cameras/door --purpose "
      "purposes/building_access --badge 04A1B2C3");
  auto flags = std::make_shared<PresentFlags>();
  command->add_option("--camera", flags->common.camera, "Of the access point")
      ->required()
      ->envname("FACEGATE_CAMERA");
  command->add_option("--purpose", flags->common.purpose, "What for")
      ->required()
      ->envname("FACEGATE_PURPOSE");
  CLI::Option_group* shown = command->add_option_group("shown", "What is shown");
  shown->add_option("--pass", flags->pass, "What the QR code of a pass says");
  shown->add_option("--badge", flags->badge, "What the reader reads off a badge");
  shown->add_option("--override", flags->override_reason,
                    "Staff let them through: ACCESSIBILITY, EQUIPMENT_FAILURE, EMERGENCY, "
                    "ESCORTED_VISITOR or OTHER_LISTED");
  shown->require_option(1);
  command->add_option("--waited-s", flags->waited_s, "Seconds that the person waited in that lane")
      ->check(CLI::Range(0.0, 86'400.0));
  command->add_option("--receipt", flags->common.receipt_file, "Write the receipt to this file");
  SetRun(*command, session, flags, Present);
}

// "facegate_frames_decoded_total" as people say it: "frames_decoded".
std::string ShortCounter(std::string_view name) {
  constexpr std::string_view kPrefix = "facegate_", kSuffix = "_total";
  if (name.starts_with(kPrefix)) name.remove_prefix(kPrefix.size());
  if (name.ends_with(kSuffix)) name.remove_suffix(kSuffix.size());
  return std::string(name);
}

// In the order asked for; all of them by name. A protobuf map comes in any order.
void SayCounters(const Session& session, const core::Json& status,
                 const std::vector<std::string>& wanted) {
  const core::Json& counters = MemberOrNull(status, "counters");
  if (!counters.is_object()) return;
  std::map<std::string, std::string> values;
  for (const core::Json::Member& counter : counters.AsObject()) {
    values[ShortCounter(counter.first)] = counter.second.Dump();
  }
  for (const auto& [name, value] : values) {
    if (wanted.empty()) session.Say("  " + name + " " + value);
  }
  for (const std::string& name : wanted) {
    const auto found = values.find(name);
    session.Say("  " + name + " " + (found == values.end() ? "unknown" : found->second));
  }
}

void SayListed(const Session& session, const core::Json& status, const std::string& list,
               const std::string& noun) {
  const core::Json& items = MemberOrNull(status, list);
  if (!items.is_array()) return;
  for (const core::Json& item : items.AsArray()) {
    session.Say("  " + noun + " " + item.StringOr("id", "") + " sha256 " +
                item.StringOr("sha256", ""));
  }
}

core::Result<Exit> Status(Session& session, const std::vector<std::string>& counters) {
  FG_ASSIGN_OR_RETURN(const core::Json status,
                      session.Call("GatewayService/GetStatus", core::Json::MakeObject()));
  if (session.json()) {
    session.Say(status.DumpPretty());
    return Exit::kYes;
  }
  if (counters.empty()) {
    session.Say("facegate " + status.StringOr("version", "") + ", authentication " +
                ShortWord(status.StringOr("authentication", ""), "AUTHENTICATION_MODE_"));
    SayListed(session, status, "models", "model");
    SayListed(session, status, "packs", "pack");
  }
  SayCounters(session, status, counters);
  return Exit::kYes;
}

}  // namespace

void AddRecognitionCommands(CLI::App& app, Session& session) {
  AddPictureCommand(app, session, "authorize", "Authorize",
                    "Asks whether a picture shows the claimed person (exit 0 only for ALLOW)", true,
                    false);
  AddPictureCommand(app, session, "identify", "Identify",
                    "Asks who steps into a marked lane (exit 0 only for ALLOW)", false, false);
  AddPictureCommand(app, session, "enroll", "Enroll",
                    "Stores a template of a person who consented; from the frames of a camera, "
                    "with hints, several",
                    true, true);
  AddPresentCommand(app, session);
  CLI::App* status =
      AddCommand(app, "status", "Shows what runs there, and how much it did",
                 "facegate --insecure-development --role AUDITOR status --counter faces_embedded");
  auto counters = std::make_shared<std::vector<std::string>>();
  status->add_option("--counter", *counters, "Only this counter; repeatable");
  status->callback([&session, counters] {
    session.SetAction([&session, counters] { return Status(session, *counters); });
  });
}

}  // namespace facegate::apps
