// The operator's log of the process (not the audit log): one line an event, structured.
//
// Faces, embeddings, templates, names and subject ids never go in. Values are numbers, enums,
// hashes and resource names of devices.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace facegate::core {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

struct LogField {
  std::string_view key;
  std::string value;
};

// Thread-safe.
class Logger {
 public:
  virtual ~Logger() = default;
  // `event` is a stable short name, such as "server_ready".
  virtual void Log(LogLevel level, std::string_view event,
                   std::initializer_list<LogField> fields) = 0;

  void Info(std::string_view event, std::initializer_list<LogField> fields = {}) {
    Log(LogLevel::kInfo, event, fields);
  }
  void Warn(std::string_view event, std::initializer_list<LogField> fields = {}) {
    Log(LogLevel::kWarning, event, fields);
  }
  void Error(std::string_view event, std::initializer_list<LogField> fields = {}) {
    Log(LogLevel::kError, event, fields);
  }
};

// Writes lines "time level event key=value ..." (or JSON lines) to stderr; events below `level` are
// dropped.
class StderrLogger final : public Logger {
 public:
  explicit StderrLogger(LogLevel level, bool json_lines = false);
  ~StderrLogger() override;
  void Log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) override;

 private:
  struct Impl;
  Impl* impl_;
};

// Drops everything.
class NullLogger final : public Logger {
 public:
  void Log(LogLevel, std::string_view, std::initializer_list<LogField>) override {}
};

}  // namespace facegate::core
