#include <string>
#include <type_traits>
#include <utility>

#include "facegate/core/check.h"
#include "facegate/storage/store.h"

namespace facegate::storage {
namespace {

template <class T>
constexpr bool kIsDestroying =
    std::is_same_v<T, EraseSubject> || std::is_same_v<T, DestroyTemplates> ||
    std::is_same_v<T, DestroyImage> || std::is_same_v<T, DestroyImages>;

// Whose log explains the change; none for registry resources, which carry names.
struct OwnerOf {
  const model::OperatorId* operator()(const PutResource&) const { return nullptr; }
  const model::OperatorId* operator()(const DeleteResource&) const { return nullptr; }
  const model::OperatorId* operator()(const PutSubject& c) const { return &c.subject.op; }
  const model::OperatorId* operator()(const EraseSubject& c) const { return &c.subject.op; }
  const model::OperatorId* operator()(const PutConsent& c) const { return &c.consent.op; }
  const model::OperatorId* operator()(const PutTemplateKey& c) const { return &c.key.op; }
  const model::OperatorId* operator()(const PutTemplate& c) const { return &c.value.op; }
  const model::OperatorId* operator()(const DestroyTemplates& c) const { return &c.subject.op; }
  const model::OperatorId* operator()(const PutGallerySecret& c) const { return &c.gallery.op; }
  const model::OperatorId* operator()(const PutBadge& c) const { return &c.badge.op; }
  const model::OperatorId* operator()(const DeleteBadge& c) const { return &c.badge.op; }
  const model::OperatorId* operator()(const UsePass& c) const { return &c.op; }
  const model::OperatorId* operator()(const RestrictSubject& c) const { return &c.subject.op; }
  const model::OperatorId* operator()(const PutImage& c) const { return &c.image.op; }
  const model::OperatorId* operator()(const DestroyImage& c) const { return &c.image.op; }
  const model::OperatorId* operator()(const DestroyImages& c) const { return &c.subject.op; }
  const model::OperatorId* operator()(const PutHolderKey& c) const { return &c.key.op; }
  const model::OperatorId* operator()(const RevokeToken& c) const { return &c.token.op; }
};

}  // namespace

Batch::Batch(model::OperatorId log, std::uint64_t expected_size, std::vector<BatchItem> items,
             std::map<TileKey, core::Bytes> tiles, std::string checkpoint)
    : log_(std::move(log)),
      expected_size_(expected_size),
      items_(std::move(items)),
      tiles_(std::move(tiles)),
      checkpoint_(std::move(checkpoint)) {
  FG_CHECK(!log_.empty());
  FG_CHECK(!items_.empty());
  FG_CHECK(!checkpoint_.empty());
  for (const auto& [key, bytes] : tiles_) {
    FG_CHECK(key.level > 0 || bytes.size() == kTileBytes);
  }
  // A change explained by another operator's log would carry an index that proves nothing.
  for (const BatchItem& item : items_) {
    for (const Change& change : item.changes) {
      const model::OperatorId* owner = std::visit(OwnerOf{}, change);
      FG_CHECK(owner == nullptr || *owner == log_);
    }
  }
}

bool Batch::Destroys() const {
  for (const BatchItem& item : items_) {
    for (const Change& change : item.changes) {
      const bool destroys = std::visit(
          [](const auto& c) { return kIsDestroying<std::decay_t<decltype(c)>>; }, change);
      if (destroys) return true;
    }
  }
  return false;
}

core::Status RecordPruned(std::uint64_t minimum_index) {
  return {core::Code::kNotFound, "RECORD_PRUNED",
          "records below " + std::to_string(minimum_index) +
              " were pruned: of them there are hashes alone"};
}

core::Result<StoreCopy> Store::CopyTo(const std::string&) {
  return core::Status(core::Code::kFailedPrecondition, "BACKUP_UNSUPPORTED",
                      "this store keeps no file that could be copied");
}

}  // namespace facegate::storage
