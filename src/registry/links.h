// What a resource refers to: that it exists, and stays as it was while the resource is written.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "facegate/model/fields.h"
#include "facegate/storage/store.h"
#include "facegate/storage/typed.h"
#include "registry/traits.h"

namespace facegate::registry {

// A member that names another resource of the operator.
struct Link {
  std::string field;   // "access_point"
  std::string target;  // the full name
  bool operator==(const Link&) const = default;
};

// The links of a resource that are set.
class LinkReader {
 public:
  template <class T>
  void Must(std::string_view, const T&) {}
  template <class T>
  void May(std::string_view, const T&) {}
  template <class T>
  void Out(std::string_view, const T&) {}
  template <class Id, class Prefix>
  void Link(std::string_view field, const Id& id, const Prefix& prefix) {
    if (!id.empty()) links_.push_back({std::string(field), prefix() + id.str()});
  }
  const std::vector<registry::Link>& links() const { return links_; }

 private:
  std::vector<registry::Link> links_;
};

template <class R>
std::vector<Link> LinksOf(const R& resource) {
  LinkReader reader;
  model::Fields<R>::Visit(reader, resource);
  return reader.links();
}

// NOT_FOUND <FIELD>_NOT_FOUND; FAILED_PRECONDITION SUBJECT_ERASED.
core::Status CheckLink(const storage::Store& store, const Link& link,
                       storage::Preconditions& preconditions);

// Checks the parent and the other resources that this one refers to; returns that they stay so.
// What `current` referred to already may be gone since: a complaint outlives its site.
template <class R>
core::Result<storage::Preconditions> CheckLinks(const storage::Store& store, const R& resource,
                                                const R* current) {
  storage::Preconditions preconditions;
  const std::string parent = model::ParentOf(resource);
  if (parent.empty()) return preconditions;
  const core::Result<storage::Resource> found = store.GetResource(parent);
  if (!found.ok() && found.status().code() == core::Code::kNotFound) {
    return core::Status(core::Code::kNotFound, "PARENT_NOT_FOUND",
                        "what it would belong to is not registered");
  }
  if (!found.ok()) return found.status();
  preconditions.push_back(storage::ResourceAtRevision{parent, found->revision});

  const std::vector<Link> before = current == nullptr ? std::vector<Link>() : LinksOf(*current);
  for (const Link& link : LinksOf(resource)) {
    const core::Status status = CheckLink(store, link, preconditions);
    const bool stood = std::find(before.begin(), before.end(), link) != before.end();
    const bool gone =
        status.code() == core::Code::kNotFound || status.code() == core::Code::kFailedPrecondition;
    if (!status.ok() && !(stood && gone)) return status;
  }
  if constexpr (std::is_same_v<R, model::Notice> || std::is_same_v<R, model::Assessment>) {
    FG_ASSIGN_OR_RETURN(const storage::TypedResource<model::Purpose> purpose,
                        storage::Decode<model::Purpose>(*found));
    // The purpose moves on; what was written for an earlier version stays.
    if (current == nullptr && resource.purpose_version != purpose.resource.version) {
      return core::Status(core::Code::kInvalidArgument, "PURPOSE_VERSION_STALE",
                          "purpose_version must be the purpose's current version");
    }
  }
  return preconditions;
}

}  // namespace facegate::registry
