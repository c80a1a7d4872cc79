// The consent pages as HTML, from plain values. Pure; everything filled in is escaped.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/model/people.h"
#include "facegate/model/resources.h"

namespace facegate::rpc {

struct NoticePage {
  model::Operator op;
  model::Site site;
  model::Purpose purpose;
  std::vector<model::Notice> notices;     // of the purpose's version
  std::vector<std::string> alternatives;  // the other ways in, by their names
};
std::string NoticeHtml(const NoticePage& page);

struct OwnPage {
  model::Consent consent;
  // The names that people know them by.
  std::string op, contact, site, purpose;
  std::string log_origin;
  std::string check;      // what a form on this page must send back
  bool is_stale = false;  // the form came from an older page than this
};
std::string OwnHtml(const OwnPage& page);

// A record under a consent, in the words of the log; empty where it has none.
struct RecordLine {
  std::uint64_t index = 0;
  std::string time;  // RFC 3339, UTC
  std::string type, outcome, reason;
  std::string why;  // where somebody looked for the person's records
};
struct RecordsPage {
  std::vector<RecordLine> lines;  // by index
  std::string next;               // the query of the page with the next ones; "": there is none
};
std::string RecordsHtml(const RecordsPage& page);

// What all else leads to.
std::string UnknownHtml();
std::string TooManyHtml();
// The gateway could not record it: nothing has changed.
std::string FaultHtml();

// Served beside the pages, at /style.css.
std::string_view PageStyle();

}  // namespace facegate::rpc
