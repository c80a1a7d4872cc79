#include "facegate/core/csv.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

namespace facegate::core {
namespace {

// Reads row after row from the text.
class Parser {
 public:
  Parser(const std::string& name, std::string_view text) : name_(name), text_(text) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (text_.starts_with(kByteOrderMark)) text_.remove_prefix(kByteOrderMark.size());
  }

  // The next row that is not empty; one without fields at the end.
  Result<CsvRow> NextRow() {
    while (AtLineEnd()) SkipLineEnd();
    CsvRow row;
    row.line = line_;
    while (!text_.empty()) {
      FG_ASSIGN_OR_RETURN(std::string field, NextField());
      row.fields.push_back(std::move(field));
      if (text_.empty() || AtLineEnd()) break;
      text_.remove_prefix(1);  // the comma
      if (text_.empty()) row.fields.emplace_back();
    }
    return row;
  }

 private:
  bool AtLineEnd() const { return text_.starts_with('\n') || text_.starts_with("\r\n"); }
  void SkipLineEnd() {
    text_.remove_prefix(text_.front() == '\r' ? 2 : 1);
    ++line_;
  }

  // Up to, and without, the comma or line end.
  Result<std::string> NextField() {
    if (text_.starts_with('"')) return QuotedField();
    std::size_t end = text_.find_first_of(",\n\"");
    if (end == std::string_view::npos) end = text_.size();
    if (end < text_.size() && text_[end] == '"') {
      return CsvError(name_, line_, "a quote inside a field that does not begin with one");
    }
    std::string_view field = text_.substr(0, end);
    const bool before_line_end = end < text_.size() && text_[end] == '\n';
    if (before_line_end && field.ends_with('\r')) field.remove_suffix(1);
    text_.remove_prefix(field.size());
    return std::string(field);
  }

  Result<std::string> QuotedField() {
    const long first_line = line_;
    text_.remove_prefix(1);
    std::string field;
    while (!text_.empty()) {
      const char c = text_.front();
      text_.remove_prefix(1);
      if (c == '\n') ++line_;
      if (c != '"') {
        field.push_back(c);
        continue;
      }
      if (text_.starts_with('"')) {  // a doubled quote is a quote
        field.push_back('"');
        text_.remove_prefix(1);
        continue;
      }
      if (!text_.empty() && !text_.starts_with(',') && !AtLineEnd()) {
        return CsvError(name_, line_, "text after a closing quote");
      }
      return field;
    }
    return CsvError(name_, first_line, "a quote is not closed");
  }

  const std::string& name_;
  std::string_view text_;
  long line_ = 1;
};

}  // namespace

std::size_t Csv::Column(std::string_view column) const {
  return static_cast<std::size_t>(std::find(columns.begin(), columns.end(), column) -
                                  columns.begin());
}

Status CsvError(const std::string& name, long line, std::string_view what) {
  std::string message = name;
  message.append(":").append(std::to_string(line)).append(": ").append(what);
  return Status(Code::kInvalidArgument, "BAD_CSV", std::move(message));
}

Result<Csv> ParseCsv(const std::string& name, std::string_view text) {
  Parser parser(name, text);
  Csv csv;
  csv.name = name;
  FG_ASSIGN_OR_RETURN(CsvRow header, parser.NextRow());
  if (header.fields.empty()) return CsvError(name, 1, "there is no header");
  csv.columns = std::move(header.fields);
  for (auto it = csv.columns.begin(); it != csv.columns.end(); ++it) {
    if (it->empty()) return CsvError(name, header.line, "a column has no name");
    if (std::find(csv.columns.begin(), it, *it) != it) {
      return CsvError(name, header.line, "column '" + *it + "' stands here twice");
    }
  }
  while (true) {
    FG_ASSIGN_OR_RETURN(CsvRow row, parser.NextRow());
    if (row.fields.empty()) return csv;
    if (row.fields.size() != csv.columns.size()) {
      return CsvError(name, row.line,
                      "expected " + std::to_string(csv.columns.size()) + " fields, found " +
                          std::to_string(row.fields.size()));
    }
    csv.rows.push_back(std::move(row));
  }
}

Result<Csv> ReadCsv(const std::string& path, std::size_t bytes_max) {
  std::ifstream file(path, std::ios::binary);
  std::string text;
  if (file) {
    file.seekg(0, std::ios::end);
    const auto size = static_cast<std::streamoff>(file.tellg());
    if (size > static_cast<std::streamoff>(bytes_max)) {
      return CsvError(path, 1, "larger than " + std::to_string(bytes_max) + " bytes");
    }
    file.seekg(0);
    text.assign(std::istreambuf_iterator<char>(file), {});
  }
  if (!file || file.bad()) return CsvError(path, 1, "cannot be read");
  return ParseCsv(path, text);
}

}  // namespace facegate::core
