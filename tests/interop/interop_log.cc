// One side of the interoperation test (interop_test.py says what it is about); c2sp.go is the
// other.
//
//   interop_log write DIR    logs of several sizes with proofs, for the other side to examine
//   interop_log verify DIR   examines a log and proofs that the other side wrote; exit code 1: bad
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "facegate/core/check.h"
#include "facegate/core/text.h"
#include "facegate/report/log_copy.h"
#include "facegate/tlog/checkpoint.h"
#include "facegate/tlog/merkle.h"
#include "facegate/tlog/minimum_index.h"
#include "facegate/tlog/note.h"
#include "unit/report/written_log.h"

namespace {

namespace fs = std::filesystem;
namespace core = facegate::core;
namespace crypto = facegate::crypto;
namespace report = facegate::report;
namespace tlog = facegate::tlog;
using facegate::testing::WrittenLog;

constexpr std::uint64_t kSizes[] = {0, 1, 2, 255, 256, 257, 65'536, 70'000};
constexpr std::int64_t kCosignedAt = 1'772'438'400;

// A wrong log ends the program, with what was wrong.
void Require(bool holds, const std::string& what) {
  if (holds) return;
  std::fprintf(stderr, "interop_log: %s\n", what.c_str());
  std::exit(1);
}

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  Require(in.is_open(), path.string() + " is missing");
  return {std::istreambuf_iterator<char>(in), {}};
}

void WriteFile(const fs::path& path, const std::string& content) {
  fs::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary);
  out << content;
  out.close();
  Require(out.good(), path.string() + " cannot be written");
}

// Tiles as anybody reads them: from the files of a copy.
tlog::TileReader TilesIn(const fs::path& copy) {
  return [copy](const tlog::TileId& id, int width) -> core::Result<core::Bytes> {
    const std::string content = ReadFile(copy / tlog::TilePath(id, width));
    return core::Bytes(content.begin(), content.end());
  };
}

std::string HashLines(const std::vector<tlog::Hash256>& hashes) {
  std::string lines;
  for (const tlog::Hash256& hash : hashes) lines += crypto::Base64Encode(hash) + "\n";
  return lines;
}

// Ends, edges of tiles and somewhere inside: those of them that are below `limit`.
std::set<std::uint64_t> Places(std::uint64_t limit) {
  std::set<std::uint64_t> places;
  for (const std::uint64_t place :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{3}, std::uint64_t{100},
        std::uint64_t{127}, std::uint64_t{128}, std::uint64_t{254}, std::uint64_t{255},
        std::uint64_t{256}, std::uint64_t{257}, std::uint64_t{4'097}, std::uint64_t{65'535},
        std::uint64_t{65'536}, limit / 2, limit - 2, limit - 1}) {
    if (place < limit) places.insert(place);
  }
  return places;
}

// The keys of WrittenLog, another generation, and a witness.
crypto::SigningKey KeyOf(std::uint8_t n) { return crypto::SigningKey(core::Bytes(32, n)); }

// The checkpoint as at a rotation of the log's key, cosigned by a witness.
std::string CosignedRotation(const std::string& checkpoint) {
  tlog::Note note = tlog::ParseNote(checkpoint).value();
  tlog::SignNote(note, WrittenLog::kOrigin, KeyOf(3));
  tlog::CosignNote(note, "witness.example/w1", KeyOf(4), kCosignedAt);
  return tlog::EncodeNote(note);
}

void WriteProofs(const fs::path& directory, std::uint64_t size, const std::string& checkpoint) {
  tlog::Prover prover(size, TilesIn(directory / "copy"));
  for (const std::uint64_t index : Places(size)) {
    const tlog::ProofFile proof{std::nullopt, index, prover.Inclusion(index).value(), checkpoint};
    WriteFile(directory / "inclusion" / std::to_string(index), tlog::EncodeProofFile(proof));
  }
  for (const std::uint64_t old_size : Places(size + 1)) {
    WriteFile(directory / "consistency" / std::to_string(old_size),
              HashLines(prover.Consistency(old_size).value()));
  }
}

void Write(const fs::path& directory) {
  WrittenLog log;
  const report::LogKeys keys = log.keys();
  FG_CHECK(keys.checkpoint.key == KeyOf(1).public_key());
  WriteFile(directory / "vkeys",
            keys.checkpoint.ToString() + "\n" + keys.record.ToString() + "\n" +
                tlog::MakeVerifierKey(WrittenLog::kOrigin, tlog::kSigEd25519, KeyOf(3).public_key())
                    .ToString() +
                "\n" +
                tlog::MakeVerifierKey("witness.example/w1", tlog::kSigCosignatureV1,
                                      KeyOf(4).public_key())
                    .ToString() +
                "\n");
  for (const std::uint64_t size : kSizes) {
    const fs::path here = directory / std::to_string(size);
    log.AppendMany(size - log.entries().size());
    log.WriteTo((here / "copy").string());
    const std::string checkpoint = log.Checkpoint();
    WriteProofs(here, size, checkpoint);
    WriteFile(here / "rotated", CosignedRotation(checkpoint));
    const std::uint64_t pruned = size / tlog::kTileWidth * tlog::kTileWidth;
    tlog::Prover prover(pruned, TilesIn(here / "copy"));
    WriteFile(
        here / "minimum-index",
        tlog::SignMinimumIndex({WrittenLog::kOrigin, pruned, prover.Root().value()}, KeyOf(1)));
  }
}

// Every file of a folder with numbers for names, by that number.
std::map<std::uint64_t, std::string> NumberedFiles(const fs::path& directory) {
  std::map<std::uint64_t, std::string> files;
  for (const fs::directory_entry& file : fs::directory_iterator(directory)) {
    const auto number = core::ParseDecimal(file.path().filename().string());
    Require(number.has_value(), file.path().string() + " has no number for a name");
    files[*number] = ReadFile(file.path());
  }
  return files;
}

std::vector<std::string> EntriesOf(const fs::path& copy, std::uint64_t size) {
  std::vector<std::string> entries;
  for (std::uint64_t first = 0; first < size; first += tlog::kTileWidth) {
    const int width = static_cast<int>(std::min<std::uint64_t>(tlog::kTileWidth, size - first));
    const std::string bundle = ReadFile(copy / tlog::BundlePath(first / tlog::kTileWidth, width));
    const auto parsed = tlog::ParseBundle(core::AsBytes(bundle));
    Require(parsed.ok(), "a bundle is malformed");
    entries.insert(entries.end(), parsed->begin(), parsed->end());
  }
  return entries;
}

void Verify(const fs::path& directory) {
  const fs::path copy = directory / "copy";
  const report::LogKeys keys = report::ParseLogKeys(ReadFile(directory / "vkeys")).value();
  const auto report = report::VerifyLogCopy(copy.string(), keys, {});
  Require(report.ok(), report.status().message());
  Require(report->ok(), report->fault ? report->fault->file + ": " + report->fault->reason : "");
  const tlog::Checkpoint head = report->checkpoint;
  const std::vector<std::string> entries = EntriesOf(copy, head.size);

  tlog::Prover prover(head.size, TilesIn(copy));
  const auto inclusion = NumberedFiles(directory / "inclusion");
  Require(!inclusion.empty(), "no inclusion proofs");
  for (const auto& [index, bytes] : inclusion) {
    const auto proof = tlog::ParseProofFile(bytes);
    Require(proof.ok() && proof->index == index,
            "no proof file of record " + std::to_string(index));
    const auto proved =
        tlog::VerifyProofFile(*proof, core::AsBytes(entries.at(index)), keys.checkpoint);
    Require(proved.ok() && *proved == head, "the proof of " + std::to_string(index) + " fails");
    Require(proof->hashes == prover.Inclusion(index).value(), "ours is another proof");
  }
  const auto consistency = NumberedFiles(directory / "consistency");
  Require(!consistency.empty(), "no consistency proofs");
  tlog::RootAccumulator tree;
  for (const auto& [old_size, lines] : consistency) {
    while (tree.size() < old_size) {
      tree.Append(tlog::LeafHash(core::AsBytes(entries.at(tree.size()))));
    }
    const std::vector<tlog::Hash256> ours = prover.Consistency(old_size).value();
    Require(HashLines(ours) == lines, "another consistency proof from " + std::to_string(old_size));
    Require(tlog::VerifyConsistency(old_size, tree.Root(), head.size, head.root, ours).ok(),
            "the consistency proof from " + std::to_string(old_size) + " fails");
  }
  std::printf("%llu records, %zu inclusion and %zu consistency proofs\n",
              static_cast<unsigned long long>(head.size), inclusion.size(), consistency.size());
}

}  // namespace

int main(int argc, char** argv) {
  const std::string verb = argc == 3 ? argv[1] : "";
  if (verb == "write") {
    Write(argv[2]);
  } else if (verb == "verify") {
    Verify(argv[2]);
  } else {
    std::fprintf(stderr, "usage: interop_log write|verify DIR\n");
    return 2;
  }
  return 0;
}
