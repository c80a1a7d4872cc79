// SQLite's door to the disk, with a disk behind it that fails on command.
#pragma once

#include <atomic>

namespace facegate::storage::testing {

// While one lives, databases that are opened go through it. One at a time; stores opened through it
// must be closed before it goes.
class FaultyDisk {
 public:
  FaultyDisk();
  ~FaultyDisk();
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;

  // What the operation answers from now on, an SQLite code; 0: it works.
  std::atomic<int> wal_write{0};
  std::atomic<int> wal_sync{0};
  std::atomic<int> database_write{0};
  std::atomic<int> database_sync{0};
};

}  // namespace facegate::storage::testing
