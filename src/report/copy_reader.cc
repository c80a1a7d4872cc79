#include "facegate/report/copy_reader.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "facegate/core/check.h"
#include "facegate/tlog/merkle.h"
#include "report/opened_copy.h"

namespace facegate::report {
namespace {

core::Status Bad(std::string reason, std::string what) {
  return core::Status(core::Code::kPermissionDenied, std::move(reason), std::move(what));
}

// A copy whose tiles are not there is bad, not a fault of ours.
core::Status AsBad(const core::Status& status) { return Bad(status.reason(), status.message()); }

std::string BundleOf(std::uint64_t index, std::uint64_t size) {
  const std::uint64_t bundle = index / tlog::kTileWidth;
  return tlog::BundlePath(bundle, BundleWidth(bundle * tlog::kTileWidth, size));
}

}  // namespace

CopyReader::CopyReader(std::unique_ptr<OpenedCopy> copy) : copy_(std::move(copy)) {}
CopyReader::CopyReader(CopyReader&&) noexcept = default;
CopyReader& CopyReader::operator=(CopyReader&&) noexcept = default;
CopyReader::~CopyReader() = default;

core::Result<CopyReader> CopyReader::Open(const std::string& directory, const LogKeys& keys) {
  FG_RETURN_IF_ERROR(CheckIsDirectory(directory));
  CopyFault fault;
  std::optional<OpenedCopy> copy = OpenCopy(directory, keys, fault);
  if (!copy) return Bad(fault.reason, fault.file + ": " + fault.what);
  return CopyReader(std::make_unique<OpenedCopy>(std::move(*copy)));
}

const tlog::Checkpoint& CopyReader::checkpoint() const { return copy_->checkpoint; }
std::uint64_t CopyReader::minimum_index() const { return copy_->minimum_index; }

core::Result<ProvedRecord> CopyReader::Read(std::uint64_t index) const {
  const tlog::Checkpoint& checkpoint = copy_->checkpoint;
  if (index >= checkpoint.size) {
    return core::Status(core::Code::kOutOfRange, "RECORD_BEYOND",
                        "the copy ends before record " + std::to_string(index));
  }
  if (index < copy_->minimum_index) {
    return core::Status(core::Code::kNotFound, "RECORD_PRUNED",
                        "record " + std::to_string(index) + " was removed: contents begin at " +
                            std::to_string(copy_->minimum_index));
  }
  const std::string file = BundleOf(index, checkpoint.size);
  const std::optional<std::string> bundle = copy_->files.Read(file);
  if (!bundle) return Bad("RECORD_MISSING", file + " is missing");
  std::string_view rest = *bundle;
  std::optional<std::string_view> entry;
  for (std::uint64_t i = 0; i <= index % tlog::kTileWidth; ++i) entry = TakeEntry(rest);
  if (!entry) return Bad("RECORD_MISSING", file + " ends before the record");

  const core::Result<tlog::Note> note = tlog::ParseNote(*entry);
  if (!note.ok()) return Bad("RECORD_MALFORMED", file + ": the record is no signed note");
  FG_RETURN_IF_ERROR(copy_->chain.VerifyRecord(*note, index));
  ProvedRecord proved;
  FG_ASSIGN_OR_RETURN(proved.record, ReadRecord(*note));
  if (proved.record.index != index) {
    return Bad("INDEX_DIFFERS", file + ": the record says that it belongs elsewhere");
  }
  auto hashes =
      tlog::InclusionProof(index, checkpoint.size, copy_->files.TileReaderFor(checkpoint.size));
  if (!hashes.ok()) return AsBad(hashes.status());
  FG_RETURN_IF_ERROR(tlog::VerifyInclusion(tlog::LeafHash(core::AsBytes(*entry)), index,
                                           checkpoint.size, *hashes, checkpoint.root));
  proved.entry = std::string(*entry);
  proved.proof = {std::nullopt, index, std::move(hashes).value(), copy_->checkpoint_note};
  return proved;
}

core::Result<std::optional<ProvedRecord>> CopyReader::NewestBefore(std::uint64_t index,
                                                                   std::string_view type) const {
  FG_CHECK(index <= copy_->checkpoint.size);
  const std::string mark = R"("type":")" + std::string(type) + '"';
  std::uint64_t end = index;
  while (end > copy_->minimum_index) {
    const std::uint64_t first = (end - 1) / tlog::kTileWidth * tlog::kTileWidth;
    const std::string file = BundleOf(first, copy_->checkpoint.size);
    const std::optional<std::string> bundle = copy_->files.Read(file);
    if (!bundle) return Bad("RECORD_MISSING", file + " is missing");
    std::string_view rest = *bundle;
    std::optional<std::uint64_t> newest;
    for (std::uint64_t i = first; i < end; ++i) {
      const std::optional<std::string_view> entry = TakeEntry(rest);
      if (!entry) return Bad("RECORD_MISSING", file + " ends inside a record");
      const std::string_view start = entry->substr(0, entry->find(R"("index":)"));
      if (start.find(mark) != std::string_view::npos) newest = i;
    }
    if (newest) {
      FG_ASSIGN_OR_RETURN(ProvedRecord record, Read(*newest));
      return std::optional<ProvedRecord>(std::move(record));
    }
    end = first;
  }
  return std::optional<ProvedRecord>();
}

core::Result<tlog::Hash256> CopyReader::Root(std::uint64_t size) const {
  FG_CHECK(size <= copy_->checkpoint.size);
  auto root = tlog::RootHash(size, copy_->files.TileReaderFor(copy_->checkpoint.size));
  if (!root.ok()) return AsBad(root.status());
  return root;
}

core::Status CopyReader::ProveExtends(const tlog::Checkpoint& older) const {
  const tlog::Checkpoint& checkpoint = copy_->checkpoint;
  const auto proof = tlog::ConsistencyProof(older.size, checkpoint.size,
                                            copy_->files.TileReaderFor(checkpoint.size));
  if (!proof.ok()) return AsBad(proof.status());
  return tlog::VerifyConsistency(older.size, older.root, checkpoint.size, checkpoint.root, *proof);
}

}  // namespace facegate::report
