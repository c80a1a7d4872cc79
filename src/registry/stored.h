// Reading registry resources from the store as typed values.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/core/json.h"
#include "facegate/core/status.h"
#include "facegate/model/resources.h"
#include "facegate/registry/registry_service.h"
#include "facegate/storage/store.h"
#include "registry/traits.h"

namespace facegate::registry {

template <class R>
core::Result<Entry<R>> Decode(const storage::Resource& stored) {
  FG_ASSIGN_OR_RETURN(const core::Json body, core::Json::Parse(stored.body));
  FG_ASSIGN_OR_RETURN(R resource, model::FromJson<R>(body));
  return Entry<R>{std::move(resource), stored.revision, stored.log_index};
}

template <class R>
core::Result<Entry<R>> ReadEntry(const storage::Store& store, std::string_view name) {
  FG_ASSIGN_OR_RETURN(const storage::Resource stored, store.GetResource(name));
  if (stored.kind != Traits<R>::kKind) {
    return core::Status(core::Code::kNotFound, "RESOURCE_NOT_FOUND",
                        "no resource of that kind has this name");
  }
  return Decode<R>(stored);
}

template <class R>
core::Result<std::vector<Entry<R>>> ReadPage(const storage::Store& store, std::string_view parent,
                                             std::string_view after, std::size_t limit) {
  FG_ASSIGN_OR_RETURN(const std::vector<storage::Resource> page,
                      store.ListResources(parent, Traits<R>::kKind, after, limit));
  std::vector<Entry<R>> entries;
  entries.reserve(page.size());
  for (const storage::Resource& stored : page) {
    FG_ASSIGN_OR_RETURN(Entry<R> entry, Decode<R>(stored));
    entries.push_back(std::move(entry));
  }
  return entries;
}

// Every resource of a kind directly below `parent`.
template <class R>
core::Result<std::vector<R>> ReadAll(const storage::Store& store, const std::string& parent) {
  constexpr std::size_t kPage = 100;
  std::vector<R> all;
  std::string after;
  for (;;) {
    FG_ASSIGN_OR_RETURN(std::vector<Entry<R>> page, ReadPage<R>(store, parent, after, kPage));
    for (Entry<R>& entry : page) all.push_back(std::move(entry.resource));
    if (page.size() < kPage) return all;
    after = model::NameOf(all.back());
  }
}

}  // namespace facegate::registry
