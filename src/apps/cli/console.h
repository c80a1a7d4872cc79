// What every command of a program shares that needs no server: how it runs and answers, and files.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "facegate/core/json.h"
#include "facegate/core/status.h"

namespace facegate::apps {

// The exit code: an answer is yes or no; an error is no answer.
enum class Exit { kYes = 0, kNo = 1, kError = 2 };

// One run of a program: one command. Not thread-safe.
class Console {
 public:
  using Action = std::function<core::Result<Exit>()>;

  // `program`: what an error begins with.
  explicit Console(std::string program) : program_(std::move(program)) {}
  virtual ~Console() = default;

  // What the parsed command does. The last one set wins.
  void SetAction(Action action) { action_ = std::move(action); }
  // Runs the action; an error goes to stderr.
  Exit Run();

  // Whether whole answers as JSON were asked for.
  virtual bool json() const = 0;
  // One line to stdout.
  void Say(std::string_view line) const;
  // One line to stderr, after the program's name.
  void Complain(std::string_view line) const;
  // The whole answer, where --json asks for it, else `line`.
  void Answer(const core::Json& answer, std::string_view line) const;

 private:
  const std::string program_;
  Action action_;
};

// A bar on stderr for work that takes longer than a moment; silent where stderr is no terminal.
class ProgressBar {
 public:
  explicit ProgressBar(std::string label);
  ~ProgressBar();  // ends the line
  void Show(std::uint64_t done, std::uint64_t total);

 private:
  const std::string label_;
  const bool visible_;
  int shown_percent_ = -1;
};

// The whole file. Returns NOT_FOUND FILE_UNREADABLE, which names it.
core::Result<std::string> ReadWholeFile(const std::string& path);
// Returns UNAVAILABLE FILE_UNWRITABLE, which names it.
core::Status WriteWholeFile(const std::string& path, std::string_view content);

}  // namespace facegate::apps
