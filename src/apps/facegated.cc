// The server's command line.
#include <CLI/CLI.hpp>
#include <iostream>

#include "apps/serve.h"

int main(int argc, char** argv) {
  CLI::App app("facegated: answers whether a face may be processed and who it is, and records it.");
  facegate::apps::ServeOptions options;
  options.config_path = "config/facegate.yaml";
  app.add_option("--config", options.config_path, "The configuration")->capture_default_str();
  app.add_flag("--insecure-development", options.insecure_for_development,
               "Neither encrypt nor authenticate; on loopback addresses only");
  app.set_version_flag("--version", FACEGATE_VERSION);
  CLI11_PARSE(app, argc, argv);
  const facegate::core::SystemClock clock;
  const facegate::core::Status status = facegate::apps::Serve(options, clock);
  if (status.ok()) return 0;
  std::cerr << "facegated: " << status.ToString() << '\n';
  return 1;
}
