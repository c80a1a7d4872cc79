// Which records of the log gave the rules which of their inputs.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "dossier/sources.h"
#include "facegate/rules/value.h"

namespace facegate::dossier {

// The registry event that made a resource what it is.
struct Origin {
  std::uint64_t record = 0;
  std::string kind;                                 // "notice", as the registry's records have it
  auto operator<=>(const Origin&) const = default;  // NOLINT(modernize-use-nullptr)
};

// Found by setting the inputs of each kind of resource by itself, as decisions do, and looking
// which are there: no table of names that could fall behind.
class Evidence {
 public:
  // Reads everything registered around the deployments of a site.
  static core::Result<Evidence> Read(const Sources& sources, const Deployments& deployments);

  // By record.
  std::set<Origin> For(const std::set<std::string>& inputs) const;

 private:
  explicit Evidence(std::shared_ptr<const rules::Vocabulary> vocabulary)
      : vocabulary_(std::move(vocabulary)) {}
  void Add(std::string_view kind, const std::vector<std::uint64_t>& records,
           const std::function<void(rules::Inputs&)>& set);
  core::Status ReadOperator(const Sources& sources);
  core::Status ReadSite(const Sources& sources, const Deployments& deployments);
  core::Status ReadPurpose(const Sources& sources, const model::Purpose& purpose);
  core::Status ReadCamera(const Sources& sources, const model::Camera& camera);

  std::shared_ptr<const rules::Vocabulary> vocabulary_;
  std::map<std::string, std::set<Origin>, std::less<>> by_input_;
};

}  // namespace facegate::dossier
