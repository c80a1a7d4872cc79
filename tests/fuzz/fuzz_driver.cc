// Runs one fuzz target over seeded mutations of its seeds, with any compiler and no fuzzing engine.
//
//   <name>_fuzz_smoke [--seed=N] [--iterations=N]   the same seed tries the same inputs
//   <name>_fuzz_smoke --write-seeds=DIRECTORY       writes the seeds as a corpus for libFuzzer
//   <name>_fuzz_smoke FILE...                       runs just these inputs
// An input that crashes the target is kept in the file fuzz-crash-input.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/fuzz_target.h"

// Sanitizers end the process without a signal; they offer this instead.
extern "C" __attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)());

namespace {

constexpr std::size_t kInputBytesMax = 64 * 1024;

const std::string* current_input = nullptr;

// Async-signal-safe.
void KeepCurrentInput() {
  if (current_input == nullptr) return;
  const int fd = open("fuzz-crash-input", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return;
  (void)!write(fd, current_input->data(), current_input->size());
  close(fd);
  constexpr std::string_view kSaid = "the input is kept in fuzz-crash-input\n";
  (void)!write(STDERR_FILENO, kSaid.data(), kSaid.size());
}

void OnCrash(int signal) {
  KeepCurrentInput();
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void Run(const std::string& input) {
  current_input = &input;
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
  current_input = nullptr;
}

// The ways in which parsers are usually surprised.
class Mutator {
 public:
  Mutator(std::uint64_t seed, const std::vector<std::string>& seeds)
      : random_(seed), seeds_(seeds) {}

  std::string Next() {
    std::string input = seeds_[Below(seeds_.size())];
    const std::size_t steps = 1 + Below(4);
    for (std::size_t i = 0; i < steps; ++i) Mutate(input);
    if (input.size() > kInputBytesMax) input.resize(kInputBytesMax);
    return input;
  }

 private:
  // Uniform enough in [0, limit). Requires: limit > 0.
  std::size_t Below(std::size_t limit) { return static_cast<std::size_t>(random_() % limit); }

  void Mutate(std::string& input) {
    const std::size_t at = Below(input.size() + 1);
    const std::size_t length = Below(std::min<std::size_t>(input.size() - at, 32) + 1);
    switch (Below(8)) {
      case 0:  // flip a bit
        if (at < input.size()) input[at] = static_cast<char>(input[at] ^ (1 << Below(8)));
        break;
      case 1:  // a byte that means something to somebody
        if (at < input.size()) input[at] = Special();
        break;
      case 2:
        input.insert(at, 1 + Below(8), Special());
        break;
      case 3:
        input.erase(at, length);
        break;
      case 4:  // a piece twice
        input.insert(at, input.substr(at, length));
        break;
      case 5:  // cut short
        input.resize(at);
        break;
      case 6: {  // go on with another seed
        const std::string& other = seeds_[Below(seeds_.size())];
        input = input.substr(0, at) + other.substr(Below(other.size() + 1));
        break;
      }
      default: {  // a number at an edge of its type
        static constexpr std::string_view kNumbers[] = {"0",
                                                        "-1",
                                                        "00",
                                                        "255",
                                                        "256",
                                                        "65535",
                                                        "65536",
                                                        "2147483648",
                                                        "4294967295",
                                                        "9223372036854775807",
                                                        "18446744073709551615",
                                                        "18446744073709551616",
                                                        "1e999"};
        input.replace(at, length, kNumbers[Below(std::size(kNumbers))]);
        break;
      }
    }
  }

  char Special() {
    // The final NUL of the literal counts as one of them.
    static constexpr char kBytes[] = "\x01\n\r\t \"\\+-=/.:,{}[]()09aZ\x7F\x80\xC0\xE2\xFF";
    return kBytes[Below(sizeof kBytes)];
  }

  std::mt19937_64 random_;
  const std::vector<std::string>& seeds_;
};

int WriteSeeds(const std::string& directory, const std::vector<std::string>& seeds) {
  std::filesystem::create_directories(directory);
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    std::ofstream(directory + "/seed-" + std::to_string(i), std::ios::binary) << seeds[i];
  }
  return 0;
}

int RunFile(const char* path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    std::fprintf(stderr, "%s cannot be read\n", path);
    return 1;
  }
  Run({std::istreambuf_iterator<char>(in), {}});
  return 0;
}

// The number after `flag` in `argument`, if it is that flag.
bool TakeNumber(std::string_view argument, std::string_view flag, std::uint64_t& value) {
  if (!argument.starts_with(flag)) return false;
  argument.remove_prefix(flag.size());
  const char* const end = argument.data() + argument.size();
  return std::from_chars(argument.data(), end, value).ptr == end;
}

}  // namespace

int main(int argc, char** argv) {
  for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) std::signal(signal, OnCrash);
  if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(KeepCurrentInput);

  const std::vector<std::string> seeds = FuzzSeeds();
  constexpr std::string_view kWriteSeeds = "--write-seeds=";
  std::uint64_t seed = 1;
  std::uint64_t iterations = 20'000;
  bool ran_file = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (TakeNumber(argument, "--seed=", seed) ||
        TakeNumber(argument, "--iterations=", iterations)) {
      continue;
    }
    if (argument.starts_with(kWriteSeeds)) {
      return WriteSeeds(std::string(argument.substr(kWriteSeeds.size())), seeds);
    }
    if (RunFile(argv[i]) != 0) return 1;
    ran_file = true;
  }
  if (ran_file) return 0;

  if (seeds.empty()) {
    std::fprintf(stderr, "the target has no seeds\n");
    return 1;
  }
  std::printf("seed %llu, %llu mutations of %zu seeds\n", static_cast<unsigned long long>(seed),
              static_cast<unsigned long long>(iterations), seeds.size());
  Run("");
  for (const std::string& input : seeds) Run(input);
  Mutator mutator(seed, seeds);
  for (std::uint64_t i = 0; i < iterations; ++i) Run(mutator.Next());
  return 0;
}
