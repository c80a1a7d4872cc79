#include "facegate/witness/remote_witness.h"

#include <httplib.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <future>
#include <optional>
#include <utility>

#include "facegate/tlog/witness.h"

namespace facegate::witness {
namespace {

using core::Code;
using core::Result;
using core::Status;
using tlog::WitnessAnswer;

constexpr std::size_t kAnswerBytesMax = 64 << 10;
// The size we remember, the one that the witness says instead, and one that moved meanwhile.
constexpr int kTriesMax = 3;
constexpr std::chrono::milliseconds kStopAgain(100);

struct Reply {
  int status = 0;
  std::string body;
};

Status Unreachable(const tlog::PolicyWitness& witness, std::string_view why) {
  return {Code::kUnavailable, "WITNESS_UNREACHABLE",
          "witness " + witness.name + ": " + std::string(why)};
}

Status Refused(const tlog::PolicyWitness& witness, std::string_view why) {
  return {Code::kFailedPrecondition, "WITNESS_REFUSED",
          "witness " + witness.name + ": " + std::string(why)};
}

Status Forked(const tlog::PolicyWitness& witness, std::uint64_t size) {
  return {Code::kDataLoss, "LOG_FORKED",
          "witness " + witness.name + " cosigned another log of " + std::to_string(size) +
              " records than this one"};
}

// One POST. Whatever the other side does, it ends in time: a watch closes the connection.
std::optional<Reply> Post(const std::string& host, const std::string& path,
                          const std::string& body) {
  const std::chrono::milliseconds time(kAskMsMax);
  httplib::Client client(host);
  client.set_connection_timeout(time);
  client.set_read_timeout(time);
  client.set_write_timeout(time);
  Reply reply;
  httplib::Request request;
  request.method = "POST";
  request.path = path;
  request.body = body;
  request.set_header("Content-Type", "application/octet-stream");
  request.content_receiver = [&reply](const char* bytes, std::size_t size, std::uint64_t,
                                      std::uint64_t) {
    if (reply.body.size() + size > kAnswerBytesMax) return false;
    reply.body.append(bytes, size);
    return true;
  };
  auto sent = std::async(std::launch::async, [&] { return client.send(request); });
  // More than once: a stop before the connection stands is lost.
  for (auto wait = time; sent.wait_for(wait) != std::future_status::ready; wait = kStopAgain) {
    client.stop();
  }
  const httplib::Result result = sent.get();
  if (!result) return std::nullopt;
  reply.status = result->status;
  return reply;
}

bool IsHostCharacter(unsigned char c) {
  return std::isalnum(c) != 0 || c == '.' || c == '-' || c == ':' || c == '[' || c == ']';
}

bool IsPathCharacter(unsigned char c) {
  return IsHostCharacter(c) || c == '/' || c == '_' || c == '~' || c == '%';
}

}  // namespace

Result<RemoteWitness> RemoteWitness::Make(const tlog::PolicyWitness& witness) {
  const Status bad(Code::kInvalidArgument, "BAD_WITNESS_URL",
                   "witness " + witness.name + ": want http:// or https:// and a host");
  const std::string& url = witness.url;
  const std::size_t scheme = url.starts_with("https://") ? 8 : 7;
  if (!url.starts_with("https://") && !url.starts_with("http://")) return bad;
  const std::size_t path = std::min(url.find('/', scheme), url.size());
  const auto begin = url.begin();
  const auto at = [&](std::size_t i) { return begin + static_cast<std::ptrdiff_t>(i); };
  if (path == scheme || !std::all_of(at(scheme), at(path), IsHostCharacter)) return bad;
  if (!std::all_of(at(path), url.end(), IsPathCharacter)) return bad;
  RemoteWitness remote(witness);
  remote.host_ = url.substr(0, path);
  remote.path_ = url.substr(path);
  while (remote.path_.ends_with('/')) remote.path_.pop_back();
  remote.path_ += "/add-checkpoint";
  return remote;
}

Result<tlog::NoteSignature> RemoteWitness::Cosign(const tlog::Note& note,
                                                  const tlog::Checkpoint& checkpoint,
                                                  tlog::Prover& prover) {
  std::uint64_t& old_size = cosigned_[checkpoint.origin];
  if (old_size > checkpoint.size) old_size = checkpoint.size;  // let the witness say so itself
  for (int tries = 0; tries < kTriesMax; ++tries) {
    FG_ASSIGN_OR_RETURN(std::vector<core::Hash256> proof, prover.Consistency(old_size));
    const std::string body =
        tlog::EncodeAddCheckpoint({old_size, std::move(proof), tlog::EncodeNote(note)});
    const std::optional<Reply> reply = Post(host_, path_, body);
    if (!reply) return Unreachable(witness_, "no answer");
    switch (static_cast<WitnessAnswer>(reply->status)) {
      case WitnessAnswer::kCosigned: {
        FG_ASSIGN_OR_RETURN(tlog::NoteSignature signature, Accept(note, reply->body));
        old_size = checkpoint.size;
        return signature;
      }
      case WitnessAnswer::kConflict: {
        const Result<std::uint64_t> size = tlog::ParseTreeSize(reply->body);
        if (!size.ok()) return Refused(witness_, size.status().message());
        if (*size > checkpoint.size) {
          return Status(Code::kDataLoss, "LOG_ROLLED_BACK",
                        "witness " + witness_.name + " cosigned " + std::to_string(*size) +
                            " records, this log has " + std::to_string(checkpoint.size));
        }
        // Of the same size, and still no: the roots differ.
        if (*size == old_size && old_size == checkpoint.size) return Forked(witness_, old_size);
        old_size = *size;
        continue;
      }
      case WitnessAnswer::kBadProof:
        return Forked(witness_, old_size);
      case WitnessAnswer::kUnknownOrigin:
        return Refused(witness_, "it does not witness this log");
      case WitnessAnswer::kBadSignature:
        return Refused(witness_, "it does not know the key that this log signs with");
      case WitnessAnswer::kMalformed:
        return Refused(witness_, "it does not understand this log's checkpoints");
    }
    return Unreachable(witness_, "HTTP status " + std::to_string(reply->status));
  }
  return Refused(witness_, "it says another size each time");
}

Result<tlog::NoteSignature> RemoteWitness::Accept(const tlog::Note& note,
                                                  const std::string& body) const {
  FG_ASSIGN_OR_RETURN(const std::vector<tlog::NoteSignature> lines,
                      tlog::ParseSignatureLines(body));
  for (const tlog::NoteSignature& line : lines) {
    if (tlog::VerifyNote({note.text, {line}}, witness_.key).ok()) return line;
  }
  return Refused(witness_, "none of its signatures verifies under the policy's key");
}

}  // namespace facegate::witness
