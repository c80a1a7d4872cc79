// Memory that holds keys, secrets and templates: locked where the system allows it, zeroed when it
// goes. There is no formatter and no comparison operator but a constant-time one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "facegate/core/bytes.h"

namespace facegate::crypto {

// Overwrites memory in a way the compiler keeps.
void Zero(void* data, std::size_t size);

// Owns bytes in pages of its own allocator: mlock'ed and kept out of core dumps where allowed (a
// refusal by the system is no error), zeroed before they are freed. Move-only.
class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(std::size_t size);  // zero-filled
  explicit SecretBytes(core::ByteSpan copy_of);
  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes();

  SecretBytes Clone() const { return SecretBytes(span()); }
  std::span<std::uint8_t> mutable_span() { return {data_, size_}; }
  core::ByteSpan span() const { return {data_, size_}; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

// Constant-time in the content; false for different lengths.
bool EqualSecrets(core::ByteSpan a, core::ByteSpan b);

}  // namespace facegate::crypto
