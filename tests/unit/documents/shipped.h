// The shipped forms and example models, and the programs that look at what comes out.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "facegate/documents/composer.h"
#include "facegate/documents/render.h"

namespace facegate::documents {

inline const std::string kFolder = std::string(FACEGATE_SOURCE_DIR) + "/config/documents";
constexpr Language kLanguages[] = {Language::kEnglish, Language::kChinese};

inline std::string FileText(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::stringstream text;
  text << stream.rdbuf();
  EXPECT_FALSE(text.str().empty()) << path;
  return text.str();
}

inline void WriteFile(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

inline core::Json Example(Kind kind, Language language) {
  const auto json = core::Json::Parse(FileText(kFolder + "/" + std::string(WordOf(language)) +
                                               "/examples/" + std::string(WordOf(kind)) + ".json"));
  EXPECT_TRUE(json.ok()) << json.status().ToString();
  return json.ok() ? *json : core::Json();
}

inline const Composer& Shipped(Language language) {
  static const auto kComposers = [] {
    std::array<core::Result<Composer>, 2> composers{Composer::Load(kFolder, Language::kEnglish),
                                                    Composer::Load(kFolder, Language::kChinese)};
    for (const auto& composer : composers) {
      EXPECT_TRUE(composer.ok()) << composer.status().ToString();
    }
    return composers;
  }();
  return *kComposers[static_cast<std::size_t>(language)];
}

inline Paper ComposeExample(Kind kind, Language language) {
  const core::Result<Paper> paper = Shipped(language).Compose(kind, Example(kind, language));
  EXPECT_TRUE(paper.ok()) << paper.status().ToString();
  return paper.ok() ? *paper : Paper{};
}

inline bool HasProgram(const std::string& name) {
  return std::system(("command -v " + name + " >/dev/null 2>&1").c_str()) == 0;
}

// What a shell command writes to stdout.
inline std::string Output(const std::string& command) {
  std::string output;
  FILE* pipe = popen((command + " 2>/dev/null").c_str(), "r");
  EXPECT_NE(pipe, nullptr);
  std::array<char, 4096> chunk;
  while (const std::size_t size = std::fread(chunk.data(), 1, chunk.size(), pipe)) {
    output.append(chunk.data(), size);
  }
  EXPECT_EQ(pclose(pipe), 0) << command;
  return output;
}

// Without white space: where lines end is the renderer's business.
inline std::string Squeezed(std::string text) {
  std::erase_if(text, [](char c) { return c == ' ' || c == '\n' || c == '\f' || c == '\r'; });
  return text;
}

#define FG_NEEDS_PROGRAM(name) \
  ASSERT_TRUE(HasProgram(name)) << name " is not installed: run scripts/setup.sh"

}  // namespace facegate::documents
