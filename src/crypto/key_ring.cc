#include "facegate/crypto/key_ring.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "facegate/core/check.h"
#include "facegate/core/text.h"

namespace facegate::crypto {
namespace {

using core::Code;
using core::Result;
using core::Status;

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kKeyHexBytes = 2 * kKeyBytes;
constexpr char kKekFile[] = "kek.key";
constexpr char kLogFile[] = "log.key";
constexpr std::string_view kLogPrefix = "log.";
constexpr std::string_view kKeySuffix = ".key";
// Of a file that is being made. It is no name of a key, whatever becomes of it.
constexpr std::string_view kUnfinishedSuffix = ".new";

// What each derived key is for. Changing one of these changes every key derived with it.
constexpr std::string_view kWrapInfo = "facegate/v1/wrap";
constexpr std::string_view kFingerprintInfo = "facegate/v1/kek-fingerprint";
constexpr std::string_view kKeyedHashInfo = "facegate/v1/keyed-hash/";
constexpr std::string_view kCheckpointInfo = "facegate/v1/log/checkpoint/";
constexpr std::string_view kRecordInfo = "facegate/v1/log/record/";
constexpr std::string_view kPassInfo = "facegate/v1/pass/";
constexpr std::string_view kHolderInfo = "facegate/v1/holder/";

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&&) = delete;
  ~FileDescriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

Status Exposed(const std::string& path, std::string_view why) {
  return {Code::kPermissionDenied, "KEYS_EXPOSED", path + " " + std::string(why)};
}

Status Missing(const std::string& path) {
  return {Code::kNotFound, "KEYS_MISSING",
          path + " does not exist; keys are created once, before the first start"};
}

Status Unreadable(const std::string& path) {
  return {Code::kPermissionDenied, "KEYS_UNREADABLE",
          path + " cannot be read: " + std::strerror(errno)};
}

Status Unwritable(const std::string& path) {
  return {Code::kUnavailable, "KEYS_UNWRITABLE",
          path + " cannot be written: " + std::strerror(errno)};
}

Status Exists(const std::string& path) {
  return {Code::kAlreadyExists, "KEYS_EXIST", path + " exists and is not overwritten"};
}

Result<FileDescriptor> OpenDirectory(const std::string& path) {
  FileDescriptor directory(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0) return errno == ENOENT ? Missing(path) : Unreadable(path);
  struct stat info {};
  if (fstat(directory.get(), &info) != 0) return Unreadable(path);
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return Exposed(path, "is writable by group or others; set its mode to 0700");
  }
  if (info.st_uid != geteuid() && info.st_uid != 0) {
    return Exposed(path, "is owned by another user");
  }
  return directory;
}

// Everything is asked of the open file, not of its path, so that nothing can be swapped in between.
Result<FileDescriptor> OpenKeyFile(int directory, const char* name, const std::string& path) {
  // O_NONBLOCK keeps a named pipe from holding the process at the open.
  FileDescriptor file(openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (file.get() < 0) {
    if (errno == ENOENT) return Missing(path);
    if (errno == ELOOP) return Exposed(path, "is a symbolic link");
    return Unreadable(path);
  }
  struct stat info {};
  if (fstat(file.get(), &info) != 0) return Unreadable(path);
  if (!S_ISREG(info.st_mode)) return Exposed(path, "is not a regular file");
  if (info.st_uid != geteuid()) return Exposed(path, "is owned by another user");
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return Exposed(path, "is open to group or others; set its mode to 0600");
  }
  return file;
}

// The value of a hex digit, or -1. Not core::HexDecode, which would leave the key in plain memory.
int HexValue(std::uint8_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Reads until the end of the file or until `buffer` is full. -1 on failure, with errno set.
ssize_t ReadFully(int fd, std::span<std::uint8_t> buffer) {
  std::size_t have = 0;
  while (have < buffer.size()) {
    const ssize_t got = read(fd, buffer.data() + have, buffer.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return -1;
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  return static_cast<ssize_t>(have);
}

Result<SecretBytes> ReadKey(int directory, const char* name, const std::string& path) {
  FG_ASSIGN_OR_RETURN(const FileDescriptor file, OpenKeyFile(directory, name, path));
  SecretBytes text(kKeyHexBytes + 2);  // room for the newline and for one byte too many
  const ssize_t got = ReadFully(file.get(), text.mutable_span());
  if (got < 0) return Unreadable(path);

  const Status malformed(Code::kInvalidArgument, "KEYS_MALFORMED",
                         path + " does not hold exactly 64 hex digits");
  const auto size = static_cast<std::size_t>(got);
  const core::ByteSpan bytes = text.span();
  const bool has_newline = size == kKeyHexBytes + 1 && bytes[kKeyHexBytes] == '\n';
  if (size != kKeyHexBytes && !has_newline) return malformed;
  SecretBytes key(kKeyBytes);
  for (std::size_t i = 0; i < kKeyBytes; ++i) {
    const int high = HexValue(bytes[2 * i]);
    const int low = HexValue(bytes[2 * i + 1]);
    if (high < 0 || low < 0) return malformed;
    key.mutable_span()[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return key;
}

bool WriteFully(int fd, core::ByteSpan bytes) {
  while (!bytes.empty()) {
    const ssize_t put = write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return true;
}

// Creates the file with a fresh key. After a failure there is no such file, unless it was there
// before (KEYS_EXIST).
Status CreateKey(int directory, const char* name, const std::string& path) {
  const FileDescriptor file(
      openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (file.get() < 0) return errno == EEXIST ? Exists(path) : Unwritable(path);

  const SecretBytes key = RandomSecret(kKeyBytes);
  SecretBytes text(kKeyHexBytes + 1);
  const std::span<std::uint8_t> out = text.mutable_span();
  for (std::size_t i = 0; i < kKeyBytes; ++i) {
    static constexpr char kDigits[] = "0123456789abcdef";
    out[2 * i] = static_cast<std::uint8_t>(kDigits[key.span()[i] >> 4]);
    out[2 * i + 1] = static_cast<std::uint8_t>(kDigits[key.span()[i] & 0x0F]);
  }
  out[kKeyHexBytes] = '\n';
  if (WriteFully(file.get(), text.span()) && fsync(file.get()) == 0) return Status::Ok();
  Status failed = Unwritable(path);
  unlinkat(directory, name, 0);
  return failed;
}

// A path as its folder and the name in it.
struct FileInFolder {
  explicit FileInFolder(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    folder = slash == std::string::npos ? "." : path.substr(0, std::max<std::size_t>(slash, 1));
    name = slash == std::string::npos ? path : path.substr(slash + 1);
  }
  std::string folder;
  std::string name;
};

struct DirectoryCloser {
  void operator()(DIR* directory) const { closedir(directory); }
};

// The names in an open directory.
Result<std::vector<std::string>> NamesIn(int directory, const std::string& path) {
  const int own = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::unique_ptr<DIR, DirectoryCloser> listed(own < 0 ? nullptr : fdopendir(own));
  if (listed == nullptr) {
    Status unreadable = Unreadable(path);
    if (own >= 0) close(own);
    return unreadable;
  }
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const dirent* entry = readdir(listed.get());
    if (entry == nullptr && errno != 0) return Unreadable(path);
    if (entry == nullptr) return names;
    names.emplace_back(entry->d_name);
  }
}

// "2" of "log.2.key", whatever digits stand there; nothing for another name.
std::optional<std::string_view> GenerationDigits(std::string_view name) {
  if (name.size() <= kLogPrefix.size() + kKeySuffix.size()) return std::nullopt;
  if (!name.starts_with(kLogPrefix) || !name.ends_with(kKeySuffix)) return std::nullopt;
  name.remove_prefix(kLogPrefix.size());
  name.remove_suffix(kKeySuffix.size());
  const bool is_number =
      std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
  return is_number ? std::optional(name) : std::nullopt;
}

// The highest generation that has a file, at least 1.
Result<int> NewestLogGeneration(int directory, const std::string& path) {
  FG_ASSIGN_OR_RETURN(const std::vector<std::string> names, NamesIn(directory, path));
  int newest = 1;
  for (const std::string& name : names) {
    const auto digits = GenerationDigits(name);
    if (!digits) continue;
    const std::optional<std::uint64_t> generation = core::ParseDecimal(*digits);
    if (!generation || *generation < 2 || *generation > kLogGenerationsMax) {
      return Status(Code::kInvalidArgument, "KEYS_MALFORMED",
                    path + "/" + name + " is not the name of a generation: they count from 2 to " +
                        std::to_string(kLogGenerationsMax));
    }
    newest = std::max(newest, static_cast<int>(*generation));
  }
  return newest;
}

Result<std::vector<SecretBytes>> ReadLogRoots(int directory, const std::string& path) {
  FG_ASSIGN_OR_RETURN(const int newest, NewestLogGeneration(directory, path));
  std::vector<SecretBytes> roots;
  for (int generation = 1; generation <= newest; ++generation) {
    const std::string name = KeyRing::LogFileName(generation);
    FG_ASSIGN_OR_RETURN(SecretBytes root, ReadKey(directory, name.c_str(), path + "/" + name));
    roots.push_back(std::move(root));
  }
  return roots;
}

// Makes a key under another name first, so that no crash leaves half of one under its own.
// Requires: nobody else makes one in that directory.
Status CreateKeyWhole(int directory, const std::string& folder, const std::string& name) {
  const std::string path = folder + "/" + name;
  const std::string unfinished = name + std::string(kUnfinishedSuffix);
  unlinkat(directory, unfinished.c_str(), 0);  // what a crash left was never used
  FG_RETURN_IF_ERROR(CreateKey(directory, unfinished.c_str(), folder + "/" + unfinished));
  Status made;
  // Unlike a rename, a link replaces nothing.
  if (linkat(directory, unfinished.c_str(), directory, name.c_str(), 0) != 0) {
    made = errno == EEXIST ? Exists(path) : Unwritable(path);
  }
  unlinkat(directory, unfinished.c_str(), 0);
  if (!made.ok() || fsync(directory) == 0) return made;
  made = Unwritable(folder);
  unlinkat(directory, name.c_str(), 0);
  return made;
}

std::string WithInfo(std::string_view prefix, std::string_view rest) {
  return std::string(prefix).append(rest);
}

}  // namespace

Status KeyRing::Init(const std::string& directory) {
  if (mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) return Unwritable(directory);
  FG_ASSIGN_OR_RETURN(const FileDescriptor dir, OpenDirectory(directory));
  FG_ASSIGN_OR_RETURN(const int newest, NewestLogGeneration(dir.get(), directory));
  if (newest > 1) return Exists(directory + "/" + LogFileName(newest));
  const std::string kek_path = directory + "/" + kKekFile;
  const std::string log_path = directory + "/" + kLogFile;
  FG_RETURN_IF_ERROR(CreateKey(dir.get(), kKekFile, kek_path));
  Status made = CreateKey(dir.get(), kLogFile, log_path);
  if (!made.ok()) {
    unlinkat(dir.get(), kKekFile, 0);  // ours, and a ring of one key is of no use
    return made;
  }
  // The names are durable only with the directory that holds them.
  if (fsync(dir.get()) == 0) return Status::Ok();
  Status failed = Unwritable(directory);
  unlinkat(dir.get(), kKekFile, 0);
  unlinkat(dir.get(), kLogFile, 0);
  return failed;
}

Result<std::unique_ptr<KeyRing>> KeyRing::Load(const std::string& directory) {
  FG_ASSIGN_OR_RETURN(const FileDescriptor dir, OpenDirectory(directory));
  FG_ASSIGN_OR_RETURN(SecretBytes kek, ReadKey(dir.get(), kKekFile, directory + "/" + kKekFile));
  FG_ASSIGN_OR_RETURN(std::vector<SecretBytes> log_roots, ReadLogRoots(dir.get(), directory));
  return std::unique_ptr<KeyRing>(new KeyRing(std::move(kek), std::move(log_roots)));
}

Result<int> KeyRing::RotateLog(const std::string& directory) {
  FG_ASSIGN_OR_RETURN(const FileDescriptor dir, OpenDirectory(directory));
  // One after the other; the lock goes with the descriptor.
  if (flock(dir.get(), LOCK_EX) != 0) return Unwritable(directory);
  FG_ASSIGN_OR_RETURN(const std::unique_ptr<KeyRing> ring, Load(directory));
  const int next = ring->log_generation() + 1;
  if (next > kLogGenerationsMax) {
    return Status(Code::kResourceExhausted, "KEYS_MAX",
                  directory + " holds " + std::to_string(kLogGenerationsMax) +
                      " generations of the log key already");
  }
  FG_RETURN_IF_ERROR(CreateKeyWhole(dir.get(), directory, LogFileName(next)));
  return next;
}

std::string KeyRing::LogFileName(int generation) {
  FG_CHECK(generation > 0);
  if (generation == 1) return kLogFile;
  return std::string(kLogPrefix) + std::to_string(generation) + std::string(kKeySuffix);
}

std::unique_ptr<KeyRing> KeyRing::Ephemeral() {
  std::vector<SecretBytes> log_roots;
  log_roots.push_back(RandomSecret(kKeyBytes));
  return std::unique_ptr<KeyRing>(new KeyRing(RandomSecret(kKeyBytes), std::move(log_roots)));
}

KeyRing::KeyRing(SecretBytes kek, std::vector<SecretBytes> log_roots)
    : kek_(std::move(kek)),
      log_roots_(std::move(log_roots)),
      wrap_key_(Hkdf(kek_.span(), kWrapInfo, kKeyBytes)) {}

KeyRing::~KeyRing() = default;

core::Bytes KeyRing::Wrap(core::ByteSpan secret, std::string_view context) const {
  return Seal(wrap_key_.span(), secret, core::AsBytes(context));
}

Result<SecretBytes> KeyRing::Unwrap(core::ByteSpan wrapped, std::string_view context) const {
  return Open(wrap_key_.span(), wrapped, core::AsBytes(context));
}

SigningKey KeyRing::LogKey(std::string_view info, std::string_view name, int generation) const {
  FG_CHECK(generation > 0 && generation <= log_generation());
  const SecretBytes& root = log_roots_[static_cast<std::size_t>(generation) - 1];
  return SigningKey(Hkdf(root.span(), WithInfo(info, name), kKeyBytes).span());
}

SigningKey KeyRing::CheckpointKey(std::string_view origin, int generation) const {
  return LogKey(kCheckpointInfo, origin, generation);
}

SigningKey KeyRing::RecordKey(std::string_view origin, int generation) const {
  return LogKey(kRecordInfo, origin, generation);
}

SigningKey KeyRing::PassKey(std::string_view operator_name, int generation) const {
  return LogKey(kPassInfo, operator_name, generation);
}

SigningKey KeyRing::CheckpointKey(std::string_view origin) const {
  return CheckpointKey(origin, log_generation());
}

SigningKey KeyRing::RecordKey(std::string_view origin) const {
  return RecordKey(origin, log_generation());
}

SigningKey KeyRing::PassKey(std::string_view operator_name) const {
  return PassKey(operator_name, log_generation());
}

SecretBytes KeyRing::HolderKey(std::string_view operator_name, int version) const {
  FG_CHECK(version > 0);
  const std::string key = std::to_string(version).append("/").append(operator_name);
  return Hkdf(kek_.span(), WithInfo(kHolderInfo, key), kKeyBytes);
}

core::Hash256 KeyRing::KeyedHash(std::string_view use, core::ByteSpan data) const {
  const SecretBytes key = Hkdf(kek_.span(), WithInfo(kKeyedHashInfo, use), kKeyBytes);
  return HmacSha256(key.span(), data);
}

std::string KeyRing::KekFingerprint() const {
  // Derived, so that it says nothing of the key; 16 bytes are enough to tell two keys apart.
  return core::HexEncode(Hkdf(kek_.span(), kFingerprintInfo, 16).span());
}

Status CreateKeyFile(const std::string& path) {
  const FileInFolder file(path);
  FG_ASSIGN_OR_RETURN(const FileDescriptor dir, OpenDirectory(file.folder));
  FG_RETURN_IF_ERROR(CreateKey(dir.get(), file.name.c_str(), path));
  if (fsync(dir.get()) == 0) return Status::Ok();
  Status failed = Unwritable(file.folder);
  unlinkat(dir.get(), file.name.c_str(), 0);
  return failed;
}

Result<SecretBytes> LoadKeyFile(const std::string& path) {
  const FileInFolder file(path);
  FG_ASSIGN_OR_RETURN(const FileDescriptor dir, OpenDirectory(file.folder));
  return ReadKey(dir.get(), file.name.c_str(), path);
}

}  // namespace facegate::crypto
