// A pass: a short text, signed, that fits a QR code and opens a door for a while. It names nobody:
// whoever shows it is let through.
//
//   "FGP1:" base64( version, flags, id, not before, expires, record, site, access point, signature
//   )
//
// 122 bytes: a version (1), flags (1: bit 0, for many uses), a random id (16), three numbers of 8
// bytes in big-endian order (milliseconds since 1970 from which and until which it is valid, index
// of the record of its issue), the first 8 bytes of the SHA-256 of the site's name and of the
// access point's (zeros: any of the site), and an Ed25519 signature (64) over "facegate pass v1\n"
// and all before it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/crypto/primitives.h"
#include "facegate/model/enums.h"
#include "facegate/model/ids.h"

namespace facegate::alternatives {

// Nothing longer is looked at.
inline constexpr std::size_t kPassCharsMax = 512;

struct Pass {
  model::PassId id;  // 32 hex digits
  bool many_uses = false;
  core::Timestamp not_before;
  core::Timestamp expires_at;      // exclusive
  std::uint64_t issued_by = 0;     // index of the record of its issue
  std::uint64_t site = 0;          // SiteMark
  std::uint64_t access_point = 0;  // AccessPointMark; 0: any of the site
};

// Under which id a pass for one use is kept as used: of the record of its issue, so that the log
// alone tells which were.
model::PassId UsedAs(std::uint64_t issued_by);

// What stands for a place in a pass: equal for equal names.
std::uint64_t SiteMark(const model::SiteRef& site);
std::uint64_t AccessPointMark(const model::AccessPointRef& point);

std::string EncodePass(const Pass& pass, const crypto::SigningKey& key);
// Returns INVALID_ARGUMENT PASS_BAD_SIGNATURE for whatever is not exactly what EncodePass made with
// that key.
core::Result<Pass> OpenPass(std::string_view text, const crypto::Ed25519Public& key);

// What a pass, shown at `point` at `now`, is answered with, whether or not it was used:
// kPassAccepted, kPassOtherSite, kPassOtherAccessPoint, kPassNotYetValid or kPassExpired.
model::Reason JudgePass(const Pass& pass, const model::AccessPointRef& point, core::Timestamp now);

}  // namespace facegate::alternatives
