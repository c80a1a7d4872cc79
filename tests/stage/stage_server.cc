// facegated with a clock that a file moves: the server of stories in which weeks pass. Everything
// but the time is what facegated is.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <fstream>
#include <iostream>

#include "apps/serve.h"

namespace facegate::testing {
namespace {

// The machine's clock, ahead of it by as many days as a file says; by none where it says nothing.
class AheadClock final : public core::Clock {
 public:
  explicit AheadClock(std::string days_file) : days_file_(std::move(days_file)) {}
  core::Timestamp Now() const override {
    std::ifstream file(days_file_);
    std::int64_t days = 0;
    if (file >> days) ahead_ms_ = std::max<std::int64_t>(ahead_ms_, days * core::kMsPerDay);
    return system_.Now() + ahead_ms_;
  }
  std::int64_t SteadyNs() const override { return system_.SteadyNs(); }

 private:
  const std::string days_file_;
  const core::SystemClock system_;
  mutable std::atomic<std::int64_t> ahead_ms_{0};  // never back, also while the file is rewritten
};

}  // namespace
}  // namespace facegate::testing

int main(int argc, char** argv) {
  CLI::App app("facegated with a clock that a file moves; for tests.");
  facegate::apps::ServeOptions options;
  options.sweep_ms = 200;
  std::string days_file;
  app.add_option("--config", options.config_path, "The configuration")->required();
  app.add_option("--days-file", days_file, "Says how many days it is later")->required();
  CLI11_PARSE(app, argc, argv);
  const facegate::testing::AheadClock clock(days_file);
  const facegate::core::Status status = facegate::apps::Serve(options, clock);
  if (status.ok()) return 0;
  std::cerr << "stage_server: " << status.ToString() << '\n';
  return 1;
}
