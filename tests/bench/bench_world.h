// The parts that benchmarks share: a world on SQLite, the real face engine, one enrolled person,
// and her second photograph at the sizes that cameras send.
#pragma once

#include <string>

#include "facegate/gateway/gallery_dropper.h"
#include "facegate/gateway/gateway.h"
#include "support/base/temp_dir.h"
#include "support/world/world.h"

namespace facegate::bench {

enum class Size { kVga, k720p };
std::string Label(Size size);

struct BenchWorld {
  BenchWorld();

  const core::Bytes& Photo(Size size) const { return size == Size::kVga ? vga : hd; }
  policy::Claim Claim() const { return world.VerifyClaim("person-a"); }

  testing::TempDir dir;
  testing::World world;
  std::unique_ptr<vision::FaceEngine> faces;
  gallery::Gallery gallery;
  gateway::Gateway gateway;
  core::NoDeadline deadline;
  core::Bytes vga;  // 640 x 480
  core::Bytes hd;   // 1280 x 720
};

// A world's store as a SQLite file in a folder, with its head and suppression files.
testing::WorldOptions OnDisk(const testing::TempDir& dir);

// Made once, at first use: loading models is not what is measured.
BenchWorld& TheWorld();

// The q-quantile of `values`, which it sorts; 0 for none.
double Quantile(std::vector<double>& values, double q);

}  // namespace facegate::bench
