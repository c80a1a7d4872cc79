#include "facegate/storage/versions.h"

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
};

template <class C>
constexpr bool kIsOfRegistry = std::is_same_v<C, PutResource> || std::is_same_v<C, DeleteResource>;
template <class C>
constexpr bool kIsOfTemplates = std::is_same_v<C, PutTemplate> || std::is_same_v<C, EraseSubject> ||
                                std::is_same_v<C, DestroyTemplates>;

}  // namespace

std::size_t Versions::Slot(const model::SubjectRef& subject) {
  const std::hash<std::string_view> hash;
  return (hash(subject.op.str()) * 31 + hash(subject.subject.str())) % kSlots;
}

void Versions::Advance(const Batch& batch) {
  for (const BatchItem& item : batch.items()) {
    for (const Change& change : item.changes) {
      std::visit(
          [this](const auto& c) {
            using C = std::decay_t<decltype(c)>;
            if constexpr (kIsOfRegistry<C>) registry_.fetch_add(1, std::memory_order_release);
            if constexpr (kIsOfTemplates<C>) templates_.fetch_add(1, std::memory_order_release);
            if (const auto person = PersonOf{}(c)) {
              people_[Slot(*person)].fetch_add(1, std::memory_order_release);
            }
          },
          change);
    }
  }
}

}  // namespace facegate::storage
