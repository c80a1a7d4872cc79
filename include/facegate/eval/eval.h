// Error rates of the face engine over labelled pairs of pictures: what thresholds may rest on.
//
// Every picture goes through the gateway's own chain: a registered desk, a consent of each person,
// a permit from a real policy engine, decoding, detection, admission, embedding, and a record in a
// ledger over a store in memory that goes with the run. So a picture that the policy or the quality
// gate would refuse at enrolment counts as a failure to enrol, not as a comparison.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "facegate/core/json.h"
#include "facegate/core/metrics.h"
#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/frame/image.h"
#include "facegate/gallery/confidence.h"
#include "facegate/rules/rule_set.h"
#include "facegate/vision/face_engine.h"

namespace facegate::eval {

struct Options {
  std::string pairs_csv;  // path_a,path_b,same: two pictures, 1 for the same person, else 0
  std::string root;       // the directory that the csv files' paths are relative to
  // path,subject and any attributes (age,ethnicity,gender), empty or NA where unknown; "": no
  // groups
  std::string groups_csv;
  double distance = 0.45;         // where groups are compared: two embeddings at or below it match
  std::vector<double> distances;  // of the table; empty: 0.30 to 0.70 by 0.025
  int min_face_px = 80;           // as of a camera
  frame::Limits limits;
};

// What the run is made with; all must outlive it.
struct Deps {
  vision::FaceEngine& faces;
  std::shared_ptr<const rules::RuleSet>
      rules;  // the packs that decide; facegate's core pack at least
  const core::Clock& clock;
  core::Metrics& metrics;
};

// Called after each picture, from Run's thread.
using Progress = std::function<void(long pictures_done, long pictures)>;

// A counted rate with its exact 95 % interval (Clopper-Pearson). From n trials no rate below 3/n
// may be claimed: state `interval.upper`, not rate(), where errors are few.
struct Rate {
  long errors = 0;
  long trials = 0;
  gallery::Interval interval;
  double rate() const {
    return trials == 0 ? 0 : static_cast<double>(errors) / static_cast<double>(trials);
  }
};

struct Point {
  double distance = 0;
  Rate false_match;      // of impostor pairs, those at or below the distance
  Rate false_non_match;  // of genuine pairs, those above it
};

struct GroupRates {
  std::string attribute;  // "ethnicity", or two of them: "ethnicity+gender"
  std::string group;      // "white", "white+female"; ages as decades "20-29"
  Rate false_match;       // of impostor pairs within the group
  Rate false_non_match;   // of genuine pairs of the group
  Rate failure_to_enrol;  // of pictures of the group
};

struct Report {
  std::vector<vision::ModelInfo> models;
  Rate failure_to_enrol;                 // of pictures
  std::map<std::string, long> failures;  // by reason word: NO_FACE, a quality issue, ...
  long pairs_skipped = 0;                // a picture of the pair failed to enrol
  long genuine_pairs = 0;                // compared
  long impostor_pairs = 0;               // compared
  // Where the two rates come closest, and their mean there; nothing without pairs of both kinds.
  std::optional<Point> equal_error;
  Point operating;              // at Options::distance
  std::vector<Point> points;    // at Options::distances
  std::vector<Point> tradeoff;  // of the DET curve, by rising distance; thinned to what can be seen
  std::vector<GroupRates> groups;  // at Options::distance, by attribute and group
};

// (FMR + FNMR) / 2.
double MeanErrorRate(const Point& point);

// Returns INVALID_ARGUMENT BAD_CSV with file:line for a malformed or contradictory csv or a picture
// that cannot be read; INVALID_ARGUMENT BAD_DISTANCE; FAILED_PRECONDITION EVALUATION_DENIED, naming
// the rules, if the packs refuse the evaluation itself; or the status of a stage that failed.
// Requires: deps.rules is set.
core::Result<Report> Run(const Options& options, const Deps& deps, const Progress& progress = {});

// docs/API.md has the members.
core::Json ToJson(const Report& report);
// For people: a table on a terminal.
std::string ToText(const Report& report);
// The detection error tradeoff (DET) on logarithmic axes, as a standalone SVG.
std::string ToSvg(const Report& report);

}  // namespace facegate::eval
