#include "facegate/crypto/wiped_pool.h"

#include "facegate/crypto/secret.h"

namespace facegate::crypto {

void* WipedPool::do_allocate(std::size_t size, std::size_t alignment) {
  return blocks_.allocate(size, alignment);
}

void WipedPool::do_deallocate(void* block, std::size_t size, std::size_t alignment) {
  Zero(block, size);
  blocks_.deallocate(block, size, alignment);
}

bool WipedPool::do_is_equal(const std::pmr::memory_resource& other) const noexcept {
  return this == &other;
}

}  // namespace facegate::crypto
