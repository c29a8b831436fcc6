// Set-up, load, drain and abort, and the loop that goes through them.

#include <doctest/doctest.h>

#include "mcc/testing/engine_rig.hpp"

using namespace mcc;
using namespace mcc::testing;
using Counter = stats::Counter;

namespace {

const Program kPing = client({message("ping")}, {send(), expect_fixed(4), repeat(0)});

}  // namespace

TEST_CASE("connections open evenly over the set-up time") {
  EngineOptions options;
  options.setup_ns = 100 * kMs;
  EngineRig rig(kPing, 10, options);
  CHECK(rig.count(Counter::unstarted) == 10);
  CHECK(rig.count(Counter::active) == 10);
  rig.order(Command::connect);
  for (std::uint64_t tenth = 1; tenth <= 10; ++tenth) {
    rig.run(5 * kMs);
    CHECK(rig.count(Counter::established) == tenth);
    CHECK(rig.count(Counter::unstarted) == 10 - tenth);
    rig.run(5 * kMs);
  }
  CHECK(rig.count(Counter::last_setup_ns) > 0);
}

TEST_CASE("without a set-up time, so many connects are in progress at once") {
  EngineOptions options;
  options.connecting_max = 4;
  EngineRig rig(kPing, 10, options);
  rig.stack.answers = false;
  rig.order(Command::connect);
  rig.run(9 * kMs);
  CHECK(rig.count(Counter::connecting) == 4);
  // A target that keeps silent must not hold up the others for its time-out.
  rig.run(5 * kMs);
  CHECK(rig.count(Counter::connecting) == 8);
  rig.run(10 * kMs);
  CHECK(rig.count(Counter::connecting) == 10);
  CHECK(rig.count(Counter::unstarted) == 0);
}

TEST_CASE("a target that answers is given all connections at once") {
  EngineOptions options;
  options.connecting_max = 4;
  EngineRig rig(kPing, 1000, options);
  rig.order(Command::connect);
  rig.run();
  CHECK(rig.count(Counter::established) == 1000);
  CHECK(rig.count(Counter::peak) == 1000);
}

TEST_CASE("no connection is opened while the stack has no room") {
  EngineRig rig(kPing, 10);
  rig.stack.jammed = true;
  rig.order(Command::connect);
  rig.run(50 * kMs);
  CHECK(rig.stack.connects.empty());
  CHECK(rig.count(Counter::unstarted) == 10);
  rig.stack.jammed = false;
  rig.run();
  CHECK(rig.count(Counter::established) == 10);
}

TEST_CASE("drain awaits replies in flight, closes the rest, and sends nothing more") {
  EngineRig rig(client({message("x")}, {send(), expect_fixed(1), pause_ns(kSecond), repeat(0)}), 3);
  rig.start();
  rig.stack.data(0, "y");
  rig.settle();  // 0 waits, 1 and 2 have requests in flight
  rig.order(Command::drain);
  rig.run();
  CHECK(rig.count(Counter::active) == 2);
  CHECK(rig.count(Counter::open) == 2);
  CHECK(rig.stack.closes == std::vector<Slot>{0});
  rig.stack.data(1, "y");
  rig.run();
  CHECK(rig.count(Counter::active) == 1);
  rig.run(10 * kSecond);
  CHECK(rig.count(Counter::active) == 0);
  CHECK(rig.errors(Error::reply_timeout) == 1);
  CHECK(rig.count(Counter::requests_sent) == 3);
  CHECK(rig.count(Counter::requests_completed) == 2);
  CHECK(rig.count(Counter::requests_failed) == 1);
  CHECK(rig.count(Counter::in_flight) == 0);
  CHECK(rig.count(Counter::open) == 0);
  CHECK(rig.count(Counter::attempted) == 3);
}

TEST_CASE("drain finishes a burst that is partly sent") {
  EngineRig rig(client({message("0123456789")}, {send(), expect_line(), repeat(0)}));
  rig.stack.room = 4;
  rig.start();
  rig.order(Command::drain);
  rig.run();
  CHECK(rig.count(Counter::active) == 1);
  rig.stack.writable(0);
  rig.run();
  CHECK(rig.stack.take_sent(0) == "0123456789");
  rig.stack.data(0, "done\n");
  rig.run();
  CHECK(rig.count(Counter::requests_completed) == 1);
  CHECK(rig.count(Counter::active) == 0);
}

TEST_CASE("drain abandons what has no connection yet") {
  EngineOptions options;
  options.setup_ns = 100 * kMs;
  EngineRig rig(kPing, 10, options);
  rig.stack.answers = false;
  rig.order(Command::connect);
  rig.run(45 * kMs);
  CHECK(rig.count(Counter::connecting) == 5);
  rig.order(Command::drain);
  rig.run(kSecond);
  CHECK(rig.count(Counter::active) == 0);
  CHECK(rig.count(Counter::connecting) == 0);
  CHECK(rig.count(Counter::unstarted) == 0);
  CHECK(rig.count(Counter::attempted) == 5);
  CHECK(rig.count(Counter::connect_failed) == 0);
}

TEST_CASE("drain does not come back from lost connections") {
  EngineRig rig(kPing, 3);
  rig.start();
  rig.stack.refuses = Error::connect_refused;
  rig.stack.breaks(2, Error::connection_reset);
  rig.run(3 * kMs);  // 2 is now trying to come back
  rig.order(Command::drain);
  rig.settle();
  const std::uint64_t attempted = rig.count(Counter::attempted);
  rig.stack.peer_closes(0);
  rig.stack.breaks(1, Error::connection_reset);
  rig.run(2 * kSecond);
  CHECK(rig.count(Counter::active) == 0);
  CHECK(rig.count(Counter::attempted) == attempted);
}

TEST_CASE("many connections close in batches") {
  EngineRig rig(kPing, 2000);
  rig.order(Command::connect);
  rig.run();
  rig.order(Command::drain);
  const std::size_t polls = rig.stack.polls;
  rig.run();
  CHECK(rig.count(Counter::active) == 0);
  CHECK(rig.stack.closes.size() == 2000);
  CHECK(rig.stack.polls - polls >= 4);
}

TEST_CASE("abort closes everything at once") {
  EngineRig rig(kPing, 3);
  rig.start();
  rig.order(Command::abort);
  rig.run();
  CHECK(rig.count(Counter::active) == 0);
  CHECK(rig.count(Counter::open) == 0);
  CHECK(rig.count(Counter::in_flight) == 0);
  CHECK(rig.count(Counter::requests_failed) == 3);
  CHECK(rig.stack.resets.size() == 3);
}

TEST_CASE("abort ends a drain") {
  EngineRig rig(kPing, 2);
  rig.start();
  rig.order(Command::drain);
  rig.run();
  CHECK(rig.count(Counter::active) == 2);
  rig.order(Command::abort);
  rig.run();
  CHECK(rig.count(Counter::active) == 0);
}

TEST_CASE("drain before anything was opened") {
  EngineRig rig(kPing, 5);
  rig.order(Command::drain);
  rig.run();
  CHECK(rig.count(Counter::active) == 0);
  CHECK(rig.stack.connects.empty());
}

TEST_CASE("run keeps to its budget and counts the time in which there was work") {
  EngineRig rig(kPing);
  rig.start();
  const std::uint64_t polled = rig.count(Counter::polled_ns);
  const Nanos before = rig.clock.now();
  rig.run(30 * kMs);
  CHECK(rig.clock.now() == before + 30 * kMs);
  CHECK(rig.count(Counter::polled_ns) == polled + 30 * kMs);
  CHECK(rig.count(Counter::busy_ns) == 0);  // the manual clock moves only in sleep
  CHECK(rig.stack.published >= 2);
  CHECK(rig.stack.published <= 5);
}

TEST_CASE("commands that are none are refused") {
  EngineRig rig(kPing);
  CHECK_THROWS_AS(rig.engine.submit(to_bytes("short")), Failure);
  CHECK_THROWS_AS(rig.order(Command::load, 0, 0, "1234"), Failure);
  CHECK_THROWS_AS(rig.order(static_cast<Command>(99)), Failure);
}

TEST_CASE("the time between two looks at the network is recorded, without sleep, with what the worker did meanwhile") {
  EngineRig rig(kPing);
  const auto gaps = [&] { return rig.histogram(stats::Histogram::poll_gap); };
  rig.clock.advance(kSecond);  // before the first there is no gap
  rig.run(30 * kMs);
  const std::uint64_t turns = gaps()[0];
  CHECK(turns == rig.stack.polls);
  CHECK(gaps()[2] == 0);
  rig.clock.advance(3 * kMs);
  rig.run(30 * kMs);
  CHECK(gaps()[0] == rig.stack.polls);
  CHECK(gaps()[1] == 0);
  CHECK(gaps()[2] == 3 * kMs);
}
