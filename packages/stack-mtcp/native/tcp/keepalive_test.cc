#include "tcp/keepalive.hpp"

#include <doctest/doctest.h>

#include "mcc/departures.hpp"
#include "testing/script.hpp"

using namespace mcc;
using namespace mcc::testing;

namespace {

constexpr Nanos kIdle = 60 * kSec;
constexpr Nanos kInterval = 20 * kSec;
// By how much a probe may be late: two looks, and the unit in which silence is told.
constexpr Nanos kLate = kInterval / 4 + tcp::Silence::kUnitNs;

MtcpOptions options(bool server, Nanos idle = kIdle) {
  MtcpOptions options = Script::options(server);
  options.tcp.keepalive = {.idle = idle, .interval = kInterval, .probes = 3};
  return options;
}

constexpr Nanos kStep = 50 * kMs;

// Time passes in steps that suit the sweep.
void rest(Script& s, Nanos time) {
  for (Nanos passed = 0; passed < time; passed += kStep) {
    s.clock.advance(std::min(kStep, time - passed));
    s.poll();
  }
}

// Nothing leaves for as long as this, and then a probe: one below what the peer expects, and empty.
void expect_probe(Script& s, Nanos after, std::uint32_t seq = 0, std::uint32_t ack = 1) {
  rest(s, after - kMs);
  s.expect_silence();
  for (Nanos late = 0; late < kLate && s.heard() == 0; late += kStep) rest(s, kStep);
  s.expect(ACK, seq, ack);
  s.expect_silence();
}

}  // namespace

TEST_CASE("keepalive: off by default, connections may be idle for ever (RFC 9293 MUST-25)") {
  Script s(true);
  s.accept();
  rest(s, 4 * 3600 * kSec);
  s.expect_silence();
  CHECK(s.stack->connections() == 1);
}

TEST_CASE("keepalive: an idle peer is asked after the time that was set, in both roles (RFC 9293 3.8.4, SHLD-12)") {
  SUBCASE("client") {
    Script s(options(false));
    s.connect();
    expect_probe(s, kIdle);
    CHECK(s.counters().keepalive_probes == 1);
  }
  SUBCASE("server") {
    Script s(options(true));
    s.accept();
    expect_probe(s, kIdle);
    CHECK(s.counters().keepalive_probes == 1);
  }
  SUBCASE("after two hours (MUST-27)") {
    Script s(options(true, 7200 * kSec));
    s.accept();
    expect_probe(s, 7200 * kSec);
  }
  SUBCASE("a peer that closed its end, and waits for ours") {
    Script s(options(true));
    s.accept();
    s.say({.flags = FIN | ACK});
    s.expect(ACK, 1, 2);
    expect_probe(s, kIdle, 0, 2);
  }
}

TEST_CASE("keepalive: whoever answers is asked again only when it has been idle as long again") {
  Script s(options(true));
  SUBCASE("with timestamps") { s.accept({.mss = 1460, .timestamps = true, .ts_value = 1}); }
  SUBCASE("without") { s.accept(); }
  for (int i = 0; i < 10; ++i) {
    expect_probe(s, kIdle);
    s.say({});
  }
  CHECK(s.entry().closed == 0);
  CHECK(s.counters().keepalive_probes == 10);
}

TEST_CASE("keepalive: no probe leaves while the peer is heard of (RFC 9293 MUST-26)") {
  Script s(options(true));
  s.accept();
  const auto for_long = [&](auto&& step) {
    for (int i = 0; i < 10; ++i) {
      rest(s, kIdle - kSec);
      step();
      s.forget();
    }
    CHECK(s.counters().keepalive_probes == 0);
  };
  std::uint32_t received = 1, sent = 1;
  SUBCASE("data") {
    for_long([&] { s.say({.seq = received++, .payload = "a"}); });
  }
  SUBCASE("data that it sends again, since our acknowledgments are lost") {
    s.say({.seq = 1, .payload = "abc"});
    s.forget();
    for_long([&] { s.say({.seq = 1, .payload = "abc"}); });
  }
  SUBCASE("acknowledgments of ours") {
    for_long([&] {
      s.send("a");
      s.say({.ack = ++sent});
    });
  }
  SUBCASE("bare acknowledgments") {
    for_long([&] { s.say({}); });
  }
  SUBCASE("its own keep-alives") {
    for_long([&] { s.say({.seq = 0}); });
  }
  SUBCASE("its own keep-alives, with an octet of garbage") {
    for_long([&] { s.say({.seq = 0, .payload = "?"}); });
  }
}

TEST_CASE("keepalive: no probe leaves while data are outstanding: their timers ask (RFC 9293 MUST-26)") {
  Script s(options(true, kSec));
  s.accept();
  SUBCASE("in flight") {
    s.send("abc");
    rest(s, 300 * kSec);
    CHECK(s.counters().timeout_retransmits > 0);
  }
  SUBCASE("before a closed window") {
    s.say({.window = 0});
    s.send("abc");
    rest(s, 60 * kSec);
    CHECK(s.counters().window_probes > 0);
  }
  CHECK(s.counters().keepalive_probes == 0);
}

TEST_CASE(
    "keepalive: one probe without an answer tells nothing; all of them, that the peer is dead (RFC 9293 MUST-29)") {
  Script s(options(true));
  s.accept();
  expect_probe(s, kIdle);
  expect_probe(s, kInterval);
  expect_probe(s, kInterval);
  CHECK(s.entry().closed == 0);
  SUBCASE("dead") {
    rest(s, kInterval - kMs);
    CHECK(s.entry().closed == 0);
    rest(s, kLate);
    s.expect_silence();
    CHECK(s.entry().closed == 1);
    CHECK(s.entry().reason == Error::connect_timeout);
    CHECK(s.counters().timeouts == 1);
    CHECK(s.stack->connections() == 0);
  }
  SUBCASE("the last one is answered") {
    rest(s, kInterval - kMs);
    s.say({});
    expect_probe(s, kIdle);
    CHECK(s.entry().closed == 0);
  }
}

TEST_CASE("keepalive: a peer that has forgotten the connection resets it") {
  Script s(options(true));
  s.accept();
  expect_probe(s, kIdle);
  s.say({.flags = RST, .seq = 1});
  CHECK(s.entry().reason == Error::connection_reset);
}

TEST_CASE("keepalive: a new connection owes nothing to the one that had its slot") {
  Script s(options(true));
  s.accept();
  expect_probe(s, kIdle);
  rest(s, kInterval - kSec);
  s.stack->reset(0);
  s.forget();
  s.journal.accepted = 0;
  ++s.peer_port;
  s.accept();
  CHECK(s.journal.last_accepted == 0);
  expect_probe(s, kIdle);
}

TEST_CASE("keepalive: however many are idle, a few are asked at a time, and each within its time") {
  constexpr std::uint32_t kConnections = 1000;
  MtcpOptions many = options(true);
  many.sessions = kConnections;
  Script s(many);
  for (std::uint32_t i = 0; i < kConnections; ++i) {
    s.journal.accepted = 0;
    s.accept();
    ++s.peer_port;
  }
  rest(s, kIdle - kMs);
  s.expect_silence();
  std::size_t most = 0;
  for (Nanos passed = 0; passed < 2 * kLate; passed += kMs) {
    s.clock.advance(kMs);
    const std::uint64_t before = s.counters().keepalive_probes;
    s.poll();
    most = std::max<std::size_t>(most, s.counters().keepalive_probes - before);
  }
  CHECK(s.heard() == kConnections);
  CHECK(most <= 256);
}

TEST_CASE("keepalive: an idle connection that is watched costs four bytes more, and at most 128 in all") {
  const auto cost = [](const MtcpOptions& given) {
    Script s(given);
    s.accept();
    rest(s, kSec);
    return s.stack->bytes_per_connection(sizeof(Session) + sizeof(Intent));
  };
  CHECK(cost(options(true)) == cost(Script::options(true)) + 4);
  CHECK(cost(options(true)) <= 128);
}

TEST_CASE("keepalive: the peers' are answered however many there are, beyond the limit of challenges (RFC 5961 7)") {
  MtcpOptions options = Script::options(true);
  options.tcp.challenges_per_second = 3;
  Script s(options);
  s.accept();
  for (int i = 0; i < 10; ++i) {
    s.say({.seq = 0});
    s.expect(ACK, 1, 1);
  }
  for (int i = 0; i < 10; ++i) s.say({.seq = 0, .ack = 0});  // these do not know where we are
  CHECK(s.heard() == 3);
}
