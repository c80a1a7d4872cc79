#include "eval/dataset.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <utility>

namespace facegate::eval {
namespace {

using core::Csv;
using core::CsvError;
using core::CsvRow;

// A path of the csv must stay below the root, whoever wrote the file.
core::Status CheckPath(const Csv& csv, const CsvRow& row, const std::string& text) {
  const std::filesystem::path path(text);
  const bool leads_out = std::find(path.begin(), path.end(), "..") != path.end();
  if (text.empty() || path.is_absolute() || leads_out || text.find('\0') != std::string::npos) {
    return CsvError(csv.name, row.line, "a path must be relative and stay below the root");
  }
  return core::Status::Ok();
}

// Pictures by path, from the groups file where there is one.
class Pictures {
 public:
  core::Status AddGroups(const Csv& csv) {
    const std::size_t path_column = csv.Column("path");
    const std::size_t subject_column = csv.Column("subject");
    if (path_column == csv.columns.size() || subject_column == csv.columns.size()) {
      return CsvError(csv.name, 1, "expected the columns path and subject");
    }
    std::map<std::string, int> persons;
    for (const CsvRow& row : csv.rows) {
      Picture picture;
      picture.path = row.fields[path_column];
      picture.csv = csv.name;
      picture.line = row.line;
      FG_RETURN_IF_ERROR(CheckPath(csv, row, picture.path));
      const std::string& subject = row.fields[subject_column];
      if (subject.empty()) return CsvError(csv.name, row.line, "the subject is empty");
      picture.person = persons.emplace(subject, static_cast<int>(persons.size())).first->second;
      FG_RETURN_IF_ERROR(ReadAttributes(csv, row, picture));
      if (!known_.emplace(picture.path, std::move(picture)).second) {
        return CsvError(csv.name, row.line, "this picture was named before");
      }
    }
    grouped_ = true;
    return core::Status::Ok();
  }

  // The index of a picture in `out`, where it goes when it is named first.
  core::Result<std::size_t> Use(const Csv& pairs, const CsvRow& row, const std::string& path,
                                std::vector<Picture>& out) {
    const auto used = used_.find(path);
    if (used != used_.end()) return used->second;
    FG_RETURN_IF_ERROR(CheckPath(pairs, row, path));
    Picture picture;
    const auto known = known_.find(path);
    if (known != known_.end()) {
      picture = known->second;
    } else if (grouped_) {
      return CsvError(pairs.name, row.line, "the groups do not name this picture");
    } else {
      picture.path = path;
      picture.person = static_cast<int>(out.size());
      picture.csv = pairs.name;
      picture.line = row.line;
    }
    out.push_back(std::move(picture));
    used_.emplace(path, out.size() - 1);
    return out.size() - 1;
  }

  bool grouped() const { return grouped_; }

 private:
  static core::Status ReadAttributes(const Csv& csv, const CsvRow& row, Picture& picture) {
    for (std::size_t i = 0; i < csv.columns.size(); ++i) {
      const std::string& attribute = csv.columns[i];
      std::string group = row.fields[i];
      const bool unknown = group.empty() || group == "NA";
      if (attribute == "path" || attribute == "subject" || unknown) continue;
      if (attribute == "age") {
        group = Decade(group);
        if (group.empty()) return CsvError(csv.name, row.line, "an age is a number from 0 to 150");
      }
      picture.groups.emplace(attribute, std::move(group));
    }
    // Error rates of people who share two attributes can be far above those of either alone.
    const auto ethnicity = picture.groups.find("ethnicity");
    const auto gender = picture.groups.find("gender");
    if (ethnicity != picture.groups.end() && gender != picture.groups.end()) {
      std::string both = ethnicity->second;
      both.append("+").append(gender->second);
      picture.groups.emplace("ethnicity+gender", std::move(both));
    }
    return core::Status::Ok();
  }

  std::map<std::string, Picture> known_;
  std::map<std::string, std::size_t> used_;
  bool grouped_ = false;
};

}  // namespace

std::string Decade(const std::string& age) {
  double years = -1;
  const char* end = age.data() + age.size();
  const auto [stopped, error] = std::from_chars(age.data(), end, years);
  if (error != std::errc() || stopped != end || !(years >= 0 && years <= 150)) return "";
  const int first = static_cast<int>(years) / 10 * 10;
  return std::to_string(first).append("-").append(std::to_string(first + 9));
}

core::Result<Dataset> MakeDataset(const Csv& pairs, const Csv* groups) {
  const std::size_t a = pairs.Column("path_a");
  const std::size_t b = pairs.Column("path_b");
  const std::size_t same = pairs.Column("same");
  const std::size_t width = pairs.columns.size();
  if (a == width || b == width || same == width || width != 3) {
    return CsvError(pairs.name, 1, "expected the columns path_a,path_b,same");
  }
  Pictures pictures;
  if (groups != nullptr) FG_RETURN_IF_ERROR(pictures.AddGroups(*groups));
  Dataset dataset;
  for (const CsvRow& row : pairs.rows) {
    Pair pair;
    FG_ASSIGN_OR_RETURN(pair.a, pictures.Use(pairs, row, row.fields[a], dataset.pictures));
    FG_ASSIGN_OR_RETURN(pair.b, pictures.Use(pairs, row, row.fields[b], dataset.pictures));
    const std::string& label = row.fields[same];
    if (label != "0" && label != "1") return CsvError(pairs.name, row.line, "same is 0 or 1");
    pair.same = label == "1";
    if (pair.a == pair.b) return CsvError(pairs.name, row.line, "a picture paired with itself");
    const bool one_person = dataset.pictures[pair.a].person == dataset.pictures[pair.b].person;
    if (pictures.grouped() && one_person != pair.same) {
      return CsvError(pairs.name, row.line, "the label contradicts the subjects of the groups");
    }
    dataset.pairs.push_back(pair);
  }
  if (dataset.pairs.empty()) return CsvError(pairs.name, 1, "there are no pairs");
  return dataset;
}

}  // namespace facegate::eval
