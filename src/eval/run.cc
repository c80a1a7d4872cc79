#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "eval/dataset.h"
#include "eval/desk.h"
#include "eval/statistics.h"
#include "facegate/core/check.h"
#include "facegate/core/csv.h"
#include "facegate/eval/eval.h"

namespace facegate::eval {
namespace {

using core::Result;
using core::Status;

using Embeddings = std::vector<std::optional<vision::Embedding>>;  // by picture

// Distances are compared up to here; two embeddings are never farther apart than this.
constexpr double kDistanceMax = 4;

std::vector<double> DefaultDistances() {
  std::vector<double> distances;
  for (int i = 0; i <= 16; ++i) distances.push_back((300 + 25 * i) / 1000.0);
  return distances;
}

Status CheckDistance(double distance) {
  if (std::isfinite(distance) && distance >= 0 && distance <= kDistanceMax) return Status::Ok();
  return Status(core::Code::kInvalidArgument, "BAD_DISTANCE", "a distance lies in 0..4");
}

Result<Dataset> ReadDataset(const Options& options) {
  FG_ASSIGN_OR_RETURN(const core::Csv pairs, core::ReadCsv(options.pairs_csv));
  if (options.groups_csv.empty()) return MakeDataset(pairs, nullptr);
  FG_ASSIGN_OR_RETURN(const core::Csv groups, core::ReadCsv(options.groups_csv));
  return MakeDataset(pairs, &groups);
}

// The file, or one byte more of it than is allowed: the decoder then refuses it as too large.
Result<core::Bytes> ReadPicture(const std::string& root, const Picture& picture,
                                std::size_t bytes_max) {
  std::ifstream file(root + "/" + picture.path, std::ios::binary);
  core::Bytes bytes;
  char buffer[65536];
  while (file && bytes.size() <= bytes_max) {
    file.read(buffer, sizeof(buffer));
    bytes.insert(bytes.end(), buffer, buffer + file.gcount());
  }
  if (bytes.empty()) {
    return core::CsvError(picture.csv, picture.line, "the picture is empty or cannot be read");
  }
  if (bytes.size() > bytes_max) bytes.resize(bytes_max + 1);
  return bytes;
}

Result<Embeddings> EmbedAll(const Dataset& dataset, const Options& options, const Deps& deps,
                            const Progress& progress, Report& report) {
  FG_ASSIGN_OR_RETURN(const std::unique_ptr<Desk> desk,
                      Desk::Open(deps, options.min_face_px, options.limits));
  Embeddings embeddings;
  std::set<int> persons;
  const long count = static_cast<long>(dataset.pictures.size());
  for (const Picture& picture : dataset.pictures) {
    if (persons.insert(picture.person).second) {
      FG_RETURN_IF_ERROR(desk->AddPerson(picture.person));
    }
    FG_ASSIGN_OR_RETURN(const core::Bytes bytes,
                        ReadPicture(options.root, picture, options.limits.image_bytes_max));
    FG_ASSIGN_OR_RETURN(Presented presented, desk->Present(bytes, picture.person));
    if (!presented.embedding) ++report.failures[presented.failure];
    embeddings.push_back(std::move(presented.embedding));
    if (progress) progress(static_cast<long>(embeddings.size()), count);
  }
  return embeddings;
}

double Distance(const vision::Embedding& a, const vision::Embedding& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.values().size(); ++i) {
    const double difference = static_cast<double>(a.values()[i]) - b.values()[i];
    sum += difference * difference;
  }
  return std::sqrt(sum);
}

struct GroupCounts {
  long false_matches = 0;
  long impostor = 0;
  long false_non_matches = 0;
  long genuine = 0;
  long failures = 0;
  long pictures = 0;
};

// Counts of every attribute and group.
class Groups {
 public:
  void AddPicture(const Picture& picture, bool failed) {
    for (const auto& group : picture.groups) {
      GroupCounts& counts = counts_[group];
      ++counts.pictures;
      if (failed) ++counts.failures;
    }
  }

  // A pair counts where both pictures belong: false matches between unlike people say little.
  void AddPair(const Picture& a, const Picture& b, bool same, bool match) {
    for (const auto& group : a.groups) {
      const auto other = b.groups.find(group.first);
      if (other == b.groups.end() || other->second != group.second) continue;
      GroupCounts& counts = counts_[group];
      ++(same ? counts.genuine : counts.impostor);
      if (same && !match) ++counts.false_non_matches;
      if (!same && match) ++counts.false_matches;
    }
  }

  std::vector<GroupRates> Rates() const {
    std::vector<GroupRates> rates;
    for (const auto& [group, counts] : counts_) {
      rates.push_back({group.first, group.second, MakeRate(counts.false_matches, counts.impostor),
                       MakeRate(counts.false_non_matches, counts.genuine),
                       MakeRate(counts.failures, counts.pictures)});
    }
    return rates;
  }

 private:
  std::map<std::pair<std::string, std::string>, GroupCounts> counts_;
};

void Compare(const Dataset& dataset, const Embeddings& embeddings, const Options& options,
             Report& report) {
  Groups groups;
  long failed = 0;
  for (std::size_t i = 0; i < embeddings.size(); ++i) {
    if (!embeddings[i]) ++failed;
    groups.AddPicture(dataset.pictures[i], !embeddings[i]);
  }
  report.failure_to_enrol = MakeRate(failed, static_cast<long>(embeddings.size()));
  std::vector<double> genuine;
  std::vector<double> impostor;
  for (const Pair& pair : dataset.pairs) {
    if (!embeddings[pair.a] || !embeddings[pair.b]) {
      ++report.pairs_skipped;
      continue;
    }
    const double distance = Distance(*embeddings[pair.a], *embeddings[pair.b]);
    (pair.same ? genuine : impostor).push_back(distance);
    groups.AddPair(dataset.pictures[pair.a], dataset.pictures[pair.b], pair.same,
                   distance <= options.distance);
  }
  const Scores scores(std::move(genuine), std::move(impostor));
  report.genuine_pairs = scores.genuine();
  report.impostor_pairs = scores.impostor();
  report.equal_error = scores.EqualError();
  report.operating = scores.At(options.distance);
  const auto distances = options.distances.empty() ? DefaultDistances() : options.distances;
  for (const double distance : distances) report.points.push_back(scores.At(distance));
  report.tradeoff = scores.Tradeoff();
  report.groups = groups.Rates();
}

}  // namespace

Result<Report> Run(const Options& options, const Deps& deps, const Progress& progress) {
  FG_CHECK(deps.rules != nullptr);
  FG_RETURN_IF_ERROR(CheckDistance(options.distance));
  for (const double distance : options.distances) FG_RETURN_IF_ERROR(CheckDistance(distance));
  FG_ASSIGN_OR_RETURN(const Dataset dataset, ReadDataset(options));
  Report report;
  report.models = deps.faces.models();
  FG_ASSIGN_OR_RETURN(const Embeddings embeddings,
                      EmbedAll(dataset, options, deps, progress, report));
  Compare(dataset, embeddings, options, report);
  return report;
}

}  // namespace facegate::eval
