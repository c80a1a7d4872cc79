// SQLite's memory, zeroed when it is let go.
#pragma once

namespace facegate::storage::sqlite {

// From the first connection of the process on, SQLite zeroes what it frees, and keeps no memory of
// its own from which pieces would be handed out again as they are. Call it before each connection;
// only the first call does something. Thread-safe. Where the process opened SQLite databases of its
// own before, nothing changes: SQLite is set up once.
void ZeroFreedMemory();

}  // namespace facegate::storage::sqlite
