#include "storage/sqlite_vault.h"

#include <sqlite3.h>

#include <algorithm>
#include <bit>
#include <cstddef>

#include "facegate/core/check.h"

namespace facegate::storage::sqlite {
namespace {

constexpr std::size_t kSlotBytesMin = 256;
constexpr std::size_t kSlotBytesMax = std::size_t{16} << 20;
constexpr std::size_t kLengthBytes = 4;

core::Bytes Slot(core::ByteSpan value) {
  FG_CHECK(value.size() + kLengthBytes <= kSlotBytesMax);
  core::Bytes data(std::max(kSlotBytesMin, std::bit_ceil(value.size() + kLengthBytes)));
  for (std::size_t i = 0; i < kLengthBytes; ++i) {
    data[i] = static_cast<std::uint8_t>(value.size() >> (8 * (kLengthBytes - 1 - i)));
  }
  std::copy(value.begin(), value.end(), data.begin() + kLengthBytes);
  return data;
}

}  // namespace

std::int64_t Vault::Put(core::ByteSpan value) {
  const core::Bytes data = Slot(value);
  std::int64_t slot = 0;
  {
    Query reusable(connection_, "SELECT slot FROM vault_free WHERE bytes = ?1 LIMIT 1");
    reusable.Bind(std::uint64_t{data.size()});
    if (reusable.Step()) slot = reusable.Int(0);
  }
  if (slot == 0) {
    Query(connection_, "INSERT INTO vault (data) VALUES (?1)").Bind(data).Run();
    return sqlite3_last_insert_rowid(connection_.handle());
  }
  Query(connection_, "DELETE FROM vault_free WHERE bytes = ?1 AND slot = ?2")
      .Bind(std::uint64_t{data.size()}, slot)
      .Run();
  Write(slot, data);
  return slot;
}

void Vault::Destroy(std::int64_t slot) {
  std::int64_t bytes = 0;
  {
    Query size(connection_, "SELECT length(data) FROM vault WHERE slot = ?1");
    size.Bind(slot);
    if (size.Step()) bytes = size.Int(0);
  }
  Write(slot, core::Bytes(static_cast<std::size_t>(bytes)));
  Query(connection_, "INSERT INTO vault_free (bytes, slot) VALUES (?1, ?2)")
      .Bind(bytes, slot)
      .Run();
}

void Vault::Write(std::int64_t slot, core::ByteSpan data) {
  sqlite3_blob* blob = nullptr;
  int code = sqlite3_blob_open(connection_.handle(), "main", "vault", "data", slot, 1, &blob);
  if (code == SQLITE_OK) {
    code = sqlite3_blob_write(blob, data.data(), static_cast<int>(data.size()), 0);
  }
  const int closed = sqlite3_blob_close(blob);
  if (code == SQLITE_OK) code = closed;
  if (code != SQLITE_OK) throw SQLite::Exception(connection_.handle(), code);
}

core::Result<core::Bytes> OpenSlot(core::ByteSpan data) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < kLengthBytes && i < data.size(); ++i) size = size << 8 | data[i];
  if (data.size() < kSlotBytesMin || size > data.size() - kLengthBytes) {
    return core::Status(core::Code::kDataLoss, "STORE_DAMAGED", "a slot is not one");
  }
  const auto value = data.subspan(kLengthBytes, size);
  return core::Bytes(value.begin(), value.end());
}

}  // namespace facegate::storage::sqlite
