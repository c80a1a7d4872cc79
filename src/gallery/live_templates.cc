#include "gallery/live_templates.h"

#include <algorithm>
#include <cstring>

#include "facegate/core/check.h"

namespace facegate::gallery {

TemplatePool::Slot TemplatePool::Store(core::ByteSpan steps) {
  FG_CHECK(steps.size() == kTemplateBytes);
  if (free_.empty()) {
    const Slot first = blocks_.size() * kSlotsPerBlock;
    blocks_.emplace_back(kSlotsPerBlock * kTemplateBytes);
    for (std::size_t i = kSlotsPerBlock; i > 0; --i) free_.push_back(first + i - 1);
  }
  const Slot slot = free_.back();
  free_.pop_back();
  std::memcpy(Place(slot), steps.data(), kTemplateBytes);
  ++used_;
  return slot;
}

void TemplatePool::Erase(Slot slot) {
  crypto::Zero(Place(slot), kTemplateBytes);
  free_.push_back(slot);
  --used_;
}

TemplateView TemplatePool::At(Slot slot) const {
  const core::ByteSpan block = blocks_[slot / kSlotsPerBlock].span();
  return TemplateView(block.data() + slot % kSlotsPerBlock * kTemplateBytes, kTemplateBytes);
}

std::uint8_t* TemplatePool::Place(Slot slot) {
  FG_CHECK(slot / kSlotsPerBlock < blocks_.size());
  return blocks_[slot / kSlotsPerBlock].mutable_span().data() +
         slot % kSlotsPerBlock * kTemplateBytes;
}

bool LiveTemplates::DroppedAfter(const TombstoneKey& key, std::uint64_t log_index) const {
  const auto found = tombstones_.find(key);
  return found != tombstones_.end() && found->second > log_index;
}

bool LiveTemplates::Add(const model::Template& description, core::ByteSpan steps,
                        std::uint64_t log_index) {
  const model::SubjectRef subject{description.op, description.subject};
  if (DroppedAfter({subject, description.purpose}, log_index) ||
      DroppedAfter({subject, model::PurposeId()}, log_index)) {
    return false;
  }
  Shelf& shelf = shelves_[{description.op, description.purpose, description.site}];
  shelf[description.subject].push_back(
      {description.id, description.consent, pool_.Store(steps)});
  return true;
}

void LiveTemplates::Drop(const model::SubjectRef& subject,
                         const std::optional<model::PurposeId>& purpose,
                         std::uint64_t log_index) {
  for (auto& [key, shelf] : shelves_) {
    if (key.op != subject.op || (purpose && key.purpose != *purpose)) continue;
    const auto person = shelf.find(subject.subject);
    if (person == shelf.end()) continue;
    for (const LiveTemplate& value : person->second) pool_.Erase(value.slot);
    shelf.erase(person);
  }
  std::erase_if(shelves_, [](const auto& entry) { return entry.second.empty(); });
  std::uint64_t& last = tombstones_[{subject, purpose.value_or(model::PurposeId())}];
  last = std::max(last, log_index);
}

const Shelf* LiveTemplates::Find(const ShelfKey& key) const {
  const auto found = shelves_.find(key);
  return found == shelves_.end() ? nullptr : &found->second;
}

}  // namespace facegate::gallery
