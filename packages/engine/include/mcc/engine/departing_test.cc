// Departures at their instants: open loops, heartbeats, times to think.

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "mcc/testing/engine_rig.hpp"

using namespace mcc;
using namespace mcc::testing;
using Counter = stats::Counter;
using Histogram = stats::Histogram;

namespace {

Program ping() { return client({message("ping")}, {send(), expect_fixed(4), repeat(0)}); }

EngineOptions open_loop(double rate, ArrivalKind kind = ArrivalKind::constant) {
  EngineOptions options;
  options.arrivals = ArrivalOptions{.kind = kind, .stages = {{0, rate, rate}}, .trace = {}, .seed = 1};
  return options;
}

Program heartbeat(wait::Period period) {
  return client({message("ping")}, {pause(period), send(), expect_fixed(4), repeat(0)});
}

// Runs in small steps, answering at once on the first `sessions` connections.
void run_answering(EngineRig& rig, std::uint32_t sessions, Nanos time) {
  for (const Nanos end = rig.clock.now() + time; rig.clock.now() < end;) {
    rig.run(10'000);
    for (Slot slot = 0; slot < sessions; ++slot) {
      for (std::size_t n = rig.stack.take_sent(slot).size() / 4; n > 0; --n) rig.stack.data(slot, "pong");
    }
    rig.settle();
  }
}

}  // namespace

TEST_CASE("an open loop sends at its rate, on connections in turn") {
  EngineRig rig(ping(), 2, open_loop(1000));
  rig.start();
  run_answering(rig, 2, 999 * kMs);
  CHECK(rig.count(Counter::requests_sent) == 1000);
  CHECK(rig.count(Counter::requests_completed) == 1000);
  CHECK(rig.count(Counter::pacing_scheduled) == 1000);
  CHECK(rig.count(Counter::pacing_queued) == 0);
  CHECK(rig.count(Counter::pacing_late) == 0);
  CHECK(rig.histogram(Histogram::pacing)[0] == 1000);
  CHECK(rig.histogram(Histogram::pacing)[2] == 0);  // by a clock that is turned by hand, to the nanosecond
}

TEST_CASE("an open loop begins with the load, not with the connections, and not with the order") {
  EngineRig rig(ping(), 1, open_loop(1000));
  rig.order(Command::connect);
  rig.run(50 * kMs);
  rig.load_at(rig.clock.now() + 10 * kMs);
  rig.run(10 * kMs);
  CHECK(rig.stack.take_sent(0).empty());
  rig.run(600'000);  // the first is half a gap after the start
  CHECK(rig.stack.take_sent(0) == "ping");
}

TEST_CASE("a server that stalls shows in the latency from the intended departure, not in the service time") {
  EngineRig rig(ping(), 1, open_loop(1000));
  rig.start();
  run_answering(rig, 1, 99 * kMs);
  const std::uint64_t before = rig.count(Counter::requests_completed);
  rig.run(100 * kMs);  // no answers: one request is out, a hundred wait
  rig.stack.take_sent(0);
  rig.stack.data(0, "pong");
  rig.settle();
  run_answering(rig, 1, 100 * kMs);
  CHECK(rig.count(Counter::requests_completed) - before >= 195);
  CHECK(rig.histogram(Histogram::latency)[2] >= 99 * kMs);
  CHECK(rig.histogram(Histogram::service)[2] <= 101 * kMs);
  CHECK(rig.count(Counter::pacing_queued) >= 99);
  CHECK(rig.count(Counter::pacing_late) == 0);  // the generator was in time
}

TEST_CASE("where no reply is awaited, a departure that is due when one before it has left is late, and not queued") {
  EngineRig rig(client({message("ping")}, {send(), expect_none(), repeat(0)}), 1, open_loop(10'000));
  rig.start();
  rig.run(10 * kMs);
  const std::uint64_t before = rig.count(Counter::pacing_scheduled);
  rig.clock.advance(20 * kMs);  // the generator is kept from its work
  rig.run(kMs);
  CHECK(rig.count(Counter::pacing_scheduled) - before >= 200);
  CHECK(rig.count(Counter::pacing_queued) == 0);
  CHECK(rig.count(Counter::pacing_late) == doctest::Approx(190).epsilon(0.02));
  CHECK(rig.histogram(Histogram::pacing)[0] == rig.count(Counter::pacing_scheduled));
}

TEST_CASE("a departure is queued where the connection waited for room, though no reply is awaited") {
  EngineRig rig(client({message("ping")}, {send(), expect_none(), repeat(0)}), 1, open_loop(1000));
  rig.stack.room = 2;
  rig.start();
  rig.run(20 * kMs);
  CHECK(rig.count(Counter::requests_sent) == 1);
  rig.stack.writable(0);
  rig.settle();
  CHECK(rig.count(Counter::pacing_queued) > 0);
}

TEST_CASE("a wait that something else than a send follows is no departure") {
  const Program chat = client({message("ping")}, {send(), expect_fixed(4), pause_ns(kMs), pause_ns(kMs), repeat(0)});
  EngineRig rig(chat, 1);
  rig.start();
  run_answering(rig, 1, 20 * kMs);
  CHECK(rig.count(Counter::requests_completed) > 5);
  CHECK(rig.count(Counter::pacing_scheduled) == rig.count(Counter::requests_sent) - 1);
}

TEST_CASE("a time to think between two ticks does not move them") {
  const wait::Period tick{.ns = 10 * kMs};
  EngineRig rig(client({message("ping")}, {pause(tick), send(), expect_fixed(4), pause_ns(2 * kMs), repeat(0)}), 1);
  rig.start();
  run_answering(rig, 1, 99 * kMs);
  CHECK(rig.count(Counter::requests_sent) == 10);
}

TEST_CASE("departures that no connection was free for are counted when the load ends") {
  EngineRig rig(ping(), 1, open_loop(1000));
  rig.start();
  rig.run(99 * kMs);
  rig.order(Command::drain);
  CHECK(rig.count(Counter::requests_sent) == 1);
  CHECK(rig.count(Counter::pacing_unsent) == 99);
  CHECK(rig.count(Counter::pacing_scheduled) == 100);
}

TEST_CASE("nothing departs after the end that the load was given") {
  EngineRig rig(ping(), 1, open_loop(1000));
  rig.order(Command::connect);
  rig.settle();
  const Nanos times[] = {rig.clock.now(), rig.clock.now() + 10 * kMs};
  rig.order(Command::load, 0, 0, {reinterpret_cast<const char*>(times), sizeof times});
  run_answering(rig, 1, 50 * kMs);
  CHECK(rig.count(Counter::requests_sent) == 10);
}

TEST_CASE("a request that a connection is opened for counts from its turn on, the connecting included") {
  EngineRig rig(client({message("ping")}, {send(), expect_fixed(4), close(), repeat(0)}), 1, open_loop(100));
  rig.start();
  rig.run(5 * kMs);  // the first departs, on the connection of the set-up
  rig.stack.data(0, "pong");
  rig.settle();
  rig.run(kMs);
  CHECK(rig.count(Counter::established) == 1);  // the next one is opened when its turn comes
  rig.stack.answers = false;
  rig.run(10 * kMs);
  CHECK(rig.count(Counter::attempted) == 2);
  CHECK(rig.count(Counter::requests_sent) == 1);
}

TEST_CASE("a pipeline takes as many departures as it has requests") {
  EngineRig rig(client({message("ab")}, {send(), send(), expect_fixed(2), expect_fixed(2), repeat(0)}), 1,
                open_loop(1000));
  rig.start();
  for (int i = 0; i < 100; ++i) {
    rig.run(kMs);
    if (!rig.stack.take_sent(0).empty()) rig.stack.data(0, "cdcd");
  }
  CHECK(rig.count(Counter::requests_sent) == doctest::Approx(100).epsilon(0.03));
}

TEST_CASE("an idle connection that the peer closes is opened again, and gets its turn") {
  EngineRig rig(ping(), 1, open_loop(100));
  rig.start();
  run_answering(rig, 1, 20 * kMs);
  rig.stack.peer_closes(0);
  rig.settle();
  run_answering(rig, 1, 100 * kMs);
  CHECK(rig.count(Counter::reconnected) == 1);
  CHECK(rig.count(Counter::requests_completed) >= 11);
  CHECK(rig.all_errors() == 0);
}

TEST_CASE("a heartbeat leaves at its very instant") {
  EngineRig rig(client({message("ping")}, {pause(wait::Period{10 * kMs}), send(), expect_fixed(4), repeat(0)}), 4);
  rig.start();
  run_answering(rig, 4, 99 * kMs);
  CHECK(rig.count(Counter::requests_sent) == 40);
  CHECK(rig.histogram(Histogram::pacing) == std::vector<std::uint64_t>{40, 0, 0});
}

TEST_CASE("a tick that finds its connection busy is queued, and counts from when it was meant") {
  EngineRig rig(client({message("ping")}, {pause(wait::Period{10 * kMs}), send(), expect_fixed(4), repeat(0)}), 1);
  rig.start();
  rig.run(35 * kMs);  // at 5 ms the first left; those of 15, 25 and 35 ms wait
  CHECK(rig.count(Counter::requests_sent) == 1);
  rig.stack.take_sent(0);
  rig.stack.data(0, "pong");
  rig.settle();
  run_answering(rig, 1, 63 * kMs);
  CHECK(rig.count(Counter::requests_completed) == 10);
  CHECK(rig.count(Counter::pacing_queued) == 3);
  CHECK(rig.histogram(Histogram::latency)[2] >= 29 * kMs);
}

TEST_CASE("after a time to think the latency counts from its end, and how late the send was is known") {
  EngineRig rig(client({message("ping")}, {send(), expect_fixed(4), pause_ns(3 * kMs), repeat(0)}), 1);
  rig.start();
  run_answering(rig, 1, 30 * kMs);
  CHECK(rig.count(Counter::requests_completed) >= 9);
  CHECK(rig.count(Counter::pacing_scheduled) == rig.count(Counter::requests_sent) - 1);
  CHECK(rig.histogram(Histogram::pacing)[2] == 0);
}

TEST_CASE("in an epoch the active share speaks once, in bursts evenly apart") {
  constexpr std::uint32_t kSessions = 40;
  EngineRig rig(heartbeat({.ns = 100 * kMs, .share = 0.25, .burst = 2}), kSessions);
  rig.start();
  std::vector<int> spoken(kSessions);
  std::vector<Nanos> instants;
  for (const Nanos end = rig.clock.now() + 99 * kMs; rig.clock.now() < end;) {
    rig.run(10'000);
    for (Slot slot = 0; slot < kSessions; ++slot) {
      if (rig.stack.take_sent(slot).empty()) continue;
      ++spoken[slot];
      instants.push_back(rig.clock.now());
      rig.stack.data(slot, "pong");
    }
  }
  CHECK(std::count(spoken.begin(), spoken.end(), 1) == 10);
  CHECK(std::count(spoken.begin(), spoken.end(), 0) == 30);
  REQUIRE(instants.size() == 10);
  for (std::size_t i = 0; i < 10; i += 2) CHECK(instants[i] == instants[i + 1]);
  for (std::size_t i = 2; i < 10; i += 2) CHECK(instants[i] - instants[i - 2] == 20 * kMs);
}

TEST_CASE("a departure with a size sends so much of its message") {
  EngineOptions options;
  options.arrivals = ArrivalOptions{
      .kind = ArrivalKind::trace, .stages = {}, .trace = {kMs, 2 * kMs, 3 * kMs}, .sizes = {5, 1, 8}, .seed = 0};
  Program program = client({message("abcdefgh")}, {send(), expect_fixed(2), repeat(0)});
  program.sized = true;
  EngineRig rig(program, 1, options);
  rig.start();
  std::vector<std::string> sent;
  for (int i = 0; i < 4; ++i) {
    rig.run(kMs);
    if (std::string bytes = rig.stack.take_sent(0); !bytes.empty()) {
      sent.push_back(bytes);
      rig.stack.data(0, "ok");
    }
  }
  CHECK(sent == std::vector<std::string>{"abcde", "a", "abcdefgh"});
  CHECK(rig.count(Counter::requests_completed) == 3);
  CHECK(rig.count(Counter::bytes_sent) == 14);
}

TEST_CASE("of a message that is cut the stack may take a part at a time") {
  EngineOptions options;
  options.arrivals = ArrivalOptions{.kind = ArrivalKind::trace, .stages = {}, .trace = {kMs}, .sizes = {6}, .seed = 0};
  Program program = client({message("abcdefgh")}, {send(), expect_fixed(2), repeat(0)});
  program.sized = true;
  EngineRig rig(program, 1, options);
  rig.stack.room = 4;
  rig.start();
  rig.run(3 * kMs);
  CHECK(rig.stack.take_sent(0) == "abcd");
  rig.stack.writable(0);
  rig.settle();
  CHECK(rig.stack.take_sent(0) == "ef");
}

TEST_CASE("a program that cuts messages sends them one by one, as they are") {
  Program two = client({message("ab")}, {send(), send(), expect_fixed(2), expect_fixed(2), repeat(0)});
  two.sized = true;
  CHECK(std::holds_alternative<ProgramFault>(compile(two)));
  Program varying = client({message("ab")}, {send(), expect_fixed(2), repeat(0)});
  varying.messages[0].patches.push_back({.kind = Patch::Kind::counter, .encoding = Patch::Encoding::decimal});
  CHECK(std::holds_alternative<CompiledProgram>(compile(varying)));
  varying.sized = true;
  CHECK(std::holds_alternative<ProgramFault>(compile(varying)));
}

TEST_CASE("of departures at one time those of the higher priority go first, and each counts in its class") {
  Program program = heartbeat({.ns = 100 * kMs, .burst = 8});
  program.classes = program.priorities = 2;
  EngineRig rig(program, 8);
  rig.start();
  rig.run(60 * kMs);
  std::vector<Slot> order = rig.stack.senders;
  REQUIRE(order.size() == 8);
  for (std::size_t i = 0; i < 4; ++i) CHECK(order[i] % 2 == 0);
  for (std::size_t i = 4; i < 8; ++i) CHECK(order[i] % 2 == 1);
  rig.stack.data(1, "pong");
  rig.settle();
  CHECK(rig.of_class(0)[0] == 0);
  CHECK(rig.of_class(1)[0] == 1);
}

TEST_CASE("every worker has connections of each priority, whatever the number of workers") {
  Program program = ping();
  program.classes = program.priorities = 2;
  EngineOptions options = open_loop(1000);
  options.first_connection_id = 1;  // the second of two workers: its ids are odd
  options.connection_id_stride = 2;
  EngineRig rig(program, 4, options);
  rig.start();
  run_answering(rig, 4, 99 * kMs);
  CHECK(rig.of_class(0)[0] == 50);
  CHECK(rig.of_class(1)[0] == 50);
}

TEST_CASE("a departure whose connection could not be opened is counted as unsent") {
  EngineRig rig(client({message("ping")}, {send(), expect_fixed(4), close(), repeat(0)}), 1, open_loop(100));
  rig.start();
  rig.run(5 * kMs);
  rig.stack.data(0, "pong");
  rig.settle();
  rig.stack.answers = false;
  rig.run(10 * kMs);
  rig.order(Command::abort);
  rig.run();
  CHECK(rig.count(Counter::pacing_scheduled) == rig.count(Counter::requests_sent) + rig.count(Counter::pacing_unsent));
}

TEST_CASE("a program with another number of classes than of priorities is refused") {
  Program program = heartbeat({.ns = kMs});
  program.priorities = 2;
  CHECK(std::holds_alternative<ProgramFault>(compile(program)));
}
