// Requests counted and timed by class.

#include <doctest/doctest.h>

#include "mcc/testing/engine_rig.hpp"

using namespace mcc;
using namespace mcc::testing;

namespace {

using Figures = std::vector<std::uint64_t>;
const Figures kNothing{0, 0, 0, UINT64_MAX, 0};

}  // namespace

TEST_CASE("a reply counts in the class of its request, first in first out") {
  EngineRig rig(
      with_classes(3, client({message("a"), message("b")}, {send_in(2, 0), send(1), send_in(0, 1), expect_fixed(1),
                                                            expect_fixed(1), expect_fixed(1), repeat(0)})));
  rig.start();
  CHECK(rig.stack.take_sent(0) == "abb");
  CHECK(rig.stack.transient_sends == 0);
  const Nanos departed = rig.clock.now() - kMs;
  rig.stack.data(0, "x");
  rig.settle();
  const Nanos first = rig.clock.now() - departed;
  CHECK(rig.of_class(2) == Figures{1, 0, 1, first, first});
  CHECK(rig.of_class(0) == kNothing);
  rig.run(5 * kMs);
  rig.stack.data(0, "yz");
  rig.settle();
  const Nanos last = rig.clock.now() - departed;
  CHECK(rig.of_class(0) == Figures{1, 0, 1, last, last});
  CHECK(rig.of_class(1) == kNothing);
  CHECK(rig.histogram(stats::Histogram::latency)[0] == 3);
}

TEST_CASE("what is lost fails in its class, and what was read before does not") {
  EngineRig rig(with_classes(2, client({message("a")}, {send_in(0), send_in(1), send_in(1), expect_fixed(1),
                                                        expect_fixed(1), expect_fixed(1), repeat(0)})));
  rig.start();
  rig.stack.data(0, "x");
  rig.settle();
  rig.stack.breaks(0, Error::connection_reset);
  rig.settle();
  CHECK(rig.of_class(0)[0] == 1);
  CHECK(rig.of_class(0)[1] == 0);
  CHECK(rig.of_class(1)[0] == 0);
  CHECK(rig.of_class(1)[1] == 2);
  CHECK(rig.count(stats::Counter::requests_failed) == 2);
}

TEST_CASE("what an abort cuts off fails in its class") {
  EngineRig rig(with_classes(1, client({message("a")}, {send_in(0), expect_fixed(1), repeat(0)})), 2);
  rig.start();
  rig.order(Command::abort);
  rig.settle();
  CHECK(rig.of_class(0)[1] == 2);
}

TEST_CASE("a message that needs no reply completes in its class, without a latency") {
  EngineRig rig(with_classes(1, client({message("a")}, {send_in(0), expect_none(), pause_ns(kSecond), repeat(0)})));
  rig.start();
  CHECK(rig.of_class(0) == Figures{1, 0, 0, UINT64_MAX, 0});
}

TEST_CASE("a reply counts in the class of its outcome too") {
  EngineRig rig(with_classes(3, client({message("GET")}, {send_in(0), expect_http(), repeat(0)}),
                             {{300, 399, 1}, {400, 499, 2}}));
  rig.start();
  const auto reply = [&](const char* status) {
    rig.stack.data(0, std::string("HTTP/1.1 ") + status + " X\r\nContent-Length: 0\r\n\r\n");
    rig.settle();
  };
  reply("200");
  reply("302");
  reply("404");
  reply("500");
  CHECK(rig.of_class(0)[0] == 4);
  CHECK(rig.of_class(0)[1] == 2);  // 404 and 500 are not expected
  CHECK(rig.of_class(1)[0] == 1);
  CHECK(rig.of_class(1)[1] == 0);
  CHECK(rig.of_class(2)[0] == 1);
  CHECK(rig.of_class(2)[1] == 1);
  CHECK(rig.of_class(2)[2] == 1);
}

TEST_CASE("requests count in the class that the stack puts their connection in, behind the program's") {
  EngineRig rig(
      with_classes(1, client({message("a")}, {send_in(0), send(0), expect_fixed(1), expect_fixed(1), repeat(0)})), 3,
      {}, 2);
  rig.start();
  const Nanos departed = rig.clock.now() - kMs;
  rig.stack.data(1, "x");
  rig.settle();
  const Nanos first = rig.clock.now() - departed;
  CHECK(rig.of_class(0) == Figures{1, 0, 1, first, first});
  CHECK(rig.of_class(1) == kNothing);
  CHECK(rig.of_class(2) == Figures{1, 0, 1, first, first});
  rig.run(5 * kMs);
  rig.stack.data(2, "x");
  rig.stack.breaks(0, Error::connection_reset);  // of its two requests one is in the program's class
  rig.settle();
  const Nanos last = rig.clock.now() - departed;
  CHECK(rig.of_class(0) == Figures{2, 1, 2, first, last});
  CHECK(rig.of_class(1) == Figures{1, 2, 1, last, last});
  CHECK(rig.of_class(2) == Figures{1, 0, 1, first, first});
}

TEST_CASE("requests without a reply, and those of priorities, count in their connection's class too") {
  EngineRig quiet(client({message("a")}, {send(0), expect_none(), pause_ns(kSecond), repeat(0)}), 1, {}, 1);
  quiet.start();
  CHECK(quiet.of_class(0) == Figures{1, 0, 0, UINT64_MAX, 0});

  Program ranked = with_classes(2, client({message("a")}, {send(0), expect_fixed(1), repeat(0)}));
  ranked.priorities = 2;
  EngineRig rig(ranked, 3, {}, 3);
  rig.start();
  for (Slot slot : {0u, 1u, 2u}) rig.stack.data(slot, "x");
  rig.settle();
  for (const std::size_t in : {1u, 2u, 3u, 4u}) CHECK(rig.of_class(in)[0] == 1);
  CHECK(rig.of_class(0)[0] == 2);
}

TEST_CASE("a handler's requests count in their connection's class") {
  EngineRig rig(with_classes(1, client({}, {handler()})), 2, {}, 2);
  rig.start();
  rig.order(Command::request, 0, 1, "ask");
  rig.order(Command::request, 1, 1, "ask");
  const Nanos departed = rig.clock.now();
  rig.run(5 * kMs);
  rig.order(Command::complete, 0, 1);
  rig.order(Command::fail, 1, 1);
  const Nanos latency = rig.clock.now() - departed;
  CHECK(rig.of_class(0) == kNothing);
  CHECK(rig.of_class(1) == Figures{1, 0, 1, latency, latency});
  CHECK(rig.of_class(2) == Figures{0, 1, 0, UINT64_MAX, 0});
  rig.order(Command::request, 0, 1, "again");
  rig.stack.breaks(0, Error::connection_reset);
  rig.settle();
  CHECK(rig.of_class(0) == kNothing);
  CHECK(rig.of_class(1) == Figures{1, 1, 1, latency, latency});
}
