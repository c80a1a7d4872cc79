#include "report/opened_copy.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <utility>

#include "facegate/crypto/primitives.h"
#include "facegate/tlog/merkle.h"

namespace facegate::report {
namespace {

constexpr std::string_view kStatementHeader = "facegate-minimum-index v1\n";

CopyFault Damaged(std::string_view file, const core::Status& why) {
  return {std::nullopt, std::string(file), why.reason(), why.message(), FaultKind::kDamage};
}

CopyFault Damaged(std::string_view file, std::string reason, std::string what) {
  return {std::nullopt, std::string(file), std::move(reason), std::move(what), FaultKind::kDamage};
}

// The size that a checkpoint claims, before it is known whose key it is for.
core::Result<tlog::Checkpoint> ReadUnverified(std::string_view note) {
  FG_ASSIGN_OR_RETURN(const tlog::Note parsed, tlog::ParseNote(note));
  return tlog::ParseCheckpointText(parsed.text);
}

// The statement's index and root; nothing where its text has another form.
struct Statement {
  std::uint64_t minimum_index = 0;
  std::string root_base64;
};
std::optional<Statement> ReadStatement(std::string_view text, std::string_view origin) {
  const std::string start = std::string(kStatementHeader) + std::string(origin) + "\n";
  if (!text.starts_with(start)) return std::nullopt;
  text.remove_prefix(start.size());
  Statement statement;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), statement.minimum_index);
  if (error != std::errc()) return std::nullopt;
  statement.root_base64 = text.substr(static_cast<std::size_t>(end - text.data()));
  const bool is_exact = text == std::to_string(statement.minimum_index) + statement.root_base64;
  const bool has_root = statement.root_base64.size() > 2 && statement.root_base64.front() == '\n' &&
                        statement.root_base64.back() == '\n';
  if (!is_exact || !has_root) return std::nullopt;
  statement.root_base64 = statement.root_base64.substr(1, statement.root_base64.size() - 2);
  return statement;
}

// Reads the statement of what was pruned, where there is one. False: `fault` says why.
bool OpenStatement(const CopyFiles& files, const tlog::Checkpoint& claimed, tlog::Note& note,
                   Statement& statement, CopyFault& fault) {
  const std::optional<std::string> file = files.Read(kMinimumIndexFile);
  if (!file) return true;
  core::Result<tlog::Note> parsed = tlog::ParseNote(*file);
  std::optional<Statement> read;
  if (parsed.ok()) read = ReadStatement(parsed->text, claimed.origin);
  if (!read || read->minimum_index % tlog::kTileWidth != 0 || read->minimum_index > claimed.size) {
    fault = Damaged(kMinimumIndexFile, "PRUNING_MALFORMED",
                    "the statement of what was pruned has another form");
    return false;
  }
  note = std::move(parsed).value();
  statement = std::move(*read);
  return true;
}

// The statement must be signed by the log, and true of the tiles.
bool CheckStatement(const CopyFiles& files, const tlog::Checkpoint& checkpoint,
                    const KeyChain& chain, const tlog::Note& note, const Statement& statement,
                    CopyFault& fault) {
  if (const core::Status verified = chain.VerifyStatement(note, checkpoint.origin);
      !verified.ok()) {
    fault = Damaged(kMinimumIndexFile, verified);
    return false;
  }
  if (statement.minimum_index == 0) return true;
  const core::Result<tlog::Hash256> root =
      tlog::RootHash(statement.minimum_index, files.TileReaderFor(checkpoint.size));
  if (!root.ok()) {
    fault = Damaged(kMinimumIndexFile, root.status());
    if (root.status().reason() == "TILE_MISSING") fault.kind = FaultKind::kMissing;
    return false;
  }
  if (crypto::Base64Encode(*root) == statement.root_base64) return true;
  fault = Damaged(kMinimumIndexFile, "PRUNING_DIFFERS",
                  "the statement of what was pruned has another root than the tiles");
  return false;
}

}  // namespace

core::Status CheckIsDirectory(const std::string& directory) {
  std::error_code ignored;
  if (std::filesystem::is_directory(directory, ignored)) return core::Status::Ok();
  return core::Status(core::Code::kNotFound, "COPY_NOT_FOUND", directory + " is no directory");
}

std::optional<OpenedCopy> OpenCopy(const std::string& directory, const LogKeys& keys,
                                   CopyFault& fault) {
  const CopyFiles files(directory);
  std::optional<std::string> note = files.Read(kCheckpointFile);
  if (!note) {
    fault = {std::nullopt, std::string(kCheckpointFile), "COPY_INCOMPLETE",
             "the copy has no checkpoint", FaultKind::kMissing};
    return std::nullopt;
  }
  const core::Result<tlog::Checkpoint> claimed = ReadUnverified(*note);
  if (!claimed.ok()) {
    fault = Damaged(kCheckpointFile, claimed.status());
    return std::nullopt;
  }
  if (claimed->size > kRecordsMax) {
    fault = Damaged(kCheckpointFile, "BAD_CHECKPOINT", "no log has so many records");
    return std::nullopt;
  }
  tlog::Note statement_note;
  Statement statement;
  if (!OpenStatement(files, *claimed, statement_note, statement, fault)) return std::nullopt;

  ChainFault chain_fault;
  std::optional<KeyChain> chain =
      FindKeyChain(files, statement.minimum_index, claimed->size, keys, chain_fault);
  if (!chain) {
    fault = Damaged(kCheckpointFile, chain_fault.why);
    if (chain_fault.record) {
      const std::uint64_t bundle = *chain_fault.record / tlog::kTileWidth;
      fault.record = chain_fault.record;
      fault.file = tlog::BundlePath(bundle, BundleWidth(bundle * tlog::kTileWidth, claimed->size));
    }
    return std::nullopt;
  }
  core::Result<tlog::Checkpoint> checkpoint = chain->OpenCheckpoint(*note);
  if (!checkpoint.ok()) {
    fault = Damaged(kCheckpointFile, checkpoint.status());
    return std::nullopt;
  }
  if (!statement_note.text.empty() &&
      !CheckStatement(files, *checkpoint, *chain, statement_note, statement, fault)) {
    return std::nullopt;
  }
  return OpenedCopy{files, std::move(*note), std::move(checkpoint).value(), std::move(*chain),
                    statement.minimum_index};
}

}  // namespace facegate::report
