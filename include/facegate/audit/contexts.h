// What each wrapped secret is bound to: the `context` of KeyRing::Wrap, one function per kind, so
// that a wrapped secret can never be opened as another kind or for another person.
#pragma once

#include <string>

#include "facegate/model/ids.h"

namespace facegate::audit {

// The 256-bit secret from which a subject's pseudonyms come.
inline std::string SubjectSecretContext(const model::OperatorId& op,
                                        const model::SubjectId& subject) {
  return "subject-secret " + model::SubjectName(op, subject);
}

}  // namespace facegate::audit
