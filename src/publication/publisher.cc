#include "facegate/publication/publisher.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <utility>

#include "facegate/core/check.h"
#include "facegate/core/durable_file.h"
#include "facegate/tlog/merkle.h"
#include "facegate/tlog/origin.h"

namespace facegate::publication {
namespace {

using core::Code;
using core::Result;
using core::Status;

constexpr std::string_view kFolder = "/published";
constexpr std::string_view kSuffix = ".checkpoint";
// Who says so where it is not a witness but what was published before.
constexpr char kOurselves[] = "published";
constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::chrono::milliseconds kPauseMin(1'000);  // between two rounds

Status Damaged(const std::string& path) {
  return {Code::kDataLoss, "PUBLISHED_DAMAGED",
          path + " is no checkpoint; if it is beyond repair, remove it"};
}

// Evidence against the log, and not a failure of the way to the witness.
bool IsDisagreement(const Status& status) {
  return status.reason() == "LOG_ROLLED_BACK" || status.reason() == "LOG_FORKED";
}

// Whether a log was closed since, and the present one succeeds it.
bool IsSucceeded(const std::string& origin, const std::string& present) {
  const tlog::Origin closed = tlog::ParseOrigin(origin);
  const tlog::Origin now = tlog::OriginIn(present);
  return closed.base == now.base && closed.number < now.number;
}

}  // namespace

Publisher::Publisher(const storage::Store& store, const core::Clock& clock, core::Metrics& metrics,
                     core::Logger& logger, PublisherOptions options)
    : store_(store),
      clock_(clock),
      metrics_(metrics),
      logger_(logger),
      options_(std::move(options)) {
  FG_CHECK(options_.interval_ms > 0 && options_.age_ms_max > 0);
}

Publisher::~Publisher() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Result<std::unique_ptr<Publisher>> Publisher::Open(const storage::Store& store,
                                                   const core::Clock& clock, core::Metrics& metrics,
                                                   core::Logger& logger, PublisherOptions options) {
  std::unique_ptr<Publisher> publisher(
      new Publisher(store, clock, metrics, logger, std::move(options)));
  tlog::WitnessNames reachable;
  for (const tlog::PolicyWitness& witness : publisher->options_.policy.witnesses()) {
    if (witness.url.empty()) continue;
    FG_ASSIGN_OR_RETURN(witness::RemoteWitness remote, witness::RemoteWitness::Make(witness));
    publisher->witnesses_.push_back(std::move(remote));
    reachable.insert(witness.name);
  }
  if (!publisher->options_.policy.IsQuorum(reachable)) {
    return Status(Code::kFailedPrecondition, "WITNESS_URL_MISSING",
                  "the witnesses of the policy that have an address cannot be a quorum");
  }
  FG_RETURN_IF_ERROR(publisher->ReadPublished());
  return publisher;
}

std::string Publisher::PathOf(const model::OperatorId& log) const {
  return options_.data_dir + std::string(kFolder) + "/" + log.str() + std::string(kSuffix);
}

Status Publisher::ReadPublished() {
  if (options_.data_dir.empty()) return Status::Ok();
  const std::string folder = options_.data_dir + std::string(kFolder);
  FG_RETURN_IF_ERROR(core::MakeFolder(options_.data_dir));
  FG_RETURN_IF_ERROR(core::MakeFolder(folder));
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    const std::string path = file.path().string();
    if (!path.ends_with(kSuffix)) continue;
    FG_ASSIGN_OR_RETURN(std::string bytes, core::ReadWholeFile(path, tlog::kNoteBytesMax));
    const auto log = model::OperatorId::Parse(file.path().stem().string());
    const auto note = tlog::ParseNote(bytes);
    if (!log.ok() || !note.ok()) return Damaged(path);
    auto checkpoint = tlog::ParseCheckpointText(note->text);
    if (!checkpoint.ok()) return Damaged(path);
    FG_ASSIGN_OR_RETURN(const storage::LogHead head, store_.GetLogHead(*log));
    if (IsSucceeded(checkpoint->origin, head.checkpoint)) continue;
    Standing standing;
    standing.published = std::move(bytes);
    standing.checkpoint = std::move(checkpoint).value();
    standings_.insert_or_assign(*log, std::move(standing));
  }
  return Status::Ok();
}

void Publisher::Start() {
  FG_CHECK(!thread_.joinable());
  thread_ = std::thread([this] { Run(); });
}

void Publisher::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    is_wanted_ = false;
    lock.unlock();
    Round();
    lock.lock();
    // Whoever asks for logs that do not exist must not have witnesses asked without end.
    const std::chrono::milliseconds interval(options_.interval_ms);
    const auto pause = std::min(interval, kPauseMin);
    wake_.wait_for(lock, pause, [this] { return stopping_; });
    wake_.wait_for(lock, interval - pause, [this] { return stopping_ || is_wanted_; });
  }
}

bool Publisher::IsStopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void Publisher::Round() {
  is_down_.assign(witnesses_.size(), false);
  const auto logs = store_.ListLogs();
  if (!logs.ok()) {
    logger_.Error("publication_failed", {{"reason", logs.status().reason()}});
    return;
  }
  for (const model::OperatorId& log : *logs) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      standings_.try_emplace(log);
    }
    const Status status = RoundOf(log);
    if (status.ok()) continue;
    logger_.Error(
        "publication_failed",
        {{"operator", log.str()}, {"reason", status.reason()}, {"message", status.message()}});
  }
}

Status Publisher::RoundOf(const model::OperatorId& log) {
  FG_ASSIGN_OR_RETURN(const storage::LogHead head, store_.GetLogHead(log));
  if (head.size == 0) return Status::Ok();
  FG_ASSIGN_OR_RETURN(tlog::Note note, tlog::ParseNote(head.checkpoint));
  FG_ASSIGN_OR_RETURN(const tlog::Checkpoint checkpoint, tlog::ParseCheckpointText(note.text));
  const auto tiles = [this, &log](const tlog::TileId& id, int) {
    return store_.ReadTile(log, storage::TileKey{id.level, id.index});
  };
  FG_RETURN_IF_ERROR(Compare(log, checkpoint.size, tiles));
  tlog::Prover prover(checkpoint.size, tiles);
  Collect(log, checkpoint, note, prover);
  return Publish(log, checkpoint, note);
}

// What was published must be a part of the log. Looked at once: from then on the ledger vouches.
Status Publisher::Compare(const model::OperatorId& log, std::uint64_t size,
                          const tlog::TileReader& tiles) {
  tlog::Checkpoint published;
  {
    const std::lock_guard lock(mutex_);
    Standing& standing = standings_[log];
    if (!standing.published || standing.is_compared) return Status::Ok();
    published = standing.checkpoint;
  }
  if (published.size > size) {
    Disagree(log, kOurselves,
             Status(Code::kDataLoss, "LOG_ROLLED_BACK",
                    std::to_string(published.size) + " records were published, the log has " +
                        std::to_string(size)));
    return Status::Ok();
  }
  FG_ASSIGN_OR_RETURN(const core::Hash256 root, tlog::RootHash(published.size, tiles));
  if (root != published.root) {
    Disagree(log, kOurselves,
             Status(Code::kDataLoss, "LOG_FORKED", "another log was published than this one"));
    return Status::Ok();
  }
  const std::lock_guard lock(mutex_);
  standings_[log].is_compared = true;
  standings_[log].disagreements.erase(kOurselves);
  return Status::Ok();
}

// Asks each witness and adds what they sign to the note.
void Publisher::Collect(const model::OperatorId& log, const tlog::Checkpoint& checkpoint,
                        tlog::Note& note, tlog::Prover& prover) {
  const tlog::Note asked = note;
  for (std::size_t i = 0; i < witnesses_.size(); ++i) {
    if (is_down_[i] || IsStopping()) continue;
    const std::string& name = witnesses_[i].witness().name;
    auto cosigned = witnesses_[i].Cosign(asked, checkpoint, prover);
    if (cosigned.ok()) {
      note.signatures.push_back(std::move(cosigned).value());
      const std::lock_guard lock(mutex_);
      standings_[log].disagreements.erase(name);
      continue;
    }
    const Status& why = cosigned.status();
    if (IsDisagreement(why)) {
      Disagree(log, name, why);
      continue;
    }
    is_down_[i] = why.code() == Code::kUnavailable;
    metrics_.Add(core::Counter::kWitnessFailures);
    logger_.Warn("witness_failed", {{"operator", log.str()},
                                    {"witness", name},
                                    {"reason", why.reason()},
                                    {"message", why.message()}});
  }
}

void Publisher::Disagree(const model::OperatorId& log, const std::string& who, const Status& why) {
  metrics_.Add(core::Counter::kWitnessDisagreements);
  logger_.Error("witness_disagrees", {{"operator", log.str()},
                                      {"witness", who},
                                      {"reason", why.reason()},
                                      {"message", why.message()}});
  const std::lock_guard lock(mutex_);
  standings_[log].disagreements.insert_or_assign(who, why);
}

Status Publisher::Publish(const model::OperatorId& log, const tlog::Checkpoint& checkpoint,
                          const tlog::Note& note) {
  const Status quorum = options_.policy.CheckQuorum(note);
  {
    const std::lock_guard lock(mutex_);
    const Standing& standing = standings_[log];
    if (!quorum.ok()) {
      logger_.Warn("quorum_missing", {{"operator", log.str()},
                                      {"size", std::to_string(checkpoint.size)},
                                      {"published", std::to_string(standing.checkpoint.size)},
                                      {"message", quorum.message()}});
      return Status::Ok();
    }
    // Witnesses that forgot do not undo what auditors were shown.
    if (standing.disagreements.contains(kOurselves)) return Status::Ok();
  }
  std::string bytes = tlog::EncodeNote(note);
  if (!options_.data_dir.empty()) FG_RETURN_IF_ERROR(core::ReplaceFile(PathOf(log), bytes));
  metrics_.Add(core::Counter::kCheckpointsPublished);
  const std::lock_guard lock(mutex_);
  Standing& standing = standings_[log];
  standing.published = std::move(bytes);
  standing.checkpoint = checkpoint;
  standing.is_compared = true;
  standing.quorum_ns = clock_.SteadyNs();
  return Status::Ok();
}

std::optional<std::string> Publisher::Published(const model::OperatorId& log) const {
  const std::lock_guard lock(mutex_);
  const auto standing = standings_.find(log);
  return standing == standings_.end() ? std::nullopt : standing->second.published;
}

Status Publisher::MayAnswer(const model::OperatorId& log) const {
  if (options_.on_missing_quorum == OnMissingQuorum::kContinue) return Status::Ok();
  const std::lock_guard lock(mutex_);
  const auto found = standings_.find(log);
  if (found == standings_.end()) {
    is_wanted_ = true;
    wake_.notify_all();
  } else if (const Standing& standing = found->second; !standing.disagreements.empty()) {
    const auto& [who, why] = *standing.disagreements.begin();
    return Status(Code::kUnavailable, "WITNESS_DISAGREES",
                  "no decision is answered: " + why.reason() + " by " + who +
                      "; see the gateway's process log");
  } else if (standing.quorum_ns &&
             clock_.SteadyNs() - *standing.quorum_ns <= options_.age_ms_max * kNsPerMs) {
    return Status::Ok();
  }
  return Status(Code::kUnavailable, "QUORUM_MISSING",
                "no decision is answered: no quorum of witnesses cosigned this log lately");
}

}  // namespace facegate::publication
