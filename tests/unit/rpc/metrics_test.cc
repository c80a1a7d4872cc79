#include <gtest/gtest.h>
#include <httplib.h>

#include <atomic>
#include <string>

#include "facegate/rpc/metrics_listener.h"
#include "facegate/rpc/prometheus_metrics.h"
#include "rpc/address.h"

namespace facegate::rpc {
namespace {

TEST(PrometheusMetrics, CountsAndSerializesUnderTheWireNames) {
  PrometheusMetrics metrics;
  metrics.Add(core::Counter::kFramesDecoded);
  metrics.Add(core::Counter::kFramesDecoded, 2);
  EXPECT_EQ(metrics.Value(core::Counter::kFramesDecoded), 3u);
  EXPECT_NE(metrics.Serialize().find("facegate_frames_decoded_total 3"), std::string::npos);
}

TEST(PrometheusMetrics, PutsDurationsIntoOneHistogramByStage) {
  PrometheusMetrics metrics;
  metrics.Observe(core::Stage::kDecode, 0.002);
  EXPECT_NE(metrics.Serialize().find("facegate_stage_seconds_count{stage=\"decode\"} 1"),
            std::string::npos);
}

TEST(MetricsListener, ServesMetrics) {
  PrometheusMetrics metrics;
  auto listener = MetricsListener::Start("127.0.0.1:0", metrics, [] { return true; });
  ASSERT_TRUE(listener.ok()) << listener.status().ToString();
  httplib::Client http("127.0.0.1", (*listener)->port());
  const auto answer = http.Get("/metrics");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_NE(answer->body.find("facegate_requests_total"), std::string::npos);
}

TEST(MetricsListener, SaysWhetherTheServerServes) {
  PrometheusMetrics metrics;
  std::atomic<bool> healthy{true};
  auto listener =
      MetricsListener::Start("127.0.0.1:0", metrics, [&healthy] { return healthy.load(); });
  ASSERT_TRUE(listener.ok());
  httplib::Client http("127.0.0.1", (*listener)->port());
  EXPECT_EQ(http.Get("/healthz")->status, 200);
  healthy = false;
  EXPECT_EQ(http.Get("/healthz")->status, 503);
}

TEST(MetricsListener, ServesNothingElse) {
  PrometheusMetrics metrics;
  auto listener = MetricsListener::Start("127.0.0.1:0", metrics, [] { return true; });
  ASSERT_TRUE(listener.ok());
  httplib::Client http("127.0.0.1", (*listener)->port());
  EXPECT_EQ(http.Get("/")->status, 404);
}

TEST(MetricsListener, NamesAnAddressItCannotHave) {
  PrometheusMetrics metrics;
  EXPECT_EQ(MetricsListener::Start("nonsense", metrics, [] { return true; }).status().reason(),
            "BAD_ADDRESS");
  // A documentation address, which no interface of this machine has.
  const auto taken = MetricsListener::Start("192.0.2.1:9", metrics, [] { return true; });
  EXPECT_EQ(taken.status().reason(), "LISTEN_FAILED");
  EXPECT_NE(taken.status().message().find("192.0.2.1:9"), std::string::npos);
}

TEST(ParseAddress, ReadsHostAndPort) {
  EXPECT_EQ(ParseAddress("127.0.0.1:50051")->port, 50051);
  EXPECT_EQ(ParseAddress("[::1]:0")->host, "::1");
  EXPECT_EQ(ParseAddress("[::1]:7")->ToString(), "[::1]:7");
}

TEST(ParseAddress, RefusesWhatIsNone) {
  for (const char* text :
       {"", "host", ":1", "host:", "host:-1", "host:65536", "host:1x", "::1:5"}) {
    EXPECT_EQ(ParseAddress(text).status().reason(), "BAD_ADDRESS") << text;
  }
}

TEST(IsLoopback, TakesNumericLoopbackOnly) {
  EXPECT_TRUE(IsLoopback("127.0.0.1"));
  EXPECT_TRUE(IsLoopback("127.8.9.10"));
  EXPECT_TRUE(IsLoopback("::1"));
  for (const char* host : {"0.0.0.0", "::", "10.0.0.1", "127.0.0.1.example.com", "localhost", ""}) {
    EXPECT_FALSE(IsLoopback(host)) << host;
  }
}

}  // namespace
}  // namespace facegate::rpc
