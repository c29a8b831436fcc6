#include <doctest/doctest.h>

#include "testing/script.hpp"

using namespace mcc;
using namespace mcc::testing;

TEST_CASE(
    "open: the active handshake offers MSS, scaling, SACK and timestamps (RFC 9293 3.5, 3.7.1; RFC 7323; RFC 2018)") {
  Script s(false);
  REQUIRE(s.stack->connect(0) == Error::none);
  const Heard syn = s.expect(SYN, 0, 0);
  CHECK(syn.options.mss == 1460);
  CHECK(syn.options.window_shift == 4);
  CHECK(syn.options.sack_permitted);
  CHECK(syn.options.timestamps);
  CHECK(syn.window == 0xffff);
  s.say({.flags = SYN | ACK, .seq = 0, .options = {.mss = 1460}});
  CHECK(s.entry().connected == 1);
  s.expect(ACK, 1, 1);
}

TEST_CASE("open: the passive handshake answers with what was offered, and no more (RFC 7323 2.2, RFC 2018 2)") {
  Script s(true);
  s.say({.flags = SYN, .seq = 0, .options = {.mss = 1000}});
  const Heard plain = s.expect(SYN | ACK, 0, 1);
  CHECK(plain.options.mss == 1460);
  CHECK(plain.options.window_shift == -1);
  CHECK_FALSE(plain.options.sack_permitted);
  CHECK_FALSE(plain.options.timestamps);
  CHECK(s.journal.accepted == 0);
  s.say({});
  CHECK(s.journal.accepted == 1);
  s.peer_port = 5001;
  s.say({.flags = SYN,
         .seq = 0,
         .options = {.mss = 1000, .window_shift = 2, .sack_permitted = true, .timestamps = true, .ts_value = 77}});
  const Heard full = s.expect(SYN | ACK, 0, 1);
  CHECK(full.options.window_shift == 4);
  CHECK(full.options.sack_permitted);
  CHECK(full.options.timestamps);
  CHECK(full.options.ts_echo == 77);
}

TEST_CASE("open: without an MSS option segments are of 536 bytes (RFC 9293 MUST-15)") {
  Script s(true);
  s.accept({});
  s.send(pattern(1000));
  s.expect(ACK, 1, 1, 536);
  s.expect(ACK | PSH, 537, 1, 464);
}

TEST_CASE("open: both open at once (RFC 9293 3.5, figure 8)") {
  Script s(false);
  REQUIRE(s.stack->connect(0) == Error::none);
  s.expect(SYN, 0, 0);
  s.say({.flags = SYN, .seq = 0, .options = {.mss = 1460}});
  s.expect(SYN | ACK, 0, 1);
  CHECK(s.entry().connected == 0);
  SUBCASE("the peer's SYN,ACK is answered, its ACK completes") {
    s.say({.flags = SYN | ACK, .seq = 0});
    s.expect(ACK, 1, 1);
    s.say({});
  }
  SUBCASE("its ACK alone completes") { s.say({}); }
  CHECK(s.entry().connected == 1);
  s.send("x");
  s.expect(ACK | PSH, 1, 1, 1);
}

TEST_CASE("open: in SYN-SENT a wrong ACK is answered with RST (RFC 9293 3.10.7.3, first)") {
  Script s(false);
  REQUIRE(s.stack->connect(0) == Error::none);
  s.expect(SYN, 0, 0);
  s.say({.flags = SYN | ACK, .seq = 0, .ack = 2});
  s.expect(RST, 2, 0);
  CHECK(s.entry().closed == 0);
}

TEST_CASE("open: in SYN-SENT only RST with the right ACK refuses (RFC 9293 3.10.7.3, second; RFC 5961 3)") {
  Script s(false);
  REQUIRE(s.stack->connect(0) == Error::none);
  s.expect(SYN, 0, 0);
  s.say({.flags = RST, .seq = 0});
  s.say({.flags = RST | ACK, .seq = 0, .ack = 7});
  CHECK(s.entry().closed == 0);
  s.say({.flags = RST | ACK, .seq = 0, .ack = 1});
  CHECK(s.entry().closed == 1);
  CHECK(s.entry().reason == Error::connect_refused);
  s.expect_silence();
}

TEST_CASE("open: a SYN is sent again with back-off, and given up (RFC 6298 2.1, 5.5; RFC 9293 3.8.3)") {
  Script s(false);
  REQUIRE(s.stack->connect(0) == Error::none);
  s.expect(SYN, 0, 0);
  Nanos wait = kSec;
  for (int i = 0; i < 6; ++i, wait = std::min<Nanos>(wait * 2, 60 * kSec)) {
    s.advance(wait - 2 * kMs);
    s.expect_silence();
    s.advance(4 * kMs);
    s.expect(SYN, 0, 0);
    s.clock.set(s.clock.now() - 2 * kMs);
  }
  s.advance(61 * kSec);
  CHECK(s.entry().reason == Error::connect_timeout);
  CHECK(s.stack->connections() == 0);
}

TEST_CASE("open: after a lost SYN one segment leaves first, and the time-out is 3 s (RFC 6928 2, RFC 6298 5.7)") {
  Script s(false);
  REQUIRE(s.stack->connect(0) == Error::none);
  s.advance(1001 * kMs);
  s.forget();
  s.say({.flags = SYN | ACK, .seq = 0, .options = {.mss = 1460}});
  s.expect(ACK, 1, 1);
  s.send(pattern(5000));
  s.expect(ACK, 1, 1, 1460);
  s.expect_silence();
  s.advance(2045 * kMs);
  s.expect_silence();
  s.advance(10 * kMs);
  s.expect(ACK, 1461, 1, 1460);  // the tail-loss probe
  s.advance(2990 * kMs);
  s.expect_silence();
  s.advance(20 * kMs);
  s.expect(ACK, 1, 1, 1460);
}

TEST_CASE("open: with timestamps the round trip of a SYN that was sent again is measured (RFC 7323 4)") {
  Script s(false);
  REQUIRE(s.stack->connect(0) == Error::none);
  s.advance(1001 * kMs);
  CHECK(s.heard() == 2);
  s.forget();
  s.timestamps = true;
  s.say({.flags = SYN | ACK,
         .seq = 0,
         .options = {.mss = 1460, .timestamps = true, .ts_value = 7, .ts_echo = s.last_ts}});
  s.expect(ACK, 1, 1);
  s.send("x");
  s.expect(ACK | PSH, 1, 1, 1);
  s.advance(60 * kMs);
  s.expect(ACK | PSH, 1, 1, 1);  // the tail-loss probe
  s.advance(185 * kMs);
  s.expect_silence();
  s.advance(10 * kMs);
  s.expect(ACK | PSH, 1, 1, 1);
}

TEST_CASE("open: a SYN that comes again is answered again") {
  Script s(true);
  s.say({.flags = SYN, .seq = 0, .options = {.mss = 1460}});
  s.expect(SYN | ACK, 0, 1);
  s.say({.flags = SYN, .seq = 0, .options = {.mss = 1460}});
  s.expect(SYN | ACK, 0, 1);
  s.advance(3500 * kMs);
  CHECK(s.heard() == 2);  // after 1 s and 3 s
  s.forget();
  s.say({});
  CHECK(s.journal.accepted == 1);
}

TEST_CASE("open: in SYN-RECEIVED RST goes back to LISTEN in silence, a wrong ACK is refused (RFC 9293 3.10.7.4)") {
  Script s(true);
  s.say({.flags = SYN, .seq = 0, .options = {.mss = 1460}});
  s.expect(SYN | ACK, 0, 1);
  s.say({.ack = 9});
  s.expect(RST, 9, 0);
  s.say({.flags = SYN, .seq = 5});  // within the window
  CHECK(s.stack->connections() == 0);
  s.say({.flags = SYN, .seq = 0, .options = {.mss = 1460}});
  s.expect(SYN | ACK, 0, 1);
  s.say({.flags = RST, .seq = 1});
  CHECK(s.stack->connections() == 0);
  CHECK(s.journal.closed == 0);
  s.expect_silence();
}

TEST_CASE("open: half-open connections are bounded, and beyond it SYNs are counted and dropped") {
  MtcpOptions options = Script::options(true);
  options.tcp.half_open_max = 2;
  Script s(options);
  for (s.peer_port = 5000; s.peer_port < 5005; ++s.peer_port) s.say({.flags = SYN, .seq = 0});
  CHECK(s.heard() == 2);
  CHECK(s.counters().syn_drops_half_open == 3);
  s.advance(130 * kSec);
  CHECK(s.stack->connections() == 0);  // unanswered, they go
}

TEST_CASE("open: SYNs beyond the stack's connections are counted and dropped") {
  Script s(true);
  for (s.peer_port = 5000; s.peer_port < 5006; ++s.peer_port) {
    s.inject({.flags = SYN, .seq = 0});
  }
  CHECK(s.heard() == 4);
  CHECK(s.counters().syn_drops_no_slot == 2);
}

TEST_CASE("open: the slot of a connection that ended in this very poll is there for the SYN that follows") {
  MtcpOptions options = Script::options(true);
  options.sessions = 1;
  Script s(options);
  s.accept();
  SUBCASE("closed in order") {
    s.stack->close(0);
    s.expect(FIN | ACK, 1, 1);
    s.inject({.flags = FIN | ACK, .ack = 2});
  }
  SUBCASE("reset") { s.inject({.flags = RST}); }
  s.forget();
  ++s.peer_port;
  s.inject({.flags = SYN, .seq = 0, .options = {.mss = 1460}});
  ++s.peer_port;
  s.inject({.flags = SYN, .seq = 0, .options = {.mss = 1460}});  // one too many
  s.poll();
  CHECK(s.journal.closed == 1);
  CHECK(s.counters().syn_drops_no_slot == 1);
  --s.peer_port;
  s.say({});
  CHECK(s.journal.accepted == 2);
  CHECK(s.journal.last_accepted == 0);
  CHECK(s.entry().closed == 0);  // told before the slot was taken again
  CHECK(s.stack->connections() == 1);
}

TEST_CASE("open: what belongs to no connection is refused with RST, but RST itself is not (RFC 9293 3.10.7.1)") {
  MtcpOptions options = Script::options(true);
  options.tcp.resets_per_second = 2;
  Script s(options);
  s.say({.flags = ACK, .seq = 10, .ack = 20});
  s.expect(RST, 20, 0);
  s.stack->unlisten();
  s.say({.flags = SYN, .seq = 10, .payload = "ab"});
  CHECK(s.hear().ack == 13);
  s.say({.flags = RST, .seq = 10});
  s.say({.flags = ACK, .seq = 10, .ack = 20});
  s.expect_silence();  // over the limit
  CHECK(s.counters().refusals_withheld == 1);
}

TEST_CASE("open: initial sequence numbers rise with time for a name, and differ between names and keys (RFC 6528 3)") {
  const tcp::FourTuple one{1, 2, 3, 4}, other{1, 2, 3, 5};
  const tcp::HashKey key{1, 2};
  CHECK(tcp::initial_sequence(one, key, 4'000'000) - tcp::initial_sequence(one, key, 0) == 1000);
  CHECK(tcp::initial_sequence(one, key, 0) != tcp::initial_sequence(other, key, 0));
  CHECK(tcp::initial_sequence(one, key, 0) != tcp::initial_sequence(one, {1, 3}, 0));
}

TEST_CASE("open: local ports run out, and say so; TIME-WAIT's are used again after a second (RFC 6191)") {
  Script s(false);
  for (Slot slot = 0; slot < 4; ++slot) REQUIRE(s.stack->connect(slot) == Error::none);
  s.stack->reset(0);
  s.poll();
  REQUIRE(s.stack->connect(0) == Error::none);
  s.stack->reset(1);
  s.poll();
  s.forget();
  CHECK(s.stack->connections() == 3);

  MtcpOptions options = Script::options(false);
  options.ports = {40'000, 40'000};
  Script one(options);
  const wire::TcpOptions stamped{.mss = 1460, .timestamps = true, .ts_value = 5};
  one.connect(stamped);
  CHECK(one.stack->connect(1) == Error::ports_exhausted);
  one.timestamps = true;
  one.stack->close(0);
  one.expect(FIN | ACK, 1, 1);
  one.say({.flags = FIN | ACK, .ack = 2});
  one.expect(ACK, 2, 2);
  CHECK(one.entry().closed == 1);
  CHECK(one.stack->connect(0) == Error::ports_exhausted);
  const std::uint32_t before = one.iss;
  one.advance(1001 * kMs);
  CHECK(one.stack->connect(0) == Error::none);
  one.hear();
  CHECK(one.iss - before > 2);
  CHECK(one.iss - before < 0x8000'0000);
  CHECK(one.counters().time_wait_reused == 1);
}
