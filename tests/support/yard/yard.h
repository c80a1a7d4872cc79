// A world with its people in front of its cameras: consents, gallery and gateway as production
// wires them, around painted faces, which take no time.
#pragma once

#include <memory>
#include <string>

#include "facegate/gateway/gallery_dropper.h"
#include "facegate/gateway/gateway.h"
#include "support/world/world.h"
#include "support/yard/painted_faces.h"

namespace facegate::testing {

// A world whose store, head files and suppressions are real files in that directory. Aborts where
// they cannot be opened.
WorldOptions OnDisk(const std::string& dir);

// Which painted faces are one person's.
gallery::DecisionTable TableOf(const PaintedFaceEngine& faces);

// Thread-safe where its parts are. People are told apart by the number in their faces' paint.
class Yard {
 public:
  explicit Yard(WorldOptions options = {});

  consent::Caller Desk() const;
  core::Status Register(const std::string& subject);
  // Verify and identify at the lobby, for `days`.
  core::Result<consent::ConsentResult> Grant(const std::string& subject, int days);
  core::Result<consent::ConsentResult> Request(const std::string& subject);
  core::Result<consent::ConsentResult> Refuse(const std::string& subject);

  core::Result<audit::Recorded> Enroll(const std::string& subject, int face);
  core::Result<audit::Recorded> Authorize(const std::string& subject, int face);
  core::Result<audit::Recorded> Identify(int face);

  World world;
  PaintedFaceEngine faces;
  gallery::Gallery gallery;
  gateway::GalleryDropper dropper;
  consent::ConsentService consents;
  gateway::Gateway gateway;

 private:
  consent::Terms TermsOf(const std::string& subject) const;
};

}  // namespace facegate::testing
