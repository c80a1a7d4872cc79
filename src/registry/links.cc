#include "registry/links.h"

#include "facegate/model/ids.h"

namespace facegate::registry {
namespace {

using core::Code;
using core::Status;

// "access_point" as "ACCESS_POINT".
std::string Upper(std::string_view field) {
  std::string upper(field);
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return upper;
}

}  // namespace

Status CheckLink(const storage::Store& store, const Link& link,
                 storage::Preconditions& preconditions) {
  if (link.field == "subject") {
    FG_ASSIGN_OR_RETURN(const model::SubjectRef subject, model::ParseSubjectName(link.target));
    return store.GetSubject(subject).status();
  }
  const core::Result<storage::Resource> found = store.GetResource(link.target);
  if (!found.ok() && found.status().code() == Code::kNotFound) {
    return Status(Code::kNotFound, Upper(link.field) + "_NOT_FOUND",
                  link.field + " names something that is not registered");
  }
  if (!found.ok()) return found.status();
  preconditions.push_back(storage::ResourceAtRevision{link.target, found->revision});
  return Status::Ok();
}

}  // namespace facegate::registry
