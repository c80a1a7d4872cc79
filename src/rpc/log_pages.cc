#include "facegate/rpc/log_pages.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "facegate/model/ids.h"
#include "facegate/tlog/checkpoint.h"
#include "facegate/tlog/merkle.h"
#include "rpc/log_export.h"
#include "rpc/page_listener.h"

namespace facegate::rpc {
namespace {

using core::Code;
using core::Result;
using core::Status;

constexpr int kThreads = 2;
constexpr char kForEver[] = "public, max-age=31536000, immutable";

Status Missing() { return Status(Code::kNotFound, "FILE_NOT_FOUND", "no such file of this log"); }

// Where the log ends, for readers of its files. One that was set back has nothing more to show.
Result<v1::Checkpoint> EndOf(const storage::Store& store, const publication::Publisher* publisher,
                             const model::OperatorId& log) {
  Result<v1::Checkpoint> end = EndOfCopy(store, publisher, log);
  if (end.status().reason() == "LOG_ROLLED_BACK") return Missing();
  if (end.ok() && end->size() == 0) return Missing();
  return end;
}

Result<core::Bytes> BundleOf(const storage::Store& store, const model::OperatorId& log,
                             const tlog::TileFile& file) {
  const auto width = static_cast<std::size_t>(file.width);
  FG_ASSIGN_OR_RETURN(std::vector<storage::LogEntry> read,
                      store.ReadEntries(log, file.id.index * tlog::kTileWidth, width));
  if (read.size() != width) return Missing();
  std::vector<std::string> entries;
  entries.reserve(width);
  for (storage::LogEntry& entry : read) entries.push_back(std::move(entry.entry));
  return tlog::EncodeBundle(entries);
}

// The bytes of a tile's file in the log as it ends at `size`.
Result<core::Bytes> TileOf(const storage::Store& store, const model::OperatorId& log,
                           std::uint64_t size, std::string_view path) {
  const auto file = tlog::ParseTilePath(path);
  // Beyond 2^40 records no log goes (storage), and the products below do not overflow.
  if (!file.ok() || file->id.index > (std::uint64_t{1} << 40)) return Missing();
  if (file->width > tlog::TileWidthAt(file->id, size)) return Missing();
  if (file->content == tlog::TileFile::Content::kEntries) return BundleOf(store, log, *file);
  FG_ASSIGN_OR_RETURN(core::Bytes tile, TilesOf(store, log)(file->id, file->width));
  const std::size_t bytes = static_cast<std::size_t>(file->width) * sizeof(core::Hash256);
  if (tile.size() < bytes) return Missing();
  tile.resize(bytes);
  return tile;
}

// The statement of what was pruned.
Result<std::string> MinimumIndexOf(const audit::Ledger& ledger, const model::OperatorId& log) {
  FG_ASSIGN_OR_RETURN(std::optional<std::string> note, ledger.MinimumIndex(log));
  if (!note) return Missing();
  return *std::move(note);
}

int HttpStatus(const Status& status) {
  if (status.reason() == "RECORD_PRUNED") return 410;
  if (status.code() == Code::kNotFound) return 404;
  return status.code() == Code::kUnavailable ? 503 : 500;
}

void Refuse(const Status& status, httplib::Response& response) {
  response.status = HttpStatus(status);
  response.set_header("Cache-Control", "no-store");
  response.set_content(status.reason() + "\n", "text/plain; charset=utf-8");
}

// Of a note that changes.
void GiveNote(const std::string& note, httplib::Response& response) {
  response.set_header("Cache-Control", "no-cache");
  response.set_content(note, "text/plain; charset=utf-8");
}

}  // namespace

struct LogPages::Impl {
  PageListener listener;
};

Result<std::unique_ptr<LogPages>> LogPages::Start(const std::string& address,
                                                  const storage::Store& store,
                                                  const audit::Ledger& ledger,
                                                  const publication::Publisher* publisher) {
  auto impl = std::make_unique<Impl>();
  httplib::Server& server = impl->listener.server();
  server.set_payload_max_length(0);  // nothing here takes a body
  const auto answer = [&store, &ledger, publisher](const httplib::Request& request,
                                                   httplib::Response& response) {
    const auto log = model::OperatorId::Parse(request.matches[1].str());
    if (!log.ok()) return Refuse(Missing(), response);
    const auto end = EndOf(store, publisher, *log);
    if (!end.ok()) return Refuse(end.status(), response);
    const std::string path = request.matches[2].str();
    if (path == "checkpoint") return GiveNote(end->note(), response);
    if (path == "minimum-index") {
      const auto note = MinimumIndexOf(ledger, *log);
      return note.ok() ? GiveNote(*note, response) : Refuse(note.status(), response);
    }
    const auto tile = TileOf(store, *log, static_cast<std::uint64_t>(end->size()), path);
    if (!tile.ok()) return Refuse(tile.status(), response);
    response.set_header("Cache-Control", kForEver);
    response.set_content(std::string(core::AsText(*tile)), "application/octet-stream");
  };
  server.Get(R"(/([^/]+)/(checkpoint|minimum-index|tile/.+))", answer);
  const auto refuse = [](const httplib::Request&, httplib::Response& response) {
    response.status = 405;
    response.set_header("Allow", "GET, HEAD");
  };
  server.Post(".*", refuse).Put(".*", refuse).Patch(".*", refuse).Delete(".*", refuse);
  FG_RETURN_IF_ERROR(impl->listener.Start(address, kThreads));
  return std::unique_ptr<LogPages>(new LogPages(std::move(impl)));
}

LogPages::LogPages(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

LogPages::~LogPages() = default;

int LogPages::port() const { return impl_->listener.port(); }

}  // namespace facegate::rpc
