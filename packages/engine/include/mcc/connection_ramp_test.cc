// How many connections are in use, and when that changes.

#include "mcc/connection_ramp.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace mcc;

namespace {

constexpr Nanos kStart = 77;

}  // namespace

TEST_CASE("a ramp goes evenly, steps at once, falls, and stays") {
  ConnectionRamp ramp({{1000, 0, 10}, {0, 10, 20}, {500, 20, 20}, {100, 20, 0}});
  ramp.start(kStart);
  CHECK(ramp.at(kStart) == 0);
  CHECK(ramp.at(kStart + 49) == 0);
  CHECK(ramp.at(kStart + 50) == 1);  // the first in the middle of its share
  CHECK(ramp.at(kStart + 520) == 5);
  CHECK(ramp.at(kStart + 999) == 10);
  CHECK(ramp.at(kStart + 1000) == 20);
  CHECK(ramp.at(kStart + 1499) == 20);
  CHECK(ramp.at(kStart + 1550) == 10);
  CHECK(ramp.at(kStart + 1600) == 0);
  CHECK(ramp.next() == ConnectionRamp::kNever);
}

TEST_CASE("who looks only when a ramp says so misses nothing, and does not look for nothing") {
  ConnectionRamp ramp({{1'000'000, 0, 100}, {1'000'000, 100, 30}, {1000, 30, 30}, {1'000'000, 30, 31}});
  ramp.start(kStart);
  ConnectionRamp watched = ramp;
  Nanos due = kStart;
  std::uint32_t count = 0;
  int looks = 0;
  for (Nanos now = kStart + 3; now < kStart + 3'002'000; now += 10) {  // never in the middle between two
    if (now >= due) {
      const std::uint32_t before = count;
      count = watched.at(now);
      CHECK((count > before ? count - before : before - count) <= 1);
      due = watched.next();
      ++looks;
    }
    CHECK(count == ramp.at(now));
  }
  CHECK(count == 31);
  CHECK(looks <= 100 + 70 + 1 + 4 + 1);
}
