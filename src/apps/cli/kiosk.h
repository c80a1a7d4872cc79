// enroll --camera SOURCE: a person sits for a camera and is told what to do about each frame.
#pragma once

#include <functional>
#include <string>

#include "apps/cli/session.h"
#include "facegate/core/json.h"
#include "facegate/core/status.h"

namespace facegate::apps {

struct KioskFlags {
  std::string desk;  // the camera's name in the register
  std::string language = "en";
  double fps = 5;
  int templates = 3;
  int timeout_s = 30;
};

// Sends the frames of `source` (see frame_source.h) until the gateway answers, and says its hints:
// on one line of a terminal, else a line whenever they change; with --json every response on a line
// of its own. Opens the source only once the gateway has said that it may look. `config` names who,
// what for and where; `conclude` gets the last response, which has the answer.
core::Result<Exit> Sit(Session& session, core::Json config, const std::string& source,
                       const KioskFlags& flags,
                       const std::function<core::Result<Exit>(const core::Json&)>& conclude);

}  // namespace facegate::apps
