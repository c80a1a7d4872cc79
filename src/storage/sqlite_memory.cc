#include "storage/sqlite_memory.h"

#include <sqlite3.h>
#include <string.h>  // explicit_bzero

#include <mutex>

namespace facegate::storage::sqlite {
namespace {

// What SQLite would do by itself, which the process's only setup leaves untouched.
sqlite3_mem_methods& Original() {
  static sqlite3_mem_methods methods = {};
  return methods;
}

void Free(void* memory) {
  if (memory == nullptr) return;
  explicit_bzero(memory, static_cast<std::size_t>(Original().xSize(memory)));
  Original().xFree(memory);
}

// Always moves: growing in place would be quicker, but what moves behind our back is not zeroed.
void* Realloc(void* memory, int size) {
  if (memory == nullptr) return Original().xMalloc(size);
  const int kept = Original().xSize(memory);
  if (size <= kept && size > kept / 2) return memory;
  void* moved = Original().xMalloc(size);
  if (moved == nullptr) return nullptr;
  memcpy(moved, memory, static_cast<std::size_t>(kept < size ? kept : size));
  Free(memory);
  return moved;
}

}  // namespace

void ZeroFreedMemory() {
  static std::once_flag once;
  std::call_once(once, [] {
    if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &Original()) != SQLITE_OK) return;
    sqlite3_mem_methods zeroing = Original();
    zeroing.xFree = Free;
    zeroing.xRealloc = Realloc;
    sqlite3_config(SQLITE_CONFIG_MALLOC, &zeroing);
    sqlite3_config(SQLITE_CONFIG_PAGECACHE, nullptr, 0, 0);
    sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0);
  });
}

}  // namespace facegate::storage::sqlite
