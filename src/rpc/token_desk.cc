#include "facegate/rpc/token_desk.h"

namespace facegate::rpc {
namespace {

constexpr std::int64_t kNsPerMinute = 60'000'000'000;
// Beyond so many addresses in a minute, the rest are counted together.
constexpr std::size_t kAddressesMax = 4096;

}  // namespace

std::string TokenDesk::CountedAs(const std::string& address) const {
  return bad_.contains(address) || bad_.size() < kAddressesMax ? address : "";
}

core::Status TokenDesk::CheckLimit(const std::string& address) {
  if (bad_per_minute_max_ == 0) return core::Status::Ok();
  const std::lock_guard lock(mutex_);
  if (const std::int64_t now = clock_.SteadyNs() / kNsPerMinute; now != minute_) {
    minute_ = now;
    bad_.clear();
  }
  const auto counted = bad_.find(CountedAs(address));
  if (counted == bad_.end() || counted->second < bad_per_minute_max_) return core::Status::Ok();
  return core::Status(core::Code::kResourceExhausted, "TOO_MANY_BAD_TOKENS",
                      "too many unknown tokens came from there; wait a minute");
}

void TokenDesk::Count(const core::Status& status, const std::string& address) {
  if (status.reason() != "RECEIPT_TOKEN_UNKNOWN") return;
  const std::lock_guard lock(mutex_);
  ++bad_[CountedAs(address)];
}

core::Result<model::Consent> TokenDesk::Find(std::string_view token, const std::string& address) {
  FG_RETURN_IF_ERROR(CheckLimit(address));
  core::Result<model::Consent> found = consents_.FindByToken(token);
  if (!found.ok()) Count(found.status(), address);
  return found;
}

core::Result<consent::ConsentResult> TokenDesk::End(std::string_view token,
                                                    const std::string& address,
                                                    const std::string& request_id) {
  FG_RETURN_IF_ERROR(CheckLimit(address));
  core::Result<consent::ConsentResult> ended = consents_.EndByToken(token, request_id);
  if (!ended.ok()) Count(ended.status(), address);
  return ended;
}

std::string AddressOfPeer(std::string_view peer) {
  const std::size_t scheme = peer.find(':');
  if (scheme != std::string_view::npos) peer.remove_prefix(scheme + 1);
  peer = peer.substr(0, peer.rfind(':'));
  for (const std::string_view open : {"[", "%5B"}) {
    if (peer.starts_with(open)) peer.remove_prefix(open.size());
  }
  for (const std::string_view close : {"]", "%5D"}) {
    if (peer.ends_with(close)) peer.remove_suffix(close.size());
  }
  return std::string(peer);
}

}  // namespace facegate::rpc
