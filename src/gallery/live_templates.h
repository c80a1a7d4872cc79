// The templates in memory, where comparisons find them, and what was withdrawn since the start.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "facegate/crypto/secret.h"
#include "facegate/model/ids.h"
#include "facegate/model/people.h"
#include "gallery/protected_template.h"

namespace facegate::gallery {

// Who is compared where: a shelf holds the people of one operator, site and purpose.
struct ShelfKey {
  model::OperatorId op;
  model::PurposeId purpose;
  model::SiteId site;
  auto operator<=>(const ShelfKey&) const = default;  // NOLINT(modernize-use-nullptr)
};

struct LiveTemplate {
  model::TemplateId id;
  model::ConsentId consent;
  crypto::SecretBytes steps;  // kTemplateBytes
  TemplateView view() const { return TemplateView(steps.span().data(), kTemplateBytes); }
};

using Shelf = std::map<model::SubjectId, std::vector<LiveTemplate>>;

// Not thread-safe: the gallery's lock guards it.
class LiveTemplates {
 public:
  // Makes a template comparable, unless the subject's templates were dropped by a later record.
  // Returns whether it is. One that is already stays as it is. `log_index` is that of the
  // enrolment. Requires: steps.size() == kTemplateBytes.
  bool Add(const model::Template& description, crypto::SecretBytes steps, std::uint64_t log_index);

  // Zeroes the templates of a subject for a purpose, or for all.
  void Remove(const model::SubjectRef& subject, const std::optional<model::PurposeId>& purpose);
  // The same, and remembers the record, so that
  // a late Add of an earlier enrolment changes nothing.
  void Drop(const model::SubjectRef& subject, const std::optional<model::PurposeId>& purpose,
            std::uint64_t log_index);

  // nullptr: nobody is enrolled there.
  const Shelf* Find(const ShelfKey& key) const;
  std::size_t size() const { return size_; }

 private:
  // An empty purpose stands for all. One small entry per person and purpose withdrawn since the
  // start.
  using TombstoneKey = std::pair<model::SubjectRef, model::PurposeId>;
  bool DroppedAfter(const TombstoneKey& key, std::uint64_t log_index) const;

  std::map<ShelfKey, Shelf> shelves_;
  std::map<TombstoneKey, std::uint64_t> tombstones_;
  std::size_t size_ = 0;
};

}  // namespace facegate::gallery
