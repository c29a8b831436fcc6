// Connections that come into use while the load lasts, and go out of it.

#include <doctest/doctest.h>

#include <vector>

#include "mcc/testing/engine_rig.hpp"

using namespace mcc;
using namespace mcc::testing;
using Counter = stats::Counter;

namespace {

Program chat() { return client({message("ping")}, {send(), expect_fixed(4), pause_ns(kMs), repeat(0)}); }

EngineOptions ramp(std::vector<ConnectionStage> stages) {
  EngineOptions options;
  options.connection_stages = std::move(stages);
  return options;
}

void run_answering(EngineRig& rig, std::uint32_t sessions, Nanos time) {
  for (const Nanos end = rig.clock.now() + time; rig.clock.now() < end;) {
    rig.run(100'000);
    for (Slot slot = 0; slot < sessions; ++slot) {
      if (!rig.stack.take_sent(slot).empty()) rig.stack.data(slot, "pong");
    }
    rig.settle();
  }
}

}  // namespace

TEST_CASE("connections come into use evenly, and none before the load") {
  EngineRig rig(chat(), 10, ramp({{100 * kMs, 0, 10}}));
  rig.order(Command::connect);
  rig.run(20 * kMs);
  CHECK(rig.stack.connects.empty());
  rig.load_at(rig.clock.now());
  run_answering(rig, 10, 50 * kMs);
  CHECK(rig.stack.connects == std::vector<Slot>{0, 1, 2, 3, 4});
  run_answering(rig, 10, 60 * kMs);
  CHECK(rig.stack.connects.size() == 10);
  CHECK(rig.count(Counter::open) == 10);
  CHECK(rig.count(Counter::unstarted) == 0);
  CHECK(rig.all_errors() == 0);
}

TEST_CASE("they go out of use in order, the last first, and come back") {
  EngineRig rig(chat(), 4, ramp({{0, 0, 4}, {10 * kMs, 4, 4}, {40 * kMs, 4, 0}, {10 * kMs, 0, 0}, {0, 0, 3}}));
  rig.start();
  run_answering(rig, 4, 9 * kMs);
  CHECK(rig.count(Counter::open) == 4);
  run_answering(rig, 4, 22 * kMs);
  CHECK(rig.count(Counter::open) == 2);
  CHECK(rig.stack.closes == std::vector<Slot>{3, 2});
  run_answering(rig, 4, 25 * kMs);
  CHECK(rig.count(Counter::open) == 0);
  const std::uint64_t before = rig.count(Counter::requests_completed);
  run_answering(rig, 4, 20 * kMs);
  CHECK(rig.count(Counter::open) == 3);
  CHECK(rig.count(Counter::reconnected) == 3);
  CHECK(rig.count(Counter::requests_completed) > before);
  CHECK(rig.stack.resets.empty());
  CHECK(rig.all_errors() == 0);
  rig.order(Command::drain);
  run_answering(rig, 4, 10 * kMs);
  CHECK(rig.count(Counter::active) == 0);
  CHECK(rig.count(Counter::open) == 0);
}

TEST_CASE("an exchange under way is finished before its connection goes") {
  EngineRig rig(chat(), 1, ramp({{0, 0, 1}, {10 * kMs, 1, 1}, {0, 1, 0}}));
  rig.start();
  rig.run(20 * kMs);
  CHECK(rig.stack.closes.empty());
  CHECK(rig.stack.take_sent(0) == "ping");
  rig.stack.data(0, "pong");
  rig.settle();
  CHECK(rig.stack.closes == std::vector<Slot>{0});
  CHECK(rig.count(Counter::requests_completed) == 1);
  rig.run(10 * kMs);
  CHECK(rig.stack.connects.size() == 1);
}

TEST_CASE("what is wanted again before it has closed comes back by itself") {
  EngineRig rig(chat(), 1, ramp({{0, 0, 1}, {10 * kMs, 1, 1}, {0, 1, 0}, {10 * kMs, 0, 0}, {0, 0, 1}}));
  rig.start();
  rig.run(30 * kMs);
  rig.stack.take_sent(0);
  rig.stack.data(0, "pong");
  rig.settle();
  run_answering(rig, 1, 10 * kMs);
  CHECK(rig.stack.closes.empty());
  CHECK(rig.count(Counter::requests_completed) > 5);
}

TEST_CASE("a departure of an open loop that has been given to a connection leaves before it goes out of use") {
  EngineOptions options = ramp({{0, 0, 1}, {10 * kMs, 1, 1}, {0, 1, 0}});
  options.arrivals = ArrivalOptions{.kind = ArrivalKind::trace, .stages = {}, .trace = {kMs, 9 * kMs}, .seed = 0};
  EngineRig rig(client({message("ping")}, {send(), expect_fixed(4), close(), repeat(0)}), 1, options);
  rig.start();
  run_answering(rig, 1, 5 * kMs);
  rig.stack.answers = false;
  rig.run(10 * kMs);
  CHECK(rig.stack.connects.size() == 2);
  CHECK(rig.stack.resets.empty());
}

TEST_CASE("a connection that waits for something else than a send goes out of use like any other") {
  for (const std::vector<Step>& rest : {
           std::vector<Step>{pause_ns(kMs), pause_ns(kMs), repeat(2)},
           std::vector<Step>{pause_ns(kMs), repeat(2, 3), pause_ns(kMs), repeat(2)},
           std::vector<Step>{pause_ns(kMs), step::Receive{framing::Fixed{4}}, repeat(3)},
       }) {
    std::vector<Step> steps = {send(), expect_fixed(4)};
    steps.insert(steps.end(), rest.begin(), rest.end());
    EngineRig rig(client({message("ping")}, steps), 2, ramp({{0, 0, 2}, {20 * kMs, 2, 2}, {0, 2, 1}}));
    rig.start();
    run_answering(rig, 2, 15 * kMs);
    CHECK(rig.count(Counter::open) == 2);
    run_answering(rig, 2, 15 * kMs);
    CHECK(rig.count(Counter::open) == 1);
    CHECK(rig.stack.closes == std::vector<Slot>{1});
  }
}

TEST_CASE("each worker has its part of the connections in use") {
  EngineOptions options = ramp({{0, 0, 5}});
  options.first_connection_id = 1;
  options.connection_id_stride = 2;
  EngineRig rig(chat(), 5, options);
  rig.start();
  run_answering(rig, 5, 5 * kMs);
  CHECK(rig.stack.connects == std::vector<Slot>{0, 1});  // connections 1 and 3 of 0 to 4
}
