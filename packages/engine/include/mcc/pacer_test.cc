#include "mcc/pacer.hpp"

#include <doctest/doctest.h>

using namespace mcc;

namespace {

EngineOptions options(std::uint32_t sessions, Nanos setup_ns, std::uint32_t connecting_max = 256) {
  EngineOptions result;
  result.sessions = sessions;
  result.setup_ns = setup_ns;
  result.connecting_max = connecting_max;
  return result;
}

constexpr std::uint32_t kNoLimit = UINT32_MAX;
constexpr Nanos kMs = 1'000'000;

}  // namespace

TEST_CASE("session i starts at start + i * setup / n") {
  SetupPacer pacer(options(7, 1000));
  CHECK(pacer.take(0, 0, kNoLimit) == 0);
  CHECK(pacer.next(0) == UINT64_MAX);
  pacer.start(500);
  std::uint32_t started = 0;
  for (Nanos now = 500; now < 1600; ++now) {
    const bool due = pacer.next(0) <= now;
    CHECK(due == (started < 7 && 500 + (1000 * started + 6) / 7 <= now));
    const std::uint32_t count = pacer.take(now, 0, kNoLimit);
    CHECK(count <= 1);
    CHECK((count == 1) == due);  // no waking for nothing
    started += count;
  }
  CHECK(started == 7);
  CHECK_FALSE(pacer.pending());
}

TEST_CASE("what is late is caught up with, up to the limit") {
  SetupPacer pacer(options(100, 1000));
  pacer.start(0);
  CHECK(pacer.take(495, 0, 20) == 20);
  CHECK(pacer.take(495, 0, 1000) == 30);
  CHECK(pacer.take(5000, 0, 1000) == 50);
}

TEST_CASE("large numbers do not overflow") {
  SetupPacer pacer(options(2'000'000'000, 3'600'000'000'000));
  pacer.start(0);
  CHECK(pacer.take(1'800'000'000'000, 0, kNoLimit) == 1'000'000'001);
}

TEST_CASE("without a set-up time, a window of connects is kept full") {
  SetupPacer pacer(options(100, 0, 10));
  pacer.start(0);
  CHECK(pacer.next(0) == 0);
  CHECK(pacer.take(0, 0, kNoLimit) == 10);
  CHECK(pacer.take(1, 10, kNoLimit) == 0);
  CHECK(pacer.take(2, 7, kNoLimit) == 3);
}

TEST_CASE("the window doubles while the target keeps silent, and shrinks when it speaks") {
  SetupPacer pacer(options(100, 0, 10));
  pacer.start(0);
  CHECK(pacer.take(0, 0, kNoLimit) == 10);
  CHECK(pacer.next(10) == 10 * kMs);
  CHECK(pacer.take(10 * kMs - 1, 10, kNoLimit) == 0);
  CHECK(pacer.take(10 * kMs, 10, kNoLimit) == 10);
  CHECK(pacer.take(20 * kMs, 20, kNoLimit) == 20);
  CHECK(pacer.take(21 * kMs, 39, kNoLimit) == 0);
  CHECK(pacer.take(31 * kMs, 8, kNoLimit) == 2);
}

TEST_CASE("nothing more starts once it is stopped") {
  SetupPacer pacer(options(100, 0, 10));
  pacer.start(0);
  pacer.stop();
  CHECK(pacer.take(0, 0, kNoLimit) == 0);
  CHECK(pacer.started() == 0);
}
