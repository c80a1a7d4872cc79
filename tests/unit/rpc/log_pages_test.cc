// The log's files over HTTP: the bytes, what may be cached, and what is not there.
#include "facegate/rpc/log_pages.h"

#include <gtest/gtest.h>
#include <httplib.h>

#include <algorithm>
#include <memory>
#include <span>
#include <string>

#include "facegate/audit/pruning.h"
#include "facegate/tlog/checkpoint.h"
#include "facegate/tlog/merkle.h"
#include "facegate/tlog/minimum_index.h"
#include "support/world/world.h"

namespace facegate::rpc {
namespace {

using testing::World;

class LogPagesTest : public ::testing::Test {
 protected:
  LogPagesTest() {
    for (int i = 0; i < 300; ++i) world_.AddSubject(std::string("p") + std::to_string(i));
    auto started = LogPages::Start("127.0.0.1:0", *world_.store, *world_.ledger, nullptr);
    EXPECT_TRUE(started.ok()) << started.status().ToString();
    pages_ = std::move(started).value();
    head_ = *world_.store->GetLogHead(World::op());
  }

  httplib::Result Get(const std::string& path) {
    httplib::Client http("127.0.0.1", pages_->port());
    return http.Get("/acme/" + path);
  }
  int StatusOf(const std::string& path) { return Get(path)->status; }

  World world_;
  std::unique_ptr<LogPages> pages_;
  storage::LogHead head_;
};

TEST_F(LogPagesTest, GiveTheNewestCheckpointAndHaveItAskedForAnew) {
  const auto answer = Get("checkpoint");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, head_.checkpoint);
  EXPECT_EQ(answer->get_header_value("Cache-Control"), "no-cache");
  EXPECT_EQ(answer->get_header_value("Content-Type"), "text/plain; charset=utf-8");
  world_.AddSubject("another");
  EXPECT_NE(Get("checkpoint")->body, answer->body);
}

TEST_F(LogPagesTest, GiveEveryRecordAndTheTreeThatTheCheckpointSigns) {
  tlog::RootAccumulator root;
  core::Bytes leaves;
  for (std::uint64_t first = 0; first < head_.size; first += 256) {
    const int width = static_cast<int>(std::min<std::uint64_t>(256, head_.size - first));
    const auto bundle = Get(tlog::BundlePath(first / 256, width));
    ASSERT_EQ(bundle->status, 200);
    EXPECT_EQ(bundle->get_header_value("Cache-Control"), "public, max-age=31536000, immutable");
    EXPECT_EQ(bundle->get_header_value("Content-Type"), "application/octet-stream");
    const auto entries = tlog::ParseBundle(core::AsBytes(bundle->body));
    ASSERT_TRUE(entries.ok());
    ASSERT_EQ(entries->size(), static_cast<std::size_t>(width));
    core::Bytes hashes;
    for (const std::string& entry : *entries) {
      const core::Hash256 leaf = tlog::LeafHash(core::AsBytes(entry));
      root.Append(leaf);
      hashes.insert(hashes.end(), leaf.begin(), leaf.end());
    }
    const auto tile = Get(tlog::TilePath({0, first / 256}, width));
    ASSERT_EQ(tile->status, 200);
    EXPECT_EQ(tile->body, core::AsText(hashes));
  }
  const auto signs =
      tlog::OpenCheckpoint(head_.checkpoint, world_.ledger->CheckpointKey(World::op()));
  ASSERT_TRUE(signs.ok());
  EXPECT_EQ(root.Root(), signs->root);
  EXPECT_EQ(StatusOf("tile/1/000.p/1"), 200);
}

TEST_F(LogPagesTest, GiveNarrowerFilesThanTheNewestToWhoKnowsAnOlderCheckpoint) {
  const auto narrow = Get("tile/0/001.p/3");
  ASSERT_EQ(narrow->status, 200);
  EXPECT_EQ(narrow->body.size(), 3 * sizeof(core::Hash256));
  EXPECT_EQ(tlog::ParseBundle(core::AsBytes(Get("tile/entries/000.p/7")->body))->size(), 7U);
}

TEST_F(LogPagesTest, HaveNothingBeyondTheLogAndNothingElse) {
  for (const char* path :
       {"tile/0/001", "tile/0/002.p/1", "tile/entries/001", "tile/1/000", "tile/2/000.p/1",
        "tile/0/00", "tile/0/000.p/0", "tile/0/000.p/256", "tile/entries/x999/x999/x999/x999/999",
        "tile/0/../0/000", "tile/0/000/", "heads", "tile/"}) {
    EXPECT_EQ(StatusOf(path), 404) << path;
  }
  httplib::Client http("127.0.0.1", pages_->port());
  EXPECT_EQ(http.Get("/nobody/checkpoint")->status, 404);
  EXPECT_EQ(http.Get("/%2e%2e/checkpoint")->status, 404);
  EXPECT_EQ(http.Get("/")->status, 404);
  EXPECT_EQ(http.Get("/nobody/checkpoint")->get_header_value("Cache-Control"), "no-store");
}

TEST_F(LogPagesTest, GiveTheStatementOfWhatWasPrunedAndItsHashes) {
  EXPECT_EQ(StatusOf("minimum-index"), 404);
  const std::string tile = Get("tile/0/000")->body;
  world_.clock.Advance(11 * core::kMsPerDay);
  audit::LogPruner pruner(*world_.store, *world_.ledger, world_.clock,
                          {.is_on = true, .retained_days = 10, .published = {}});
  ASSERT_EQ(*pruner.Run(), 256U);
  const auto statement = Get("minimum-index");
  ASSERT_EQ(statement->status, 200);
  EXPECT_EQ(statement->get_header_value("Cache-Control"), "no-cache");
  const tlog::VerifierKey key = world_.ledger->CheckpointKey(World::op());
  const auto opened = tlog::OpenMinimumIndex(statement->body, std::span(&key, 1));
  ASSERT_TRUE(opened.ok()) << opened.status().ToString();
  EXPECT_EQ(opened->index, 256U);
  EXPECT_EQ(Get("tile/0/000")->body, tile);
  for (const char* gone : {"tile/entries/000", "tile/entries/000.p/7"}) {
    EXPECT_EQ(StatusOf(gone), 410) << gone;
    EXPECT_EQ(Get(gone)->body, "RECORD_PRUNED\n");
    EXPECT_EQ(Get(gone)->get_header_value("Cache-Control"), "no-store");
  }
  EXPECT_EQ(StatusOf("tile/entries/001.p/1"), 200);
}

TEST_F(LogPagesTest, TakeNothing) {
  httplib::Client http("127.0.0.1", pages_->port());
  EXPECT_EQ(http.Post("/acme/checkpoint")->status, 405);
  EXPECT_EQ(http.Delete("/acme/checkpoint")->status, 405);
  const auto head = http.Head("/acme/checkpoint");
  EXPECT_EQ(head->status, 200);
  EXPECT_TRUE(head->body.empty());
}

TEST(LogPages, NameAnAddressTheyCannotHave) {
  const World world;
  EXPECT_EQ(LogPages::Start("nonsense", *world.store, *world.ledger, nullptr).status().reason(),
            "BAD_ADDRESS");
}

}  // namespace
}  // namespace facegate::rpc
