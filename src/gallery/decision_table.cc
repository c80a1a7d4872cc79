#include "facegate/gallery/decision_table.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <initializer_list>
#include <string_view>

#include "facegate/gallery/confidence.h"

namespace facegate::gallery {
namespace {

// Reads the file's nodes; every complaint names file:line:column. yaml-cpp's exceptions stop in
// LoadDecisionTable.
class Reader {
 public:
  explicit Reader(std::string path) : path_(std::move(path)) {}

  core::Status Error(const YAML::Mark& mark, std::string_view what) const {
    std::string place = path_;
    if (!mark.is_null()) {
      place.append(":").append(std::to_string(mark.line + 1));
      place.append(":").append(std::to_string(mark.column + 1));
    }
    return core::Status(core::Code::kInvalidArgument, "BAD_DECISION_TABLE",
                        place + ": " + std::string(what));
  }
  core::Status Error(const YAML::Node& node, std::string_view what) const {
    return Error(node.Mark(), what);
  }

  // `node` is a map that has each of `keys` once and no other.
  core::Status CheckKeys(const YAML::Node& node,
                         std::initializer_list<std::string_view> keys) const {
    if (!node.IsMap()) return Error(node, "expected a map");
    std::vector<std::string> seen;
    for (const auto& member : node) {
      const std::string key = member.first.IsScalar() ? member.first.Scalar() : "";
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
        return Error(member.first, "unknown key");
      }
      if (std::find(seen.begin(), seen.end(), key) != seen.end()) {
        return Error(member.first, "key '" + key + "' stands here twice");
      }
      seen.push_back(key);
    }
    for (const std::string_view key : keys) {
      if (std::find(seen.begin(), seen.end(), key) == seen.end()) {
        return Error(node, "key '" + std::string(key) + "' is missing");
      }
    }
    return core::Status::Ok();
  }

  core::Result<double> Number(const YAML::Node& node, double min, double max) const {
    double value = 0;
    if (!node.IsScalar() || !YAML::convert<double>::decode(node, value) || !std::isfinite(value) ||
        value < min || value > max) {
      return Error(node, "expected a number from " + Text(min) + " to " + Text(max));
    }
    return value;
  }

  core::Result<long> Count(const YAML::Node& node, long min, long max) const {
    long value = 0;
    if (!node.IsScalar() || !YAML::convert<long>::decode(node, value) || value < min ||
        value > max) {
      return Error(node, "expected a whole number from " + std::to_string(min) + " to " +
                             std::to_string(max));
    }
    return value;
  }

  core::Result<std::string> Words(const YAML::Node& node) const {
    if (!node.IsScalar() || node.Scalar().empty()) return Error(node, "expected text");
    return node.Scalar();
  }

  static std::string Text(double value) {
    char buffer[32];
    std::snprintf(buffer, sizeof(buffer), "%.4g", value);
    return buffer;
  }

 private:
  std::string path_;
};

core::Result<DecisionRow> ReadRow(const Reader& reader, const YAML::Node& node) {
  FG_RETURN_IF_ERROR(reader.CheckKeys(
      node, {"distance", "fmr_upper_bound", "impostor_pairs", "false_matches", "evidence"}));
  DecisionRow row;
  FG_ASSIGN_OR_RETURN(row.distance, reader.Number(node["distance"], 0, 2));
  FG_ASSIGN_OR_RETURN(row.fmr_upper_bound, reader.Number(node["fmr_upper_bound"], 0, 1));
  FG_ASSIGN_OR_RETURN(row.impostor_pairs,
                      reader.Count(node["impostor_pairs"], 1, 1'000'000'000'000));
  FG_ASSIGN_OR_RETURN(row.false_matches,
                      reader.Count(node["false_matches"], 0, row.impostor_pairs));
  FG_ASSIGN_OR_RETURN(row.evidence, reader.Words(node["evidence"]));
  const double least = std::max(3.0 / static_cast<double>(row.impostor_pairs),
                                UpperBound(row.false_matches, row.impostor_pairs));
  if (row.fmr_upper_bound < std::min(least, 1.0)) {
    return reader.Error(node["fmr_upper_bound"],
                        "this evidence supports no bound below " + Reader::Text(least));
  }
  return row;
}

core::Result<DecisionTable> ReadTable(const Reader& reader, const YAML::Node& node) {
  FG_RETURN_IF_ERROR(reader.CheckKeys(node, {"model_id", "no_match_distance", "rows"}));
  DecisionTable table;
  FG_ASSIGN_OR_RETURN(table.model_id, reader.Words(node["model_id"]));
  FG_ASSIGN_OR_RETURN(table.no_match_distance, reader.Number(node["no_match_distance"], 0, 2));
  const YAML::Node rows = node["rows"];
  if (!rows.IsSequence()) return reader.Error(rows, "expected a list of rows");
  for (const auto& item : rows) {
    FG_ASSIGN_OR_RETURN(DecisionRow row, ReadRow(reader, item));
    if (!table.rows.empty()) {
      if (row.distance <= table.rows.back().distance) {
        return reader.Error(item["distance"], "distances must rise from row to row");
      }
      if (row.fmr_upper_bound < table.rows.back().fmr_upper_bound) {
        return reader.Error(item["fmr_upper_bound"],
                            "a looser distance cannot have a lower bound than the row before");
      }
    }
    if (row.distance > table.no_match_distance) {
      return reader.Error(item["distance"], "a match cannot lie beyond no_match_distance");
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

core::Result<DecisionTable> ReadFile(const Reader& reader, const YAML::Node& root,
                                     const std::string& model_id) {
  FG_RETURN_IF_ERROR(reader.CheckKeys(root, {"tables"}));
  const YAML::Node tables = root["tables"];
  if (!tables.IsSequence()) return reader.Error(tables, "expected a list of tables");
  std::vector<DecisionTable> read;
  for (const auto& node : tables) {
    FG_ASSIGN_OR_RETURN(DecisionTable table, ReadTable(reader, node));
    for (const DecisionTable& other : read) {
      if (other.model_id == table.model_id) {
        return reader.Error(node["model_id"], "two tables for one model");
      }
    }
    read.push_back(std::move(table));
  }
  for (DecisionTable& table : read) {
    if (table.model_id == model_id) return std::move(table);
  }
  return reader.Error(tables, "no table for model " + model_id);
}

}  // namespace

std::optional<double> DecisionTable::MatchDistance(double fmr_max) const {
  std::optional<double> distance;
  for (const DecisionRow& row : rows) {
    if (row.fmr_upper_bound <= fmr_max) distance = row.distance;
  }
  return distance;
}

core::Result<DecisionTable> LoadDecisionTable(const std::string& path,
                                              const std::string& model_id) {
  const Reader reader(path);
  try {
    return ReadFile(reader, YAML::LoadFile(path), model_id);
  } catch (const YAML::BadFile&) {
    return reader.Error(YAML::Mark::null_mark(), "cannot be read");
  } catch (const YAML::Exception& e) {
    return reader.Error(e.mark, e.msg);
  }
}

}  // namespace facegate::gallery
