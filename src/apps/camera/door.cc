#include "apps/camera/door.h"

#include <iostream>
#include <optional>
#include <utility>

namespace facegate::apps {
namespace {

// What a holder token begins with; other codes are none of the gateway's.
constexpr std::string_view kTokenPrefix = "FGH1:";

}  // namespace

core::Status Door::Run() {
  while ((flags_.frames_max == 0 || sent_ < flags_.frames_max) && !stop_.came()) {
    FG_ASSIGN_OR_RETURN(const std::optional<std::string> frame, source_->Next());
    if (!frame) break;
    const std::string token = TokenIn(*frame);
    if (token.empty() || WasAnswered(token)) continue;
    FG_RETURN_IF_ERROR(Ask(*frame, token));
  }
  return core::Status::Ok();
}

std::string Door::TokenIn(const std::string& frame) {
  for (std::string& text : reader_.Read(frame)) {
    if (text.starts_with(kTokenPrefix)) return std::move(text);
  }
  return {};
}

bool Door::WasAnswered(const std::string& token) const {
  const auto since = std::chrono::steady_clock::now() - answered_at_;
  return token == last_token_ && since < std::chrono::milliseconds(flags_.same_token_ms);
}

core::Status Door::Ask(const std::string& frame, const std::string& token) {
  core::Json request = core::Json::MakeObject();
  request.Set("camera", session_.FullName(flags_.camera));
  request.Set("purpose", session_.FullName(flags_.purpose));
  request.Set("holder_token", token);
  const client::Attachment image{"image", core::AsBytes(frame)};
  FG_ASSIGN_OR_RETURN(const core::Json response,
                      session_.Call("GatewayService/Authorize", request, &image));
  ++sent_;
  last_token_ = token;
  answered_at_ = std::chrono::steady_clock::now();
  const core::Json& answer = MemberOrNull(response, "answer");
  session_.Answer(response, "door " + ShortWord(answer.StringOr("verdict", ""), "VERDICT_") + " " +
                                ShortWord(answer.StringOr("reason", ""), "REASON_") + " record " +
                                std::to_string(MemberOrNull(answer, "receipt").IntOr("index", 0)));
  std::cout.flush();  // whoever reads it waits at a door
  return core::Status::Ok();
}

}  // namespace facegate::apps
