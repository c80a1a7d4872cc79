// witness key|public|run: a witness of other sites' logs.
#include <csignal>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "apps/cli/commands.h"
#include "apps/cli/log_keys.h"
#include "apps/signals.h"
#include "facegate/core/durable_file.h"
#include "facegate/core/log.h"
#include "facegate/core/time.h"
#include "facegate/crypto/key_ring.h"
#include "facegate/tlog/policy.h"
#include "facegate/witness/witness_listener.h"

namespace facegate::apps {
namespace {

struct WitnessFlags {
  std::string key_file;
  std::vector<std::string> logs;
  std::string policy_file;
  witness::WitnessOptions options;
  witness::ListenAt listen{"127.0.0.1", 9470};
};

core::Result<Exit> Public(Session& session, const WitnessFlags& flags) {
  if (!tlog::IsValidKeyName(flags.options.name)) {
    return core::Status(core::Code::kInvalidArgument, "BAD_WITNESS",
                        "a name has neither white space nor '+', and is not empty");
  }
  FG_ASSIGN_OR_RETURN(const crypto::SecretBytes seed, crypto::LoadKeyFile(flags.key_file));
  const crypto::SigningKey key(seed.span());
  session.Say(tlog::MakeVerifierKey(flags.options.name, tlog::kSigCosignatureV1, key.public_key())
                  .ToString());
  return Exit::kYes;
}

core::Result<Exit> MakeKey(Session& session, const WitnessFlags& flags) {
  FG_RETURN_IF_ERROR(crypto::CreateKeyFile(flags.key_file));
  return Public(session, flags);
}

// The keys of the logs, from the policy and the flags; without those of records, which `audit keys`
// writes beside them.
core::Result<std::vector<tlog::VerifierKey>> LogsOf(const WitnessFlags& flags) {
  std::vector<tlog::VerifierKey> keys;
  if (!flags.policy_file.empty()) {
    FG_ASSIGN_OR_RETURN(const std::string text,
                        core::ReadWholeFile(flags.policy_file, tlog::kPolicyBytesMax));
    FG_ASSIGN_OR_RETURN(const tlog::WitnessPolicy policy, tlog::WitnessPolicy::Parse(text));
    for (const tlog::PolicyLog& log : policy.logs()) keys.push_back(log.key);
  }
  FG_ASSIGN_OR_RETURN(const std::string given, ReadKeyLines(flags.logs));
  std::istringstream lines(given);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    FG_ASSIGN_OR_RETURN(tlog::VerifierKey key, tlog::VerifierKey::Parse(line));
    keys.push_back(std::move(key));
  }
  std::set<std::string> names;
  for (const tlog::VerifierKey& key : keys) names.insert(key.name + "/records");
  std::erase_if(keys, [&names](const auto& key) { return names.contains(key.name); });
  return keys;
}

core::Result<Exit> Run(Session& session, const WitnessFlags& flags) {
  Signals signals;
  core::StderrLogger logger(core::LogLevel::kInfo, session.json());
  const core::SystemClock clock;
  FG_ASSIGN_OR_RETURN(const crypto::SecretBytes seed, crypto::LoadKeyFile(flags.key_file));
  witness::WitnessOptions options = flags.options;
  FG_ASSIGN_OR_RETURN(options.logs, LogsOf(flags));
  FG_ASSIGN_OR_RETURN(
      const auto witness,
      witness::Witness::Open(options, crypto::SigningKey(seed.span()), clock, logger));
  FG_ASSIGN_OR_RETURN(const auto listener,
                      witness::WitnessListener::Start(flags.listen, *witness, logger));
  logger.Info("witness_ready", {{"port", std::to_string(listener->port())},
                                {"keys", std::to_string(options.logs.size())},
                                {"vkey", witness->key().ToString()}});
  while (signals.Wait() == SIGHUP) continue;  // whoever started it left; it stays
  logger.Info("witness_stopped");
  return Exit::kYes;
}

void AddKeyFlags(CLI::App* command, WitnessFlags& flags) {
  command->add_option("key", flags.key_file, "The file of its key")->required();
  command
      ->add_option("--name", flags.options.name,
                   "Names the key: a URL without scheme, such as witness.example/w1")
      ->required();
}

}  // namespace

void AddWitnessCommands(CLI::App& app, Session& session) {
  CLI::App* group = AddGroup(app, "witness", "Witnesses that other sites' logs only grow");
  auto flags = std::make_shared<WitnessFlags>();

  CLI::App* key = AddCommand(*group, "key", "Makes a witness's key; never overwrites one",
                             "facegate witness key witness.key --name witness.example/w1");
  AddKeyFlags(key, *flags);
  SetRun(*key, session, flags, MakeKey);

  CLI::App* show = AddCommand(*group, "public", "Shows the public key, for others' policies",
                              "facegate witness public witness.key --name witness.example/w1");
  AddKeyFlags(show, *flags);
  SetRun(*show, session, flags, Public);

  CLI::App* run = AddCommand(
      *group, "run", "Cosigns logs until it is told to end",
      "facegate witness run witness.key --name witness.example/w1 --state state --log log.vkeys");
  AddKeyFlags(run, *flags);
  run->add_option("--state", flags->options.state_dir,
                  "Folder of what it cosigned; made where it is missing")
      ->required();
  run->add_option("--log", flags->logs,
                  "Verifier key of a log, or a file of them; several of one log are the "
                  "generations of its key; repeatable");
  run->add_option("--policy", flags->policy_file, "A C2SP policy file whose logs it witnesses");
  run->add_option("--host", flags->listen.host,
                  "Address to listen on, plain HTTP: loopback, or behind a server that adds TLS")
      ->capture_default_str();
  run->add_option("--port", flags->listen.port, "0 takes a free one")
      ->check(CLI::Range(0, 65'535))
      ->capture_default_str();
  SetRun(*run, session, flags, Run);
}

}  // namespace facegate::apps
