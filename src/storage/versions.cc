#include "facegate/storage/versions.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <string_view>
#include <type_traits>
#include <variant>

#include "facegate/storage/store.h"

namespace facegate::storage {
namespace {

// Whom a change is about; nothing for a change that is about nobody.
struct PersonOf {
  using Person = std::optional<model::SubjectRef>;
  Person operator()(const PutResource&) const { return std::nullopt; }
  Person operator()(const DeleteResource&) const { return std::nullopt; }
  Person operator()(const PutGallerySecret&) const { return std::nullopt; }
  Person operator()(const PutBadge&) const { return std::nullopt; }
  Person operator()(const DeleteBadge&) const { return std::nullopt; }
  Person operator()(const UsePass&) const { return std::nullopt; }
  Person operator()(const PutHolderKey&) const { return std::nullopt; }
  Person operator()(const RevokeToken&) const { return std::nullopt; }
  Person operator()(const PutSubject& c) const {
    return model::SubjectRef{c.subject.op, c.subject.id};
  }
  Person operator()(const EraseSubject& c) const { return c.subject; }
  Person operator()(const PutConsent& c) const {
    return model::SubjectRef{c.consent.op, c.consent.subject};
  }
  Person operator()(const PutTemplateKey& c) const {
    return model::SubjectRef{c.key.op, c.key.subject};
  }
  Person operator()(const PutTemplate& c) const {
    return model::SubjectRef{c.value.op, c.value.subject};
  }
  Person operator()(const DestroyTemplates& c) const { return c.subject; }
  Person operator()(const RestrictSubject& c) const { return c.subject; }
  Person operator()(const PutImage& c) const {
    return model::SubjectRef{c.image.op, c.image.subject};
  }
  Person operator()(const DestroyImage& c) const {
    return model::SubjectRef{c.image.op, c.image.subject};
  }
  Person operator()(const DestroyImages& c) const { return c.subject; }
};

template <class C>
constexpr bool kIsOfRegistry = std::is_same_v<C, PutResource> || std::is_same_v<C, DeleteResource>;
template <class C>
constexpr bool kIsOfTemplates = std::is_same_v<C, PutTemplate> || std::is_same_v<C, EraseSubject> ||
                                std::is_same_v<C, DestroyTemplates>;

// Takes the first segment off a name.
std::string_view TakeSegment(std::string_view& name) {
  const std::size_t end = std::min(name.find('/'), name.size());
  const std::string_view segment = name.substr(0, end);
  name.remove_prefix(std::min(end + 1, name.size()));
  return segment;
}

// Whose a registry resource is: a site's where it is one or below one, else its operator's.
struct Owner {
  std::string_view op;
  std::string_view site;  // empty: the operator's own
};
Owner OwnerOf(std::string_view name) {
  Owner owner;
  TakeSegment(name);  // operators
  owner.op = TakeSegment(name);
  if (TakeSegment(name) == "sites") owner.site = TakeSegment(name);
  return owner;
}

void Move(std::atomic<std::uint64_t>& counter) { counter.fetch_add(1, std::memory_order_release); }

}  // namespace

std::size_t Versions::Slot(std::string_view op, std::string_view id) {
  const std::hash<std::string_view> hash;
  return (hash(op) * 31 + hash(id)) % kSlots;
}

void Versions::Advance(const Batch& batch) {
  for (const BatchItem& item : batch.items()) {
    for (const Change& change : item.changes) {
      std::visit(
          [this](const auto& c) {
            using C = std::decay_t<decltype(c)>;
            if constexpr (kIsOfRegistry<C>) {
              const Owner owner = OwnerOf(c.name);
              Move(registry_[Slot(owner.op, owner.site)]);
            }
            const auto person = PersonOf{}(c);
            if (!person) return;
            if constexpr (kIsOfTemplates<C>) Move(templates_[Slot(person->op.str(), {})]);
            Move(people_[Slot(person->op.str(), person->subject.str())]);
          },
          change);
    }
  }
}

}  // namespace facegate::storage
