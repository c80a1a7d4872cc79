#include "rpc/messages.h"

#include <google/protobuf/util/time_util.h>

#include "facegate/tlog/merkle.h"

namespace facegate::rpc {

Detail DetailFor(model::Role role) {
  const bool coarse = role == model::Role::kCamera || role == model::Role::kController;
  return coarse ? Detail::kCoarse : Detail::kFine;
}

google::protobuf::Timestamp ToProto(core::Timestamp time) {
  return google::protobuf::util::TimeUtil::MillisecondsToTimestamp(time.unix_ms);
}

core::Result<core::Timestamp> FromProto(const google::protobuf::Timestamp& time) {
  using google::protobuf::util::TimeUtil;
  const bool in_range = time.seconds() >= TimeUtil::kTimestampMinSeconds &&
                        time.seconds() <= TimeUtil::kTimestampMaxSeconds && time.nanos() >= 0 &&
                        time.nanos() <= 999'999'999;
  if (!in_range) {
    return core::Status(core::Code::kInvalidArgument, "BAD_TIMESTAMP",
                        "a time lies in the years 0001 to 9999, its nanos in 0 to 999999999");
  }
  return core::Timestamp{time.seconds() * 1000 + time.nanos() / 1'000'000};
}

std::string HashBytes(const core::Hash256& hash) { return std::string(core::AsText(hash)); }

v1::Receipt ToProto(const audit::Receipt& receipt, Detail detail) {
  v1::Receipt proto;
  proto.set_log_origin(receipt.origin);
  proto.set_index(static_cast<std::int64_t>(receipt.index));
  // The entry names the fine reason; its hash proves inclusion as well.
  if (detail == Detail::kFine) proto.set_entry(receipt.entry);
  proto.set_leaf_hash(HashBytes(receipt.pruned_leaf.has_value()
                                    ? *receipt.pruned_leaf
                                    : tlog::LeafHash(core::AsBytes(receipt.entry))));
  proto.set_checkpoint(receipt.checkpoint);
  for (const core::Hash256& hash : receipt.inclusion_proof) {
    proto.add_inclusion_proof(HashBytes(hash));
  }
  proto.set_proof_file(receipt.ToProofFile());
  if (!receipt.pruned_leaf) *proto.mutable_record_time() = ToProto(receipt.recorded_at);
  return proto;
}

}  // namespace facegate::rpc
