// A client's requests and replies on connections that work.

#include <doctest/doctest.h>

#include "mcc/testing/engine_rig.hpp"

using namespace mcc;
using namespace mcc::testing;
using Counter = stats::Counter;

namespace {

// Every request is accounted for.
void check_balance(const EngineRig& rig) {
  CHECK(rig.count(Counter::requests_sent) ==
        rig.count(Counter::requests_completed) + rig.count(Counter::requests_failed) + rig.count(Counter::in_flight));
}

}  // namespace

TEST_CASE("a client connects, waits for the load, and then asks again after every reply") {
  EngineRig rig(client({message("ping")}, {send(), expect_fixed(4), repeat(0)}));
  rig.order(Command::connect);
  rig.run();
  CHECK(rig.count(Counter::established) == 1);
  CHECK(rig.count(Counter::open) == 1);
  CHECK(rig.stack.take_sent(0).empty());

  const Nanos start = rig.clock.now() + 5 * kMs;
  rig.load_at(start);
  rig.run(4 * kMs);
  CHECK(rig.stack.take_sent(0).empty());
  rig.run(2 * kMs);
  CHECK(rig.stack.take_sent(0) == "ping");
  CHECK(rig.count(Counter::requests_sent) == 1);
  CHECK(rig.count(Counter::in_flight) == 1);

  rig.stack.data(0, "po");
  rig.stack.data(0, "ng");
  rig.settle();
  CHECK(rig.count(Counter::requests_completed) == 1);
  CHECK(rig.stack.take_sent(0) == "ping");
  CHECK(rig.count(Counter::bytes_sent) == 8);
  CHECK(rig.count(Counter::bytes_received) == 4);
  CHECK(rig.all_errors() == 0);
  check_balance(rig);
}

TEST_CASE("latency is from the departure to the end of the reply") {
  EngineRig rig(client({message("ping")}, {send(), expect_fixed(4), repeat(0)}));
  rig.start();
  const Nanos departed = rig.clock.now() - kMs;  // start() runs for 1 ms after it sent
  rig.stack.data(0, "po");
  rig.settle();
  rig.run(20 * kMs);
  rig.stack.data(0, "ng");
  const Nanos ended = rig.clock.now();
  rig.settle();
  CHECK(rig.histogram(stats::Histogram::latency) == std::vector<std::uint64_t>{1, ended - departed, ended - departed});
  CHECK(rig.histogram(stats::Histogram::service)[0] == 0);
}

TEST_CASE("the time to connect is measured") {
  EngineRig rig(client({message("x")}, {send(), expect_fixed(1)}), 3);
  const Nanos start = rig.clock.now();
  rig.order(Command::connect);
  rig.settle();
  CHECK(rig.histogram(stats::Histogram::connect) == std::vector<std::uint64_t>{3, 0, 0});
  CHECK(rig.count(Counter::last_setup_ns) == start);
  CHECK(rig.count(Counter::peak) == 3);
}

TEST_CASE("a pipeline leaves in one send and its replies are read one after the other") {
  EngineRig rig(client({message("a"), message("bc")},
                       {send(0), send(1), send(0), expect_line(), expect_line(), expect_line(), repeat(0)}));
  rig.start();
  CHECK(rig.stack.sends == std::vector<std::size_t>{4});
  CHECK(rig.stack.transient_sends == 0);
  CHECK(rig.stack.take_sent(0) == "abca");
  CHECK(rig.count(Counter::requests_sent) == 3);

  rig.stack.data(0, "one\ntw");
  rig.settle();
  CHECK(rig.count(Counter::requests_completed) == 1);
  CHECK(rig.count(Counter::in_flight) == 2);
  CHECK(rig.stack.take_sent(0).empty());
  rig.stack.data(0, "o\nthree\n");
  rig.settle();
  CHECK(rig.count(Counter::requests_completed) == 3);
  CHECK(rig.stack.take_sent(0) == "abca");
  check_balance(rig);
}

TEST_CASE("bytes after the reply are counted and dropped, not taken for the next one") {
  EngineRig rig(client({message("q")}, {send(), expect_fixed(2), repeat(0)}));
  rig.start();
  rig.stack.data(0, "okok");
  rig.settle();
  CHECK(rig.count(Counter::requests_completed) == 1);
  CHECK(rig.count(Counter::requests_sent) == 2);
  CHECK(rig.count(Counter::bytes_received) == 4);
}

TEST_CASE("bytes that nothing awaits are counted and dropped") {
  EngineRig rig(client({message("q")}, {send(), expect_fixed(2), pause_ns(kSecond), repeat(0)}));
  rig.order(Command::connect);
  rig.run();
  rig.stack.data(0, "before the load");
  rig.run();
  rig.load_at(rig.clock.now());
  rig.run();
  rig.stack.data(0, "ok");
  rig.settle();
  rig.stack.data(0, "while it waits");
  rig.run(2 * kSecond);
  CHECK(rig.count(Counter::requests_completed) == 1);
  CHECK(rig.count(Counter::requests_sent) == 2);
  CHECK(rig.count(Counter::bytes_received) == 31);
  CHECK(rig.all_errors() == 0);
}

TEST_CASE("a request without a reply is complete once it is handed over") {
  EngineRig rig(client({message("fire")}, {send(), expect_none(), pause_ns(10 * kMs), repeat(0)}));
  rig.stack.room = 2;
  rig.start();
  CHECK(rig.count(Counter::requests_sent) == 1);
  CHECK(rig.count(Counter::requests_completed) == 0);
  rig.stack.writable(0, 2);
  rig.settle();
  CHECK(rig.stack.take_sent(0) == "fire");
  CHECK(rig.count(Counter::requests_completed) == 1);
  CHECK(rig.histogram(stats::Histogram::latency)[0] == 0);
}

TEST_CASE("sending without a pause leaves others their turn") {
  EngineRig rig(client({message("x")}, {send(), expect_none(), repeat(0)}), 2);
  rig.start();
  CHECK(rig.count(Counter::requests_sent) >= 2 * 64);
  CHECK(rig.count(Counter::requests_sent) == rig.count(Counter::requests_completed));
  CHECK(rig.stack.take_sent(0).size() == rig.stack.take_sent(1).size());
  rig.order(Command::drain);
  rig.run();
  CHECK(rig.count(Counter::active) == 0);
}

TEST_CASE("a long message goes out as room comes, and an early reply is read meanwhile") {
  EngineRig rig(client({message("0123456789")}, {send(), expect_line(), repeat(0)}));
  rig.stack.room = 4;
  rig.start();
  CHECK(rig.stack.take_sent(0) == "0123");
  rig.stack.data(0, "too long\n");
  rig.settle();
  CHECK(rig.count(Counter::requests_completed) == 1);
  CHECK(rig.count(Counter::requests_sent) == 1);
  rig.stack.writable(0, 6 + 10);
  rig.settle();
  CHECK(rig.stack.take_sent(0) == "4567890123456789");
  CHECK(rig.count(Counter::requests_sent) == 2);
  check_balance(rig);
}

TEST_CASE("patches are filled in for each message, across partial sends too") {
  const Patch counter{Patch::Kind::counter, Patch::Encoding::decimal, 1, 3};
  const Patch id{Patch::Kind::connection_id, Patch::Encoding::hex, 5, 2};
  EngineOptions options;
  options.first_connection_id = 10;
  options.connection_id_stride = 4;
  EngineRig rig(client({message(".xxx.yy", {counter, id})}, {send(), send(), expect_line(), expect_line(), repeat(0)}),
                2, options);
  rig.stack.room = 6;
  rig.start();
  CHECK(rig.stack.take_sent(1) == ".000.0");
  rig.stack.writable(1);
  rig.settle();
  CHECK(rig.stack.take_sent(1) == "e.001.0e");
  rig.stack.data(1, "\n\n");
  rig.settle();
  CHECK(rig.stack.take_sent(1) == ".002.0e.003.0e");
  CHECK(rig.stack.transient_sends > 0);
}

TEST_CASE("a program that ends closes its connection and is done") {
  EngineRig rig(client({message("x")}, {send(), expect_fixed(1)}), 2);
  rig.start();
  rig.stack.data(0, "y");
  rig.run();
  CHECK(rig.stack.closes == std::vector<Slot>{0});
  CHECK(rig.count(Counter::active) == 1);
  CHECK(rig.count(Counter::open) == 1);
  rig.stack.data(1, "y");
  rig.run(kSecond);
  CHECK(rig.count(Counter::active) == 0);
  CHECK(rig.count(Counter::open) == 0);
  CHECK(rig.count(Counter::attempted) == 2);
}

TEST_CASE("close in a loop is one connection per request") {
  EngineRig rig(client({message("x")}, {send(), expect_fixed(1), close(), repeat(0)}));
  rig.start();
  for (int i = 0; i < 3; ++i) {
    rig.stack.data(0, "y");
    rig.settle();
  }
  CHECK(rig.count(Counter::requests_completed) == 3);
  CHECK(rig.count(Counter::attempted) == 4);
  CHECK(rig.count(Counter::reconnected) == 3);
  CHECK(rig.count(Counter::closed_by_peer) == 0);
  CHECK(rig.stack.closes.size() == 3);
  CHECK(rig.all_errors() == 0);
}

TEST_CASE("a finite repeat goes back that many times") {
  EngineRig rig(client({message("x")}, {send(), expect_fixed(1), repeat(0, 2), close(), repeat(0)}));
  rig.start();
  for (int i = 0; i < 4; ++i) {
    CHECK(rig.count(Counter::attempted) == (i < 3 ? 1 : 2));
    rig.stack.data(0, "y");
    rig.settle();
  }
  CHECK(rig.count(Counter::requests_completed) == 4);
  CHECK(rig.count(Counter::requests_sent) == 5);
}

TEST_CASE("waits pass between requests") {
  EngineRig rig(client({message("x")}, {send(), expect_fixed(1), pause_ns(30 * kMs), repeat(0)}));
  rig.start();
  rig.stack.data(0, "y");
  rig.run(29 * kMs);
  CHECK(rig.count(Counter::requests_sent) == 1);
  rig.run(2 * kMs);
  CHECK(rig.count(Counter::requests_sent) == 2);
}

TEST_CASE("periodic sends of all connections are spread over the period") {
  EngineRig rig(client({message("x")}, {pause(wait::Period{100 * kMs}), send(), expect_none(), repeat(0)}), 10);
  rig.order(Command::connect);
  rig.run();
  rig.load_at(rig.clock.now());
  for (std::uint64_t tenth = 1; tenth <= 50; ++tenth) {
    rig.run(10 * kMs);
    CHECK(rig.count(Counter::requests_sent) == tenth);
  }
}

TEST_CASE("http replies are counted by status") {
  EngineRig rig(client({message("GET / HTTP/1.1\r\n\r\n")}, {send(), expect_http(), repeat(0)}));
  rig.start();
  rig.stack.data(0, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  rig.settle();
  rig.stack.data(0, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  rig.settle();
  CHECK(rig.outcomes(200) == 1);
  CHECK(rig.outcomes(404) == 1);
  CHECK(rig.count(Counter::requests_completed) == 2);
  CHECK(rig.count(Counter::requests_failed) == 1);
  CHECK(rig.errors(Error::unexpected_status) == 1);
  CHECK(rig.count(Counter::requests_sent) == 3);
  CHECK(rig.stack.closes.empty());
}
