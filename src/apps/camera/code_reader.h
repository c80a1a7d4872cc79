// Reads what QR codes in a picture say.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace facegate::apps {

// Not thread-safe.
class CodeReader {
 public:
  CodeReader();
  ~CodeReader();
  // What the codes in a JPEG or PNG say, in no order; none where it cannot be decoded.
  std::vector<std::string> Read(std::string_view picture);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace facegate::apps
