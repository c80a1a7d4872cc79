// The logs as C2SP tlog-tiles over plain HTTP (https://c2sp.org/tlog-tiles), read-only: what
// `AuditService.ExportEntries` gives, for whoever mirrors or monitors a log with stock tools.
//
//   GET /<operator>/checkpoint                       never cached
//   GET /<operator>/minimum-index                    never cached; where the log was pruned
//   GET /<operator>/tile/<L>/<N>[.p/<W>]             cached for ever: these bytes never change
//   GET /<operator>/tile/entries/<N>[.p/<W>]         likewise
#pragma once

#include <memory>
#include <string>

#include "facegate/audit/ledger.h"
#include "facegate/core/status.h"
#include "facegate/publication/publisher.h"
#include "facegate/storage/store.h"

namespace facegate::rpc {

// Serves from Start to destruction on threads of its own.
class LogPages {
 public:
  // `address` is "host:port"; port 0 picks one. Not encrypted and not authenticated, and it shows
  // every record: keep it on a loopback address behind a server that does both. With a `publisher`
  // nothing is served but what a quorum cosigned: 503 until there is any. `store`, `ledger` and
  // `publisher` (nullptr: no witnesses) must outlive it.
  //
  // 404 for an operator without a log and for a file that the log does not have at the size of its
  // checkpoint; 410 for a bundle that was pruned; 405 for another method.
  //
  // Returns INVALID_ARGUMENT BAD_ADDRESS, or UNAVAILABLE LISTEN_FAILED (names the address).
  static core::Result<std::unique_ptr<LogPages>> Start(const std::string& address,
                                                       const storage::Store& store,
                                                       const audit::Ledger& ledger,
                                                       const publication::Publisher* publisher);
  ~LogPages();

  int port() const;

 private:
  struct Impl;
  explicit LogPages(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace facegate::rpc
