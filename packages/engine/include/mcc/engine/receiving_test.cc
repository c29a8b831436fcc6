// Messages that a client has not asked for, and connections that it opens again.

#include <doctest/doctest.h>

#include "mcc/testing/engine_rig.hpp"

using namespace mcc;
using namespace mcc::testing;
using Counter = stats::Counter;
using Histogram = stats::Histogram;

namespace {

// A push of twelve bytes that left at this instant.
std::string push(Nanos at) {
  std::string text;
  for (int shift = 56; shift >= 0; shift -= 8) text += static_cast<char>(at >> shift);
  return text + "news";
}

Program listener() { return client({}, {step::Receive{framing::Fixed{12}, 0}, repeat(0)}); }

}  // namespace

TEST_CASE("pushes are counted, and their delivery is timed from the instant that they tell") {
  EngineRig rig(listener());
  rig.start();
  const Nanos left = rig.clock.now();
  rig.run(3 * kMs);
  rig.stack.data(0, push(left) + push(left + kMs));
  rig.settle();
  CHECK(rig.count(Counter::received) == 2);
  CHECK(rig.histogram(Histogram::delivery) == std::vector<std::uint64_t>{2, 2 * kMs, 3 * kMs});
  CHECK(rig.count(Counter::requests_sent) == 0);
  CHECK(rig.count(Counter::requests_completed) == 0);
}

TEST_CASE("a push in two pieces is one message") {
  EngineRig rig(listener());
  rig.start();
  const std::string whole = push(rig.clock.now());
  rig.stack.data(0, whole.substr(0, 5));
  rig.stack.data(0, whole.substr(5));
  rig.settle();
  CHECK(rig.count(Counter::received) == 1);
  CHECK(rig.histogram(Histogram::delivery)[0] == 0);  // the time lay in both of them
}

TEST_CASE("what comes before the load does not count, and the load begins between two messages") {
  EngineRig rig(listener());
  rig.order(Command::connect);
  rig.settle();
  const std::string whole = push(rig.clock.now());
  rig.stack.data(0, whole + whole.substr(0, 5));
  rig.settle();
  rig.load_at(rig.clock.now());
  rig.run();
  rig.stack.data(0, whole.substr(5) + push(rig.clock.now()));
  rig.settle();
  CHECK(rig.count(Counter::received) == 2);
  CHECK(rig.histogram(Histogram::delivery) == std::vector<std::uint64_t>{1, 0, 0});
}

TEST_CASE("a push that comes together with a reply is not lost") {
  EngineRig rig(client({message("hi")}, {send(), expect_fixed(2), step::Receive{framing::Fixed{12}, 0}, repeat(2)}));
  rig.start();
  rig.stack.data(0, "ok" + push(rig.clock.now()));
  rig.settle();
  CHECK(rig.count(Counter::requests_completed) == 1);
  CHECK(rig.count(Counter::received) == 1);
}

TEST_CASE("a server that pushes closes when its client has, and pushes no more") {
  EngineRig rig(server({message("news")}, {pause(wait::Period{10 * kMs}), send(), repeat(0)}));
  rig.start();
  rig.stack.accept(0);
  rig.run(15 * kMs);
  CHECK_FALSE(rig.stack.take_sent(0).empty());
  rig.stack.peer_closes(0);
  rig.run(30 * kMs);
  CHECK(rig.stack.take_sent(0).empty());
  CHECK(rig.stack.closes.size() == 1);
  CHECK(rig.all_errors() == 0);
}

TEST_CASE("one who listens has no time-out, and closes when the load drains") {
  EngineRig rig(listener());
  rig.start();
  rig.run(60 * kSecond);
  CHECK(rig.all_errors() == 0);
  rig.order(Command::drain);
  rig.run();
  CHECK(rig.stack.closes.size() == 1);
  CHECK(rig.count(Counter::active) == 0);
}

TEST_CASE("a client that never reconnects is done when the server closes") {
  Program program = listener();
  program.reconnect = Reconnect{.never = true};
  EngineRig rig(program);
  rig.start();
  rig.stack.peer_closes(0);
  rig.run();
  CHECK(rig.count(Counter::closed_by_peer) == 1);
  CHECK(rig.count(Counter::attempted) == 1);
  CHECK(rig.count(Counter::active) == 0);
}

TEST_CASE("delays before reconnecting double up to the longest, with half of each drawn at random") {
  Program program = listener();
  program.reconnect = Reconnect{.min_ns = kSecond, .max_ns = 4 * kSecond};
  EngineRig rig(program);
  rig.start();
  std::vector<Nanos> delays;
  for (int i = 0; i < 5; ++i) {
    rig.stack.peer_closes(0);
    rig.settle();
    const Nanos lost = rig.clock.now();
    const std::uint64_t established = rig.count(Counter::established);
    while (rig.count(Counter::established) == established) rig.run(kMs);
    delays.push_back(rig.clock.now() - lost);
  }
  const Nanos longest[] = {1, 2, 4, 4, 4};
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(delays[i] >= longest[i] * kSecond / 2);
    CHECK(delays[i] <= longest[i] * kSecond + 2 * kMs);
  }
  CHECK(rig.count(Counter::reconnected) == 5);
}
