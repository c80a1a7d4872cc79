#include "rpc/page_tokens.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <memory>

#include "facegate/core/bytes.h"
#include "facegate/core/check.h"
#include "facegate/crypto/primitives.h"

namespace facegate::rpc {
namespace {

using core::Code;
using core::Status;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

const FieldDescriptor* Field(const Message& request, const char* name) {
  const FieldDescriptor* field = request.GetDescriptor()->FindFieldByName(name);
  FG_CHECK(field != nullptr);
  return field;
}

// The message's type, one to a List method, and everything in it but the page fields.
std::string Binding(const Message& request) {
  const std::unique_ptr<Message> rest(request.New());
  rest->CopyFrom(request);
  rest->GetReflection()->ClearField(rest.get(), Field(request, "page_size"));
  rest->GetReflection()->ClearField(rest.get(), Field(request, "page_token"));
  std::string bytes = request.GetDescriptor()->full_name() + "\n";
  {
    google::protobuf::io::StringOutputStream out(&bytes);
    google::protobuf::io::CodedOutputStream coded(&out);
    coded.SetSerializationDeterministic(true);
    rest->SerializeToCodedStream(&coded);
  }
  return bytes;
}

}  // namespace

PageTokens::PageTokens(const crypto::KeyRing& keys)
    : key_(keys.KeyedHash("page-tokens", core::AsBytes("v1"))) {}

core::Result<Page> PageTokens::Read(const Message& request) const {
  const auto* reflection = request.GetReflection();
  const int size = reflection->GetInt32(request, Field(request, "page_size"));
  if (size < 0) {
    return Status(Code::kInvalidArgument, "BAD_PAGE_SIZE", "page_size is 0 or more");
  }
  Page page;
  page.size = size == 0 ? kPageSizeDefault : std::min(size, kPageSizeMax);
  const std::string token = reflection->GetString(request, Field(request, "page_token"));
  if (token.empty()) return page;
  const Status bad(Code::kInvalidArgument, "BAD_PAGE_TOKEN",
                   "page_token is not one that continues this request");
  const core::Result<core::Bytes> sealed = crypto::Base64Decode(token);
  if (!sealed.ok()) return bad;
  const auto cursor = crypto::Open(key_, *sealed, core::AsBytes(Binding(request)));
  if (!cursor.ok()) return bad;
  page.cursor = core::AsText(cursor->span());
  return page;
}

std::string PageTokens::Make(const Message& request, std::string_view cursor) const {
  return crypto::Base64Encode(
      crypto::Seal(key_, core::AsBytes(cursor), core::AsBytes(Binding(request))));
}

}  // namespace facegate::rpc
