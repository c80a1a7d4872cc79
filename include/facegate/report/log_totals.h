// How many records a log has of what: the figures of a period.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "facegate/core/json.h"
#include "facegate/report/record.h"

namespace facegate::report {

// Counts records as they come. Holds one number for each word that was seen. Not thread-safe.
class LogTotals {
 public:
  void Add(const OpenedRecord& record);

  std::uint64_t records() const { return records_; }
  // How many records had `value` there; the names are those of Json().
  std::uint64_t Count(const std::string& name, const std::string& value) const;

  // A table for each: days (UTC), types, sites, accessPoints, cameras, purposes; and of decisions
  // outcomes, reasons, rules (that were not met).
  std::string Text() const;
  // {"records": n, "types": {"decision": n, ...}, ...}.
  core::Json ToJson() const;

 private:
  // One more; nothing where `value` is empty.
  void Take(const std::string& name, std::string value);

  std::uint64_t records_ = 0;
  std::map<std::string, std::map<std::string, std::uint64_t>> counts_;
};

}  // namespace facegate::report
