// The flags that every client program takes.
#include "apps/cli/global_flags.h"

namespace facegate::apps {

void AddGlobalFlags(CLI::App& app, GlobalFlags& flags) {
  app.add_option("--address", flags.address, "host:port of facegated")
      ->envname("FACEGATE_ADDRESS")
      ->capture_default_str();
  app.add_option("--tls-ca", flags.tls_ca, "Authority of the server's certificate, PEM")
      ->envname("FACEGATE_TLS_CA");
  app.add_option("--tls-cert", flags.tls_cert, "This caller's certificate, PEM")
      ->envname("FACEGATE_TLS_CERT");
  app.add_option("--tls-key", flags.tls_key, "Its key, PEM")->envname("FACEGATE_TLS_KEY");
  app.add_option("--tls-name", flags.tls_name, "Name in the server's certificate")
      ->envname("FACEGATE_TLS_NAME");
  app.add_flag("--insecure-development", flags.insecure_development,
               "No encryption, no proof of who calls: for a server on this machine");
  app.add_option("--role", flags.role, "The role to claim, with --insecure-development")
      ->envname("FACEGATE_ROLE")
      ->capture_default_str();
  app.add_option("--operator", flags.op, "Id of the operator that relative names are below")
      ->envname("FACEGATE_OPERATOR");
  app.add_option("--timeout-ms", flags.timeout_ms, "Of each call, retries included")
      ->envname("FACEGATE_TIMEOUT_MS")
      ->check(CLI::Range(1, 600'000))
      ->capture_default_str();
  app.add_flag("--json", flags.json, "Whole answers as JSON");
}

}  // namespace facegate::apps
