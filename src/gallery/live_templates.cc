#include "gallery/live_templates.h"

#include <algorithm>
#include <utility>

#include "facegate/core/check.h"

namespace facegate::gallery {

bool LiveTemplates::DroppedAfter(const TombstoneKey& key, std::uint64_t log_index) const {
  const auto found = tombstones_.find(key);
  return found != tombstones_.end() && found->second > log_index;
}

bool LiveTemplates::Add(const model::Template& description, crypto::SecretBytes steps,
                        std::uint64_t log_index) {
  FG_CHECK(steps.size() == kTemplateBytes);
  const model::SubjectRef subject{description.op, description.subject};
  if (DroppedAfter({subject, description.purpose}, log_index) ||
      DroppedAfter({subject, model::PurposeId()}, log_index)) {
    return false;
  }
  Shelf& shelf = shelves_[{description.op, description.purpose, description.site}];
  std::vector<LiveTemplate>& theirs = shelf[description.subject];
  const bool is_live = std::any_of(theirs.begin(), theirs.end(), [&](const LiveTemplate& value) {
    return value.id == description.id;
  });
  if (is_live) return true;
  theirs.push_back({description.id, description.consent, std::move(steps)});
  ++size_;
  return true;
}

void LiveTemplates::Remove(const model::SubjectRef& subject,
                           const std::optional<model::PurposeId>& purpose) {
  for (auto& [key, shelf] : shelves_) {
    if (key.op != subject.op || (purpose && key.purpose != *purpose)) continue;
    const auto person = shelf.find(subject.subject);
    if (person == shelf.end()) continue;
    size_ -= person->second.size();
    shelf.erase(person);  // SecretBytes zero themselves
  }
  std::erase_if(shelves_, [](const auto& entry) { return entry.second.empty(); });
}

void LiveTemplates::Drop(const model::SubjectRef& subject,
                         const std::optional<model::PurposeId>& purpose, std::uint64_t log_index) {
  Remove(subject, purpose);
  std::uint64_t& last = tombstones_[{subject, purpose.value_or(model::PurposeId())}];
  last = std::max(last, log_index);
}

const Shelf* LiveTemplates::Find(const ShelfKey& key) const {
  const auto found = shelves_.find(key);
  return found == shelves_.end() ? nullptr : &found->second;
}

}  // namespace facegate::gallery
