// Words that would make a purpose or a door sort people by what the law protects most.
#pragma once

#include <string_view>

namespace facegate::registry {

// True if `text` holds a word of race, ethnicity, religion, health, disability, class, politics,
// union membership, sexuality or emotion, in English (whole words, any case) or Chinese.
//
// The list is short on purpose: it stops an honest plan early and cannot stop a liar. What holds is
// that facegate has no way to infer such a thing.
bool HasSensitiveLabel(std::string_view text);

}  // namespace facegate::registry
