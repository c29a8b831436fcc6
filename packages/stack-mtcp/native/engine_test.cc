// The engine, unchanged, on this stack: what `mcc run` and `mcc serve` do, over a link in memory.

#include <doctest/doctest.h>

#include "testing/joined_engines.hpp"

using namespace mcc;
using namespace mcc::testing;
using Counter = stats::Counter;

namespace {

constexpr std::uint32_t kConnections = 1000;

void run_load(bool keep_alive, std::size_t body, std::uint64_t requests) {
  JoinedEngines<ManualClock> joined(kConnections, keep_alive, body);
  const auto step = [&] {
    joined.turn();
    joined.clock.advance(20'000);
  };
  const auto until = [&](auto&& done) {
    for (int i = 0; i < 400'000 && !done(); ++i) step();
    REQUIRE(done());
  };
  until([&] { return joined.client.count(Counter::open) == kConnections; });
  joined.client.order(Command::load, joined.clock.now());
  until([&] { return joined.client.count(Counter::requests_completed) >= requests; });
  joined.client.order(Command::drain);
  until([&] { return joined.client.count(Counter::active) == 0; });
  joined.server.order(Command::drain);
  until([&] { return joined.server.count(Counter::open) == 0; });
  CHECK(joined.client.errors() == 0);
  CHECK(joined.client.count(Counter::requests_failed) == 0);
  CHECK(joined.server.errors() == 0);
  CHECK(joined.client.count(Counter::requests_completed) == joined.server.count(Counter::requests_completed));
  CHECK(joined.client.stack.connections() == 0);
  CHECK(joined.server.stack.connections() == 0);
  // The drain gives up connections that are being opened: each may get an answer that nobody waits for any more.
  CHECK(joined.client.stack_counter("refusals") <= kConnections);
  CHECK(joined.server.stack_counter("refusals") == 0);
  if (!keep_alive) CHECK(joined.client.count(Counter::established) >= requests);
}

}  // namespace

TEST_CASE("engine: 1,000 connections, request after request on each") { run_load(true, 100, 20'000); }

TEST_CASE("engine: 1,000 connections, one request on each, then the next") { run_load(false, 100, 20'000); }

TEST_CASE("engine: bodies of many segments") { run_load(true, 100'000, 3'000); }

TEST_CASE("engine: what a connection costs is measured") {
  JoinedEngines<ManualClock> joined(kConnections, true, 100);
  for (int i = 0; i < 10'000 && joined.client.count(Counter::open) < kConnections; ++i) {
    joined.turn();
    joined.clock.advance(20'000);
  }
  joined.clock.advance(1'000'000'000);
  joined.turn();
  CHECK(joined.client.stack_counter("bytesPerConnection") <= 128);
  CHECK(joined.client.stack_counter("bytesPerConnection") >= sizeof(tcp::ControlBlock) + sizeof(Session));
  CHECK(joined.client.stack_counter("opened") == kConnections);
}

TEST_CASE("engine: a connection with a pending departure costs at most 128 bytes, all that is kept of it included") {
  Program heartbeat = http_client(true);
  heartbeat.steps.insert(heartbeat.steps.begin(), step::Pause{wait::Period{.ns = 60'000'000'000}});
  heartbeat.steps.back() = step::Repeat{0};
  JoinedEngines<ManualClock> joined(kConnections, heartbeat, 100);
  const auto turns = [&](int most, auto&& done) {
    for (int i = 0; i < most && !done(); ++i) {
      joined.turn();
      joined.clock.advance(20'000);
    }
    REQUIRE(done());
  };
  turns(10'000, [&] { return joined.client.count(Counter::open) == kConnections; });
  joined.client.order(Command::load, joined.clock.now());
  // Two of them, of a thousand in a minute, show that each is on its way.
  turns(10'000, [&] { return joined.client.count(Counter::requests_completed) == 2; });
  const std::uint64_t bytes = joined.client.stack_counter("bytesPerConnection");
  CHECK(bytes <= 128);
  CHECK(bytes >= sizeof(tcp::ControlBlock) + sizeof(timer::Links) + sizeof(Session) + sizeof(Intent));
  CHECK(joined.client.count(Counter::pacing_queued) == 0);
}
