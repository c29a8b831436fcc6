// Whatever the path does: every byte arrives in order, or the failure is reported; nothing hangs, nothing leaks.

#include <doctest/doctest.h>

#include "testing/random_transfers.hpp"

using namespace mcc;
using namespace mcc::testing;

namespace {

TransferOutcome check(const TransferPlan& plan, std::uint64_t seed) {
  CAPTURE(seed);
  RandomTransfers transfers(plan, seed);
  TransferOutcome outcome = transfers.run();
  World& w = transfers.world;
  CHECK(outcome.intact + outcome.failed == w.at_client.closed + w.at_server.closed);
  CHECK(w.client->connections() == 0);
  // Half-open leftovers of duplicated SYNs go in the end.
  w.run(200'000'000'000, 50'000'000);
  CHECK(w.server->connections() == 0);
  w.step(1'000'000);  // what was sent last arrives
  w.step();
  outcome.keepalive_probes = w.client->counters().keepalive_probes + w.server->counters().keepalive_probes;
  w.client.reset();
  w.server.reset();
  CHECK(w.link.free_buffers() + w.held_by_faults() == World::kBuffers);
  return outcome;
}

void check_all_intact(const TransferPlan& plan, std::uint64_t seeds) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const TransferOutcome outcome = check(plan, seed);
    CHECK(outcome.failed == 0);
    CHECK(outcome.intact == plan.connections * 2);
  }
}

}  // namespace

TEST_CASE("random transfers arrive intact on a good path") { check_all_intact({}, 20); }

TEST_CASE("random transfers arrive intact when 1 % of everything goes wrong") {
  check_all_intact({.faults = {.drop = 0.01, .duplicate = 0.01, .reorder = 0.01, .corrupt = 0.01, .delay = 200'000}},
                   5);
}

TEST_CASE("random transfers arrive intact when 5 % of everything goes wrong") {
  check_all_intact(
      {.faults =
           {.drop = 0.05, .duplicate = 0.05, .reorder = 0.05, .corrupt = 0.01, .delay = 500'000, .jitter = 300'000}},
      5);
}

TEST_CASE("random transfers arrive or are reported failed at 20 % loss") {
  std::uint32_t intact = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    intact += check({.faults = {.drop = 0.2, .duplicate = 0.2, .reorder = 0.2, .corrupt = 0.05, .delay = 500'000},
                     .bytes_max = 60'000},
                    seed)
                  .intact;
  }
  CHECK(intact > 0);
}

TEST_CASE("random transfers arrive intact without SACK, without timestamps, with NewReno and with small windows") {
  TransferPlan plan{.faults = {.drop = 0.02, .duplicate = 0.01, .reorder = 0.02, .delay = 200'000}};
  SUBCASE("without SACK") { plan.client.tcp.sack = false; }
  SUBCASE("without timestamps") { plan.server.tcp.timestamps = false; }
  SUBCASE("with neither") { plan.client.tcp.sack = plan.client.tcp.timestamps = false; }
  SUBCASE("with NewReno") { plan.client.tcp.congestion = plan.server.tcp.congestion = tcp::Congestion::newreno; }
  SUBCASE("with a window of 4000 bytes") { plan.client.tcp.window = plan.server.tcp.window = 4000; }
  SUBCASE("with little memory for copies") { plan.client.tcp.send_memory = plan.server.tcp.send_memory = 24 * 1024; }
  SUBCASE("with few packets held") { plan.client.tcp.held_packets_max = plan.server.tcp.held_packets_max = 10; }
  check_all_intact(plan, 6);
}

TEST_CASE("random transfers arrive intact over a long way, while both ends ask whether the other is there") {
  TransferPlan plan{.faults = {.drop = 0.02, .duplicate = 0.01, .reorder = 0.02, .delay = 300'000'000}};
  plan.client.tcp.keepalive = plan.server.tcp.keepalive = {20'000'000, 20'000'000, 50};
  std::uint64_t probes = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const TransferOutcome outcome = check(plan, seed);
    CHECK(outcome.failed == 0);
    CHECK(outcome.intact == plan.connections * 2);
    probes += outcome.keepalive_probes;
  }
  CHECK(probes > 0);
}
