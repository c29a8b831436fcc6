// The accepting side: requests read, answers sent.

#include <doctest/doctest.h>

#include "mcc/testing/engine_rig.hpp"

using namespace mcc;
using namespace mcc::testing;
using Counter = stats::Counter;

namespace {

// GET, HEAD, the last GET, the last HEAD.
const Program kHttp = server({message("[get]"), message("[head]"), message("[last get]"), message("[last head]")},
                             {expect_http(), answer(0, 1, 2, 3), close_last(), repeat(0)});
constexpr const char* kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr const char* kHead = "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr const char* kLastGet = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
constexpr const char* kLastHead = "HEAD / HTTP/1.0\r\n\r\n";

}  // namespace

TEST_CASE("a server listens, accepts and answers") {
  EngineRig rig(kHttp, 4);
  CHECK(rig.count(Counter::active) == 0);
  rig.start();
  CHECK(rig.stack.listening);
  rig.stack.accept(2);
  rig.stack.data(2, kGet);
  rig.settle();
  CHECK(rig.stack.take_sent(2) == "[get]");
  CHECK(rig.count(Counter::established) == 1);
  CHECK(rig.count(Counter::open) == 1);
  CHECK(rig.count(Counter::active) == 1);
  CHECK(rig.count(Counter::requests_completed) == 1);
  CHECK(rig.count(Counter::in_flight) == 0);
  CHECK(rig.count(Counter::bytes_sent) == 5);
  rig.stack.data(2, kHead);
  rig.settle();
  CHECK(rig.stack.take_sent(2) == "[head]");
  rig.stack.peer_closes(2);
  rig.settle();
  CHECK(rig.count(Counter::closed_by_peer) == 1);
  CHECK(rig.count(Counter::active) == 0);
  CHECK(rig.count(Counter::open) == 0);
  CHECK(rig.all_errors() == 0);

  rig.stack.accept(2);
  rig.stack.data(2, kGet);
  rig.settle();
  CHECK(rig.stack.take_sent(2) == "[get]");
}

TEST_CASE("the last request is answered, and the connection closed") {
  EngineRig rig(kHttp, 2);
  rig.start();
  rig.stack.accept(0);
  rig.stack.accept(1);
  rig.stack.data(0, kLastGet);
  rig.stack.data(1, kLastHead);
  rig.settle();
  CHECK(rig.stack.take_sent(0) == "[last get]");
  CHECK(rig.stack.take_sent(1) == "[last head]");
  CHECK(rig.stack.closes == std::vector<Slot>{0, 1});
  CHECK(rig.count(Counter::active) == 0);
  CHECK(rig.count(Counter::closed_by_peer) == 0);
}

TEST_CASE("pipelined requests are answered in order") {
  EngineRig rig(kHttp);
  rig.start();
  rig.stack.accept(0);
  rig.stack.data(0, std::string(kGet) + kHead + "GET / HT");
  rig.settle();
  CHECK(rig.stack.take_sent(0) == "[get][head]");
  rig.stack.data(0, std::string("TP/1.1\r\n\r\n") + kLastGet + kGet);
  rig.settle();
  CHECK(rig.stack.take_sent(0) == "[get][last get]");
  CHECK(rig.count(Counter::requests_completed) == 4);
}

TEST_CASE("a client that waits for it is told to send the body") {
  constexpr const char* kPut = "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n";
  EngineRig rig(kHttp);
  rig.start();
  rig.stack.accept(0);
  SUBCASE("once") {
    rig.stack.data(0, kPut);
    rig.settle();
    CHECK(rig.stack.take_sent(0) == "HTTP/1.1 100 Continue\r\n\r\n");
    CHECK(rig.count(Counter::bytes_sent) == 25);
    rig.stack.data(0, "bo");
    rig.settle();
    CHECK(rig.stack.take_sent(0).empty());
    rig.stack.data(0, "dy");
    rig.settle();
    CHECK(rig.stack.take_sent(0) == "[get]");
  }
  SUBCASE("after the answers to what it asked before") {
    rig.stack.data(0, std::string(kGet) + kPut);
    rig.settle();
    CHECK(rig.stack.take_sent(0) == "[get]HTTP/1.1 100 Continue\r\n\r\n");
    rig.stack.data(0, "body");
    rig.settle();
    CHECK(rig.stack.take_sent(0) == "[get]");
  }
  SUBCASE("but not one that did not wait") {
    rig.stack.data(0, std::string(kPut) + "body");
    rig.settle();
    CHECK(rig.stack.take_sent(0) == "[get]");
  }
  SUBCASE("and where there is no room, goes on by itself") {
    rig.stack.room = 0;
    rig.stack.data(0, kPut);
    rig.settle();
    CHECK(rig.stack.take_sent(0).empty());
    rig.stack.writable(0);
    rig.stack.data(0, "body");
    rig.settle();
    CHECK(rig.stack.take_sent(0) == "[get]");
  }
  CHECK(rig.all_errors() == 0);
}

TEST_CASE("a client that waits to be told to go on, and is told a part of it, is cut off") {
  EngineRig rig(kHttp);
  rig.stack.room = 7;
  rig.start();
  rig.stack.accept(0);
  rig.stack.data(0, "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  rig.settle();
  CHECK(rig.errors(Error::send_buffer_full) == 1);
}

TEST_CASE("requests that come while an answer waits for room are kept, and reading pauses") {
  EngineRig rig(kHttp);
  rig.stack.room = 7;
  rig.start();
  rig.stack.accept(0);
  rig.stack.data(0, std::string(kGet) + kGet + kHead + "GET / HT");
  rig.settle();
  CHECK(rig.stack.take_sent(0) == "[get][g");
  CHECK(rig.stack.paused.contains(0));
  CHECK(rig.count(Counter::requests_completed) == 1);
  CHECK(rig.count(Counter::in_flight) == 1);
  rig.stack.data(0, "TP/1.1\r\n\r\n");  // was on its way
  rig.stack.writable(0, 5);
  rig.settle();
  CHECK(rig.stack.take_sent(0) == "et][h");
  CHECK(rig.stack.paused.contains(0));
  rig.stack.writable(0);
  rig.settle();
  CHECK(rig.stack.take_sent(0) == "ead][get]");
  CHECK_FALSE(rig.stack.paused.contains(0));
  CHECK(rig.count(Counter::requests_completed) == 4);
  CHECK(rig.count(Counter::in_flight) == 0);
}

TEST_CASE("requests that come while a server sends message upon message are kept") {
  // So many messages that others get their turn in between.
  const std::string answer = "a" + std::string(100, 'b');
  EngineRig rig(server({message("a"), message("b")}, {expect_fixed(1), send(0), send(1), repeat(2, 99), repeat(0)}));
  rig.start();
  rig.stack.accept(0);
  rig.stack.data(0, "1");
  rig.settle();
  CHECK(rig.stack.take_sent(0).size() < answer.size());
  rig.stack.data(0, "23");
  rig.settle();
  CHECK(rig.stack.paused.contains(0));
  SUBCASE("and answered") {
    rig.run();
    CHECK(rig.count(Counter::bytes_sent) == 3 * answer.size());
    CHECK(rig.stack.take_sent(0).ends_with(answer));
    CHECK_FALSE(rig.stack.paused.contains(0));
    CHECK(rig.stack.closes.empty());
  }
  SUBCASE("and answered although the peer has closed") {
    rig.stack.peer_closes(0);
    rig.run();
    CHECK(rig.count(Counter::bytes_sent) == 3 * answer.size());
    CHECK(rig.stack.closes.size() == 1);
    CHECK(rig.count(Counter::active) == 0);
  }
  SUBCASE("and dropped when the connection breaks") {
    rig.stack.breaks(0, Error::connection_reset);
    rig.run();
    CHECK(rig.errors(Error::connection_reset) == 1);
    CHECK(rig.count(Counter::active) == 0);
  }
}

TEST_CASE("a peer that asks and asks without reading is cut off") {
  EngineOptions options;
  options.backlog_bytes_max = 1000;
  EngineRig rig(kHttp, 1, options);
  rig.stack.room = 1;
  rig.start();
  rig.stack.accept(0);
  for (int i = 0; i < 60; ++i) rig.stack.data(0, kGet);
  rig.settle();
  CHECK(rig.errors(Error::send_buffer_full) == 1);
  CHECK(rig.stack.resets == std::vector<Slot>{0});
  CHECK(rig.count(Counter::active) == 0);
  CHECK(rig.count(Counter::in_flight) == 0);
  CHECK(rig.count(Counter::requests_failed) == 1);
}

TEST_CASE("a peer that half-closes after its request still gets its answer") {
  EngineRig rig(kHttp);
  SUBCASE("at once") {
    rig.start();
    rig.stack.accept(0);
    rig.stack.data(0, std::string(kGet) + kGet);
    rig.stack.peer_closes(0);
    rig.settle();
  }
  SUBCASE("when there is room") {
    rig.stack.room = 2;
    rig.start();
    rig.stack.accept(0);
    rig.stack.data(0, std::string(kGet) + kGet);
    rig.stack.peer_closes(0);
    rig.settle();
    CHECK(rig.stack.closes.empty());
    rig.stack.writable(0);
    rig.settle();
  }
  CHECK(rig.stack.take_sent(0) == "[get][get]");
  CHECK(rig.stack.closes.size() == 1);
  CHECK(rig.count(Counter::active) == 0);
  CHECK(rig.all_errors() == 0);
}

TEST_CASE("a request that breaks off") {
  EngineRig rig(kHttp);
  rig.start();
  rig.stack.accept(0);
  rig.stack.data(0, "GET / HT");
  SUBCASE("closed") {
    rig.stack.peer_closes(0);
    rig.settle();
    CHECK(rig.errors(Error::closed_early) == 1);
  }
  SUBCASE("reset") {
    rig.stack.breaks(0, Error::connection_reset);
    rig.settle();
    CHECK(rig.errors(Error::connection_reset) == 1);
  }
  CHECK(rig.count(Counter::requests_failed) == 1);
  CHECK(rig.count(Counter::active) == 0);
  CHECK(rig.count(Counter::in_flight) == 0);
}

TEST_CASE("a request that is none") {
  EngineRig rig(kHttp);
  rig.start();
  rig.stack.accept(0);
  rig.stack.data(0, "garbage\r\n\r\n");
  rig.settle();
  CHECK(rig.errors(Error::bad_reply) == 1);
  CHECK(rig.count(Counter::requests_failed) == 1);
  CHECK(rig.stack.closes.size() == 1);
  CHECK(rig.count(Counter::active) == 0);
}

TEST_CASE("a server that thinks before it answers") {
  EngineRig rig(server({message("ok\n")}, {expect_line(), pause_ns(20 * kMs), send(), repeat(0)}));
  rig.start();
  rig.stack.accept(0);
  rig.stack.data(0, "?\n");
  rig.run(19 * kMs);
  CHECK(rig.count(Counter::in_flight) == 1);
  CHECK(rig.stack.take_sent(0).empty());
  SUBCASE("answers") {
    rig.run(2 * kMs);
    CHECK(rig.stack.take_sent(0) == "ok\n");
    CHECK(rig.stack.closes.empty());
  }
  SUBCASE("answers a peer that has half-closed, and closes") {
    rig.stack.peer_closes(0);
    rig.run(2 * kMs);
    CHECK(rig.stack.take_sent(0) == "ok\n");
    CHECK(rig.stack.closes.size() == 1);
  }
  SUBCASE("answers while it drains, and closes") {
    rig.order(Command::drain);
    rig.run(2 * kMs);
    CHECK(rig.stack.take_sent(0) == "ok\n");
    CHECK(rig.stack.closes.size() == 1);
  }
  CHECK(rig.count(Counter::requests_completed) == 1);
  CHECK(rig.count(Counter::in_flight) == 0);
}

TEST_CASE("a server may speak first, and may read without answering") {
  EngineRig rig(server({message("welcome")}, {send(), expect_line(), repeat(1)}));
  rig.stack.room = 3;
  rig.start();
  rig.stack.accept(0);
  rig.settle();
  CHECK(rig.stack.take_sent(0) == "wel");
  rig.stack.data(0, "one\ntwo\n");
  rig.settle();
  CHECK(rig.count(Counter::requests_completed) == 0);
  rig.stack.writable(0);
  rig.settle();
  CHECK(rig.stack.take_sent(0) == "come");
  CHECK(rig.count(Counter::requests_completed) == 2);
  CHECK(rig.count(Counter::in_flight) == 0);
}

TEST_CASE("a server drains: no more accepts, idle connections close, requests under way are answered") {
  EngineOptions options;
  options.timeout_ns = 100 * kMs;
  EngineRig rig(kHttp, 4, options);
  rig.start();
  for (Slot slot = 0; slot < 3; ++slot) rig.stack.accept(slot);
  rig.stack.data(1, "GET / HT");
  rig.stack.data(2, "GET / HT");
  rig.settle();
  rig.order(Command::drain);
  rig.run();
  CHECK_FALSE(rig.stack.listening);
  CHECK(rig.stack.closes == std::vector<Slot>{0});
  rig.stack.data(1, "TP/1.1\r\n\r\n");
  rig.run();
  CHECK(rig.stack.take_sent(1) == "[get]");
  CHECK(rig.count(Counter::active) == 1);
  rig.run(100 * kMs);
  CHECK(rig.count(Counter::active) == 0);
  CHECK(rig.stack.resets == std::vector<Slot>{2});
}

TEST_CASE("a server aborts") {
  EngineRig rig(kHttp, 3);
  rig.start();
  rig.stack.accept(0);
  rig.stack.accept(1);
  rig.settle();
  rig.order(Command::abort);
  rig.run();
  CHECK(rig.count(Counter::active) == 0);
  CHECK(rig.stack.resets.size() == 2);
}

TEST_CASE("a server that cannot listen says so") {
  EngineRig rig(kHttp);
  rig.stack.cannot_listen = Error::address_unavailable;
  CHECK_THROWS_AS(rig.order(Command::connect), Failure);
}
