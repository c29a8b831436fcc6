// What goes wrong with a client's connections, and how it comes back.

#include <doctest/doctest.h>

#include "mcc/testing/engine_rig.hpp"

using namespace mcc;
using namespace mcc::testing;
using Counter = stats::Counter;

namespace {

const Program kPing = client({message("ping")}, {send(), expect_fixed(4), repeat(0)});
const Program kPipeline =
    client({message("a")}, {send(), send(), send(), expect_line(), expect_line(), expect_line(), repeat(0)});

void check_balance(const EngineRig& rig) {
  CHECK(rig.count(Counter::requests_sent) ==
        rig.count(Counter::requests_completed) + rig.count(Counter::requests_failed) + rig.count(Counter::in_flight));
}

EngineOptions short_timeouts() {
  EngineOptions options;
  options.connect_timeout_ns = 50 * kMs;
  options.timeout_ns = 20 * kMs;
  return options;
}

}  // namespace

TEST_CASE("the peer closes with a request in flight") {
  EngineRig rig(kPing);
  rig.start();
  SUBCASE("before the first byte of the reply") {}
  SUBCASE("in the middle of the reply") { rig.stack.data(0, "po"); }
  rig.stack.peer_closes(0);
  rig.settle();
  CHECK(rig.errors(Error::closed_early) == 1);
  CHECK(rig.count(Counter::requests_failed) == 1);
  CHECK(rig.count(Counter::closed_by_peer) == 1);
  CHECK(rig.stack.closes.size() == 1);
  check_balance(rig);
  rig.run(5 * kMs);
  CHECK(rig.count(Counter::reconnected) == 1);
  CHECK(rig.count(Counter::requests_sent) == 2);
  rig.stack.data(0, "pong");
  rig.settle();
  CHECK(rig.count(Counter::requests_completed) == 1);
}

TEST_CASE("the peer closes between replies: no error, and back at once") {
  EngineRig rig(client({message("x")}, {send(), expect_fixed(1), pause_ns(kSecond), repeat(0)}));
  rig.start();
  rig.stack.data(0, "y");
  rig.settle();
  rig.stack.peer_closes(0);
  rig.settle();
  CHECK(rig.all_errors() == 0);
  CHECK(rig.count(Counter::closed_by_peer) == 1);
  CHECK(rig.count(Counter::reconnected) == 1);
  CHECK(rig.count(Counter::open) == 1);
  CHECK(rig.count(Counter::requests_failed) == 0);
  rig.run(kSecond + kMs);
  CHECK(rig.count(Counter::requests_sent) == 2);
}

TEST_CASE("a reset with a request in flight") {
  EngineRig rig(kPing);
  rig.start();
  rig.stack.data(0, "p");
  rig.stack.breaks(0, Error::connection_reset);
  rig.settle();
  CHECK(rig.errors(Error::connection_reset) == 1);
  CHECK(rig.count(Counter::requests_failed) == 1);
  CHECK(rig.count(Counter::closed_by_peer) == 0);
  CHECK(rig.count(Counter::open) == 0);
  check_balance(rig);
  rig.run(5 * kMs);
  CHECK(rig.count(Counter::open) == 1);
}

TEST_CASE("every request of a pipeline that is lost counts") {
  EngineRig rig(kPipeline);
  rig.start();
  rig.stack.data(0, "1\n2");
  SUBCASE("closed") {
    rig.stack.peer_closes(0);
    rig.settle();
    CHECK(rig.errors(Error::closed_early) == 2);
  }
  SUBCASE("reset") {
    rig.stack.breaks(0, Error::connection_reset);
    rig.settle();
    CHECK(rig.errors(Error::connection_reset) == 2);
  }
  SUBCASE("timed out") {
    rig.settle();
    rig.run(10 * kSecond + kMs);
    CHECK(rig.errors(Error::reply_timeout) == 2);
  }
  CHECK(rig.count(Counter::requests_completed) == 1);
  CHECK(rig.count(Counter::requests_failed) == 2);
  check_balance(rig);
}

TEST_CASE("after a failure the program starts over") {
  EngineRig rig(
      client({message("login"), message("x")}, {send(0), expect_fixed(2), send(1), expect_fixed(1), repeat(2)}));
  rig.start();
  rig.stack.data(0, "ok");
  rig.settle();
  CHECK(rig.stack.take_sent(0) == "loginx");
  rig.stack.breaks(0, Error::connection_reset);
  rig.settle();
  CHECK(rig.stack.take_sent(0) == "login");
}

TEST_CASE("back at once after a completed request, otherwise with a growing back-off") {
  EngineRig rig(kPing);
  rig.start();
  rig.stack.data(0, "pong");
  rig.settle();
  rig.stack.breaks(0, Error::connection_reset);
  rig.settle();
  CHECK(rig.stack.connects.size() == 2);  // at once

  Nanos before = 0;
  for (int attempt = 0; attempt < 14; ++attempt) {
    const std::size_t connects = rig.stack.connects.size();
    const Nanos lost = rig.clock.now();
    rig.stack.breaks(0, Error::connection_reset);
    rig.settle();
    CHECK(rig.stack.connects.size() == connects);
    while (rig.stack.connects.size() == connects) rig.run(100'000);
    const Nanos pause = rig.clock.now() - lost;
    if (attempt == 0) CHECK(pause <= kMs + 300'000);
    if (attempt == 13) CHECK(pause >= 500 * kMs);
    CHECK(pause <= kSecond + 300'000);
    CHECK(pause + kMs >= before / 2);  // doubled, give or take the jitter
    before = pause;
    rig.settle();
  }

  // A completed request wipes it out.
  rig.stack.data(0, "pong");
  rig.settle();
  const std::size_t connects = rig.stack.connects.size();
  rig.stack.breaks(0, Error::connection_reset);
  rig.settle();
  CHECK(rig.stack.connects.size() == connects + 1);
}

TEST_CASE("a reply that does not come in time") {
  EngineRig rig(kPing, 1, short_timeouts());
  rig.start();
  rig.run(18 * kMs);
  CHECK(rig.errors(Error::reply_timeout) == 0);
  rig.run(2 * kMs);
  CHECK(rig.errors(Error::reply_timeout) == 1);
  CHECK(rig.count(Counter::requests_failed) == 1);
  CHECK(rig.stack.resets == std::vector<Slot>{0});
  rig.run(5 * kMs);
  CHECK(rig.count(Counter::requests_sent) == 2);
  check_balance(rig);
}

TEST_CASE("the deadline of a reply moves with the requests") {
  EngineRig rig(kPing, 1, short_timeouts());
  rig.start();
  for (int i = 0; i < 10; ++i) {
    rig.run(15 * kMs);
    rig.stack.data(0, "pong");
    rig.settle();
  }
  CHECK(rig.all_errors() == 0);
  CHECK(rig.count(Counter::requests_completed) == 10);
  rig.run(21 * kMs);
  CHECK(rig.errors(Error::reply_timeout) == 1);
}

TEST_CASE("a peer that does not read is a reply that does not come") {
  EngineRig rig(client({message("0123456789")}, {send(), expect_line(), repeat(0)}), 1, short_timeouts());
  rig.stack.room = 4;
  rig.start();
  rig.run(30 * kMs);
  CHECK(rig.errors(Error::reply_timeout) == 1);
  check_balance(rig);
}

TEST_CASE("a peer that does not read, where no reply is awaited") {
  EngineRig rig(client({message("0123456789")}, {send(), expect_none(), pause_ns(kMs), repeat(0)}), 1,
                short_timeouts());
  rig.stack.room = 4;
  rig.start();
  rig.run(21 * kMs);
  CHECK(rig.errors(Error::send_buffer_full) == 1);
  check_balance(rig);
}

TEST_CASE("a connect that is not answered in time") {
  EngineRig rig(kPing, 2, short_timeouts());
  rig.stack.answers = false;
  rig.order(Command::connect);
  rig.run(49 * kMs);
  CHECK(rig.count(Counter::connecting) == 2);
  rig.run(2 * kMs);
  CHECK(rig.errors(Error::connect_timeout) == 2);
  CHECK(rig.count(Counter::connect_failed) == 2);
  CHECK(rig.count(Counter::connecting) == 0);
  CHECK(rig.stack.resets.size() == 2);
  rig.run(kSecond);
  CHECK(rig.count(Counter::attempted) == 2);  // not tried again before the load
  CHECK(rig.count(Counter::active) == 2);
}

TEST_CASE("refused connects are counted once, and tried again during the load") {
  EngineRig rig(kPing, 3);
  rig.stack.refuses = Error::connect_refused;
  rig.order(Command::connect);
  rig.run(kSecond);
  CHECK(rig.count(Counter::attempted) == 3);
  CHECK(rig.count(Counter::connect_failed) == 3);
  CHECK(rig.errors(Error::connect_refused) == 3);
  CHECK(rig.count(Counter::unstarted) == 0);
  CHECK(rig.count(Counter::connecting) == 0);

  rig.load_at(rig.clock.now());
  rig.run(20 * kMs);
  CHECK(rig.count(Counter::attempted) > 6);
  CHECK(rig.count(Counter::attempted) == rig.errors(Error::connect_refused));
  rig.stack.refuses = Error::none;
  rig.run(50 * kMs);
  CHECK(rig.count(Counter::open) == 3);
  CHECK(rig.count(Counter::reconnected) == 0);
  CHECK(rig.count(Counter::requests_sent) == 3);
}

TEST_CASE("a connect that cannot even start") {
  EngineRig rig(kPing, 2);
  rig.stack.cannot_connect = Error::ports_exhausted;
  rig.order(Command::connect);
  rig.run();
  CHECK(rig.errors(Error::ports_exhausted) == 2);
  CHECK(rig.count(Counter::connect_failed) == 2);
  CHECK(rig.count(Counter::connecting) == 0);
  rig.order(Command::drain);
  rig.run();
  CHECK(rig.count(Counter::active) == 0);
}

TEST_CASE("a connection lost before the load comes back with it") {
  EngineRig rig(kPing, 2);
  rig.order(Command::connect);
  rig.run();
  rig.stack.peer_closes(0);
  rig.stack.breaks(1, Error::connection_reset);
  rig.run(kSecond);
  CHECK(rig.count(Counter::attempted) == 2);
  CHECK(rig.count(Counter::closed_by_peer) == 1);
  CHECK(rig.errors(Error::connection_reset) == 1);
  rig.load_at(rig.clock.now());
  rig.run(5 * kMs);
  CHECK(rig.count(Counter::reconnected) == 2);
  CHECK(rig.count(Counter::requests_sent) == 2);
}

TEST_CASE("a reply that the framing does not allow") {
  EngineRig rig(client({message("GET / HTTP/1.1\r\n\r\n")}, {send(), send(), expect_http(), expect_http(), repeat(0)}));
  rig.start();
  rig.stack.data(0, "garbage\r\n\r\n");
  rig.settle();
  CHECK(rig.errors(Error::bad_reply) == 2);
  CHECK(rig.count(Counter::requests_failed) == 2);
  CHECK(rig.stack.closes.size() == 1);
  check_balance(rig);
}

TEST_CASE("the reply says that it is the last") {
  EngineRig rig(client({message("GET / HTTP/1.1\r\n\r\n")}, {send(), expect_http(), repeat(0)}));
  rig.start();
  rig.stack.data(0, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  rig.stack.peer_closes(0);
  rig.settle();
  CHECK(rig.all_errors() == 0);
  CHECK(rig.count(Counter::closed_by_peer) == 0);
  CHECK(rig.count(Counter::reconnected) == 1);
  CHECK(rig.count(Counter::requests_sent) == 2);
  CHECK(rig.stack.closes.size() == 1);
}

TEST_CASE("the rest of a pipeline is lost when a reply says that it is the last") {
  EngineRig rig(client({message("GET / HTTP/1.1\r\n\r\n")}, {send(), send(), expect_http(), expect_http(), repeat(0)}));
  rig.start();
  rig.stack.data(0, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  rig.settle();
  CHECK(rig.count(Counter::requests_completed) == 1);
  CHECK(rig.errors(Error::closed_early) == 1);
  CHECK(rig.count(Counter::reconnected) == 1);
  check_balance(rig);
}

TEST_CASE("a reply that ends with the connection") {
  EngineRig rig(client({message("GET / HTTP/1.1\r\n\r\n")}, {send(), expect_http(), repeat(0)}));
  rig.start();
  rig.stack.data(0, "HTTP/1.1 200 OK\r\n\r\nuntil the end");
  rig.settle();
  CHECK(rig.count(Counter::requests_completed) == 0);
  rig.stack.peer_closes(0);
  rig.settle();
  CHECK(rig.count(Counter::requests_completed) == 1);
  CHECK(rig.all_errors() == 0);
  CHECK(rig.count(Counter::closed_by_peer) == 0);
  CHECK(rig.count(Counter::requests_sent) == 2);
}
