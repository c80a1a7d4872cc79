// Comma-separated values, as RFC 4180 has them: a header, quoted fields where needed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "facegate/core/status.h"

namespace facegate::core {

struct CsvRow {
  long line = 0;  // of its first character, from 1
  std::vector<std::string> fields;
};

struct Csv {
  std::string name;  // for messages
  std::vector<std::string> columns;
  std::vector<CsvRow> rows;  // each as wide as the header

  // The index of a column, or columns.size().
  std::size_t Column(std::string_view column) const;
};

// INVALID_ARGUMENT BAD_CSV "name:line: what".
Status CsvError(const std::string& name, long line, std::string_view what);

// Lines end in LF or CRLF; empty lines are skipped; a byte order mark is.
// Returns BAD_CSV for a missing header, a column named twice, a row of another width, a stray or
// open quote.
Result<Csv> ParseCsv(const std::string& name, std::string_view text);

// Reads at most `bytes_max` bytes. Returns as ParseCsv, and BAD_CSV for a file that cannot be read
// or is larger.
Result<Csv> ReadCsv(const std::string& path, std::size_t bytes_max = 256u << 20);

}  // namespace facegate::core
