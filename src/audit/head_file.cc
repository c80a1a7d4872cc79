#include "audit/head_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "facegate/core/check.h"
#include "facegate/core/durable_file.h"
#include "facegate/crypto/primitives.h"

namespace facegate::audit {
namespace {

using core::Code;
using core::Result;
using core::Status;

constexpr std::size_t kSlotBytes = 4'096;
constexpr std::size_t kSlots = 2;
constexpr char kSuffix[] = ".head";
constexpr std::string_view kMagic = "facegate-head v1 ";

std::string HashHex(std::string_view text) {
  return core::HexEncode(crypto::Sha256(core::AsBytes(text)));
}

// A whole slot: turn and content.
struct Slot {
  std::uint64_t turn = 0;
  std::string checkpoint;
};

// Takes a decimal number and the space behind it off the text.
template <class T>
bool TakeNumber(std::string_view& text, T& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end == text.data() + text.size() || *end != ' ') return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  return true;
}

std::optional<Slot> ParseSlot(std::string_view bytes) {
  if (!bytes.starts_with(kMagic)) return std::nullopt;
  bytes.remove_prefix(kMagic.size());
  Slot slot;
  std::size_t length = 0;
  if (!TakeNumber(bytes, slot.turn) || !TakeNumber(bytes, length)) return std::nullopt;
  const std::size_t line_end = bytes.find('\n');
  if (line_end == std::string_view::npos || length > bytes.size() - line_end - 1) {
    return std::nullopt;
  }
  const std::string_view checkpoint = bytes.substr(line_end + 1, length);
  if (HashHex(checkpoint) != bytes.substr(0, line_end)) return std::nullopt;
  slot.checkpoint = checkpoint;
  return slot;
}

std::string MakeSlot(std::uint64_t turn, std::string_view checkpoint) {
  std::string bytes(kMagic);
  bytes.append(std::to_string(turn)).append(" ").append(std::to_string(checkpoint.size()));
  bytes.append(" ").append(HashHex(checkpoint)).append("\n").append(checkpoint);
  FG_CHECK(bytes.size() <= kSlotBytes);
  bytes.resize(kSlotBytes, '\n');
  return bytes;
}

}  // namespace

std::string HeadsFolder(const std::string& data_dir) { return data_dir + "/heads"; }

std::string HeadPath(const std::string& data_dir, const model::OperatorId& log) {
  return HeadsFolder(data_dir) + "/" + log.str() + kSuffix;
}

Result<std::vector<model::OperatorId>> LogsWithHeads(const std::string& data_dir) {
  std::vector<model::OperatorId> logs;
  const std::string folder = HeadsFolder(data_dir);
  std::error_code error;
  const std::filesystem::directory_iterator files(folder, error);
  if (error == std::errc::no_such_file_or_directory) return logs;
  if (error) {
    return Status(Code::kUnavailable, "FILE_UNREADABLE", folder + ": " + error.message());
  }
  for (const auto& file : files) {
    if (file.path().extension() != kSuffix) continue;
    FG_ASSIGN_OR_RETURN(auto log, model::OperatorId::Parse(file.path().stem().string()));
    logs.push_back(std::move(log));
  }
  std::sort(logs.begin(), logs.end());
  return logs;
}

Result<std::optional<std::string>> HeadFile::Read() {
  const auto content = core::ReadWholeFile(path_, kSlots * kSlotBytes);
  if (!content.ok()) {
    if (content.status().code() == Code::kNotFound) return std::optional<std::string>();
    return content.status();
  }
  exists_ = content->size() == kSlots * kSlotBytes;
  std::optional<Slot> newest;
  for (std::size_t at = 0; at + kSlotBytes <= content->size(); at += kSlotBytes) {
    auto slot = ParseSlot(std::string_view(*content).substr(at, kSlotBytes));
    if (slot && (!newest || slot->turn > newest->turn)) newest = std::move(slot);
  }
  if (!newest) {
    return Status(Code::kDataLoss, "HEAD_DAMAGED", path_ + " holds no whole checkpoint");
  }
  turn_ = newest->turn;
  return std::optional<std::string>(std::move(newest->checkpoint));
}

Status HeadFile::Write(std::string_view checkpoint) {
  FG_CHECK(checkpoint.size() <= kHeadCheckpointBytesMax);
  const std::uint64_t turn = turn_ + 1;
  const std::size_t at = (turn % kSlots) * kSlotBytes;
  if (exists_) {
    FG_RETURN_IF_ERROR(core::OverwriteInFile(path_, at, MakeSlot(turn, checkpoint)));
  } else {
    // The file appears whole, with its first checkpoint in it.
    std::string content(kSlots * kSlotBytes, '\n');
    content.replace(at, kSlotBytes, MakeSlot(turn, checkpoint));
    FG_RETURN_IF_ERROR(core::ReplaceFile(path_, content));
    exists_ = true;
  }
  turn_ = turn;
  return Status::Ok();
}

}  // namespace facegate::audit
