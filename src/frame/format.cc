#include "frame/format.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace facegate::frame {
namespace {

using core::ByteSpan;
using core::Code;
using core::Result;
using core::Status;

Status Invalid(const char* what) { return Status(Code::kInvalidArgument, "IMAGE_INVALID", what); }

// Reads big-endian numbers; nothing is ever read past the end.
class Cursor {
 public:
  explicit Cursor(ByteSpan bytes) : bytes_(bytes) {}

  std::size_t left() const { return bytes_.size() - at_; }

  std::optional<std::uint8_t> U8() {
    if (left() < 1) return std::nullopt;
    return bytes_[at_++];
  }
  std::optional<std::uint32_t> U16() { return BigEndian(2); }
  std::optional<std::uint32_t> U32() { return BigEndian(4); }

  // The next `size` bytes, or nothing if there are fewer.
  std::optional<ByteSpan> Take(std::size_t size) {
    if (left() < size) return std::nullopt;
    const ByteSpan taken = bytes_.subspan(at_, size);
    at_ += size;
    return taken;
  }

  // Moves to the next marker of entropy-coded data: 0xFF followed by neither a stuffed zero, a fill
  // byte nor a restart marker. Moves to the end if there is none.
  void SkipEntropyCoded() {
    while (left() >= 2) {
      const std::uint8_t next = bytes_[at_ + 1];
      if (bytes_[at_] == 0xFF && next != 0x00 && next != 0xFF && (next < 0xD0 || next > 0xD7)) {
        return;
      }
      ++at_;
    }
    at_ = bytes_.size();
  }

 private:
  std::optional<std::uint32_t> BigEndian(int size) {
    if (left() < static_cast<std::size_t>(size)) return std::nullopt;
    std::uint32_t value = 0;
    for (int i = 0; i < size; ++i) value = value << 8 | bytes_[at_++];
    return value;
  }

  ByteSpan bytes_;
  std::size_t at_ = 0;
};

constexpr std::array<std::uint8_t, 8> kPngSignature = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

bool IsPng(ByteSpan bytes) {
  return bytes.size() >= kPngSignature.size() &&
         std::equal(kPngSignature.begin(), kPngSignature.end(), bytes.begin());
}

bool IsJpeg(ByteSpan bytes) {
  return bytes.size() >= 3 && bytes[0] == 0xFF && bytes[1] == 0xD8 && bytes[2] == 0xFF;
}

struct Segment {
  std::uint8_t marker = 0;
  ByteSpan body;  // without the length field; empty for markers that stand alone
};

constexpr std::uint8_t kEndOfImage = 0xD9;
constexpr std::uint8_t kStartOfScan = 0xDA;

bool StandsAlone(std::uint8_t marker) {
  return marker == 0x01 || (marker >= 0xD0 && marker <= 0xD9);
}

// Every SOFn; C4 (DHT), C8 (JPG) and CC (DAC) share the range without being one.
bool IsStartOfFrame(std::uint8_t marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

Result<Segment> NextSegment(Cursor& cursor) {
  std::optional<std::uint8_t> byte = cursor.U8();
  if (!byte) return Invalid("the JPEG ends before its end-of-image marker");
  if (*byte != 0xFF) return Invalid("the JPEG has bytes outside its segments");
  while (byte && *byte == 0xFF) byte = cursor.U8();
  if (!byte) return Invalid("the JPEG ends before its end-of-image marker");
  Segment segment{*byte, {}};
  if (StandsAlone(segment.marker)) return segment;
  const std::optional<std::uint32_t> length = cursor.U16();
  if (!length || *length < 2) return Invalid("a JPEG segment has no valid length");
  const std::optional<ByteSpan> body = cursor.Take(*length - 2);
  if (!body) return Invalid("a JPEG segment reaches past the end");
  segment.body = *body;
  return segment;
}

Result<Header> ParseStartOfFrame(const Segment& segment) {
  // Baseline, extended and progressive, Huffman-coded: what cameras write. The rest (lossless,
  // hierarchical, arithmetic) is code that nobody needs to reach.
  if (segment.marker > 0xC2) return Invalid("the JPEG uses a coding that is not supported");
  Cursor body(segment.body);
  const std::optional<std::uint8_t> precision = body.U8();
  const std::optional<std::uint32_t> height = body.U16();
  const std::optional<std::uint32_t> width = body.U16();
  const std::optional<std::uint8_t> components = body.U8();
  if (!components) return Invalid("the JPEG's frame header is too short");
  if (*precision != 8) return Invalid("the JPEG does not have 8 bits a sample");
  // A height of 0 defers it to a DNL marker after the first scan.
  if (*width == 0 || *height == 0) return Invalid("the JPEG's frame header states no size");
  if (*components != 1 && *components != 3 && *components != 4) {
    return Invalid("the JPEG has an odd number of components");
  }
  if (body.left() != std::size_t{3} * *components) {
    return Invalid("the JPEG's frame header has the wrong length");
  }
  return Header{Format::kJpeg, static_cast<int>(*width), static_cast<int>(*height)};
}

Result<Header> ParseJpegHeader(ByteSpan bytes) {
  Cursor cursor(bytes.subspan(2));
  while (true) {
    FG_ASSIGN_OR_RETURN(const Segment segment, NextSegment(cursor));
    if (IsStartOfFrame(segment.marker)) return ParseStartOfFrame(segment);
    if (segment.marker == kStartOfScan || StandsAlone(segment.marker)) {
      return Invalid("the JPEG has no frame header before its data");
    }
  }
}

Status CheckJpegComplete(ByteSpan bytes) {
  Cursor cursor(bytes.subspan(2));
  int frames = 0;
  int scans = 0;
  while (true) {
    FG_ASSIGN_OR_RETURN(const Segment segment, NextSegment(cursor));
    if (segment.marker == kEndOfImage) break;
    if (IsStartOfFrame(segment.marker) && ++frames > 1) return Invalid("the JPEG has two frames");
    if (segment.marker == kStartOfScan) {
      if (++scans > kJpegScansMax) return Invalid("the JPEG has too many scans");
      cursor.SkipEntropyCoded();
    }
  }
  return frames == 1 && scans > 0 ? Status::Ok() : Invalid("the JPEG has no picture data");
}

// The bit depths that the format allows with each colour type.
bool IsPngDepth(std::uint8_t depth, std::uint8_t colour) {
  switch (colour) {
    case 0:
      return depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
    case 3:
      return depth == 1 || depth == 2 || depth == 4 || depth == 8;
    case 2:
    case 4:
    case 6:
      return depth == 8 || depth == 16;
    default:
      return false;
  }
}

constexpr std::size_t kIhdrBytes = 13;
constexpr std::uint32_t kPngSideMax = 0x7FFFFFFF;  // of the format itself

Result<Header> ParsePngHeader(ByteSpan bytes) {
  Cursor cursor(bytes.subspan(kPngSignature.size()));
  const std::optional<std::uint32_t> length = cursor.U32();
  const std::optional<ByteSpan> type = cursor.Take(4);
  const std::optional<std::uint32_t> width = cursor.U32();
  const std::optional<std::uint32_t> height = cursor.U32();
  const std::optional<ByteSpan> rest = cursor.Take(5);
  if (!rest) return Invalid("the PNG's header is too short");
  if (*length != kIhdrBytes || core::AsText(*type) != "IHDR") {
    return Invalid("the PNG does not begin with its header");
  }
  if (*width == 0 || *height == 0 || *width > kPngSideMax || *height > kPngSideMax) {
    return Invalid("the PNG's header states no valid size");
  }
  if (!IsPngDepth((*rest)[0], (*rest)[1]) || (*rest)[2] != 0 || (*rest)[3] != 0 || (*rest)[4] > 1) {
    return Invalid("the PNG's header names an unknown coding");
  }
  return Header{Format::kPng, static_cast<int>(*width), static_cast<int>(*height)};
}

Status CheckPngComplete(ByteSpan bytes) {
  Cursor cursor(bytes.subspan(kPngSignature.size()));
  bool data = false;
  while (true) {
    const std::optional<std::uint32_t> length = cursor.U32();
    const std::optional<ByteSpan> type = cursor.Take(4);
    if (!type) return Invalid("the PNG ends before its IEND chunk");
    if (!cursor.Take(*length) || !cursor.Take(4)) {
      return Invalid("a PNG chunk reaches past the end");
    }
    if (core::AsText(*type) == "IDAT") data = true;
    if (core::AsText(*type) == "IEND") break;
  }
  return data ? Status::Ok() : Invalid("the PNG has no picture data");
}

}  // namespace

Result<Header> ParseHeader(ByteSpan bytes) {
  if (IsJpeg(bytes)) return ParseJpegHeader(bytes);
  if (IsPng(bytes)) return ParsePngHeader(bytes);
  return Invalid("neither a JPEG nor a PNG");
}

Status CheckComplete(ByteSpan bytes) {
  if (IsJpeg(bytes)) return CheckJpegComplete(bytes);
  if (IsPng(bytes)) return CheckPngComplete(bytes);
  return Invalid("neither a JPEG nor a PNG");
}

}  // namespace facegate::frame
