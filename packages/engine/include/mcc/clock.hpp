#pragma once
// Time as the data plane sees it: CLOCK_MONOTONIC nanoseconds, read from the TSC, or turned by hand in tests.

#include <time.h>

#include <concepts>
#include <cstdint>

#include "mcc/stack.hpp"

namespace mcc {

template <class C>
concept Clock = requires(C clock) {
  { clock.now() } -> std::same_as<Nanos>;
};

// For tests: stands still until it is set or advanced.
class ManualClock {
 public:
  Nanos now() const noexcept { return now_; }
  void set(Nanos now) noexcept { now_ = now; }
  void advance(Nanos by) noexcept { now_ += by; }

 private:
  Nanos now_ = 1'000'000'000;
};

}  // namespace mcc
