// Which model files there are (models/manifest.yaml), and their bytes once verified.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/core/bytes.h"
#include "facegate/core/status.h"

namespace facegate::vision {

// One entry of the manifest; the file itself explains the fields.
struct ModelFile {
  std::string name;
  std::string use;
  std::string format;
  std::string model;
  std::string of;
  std::string path;
  std::string sha256;  // lower-case hex
  std::uint64_t size = 0;
};

// Returns FAILED_PRECONDITION MODEL_MISSING if there is no such file, INVALID_ARGUMENT
// BAD_MODEL_MANIFEST with file:line:column if it is not a manifest.
core::Result<std::vector<ModelFile>> ReadModelManifest(const std::string& path);

// A file whose size and hash were those of the manifest. The bytes are a copy in memory: what was
// hashed is what gets loaded, whatever happens to the file in between.
struct VerifiedFile {
  ModelFile entry;
  core::Bytes bytes;
};

// Reads and verifies the first file of that use that is present, in `models_dir` or at its own
// path. Returns FAILED_PRECONDITION MODEL_MISSING if none is, and DATA_LOSS MODEL_CORRUPT with both
// hashes if one is present but not what the manifest says (no other is tried then: somebody should
// look).
core::Result<VerifiedFile> LoadModelFile(const std::vector<ModelFile>& manifest,
                                         std::string_view use, const std::string& models_dir);

// The same for the layout that belongs to the weights file `of`.
core::Result<VerifiedFile> LoadLayoutFile(const std::vector<ModelFile>& manifest,
                                          std::string_view of, const std::string& models_dir);

}  // namespace facegate::vision
