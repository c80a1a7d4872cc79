// The pages for the people in front of the camera: what a sign's code leads to, and what the code
// on a receipt leads to. Plain HTTP, for a server in front of it that adds TLS.
//
//   GET  /n/{operator}/{site}/{purpose}   the notice, the other ways in, how to refuse
//   GET  /c/{token}                       my consent: what, until when, a button to say no
//   GET  /c/{token}?view=records          what the log has under that consent
//   POST /c/{token}                       says no: refuses or withdraws
//   GET  /c/{token}/receipt               the consent receipt, ISO/IEC TS 27560 as JSON-LD
//
// A GET never changes anything. No script, no cookie, nothing from elsewhere; every page is
// complete in English and Chinese. Whatever is not there, or no token, is one and the same page.
#pragma once

#include <memory>
#include <string>

#include "facegate/core/status.h"
#include "facegate/rpc/server.h"

namespace facegate::rpc {

struct ConsentPageOptions {
  std::string listen_address;  // "host:port"; port 0 picks one
  std::string public_url;      // where people reach it, for the receipts; may be empty
};

// Serves from Start to destruction on threads of its own.
class ConsentPages {
 public:
  // All of `parts` must outlive it. Returns INVALID_ARGUMENT BAD_ADDRESS, or UNAVAILABLE
  // LISTEN_FAILED (names the address).
  static core::Result<std::unique_ptr<ConsentPages>> Start(const ConsentPageOptions& options,
                                                           Parts parts);
  ~ConsentPages();

  int port() const;

 private:
  struct Impl;
  explicit ConsentPages(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace facegate::rpc
