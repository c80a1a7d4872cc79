// The last signed checkpoint of a log, kept outside the database: what a rolled-back database is
// recognised by.
//
// Two slots of fixed size are written in turn, in place, each with a hash of its own, so that a
// crash in the middle of one leaves the other. A write does not wait for the disk: after a power
// failure an older head is as good, since a log that extends it is accepted. A slot is
//   "facegate-head v1 " turn " " length " " sha256 hex "\n" checkpoint "\n"*
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/core/status.h"
#include "facegate/model/ids.h"

namespace facegate::audit {

// Not thread-safe: the sequencer owns it.
class HeadFile {
 public:
  // Nothing is opened or created yet.
  explicit HeadFile(std::string path) : path_(std::move(path)) {}

  // The newer of the slots that are whole; nothing if there is no file.
  // Returns DATA_LOSS HEAD_DAMAGED if there is a file and no slot is whole.
  core::Result<std::optional<std::string>> Read();
  // Keeps `checkpoint`, safe from a crash of the process when it returns. Requires: it fits a slot,
  // Read() was called.
  core::Status Write(std::string_view checkpoint);

 private:
  std::string path_;
  std::uint64_t turn_ = 0;  // of the slot written last
  bool exists_ = false;
};

// Where the head file of a log is, below a gateway's data directory.
std::string HeadsFolder(const std::string& data_dir);
std::string HeadPath(const std::string& data_dir, const model::OperatorId& log);
// The logs that have one, by operator; of a folder that is not there, none. Returns
// INVALID_ARGUMENT BAD_ID for a head file of another name, UNAVAILABLE FILE_UNREADABLE.
core::Result<std::vector<model::OperatorId>> LogsWithHeads(const std::string& data_dir);

// What of a checkpoint fits a slot.
constexpr std::size_t kHeadCheckpointBytesMax = 3'900;

}  // namespace facegate::audit
