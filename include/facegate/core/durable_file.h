// Files beside the database, written so that a crash at any moment leaves the old or the new
// content. Durable before the call returns, but for OverwriteInFile.
#pragma once

#include <string>
#include <string_view>

#include "facegate/core/status.h"

namespace facegate::core {

// Replaces the file's content: temporary file, fdatasync, rename, fsync of the folder.
Status ReplaceFile(const std::string& path, std::string_view content);
// Overwrites part of a file in place and has it written out, without waiting for the disk: it
// survives a crash of the process at once, one of the machine a moment later. NOT atomic: the
// caller keeps another copy.
Status OverwriteInFile(const std::string& path, std::size_t offset, std::string_view content);
// Appends and syncs. Creates the file (0600) and syncs its folder where it is new.
Status AppendToFile(const std::string& path, std::string_view content);
// The content, at most `bytes_max`. NOT_FOUND FILE_MISSING; DATA_LOSS FILE_TOO_LARGE.
Result<std::string> ReadWholeFile(const std::string& path, std::size_t bytes_max);
// Makes the folder (0700) where there is none.
Status MakeFolder(const std::string& path);

}  // namespace facegate::core
