#include "facegate/core/check.h"

#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace facegate::core {
namespace {

void Write(const char* text) noexcept {
  std::size_t left = std::strlen(text);
  while (left > 0) {
    const ssize_t n = ::write(STDERR_FILENO, text, left);
    if (n <= 0) return;
    text += n;
    left -= static_cast<std::size_t>(n);
  }
}

}  // namespace

void CheckFailed(const char* file, int line, const char* what) noexcept {
  char digits[12];
  char* p = digits + sizeof(digits) - 1;
  *p = '\0';
  do {
    *--p = static_cast<char>('0' + line % 10);
    line /= 10;
  } while (line > 0 && p > digits);
  Write(file);
  Write(":");
  Write(p);
  Write(": check failed: ");
  Write(what);
  Write("\n");
  std::abort();
}

}  // namespace facegate::core
