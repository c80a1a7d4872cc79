// The server: a table of contents of its parts, in the order in which each stands on those before.
#include <CLI/CLI.hpp>
#include <iostream>

#include "apps/wiring.h"
#include "facegate/gateway/gallery_dropper.h"
#include "facegate/gateway/sweeper.h"

namespace facegate::apps {
namespace {

core::Status Serve(const std::string& config_path, bool insecure_for_development) {
  StopSignal stop;
  FG_ASSIGN_OR_RETURN(const config::ServerConfig config, config::LoadServerConfig(config_path));
  FG_ASSIGN_OR_RETURN(const rpc::Authentication authentication,
                      AuthenticationOf(config, insecure_for_development));
  const core::SystemClock clock;
  core::StderrLogger logger(config.log.level, config.log.json);
  rpc::PrometheusMetrics metrics;

  FG_ASSIGN_OR_RETURN(const auto keys, crypto::KeyRing::Load(config.keys_dir));
  FG_ASSIGN_OR_RETURN(const auto store, OpenStore(config));
  FG_ASSIGN_OR_RETURN(const auto faces, LoadModels(config, metrics));
  FG_ASSIGN_OR_RETURN(const auto rules, LoadRules(config));
  FG_ASSIGN_OR_RETURN(const auto wordlist, wording::Wordlist::Load(config.policy.wording));

  audit::LedgerOptions ledger_options = LedgerOptionsOf(config);
  ledger_options.on_fatal = [&stop](const core::Status& why) { stop.Raise(why); };
  FG_ASSIGN_OR_RETURN(const auto ledger, audit::Ledger::Open(*store, *keys, clock, metrics, logger,
                                                             std::move(ledger_options)));
  policy::Engine engine(*store, clock, rules, EngineOptionsOf(config), AbandonSinkOf(*ledger));
  FG_ASSIGN_OR_RETURN(const auto gallery,
                      LoadGallery(config, *store, *keys, clock, metrics, *faces));

  gateway::GalleryDropper dropper(*gallery, engine);
  consent::ConsentService consents(*store, *ledger, *keys, clock, engine, dropper);
  registry::RegistryService registry(*store, *ledger, clock, engine, wordlist);
  gateway::Gateway gateway({clock, metrics, logger, engine, *ledger, *faces, *gallery},
                           ImageLimitsOf(config));
  gateway::DutySweep duties(*store, *ledger, consents, engine, clock);
  const gateway::Sweeper sweeper(consents, duties, logger, kSweepMs);

  FG_ASSIGN_OR_RETURN(
      const auto server,
      rpc::Server::Start(
          authentication, ServerOptionsOf(config), ServerInfoOf(*faces),
          {gateway, consents, registry, engine, *ledger, *store, *keys, clock, metrics, logger}));
  FG_ASSIGN_OR_RETURN(const auto pages, StartMetrics(config, metrics, *server));
  logger.Info("gateway_ready", {{"port", std::to_string(server->port())},
                                {"templates", std::to_string(gallery->size())}});

  core::Status why = stop.Wait([&] { ReloadRules(config_path, engine, *store, *ledger, logger); });
  logger.Info("server_draining");
  server->Shutdown(kDrainMs);
  return why;
}

}  // namespace
}  // namespace facegate::apps

int main(int argc, char** argv) {
  CLI::App app("facegated: answers whether a face may be processed and who it is, and records it.");
  std::string config_path = "config/facegate.yaml";
  bool insecure = false;
  app.add_option("--config", config_path, "The configuration")->capture_default_str();
  app.add_flag("--insecure-development", insecure,
               "Neither encrypt nor authenticate; on loopback addresses only");
  app.set_version_flag("--version", FACEGATE_VERSION);
  CLI11_PARSE(app, argc, argv);
  const facegate::core::Status status = facegate::apps::Serve(config_path, insecure);
  if (status.ok()) return 0;
  std::cerr << "facegated: " << status.ToString() << '\n';
  return 1;
}
