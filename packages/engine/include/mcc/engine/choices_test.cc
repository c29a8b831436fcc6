// Messages that are chosen as they leave, or whose length is only known then.

#include <doctest/doctest.h>

#include <map>

#include "mcc/testing/engine_rig.hpp"

using namespace mcc;
using namespace mcc::testing;
using Counter = stats::Counter;

namespace {

const Patch kSerial{.kind = Patch::Kind::serial, .encoding = Patch::Encoding::decimal, .offset = 1};

}  // namespace

TEST_CASE("a mix sends its messages by weight, the same for the same seed, without a copy") {
  const Program program = with_mixes({{{.message = 0, .weight = 3}, {.message = 1}}},
                                     client({message("a"), message("b")}, {send_one_of(), expect_fixed(1), repeat(0)}));
  const auto run = [&](std::uint64_t seed) {
    EngineRig rig(program, 1, {.seed = seed});
    rig.start();
    std::string sent;
    for (int i = 0; i < 400; ++i) {
      sent += rig.stack.take_sent(0);
      rig.stack.data(0, "x");
      rig.settle();
    }
    CHECK(rig.stack.transient_sends == 0);
    return sent;
  };
  const std::string sent = run(1);
  CHECK(sent.size() == 400);
  const auto count = std::count(sent.begin(), sent.end(), 'a');
  CHECK(count > 250);
  CHECK(count < 350);
  CHECK(run(1) == sent);
  CHECK(run(2) != sent);
}

TEST_CASE("each reply of a mix is read as its message says, and counts in its class, in a pipeline too") {
  // "h" is answered by one byte, "b" by a line.
  const Mix mix{{.message = 0, .request_class = 0, .reply = framing::Fixed{1}}, {.message = 1, .request_class = 1}};
  EngineRig rig(with_classes(2, with_mixes({mix}, client({message("h"), message("b")},
                                                         {send_one_of(), send_one_of(), send_one_of(), expect_line(),
                                                          expect_line(), expect_line(), repeat(0)}))));
  rig.start();
  std::map<char, std::uint64_t> asked;
  for (int round = 0; round < 50; ++round) {
    const std::string sent = rig.stack.take_sent(0);
    REQUIRE(sent.size() == 3);
    for (const char one : sent) {
      ++asked[one];
      rig.stack.data(0, one == 'h' ? "x" : "long");
      rig.settle();
      if (one == 'b') rig.stack.data(0, "er\n");
      rig.settle();
    }
  }
  CHECK(rig.all_errors() == 0);
  CHECK(rig.count(Counter::requests_completed) == 150);
  CHECK(rig.of_class(0)[0] == asked['h']);
  CHECK(rig.of_class(1)[0] == asked['b']);
  CHECK(rig.of_class(0)[2] == asked['h']);
  CHECK(asked['h'] > 30);
  CHECK(asked['b'] > 30);
}

TEST_CASE("a reply to the first of a batch may come before the last has left") {
  const Mix mix{{.message = 0, .request_class = 0, .reply = framing::Fixed{1}}, {.message = 1, .request_class = 1}};
  EngineRig rig(
      with_classes(2, with_mixes({mix}, client({message("hhhh"), message("bbbb")},
                                               {send_one_of(), send_one_of(), expect_line(), expect_line()}))));
  rig.stack.room = 5;
  rig.start();
  const char first = rig.stack.take_sent(0)[0];
  rig.stack.data(0, first == 'h' ? "x" : "x\n");
  rig.settle();
  CHECK(rig.of_class(first == 'h' ? 0 : 1)[0] == 1);
  rig.stack.writable(0);
  rig.settle();
  const char second = rig.stack.take_sent(0)[0];
  rig.stack.data(0, second == 'h' ? "x" : "x\n");
  rig.settle();
  CHECK(rig.count(Counter::requests_completed) == 2);
  CHECK(rig.all_errors() == 0);
}

TEST_CASE("a message that varies in length leaves whole, however little the stack takes at a time") {
  const Table table{{column({"", "one", "twenty-one"}), column({"A", "B", "C"})}};
  const Message one = message("<;;>\n", {kSerial,
                                         {.kind = Patch::Kind::table, .offset = 2, .table = 0, .column = 0},
                                         {.kind = Patch::Kind::table, .offset = 3, .table = 0, .column = 1}});
  EngineRig rig(with_tables({table}, client({one, message("plain;")}, {send(), send(1), send(), expect_line(),
                                                                       expect_line(), expect_line(), repeat(0)})),
                2);
  rig.stack.room = 1;
  rig.start();
  std::string sent = rig.stack.take_sent(1);
  for (int i = 0; i < 60; ++i) {
    rig.stack.writable(1, 1);
    rig.settle();
    sent += rig.stack.take_sent(1);
  }
  // Connection 1 of 2: its messages have the numbers 1, 3, 5.
  CHECK(sent == "<1;one;B>\nplain;<5;twenty-one;C>\n");
  CHECK(rig.count(Counter::bytes_sent) > sent.size());
}

TEST_CASE("what is larger than one hand-over leaves in several") {
  const std::string big(200'000, '.');
  EngineRig rig(client({message("<" + big, {kSerial})}, {send(), expect_fixed(1), repeat(0)}));
  rig.start();
  CHECK(rig.stack.sends.size() > 1);
  CHECK(rig.stack.take_sent(0) == "<0" + big);
}

TEST_CASE("the numbers of what was cut off are not given again") {
  EngineRig rig(client({message("<>", {kSerial})}, {send(), send(), expect_fixed(1), expect_fixed(1), repeat(0)}));
  rig.stack.room = 4;
  rig.start();
  CHECK(rig.stack.take_sent(0) == "<0><");
  rig.stack.room = ScriptedStack::kUnlimited;
  rig.stack.breaks(0, Error::connection_reset);
  rig.settle();
  rig.run(5 * kMs);
  CHECK(rig.stack.take_sent(0) == "<2><3>");
}
