#include "gateway/newest_record.h"

#include <cstddef>
#include <utility>

namespace facegate::gateway {
namespace {

constexpr std::size_t kPageSize = 1000;

}  // namespace

core::Result<std::optional<storage::LogEntry>> NewestOfType(const storage::Store& store,
                                                            const model::OperatorId& log,
                                                            std::string_view type) {
  storage::LogQuery query;
  query.type = type;
  query.limit = kPageSize;
  std::optional<storage::LogEntry> newest;
  for (;;) {
    FG_ASSIGN_OR_RETURN(auto page, store.QueryLog(log, query));
    const bool is_last = page.size() < kPageSize;
    if (!page.empty()) {
      query.first_index = page.back().index + 1;
      newest = std::move(page.back());
    }
    if (is_last) return newest;
  }
}

}  // namespace facegate::gateway
