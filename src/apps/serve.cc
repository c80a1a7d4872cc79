// The server: a table of contents of its parts, in the order in which each stands on those before.
#include "apps/serve.h"

#include "apps/wiring.h"
#include "facegate/gateway/gallery_dropper.h"
#include "facegate/gateway/policy_reload.h"
#include "facegate/gateway/presence.h"
#include "facegate/gateway/sweeper.h"
#include "facegate/rpc/token_desk.h"

namespace facegate::apps {

core::Status Serve(const ServeOptions& options, const core::Clock& clock) {
  StopSignal stop;
  FG_ASSIGN_OR_RETURN(const config::ServerConfig config,
                      config::LoadServerConfig(options.config_path));
  FG_ASSIGN_OR_RETURN(const rpc::Authentication authentication,
                      AuthenticationOf(config, options.insecure_for_development));
  core::StderrLogger logger(config.log.level, config.log.json);
  rpc::PrometheusMetrics metrics;

  FG_ASSIGN_OR_RETURN(const auto keys, crypto::KeyRing::Load(config.keys_dir));
  FG_ASSIGN_OR_RETURN(const auto store, OpenStore(config));
  FG_ASSIGN_OR_RETURN(const auto faces, LoadModels(config, metrics));
  FG_ASSIGN_OR_RETURN(const auto rules, LoadRules(config));
  FG_ASSIGN_OR_RETURN(const auto wordlist, wording::Wordlist::Load(config.policy.wording));

  FG_ASSIGN_OR_RETURN(const auto publisher, OpenPublisher(config, *store, clock, metrics, logger));
  audit::LedgerOptions ledger_options = LedgerOptionsOf(config, publisher.get());
  ledger_options.on_fatal = [&stop](const core::Status& why) { stop.Raise(why); };
  FG_ASSIGN_OR_RETURN(const auto ledger, audit::Ledger::Open(*store, *keys, clock, metrics, logger,
                                                             std::move(ledger_options)));
  if (publisher != nullptr) publisher->Start();
  const custody::TokenJudge tokens(*store, *keys,
                                   static_cast<int>(config.custody.holder_token_grace_days));
  policy::EngineOptions engine_options = EngineOptionsOf(config);
  engine_options.tokens = &tokens;
  policy::Engine engine(*store, clock, rules, engine_options, AbandonSinkOf(*ledger));
  FG_ASSIGN_OR_RETURN(const auto gallery,
                      LoadGallery(config, *store, *keys, clock, metrics, *faces));

  gateway::GalleryDropper dropper(*gallery, engine);
  consent::ConsentService consents(*store, *ledger, *keys, clock, engine, dropper);
  consent::ImageDesk images(*store, *ledger, *keys, clock);
  registry::RegistryService registry(*store, *ledger, clock, engine, wordlist);
  gateway::Gateway gateway({clock, metrics, logger, engine, *ledger, *faces, *gallery, *keys},
                           ImageLimitsOf(config));
  backup::Keeper backups(*store, *ledger, *keys, clock, BackupOptionsOf(config));
  gateway::DutySweep duties(*store, *ledger, consents, engine, clock,
                            static_cast<int>(config.retention.unconsented_days_max));
  alternatives::AlternativeService alternatives(*store, *ledger, *keys, clock, engine, registry);
  custody::CustodyService custody(*store, *ledger, *keys, clock);
  audit::LogPruner pruner(*store, *ledger, clock, PruningOptionsOf(config, publisher.get()));
  gateway::Presence presence(*store, *ledger, clock, logger,
                             PresenceOptionsOf(config, options.sweep_ms));
  FG_RETURN_IF_ERROR(presence.Begin());
  FG_RETURN_IF_ERROR(gateway::RecordPolicyInAll(*rules, *store, *ledger));
  const gateway::Sweeper sweeper(consents, images, duties, alternatives, backups, pruner, presence,
                                 logger, options.sweep_ms);

  rpc::TokenDesk token_desk(consents, clock,
                            static_cast<int>(config.consent_page.bad_tokens_per_minute_max));
  const rpc::Parts parts{gateway, consents, registry, engine,          *ledger,      *store,
                         *keys,   clock,    metrics,  logger,          alternatives, token_desk,
                         images,  custody,  &backups, publisher.get(), &pruner};
  FG_ASSIGN_OR_RETURN(const auto server, rpc::Server::Start(authentication, ServerOptionsOf(config),
                                                            ServerInfoOf(*faces), parts));
  FG_ASSIGN_OR_RETURN(const auto consent_pages, StartConsentPages(config, parts));
  FG_ASSIGN_OR_RETURN(const auto log_pages, StartLogPages(config, parts));
  FG_ASSIGN_OR_RETURN(const auto pages, StartMetrics(config, metrics, *server));
  logger.Info("gateway_ready", {{"port", std::to_string(server->port())},
                                {"templates", std::to_string(gallery->size())}});

  core::Status why =
      stop.Wait([&] { ReloadRules(options.config_path, engine, *store, *ledger, logger); });
  logger.Info("server_draining");
  server->Shutdown(kDrainMs);
  return why;
}

}  // namespace facegate::apps
