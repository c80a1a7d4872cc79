#include "apps/cli/console.h"

#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>

namespace facegate::apps {

Exit Console::Run() {
  FG_CHECK(action_ != nullptr);
  const core::Result<Exit> exit = action_();
  if (exit.ok()) return *exit;
  Complain(exit.status().ToString());
  return Exit::kError;
}

void Console::Complain(std::string_view line) const {
  std::cerr << program_ << ": " << line << '\n';
}

void Console::Say(std::string_view line) const { std::cout << line << '\n'; }

void Console::Answer(const core::Json& answer, std::string_view line) const {
  if (json()) {
    Say(answer.DumpPretty());
  } else {
    Say(line);
  }
}

ProgressBar::ProgressBar(std::string label)
    : label_(std::move(label)), visible_(isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() {
  if (visible_ && shown_percent_ >= 0) std::fputc('\n', stderr);
}

void ProgressBar::Show(std::uint64_t done, std::uint64_t total) {
  constexpr int kWidth = 40;
  const int percent = total == 0 ? 100 : static_cast<int>(done * 100 / total);
  if (!visible_ || percent == shown_percent_) return;
  shown_percent_ = percent;
  const int filled = percent * kWidth / 100;
  const std::string bar = std::string(static_cast<std::size_t>(filled), '#') +
                          std::string(static_cast<std::size_t>(kWidth - filled), '.');
  std::fprintf(stderr, "\r%s [%s] %3d%%", label_.c_str(), bar.c_str(), percent);
  std::fflush(stderr);
}

core::Result<std::string> ReadWholeFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!in.good() && !in.eof()) {
    return core::Status(core::Code::kNotFound, "FILE_UNREADABLE", "cannot read " + path);
  }
  return content;
}

core::Status WriteWholeFile(const std::string& path, std::string_view content) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(content.data(), static_cast<std::streamsize>(content.size()));
  out.close();
  if (out.good()) return core::Status::Ok();
  return core::Status(core::Code::kUnavailable, "FILE_UNWRITABLE", "cannot write " + path);
}

}  // namespace facegate::apps
