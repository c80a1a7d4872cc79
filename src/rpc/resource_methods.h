// The five standard methods of a kind of resource, once for every kind and service.
//
// How a kind's requests spell what all have in common is read off its name's form: the parent's
// collection, "site_id" and "site" of operators/{operator}/sites/{site}.
#pragma once

#include <google/protobuf/empty.pb.h>
#include <google/protobuf/util/field_mask_util.h>
#include <grpcpp/grpcpp.h>

#include <string>
#include <utility>
#include <vector>

#include "facegate/model/fields.h"
#include "facegate/registry/registry_service.h"
#include "rpc/call_guard.h"
#include "rpc/page_tokens.h"
#include "rpc/registry_messages.h"

namespace facegate::rpc {

// A field of a request, by name. Requires: the request has it.
std::string TextIn(const google::protobuf::Message& request, const std::string& field);
const google::protobuf::Message& MessageIn(const google::protobuf::Message& request,
                                           const std::string& field);
// Appends to the one repeated field of a list's answer, and gives what was appended.
google::protobuf::Message& AddTo(google::protobuf::Message& response);
// Who calls, with the request's id or a new one.
core::Result<registry::Caller> CallerOf(const Call& call, const google::protobuf::Message& request);

// The whole resource has no mask.
bool IsWhole(const google::protobuf::FieldMask& mask);
// INVALID_ARGUMENT BAD_UPDATE_MASK unless it names fields of `body` that may be written.
core::Status CheckMask(const google::protobuf::Message& body,
                       const google::protobuf::FieldMask& mask);

template <class R, class Proto>
class ResourceMethods {
 public:
  using Message = google::protobuf::Message;

  // All must outlive it.
  ResourceMethods(registry::RegistryService& registry, const PageTokens& tokens)
      : registry_(registry), tokens_(tokens) {}

  core::Status Create(const Call& call, const std::string& parent, const Message& request,
                      Proto& response) const {
    FG_ASSIGN_OR_RETURN(const registry::Caller caller, CallerOf(call, request));
    const model::Spelling spelling = model::SpellingOf(model::Kind<R>::kName);
    const std::string id = TextIn(request, spelling.member + "_id");
    if (!model::IsValidId(id)) {
      return core::Status(core::Code::kInvalidArgument, "BAD_ID",
                          "an id is 1 to 63 of a-z 0-9 - _ and starts with a letter or digit");
    }
    const std::string name = parent + (parent.empty() ? "" : "/") + spelling.collection + "/" + id;
    FG_ASSIGN_OR_RETURN(R resource, FromProto(name, BodyIn(request)));
    return Answer(registry_.Create<R>(caller, std::move(resource)), response);
  }

  core::Status Get(const std::string& name, Proto& response) const {
    FG_RETURN_IF_ERROR(model::ParseNameOf<R>(name).status());
    return Answer(registry_.Get<R>(name), response);
  }

  core::Status List(const std::string& parent, const Message& request, Message& response) const {
    FG_ASSIGN_OR_RETURN(const Page page, tokens_.Read(request));
    const auto size = static_cast<std::size_t>(page.size);
    // One more than asked for tells whether there is a next page.
    FG_ASSIGN_OR_RETURN(std::vector<registry::Entry<R>> entries,
                        registry_.List<R>(parent, page.cursor, size + 1));
    if (entries.size() > size) {
      entries.resize(size);
      const auto* token = response.GetDescriptor()->FindFieldByName("next_page_token");
      response.GetReflection()->SetString(
          &response, token, tokens_.Make(request, model::NameOf(entries.back().resource)));
    }
    for (const registry::Entry<R>& entry : entries) AddTo(response).CopyFrom(ToProto(entry));
    return core::Status::Ok();
  }

  core::Status Update(const Call& call, const Message& request,
                      const google::protobuf::FieldMask& mask, Proto& response) const {
    FG_ASSIGN_OR_RETURN(const registry::Caller caller, CallerOf(call, request));
    Proto body = BodyIn(request);
    FG_RETURN_IF_ERROR(model::ParseNameOf<R>(body.name()).status());
    if (!IsWhole(mask)) {
      FG_ASSIGN_OR_RETURN(body, Masked(body, mask));
    }
    FG_ASSIGN_OR_RETURN(const std::uint64_t revision, RevisionOf(body.etag()));
    FG_ASSIGN_OR_RETURN(R resource, FromProto(body.name(), body));
    return Answer(registry_.Update<R>(caller, std::move(resource), revision), response);
  }

  core::Status Delete(const Call& call, const Message& request) const {
    FG_ASSIGN_OR_RETURN(const registry::Caller caller, CallerOf(call, request));
    const std::string name = TextIn(request, "name");
    FG_RETURN_IF_ERROR(model::ParseNameOf<R>(name).status());
    return registry_.Delete<R>(caller, name);
  }

  static core::Status Answer(const core::Result<registry::Entry<R>>& entry, Proto& response) {
    if (entry.ok()) response = ToProto(*entry);
    return entry.status();
  }

 private:
  static const Proto& BodyIn(const Message& request) {
    return static_cast<const Proto&>(
        MessageIn(request, model::SpellingOf(model::Kind<R>::kName).member));
  }

  // The fields of the mask, in the current resource.
  core::Result<Proto> Masked(const Proto& body, const google::protobuf::FieldMask& mask) const {
    FG_RETURN_IF_ERROR(CheckMask(body, mask));
    FG_ASSIGN_OR_RETURN(const registry::Entry<R> current, registry_.Get<R>(body.name()));
    Proto merged = ToProto(current);
    google::protobuf::util::FieldMaskUtil::MergeOptions options;
    options.set_replace_message_fields(true);
    options.set_replace_repeated_fields(true);
    google::protobuf::util::FieldMaskUtil::MergeMessageTo(body, mask, options, &merged);
    if (!body.etag().empty()) merged.set_etag(body.etag());
    return merged;
  }

  registry::RegistryService& registry_;
  const PageTokens& tokens_;
};

// Declares the five overrides of one kind of resource.
#define FG_DECLARE_RESOURCE(Noun, Plural)                                                     \
  grpc::Status Create##Noun(grpc::ServerContext* context,                                     \
                            const v1::Create##Noun##Request* request, v1::Noun* response)     \
      override;                                                                               \
  grpc::Status Get##Noun(grpc::ServerContext* context, const v1::Get##Noun##Request* request, \
                         v1::Noun* response) override;                                        \
  grpc::Status List##Plural(grpc::ServerContext* context,                                     \
                            const v1::List##Plural##Request* request,                         \
                            v1::List##Plural##Response* response) override;                   \
  grpc::Status Update##Noun(grpc::ServerContext* context,                                     \
                            const v1::Update##Noun##Request* request, v1::Noun* response)     \
      override;                                                                               \
  grpc::Status Delete##Noun(grpc::ServerContext* context,                                     \
                            const v1::Delete##Noun##Request* request,                         \
                            google::protobuf::Empty* response) override;

// Defines Get, Update and Delete in Service##Impl, which has guard_ and Methods<R, Proto>().
#define FG_DEFINE_RESOURCE(Service, Noun)                                                          \
  grpc::Status Service##Impl::Get##Noun(                                                           \
      grpc::ServerContext* context, const v1::Get##Noun##Request* request, v1::Noun* response) {   \
    return guard_.Unary(*context, "facegate.v1." #Service "/Get" #Noun, *request,                  \
                        [&](const Call&) {                                                         \
                          return Methods<model::Noun, v1::Noun>().Get(request->name(), *response); \
                        });                                                                        \
  }                                                                                                \
  grpc::Status Service##Impl::Update##Noun(grpc::ServerContext* context,                           \
                                           const v1::Update##Noun##Request* request,               \
                                           v1::Noun* response) {                                   \
    return guard_.Unary(*context, "facegate.v1." #Service "/Update" #Noun, *request,               \
                        [&](const Call& call) {                                                    \
                          return Methods<model::Noun, v1::Noun>().Update(                          \
                              call, *request, request->update_mask(), *response);                  \
                        });                                                                        \
  }                                                                                                \
  grpc::Status Service##Impl::Delete##Noun(grpc::ServerContext* context,                           \
                                           const v1::Delete##Noun##Request* request,               \
                                           google::protobuf::Empty*) {                             \
    return guard_.Unary(*context, "facegate.v1." #Service "/Delete" #Noun, *request,               \
                        [&](const Call& call) {                                                    \
                          return Methods<model::Noun, v1::Noun>().Delete(call, *request);          \
                        });                                                                        \
  }

// Defines all five of a kind that has a parent.
#define FG_DEFINE_CHILD(Service, Noun, Plural)                                                    \
  FG_DEFINE_RESOURCE(Service, Noun)                                                               \
  grpc::Status Service##Impl::Create##Noun(grpc::ServerContext* context,                          \
                                           const v1::Create##Noun##Request* request,              \
                                           v1::Noun* response) {                                  \
    return guard_.Unary(*context, "facegate.v1." #Service "/Create" #Noun, *request,              \
                        [&](const Call& call) {                                                   \
                          return Methods<model::Noun, v1::Noun>().Create(call, request->parent(), \
                                                                         *request, *response);    \
                        });                                                                       \
  }                                                                                               \
  grpc::Status Service##Impl::List##Plural(grpc::ServerContext* context,                          \
                                           const v1::List##Plural##Request* request,              \
                                           v1::List##Plural##Response* response) {                \
    return guard_.Unary(                                                                          \
        *context, "facegate.v1." #Service "/List" #Plural, *request,                              \
        [&](const Call&) -> core::Status {                                                        \
          FG_RETURN_IF_ERROR(model::CheckParentName<model::Noun>(request->parent()));             \
          return Methods<model::Noun, v1::Noun>().List(request->parent(), *request, *response);   \
        });                                                                                       \
  }

}  // namespace facegate::rpc
