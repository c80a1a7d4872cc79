// Page tokens: opaque to clients, bound to the request that they continue.
#pragma once

#include <google/protobuf/message.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "facegate/core/status.h"
#include "facegate/crypto/key_ring.h"

namespace facegate::rpc {

constexpr int kPageSizeDefault = 50;
constexpr int kPageSizeMax = 500;

// How many to list, and where the previous page ended ("" on the first).
struct Page {
  int size = kPageSizeDefault;
  std::string cursor;
};

// Seals cursors under a key of this gateway, with the method and the request's other fields as
// associated data: a token of another request, another method or another gateway does not open.
// Thread-safe.
class PageTokens {
 public:
  explicit PageTokens(const crypto::KeyRing& keys);

  // Reads page_size and page_token of a List request. Returns INVALID_ARGUMENT BAD_PAGE_SIZE if it
  // is negative, BAD_PAGE_TOKEN if the token is not one of ours for this request.
  core::Result<Page> Read(const google::protobuf::Message& request) const;
  // The token that continues `request` after `cursor`.
  std::string Make(const google::protobuf::Message& request, std::string_view cursor) const;

 private:
  const core::Hash256 key_;
};

// What `list(after, limit)` gives after the cursor of `request`, ordered by id: as many as were
// asked for. Sets the response's next_page_token where there are more.
template <class Request, class Response, class List>
auto ReadPage(const PageTokens& tokens, const Request& request, Response& response, List list)
    -> decltype(list(std::string_view(), std::size_t{})) {
  FG_ASSIGN_OR_RETURN(const Page page, tokens.Read(request));
  const auto size = static_cast<std::size_t>(page.size);
  // One more than asked for tells whether there is a next page.
  auto found = list(page.cursor, size + 1);
  if (found.ok() && found->size() > size) {
    found->resize(size);
    response.set_next_page_token(tokens.Make(request, found->back().id.str()));
  }
  return found;
}

}  // namespace facegate::rpc
