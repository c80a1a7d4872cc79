// keys init|rotate-log|public: the gateway's own keys, on the gateway's machine.
#include <memory>
#include <string>
#include <utility>

#include "apps/cli/commands.h"
#include "facegate/audit/log_keys.h"
#include "facegate/core/json.h"
#include "facegate/crypto/key_ring.h"
#include "facegate/tlog/note.h"
#include "facegate/tlog/origin.h"

namespace facegate::apps {
namespace {

struct KeyFlags {
  std::string directory;
  std::string gateway;
  int successor = 1;
};

core::Result<Exit> Init(Session& session, const KeyFlags& flags) {
  FG_RETURN_IF_ERROR(crypto::KeyRing::Init(flags.directory));
  session.Say("wrote kek.key and log.key to " + flags.directory +
              "; keep kek.key apart from backups of the database");
  return Exit::kYes;
}

core::Result<Exit> RotateLog(Session& session, const KeyFlags& flags) {
  FG_ASSIGN_OR_RETURN(const int generation, crypto::KeyRing::RotateLog(flags.directory));
  const std::string file = crypto::KeyRing::LogFileName(generation);
  core::Json json = core::Json::MakeObject();
  json.Set("generation", generation).Set("file", file).Set("inForce", "NEXT_START");
  session.Answer(
      json, "wrote " + file + " to " + flags.directory + ": generation " +
                std::to_string(generation) +
                " of the log keys\n"
                "At its next start the gateway moves every log to it, on record.\n"
                "Before that, give witnesses and auditors the new verifier keys (facegate keys "
                "public).\n"
                "Keep the older files: what they signed is verified with them. Copy the new one to "
                "where the others are kept.");
  return Exit::kYes;
}

core::Json GenerationJson(const audit::LogKeys& log) {
  core::Json json = core::Json::MakeObject();
  return json.Set("origin", log.origin)
      .Set("generation", log.generation)
      .Set("checkpointVkey", log.CheckpointVerifier().ToString())
      .Set("recordVkey", log.RecordVerifier().ToString());
}

core::Result<Exit> Public(Session& session, const KeyFlags& flags) {
  const std::string origin = flags.gateway + "/" + session.flags().op;
  if (session.flags().op.empty() || !tlog::IsValidKeyName(origin)) {
    return core::Status(core::Code::kInvalidArgument, "BAD_ORIGIN",
                        "give --operator and --gateway as the configuration has them");
  }
  FG_ASSIGN_OR_RETURN(const std::unique_ptr<crypto::KeyRing> keys,
                      crypto::KeyRing::Load(flags.directory));
  const audit::LogGenerations log(*keys, {origin, flags.successor});
  std::string lines;
  core::Json generations = core::Json::MakeArray();
  for (const audit::LogKeys& generation : log.all()) {
    const char* separator = lines.empty() ? "" : "\n";
    lines += separator + generation.CheckpointVerifier().ToString() + "\n" +
             generation.RecordVerifier().ToString();
    generations.Push(GenerationJson(generation));
  }
  core::Json json = core::Json::MakeObject();
  json.Set("origin", log.origin())
      .Set("checkpointVkey", log.newest().CheckpointVerifier().ToString())
      .Set("recordVkey", log.newest().RecordVerifier().ToString())
      .Set("generations", std::move(generations));
  session.Answer(json, lines);
  return Exit::kYes;
}

}  // namespace

void AddKeyCommands(CLI::App& app, Session& session) {
  CLI::App* group = AddGroup(app, "keys", "The gateway's own keys");
  auto flags = std::make_shared<KeyFlags>();

  CLI::App* init =
      AddCommand(*group, "init", "Makes the keys; never overwrites any", "facegate keys init keys");
  init->add_option("directory", flags->directory, "Made where it is missing")->required();
  SetRun(*init, session, flags, Init);

  CLI::App* rotate = AddCommand(
      *group, "rotate-log",
      "Makes the next generation of the log keys; the gateway's next start moves every log to it",
      "facegate keys rotate-log keys");
  rotate->add_option("directory", flags->directory, "Where the keys are")->required();
  SetRun(*rotate, session, flags, RotateLog);

  CLI::App* show = AddCommand(*group, "public",
                              "Shows the public keys of an operator's log, in every generation of "
                              "the log keys, oldest first",
                              "facegate --operator acme keys public keys --gateway gate.example");
  show->add_option("directory", flags->directory, "Where the keys are")->required();
  show->add_option("--gateway", flags->gateway, "gateway_name of the configuration")->required();
  show->add_option(
          "--successor", flags->successor,
          "The number of the log that succeeded the operator's first; its keys follow those "
          "of the logs before it")
      ->check(CLI::Range(1, tlog::kOriginNumberMax))
      ->capture_default_str();
  SetRun(*show, session, flags, Public);
}

}  // namespace facegate::apps
