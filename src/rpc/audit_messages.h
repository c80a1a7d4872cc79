// AuditService's messages to log queries, and log values to messages.
#pragma once

#include <string>
#include <string_view>

#include "facegate/consent/record_desk.h"
#include "facegate/core/status.h"
#include "facegate/model/ids.h"
#include "facegate/storage/store.h"
#include "facegate/v1/audit_service.pb.h"
#include "rpc/messages.h"

namespace facegate::rpc {

// The filters, without paging. Returns INVALID_ARGUMENT BAD_NAME, BAD_TIMESTAMP, or BAD_FILTER if a
// resource is of another operator, or of another site than the site filter, or a number is
// negative.
core::Result<storage::LogQuery> ToQuery(const model::OperatorId& log,
                                        const v1::ListRecordsRequest& request);
core::Result<storage::LogQuery> ToQuery(const model::OperatorId& log,
                                        const v1::RecordFilter& filter);
// Which of the records of a person of `op`. Returns as ToQuery.
core::Result<consent::PersonFilter> ToPersonFilter(const model::OperatorId& op,
                                                   const v1::ResolveSubjectRequest& request);
// Returns INVALID_ARGUMENT BAD_FILTER where it is not told.
core::Result<storage::LogKey> ToLogKey(v1::RecordKey key);

struct RecordRef {
  model::OperatorId log;
  std::uint64_t index = 0;
};
// "operators/{operator}/records/{index}". Returns INVALID_ARGUMENT BAD_NAME.
core::Result<RecordRef> ParseRecordName(std::string_view name);
std::string RecordName(const model::OperatorId& log, std::uint64_t index);

v1::Record ToProto(const model::OperatorId& log, const storage::LogEntry& entry);
// From the log's own checkpoint. Returns DATA_LOSS LOG_DAMAGED if it is not one.
core::Result<v1::Checkpoint> CheckpointToProto(const std::string& note);

}  // namespace facegate::rpc
