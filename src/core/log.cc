#include "facegate/core/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "facegate/core/json.h"
#include "facegate/core/time.h"

namespace facegate::core {
namespace {

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

std::string_view LevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "DEBUG";
    case LogLevel::kInfo:
      return "INFO";
    case LogLevel::kWarning:
      return "WARNING";
    case LogLevel::kError:
      return "ERROR";
  }
  return "ERROR";
}

// A value as it stands in a text line: quoted and escaped where it could be mistaken for more.
std::string TextValue(const std::string& value) {
  const bool plain = !value.empty() && value.find_first_of(" \"=\\\n\r\t") == std::string::npos;
  return plain ? value : Json(value).Dump();
}

}  // namespace

struct StderrLogger::Impl {
  std::shared_ptr<spdlog::logger> logger;
  bool json_lines = false;
  SystemClock clock;
};

StderrLogger::StderrLogger(LogLevel level, bool json_lines) : impl_(new Impl) {
  // Not registered with spdlog: no globals.
  impl_->logger = std::make_shared<spdlog::logger>(
      "facegate", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  impl_->logger->set_level(ToSpdlog(level));
  impl_->logger->set_pattern("%v");
  impl_->logger->flush_on(spdlog::level::trace);
  impl_->json_lines = json_lines;
}

StderrLogger::~StderrLogger() { delete impl_; }

void StderrLogger::Log(LogLevel level, std::string_view event,
                       std::initializer_list<LogField> fields) {
  const auto spdlog_level = ToSpdlog(level);
  if (!impl_->logger->should_log(spdlog_level)) return;
  const std::string time = FormatRfc3339(impl_->clock.Now());
  std::string line;
  if (impl_->json_lines) {
    Json json = Json::MakeObject();
    json.Set("time", time).Set("level", LevelName(level)).Set("event", event);
    for (const LogField& field : fields) json.Set(field.key, field.value);
    line = json.Dump();
  } else {
    line = time;
    line.append(" ").append(LevelName(level)).append(" ").append(event);
    for (const LogField& field : fields) {
      line.append(" ").append(field.key).append("=").append(TextValue(field.value));
    }
  }
  impl_->logger->log(spdlog_level, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace facegate::core
