#include "apps/cli/log_keys.h"

#include "apps/cli/console.h"
#include "facegate/tlog/note.h"

namespace facegate::apps {

void AddLogKeys(CLI::App& command, std::vector<std::string>& keys) {
  command
      .add_option("--log-key", keys,
                  "Verifier key of the checkpoints and of the records, or a file that holds them; "
                  "repeatable, oldest first where the log rotated its keys")
      ->required()
      ->envname("FACEGATE_LOG_KEYS");
}

core::Result<std::string> ReadKeyLines(const std::vector<std::string>& given) {
  std::string lines;
  for (const std::string& key : given) {
    if (tlog::VerifierKey::Parse(key).ok()) {
      lines += key + "\n";
    } else {
      FG_ASSIGN_OR_RETURN(const std::string file, ReadWholeFile(key));
      lines += file + "\n";
    }
  }
  return lines;
}

core::Result<report::LogKeys> ReadLogKeys(const std::vector<std::string>& given) {
  FG_ASSIGN_OR_RETURN(const std::string lines, ReadKeyLines(given));
  return report::ParseLogKeys(lines);
}

}  // namespace facegate::apps
