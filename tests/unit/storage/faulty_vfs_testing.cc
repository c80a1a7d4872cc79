#include "unit/storage/faulty_vfs_testing.h"

#include <sqlite3.h>

#include <new>

#include "facegate/core/check.h"

namespace facegate::storage::testing {
namespace {

FaultyDisk* g_disk = nullptr;   // of the test that runs
sqlite3_vfs* g_real = nullptr;  // the system's
sqlite3_vfs g_vfs = {};

enum class Kind { kDatabase, kWal, kOther };

// The real file stands right behind it, as SQLite allocates szOsFile bytes.
struct File {
  sqlite3_file base;
  Kind kind;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

File* Self(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
sqlite3_file* Real(sqlite3_file* file) { return Self(file)->real(); }

int FaultOf(sqlite3_file* file, const std::atomic<int>& database, const std::atomic<int>& wal) {
  if (Self(file)->kind == Kind::kDatabase) return database;
  return Self(file)->kind == Kind::kWal ? wal.load() : SQLITE_OK;
}

int Close(sqlite3_file* f) { return Real(f)->pMethods->xClose(Real(f)); }
int Read(sqlite3_file* f, void* to, int count, sqlite3_int64 at) {
  return Real(f)->pMethods->xRead(Real(f), to, count, at);
}
int Write(sqlite3_file* f, const void* from, int count, sqlite3_int64 at) {
  const int fault = FaultOf(f, g_disk->database_write, g_disk->wal_write);
  return fault != SQLITE_OK ? fault : Real(f)->pMethods->xWrite(Real(f), from, count, at);
}
int Truncate(sqlite3_file* f, sqlite3_int64 size) {
  return Real(f)->pMethods->xTruncate(Real(f), size);
}
int Sync(sqlite3_file* f, int flags) {
  const int fault = FaultOf(f, g_disk->database_sync, g_disk->wal_sync);
  return fault != SQLITE_OK ? fault : Real(f)->pMethods->xSync(Real(f), flags);
}
int FileSize(sqlite3_file* f, sqlite3_int64* size) {
  return Real(f)->pMethods->xFileSize(Real(f), size);
}
int Lock(sqlite3_file* f, int level) { return Real(f)->pMethods->xLock(Real(f), level); }
int Unlock(sqlite3_file* f, int level) { return Real(f)->pMethods->xUnlock(Real(f), level); }
int CheckReservedLock(sqlite3_file* f, int* out) {
  return Real(f)->pMethods->xCheckReservedLock(Real(f), out);
}
int FileControl(sqlite3_file* f, int op, void* argument) {
  return Real(f)->pMethods->xFileControl(Real(f), op, argument);
}
int SectorSize(sqlite3_file* f) { return Real(f)->pMethods->xSectorSize(Real(f)); }
int Characteristics(sqlite3_file* f) { return Real(f)->pMethods->xDeviceCharacteristics(Real(f)); }
int ShmMap(sqlite3_file* f, int page, int size, int extend, void volatile** out) {
  return Real(f)->pMethods->xShmMap(Real(f), page, size, extend, out);
}
int ShmLock(sqlite3_file* f, int offset, int count, int flags) {
  return Real(f)->pMethods->xShmLock(Real(f), offset, count, flags);
}
void ShmBarrier(sqlite3_file* f) { Real(f)->pMethods->xShmBarrier(Real(f)); }
int ShmUnmap(sqlite3_file* f, int remove) { return Real(f)->pMethods->xShmUnmap(Real(f), remove); }

constexpr sqlite3_io_methods kMethods = {
    2,
    Close,
    Read,
    Write,
    Truncate,
    Sync,
    FileSize,
    Lock,
    Unlock,
    CheckReservedLock,
    FileControl,
    SectorSize,
    Characteristics,
    ShmMap,
    ShmLock,
    ShmBarrier,
    ShmUnmap,
    nullptr,
    nullptr,
};

int Open(sqlite3_vfs*, const char* name, sqlite3_file* f, int flags, int* out_flags) {
  File* file = Self(f);
  file->base.pMethods = nullptr;
  file->kind = (flags & SQLITE_OPEN_MAIN_DB) != 0 ? Kind::kDatabase
               : (flags & SQLITE_OPEN_WAL) != 0   ? Kind::kWal
                                                  : Kind::kOther;
  const int code = g_real->xOpen(g_real, name, file->real(), flags, out_flags);
  if (file->real()->pMethods != nullptr) file->base.pMethods = &kMethods;
  return code;
}

}  // namespace

FaultyDisk::FaultyDisk() {
  FG_CHECK(g_disk == nullptr);
  g_disk = this;
  g_real = sqlite3_vfs_find(nullptr);
  g_vfs = *g_real;
  g_vfs.zName = "faulty";
  g_vfs.szOsFile = static_cast<int>(sizeof(File)) + g_real->szOsFile;
  g_vfs.xOpen = Open;
  FG_CHECK(sqlite3_vfs_register(&g_vfs, 1) == SQLITE_OK);
}

FaultyDisk::~FaultyDisk() {
  sqlite3_vfs_unregister(&g_vfs);
  sqlite3_vfs_register(g_real, 1);
  g_disk = nullptr;
}

}  // namespace facegate::storage::testing
