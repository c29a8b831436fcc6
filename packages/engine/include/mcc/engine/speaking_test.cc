// Echo, and the escape hatch: events to the protocol's handlers and commands from them.

#include <doctest/doctest.h>

#include "mcc/testing/engine_rig.hpp"

using namespace mcc;
using namespace mcc::testing;
using Counter = stats::Counter;

namespace {

const Program kEcho = server({}, {echo()});
const Program kHandler = client({}, {handler()});
const Program kHandlerServer = server({}, {handler()});

}  // namespace

TEST_CASE("echo sends back what comes, until the peer closes") {
  EngineRig rig(kEcho);
  rig.start();
  rig.stack.accept(0);
  rig.stack.data(0, "hello ");
  rig.stack.data(0, "world");
  rig.settle();
  CHECK(rig.stack.take_sent(0) == "hello world");
  CHECK(rig.count(Counter::bytes_sent) == 11);
  rig.stack.peer_closes(0);
  rig.settle();
  CHECK(rig.stack.closes.size() == 1);
  CHECK(rig.count(Counter::active) == 0);
}

TEST_CASE("echo to a peer that does not read pauses, and goes on when there is room") {
  EngineRig rig(kEcho);
  rig.stack.room = 4;
  rig.start();
  rig.stack.accept(0);
  const std::string long_text(40'000, 'x');
  rig.stack.data(0, "0123456789" + long_text);
  rig.settle();
  CHECK(rig.stack.paused.contains(0));
  rig.stack.data(0, "end");  // was on its way
  rig.stack.writable(0, 20'000);
  rig.stack.peer_closes(0);
  rig.settle();
  CHECK(rig.stack.paused.contains(0));
  CHECK(rig.stack.closes.empty());
  rig.stack.writable(0);
  rig.settle();
  CHECK(rig.stack.take_sent(0) == "0123456789" + long_text + "end");
  CHECK(rig.stack.closes.size() == 1);
  CHECK(rig.all_errors() == 0);
}

TEST_CASE("echo resumes reading once everything is sent") {
  EngineRig rig(kEcho);
  rig.stack.room = 1;
  rig.start();
  rig.stack.accept(0);
  rig.stack.data(0, "ab");
  rig.settle();
  CHECK(rig.stack.paused.contains(0));
  rig.stack.writable(0);
  rig.settle();
  CHECK_FALSE(rig.stack.paused.contains(0));
}

TEST_CASE("echo has bounds") {
  EngineOptions options;
  SUBCASE("for each connection") { options.backlog_bytes_max = 1000; }
  SUBCASE("for all together") { options.backlog_total_bytes_max = 2 * Backlog::kBlockBytes; }
  EngineRig rig(kEcho, 3, options);
  rig.stack.room = 0;
  rig.start();
  for (Slot slot = 0; slot < 3; ++slot) {
    rig.stack.accept(slot);
    rig.stack.data(slot, std::string(900, 'x'));
  }
  rig.stack.data(0, std::string(900, 'x'));
  rig.settle();
  CHECK(rig.errors(Error::send_buffer_full) == 1);
  CHECK(rig.stack.resets.size() == 1);
  CHECK(rig.count(Counter::active) == 2);
}

TEST_CASE("handlers hear of connections when the load starts, and of what arrives") {
  EngineRig rig(kHandler, 2);
  rig.order(Command::connect);
  rig.run();
  CHECK(rig.take_heard().empty());
  rig.load_at(rig.clock.now());
  rig.run();
  auto heard = rig.take_heard();
  REQUIRE(heard.size() == 2);
  CHECK(heard[0].event == Event::open);
  CHECK(heard[0].slot == 0);
  CHECK(heard[0].generation == 1);
  CHECK(heard[1].slot == 1);

  rig.stack.data(1, "hello");
  rig.settle();
  heard = rig.take_heard();
  REQUIRE(heard.size() == 1);
  CHECK(heard[0].event == Event::data);
  CHECK(heard[0].slot == 1);
  CHECK(heard[0].payload == "hello");
}

TEST_CASE("a handler's request counts, and has a latency") {
  EngineRig rig(kHandler);
  rig.start();
  rig.order(Command::send, 0, 1, "hi ");
  CHECK(rig.count(Counter::requests_sent) == 0);
  rig.order(Command::request, 0, 1, "ask");
  CHECK(rig.stack.take_sent(0) == "hi ask");
  CHECK(rig.count(Counter::requests_sent) == 1);
  CHECK(rig.count(Counter::in_flight) == 1);
  rig.clock.advance(7 * kMs);
  rig.order(Command::complete, 0, 1);
  CHECK(rig.count(Counter::requests_completed) == 1);
  CHECK(rig.count(Counter::in_flight) == 0);
  CHECK(rig.histogram(stats::Histogram::latency) == std::vector<std::uint64_t>{1, 7 * kMs, 7 * kMs});

  rig.order(Command::request, 0, 1, "ask");
  rig.order(Command::fail, 0, 1, {}, static_cast<std::uint16_t>(Error::body_mismatch));
  CHECK(rig.count(Counter::requests_failed) == 1);
  CHECK(rig.errors(Error::body_mismatch) == 1);
  CHECK(rig.count(Counter::in_flight) == 0);
}

TEST_CASE("commands for a connection that is gone, or was never, are ignored") {
  EngineRig rig(kHandler);
  rig.start();
  rig.order(Command::send, 0, 2, "x");
  rig.order(Command::send, 7, 1, "x");
  CHECK(rig.stack.take_sent(0).empty());
  rig.stack.breaks(0, Error::connection_reset);
  rig.settle();
  rig.order(Command::request, 0, 1, "x");
  CHECK(rig.count(Counter::requests_sent) == 0);
}

TEST_CASE("handlers hear why a connection ended, and of the next one") {
  EngineRig rig(kHandler);
  rig.start();
  rig.take_heard();
  std::uint16_t code = 0;
  SUBCASE("we closed it") {
    rig.order(Command::close, 0, 1);
    code = kClosedByUs;
  }
  SUBCASE("the peer closed it") {
    rig.stack.peer_closes(0);
    code = kClosedByPeer;
  }
  SUBCASE("it was reset") {
    rig.stack.breaks(0, Error::connection_reset);
    code = kClosedErrorBase + static_cast<std::uint16_t>(Error::connection_reset);
  }
  SUBCASE("the handler threw") {
    rig.order(Command::close, 0, 1, {}, static_cast<std::uint16_t>(Error::handler));
    code = kClosedErrorBase + static_cast<std::uint16_t>(Error::handler);
  }
  rig.run(5 * kMs);
  const auto heard = rig.take_heard();
  REQUIRE(heard.size() == 2);
  CHECK(heard[0].event == Event::closed);
  CHECK(heard[0].code == code);
  CHECK(heard[0].generation == 1);
  CHECK(heard[1].event == Event::open);
  CHECK(heard[1].generation == 2);
  CHECK(rig.all_errors() == (code >= kClosedErrorBase ? 1 : 0));
  CHECK(rig.count(Counter::closed_by_peer) == (code == kClosedByPeer ? 1 : 0));
}

TEST_CASE("a handler's request that is lost") {
  EngineRig rig(kHandler);
  rig.start();
  rig.order(Command::request, 0, 1, "ask");
  SUBCASE("reset") {
    rig.stack.breaks(0, Error::connection_reset);
    rig.settle();
    CHECK(rig.errors(Error::connection_reset) == 1);
  }
  SUBCASE("closed") {
    rig.stack.peer_closes(0);
    rig.run();
    CHECK(rig.errors(Error::closed_early) == 1);
  }
  SUBCASE("timed out") {
    rig.run(10 * kSecond + kMs);
    CHECK(rig.errors(Error::reply_timeout) == 1);
  }
  SUBCASE("closed by the handler") {
    rig.order(Command::close, 0, 1);
    rig.settle();
    CHECK(rig.errors(Error::closed_early) == 1);
  }
  SUBCASE("a second one on top of it") {
    rig.order(Command::request, 0, 1, "ask");
    CHECK(rig.errors(Error::handler) == 1);
  }
  CHECK(rig.count(Counter::requests_sent) == 1);
  CHECK(rig.count(Counter::requests_failed) == 1);
  CHECK(rig.count(Counter::in_flight) == 0);
}

TEST_CASE("data that came right before the peer closed can still be answered") {
  EngineRig rig(kHandlerServer);
  rig.start();
  rig.stack.accept(0);
  rig.stack.data(0, "question");
  rig.stack.peer_closes(0);
  rig.engine.run(kMs);
  rig.order(Command::send, 0, 1, "answer");
  rig.run();
  CHECK(rig.stack.take_sent(0) == "answer");
  CHECK(rig.stack.closes.size() == 1);
}

TEST_CASE("run returns as soon as there are events") {
  EngineRig rig(kHandler);
  rig.start();
  rig.stack.data(0, "x");
  const Nanos before = rig.clock.now();
  CHECK(rig.engine.run(kSecond) == 16 + 8);
  CHECK(rig.clock.now() == before);
}

TEST_CASE("nothing is lost when the event buffer is full") {
  EngineRig rig(kHandlerServer);
  rig.start();
  rig.stack.accept(0);
  std::string sent;
  for (char c = 'a'; c <= 'j'; ++c) {
    rig.stack.data(0, std::string(kDeliveryMax, c));
    sent += std::string(kDeliveryMax, c);
  }
  rig.stack.peer_closes(0);
  for (int i = 0; i < 4; ++i) rig.run();
  std::string heard;
  for (const Heard& event : rig.take_heard()) heard += event.payload;
  CHECK(heard == sent);
  CHECK(rig.count(Counter::active) == 0);
}

TEST_CASE("a crowd of handlers opens in as many batches as it takes") {
  EngineRig rig(kHandler, 20'000);
  rig.start();
  rig.run(10 * kMs);
  CHECK(rig.take_heard().size() == 20'000);
}

TEST_CASE("a handler's sends wait for room, and a close waits for them") {
  EngineRig rig(kHandler);
  rig.stack.room = 2;
  rig.start();
  rig.order(Command::send, 0, 1, "abc");
  rig.order(Command::send, 0, 1, "def");
  rig.order(Command::close, 0, 1);
  rig.settle();
  CHECK(rig.stack.closes.empty());
  rig.stack.writable(0);
  rig.settle();
  CHECK(rig.stack.take_sent(0) == "abcdef");
  CHECK(rig.stack.closes.size() == 1);
}

TEST_CASE("draining handlers: idle connections close, requests in flight are awaited") {
  EngineRig rig(kHandler, 3);
  rig.start();
  rig.order(Command::request, 0, 1, "ask");
  rig.order(Command::request, 1, 1, "ask");
  rig.order(Command::drain);
  rig.run();
  CHECK(rig.count(Counter::active) == 2);
  CHECK(rig.stack.closes == std::vector<Slot>{2});
  rig.order(Command::complete, 0, 1);
  rig.order(Command::request, 0, 1, "another");
  rig.run();
  CHECK(rig.count(Counter::active) == 1);
  CHECK(rig.count(Counter::requests_sent) == 2);
  rig.run(10 * kSecond);
  CHECK(rig.count(Counter::active) == 0);
  CHECK(rig.errors(Error::reply_timeout) == 1);
}

TEST_CASE("a program may speak for itself before it hands over") {
  EngineRig rig(client({message("login")}, {send(), expect_fixed(2), handler()}));
  rig.start();
  CHECK(rig.take_heard().empty());
  rig.stack.data(0, "okwelcome");
  rig.settle();
  const auto heard = rig.take_heard();
  REQUIRE(heard.size() == 2);
  CHECK(heard[0].event == Event::open);
  CHECK(heard[1].payload == "welcome");
  CHECK(rig.count(Counter::requests_completed) == 1);
}
