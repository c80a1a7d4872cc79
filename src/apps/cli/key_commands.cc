// keys init|public: the gateway's own keys, on the gateway's machine.
#include <memory>
#include <string>

#include "apps/cli/commands.h"
#include "facegate/audit/log_keys.h"
#include "facegate/crypto/key_ring.h"
#include "facegate/tlog/note.h"

namespace facegate::apps {
namespace {

struct KeyFlags {
  std::string directory;
  std::string gateway;
};

core::Result<Exit> Init(Session& session, const KeyFlags& flags) {
  FG_RETURN_IF_ERROR(crypto::KeyRing::Init(flags.directory));
  session.Say("wrote kek.key and log.key to " + flags.directory +
              "; keep kek.key apart from backups of the database");
  return Exit::kYes;
}

core::Result<Exit> Public(Session& session, const KeyFlags& flags) {
  const std::string origin = flags.gateway + "/" + session.flags().op;
  if (session.flags().op.empty() || !tlog::IsValidKeyName(origin)) {
    return core::Status(core::Code::kInvalidArgument, "BAD_ORIGIN",
                        "give --operator and --gateway as the configuration has them");
  }
  FG_ASSIGN_OR_RETURN(const std::unique_ptr<crypto::KeyRing> keys,
                      crypto::KeyRing::Load(flags.directory));
  const audit::LogKeys log(*keys, origin);
  session.Say(log.CheckpointVerifier().ToString());
  session.Say(log.RecordVerifier().ToString());
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

  CLI::App* show = AddCommand(*group, "public", "Shows the public keys of an operator's log",
                              "facegate --operator acme keys public keys --gateway gate.example");
  show->add_option("directory", flags->directory, "Where the keys are")->required();
  show->add_option("--gateway", flags->gateway, "gateway_name of the configuration")->required();
  SetRun(*show, session, flags, Public);
}

}  // namespace facegate::apps
