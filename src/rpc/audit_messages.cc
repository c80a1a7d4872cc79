#include "rpc/audit_messages.h"

#include <charconv>

#include "facegate/tlog/checkpoint.h"
#include "facegate/tlog/merkle.h"
#include "facegate/tlog/note.h"

namespace facegate::rpc {
namespace {

using core::Code;
using core::Status;

constexpr std::string_view kRecords = "/records/";

Status BadFilter(const char* message) {
  return Status(Code::kInvalidArgument, "BAD_FILTER", message);
}

// The filters that are resource names become ids, after checking that they belong together.
template <class Filter>
Status SetPlaces(const model::OperatorId& log, const Filter& request, storage::LogQuery& query) {
  const auto narrow = [&](const model::OperatorId& op, const model::SiteId& site) {
    const bool fits = op == log && (query.site.empty() || query.site == site.str());
    query.site = site.str();
    return fits ? Status::Ok() : BadFilter("the filters name different operators or sites");
  };
  if (!request.site().empty()) {
    FG_ASSIGN_OR_RETURN(const model::SiteRef ref, model::ParseSiteName(request.site()));
    FG_RETURN_IF_ERROR(narrow(ref.op, ref.site));
  }
  if (!request.access_point().empty()) {
    FG_ASSIGN_OR_RETURN(const model::AccessPointRef ref,
                        model::ParseAccessPointName(request.access_point()));
    FG_RETURN_IF_ERROR(narrow(ref.op, ref.site));
    query.access_point = ref.access_point.str();
  }
  if (!request.camera().empty()) {
    FG_ASSIGN_OR_RETURN(const model::CameraRef ref, model::ParseCameraName(request.camera()));
    FG_RETURN_IF_ERROR(narrow(ref.op, ref.site));
    query.camera = ref.camera.str();
  }
  if (!request.purpose().empty()) {
    FG_ASSIGN_OR_RETURN(const model::PurposeRef ref, model::ParsePurposeName(request.purpose()));
    if (ref.op != log) return BadFilter("the filters name different operators");
    query.purpose = ref.purpose.str();
  }
  return Status::Ok();
}

// Of any message that has the fields of a RecordFilter.
template <class Filter>
core::Result<storage::LogQuery> QueryOf(const model::OperatorId& log, const Filter& request) {
  storage::LogQuery query;
  if (request.has_start_time()) {
    FG_ASSIGN_OR_RETURN(const core::Timestamp from, FromProto(request.start_time()));
    query.from = from;
  }
  if (request.has_end_time()) {
    FG_ASSIGN_OR_RETURN(const core::Timestamp until, FromProto(request.end_time()));
    query.until = until;
  }
  query.type = request.type();
  FG_RETURN_IF_ERROR(SetPlaces(log, request, query));
  if (request.verdict() != v1::VERDICT_UNSPECIFIED) {
    const auto verdict = FromProtoEnum<model::Verdict>(request.verdict());
    if (!verdict) return BadFilter("verdict is not one that this version knows");
    query.verdict = model::Word(*verdict);
  }
  if (request.reason() != v1::REASON_UNSPECIFIED) {
    const auto reason = FromProtoEnum<model::Reason>(request.reason());
    if (!reason) return BadFilter("reason is not one that this version knows");
    query.reason = model::Word(*reason);
  }
  query.subject_pseudonym = request.subject_pseudonym();
  query.rule = request.rule();
  if (request.first_index() < 0) return BadFilter("first_index is 0 or more");
  query.first_index = static_cast<std::uint64_t>(request.first_index());
  return query;
}

}  // namespace

core::Result<storage::LogQuery> ToQuery(const model::OperatorId& log,
                                        const v1::ListRecordsRequest& request) {
  return QueryOf(log, request);
}

core::Result<storage::LogQuery> ToQuery(const model::OperatorId& log,
                                        const v1::RecordFilter& filter) {
  return QueryOf(log, filter);
}

core::Result<consent::PersonFilter> ToPersonFilter(const model::OperatorId& op,
                                                   const v1::ResolveSubjectRequest& request) {
  consent::PersonFilter filter;
  if (!request.site().empty()) {
    FG_ASSIGN_OR_RETURN(const model::SiteRef site, model::ParseSiteName(request.site()));
    if (site.op != op) return BadFilter("the site is of another operator than the subject");
    filter.site = site.site;
  }
  if (!request.purpose().empty()) {
    FG_ASSIGN_OR_RETURN(const model::PurposeRef purpose,
                        model::ParsePurposeName(request.purpose()));
    if (purpose.op != op) return BadFilter("the purpose is of another operator than the subject");
    filter.purpose = purpose.purpose;
  }
  if (request.has_start_time()) {
    FG_ASSIGN_OR_RETURN(filter.from, FromProto(request.start_time()));
  }
  if (request.has_end_time()) {
    FG_ASSIGN_OR_RETURN(filter.until, FromProto(request.end_time()));
  }
  return filter;
}

core::Result<storage::LogKey> ToLogKey(v1::RecordKey key) {
  switch (key) {
    case v1::RECORD_KEY_TYPE:
      return storage::LogKey::kType;
    case v1::RECORD_KEY_SITE:
      return storage::LogKey::kSite;
    case v1::RECORD_KEY_ACCESS_POINT:
      return storage::LogKey::kAccessPoint;
    case v1::RECORD_KEY_CAMERA:
      return storage::LogKey::kCamera;
    case v1::RECORD_KEY_PURPOSE:
      return storage::LogKey::kPurpose;
    case v1::RECORD_KEY_VERDICT:
      return storage::LogKey::kVerdict;
    case v1::RECORD_KEY_REASON:
      return storage::LogKey::kReason;
    case v1::RECORD_KEY_RULE:
      return storage::LogKey::kRule;
    case v1::RECORD_KEY_DAY:
      return storage::LogKey::kDay;
    case v1::RECORD_KEY_HOUR:
      return storage::LogKey::kHour;
    default:
      return BadFilter("group_by is none that this version knows");
  }
}

core::Result<RecordRef> ParseRecordName(std::string_view name) {
  const Status bad(Code::kInvalidArgument, "BAD_NAME",
                   "a record's name is operators/{operator}/records/{index}");
  const std::size_t at = name.find(kRecords);
  if (at == std::string_view::npos) return bad;
  RecordRef ref;
  FG_ASSIGN_OR_RETURN(ref.log, model::ParseOperatorName(name.substr(0, at)));
  const std::string_view digits = name.substr(at + kRecords.size());
  std::int64_t index = -1;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  const bool canonical = parsed.ec == std::errc() && index >= 0 && digits == std::to_string(index);
  if (!canonical) return bad;
  ref.index = static_cast<std::uint64_t>(index);
  return ref;
}

std::string RecordName(const model::OperatorId& log, std::uint64_t index) {
  return model::OperatorName(log) + std::string(kRecords) + std::to_string(index);
}

v1::Record ToProto(const model::OperatorId& log, const storage::LogEntry& entry) {
  v1::Record proto;
  proto.set_name(RecordName(log, entry.index));
  proto.set_index(static_cast<std::int64_t>(entry.index));
  proto.set_entry(entry.entry);
  proto.set_leaf_hash(HashBytes(tlog::LeafHash(core::AsBytes(entry.entry))));
  return proto;
}

core::Result<v1::Checkpoint> CheckpointToProto(const std::string& note_bytes) {
  const Status damaged(Code::kDataLoss, "LOG_DAMAGED", "the stored checkpoint is not one");
  const core::Result<tlog::Note> note = tlog::ParseNote(note_bytes);
  if (!note.ok()) return damaged;
  const core::Result<tlog::Checkpoint> checkpoint = tlog::ParseCheckpointText(note->text);
  if (!checkpoint.ok()) return damaged;
  v1::Checkpoint proto;
  proto.set_note(note_bytes);
  proto.set_origin(checkpoint->origin);
  proto.set_size(static_cast<std::int64_t>(checkpoint->size));
  proto.set_root(HashBytes(checkpoint->root));
  return proto;
}

}  // namespace facegate::rpc
