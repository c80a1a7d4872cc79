// The log key that fuzz targets sign their seeds with.
#pragma once

#include "facegate/core/bytes.h"
#include "facegate/crypto/primitives.h"
#include "facegate/tlog/note.h"

inline const facegate::crypto::SigningKey& FuzzKey() {
  static const facegate::crypto::SigningKey key(facegate::core::Bytes(32, 7));
  return key;
}

inline const facegate::tlog::VerifierKey& FuzzVerifier() {
  static const facegate::tlog::VerifierKey key = facegate::tlog::MakeVerifierKey(
      "log.example/a", facegate::tlog::kSigEd25519, FuzzKey().public_key());
  return key;
}
