// The fields of registry resources as flags: which there are, and how a flag's text becomes the
// API's JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/cli/session.h"
#include "facegate/core/json.h"
#include "facegate/core/status.h"
#include "facegate/model/fields.h"

namespace facegate::apps {

enum class FieldKind {
  kText,
  kNumber,
  kYes,
  kWord,
  kWords,
  kLink,
  kRegion,
  kAlternatives,
  kReasons,
  kAttestation,
  kFile
};

// A field of a resource and the flag that sets it.
struct Field {
  std::string flag;  // "--venue"
  std::string name;  // in the proto: "venue_kind"
  FieldKind kind = FieldKind::kText;
  std::string help;
  std::string word_prefix = {};  // of words: "VENUE_KIND_"
};

// A kind of resource: its command, its words in the protocol, its fields.
struct ResourceKind {
  std::string command;  // "access-point"
  std::string service;  // "RegistryService"
  model::Spelling spelling;
  std::string example;  // a relative name
  std::string flags;    // of the example
  std::vector<Field> fields;
};

// Every kind, in the order of model::Kinds.
std::vector<ResourceKind> ResourceKinds();

// The value of a field from its flag's texts, one for each time that the flag was given.
// Returns INVALID_ARGUMENT BAD_FLAG, or NOT_FOUND FILE_UNREADABLE.
core::Result<core::Json> ReadField(const Session& session, const Field& field,
                                   const std::vector<std::string>& values);

// A region in four fractions; nothing for any other text.
inline constexpr std::string_view kRegionForm = "x0,y0,x1,y1";
std::optional<core::Json> RegionIn(const std::string& text);

core::Status BadFlag(const std::string& flag, const std::string& what);

}  // namespace facegate::apps
