// A witness on the network: POST /add-checkpoint, plain HTTP.
//
// Requests prove themselves by the log's signature and answers by the witness's, so that nothing is
// lost without TLS but privacy: keep it on an internal address, or behind a server that adds TLS.
#pragma once

#include <memory>
#include <string>

#include "facegate/core/log.h"
#include "facegate/core/status.h"
#include "facegate/witness/witness.h"

namespace facegate::witness {

struct ListenAt {
  std::string host = "127.0.0.1";
  int port = 0;  // 0..65535; 0 takes a free one
};

// Serves from Start to destruction, which waits for requests under way. A request has at most
// tlog::kAddCheckpointBytesMax bytes and five seconds between any two of them.
class WitnessListener {
 public:
  // `witness` and `logger` must outlive it. Returns UNAVAILABLE LISTEN_FAILED (names the address).
  static core::Result<std::unique_ptr<WitnessListener>> Start(const ListenAt& at, Witness& witness,
                                                              core::Logger& logger);
  ~WitnessListener();

  int port() const;

 private:
  struct Impl;
  explicit WitnessListener(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace facegate::witness
