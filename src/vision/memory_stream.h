// A std::istream over bytes in memory, for libraries that read from streams. Copies nothing.
#pragma once

#include <istream>
#include <streambuf>

#include "facegate/core/bytes.h"

namespace facegate::vision {

class MemoryBuffer : public std::streambuf {
 public:
  explicit MemoryBuffer(core::ByteSpan bytes) {
    // The get area is only read; std::streambuf has no const form.
    char* begin = const_cast<char*>(reinterpret_cast<const char*>(bytes.data()));
    setg(begin, begin, begin + bytes.size());
  }
};

// `bytes` must outlive it.
class MemoryStream : private MemoryBuffer, public std::istream {
 public:
  explicit MemoryStream(core::ByteSpan bytes)
      : MemoryBuffer(bytes), std::istream(static_cast<std::streambuf*>(this)) {}
};

}  // namespace facegate::vision
