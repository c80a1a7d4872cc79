// What a fuzz target defines; tests/fuzz/CMakeLists.txt says what becomes of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Feeds one input to the code under test. Returns 0. Anything that must hold for every input is an
// FG_CHECK; a crash is the finding.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

// Inputs to start from: at least one that is valid, so that mutations get past the first check.
std::vector<std::string> FuzzSeeds();

inline std::string_view FuzzText(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}
