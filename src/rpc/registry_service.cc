#include "rpc/registry_service.h"

#include <google/protobuf/util/field_mask_util.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "facegate/model/ids.h"
#include "facegate/model/resources.h"
#include "rpc/authorization.h"
#include "rpc/registry_messages.h"

namespace facegate::rpc {
namespace {

using core::Code;
using core::Status;
using google::protobuf::util::FieldMaskUtil;

// How one resource's requests and names spell what all have in common.
template <class R>
struct Spelling;

#define FG_SPELL_RESOURCE(Noun, field, id, plural, collection, Parent)         \
  template <>                                                                  \
  struct Spelling<model::Noun> {                                               \
    using Proto = v1::Noun;                                                    \
    static constexpr std::string_view kCollection = collection;                \
    static Status CheckName(std::string_view name) {                           \
      return model::Parse##Noun##Name(name).status();                          \
    }                                                                          \
    static Status CheckParent(std::string_view name) {                         \
      return model::Parse##Parent##Name(name).status();                        \
    }                                                                          \
    static const std::string& IdIn(const v1::Create##Noun##Request& request) { \
      return request.id();                                                     \
    }                                                                          \
    static const v1::Noun& BodyIn(const v1::Create##Noun##Request& request) {  \
      return request.field();                                                  \
    }                                                                          \
    static const v1::Noun& BodyIn(const v1::Update##Noun##Request& request) {  \
      return request.field();                                                  \
    }                                                                          \
    static v1::Noun& AddTo(v1::List##Noun##sResponse& response) {              \
      return *response.add_##plural();                                         \
    }                                                                          \
  };
FG_SPELL_RESOURCE(Operator, operator_, operator_id, operators, "operators/", Operator)
FG_SPELL_RESOURCE(Site, site, site_id, sites, "/sites/", Operator)
FG_SPELL_RESOURCE(AccessPoint, access_point, access_point_id, access_points, "/accessPoints/", Site)
FG_SPELL_RESOURCE(Camera, camera, camera_id, cameras, "/cameras/", Site)
FG_SPELL_RESOURCE(Purpose, purpose, purpose_id, purposes, "/purposes/", Operator)
FG_SPELL_RESOURCE(Notice, notice, notice_id, notices, "/notices/", Purpose)
#undef FG_SPELL_RESOURCE

core::Result<registry::Caller> CallerOf(const Call& call, const std::string& request_id) {
  FG_ASSIGN_OR_RETURN(std::string id, RequestIdOr(request_id));
  return registry::Caller{call.caller, std::move(id)};
}

template <class R, class Request>
Status Create(registry::RegistryService& registry, const Call& call, const std::string& parent,
              const Request& request, typename Spelling<R>::Proto& response) {
  FG_ASSIGN_OR_RETURN(const registry::Caller caller, CallerOf(call, request.request_id()));
  const std::string& id = Spelling<R>::IdIn(request);
  if (!model::IsValidId(id)) {
    return Status(Code::kInvalidArgument, "BAD_ID",
                  "an id is 1 to 63 of a-z 0-9 - _ and starts with a letter or digit");
  }
  std::string name(parent);
  name.append(Spelling<R>::kCollection).append(id);
  FG_ASSIGN_OR_RETURN(R resource, FromProto(name, Spelling<R>::BodyIn(request)));
  FG_ASSIGN_OR_RETURN(const registry::Entry<R> made,
                      registry.Create<R>(caller, std::move(resource)));
  response = ToProto(made);
  return Status::Ok();
}

template <class R>
Status Get(const registry::RegistryService& registry, const std::string& name,
           typename Spelling<R>::Proto& response) {
  FG_RETURN_IF_ERROR(Spelling<R>::CheckName(name));
  FG_ASSIGN_OR_RETURN(const registry::Entry<R> entry, registry.Get<R>(name));
  response = ToProto(entry);
  return Status::Ok();
}

template <class R, class Request, class Response>
Status List(const registry::RegistryService& registry, const PageTokens& tokens,
            const std::string& parent, const Request& request, Response& response) {
  FG_ASSIGN_OR_RETURN(const Page page, tokens.Read(request));
  const auto size = static_cast<std::size_t>(page.size);
  // One more than asked for tells whether there is a next page.
  FG_ASSIGN_OR_RETURN(std::vector<registry::Entry<R>> entries,
                      registry.List<R>(parent, page.cursor, size + 1));
  if (entries.size() > size) {
    entries.resize(size);
    response.set_next_page_token(tokens.Make(request, model::NameOf(entries.back().resource)));
  }
  for (const registry::Entry<R>& entry : entries) Spelling<R>::AddTo(response) = ToProto(entry);
  return Status::Ok();
}

// Replaces the fields of the mask in the current resource. The whole resource has no mask.
template <class R, class Proto>
core::Result<Proto> Masked(const registry::RegistryService& registry, const Proto& body,
                           const google::protobuf::FieldMask& mask) {
  const Status bad(Code::kInvalidArgument, "BAD_UPDATE_MASK",
                   "update_mask names fields of the resource that may be written, or is \"*\"");
  if (!FieldMaskUtil::IsValidFieldMask<Proto>(mask)) return bad;
  for (const std::string& path : mask.paths()) {
    if (path == "name" || path == "etag" || path == "log_index") return bad;
  }
  FG_ASSIGN_OR_RETURN(const registry::Entry<R> current, registry.Get<R>(body.name()));
  Proto merged = ToProto(current);
  FieldMaskUtil::MergeOptions options;
  options.set_replace_message_fields(true);
  options.set_replace_repeated_fields(true);
  FieldMaskUtil::MergeMessageTo(body, mask, options, &merged);
  if (!body.etag().empty()) merged.set_etag(body.etag());
  return merged;
}

template <class R, class Request>
Status Update(registry::RegistryService& registry, const Call& call, const Request& request,
              typename Spelling<R>::Proto& response) {
  using Proto = typename Spelling<R>::Proto;
  FG_ASSIGN_OR_RETURN(const registry::Caller caller, CallerOf(call, request.request_id()));
  Proto body = Spelling<R>::BodyIn(request);
  FG_RETURN_IF_ERROR(Spelling<R>::CheckName(body.name()));
  const auto& mask = request.update_mask();
  const bool whole = mask.paths_size() == 0 || (mask.paths_size() == 1 && mask.paths(0) == "*");
  if (!whole) {
    FG_ASSIGN_OR_RETURN(body, (Masked<R, Proto>(registry, body, mask)));
  }
  FG_ASSIGN_OR_RETURN(const std::uint64_t revision, RevisionOf(body.etag()));
  FG_ASSIGN_OR_RETURN(R resource, FromProto(body.name(), body));
  FG_ASSIGN_OR_RETURN(const registry::Entry<R> entry,
                      registry.Update<R>(caller, std::move(resource), revision));
  response = ToProto(entry);
  return Status::Ok();
}

template <class R, class Request>
Status Delete(registry::RegistryService& registry, const Call& call, const Request& request) {
  FG_ASSIGN_OR_RETURN(const registry::Caller caller, CallerOf(call, request.request_id()));
  FG_RETURN_IF_ERROR(Spelling<R>::CheckName(request.name()));
  return registry.Delete<R>(caller, request.name());
}

}  // namespace

// Defines the overrides that are alike for all six.
#define FG_DEFINE_RESOURCE(Noun)                                                                 \
  grpc::Status RegistryServiceImpl::Get##Noun(                                                   \
      grpc::ServerContext* context, const v1::Get##Noun##Request* request, v1::Noun* response) { \
    return guard_.Unary(                                                                         \
        *context, "facegate.v1.RegistryService/Get" #Noun, *request,                             \
        [&](const Call&) { return Get<model::Noun>(registry_, request->name(), *response); });   \
  }                                                                                              \
  grpc::Status RegistryServiceImpl::Update##Noun(grpc::ServerContext* context,                   \
                                                 const v1::Update##Noun##Request* request,       \
                                                 v1::Noun* response) {                           \
    return guard_.Unary(*context, "facegate.v1.RegistryService/Update" #Noun, *request,          \
                        [&](const Call& call) {                                                  \
                          return Update<model::Noun>(registry_, call, *request, *response);      \
                        });                                                                      \
  }                                                                                              \
  grpc::Status RegistryServiceImpl::Delete##Noun(grpc::ServerContext* context,                   \
                                                 const v1::Delete##Noun##Request* request,       \
                                                 google::protobuf::Empty*) {                     \
    return guard_.Unary(                                                                         \
        *context, "facegate.v1.RegistryService/Delete" #Noun, *request,                          \
        [&](const Call& call) { return Delete<model::Noun>(registry_, call, *request); });       \
  }

// Defines Create and List of a resource that has a parent.
#define FG_DEFINE_CHILD(Noun)                                                                   \
  FG_DEFINE_RESOURCE(Noun)                                                                      \
  grpc::Status RegistryServiceImpl::Create##Noun(grpc::ServerContext* context,                  \
                                                 const v1::Create##Noun##Request* request,      \
                                                 v1::Noun* response) {                          \
    return guard_.Unary(                                                                        \
        *context, "facegate.v1.RegistryService/Create" #Noun, *request, [&](const Call& call) { \
          return Create<model::Noun>(registry_, call, request->parent(), *request, *response);  \
        });                                                                                     \
  }                                                                                             \
  grpc::Status RegistryServiceImpl::List##Noun##s(grpc::ServerContext* context,                 \
                                                  const v1::List##Noun##sRequest* request,      \
                                                  v1::List##Noun##sResponse* response) {        \
    return guard_.Unary(                                                                        \
        *context, "facegate.v1.RegistryService/List" #Noun "s", *request,                       \
        [&](const Call&) -> Status {                                                            \
          FG_RETURN_IF_ERROR(Spelling<model::Noun>::CheckParent(request->parent()));            \
          return List<model::Noun>(registry_, tokens_, request->parent(), *request, *response); \
        });                                                                                     \
  }

FG_DEFINE_RESOURCE(Operator)
FG_DEFINE_CHILD(Site)
FG_DEFINE_CHILD(AccessPoint)
FG_DEFINE_CHILD(Camera)
FG_DEFINE_CHILD(Purpose)
FG_DEFINE_CHILD(Notice)

#undef FG_DEFINE_CHILD
#undef FG_DEFINE_RESOURCE

grpc::Status RegistryServiceImpl::CreateOperator(grpc::ServerContext* context,
                                                 const v1::CreateOperatorRequest* request,
                                                 v1::Operator* response) {
  return guard_.Unary(*context, "facegate.v1.RegistryService/CreateOperator", *request,
                      [&](const Call& call) {
                        return Create<model::Operator>(registry_, call, "", *request, *response);
                      });
}

grpc::Status RegistryServiceImpl::ListOperators(grpc::ServerContext* context,
                                                const v1::ListOperatorsRequest* request,
                                                v1::ListOperatorsResponse* response) {
  const auto handler = [&](const Call& call) -> Status {
    const std::string& own = call.caller.resource;
    if (own.empty()) return List<model::Operator>(registry_, tokens_, "", *request, *response);
    // A certificate speaks for one operator at most, so there is one page of one or none.
    FG_RETURN_IF_ERROR(tokens_.Read(*request).status());
    if (!model::ParseOperatorName(own).ok()) return Status::Ok();
    const auto entry = registry_.Get<model::Operator>(own);
    if (entry.status().code() == Code::kNotFound) return Status::Ok();
    FG_RETURN_IF_ERROR(entry.status());
    *response->add_operators() = ToProto(*entry);
    return Status::Ok();
  };
  return guard_.Unary(*context, "facegate.v1.RegistryService/ListOperators", *request, handler);
}

}  // namespace facegate::rpc
