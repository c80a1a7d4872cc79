// Where registered resources name people: their link `subject`, in the bodies as stored.
#pragma once

#include <array>
#include <string>

#include "facegate/model/ids.h"
#include "facegate/model/people.h"

namespace facegate::storage {

struct PeopleLinks {
  explicit PeopleLinks(const model::SubjectRef& person)
      : below({"operators/" + person.op.str() + "/complaints/",
               "operators/" + person.op.str() + "/rightsRequests/"}),
        link("\"subject\":\"" + person.subject.str() + "\"") {}

  std::array<std::string, 2> below;  // names of such resources begin so
  std::string link;                  // canonical JSON: no text of a body has unescaped quotes
  std::string unlinked = "\"subject\":\"\"";
};

}  // namespace facegate::storage
