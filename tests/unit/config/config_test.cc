#include "facegate/config/config.h"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "support/base/temp_dir.h"

namespace facegate::config {
namespace {

using ::testing::HasSubstr;

class ConfigTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& text) {
    const std::string path = directory_ / "f.yaml";
    std::ofstream(path) << text;
    return path;
  }
  ServerConfig Load(const std::string& text) {
    auto config = LoadServerConfig(Write(text));
    EXPECT_TRUE(config.ok()) << config.status().ToString();
    return config.ok() ? *config : ServerConfig{};
  }
  // The message from the line on.
  std::string ErrorOf(const std::string& text) {
    const std::string path = Write(text);
    const core::Status status = LoadServerConfig(path).status();
    EXPECT_EQ(status.code(), core::Code::kInvalidArgument);
    EXPECT_EQ(status.reason(), "BAD_CONFIG");
    EXPECT_THAT(status.message(), ::testing::StartsWith(path + ":"));
    return status.ok() ? "" : status.message().substr(path.size() + 1);
  }

  facegate::testing::TempDir directory_;
};

TEST_F(ConfigTest, KeepsDefaultsForWhatTheFileDoesNotSay) {
  const ServerConfig config = Load("");
  EXPECT_EQ(config.gateway_name, "facegate");
  EXPECT_EQ(config.vision.workers, 2);
  EXPECT_EQ(config.store.driver, StoreDriver::kSqlite);
}

TEST_F(ConfigTest, ReadsEveryKindOfValue) {
  const ServerConfig config = Load(
      "gateway_name: lobby-1\n"
      "listen: {grpc: '0.0.0.0:0', http: ''}\n"
      "store: {driver: memory}\n"
      "vision: {workers: 4}\n"
      "match: {fmr_max: 0.0001}\n"
      "policy: {packs: [a.yaml, /b.yaml]}\n"
      "log: {level: warning, json: true}\n");
  EXPECT_EQ(config.gateway_name, "lobby-1");
  EXPECT_EQ(config.listen.grpc, "0.0.0.0:0");
  EXPECT_EQ(config.listen.http, "");
  EXPECT_EQ(config.store.driver, StoreDriver::kMemory);
  EXPECT_EQ(config.vision.workers, 4);
  EXPECT_EQ(config.match.fmr_max, 0.0001);
  EXPECT_EQ(config.policy.packs, (std::vector<std::string>{directory_ / "a.yaml", "/b.yaml"}));
  EXPECT_EQ(config.log.level, core::LogLevel::kWarning);
  EXPECT_TRUE(config.log.json);
}

TEST_F(ConfigTest, ResolvesPathsAgainstTheFilesFolder) {
  const ServerConfig config = Load(
      "tls: {cert: c.pem, key: /k.pem, client_ca: sub/../ca.pem}\n"
      "keys_dir: keys\n");
  EXPECT_EQ(config.tls.cert, directory_ / "c.pem");
  EXPECT_EQ(config.tls.key, "/k.pem");
  EXPECT_EQ(config.tls.client_ca, directory_ / "ca.pem");
  EXPECT_EQ(config.keys_dir, directory_ / "keys");
  EXPECT_EQ(config.policy.vocabulary, directory_ / "policies/vocabulary.yaml");
  EXPECT_EQ(config.policy.wording, directory_ / "documents/wording.yaml");
  EXPECT_EQ(Load("").tls.cert, "") << "none stays none";
}

TEST_F(ConfigTest, KnowsWhatToDoWithoutWitnesses) {
  EXPECT_EQ(Load("").audit.witness_policy, "");
  const ServerConfig config = Load(
      "audit: {witness_policy: w.policy, on_missing_quorum: stop, publish_interval_s: 5, "
      "published_age_s_max: 6}\n");
  EXPECT_EQ(config.audit.witness_policy, directory_ / "w.policy");
  EXPECT_EQ(config.audit.on_missing_quorum, OnMissingQuorum::kStop);
  EXPECT_THAT(ErrorOf("audit: {publish_interval_s: 5, published_age_s_max: 5}\n"),
              HasSubstr("must exceed publish_interval_s"));
}

TEST_F(ConfigTest, PrunesNoLogUnlessItIsTold) {
  EXPECT_FALSE(Load("").audit.prune);
  const ServerConfig config =
      Load("audit: {prune: true, retained_days: 8}\nbackup: {backup_days_max: 7}\n");
  EXPECT_TRUE(config.audit.prune);
  EXPECT_EQ(config.audit.retained_days, 8);
}

TEST_F(ConfigTest, RefusesUnknownKeysWithPlaceAndNearest) {
  EXPECT_EQ(ErrorOf("gateway_nam: x\n"),
            "1:1: unknown key \"gateway_nam\" (did you mean \"gateway_name\"?)");
  EXPECT_EQ(ErrorOf("vision:\n  workers: 2\n  workres: 3\n"),
            "3:3: unknown key \"workres\" (did you mean \"workers\"?)");
  EXPECT_EQ(ErrorOf("visoin: {}\n"), "1:1: unknown key \"visoin\" (did you mean \"vision\"?)");
  EXPECT_EQ(ErrorOf("workers: 3\n"), "1:1: unknown key \"workers\"");
}

TEST_F(ConfigTest, RefusesWrongTypesAndRanges) {
  EXPECT_EQ(ErrorOf("vision: {workers: two}\n"), "1:19: expected a whole number");
  EXPECT_EQ(ErrorOf("vision: {workers: 0}\n"), "1:19: 0 is outside 1..64");
  EXPECT_EQ(ErrorOf("vision: 3\n"), "1:9: expected a mapping, found a single value");
  EXPECT_EQ(ErrorOf("match: {fmr_max: 0.5}\n"), "1:18: 0.5 is outside 1e-09..0.1");
  EXPECT_EQ(ErrorOf("match: {fmr_max: 0}\n"), "1:18: 0 is outside 1e-09..0.1");
  EXPECT_EQ(ErrorOf("log: {json: yes}\n"), "1:13: expected true or false");
  EXPECT_EQ(ErrorOf("log: {level: inf}\n"),
            "1:14: \"inf\" is not one of debug info warning error (did you mean \"info\"?)");
  EXPECT_EQ(ErrorOf("policy: {packs: []}\n"), "1:17: an empty list");
  EXPECT_EQ(ErrorOf("policy: {packs: [a, '']}\n"), "1:21: an empty path");
  EXPECT_EQ(ErrorOf("policy: {packs: a}\n"), "1:17: expected a list, found a single value");
  EXPECT_EQ(ErrorOf("gateway_name: [x]\n"), "1:15: expected a string, found a list");
  EXPECT_EQ(ErrorOf("[1]\n"), "1:1: expected a mapping, found a list");
}

TEST_F(ConfigTest, RefusesValuesThatContradictEachOther) {
  EXPECT_EQ(ErrorOf("tls: {cert: c.pem}\n"), "1:13: set all of tls.cert, key, client_ca, or none");
  EXPECT_EQ(ErrorOf("rpc: {request_bytes_max: 8388608}\n"),
            "1:26: request_bytes_max must exceed image_bytes_max");
  EXPECT_EQ(ErrorOf("audit: {prune: true, retained_days: 30}\n"),
            "1:37: with audit.prune, retained_days must exceed backup.backup_days_max");
  EXPECT_EQ(ErrorOf("store: {path: ''}\n"), "1:15: the driver sqlite needs store.path");
  EXPECT_EQ(ErrorOf("keys_dir: ''\n"), "1:11: must not be empty");
  EXPECT_EQ(ErrorOf("listen: {grpc: ''}\n"), "1:16: must not be empty");
  EXPECT_THAT(ErrorOf("gateway_name: 'a b'\n"), HasSubstr("1:15: must be letters"));
  EXPECT_THAT(ErrorOf("gateway_name: ''\n"), HasSubstr("1:15: must be letters"));
}

TEST_F(ConfigTest, SaysWhenTheFileIsNotThere) {
  const core::Status status = LoadServerConfig(directory_ / "none.yaml").status();
  EXPECT_EQ(status.code(), core::Code::kNotFound);
  EXPECT_EQ(status.reason(), "BAD_CONFIG");
}

std::string FileText(const std::string& name) {
  std::ifstream stream(std::string(FACEGATE_SOURCE_DIR) + "/" + name);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

// Both are printed from the loader's own table, so no key can be without its comment.
TEST(ConfigReference, IsWhatTheLoaderKnows) {
  EXPECT_EQ(FileText("docs/CONFIGURATION.md"), ConfigMarkdown());
  EXPECT_EQ(FileText("config/facegate.yaml"), ConfigYaml());
  for (const ConfigKey& key : ConfigKeys()) {
    EXPECT_THAT(FileText("docs/CONFIGURATION.md"), HasSubstr("`" + key.key + "`"));
    EXPECT_THAT(FileText("config/facegate.yaml"),
                HasSubstr("\n" +
                          (key.key.find('.') == std::string::npos
                               ? key.key
                               : "  " + key.key.substr(key.key.find('.') + 1)) +
                          ":"));
    EXPECT_FALSE(key.meaning.empty()) << key.key;
  }
}

TEST(ConfigReference, ShippedFileLoadsToTheDefaults) {
  const std::string shipped = std::string(FACEGATE_SOURCE_DIR) + "/config/facegate.yaml";
  const auto config = LoadServerConfig(shipped);
  ASSERT_TRUE(config.ok()) << config.status().ToString();
  EXPECT_EQ(config->rpc.request_bytes_max, ServerConfig{}.rpc.request_bytes_max);
  EXPECT_EQ(config->match.fpir_max, ServerConfig{}.match.fpir_max);
  EXPECT_TRUE(std::ifstream(config->policy.vocabulary).good());
  EXPECT_TRUE(std::ifstream(config->policy.calendar).good());
  for (const std::string& pack : config->policy.packs) {
    EXPECT_TRUE(std::ifstream(pack).good()) << pack;
  }
}

}  // namespace
}  // namespace facegate::config
