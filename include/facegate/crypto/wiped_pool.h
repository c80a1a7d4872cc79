// Memory for what is made and gone with every request: taken again without asking the system, and
// overwritten before it is.
#pragma once

#include <cstddef>
#include <memory>
#include <memory_resource>
#include <utility>

namespace facegate::crypto {

// A block given back is zeroed at once (names, secrets, outcomes), and kept for the next of its
// size. Once as many blocks were made as are in use at the same time, taking one allocates nothing.
// Blocks of more than kBlockMax bytes are not kept. Thread-safe.
class WipedPool final : public std::pmr::memory_resource {
 public:
  static constexpr std::size_t kBlockMax = std::size_t{16} * 1024;

 private:
  void* do_allocate(std::size_t size, std::size_t alignment) override;
  void do_deallocate(void* block, std::size_t size, std::size_t alignment) override;
  bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override;

  static constexpr std::size_t kBlocksPerChunk = 16;
  std::pmr::synchronized_pool_resource blocks_{{kBlocksPerChunk, kBlockMax}};
};

// Owns a T that lives in a pool, and a share of the pool.
template <class T>
class WipedDelete {
 public:
  WipedDelete() = default;
  explicit WipedDelete(std::shared_ptr<WipedPool> pool) : pool_(std::move(pool)) {}
  void operator()(T* object) const {
    std::pmr::polymorphic_allocator<T>(pool_.get()).delete_object(object);
  }

 private:
  std::shared_ptr<WipedPool> pool_;
};
template <class T>
using WipedPtr = std::unique_ptr<T, WipedDelete<T>>;

template <class T, class... Args>
WipedPtr<T> MakeWiped(std::shared_ptr<WipedPool> pool, Args&&... args) {
  std::pmr::polymorphic_allocator<T> allocator(pool.get());
  T* object = allocator.template new_object<T>(std::forward<Args>(args)...);
  return WipedPtr<T>(object, WipedDelete<T>(std::move(pool)));
}

}  // namespace facegate::crypto
