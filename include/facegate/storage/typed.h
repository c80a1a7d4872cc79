// Resources as typed values: the one place that decodes stored rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "facegate/core/json.h"
#include "facegate/core/status.h"
#include "facegate/model/fields.h"
#include "facegate/model/resources.h"
#include "facegate/storage/store.h"

namespace facegate::storage {

// A resource with its revision and the log index of the event that made it.
template <class R>
struct TypedResource {
  R resource;
  std::uint64_t revision = 0;
  std::uint64_t log_index = 0;
};

// R is one of model::Kinds. DATA_LOSS BAD_RESOURCE where the body is none.
template <class R>
core::Result<TypedResource<R>> Decode(const Resource& stored) {
  FG_ASSIGN_OR_RETURN(const core::Json body, core::Json::Parse(stored.body));
  FG_ASSIGN_OR_RETURN(R resource, model::FromJson<R>(body));
  return TypedResource<R>{std::move(resource), stored.revision, stored.log_index};
}

// NOT_FOUND RESOURCE_NOT_FOUND, also where the name is another kind's.
template <class R>
core::Result<TypedResource<R>> ReadOne(const Store& store, std::string_view name) {
  FG_ASSIGN_OR_RETURN(const Resource stored, store.GetResource(name));
  if (stored.kind != model::Kind<R>::kWord) {
    return core::Status(core::Code::kNotFound, "RESOURCE_NOT_FOUND",
                        "no resource of that kind has this name");
  }
  return Decode<R>(stored);
}

// Those directly below `parent` whose names come after `after`, by name; `limit` at most.
template <class R>
core::Result<std::vector<TypedResource<R>>> ReadPage(const Store& store, std::string_view parent,
                                                     std::string_view after, std::size_t limit) {
  FG_ASSIGN_OR_RETURN(const std::vector<Resource> rows,
                      store.ListResources(parent, model::Kind<R>::kWord, after, limit));
  std::vector<TypedResource<R>> page;
  page.reserve(rows.size());
  for (const Resource& row : rows) {
    FG_ASSIGN_OR_RETURN(TypedResource<R> one, Decode<R>(row));
    page.push_back(std::move(one));
  }
  return page;
}

// All directly below `parent`, by name.
template <class R>
core::Result<std::vector<TypedResource<R>>> ReadAll(const Store& store, std::string_view parent) {
  constexpr std::size_t kPageSize = 256;
  std::vector<TypedResource<R>> all;
  std::string after;
  for (;;) {
    FG_ASSIGN_OR_RETURN(std::vector<TypedResource<R>> page,
                        ReadPage<R>(store, parent, after, kPageSize));
    const bool is_last = page.size() < kPageSize;
    for (TypedResource<R>& one : page) all.push_back(std::move(one));
    if (is_last) return all;
    after = model::NameOf(all.back().resource);
  }
}

// The same, for whom the resources are enough.
template <class R>
core::Result<std::vector<R>> ReadResources(const Store& store, std::string_view parent) {
  FG_ASSIGN_OR_RETURN(std::vector<TypedResource<R>> all, ReadAll<R>(store, parent));
  std::vector<R> resources;
  resources.reserve(all.size());
  for (TypedResource<R>& one : all) resources.push_back(std::move(one.resource));
  return resources;
}

}  // namespace facegate::storage
