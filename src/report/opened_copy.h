// What every reader of a copy needs first: its checkpoint, its keys and where its contents begin.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "facegate/core/status.h"
#include "facegate/report/log_copy.h"
#include "report/copy_files.h"
#include "report/key_chain.h"

namespace facegate::report {

struct OpenedCopy {
  CopyFiles files;
  std::string checkpoint_note;
  tlog::Checkpoint checkpoint;
  KeyChain chain;
  // Where contents begin: a multiple of 256, at most the checkpoint's size.
  std::uint64_t minimum_index = 0;
};

// Returns NOT_FOUND COPY_NOT_FOUND for anything but a directory.
core::Status CheckIsDirectory(const std::string& directory);

// Opens the checkpoint, the statement of what was pruned (and that it fits the tiles), and links
// the keys. Nothing: `fault` says why.
std::optional<OpenedCopy> OpenCopy(const std::string& directory, const LogKeys& keys,
                                   CopyFault& fault);

}  // namespace facegate::report
