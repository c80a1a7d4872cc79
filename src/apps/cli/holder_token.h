// Holder tokens as the CLI reads and hands them out. A token is as good as the template in it: it
// stands on no command line, where other users would see it.
#pragma once

#include <string>

#include "apps/cli/session.h"
#include "facegate/core/status.h"

namespace facegate::apps {

// The token in a file, or in a line of stdin for "-". Returns NOT_FOUND FILE_UNREADABLE.
core::Result<std::string> ReadHolderToken(const std::string& path);
// Writes a token to `path`, or says it where that is empty, and its QR code to `svg_path`, where
// that is not. Returns UNAVAILABLE FILE_UNWRITABLE.
core::Status HandOut(const Session& session, const std::string& token, const std::string& path,
                     const std::string& svg_path);

}  // namespace facegate::apps
