// An operator as one YAML file describes it, and what would have to change for the register to say
// the same: `facegate registry apply`.
//
//   operator:
//     id: acme
//     display_name: Acme AG
//     sites:
//       - id: lobby
//         venue_kind: OFFICE
//         country: CH
//         access_points:
//           - {id: main, display_name: Main door, alternatives: [{kind: CARD, display_name: card}]}
//         cameras:
//           - {id: door, use: DOOR, access_point: main}
//     purposes:
//       - id: entry
//         category: ACCESS_CONTROL
//         necessity_statement: Cards are passed on between colleagues.
//         notices:
//           - {language: en, text_file: notice.en.txt}
//
// Members have the names of the protos; enum values are their words, in any case. What lives below
// a resource is a list in it, by the name of its collection. A member that is left out stays as the
// register has it, and null empties it. A notice without an id gets one from its language, its
// purpose's version and its text, so that a changed text or purpose is another notice. The duty
// registers are no part of a description: they record what happened.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/core/json.h"
#include "facegate/core/status.h"
#include "facegate/model/fields.h"

namespace facegate::registry {

// One member that an update changes, as the API's JSON has it; null where it was or will be empty.
struct Difference {
  std::string field;
  core::Json from;
  core::Json to;
};

// What is to be done about one resource.
struct Step {
  enum class Action { kCreate, kUpdate, kUnchanged, kDelete };
  Action action = Action::kUnchanged;
  std::string name;
  model::Spelling spelling;             // of its kind
  std::string where;                    // file:line:column; empty for deletions
  core::Json body;                      // the resource for a request: ToApiJson
  std::vector<Difference> differences;  // of updates: the fields of the mask
  std::string etag;  // of updates: the revision that was compared, where it counts
};

// What the register has: the API's answers, by name.
using Registered = std::map<std::string, core::Json>;

// The kinds that a description may have, parents first.
std::vector<model::Spelling> DescribedKinds();

// Immutable.
class Description {
 public:
  // Reads a file, and the files of texts that it names, relative to it. Every error is
  // INVALID_ARGUMENT or NOT_FOUND BAD_DESCRIPTION with file:line:column: an unknown key or value
  // (with the nearest known one), a field that the registry would refuse, a name twice.
  static core::Result<Description> Load(const std::string& path);
  // From text; `name` stands for the file in errors, and its folder is where texts are looked for.
  static core::Result<Description> Parse(const std::string& name, std::string_view yaml);

  Description(Description&&) noexcept;
  Description& operator=(Description&&) noexcept;
  ~Description();

  // "operators/acme".
  const std::string& operator_name() const;

  // The steps that make `registered` say what the description says, in an order in which every
  // step finds what it refers to: creations and updates, parents first, then, with `prune`, the
  // deletion of what the description does not have, children first.
  // Returns FAILED_PRECONDITION PLAN_CONFLICT, with file:line:column, for what cannot become so:
  // the text of a notice that has an id, a filing's status without a way.
  core::Result<std::vector<Step>> Plan(const Registered& registered, bool prune) const;

 private:
  struct Impl;
  explicit Description(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace facegate::registry
