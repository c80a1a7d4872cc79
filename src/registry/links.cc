#include "registry/links.h"

#include "facegate/core/text.h"
#include "facegate/model/ids.h"

namespace facegate::registry {
namespace {

using core::Code;
using core::Status;

}  // namespace

Status CheckLink(const storage::Store& store, const Link& link,
                 storage::Preconditions& preconditions) {
  if (link.field == "subject") {
    FG_ASSIGN_OR_RETURN(const model::SubjectRef subject, model::ParseSubjectName(link.target));
    return store.GetSubject(subject).status();
  }
  const core::Result<storage::Resource> found = store.GetResource(link.target);
  if (!found.ok() && found.status().code() == Code::kNotFound) {
    return Status(Code::kNotFound, core::AsciiUpper(link.field) + "_NOT_FOUND",
                  link.field + " names something that is not registered");
  }
  if (!found.ok()) return found.status();
  preconditions.push_back(storage::ResourceAtRevision{link.target, found->revision});
  return Status::Ok();
}

}  // namespace facegate::registry
