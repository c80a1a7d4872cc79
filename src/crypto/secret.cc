#include "facegate/crypto/secret.h"

#include <openssl/crypto.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cstring>
#include <mutex>
#include <utility>

#include "facegate/core/check.h"

namespace facegate::crypto {
namespace {

// Locks pages in memory and keeps them out of core dumps. Both are best effort: RLIMIT_MEMLOCK is
// often tiny, and a gateway that cannot lock a page is still better than none.
std::uint8_t* MapPages(std::size_t size) {
  void* pages = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  FG_CHECK(pages != MAP_FAILED);
  (void)mlock(pages, size);
  (void)madvise(pages, size, MADV_DONTDUMP);
  return static_cast<std::uint8_t*>(pages);
}

// Slots for small secrets, carved out of chunks of pages that hold nothing else. A slot's size is a
// power of two; a free slot is zero but for the pointer to the next free one. Chunks are never
// given back: what was needed once is needed again, and unmapping would cost a system call per
// secret.
class SecretArena {
 public:
  static constexpr std::size_t kSlotBytesMin = 32;
  static constexpr std::size_t kSlotBytesMax = 4096;

  // One arena for the process, never destroyed, because secrets may outlive static destruction.
  static SecretArena& Instance() {
    static SecretArena& arena = *new SecretArena;
    return arena;
  }

  // Zero-filled memory of at least `size` bytes. Requires: 0 < size <= kSlotBytesMax.
  std::uint8_t* Allocate(std::size_t size) {
    const std::size_t slot_bytes = SlotBytes(size);
    std::lock_guard lock(mutex_);
    FreeSlot*& head = free_[ClassOf(slot_bytes)];
    if (head == nullptr) head = CarveChunk(slot_bytes);
    FreeSlot* slot = head;
    head = slot->next;
    slot->next = nullptr;
    return reinterpret_cast<std::uint8_t*>(slot);
  }

  // `data` comes from Allocate(size) and is zeroed.
  void Release(std::uint8_t* data, std::size_t size) {
    std::lock_guard lock(mutex_);
    FreeSlot*& head = free_[ClassOf(SlotBytes(size))];
    head = new (data) FreeSlot{head};
  }

 private:
  struct FreeSlot {
    FreeSlot* next;
  };

  static constexpr std::size_t kChunkBytes = std::size_t{64} * 1024;
  static constexpr std::size_t kClasses = 8;  // 32, 64, ... 4096

  static std::size_t SlotBytes(std::size_t size) {
    return std::bit_ceil(size < kSlotBytesMin ? kSlotBytesMin : size);
  }
  static std::size_t ClassOf(std::size_t slot_bytes) {
    return static_cast<std::size_t>(std::countr_zero(slot_bytes) - std::countr_zero(kSlotBytesMin));
  }

  static FreeSlot* CarveChunk(std::size_t slot_bytes) {
    std::uint8_t* chunk = MapPages(kChunkBytes);
    FreeSlot* head = nullptr;
    for (std::size_t at = kChunkBytes; at >= slot_bytes; at -= slot_bytes) {
      head = new (chunk + at - slot_bytes) FreeSlot{head};
    }
    return head;
  }

  std::mutex mutex_;
  std::array<FreeSlot*, kClasses> free_{};
};

std::size_t WholePages(std::size_t size) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return (size + page - 1) / page * page;
}

std::uint8_t* AllocateSecret(std::size_t size) {
  if (size == 0) return nullptr;
  if (size <= SecretArena::kSlotBytesMax) return SecretArena::Instance().Allocate(size);
  return MapPages(WholePages(size));
}

void ReleaseSecret(std::uint8_t* data, std::size_t size) {
  if (data == nullptr) return;
  Zero(data, size);
  if (size <= SecretArena::kSlotBytesMax) {
    SecretArena::Instance().Release(data, size);
  } else {
    FG_CHECK(munmap(data, WholePages(size)) == 0);
  }
}

}  // namespace

void Zero(void* data, std::size_t size) {
  if (size > 0) OPENSSL_cleanse(data, size);
}

SecretBytes::SecretBytes(std::size_t size) : data_(AllocateSecret(size)), size_(size) {}

SecretBytes::SecretBytes(core::ByteSpan copy_of) : SecretBytes(copy_of.size()) {
  if (size_ > 0) std::memcpy(data_, copy_of.data(), size_);
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this != &other) {
    ReleaseSecret(data_, size_);
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

SecretBytes::~SecretBytes() { ReleaseSecret(data_, size_); }

bool EqualSecrets(core::ByteSpan a, core::ByteSpan b) {
  if (a.size() != b.size()) return false;
  return a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace facegate::crypto
