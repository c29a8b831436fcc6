// Losses: how they are told, repaired, and told apart from what was only late.

#include <doctest/doctest.h>

#include "testing/script.hpp"

using namespace mcc;
using namespace mcc::testing;

namespace {

constexpr wire::TcpOptions kWithSack{.mss = 1000, .sack_permitted = true};

Say sack(Script& s, std::uint32_t ack, std::initializer_list<std::pair<std::uint32_t, std::uint32_t>> ranges) {
  Say say{.ack = ack};
  for (const auto& [left, right] : ranges) say.options.sack[say.options.sack_count++] = {s.iss + left, s.iss + right};
  return say;
}

}  // namespace

TEST_CASE(
    "send: three duplicates bring a fast retransmit, the window is halved, recovery ends (RFC 5681 3.2, RFC 6582)") {
  MtcpOptions options = Script::options(true);
  options.tcp.congestion = tcp::Congestion::newreno;
  Script s(options);
  s.accept({.mss = 1000});
  s.send(pattern(40'000));
  CHECK(s.heard() == 10);
  s.forget();
  s.say({});
  s.expect(ACK, 10'001, 1, 1000);  // limited transmit (RFC 3042)
  s.say({});
  s.expect(ACK, 11'001, 1, 1000);
  s.say({});
  s.expect(ACK, 1, 1, 1000);
  for (int i = 0; i < 4; ++i) s.say({});
  s.expect_silence();  // 8 + 4 of inflation is what is out
  s.say({});
  s.expect(ACK, 12'001, 1, 1000);
  s.say({.ack = 3001});  // partial: the next hole at once
  s.expect(ACK, 3001, 1, 1000);
  s.forget();
  s.say({.ack = 13'001});
  CHECK(s.heard() >= 1);
  CHECK(s.heard() <= 5);
  CHECK(s.counters().recoveries == 1);
  CHECK(s.counters().timeout_retransmits == 0);
}

TEST_CASE("send: with SACK exactly the holes are sent again (RFC 6675 5)") {
  MtcpOptions options = Script::options(true);
  options.tcp.congestion = tcp::Congestion::newreno;
  Script s(options);
  s.accept(kWithSack);
  s.send(pattern(10'000));
  s.forget();
  // Segments 1 and 4 (1..1000 and 3001..4000) are lost.
  s.say(sack(s, 1, {{1001, 2001}}));
  s.say(sack(s, 1, {{1001, 3001}}));
  s.expect_silence();
  s.say(sack(s, 1, {{4001, 5001}, {1001, 3001}}));
  s.expect(ACK, 1, 1, 1000);
  s.say(sack(s, 1, {{4001, 7001}, {1001, 3001}}));
  s.say(sack(s, 1, {{4001, 10'001}, {1001, 3001}}));
  s.expect(ACK, 3001, 1, 1000);
  s.say(sack(s, 3001, {{4001, 10'001}}));
  s.say({.ack = 10'001});
  s.expect_silence();
  CHECK(s.counters().fast_retransmits == 2);
  CHECK(s.counters().timeout_retransmits == 0);
}

TEST_CASE("send: SACK blocks that lie are ignored (RFC 2018 5, RFC 6675 4)") {
  Script s(true);
  s.accept(kWithSack);
  s.send(pattern(5'000));
  s.forget();
  s.say(sack(s, 1, {{20'000, 30'000}}));
  s.say(sack(s, 1, {{3001, 2001}}));
  s.say(sack(s, 1, {{0, 1}}));
  CHECK(s.counters().duplicate_acks == 0);
  s.expect_silence();
}

TEST_CASE(
    "send: the time-out doubles each time, and the connection is given up after R2 (RFC 6298 5, RFC 9293 3.8.3)") {
  MtcpOptions options = Script::options(true);
  options.tcp.retries = 4;
  Script s(options);
  s.accept();
  s.send("x");
  s.expect(ACK | PSH, 1, 1, 1);
  s.advance(51 * kMs);
  s.expect(ACK | PSH, 1, 1, 1);  // the tail-loss probe
  Nanos wait = 200 * kMs;
  for (int i = 0; i < 4; ++i, wait *= 2) {
    s.advance(wait - 5 * kMs);
    s.expect_silence();
    s.advance(6 * kMs);
    s.expect(ACK | PSH, 1, 1, 1);
    s.clock.set(s.clock.now() - kMs);
  }
  s.advance(wait + 10 * kMs);
  CHECK(s.entry().closed == 1);
  CHECK(s.entry().reason == Error::connect_timeout);
}

TEST_CASE("send: after a time-out one segment leaves, then slow start goes on (RFC 5681 3.1)") {
  Script s(true);
  s.accept({.mss = 1000});
  s.send(pattern(10'000));
  s.forget();
  s.advance(230 * kMs);  // tail probe, then time-out
  CHECK(s.counters().tail_probes == 1);
  CHECK(s.counters().timeout_retransmits == 1);
  s.forget();
  s.say({.ack = 1001});
  s.expect(ACK, 1001, 1, 1000);
  s.expect(ACK, 2001, 1, 1000);
  s.expect_silence();
}

TEST_CASE("send: a lost tail is probed for long before the time-out (RFC 8985 7)") {
  Script s(true);
  s.accept(kWithSack);
  s.send(pattern(3'000));
  s.forget();
  s.advance(12 * kMs);
  s.expect(ACK | PSH, 2001, 1, 1000);
  s.say(sack(s, 1, {{2001, 3001}}));
  s.expect_silence();
  s.say({.ack = 3001});
  s.advance(500 * kMs);
  s.expect_silence();
}

TEST_CASE(
    "send: a lost segment alone is probed for when the peer cannot be delaying its acknowledgment (RFC 8985 7.2)") {
  Script s(true);
  s.accept(kWithSack);
  for (std::uint32_t i = 0; i < 3; ++i) {  // whatever the timer was armed for
    s.send("request");
    s.expect(ACK | PSH, 1 + 7 * i, 1, 7);
    s.advance(45 * kMs);
    s.expect_silence();
    s.advance(10 * kMs);
    s.expect(ACK | PSH, 1 + 7 * i, 1, 7);
    s.advance(100 * kMs);
    s.expect_silence();  // one probe, then the time-out
    s.say({.ack = 8 + 7 * i});
  }
  CHECK(s.counters().tail_probes == 3);
  CHECK(s.counters().timeout_retransmits == 0);
}

TEST_CASE(
    "send: what a tail-loss probe repaired is a loss to congestion control, what came twice is not (RFC 8985 7.4.2)") {
  MtcpOptions options = Script::options(true);
  options.tcp.congestion = tcp::Congestion::newreno;
  Script s(options);
  const std::string text = pattern(60'000);
  SUBCASE("with timestamps, at once") {
    s.accept({.mss = 1012, .sack_permitted = true, .timestamps = true, .ts_value = 1});
    s.send(text.substr(0, 10'000));
    s.forget();
    const std::uint32_t first = s.last_ts;
    s.advance(12 * kMs);
    s.expect(ACK | PSH, 9001, 1, 1000);
    Say say{.ack = 10'001, .options = {.timestamps = true, .ts_echo = s.last_ts}};
    say.options.ts_value = static_cast<std::uint32_t>(s.clock.now() >> 20);
    std::size_t window = 12;
    SUBCASE("the probe is acknowledged") { window = 6; }
    SUBCASE("what it repeated is acknowledged") { say.options.ts_echo = first; }
    SUBCASE("it came twice") {
      say.options.sack_count = 1;
      say.options.sack[0] = {s.iss + 9001, s.iss + 10'001};
    }
    s.say(say);
    s.send(text);
    CHECK(s.heard() == window);
  }
  SUBCASE("without, when later data are acknowledged") {
    s.accept(kWithSack);
    s.send(text.substr(0, 5'000));
    s.forget();
    s.advance(12 * kMs);
    s.expect(ACK | PSH, 4001, 1, 1000);
    s.send(text);
    CHECK(s.heard() == 5);
    SUBCASE("and none were reported twice") {
      s.say({.ack = 5001});
      s.forget();
      s.say({.ack = 6001});
      s.expect_silence();
    }
    SUBCASE("and they were") {
      s.say(sack(s, 5001, {{4001, 5001}}));
      s.forget();
      s.say({.ack = 6001});
      CHECK(s.heard() == 2);
      CHECK(s.counters().duplicates_reported == 1);
    }
  }
}

namespace {

// As Script::accept, with a round trip of 40 ms.
void accept_slowly(Script& s) {
  s.say({.flags = SYN, .seq = 0, .options = kWithSack});
  s.expect(SYN | ACK, 0, 1);
  s.advance(40 * kMs);
  s.say({});
  s.expect_silence();
}

}  // namespace

TEST_CASE("send: a hole is lost a quarter of a round trip after something later has arrived (RFC 8985 6.2)") {
  Script s(true);
  accept_slowly(s);
  s.send(pattern(3'000));
  s.forget();
  s.say(sack(s, 1, {{1001, 2001}}));
  Nanos window = 10 * kMs;
  SUBCASE("by one duplicate") {}
  SUBCASE("half of one, when the peer has reported duplicates: there is reordering") {
    s.say(sack(s, 1, {{0, 1}, {1001, 2001}}));
    window = 20 * kMs;
  }
  SUBCASE("it arrives in time") {
    s.advance(9 * kMs);
    s.say({.ack = 2001});
    s.advance(60 * kMs);
    s.expect_silence();
    CHECK(s.counters().recoveries == 0);
    return;
  }
  s.advance(window - kMs);
  s.expect_silence();
  s.advance(2 * kMs);
  s.expect(ACK, 1, 1, 1000);
  s.expect_silence();
  s.say({.ack = 3001});
  CHECK(s.counters().recoveries == 1);
  CHECK(s.counters().timeout_retransmits == 0);
}

TEST_CASE("send: a retransmission that is lost in turn is sent again without a time-out (RFC 8985 6.2)") {
  Script s(true);
  accept_slowly(s);
  s.send(pattern(20'000));
  s.forget();
  s.say(sack(s, 1, {{1001, 4001}}));
  s.expect(ACK, 1, 1, 1000);
  s.advance(20 * kMs);
  s.say(sack(s, 1, {{1001, 10'001}}));
  CHECK(s.hear().seq == 10'001);
  s.forget();
  SUBCASE("when what was sent later arrives") {
    s.advance(35 * kMs);
    s.say(sack(s, 1, {{1001, 11'001}}));
  }
  SUBCASE("a reordering window later") {
    s.advance(25 * kMs);
    s.say(sack(s, 1, {{1001, 11'001}}));
    while (s.heard() > 0) CHECK(s.hear().seq > 10'001);
    s.advance(6 * kMs);
  }
  s.expect(ACK, 1, 1, 1000);
  CHECK(s.counters().lost_retransmits == 1);
  s.forget();
  s.say({.ack = 12'001});
  CHECK(s.counters().timeout_retransmits == 0);
  CHECK(s.counters().recoveries == 1);
}

TEST_CASE("send: a time-out that was not called for leaves the window as it was (RFC 3522 3.2, RFC 4015 3.2)") {
  Script s(true);
  s.accept({.mss = 1012, .sack_permitted = true, .timestamps = true, .ts_value = 1});
  s.send(pattern(10'000));
  s.forget();
  const std::uint32_t first = s.last_ts;
  s.advance(220 * kMs);
  CHECK(s.counters().timeout_retransmits == 1);
  s.forget();
  Say say{.ack = 10'001, .options = {.timestamps = true, .ts_echo = s.last_ts}};
  say.options.ts_value = static_cast<std::uint32_t>(s.clock.now() >> 20);
  bool spurious = false;
  SUBCASE("what was sent first is acknowledged") { spurious = true; }
  SUBCASE("what was sent after it is acknowledged") {}
  if (spurious) say.options.ts_echo = first;
  s.say(say);
  s.send(pattern(60'000));
  CHECK(s.heard() == (spurious ? 12 : 3));
  CHECK(s.counters().spurious_timeouts == (spurious ? 1 : 0));
}
