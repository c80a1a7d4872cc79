// Writes records to a log on the disk, one after the other, and says which are acknowledged: the
// program under log_fault_test.py.
//
//   log_writer keys DIR          makes the keys
//   log_writer write DIR COUNT   appends COUNT records; "ack INDEX LEAF_HASH" for each, then "done"
//   log_writer check DIR [FROM]  opens the log as a start does, reads it through from record FROM
//   on,
//                                and from 0 on proves it: "record INDEX LEAF_HASH" for each, then
//                                "whole"
// What fails is printed, "failed REASON", and the exit code is 3.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "facegate/audit/ledger.h"
#include "facegate/core/log.h"
#include "facegate/core/metrics.h"
#include "facegate/crypto/key_ring.h"
#include "facegate/crypto/primitives.h"
#include "facegate/storage/store.h"
#include "facegate/tlog/checkpoint.h"
#include "facegate/tlog/merkle.h"

namespace facegate::testing {
namespace {

using core::Status;

constexpr char kOperator[] = "acme";

struct Log {
  core::SystemClock clock;
  core::MemoryMetrics metrics;
  core::NullLogger logger;
  std::unique_ptr<crypto::KeyRing> keys;
  std::unique_ptr<storage::Store> store;
  std::unique_ptr<audit::Ledger> ledger;
};

Status Open(const std::string& folder, Log& log) {
  FG_ASSIGN_OR_RETURN(log.keys, crypto::KeyRing::Load(folder + "/keys"));
  storage::SqliteOptions sqlite;
  sqlite.path = folder + "/facegate.db";
  FG_ASSIGN_OR_RETURN(log.store, storage::OpenSqliteStore(sqlite));
  audit::LedgerOptions options;
  options.gateway_name = "fault.test";
  options.data_dir = folder;
  FG_ASSIGN_OR_RETURN(log.ledger, audit::Ledger::Open(*log.store, *log.keys, log.clock, log.metrics,
                                                      log.logger, options));
  return Status::Ok();
}

void Say(const char* what, std::uint64_t index, const std::string& entry) {
  const core::Hash256 leaf = tlog::LeafHash(core::AsBytes(entry));
  std::printf("%s %llu %s\n", what, static_cast<unsigned long long>(index),
              core::HexEncode(leaf).c_str());
  std::fflush(stdout);
}

// A person comes, and every third goes again: destroying has more to write than adding.
Status AppendOne(Log& log, std::uint64_t number) {
  audit::Event event;
  event.log = model::OperatorId(kOperator);
  event.actor = audit::GatewayItself();
  event.request_id = crypto::RandomUuid();
  model::Subject subject;
  subject.op = event.log;
  subject.id = model::SubjectId("person-" + std::to_string(number / 3) + "-" +
                                event.request_id.substr(0, 8));
  subject.wrapped_secret = core::Bytes(60, std::uint8_t{7});
  storage::Changes changes;
  event.type = "subject.created";
  changes.push_back(storage::PutSubject{subject});
  FG_ASSIGN_OR_RETURN(const audit::RecordedEvent made, log.ledger->Append(event, changes));
  Say("ack", made.receipt().index, made.receipt().entry);
  if (number % 3 != 2) return Status::Ok();
  event.type = "subject.erased";
  event.request_id = crypto::RandomUuid();
  FG_ASSIGN_OR_RETURN(const audit::RecordedEvent erased,
                      log.ledger->Append(event, {storage::EraseSubject{{subject.op, subject.id}}}));
  Say("ack", erased.receipt().index, erased.receipt().entry);
  return Status::Ok();
}

Status Write(const std::string& folder, int count) {
  Log log;
  FG_RETURN_IF_ERROR(Open(folder, log));
  for (int i = 0; i < count; ++i) {
    FG_RETURN_IF_ERROR(AppendOne(log, static_cast<std::uint64_t>(i)));
  }
  return Status::Ok();
}

Status Check(const std::string& folder, std::uint64_t from) {
  Log log;
  FG_RETURN_IF_ERROR(Open(folder, log));
  const model::OperatorId op(kOperator);
  FG_ASSIGN_OR_RETURN(const storage::LogHead head, log.store->GetLogHead(op));
  if (head.size == 0) return Status::Ok();
  FG_ASSIGN_OR_RETURN(const tlog::Checkpoint checkpoint,
                      tlog::OpenCheckpoint(head.checkpoint, log.ledger->CheckpointKey(op)));
  tlog::RootAccumulator root;
  for (std::uint64_t next = from; next < head.size;) {
    FG_ASSIGN_OR_RETURN(const auto entries, log.store->ReadEntries(op, next, 1000));
    if (entries.empty()) return Status(core::Code::kDataLoss, "RECORD_MISSING", "");
    for (const storage::LogEntry& entry : entries) {
      FG_ASSIGN_OR_RETURN(const tlog::Note note, tlog::ParseNote(entry.entry));
      FG_RETURN_IF_ERROR(tlog::VerifyNote(note, log.ledger->RecordKey(op)));
      root.Append(tlog::LeafHash(core::AsBytes(entry.entry)));
      Say("record", entry.index, entry.entry);
    }
    next += entries.size();
  }
  if (from > 0) return Status::Ok();
  const bool fits = root.size() == checkpoint.size && root.Root() == checkpoint.root;
  return fits ? Status::Ok() : Status(core::Code::kDataLoss, "ROOT_DIFFERS", "");
}

int Main(int argc, char** argv) {
  const std::string mode = argc > 2 ? argv[1] : "";
  const std::string folder = argc > 2 ? argv[2] : "";
  Status status(core::Code::kInvalidArgument, "BAD_USE", "");
  if (mode == "keys") status = crypto::KeyRing::Init(folder + "/keys");
  if (mode == "write" && argc > 3) status = Write(folder, std::atoi(argv[3]));
  if (mode == "check") status = Check(folder, argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 0);
  if (!status.ok()) {
    std::printf("failed %s\n", status.reason().c_str());
    return 3;
  }
  std::puts(mode == "check" ? "whole" : "done");
  return 0;
}

}  // namespace
}  // namespace facegate::testing

int main(int argc, char** argv) { return facegate::testing::Main(argc, argv); }
