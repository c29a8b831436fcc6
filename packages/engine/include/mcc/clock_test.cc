#include "mcc/clock.hpp"

#include <doctest/doctest.h>

using namespace mcc;

TEST_CASE("the TSC clock agrees with CLOCK_MONOTONIC and never goes back") {
  TscClock clock;
  Nanos before = clock.now();
  const Nanos end = monotonic_now() + 30'000'000;
  std::uint64_t anchors = 0;
  while (monotonic_now() < end) {
    const Nanos now = clock.now();
    REQUIRE(now >= before);
    before = now;
    if (++anchors % 1000 == 0) clock.anchor();
    // Read around it: the thread may be taken off its core at any point.
    const Nanos low = monotonic_now();
    const Nanos reading = clock.now();
    const Nanos high = monotonic_now();
    REQUIRE(reading + 100'000 >= low);
    REQUIRE(reading <= high + 100'000);
  }
}

TEST_CASE("the manual clock moves by hand") {
  ManualClock clock;
  const Nanos start = clock.now();
  clock.advance(5);
  CHECK(clock.now() == start + 5);
  clock.set(3);
  CHECK(clock.now() == 3);
}
