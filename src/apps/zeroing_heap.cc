// Heap memory of C++ objects is zeroed when it is let go: what was destroyed must not wait in a
// free list for a core dump, sealed or not. Keys and templates in clear have locked memory of their
// own, which zeroes itself (facegate/crypto/secret.h); this is for everything that passes by. Part
// of programs that serve, by being linked into them.
//
// Not under sanitizers, whose own heap keeps what was freed.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#include <malloc.h>
#include <string.h>  // explicit_bzero

#include <cstdlib>
#include <new>

namespace {

// The standard's own operator new takes its memory from malloc or aligned_alloc.
void Release(void* memory) noexcept {
  if (memory == nullptr) return;
  explicit_bzero(memory, malloc_usable_size(memory));
  std::free(memory);
}

}  // namespace

void operator delete(void* memory) noexcept { Release(memory); }
void operator delete[](void* memory) noexcept { Release(memory); }
void operator delete(void* memory, std::size_t) noexcept { Release(memory); }
void operator delete[](void* memory, std::size_t) noexcept { Release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { Release(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { Release(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { Release(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { Release(memory); }

#endif
