// Checks of a resource's own fields, without a store. The reasons are those of registry_service.h.
#pragma once

#include <string_view>

#include "facegate/core/status.h"
#include "facegate/model/resources.h"

namespace facegate::registry {

// Instantiated for every resource.
template <class R>
core::Status Validate(const R& resource);

enum class LineBreaks { kAllowed, kRefused };

// Well-formed UTF-8 (no overlong forms, no surrogates) without control characters; line feeds and
// tabs only where line breaks are allowed.
bool IsPlainText(std::string_view text, LineBreaks line_breaks);

// Shaped as a BCP 47 tag: 2 to 8 letters, then subtags of 1 to 8 letters or digits, at most 35 in
// all.
bool IsLanguageTag(std::string_view text);

}  // namespace facegate::registry
