// Receipts' tokens from wherever they come, with a limit on bad ones.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "facegate/consent/consent_service.h"
#include "facegate/core/status.h"
#include "facegate/core/time.h"

namespace facegate::rpc {

// Thread-safe. A good token is never counted, so that nobody is kept from withdrawing by their own
// use; an address from which too many bad ones came waits for the minute's end, whatever it brings.
class TokenDesk {
 public:
  // Both must outlive it. `bad_per_minute_max` of 0 is no limit.
  TokenDesk(consent::ConsentService& consents, const core::Clock& clock, int bad_per_minute_max)
      : consents_(consents), clock_(clock), bad_per_minute_max_(bad_per_minute_max) {}

  // As ConsentService::FindByToken and EndByToken, and RESOURCE_EXHAUSTED TOO_MANY_BAD_TOKENS.
  // `address` is the caller's, without a port.
  core::Result<model::Consent> Find(std::string_view token, const std::string& address);
  core::Result<consent::ConsentResult> End(std::string_view token, const std::string& address,
                                           const std::string& request_id);

 private:
  // What an address is counted under. Requires: mutex_ is held.
  std::string CountedAs(const std::string& address) const;
  core::Status CheckLimit(const std::string& address);
  void Count(const core::Status& status, const std::string& address);

  consent::ConsentService& consents_;
  const core::Clock& clock_;
  const int bad_per_minute_max_;
  std::mutex mutex_;
  std::int64_t minute_ = 0;         // guarded by mutex_, like
  std::map<std::string, int> bad_;  // those of this minute
};

// "127.0.0.1" of gRPC's "ipv4:127.0.0.1:40000", "::1" of "ipv6:%5B::1%5D:40000".
std::string AddressOfPeer(std::string_view peer);

}  // namespace facegate::rpc
