#include "vision/model_files.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "facegate/crypto/primitives.h"
#include "models_testing.h"
#include "support/base/temp_dir.h"

namespace facegate::vision {
namespace {

constexpr char kContent[] = "weights";

std::string Hash(std::string_view content) {
  return core::HexEncode(crypto::Sha256(core::AsBytes(content)));
}

class ModelFilesTest : public ::testing::Test {
 protected:
  void Write(const std::string& name, std::string_view content) {
    std::ofstream(dir_ / name, std::ios::binary) << content;
  }
  core::Result<std::vector<ModelFile>> Parse(std::string_view yaml) {
    Write("manifest.yaml", yaml);
    return ReadModelManifest(dir_ / "manifest.yaml");
  }
  static ModelFile Entry(const std::string& name) {
    ModelFile file;
    file.name = name;
    file.use = "embedding";
    file.sha256 = Hash(kContent);
    file.size = sizeof(kContent) - 1;
    return file;
  }

  testing::TempDir dir_;
};

TEST_F(ModelFilesTest, ReadsTheFirstFileThatIsThere) {
  Write("second", kContent);
  const auto file = LoadModelFile({Entry("first"), Entry("second")}, "embedding", dir_.path());
  ASSERT_TRUE(file.ok()) << file.status().ToString();
  EXPECT_EQ(file->entry.name, "second");
  EXPECT_EQ(core::AsText(file->bytes), kContent);
}

TEST_F(ModelFilesTest, PrefersTheFileNamedFirst) {
  Write("first", kContent);
  Write("second", kContent);
  const auto file = LoadModelFile({Entry("first"), Entry("second")}, "embedding", dir_.path());
  EXPECT_EQ(file->entry.name, "first");
}

TEST_F(ModelFilesTest, FallsBackToTheEntrysOwnPath) {
  Write("installed-elsewhere", kContent);
  ModelFile entry = Entry("not-here");
  entry.path = dir_ / "installed-elsewhere";
  EXPECT_TRUE(LoadModelFile({entry}, "embedding", dir_.path()).ok());
}

TEST_F(ModelFilesTest, NamesWhatIsMissing) {
  const auto status = LoadModelFile({Entry("absent")}, "embedding", dir_.path()).status();
  EXPECT_EQ(status.code(), core::Code::kFailedPrecondition);
  EXPECT_EQ(status.reason(), "MODEL_MISSING");
  EXPECT_NE(status.message().find(dir_ / "absent"), std::string::npos);
  EXPECT_NE(status.message().find(Hash(kContent)), std::string::npos);
  EXPECT_NE(status.message().find("scripts/fetch_models.sh"), std::string::npos);
}

TEST_F(ModelFilesTest, MissesAUseThatTheManifestDoesNotName) {
  const auto status = LoadModelFile({Entry("absent")}, "landmarks", dir_.path()).status();
  EXPECT_EQ(status.reason(), "MODEL_MISSING");
}

TEST_F(ModelFilesTest, RefusesOneWrongByteWithBothHashes) {
  Write("file", "Weights");
  const auto status = LoadModelFile({Entry("file")}, "embedding", dir_.path()).status();
  EXPECT_EQ(status.code(), core::Code::kDataLoss);
  EXPECT_EQ(status.reason(), "MODEL_CORRUPT");
  EXPECT_NE(status.message().find(dir_ / "file"), std::string::npos);
  EXPECT_NE(status.message().find(Hash(kContent)), std::string::npos);
  EXPECT_NE(status.message().find(Hash("Weights")), std::string::npos);
}

TEST_F(ModelFilesTest, RefusesATruncatedFile) {
  Write("file", "weight");
  EXPECT_EQ(LoadModelFile({Entry("file")}, "embedding", dir_.path()).status().reason(),
            "MODEL_CORRUPT");
}

TEST_F(ModelFilesTest, RefusesALongerFile) {
  Write("file", "weights!!");
  EXPECT_EQ(LoadModelFile({Entry("file")}, "embedding", dir_.path()).status().reason(),
            "MODEL_CORRUPT");
}

TEST_F(ModelFilesTest, DoesNotPassOverACorruptFileToTheNext) {
  Write("first", "Weights");
  Write("second", kContent);
  const auto file = LoadModelFile({Entry("first"), Entry("second")}, "embedding", dir_.path());
  EXPECT_EQ(file.status().reason(), "MODEL_CORRUPT");
}

TEST_F(ModelFilesTest, FindsTheLayoutOfAFile) {
  Write("layout", kContent);
  ModelFile entry = Entry("layout");
  entry.use = "layout";
  entry.of = "weights.bin";
  EXPECT_TRUE(LoadLayoutFile({entry}, "weights.bin", dir_.path()).ok());
  EXPECT_EQ(LoadLayoutFile({entry}, "other.bin", dir_.path()).status().reason(), "MODEL_MISSING");
}

TEST_F(ModelFilesTest, SaysWhereAManifestIsWrong) {
  const auto status = Parse("files:\n  - name: a\n    use: embedding\n    sha256: 12\n").status();
  EXPECT_EQ(status.reason(), "BAD_MODEL_MANIFEST");
  EXPECT_NE(status.message().find("manifest.yaml:2:5"), std::string::npos) << status.message();
}

TEST_F(ModelFilesTest, RefusesWhatIsNoManifest) {
  EXPECT_EQ(Parse("files: 3").status().reason(), "BAD_MODEL_MANIFEST");
  EXPECT_EQ(Parse("[").status().reason(), "BAD_MODEL_MANIFEST");
  EXPECT_EQ(Parse("files: [1]").status().reason(), "BAD_MODEL_MANIFEST");
}

TEST_F(ModelFilesTest, RefusesANameThatLeavesTheDirectory) {
  const std::string rest = "\n    use: embedding\n    sha256: " + Hash("") + "\n    size: 1\n";
  EXPECT_TRUE(Parse("files:\n  - name: a.dat" + rest).ok());
  EXPECT_EQ(Parse("files:\n  - name: ../a.dat" + rest).status().reason(), "BAD_MODEL_MANIFEST");
  EXPECT_EQ(Parse("files:\n  - name: .." + rest).status().reason(), "BAD_MODEL_MANIFEST");
}

TEST_F(ModelFilesTest, MissesAManifestThatIsNotThere) {
  const auto status = ReadModelManifest(dir_ / "absent.yaml").status();
  EXPECT_EQ(status.code(), core::Code::kFailedPrecondition);
  EXPECT_EQ(status.reason(), "MODEL_MISSING");
}

TEST(Manifest, NamesEachFileOnceAndEachModelById) {
  std::set<std::string> names;
  std::set<std::string> models;
  for (const ModelFile& file : Manifest()) {
    EXPECT_TRUE(names.insert(file.name).second) << file.name;
    if (file.use != "embedding" && file.use != "landmarks") continue;
    EXPECT_TRUE(models.insert(file.model).second) << file.model;
    EXPECT_FALSE(file.model.empty()) << file.name;
  }
}

}  // namespace
}  // namespace facegate::vision
