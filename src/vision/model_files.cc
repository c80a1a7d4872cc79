#include "vision/model_files.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <utility>

#include "facegate/crypto/primitives.h"

namespace facegate::vision {
namespace {

using core::Code;
using core::Result;
using core::Status;

constexpr std::uint64_t kModelBytesMax = 1u << 30;
constexpr std::size_t kSha256HexChars = 64;

Status BadManifest(const std::string& path, const YAML::Mark& mark, const std::string& what) {
  return Status(Code::kInvalidArgument, "BAD_MODEL_MANIFEST",
                path + ":" + std::to_string(mark.line + 1) + ":" + std::to_string(mark.column + 1) +
                    ": " + what);
}

bool IsLowerHex(const std::string& text) {
  return text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// The name becomes part of a path below the models directory, and must stay there.
bool IsPlainFileName(const std::string& name) {
  return !name.empty() && name[0] != '.' && name.find('/') == std::string::npos;
}

Result<ModelFile> ReadEntry(const std::string& path, const YAML::Node& node) {
  const auto text = [&node](const char* key) { return node[key].as<std::string>(""); };
  ModelFile file;
  file.name = text("name");
  file.use = text("use");
  file.format = text("format");
  file.model = text("model");
  file.of = text("of");
  file.path = text("path");
  file.sha256 = text("sha256");
  file.size = node["size"].as<std::uint64_t>(0);
  if (!IsPlainFileName(file.name)) return BadManifest(path, node.Mark(), "name: a plain file name");
  if (file.use.empty()) return BadManifest(path, node.Mark(), "use: missing");
  if (file.sha256.size() != kSha256HexChars || !IsLowerHex(file.sha256)) {
    return BadManifest(path, node.Mark(), "sha256: 64 lower-case hex digits");
  }
  if (file.size == 0 || file.size > kModelBytesMax) {
    return BadManifest(path, node.Mark(), "size: 1 to 2^30 bytes");
  }
  return file;
}

Result<std::vector<ModelFile>> ReadEntries(const std::string& path, const YAML::Node& root) {
  if (!root.IsMap() || !root["files"] || !root["files"].IsSequence()) {
    return BadManifest(path, root.Mark(), "a list `files` is expected");
  }
  std::vector<ModelFile> files;
  for (const YAML::Node& node : root["files"]) {
    if (!node.IsMap()) return BadManifest(path, node.Mark(), "an entry is a mapping");
    FG_ASSIGN_OR_RETURN(ModelFile file, ReadEntry(path, node));
    files.push_back(std::move(file));
  }
  return files;
}

// Where the file is, or nothing.
std::optional<std::string> Locate(const ModelFile& file, const std::string& models_dir) {
  std::error_code ignored;
  std::string own = models_dir + "/" + file.name;
  if (std::filesystem::exists(own, ignored)) return own;
  if (!file.path.empty() && std::filesystem::exists(file.path, ignored)) return file.path;
  return std::nullopt;
}

Status Corrupt(const std::string& path, const ModelFile& file, const std::string& found) {
  return Status(Code::kDataLoss, "MODEL_CORRUPT",
                path + ": expected " + std::to_string(file.size) + " bytes with sha256 " +
                    file.sha256 + ", found " + found +
                    "; remove it and run scripts/fetch_models.sh");
}

Result<VerifiedFile> ReadVerified(const ModelFile& file, const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  // One byte more than expected, so that a longer file shows without being read whole.
  core::Bytes bytes(file.size + 1);
  in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (in.bad() || !in.eof()) {
    return Corrupt(path, file, in.bad() ? "an unreadable file" : "more bytes");
  }
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  const std::string found = core::HexEncode(crypto::Sha256(bytes));
  if (bytes.size() != file.size || found != file.sha256) {
    return Corrupt(path, file, std::to_string(bytes.size()) + " bytes with sha256 " + found);
  }
  return VerifiedFile{file, std::move(bytes)};
}

Result<VerifiedFile> LoadFirst(const std::vector<ModelFile>& manifest,
                               const std::string& models_dir, std::string_view what,
                               const std::function<bool(const ModelFile&)>& wanted) {
  const ModelFile* last = nullptr;
  for (const ModelFile& file : manifest) {
    if (!wanted(file)) continue;
    if (const std::optional<std::string> path = Locate(file, models_dir)) {
      return ReadVerified(file, *path);
    }
    last = &file;
  }
  if (last == nullptr) {
    return Status(Code::kFailedPrecondition, "MODEL_MISSING",
                  "the manifest names no file for " + std::string(what));
  }
  return Status(Code::kFailedPrecondition, "MODEL_MISSING",
                models_dir + "/" + last->name + " is missing (expected sha256 " + last->sha256 +
                    ", found no file); run scripts/fetch_models.sh");
}

}  // namespace

Result<std::vector<ModelFile>> ReadModelManifest(const std::string& path) {
  try {
    return ReadEntries(path, YAML::LoadFile(path));
  } catch (const YAML::BadFile&) {
    return Status(Code::kFailedPrecondition, "MODEL_MISSING", path + " cannot be read");
  } catch (const YAML::Exception& e) {
    return BadManifest(path, e.mark, e.msg);
  }
}

Result<VerifiedFile> LoadModelFile(const std::vector<ModelFile>& manifest, std::string_view use,
                                   const std::string& models_dir) {
  return LoadFirst(manifest, models_dir, use,
                   [use](const ModelFile& file) { return file.use == use; });
}

Result<VerifiedFile> LoadLayoutFile(const std::vector<ModelFile>& manifest, std::string_view of,
                                    const std::string& models_dir) {
  return LoadFirst(manifest, models_dir, "layout",
                   [of](const ModelFile& file) { return file.use == "layout" && file.of == of; });
}

}  // namespace facegate::vision
