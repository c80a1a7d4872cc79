#include "rpc/page_tokens.h"

#include <gtest/gtest.h>

#include "facegate/crypto/primitives.h"
#include "facegate/v1/audit_service.pb.h"
#include "facegate/v1/consent_service.pb.h"
#include "facegate/v1/registry_service.pb.h"

namespace facegate::rpc {
namespace {

class PageTokensTest : public ::testing::Test {
 protected:
  v1::ListSubjectsRequest Request() const {
    v1::ListSubjectsRequest request;
    request.set_parent("operators/acme");
    return request;
  }

  const std::unique_ptr<crypto::KeyRing> keys_ = crypto::KeyRing::Ephemeral();
  const PageTokens tokens_{*keys_};
};

TEST_F(PageTokensTest, ContinueTheRequestTheyWereMadeFor) {
  auto request = Request();
  request.set_page_token(tokens_.Make(request, "ann"));
  request.set_page_size(7);  // may change between pages
  const auto page = tokens_.Read(request);
  ASSERT_TRUE(page.ok()) << page.status().ToString();
  EXPECT_EQ(page->cursor, "ann");
  EXPECT_EQ(page->size, 7);
}

TEST_F(PageTokensTest, AreOpaque) {
  const std::string token = tokens_.Make(Request(), "ann-the-subject");
  const auto bytes = crypto::Base64Decode(token);
  ASSERT_TRUE(bytes.ok());
  EXPECT_EQ(core::AsText(*bytes).find("ann"), std::string_view::npos);
}

TEST_F(PageTokensTest, AreRefusedWhenTamperedWith) {
  auto request = Request();
  const core::Bytes good = *crypto::Base64Decode(tokens_.Make(request, "ann"));
  for (std::size_t i = 0; i < good.size(); ++i) {
    core::Bytes bad = good;
    bad[i] ^= 1;
    request.set_page_token(crypto::Base64Encode(bad));
    EXPECT_EQ(tokens_.Read(request).status().reason(), "BAD_PAGE_TOKEN") << i;
  }
}

TEST_F(PageTokensTest, AreRefusedForAnotherParent) {
  auto request = Request();
  const std::string token = tokens_.Make(request, "ann");
  request.set_parent("operators/other");
  request.set_page_token(token);
  EXPECT_EQ(tokens_.Read(request).status().reason(), "BAD_PAGE_TOKEN");
}

TEST_F(PageTokensTest, AreRefusedForAnotherMethod) {
  v1::ListSitesRequest other;
  other.set_parent("operators/acme");
  other.set_page_token(tokens_.Make(Request(), "ann"));
  EXPECT_EQ(tokens_.Read(other).status().reason(), "BAD_PAGE_TOKEN");
}

TEST_F(PageTokensTest, AreRefusedByAnotherGateway) {
  auto request = Request();
  request.set_page_token(PageTokens(*crypto::KeyRing::Ephemeral()).Make(request, "ann"));
  EXPECT_EQ(tokens_.Read(request).status().reason(), "BAD_PAGE_TOKEN");
}

TEST_F(PageTokensTest, AreRefusedWhenTheyAreRubbish) {
  auto request = Request();
  for (const char* token : {"x", "AAAA", "not base64!"}) {
    request.set_page_token(token);
    EXPECT_EQ(tokens_.Read(request).status().code(), core::Code::kInvalidArgument) << token;
  }
}

TEST_F(PageTokensTest, DefaultAndCapThePageSize) {
  auto request = Request();
  EXPECT_EQ(tokens_.Read(request)->size, kPageSizeDefault);
  request.set_page_size(1'000'000);
  EXPECT_EQ(tokens_.Read(request)->size, kPageSizeMax);
}

TEST_F(PageTokensTest, RefuseANegativePageSize) {
  auto request = Request();
  request.set_page_size(-1);
  EXPECT_EQ(tokens_.Read(request).status().reason(), "BAD_PAGE_SIZE");
}

}  // namespace
}  // namespace facegate::rpc
