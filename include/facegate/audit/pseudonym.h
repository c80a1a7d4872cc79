// How the log names a person: who holds their secret can tell their records, and nobody else.
#pragma once

#include <cstdint>
#include <string>

#include "facegate/core/time.h"
#include "facegate/crypto/secret.h"

namespace facegate::audit {

// HMAC(secret, site "\n" purpose "\n" day): the same person has another pseudonym at every site,
// for every purpose, every day.
std::string Pseudonym(const crypto::SecretBytes& secret, const std::string& site,
                      const std::string& purpose, core::Timestamp time);

// HMAC(secret, "consent\n" consent index "\n" record index): how record `record_index` names the
// consent that it relied on, by the event that brought it into the state it was in.
std::string ConsentLink(const crypto::SecretBytes& secret, std::uint64_t consent_index,
                        std::uint64_t record_index);

}  // namespace facegate::audit
