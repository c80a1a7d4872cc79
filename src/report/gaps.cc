#include "facegate/report/gaps.h"

#include <algorithm>
#include <limits>

#include "facegate/report/record_filter.h"
#include "report/key_chain.h"

namespace facegate::report {
namespace {

// Ranges of missing counts that a caller may still fill in late.
constexpr std::size_t kOpenRangesMax = 1'024;
// Counts stop here: callers choose the numbers that they leave out.
constexpr std::uint64_t kCountMax = std::numeric_limits<std::int64_t>::max();
// How much later than promised a heartbeat may come: a quarter, and this.
constexpr std::int64_t kHeartbeatSlackMs = 5'000;

std::string NameOf(const OpenedRecord& record) {
  std::string name = CallerOf(record);
  const std::string camera = record.line.StringOr("camera", "");
  if (!camera.empty()) {
    name.append(" ").append(record.line.StringOr("site", "")).append("/").append(camera);
  }
  return name;
}

std::string Words(const Gap& gap) {
  switch (gap.kind) {
    case GapKind::kCountersMissing:
      return (gap.first == gap.last
                  ? "count " + std::to_string(gap.first)
                  : "counts " + std::to_string(gap.first) + " to " + std::to_string(gap.last)) +
             " of " + gap.caller + " have no record";
    case GapKind::kCounterRepeated:
      return "count " + std::to_string(gap.first) + " of " + gap.caller + " stands here again";
    case GapKind::kStartWithoutStop:
      return "the gateway started, and the run before it has no stop; it says: after " + gap.after;
    case GapKind::kBootDiffers:
      return "it is of another run of the gateway than the one that started";
    case GapKind::kQuietTooLong:
      return "no record and no heartbeat for " + std::to_string(gap.ms / 1000) + " s before it";
    case GapKind::kCallerRestarted:
      return gap.caller + " began to count again; what it counted last before is not known";
    case GapKind::kClockStepped:
      return "the gateway's clock moved by " + std::to_string(gap.ms) + " ms";
  }
  return "";
}

}  // namespace

std::string_view GapKindWord(GapKind kind) {
  switch (kind) {
    case GapKind::kCountersMissing:
      return "COUNTERS_MISSING";
    case GapKind::kCounterRepeated:
      return "COUNTER_REPEATED";
    case GapKind::kStartWithoutStop:
      return "START_WITHOUT_STOP";
    case GapKind::kBootDiffers:
      return "BOOT_DIFFERS";
    case GapKind::kQuietTooLong:
      return "QUIET_TOO_LONG";
    case GapKind::kCallerRestarted:
      return "CALLER_RESTARTED";
    case GapKind::kClockStepped:
      return "CLOCK_STEPPED";
  }
  return "";
}

bool IsGap(GapKind kind) {
  return kind != GapKind::kCallerRestarted && kind != GapKind::kClockStepped;
}

bool Gaps::ok() const {
  return std::none_of(counts.begin(), counts.end(),
                      [](const auto& count) { return IsGap(count.first) && count.second > 0; });
}

void GapFinder::Tell(Gap gap, std::uint64_t weight) {
  std::uint64_t& count = gaps_.counts[gap.kind];
  count = std::min(count + weight, kCountMax);
  if (gaps_.found.size() < kGapsListedMax) gaps_.found.push_back(std::move(gap));
}

void GapFinder::Add(const OpenedRecord& record) {
  if (gaps_.records == 0) is_whole_ = record.index == 0;
  ++gaps_.records;
  // A log is handed over before the start of a run is told: that is what ends a silence. Whether
  // there was any where records were lost is not known.
  if (!IsHandOver(record)) {
    CheckSilence(record);
    last_time_ = record.time;
  } else if (IsSuccession(record)) {
    last_time_.reset();
  }
  AddGateway(record);
  if (!IsDecision(record)) return;
  const std::int64_t counter = record.line.IntOr("client_counter", 0);
  if (counter > 0) {
    AddCounter(record, counter);
  } else {
    ++uncounted_;
  }
}

void GapFinder::CheckSilence(const OpenedRecord& record) {
  // A run that ended is down, not silent.
  if (!last_time_ || boot_.empty() || heartbeat_ms_ == 0) return;
  if (record.type == "gateway.started") return;
  std::int64_t silence = record.time - *last_time_;
  if (record.type == "gateway.clock_stepped") {
    silence -= std::max<std::int64_t>(0, record.line.IntOr("by_ms", 0));
  }
  if (silence <= heartbeat_ms_ + heartbeat_ms_ / 4 + kHeartbeatSlackMs) return;
  Gap gap;
  gap.kind = GapKind::kQuietTooLong;
  gap.index = record.index;
  gap.ms = silence;
  Tell(std::move(gap));
}

void GapFinder::AddGateway(const OpenedRecord& record) {
  if (!record.type.starts_with("gateway.")) return;
  Gap gap;
  gap.index = record.index;
  const std::string boot = record.line.StringOr("boot", "");
  if (record.type == "gateway.started") {
    if (!boot_.empty()) {
      gap.kind = GapKind::kStartWithoutStop;
      gap.after = record.line.StringOr("after", "");
      Tell(std::move(gap));
    }
    if (!has_started_) first_start_ = record.index;
    has_started_ = true;
    boot_ = boot;
    const std::int64_t heartbeat_s = record.line.IntOr("heartbeat_s", 0);
    heartbeat_ms_ = std::clamp<std::int64_t>(heartbeat_s, 0, std::int64_t{366} * 86'400) * 1000;
  } else if (record.type == "gateway.clock_stepped") {
    gap.kind = GapKind::kClockStepped;
    gap.ms = record.line.IntOr("by_ms", 0);
    Tell(std::move(gap));
  } else if (record.type == "gateway.stopped" || record.type == "gateway.heartbeat") {
    if (has_started_ && boot != boot_) {
      gap.kind = GapKind::kBootDiffers;
      Tell(std::move(gap));
    }
    if (record.type == "gateway.stopped") boot_.clear();
  }
}

void GapFinder::BeginRun(const std::string& name, Caller& caller, std::int64_t first,
                         std::uint64_t index) {
  TellMissing(name, caller);
  caller.last = first;
  if (first > 1) caller.missing[1] = {first - 1, index};
}

void GapFinder::AddCounter(const OpenedRecord& record, std::int64_t counter) {
  const std::string name = NameOf(record);
  const auto [at, is_new] = callers_.try_emplace(name);
  Caller& caller = at->second;
  if (is_new) {
    // Of a log whose beginning is gone, what was counted before is not known.
    if (is_whole_) {
      BeginRun(name, caller, counter, record.index);
    } else {
      caller.last = counter;
    }
    return;
  }
  if (caller.repeated && counter == caller.repeated->counter + 1 && counter <= caller.last) {
    // Two low counts in a row: it began again, and what it counted before these has no record.
    Tell({GapKind::kCallerRestarted, caller.repeated->index, name});
    const Counted began = *caller.repeated;
    caller.repeated.reset();
    BeginRun(name, caller, began.counter, began.index);
    caller.last = counter;
    return;
  }
  TellRepeated(name, caller);
  if (counter > caller.last) {
    if (counter > caller.last + 1) {
      caller.missing[caller.last + 1] = {counter - 1, record.index};
      if (caller.missing.size() > kOpenRangesMax) TellMissing(name, caller);
    }
    caller.last = counter;
    return;
  }
  // A count that comes late fills its place.
  auto range = caller.missing.upper_bound(counter);
  if (range != caller.missing.begin() && std::prev(range)->second.last >= counter) {
    --range;
    const auto [first, missing] = *range;
    caller.missing.erase(range);
    if (first < counter) caller.missing[first] = {counter - 1, missing.index};
    if (counter < missing.last) caller.missing[counter + 1] = missing;
    return;
  }
  if (counter == 1) {
    Tell({GapKind::kCallerRestarted, record.index, name});
    BeginRun(name, caller, 1, record.index);
  } else {
    caller.repeated = Counted{counter, record.index};
  }
}

void GapFinder::TellRepeated(const std::string& name, Caller& caller) {
  if (!caller.repeated) return;
  Gap gap{GapKind::kCounterRepeated, caller.repeated->index, name};
  gap.first = gap.last = caller.repeated->counter;
  caller.repeated.reset();
  Tell(std::move(gap));
}

void GapFinder::TellMissing(const std::string& name, Caller& caller) {
  for (const auto& [first, missing] : caller.missing) {
    Gap gap{GapKind::kCountersMissing, missing.index, name};
    gap.first = first;
    gap.last = missing.last;
    Tell(std::move(gap), static_cast<std::uint64_t>(missing.last - first + 1));
  }
  caller.missing.clear();
}

Gaps GapFinder::Finish() {
  for (auto& [name, caller] : callers_) {
    TellRepeated(name, caller);
    TellMissing(name, caller);
  }
  gaps_.callers = callers_.size();
  std::stable_sort(gaps_.found.begin(), gaps_.found.end(),
                   [](const Gap& a, const Gap& b) { return a.index < b.index; });
  if (uncounted_ > 0) {
    gaps_.unproved.push_back({"COUNTERS_NOT_KEPT",
                              "whether decisions are missing of callers that "
                              "keep no count: " +
                                  std::to_string(uncounted_) + " are theirs"});
  }
  if (!has_started_ || first_start_ > 0) {
    gaps_.unproved.push_back({"HEARTBEATS_UNKNOWN",
                              has_started_ ? "whether the gateway was silent before its first "
                                             "start that this log has, record " +
                                                 std::to_string(first_start_)
                                           : std::string("whether the gateway was silent: it never "
                                                         "said when it started")});
  }
  gaps_.unproved.push_back({"LAST_COUNTS",
                            "whether what callers counted last, before they restarted and at the "
                            "end, is here: `reconcile` with their own logs shows it"});
  return std::move(gaps_);
}

std::string GapsText(const Gaps& gaps) {
  std::string text = gaps.ok() ? "no gaps" : "GAPS";
  text += " in " + std::to_string(gaps.records) +
          " records; callers that count: " + std::to_string(gaps.callers);
  for (const auto& [kind, count] : gaps.counts) {
    text.append("\n  ").append(GapKindWord(kind)).append(" ").append(std::to_string(count));
  }
  for (const Gap& gap : gaps.found) {
    text.append("\nrecord ").append(std::to_string(gap.index)).append(": ");
    text.append(GapKindWord(gap.kind)).append(": ").append(Words(gap));
  }
  for (const Unproved& unproved : gaps.unproved) {
    text.append("\n  not shown: ").append(unproved.reason).append(": ").append(unproved.what);
  }
  return text;
}

core::Json GapsJson(const Gaps& gaps) {
  core::Json found = core::Json::MakeArray();
  for (const Gap& gap : gaps.found) {
    core::Json one = core::Json::MakeObject();
    one.Set("kind", GapKindWord(gap.kind)).Set("isGap", IsGap(gap.kind)).Set("record", gap.index);
    if (!gap.caller.empty()) one.Set("caller", gap.caller);
    if (gap.first > 0) one.Set("first", gap.first).Set("last", gap.last);
    if (gap.ms != 0) one.Set("ms", gap.ms);
    if (!gap.after.empty()) one.Set("after", gap.after);
    found.Push(std::move(one));
  }
  core::Json counts = core::Json::MakeObject();
  for (const auto& [kind, count] : gaps.counts) counts.Set(GapKindWord(kind), count);
  core::Json json = core::Json::MakeObject();
  json.Set("ok", gaps.ok())
      .Set("records", gaps.records)
      .Set("callers", gaps.callers)
      .Set("counts", std::move(counts))
      .Set("found", std::move(found))
      .Set("unproved", UnprovedJson(gaps.unproved));
  return json;
}

}  // namespace facegate::report
