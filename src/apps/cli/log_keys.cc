#include "apps/cli/log_keys.h"

#include "apps/cli/session.h"
#include "facegate/tlog/note.h"

namespace facegate::apps {

void AddLogKeys(CLI::App& command, std::vector<std::string>& keys) {
  command
      .add_option("--log-key", keys,
                  "Verifier key of the checkpoints and of the records, or a file that holds them; "
                  "repeatable")
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

// What says most about a record, on one line.
std::string SummaryOf(const core::Json& line) {
  std::string text = line.StringOr("type", "");
  for (const char* member : {"operation", "outcome", "reason"}) {
    if (const std::string word = line.StringOr(member, ""); !word.empty()) text += " " + word;
  }
  if (const std::int64_t persons = line.IntOr("persons", 0); persons > 0) {
    text += " " + line.StringOr("kind", "") + " at " + std::to_string(persons);
    if (const std::string day = line.StringOr("due_on", ""); !day.empty()) text += ", due " + day;
  }
  return text;
}

}  // namespace facegate::apps
