#include "facegate/gateway/presence.h"

#include <cstdlib>
#include <utility>

#include "facegate/core/check.h"
#include "facegate/crypto/primitives.h"
#include "facegate/model/resources.h"
#include "facegate/storage/typed.h"
#include "gateway/newest_record.h"

namespace facegate::gateway {
namespace {

using core::Json;
using core::Result;
using core::Status;

constexpr std::string_view kStarted = "gateway.started";
constexpr std::string_view kStopped = "gateway.stopped";

// The index after the newest record of a type; 0 where there is none.
Result<std::uint64_t> EndOfNewest(const storage::Store& store, const model::OperatorId& log,
                                  std::string_view type) {
  FG_ASSIGN_OR_RETURN(const auto newest, NewestOfType(store, log, type));
  return newest ? newest->index + 1 : std::uint64_t{0};
}

}  // namespace

Presence::Presence(const storage::Store& store, audit::Ledger& ledger, const core::Clock& clock,
                   core::Logger& logger, PresenceOptions options)
    : store_(store),
      ledger_(ledger),
      clock_(clock),
      logger_(logger),
      options_(std::move(options)),
      boot_(crypto::RandomUuid()) {
  FG_CHECK(options_.beat_ms > 0 && options_.clock_step_ms > 0);
  FG_CHECK(options_.heartbeat_s * 1000 >= 2 * options_.beat_ms);
}

Presence::~Presence() {
  if (!has_begun_) return;
  Json body = Json::MakeObject();
  body.Set("boot", boot_);
  const Status stopped = RecordInAll(kStopped, body);
  if (!stopped.ok()) logger_.Error("stop_not_recorded", {{"reason", stopped.reason()}});
}

std::int64_t Presence::SteadyMs() const { return clock_.SteadyNs() / 1'000'000; }
std::int64_t Presence::WallAheadMs() const { return clock_.Now().unix_ms - SteadyMs(); }

Result<std::vector<model::OperatorId>> Presence::Logs() const {
  FG_ASSIGN_OR_RETURN(const auto operators, storage::ReadResources<model::Operator>(store_, ""));
  std::vector<model::OperatorId> logs;
  logs.reserve(operators.size());
  for (const model::Operator& op : operators) logs.push_back(op.id);
  return logs;
}

Status Presence::Record(const model::OperatorId& log, std::string_view type, Json body) {
  audit::Event event;
  event.type = type;
  event.log = log;
  event.actor = audit::GatewayItself();
  event.request_id = crypto::RandomUuid();
  event.body = std::move(body);
  return ledger_.Append(event, {}).status();
}

Status Presence::RecordInAll(std::string_view type, const Json& body) {
  FG_ASSIGN_OR_RETURN(const auto logs, Logs());
  for (const model::OperatorId& log : logs) FG_RETURN_IF_ERROR(Record(log, type, body));
  return Status::Ok();
}

Result<std::string_view> Presence::EndOfLastRun(const model::OperatorId& log) const {
  FG_ASSIGN_OR_RETURN(const std::uint64_t started, EndOfNewest(store_, log, kStarted));
  FG_ASSIGN_OR_RETURN(const std::uint64_t stopped, EndOfNewest(store_, log, kStopped));
  FG_ASSIGN_OR_RETURN(const storage::LogHead head, store_.GetLogHead(log));
  // A run that outlived its own start in the log did not stop.
  const bool was_pruned = head.minimum_index > 0;
  if (started == 0 && stopped == 0 && !was_pruned) return std::string_view("NOTHING");
  return std::string_view(stopped > started ? "STOP" : "CRASH");
}

Status Presence::Begin() {
  FG_CHECK(!has_begun_);
  has_begun_ = true;
  last_beat_ms_ = SteadyMs();
  wall_ahead_ms_ = WallAheadMs();
  FG_ASSIGN_OR_RETURN(const auto logs, Logs());
  for (const model::OperatorId& log : logs) {
    FG_ASSIGN_OR_RETURN(const std::string_view after, EndOfLastRun(log));
    Json body = Json::MakeObject();
    body.Set("boot", boot_)
        .Set("version", options_.version)
        .Set("after", after)
        .Set("heartbeat_s", options_.heartbeat_s);
    FG_RETURN_IF_ERROR(Record(log, kStarted, std::move(body)));
  }
  return Status::Ok();
}

Result<int> Presence::Beat() {
  FG_CHECK(has_begun_);
  const std::int64_t now_ms = SteadyMs();
  const std::int64_t step_ms = WallAheadMs() - wall_ahead_ms_;
  wall_ahead_ms_ += step_ms;
  if (std::abs(step_ms) >= options_.clock_step_ms) {
    Json body = Json::MakeObject();
    body.Set("boot", boot_).Set("by_ms", step_ms);
    FG_RETURN_IF_ERROR(RecordInAll("gateway.clock_stepped", body));
  }
  int beats = 0;
  FG_ASSIGN_OR_RETURN(const auto logs, Logs());
  for (const model::OperatorId& log : logs) {
    FG_ASSIGN_OR_RETURN(const storage::LogHead head, store_.GetLogHead(log));
    Quiet& quiet = quiet_[log];
    // What came since the last beat may have come right after it.
    if (head.size != quiet.size) quiet = {head.size, last_beat_ms_};
    const std::int64_t quiet_ms = now_ms - quiet.since_ms;
    if (quiet_ms + options_.beat_ms <= options_.heartbeat_s * 1000) continue;
    Json body = Json::MakeObject();
    body.Set("boot", boot_).Set("quiet_s", quiet_ms / 1000);
    FG_RETURN_IF_ERROR(Record(log, "gateway.heartbeat", std::move(body)));
    quiet = {head.size + 1, now_ms};
    ++beats;
  }
  last_beat_ms_ = now_ms;
  return beats;
}

}  // namespace facegate::gateway
