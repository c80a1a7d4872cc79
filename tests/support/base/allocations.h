// How often this program asked for memory: a program that calls this has its operators new counted.
#pragma once

#include <cstdint>

namespace facegate::testing {

// Of the calling thread, since it began.
std::uint64_t Allocations();

}  // namespace facegate::testing
