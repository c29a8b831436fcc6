#include "waiting.hpp"

#include "testing/world.hpp"

namespace mcc::kernel {
namespace {

constexpr Nanos kMs = 1'000'000;

// What a wait did: how often it asked, and what it slept of its own accord.
struct Trace {
  int asked = 0, slept = 0;
  Nanos left = 0;
};

Trace wait(Waiting& waiting, Nanos ns, int ready_at = -1) {
  Trace trace;
  waiting.wait(
      ns, [&] { return ++trace.asked == ready_at; },
      [&](Nanos, Nanos left) {
        ++trace.slept;
        trace.left = left;
      });
  return trace;
}

TEST_CASE("asks for a while, then sleeps for what is left") {
  Waiting waiting(test_clock(), 0);
  const Trace trace = wait(waiting, 50 * kMs);
  CHECK(trace.asked > 0);
  CHECK(trace.slept == 1);
  CHECK(trace.left <= 50 * kMs - kSpin);
}

TEST_CASE("what comes meanwhile spares the sleep") {
  Waiting waiting(test_clock(), 0);
  const Trace trace = wait(waiting, 50 * kMs, 1);
  CHECK(trace.asked == 1);
  CHECK(trace.slept == 0);
}

TEST_CASE("with less time than it asks for, it does not sleep") {
  Waiting waiting(test_clock(), 0);
  CHECK(wait(waiting, 1).slept == 0);
}

TEST_CASE("a worker that spins asks until the time is up, and neither sleeps nor rests") {
  Waiting waiting(test_clock(), kRestConnections, true);
  waiting.served(kRestEvents);
  const Nanos begun = test_clock().now();
  int asked = 0;
  const auto ask = [&] { return ++asked < 0; };
  CHECK(waiting.wait(5 * kMs, ask, [](Nanos, Nanos) { FAIL("it slept"); }) == 0);
  CHECK(test_clock().now() - begun >= 5 * kMs);
  CHECK(asked > 100);
}

TEST_CASE("only a busy client of many connections, with nothing due, rests") {
  // Ready at the first question: how long that took tells whether there was a rest.
  const auto rested = [](std::uint32_t connections, std::uint32_t events, Nanos ns) {
    Waiting waiting(test_clock(), connections);
    waiting.served(events);
    return waiting.wait(
               ns, [] { return true; }, [](Nanos, Nanos) { FAIL("it was ready"); }) >= kRest / 2;
  };
  CHECK(rested(kRestConnections, kRestEvents, kMs));
  CHECK_FALSE(rested(kRestConnections - 1, kRestEvents, kMs));
  CHECK_FALSE(rested(kRestConnections, kRestEvents - 1, kMs));
  CHECK_FALSE(rested(kRestConnections, kRestEvents, 2 * kRest - 1));
}

TEST_CASE("after a rest it must be busy again before the next") {
  Waiting waiting(test_clock(), kRestConnections);
  waiting.served(kRestEvents);
  const auto once = [&] {
    return waiting.wait(
        kMs, [] { return true; }, [](Nanos, Nanos) {});
  };
  CHECK(once() > 0);
  CHECK(once() == 0);
}

}  // namespace
}  // namespace mcc::kernel
