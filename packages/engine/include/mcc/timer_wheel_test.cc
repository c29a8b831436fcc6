#include "mcc/timer_wheel.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "mcc/random.hpp"

using namespace mcc;

namespace {

// Sessions whose deadline is `at`, and what has fired.
struct Timers {
  explicit Timers(std::size_t size, Nanos start = 0) : sessions(size), wheel(sessions, start), now(start) {}

  void arm(Slot slot, Nanos deadline) {
    sessions[slot].at = deadline;
    if (!wheel.armed(slot)) wheel.arm(slot, deadline);
  }
  std::vector<Slot> advance(Nanos to, std::uint32_t limit = UINT32_MAX) {
    now = to;
    std::vector<Slot> fired;
    wheel.advance(
        now, limit, [this](Slot slot) { return sessions[slot].at; }, [&](Slot slot) { fired.push_back(slot); });
    return fired;
  }

  Reserved<Session> sessions;
  TimerWheel wheel;
  Nanos now;
};

constexpr Nanos kTick = TimerWheel::kTickNs;
constexpr Nanos kDay = 86'400'000'000'000;

}  // namespace

TEST_CASE("a timer fires after its deadline, by less than a tick") {
  for (const Nanos away : {Nanos{1}, kTick - 1, kTick, 10 * kTick, 255 * kTick, 256 * kTick, 257 * kTick,
                           70'000 * kTick + 5, 20'000'000 * kTick, kDay, 30 * kDay}) {
    for (const Nanos start : {Nanos{0}, 255 * kTick, 65'535 * kTick + 17, Nanos{12'345'678'901'234}}) {
      CAPTURE(away);
      CAPTURE(start);
      Timers timers(1, start);
      timers.arm(0, start + away);
      CHECK(timers.advance(start + away - 1).empty());
      CHECK(timers.wheel.next() <= start + away + kTick);
      CHECK(timers.advance(start + away + kTick).size() == 1);
      CHECK(timers.wheel.next() == TimerWheel::kNever);
      CHECK_FALSE(timers.wheel.armed(0));
    }
  }
}

TEST_CASE("a deadline that moves back does not touch the wheel") {
  Timers timers(1);
  timers.arm(0, 10 * kTick);
  for (Nanos now = kTick; now < 1000 * kTick; now += kTick) {
    timers.arm(0, now + 10 * kTick);
    CHECK(timers.advance(now).empty());
  }
  CHECK(timers.advance(1010 * kTick) == std::vector<Slot>{0});
}

TEST_CASE("a timer without a deadline lapses") {
  Timers timers(2);
  timers.arm(0, 300 * kTick);
  timers.arm(1, 3 * kTick);
  timers.sessions[0].at = timers.sessions[1].at = TimerWheel::kNever;
  CHECK(timers.advance(400 * kTick).empty());
  CHECK_FALSE(timers.wheel.armed(0));
  CHECK_FALSE(timers.wheel.armed(1));
}

TEST_CASE("disarming takes any timer of a list") {
  for (Slot gone = 0; gone < 3; ++gone) {
    Timers timers(3);
    for (Slot slot = 0; slot < 3; ++slot) timers.arm(slot, 5 * kTick);
    timers.wheel.disarm(gone);
    CHECK_FALSE(timers.wheel.armed(gone));
    CHECK(timers.advance(6 * kTick).size() == 2);
  }
}

TEST_CASE("a limit splits what is due at one time") {
  Timers timers(10);
  for (Slot slot = 0; slot < 10; ++slot) timers.arm(slot, 5 * kTick);
  CHECK(timers.advance(9 * kTick, 4).size() == 4);
  CHECK(timers.wheel.next() <= 9 * kTick);
  CHECK(timers.advance(9 * kTick, 0).empty());
  CHECK(timers.advance(9 * kTick, 100).size() == 6);
}

TEST_CASE("any number of timers fires in time, whatever the steps") {
  constexpr Slot kTimers = 200;
  Timers timers(kTimers, 987'654'321);
  std::uint64_t random = 1;
  const auto pick = [&](std::uint64_t bound) { return below(bound, random = mix(random)); };
  for (Slot slot = 0; slot < kTimers; ++slot) timers.arm(slot, timers.now + (kTick << pick(24)) + pick(kTick));
  std::size_t fired = 0;
  for (int step = 0; step < 5'000; ++step) {
    const Nanos next = timers.wheel.next();
    Nanos soonest = TimerWheel::kNever;
    for (Slot slot = 0; slot < kTimers; ++slot) {
      if (timers.wheel.armed(slot)) soonest = std::min(soonest, timers.sessions[slot].at);
    }
    // None is more than a tick late, and next() does not sleep over any.
    REQUIRE(soonest + kTick > timers.now);
    REQUIRE(next <= soonest + kTick);
    const Nanos to =
        pick(2) == 0 && next != TimerWheel::kNever ? std::max(next, timers.now) : timers.now + pick(kTick << pick(16));
    for (const Slot slot : timers.advance(to)) {
      REQUIRE(timers.sessions[slot].at <= timers.now);
      timers.arm(slot, timers.now + (kTick << pick(24)) + pick(kTick));
      ++fired;
    }
  }
  CHECK(fired > 500);
}
