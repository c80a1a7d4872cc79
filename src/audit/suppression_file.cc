#include "audit/suppression_file.h"

#include <unistd.h>

#include <charconv>

#include "facegate/core/durable_file.h"

namespace facegate::audit {
namespace {

using core::Code;
using core::Result;
using core::Status;

constexpr std::size_t kFileBytesMax = 1u << 30;
constexpr std::size_t kHashChars = 64;

// Takes the next field, up to a space or the end, off `line`.
std::string_view NextField(std::string_view& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view field = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return field;
}

bool IsKind(std::string_view kind) {
  return kind.size() == 1 && std::string_view("WERLIK").find(kind) != std::string_view::npos;
}

template <class T>
bool ParseNumber(std::string_view text, T& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

Result<SuppressionFile> SuppressionFile::Open(const std::string& path,
                                              const crypto::KeyRing& keys) {
  SuppressionFile file(path, keys);
  if (path.empty()) return file;
  auto content = core::ReadWholeFile(path, kFileBytesMax);
  if (!content.ok()) {
    if (content.status().code() == Code::kNotFound) return file;
    return content.status();
  }
  std::string_view rest = *content;
  std::size_t number = 0;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) break;
    FG_RETURN_IF_ERROR(file.ParseLine(rest.substr(0, end), ++number));
    rest.remove_prefix(end + 1);
  }
  if (!rest.empty() &&
      ::truncate(path.c_str(), static_cast<off_t>(content->size() - rest.size())) != 0) {
    return Status(Code::kUnavailable, "FILE_NOT_WRITTEN", "cannot cut the last line of " + path);
  }
  return file;
}

Status SuppressionFile::ParseLine(std::string_view line, std::size_t number) {
  const std::string_view version = NextField(line);
  const std::string_view kind = NextField(line);
  const std::string_view hash = NextField(line);
  Mark mark;
  const bool numbers = ParseNumber(NextField(line), mark.index) &&
                       ParseNumber(NextField(line), mark.time.unix_ms) && line.empty();
  if (version != "v1" || !IsKind(kind) || hash.size() != kHashChars || !numbers) {
    return Status(Code::kDataLoss, "SUPPRESSIONS_DAMAGED",
                  path_ + ":" + std::to_string(number) + ": not a suppression");
  }
  Keep(std::string(kind) + std::string(hash), mark);
  return Status::Ok();
}

void SuppressionFile::Keep(const std::string& key, const Mark& mark) {
  if (key.front() == 'L') {
    std::string restriction = key;
    restriction.front() = 'R';
    entries_.erase(restriction);
  } else {
    entries_[key] = mark;
  }
}

std::string SuppressionFile::HashOf(char kind, const model::SubjectRef& subject,
                                    std::string_view what) const {
  const std::string text =
      subject.op.str() + "\n" + subject.subject.str() + "\n" + std::string(what);
  return kind + core::HexEncode(keys_->KeyedHash("suppression", core::AsBytes(text)));
}

Status SuppressionFile::Add(const storage::Changes& changes, std::uint64_t index,
                            core::Timestamp time) {
  std::string lines;
  for (const storage::Change& change : changes) {
    std::string key;
    if (const auto* destroy = std::get_if<storage::DestroyTemplates>(&change)) {
      key = HashOf('W', destroy->subject, destroy->purpose.str());
    } else if (const auto* images = std::get_if<storage::DestroyImages>(&change)) {
      key = HashOf('I', images->subject, images->purpose.str());
    } else if (const auto* image = std::get_if<storage::DestroyImage>(&change)) {
      const model::ImageRef& ref = image->image;
      key = HashOf('K', {ref.op, ref.subject}, ref.image.str());
    } else if (const auto* erase = std::get_if<storage::EraseSubject>(&change)) {
      key = HashOf('E', erase->subject, {});
    } else if (const auto* restrict = std::get_if<storage::RestrictSubject>(&change)) {
      key = HashOf(restrict->since ? 'R' : 'L', restrict->subject, {});
    } else {
      continue;
    }
    Keep(key, {index, time});
    lines += "v1 " + key.substr(0, 1) + " " + key.substr(1) + " " + std::to_string(index) + " " +
             std::to_string(time.unix_ms) + "\n";
  }
  if (lines.empty() || path_.empty()) return Status::Ok();
  return core::AppendToFile(path_, lines);
}

bool SuppressionFile::Covers(const std::string& key, std::uint64_t index,
                             core::Timestamp time) const {
  const auto found = entries_.find(key);
  return found != entries_.end() && index < found->second.index && time <= found->second.time;
}

bool SuppressionFile::CoversTemplates(const model::SubjectRef& subject,
                                      const model::PurposeId& purpose, std::uint64_t index,
                                      core::Timestamp time) const {
  return Covers(HashOf('W', subject, purpose.str()), index, time) ||
         CoversSubject(subject, index, time);
}

bool SuppressionFile::CoversImages(const model::SubjectRef& subject,
                                   const model::PurposeId& purpose, std::uint64_t index,
                                   core::Timestamp time) const {
  return Covers(HashOf('I', subject, purpose.str()), index, time);
}

bool SuppressionFile::CoversImage(const model::KeptImage& image) const {
  const model::SubjectRef subject{image.op, image.subject};
  return Covers(HashOf('K', subject, image.id.str()), image.log_index, image.created_at) ||
         CoversImages(subject, image.purpose, image.log_index, image.created_at);
}

bool SuppressionFile::CoversRestriction(const model::SubjectRef& subject, std::uint64_t index,
                                        core::Timestamp time) const {
  return Covers(HashOf('R', subject, {}), index, time);
}

bool SuppressionFile::CoversSubject(const model::SubjectRef& subject, std::uint64_t index,
                                    core::Timestamp time) const {
  return Covers(HashOf('E', subject, {}), index, time);
}

}  // namespace facegate::audit
