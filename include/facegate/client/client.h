// Calls every method of the gateway with JSON in and out, and streams frames.
//
// One generic call instead of a stub per method: the method's name finds its messages in the protos
// that are compiled in, so that a new method needs no new client code.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "facegate/core/bytes.h"
#include "facegate/core/json.h"
#include "facegate/core/status.h"
#include "facegate/model/enums.h"

namespace facegate::client {

// PEM files: this caller's certificate chain and key, and the authority that signed the server's.
struct MutualTls {
  std::string certificate_path;
  std::string key_path;
  std::string server_ca_path;
  // The name to expect in the server's certificate; empty: the host of the target.
  std::string server_name;
};

// No encryption and no proof of who calls: for a server on this machine that was started with
// rpc::InsecureForDevelopment. The role is merely claimed.
struct InsecureForDevelopment {
  model::Role role = model::Role::kOperator;
};

using Authentication = std::variant<MutualTls, InsecureForDevelopment>;

struct ClientOptions {
  std::string target;      // "host:port"
  int timeout_ms = 5'000;  // of each call, retries included; a stream has none
  int attempts_max = 4;    // for calls that may be repeated; 1 turns retrying off
  int backoff_ms = 100;    // before the second attempt; doubles
  int message_bytes_max = 32 << 20;
};

// Bytes for a field of a request, which need not travel through JSON: an image.
struct Attachment {
  std::string field;  // as in the proto: "image"
  core::ByteSpan bytes;
};

// Frames of one camera, or of one sitting, each answered. Not thread-safe.
class FrameStream {
 public:
  FrameStream(FrameStream&&) noexcept;
  FrameStream& operator=(FrameStream&&) = delete;
  ~FrameStream();  // cancels what was not closed; the server records the lease all the same

  // Of a sitting, once: waits for the response to the config, before any frame.
  core::Result<core::Json> Begin();
  // Sends one frame and waits for its StreamFramesResponse or EnrollFromFramesResponse.
  core::Result<core::Json> Send(core::ByteSpan frame);
  // Ends the stream; gives the last response, with the record of the lease, or of a sitting that
  // had no answer yet. Returns FAILED_PRECONDITION STREAM_CLOSED after that, as Send does.
  core::Result<core::Json> Close();

 private:
  friend class Client;
  struct Impl;
  explicit FrameStream(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Thread-safe.
//
// JSON is protobuf's mapping (docs/API.md) but for one thing: 64-bit integers are numbers in what
// is given back, not strings. Fields with default values are present. Either spelling of a field's
// name is taken; lowerCamelCase is given back.
//
// A failure has the server's code and reason. UNAVAILABLE SERVER_UNREACHABLE is the client's own.
class Client {
 public:
  // Does not connect yet. Returns NOT_FOUND TLS_FILE_UNREADABLE, which names the file.
  static core::Result<std::unique_ptr<Client>> Create(const Authentication& authentication,
                                                      const ClientOptions& options);
  ~Client();

  // `method` is "facegate.v1.ConsentService/GetConsent", or without the package,
  // "ConsentService/GetConsent". A mutating request without a request_id gets one. Repeats calls
  // that change nothing, with growing pauses, while the server is UNAVAILABLE.
  //
  // Returns INVALID_ARGUMENT METHOD_UNKNOWN, METHOD_STREAMS (it does), or BAD_REQUEST (the JSON
  // does not fit the request message; says where), and whatever the server says.
  core::Result<core::Json> Call(std::string_view method, const core::Json& request,
                                const Attachment* attachment = nullptr);

  // For methods that stream answers (AuditService/ExportEntries): `take` gets each in turn; an
  // error of its own cancels the call and is given back. `bytes` fields are base64.
  core::Status CallStreaming(std::string_view method, const core::Json& request,
                             const std::function<core::Status(const core::Json&)>& take);

  // Opens GatewayService/StreamFrames with a StreamConfig. Does not wait for the server: a refusal
  // of the stream may be given back here or by the first Send.
  core::Result<FrameStream> OpenFrames(const core::Json& config);
  // The same for GatewayService/EnrollFromFrames with a SittingConfig.
  core::Result<FrameStream> OpenSitting(const core::Json& config);

 private:
  core::Result<FrameStream> OpenStream(std::string_view method, const core::Json& config);
  struct Impl;
  explicit Client(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace facegate::client
