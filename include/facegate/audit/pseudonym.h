// How the log names a person: who holds their secret can tell their records, and nobody else.
#pragma once

#include <string>

#include "facegate/core/time.h"
#include "facegate/crypto/secret.h"

namespace facegate::audit {

// HMAC(secret, site "\n" purpose "\n" day): the same person has another pseudonym at every site,
// for every purpose, every day.
std::string Pseudonym(const crypto::SecretBytes& secret, const std::string& site,
                      const std::string& purpose, core::Timestamp time);

}  // namespace facegate::audit
