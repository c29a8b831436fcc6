#include <doctest/doctest.h>

#include "testing/script.hpp"

using namespace mcc;
using namespace mcc::testing;

TEST_CASE("close: we close first: FIN-WAIT-1, FIN-WAIT-2, TIME-WAIT (RFC 9293 3.6, case 1)") {
  Script s(true);
  s.accept();
  s.stack->close(0);
  s.expect(FIN | ACK, 1, 1);
  CHECK(s.entry().closed == 0);
  s.say({.ack = 2});
  CHECK(s.entry().closed == 1);
  CHECK(s.entry().reason == Error::none);
  CHECK(s.stack->connections() == 0);
  s.say({.ack = 2, .payload = "late"});  // discarded, and acknowledged
  s.expect(ACK, 2, 5);
  s.say({.flags = FIN | ACK, .seq = 5, .ack = 2});
  s.expect(ACK, 2, 6);
  s.advance(30 * kSec);
  s.say({.flags = FIN | ACK, .seq = 5, .ack = 2});  // our ACK was lost: it begins anew
  s.expect(ACK, 2, 6);
  s.advance(59 * kSec);
  s.say({.flags = FIN | ACK, .seq = 5, .ack = 2});
  s.expect(ACK, 2, 6);
  s.advance(61 * kSec);
  s.say({.flags = FIN | ACK, .seq = 5, .ack = 2});
  s.expect(RST, 2, 0);
}

TEST_CASE("close: a reply and the close behind it, while a request arrives, are one segment with its acknowledgment") {
  Script s(true);
  s.accept();
  s.journal.at_data = [&](Slot slot) {
    s.send("reply");
    s.stack->close(slot);
  };
  s.say({.payload = "request"});
  s.expect(FIN | ACK | PSH, 1, 8, 5);
  CHECK(s.heard() == 0);
}

TEST_CASE("close: FIN and the acknowledgment of ours in one segment lead to TIME-WAIT (RFC 9293 3.10.7.4, eighth)") {
  Script s(true);
  s.accept();
  s.stack->close(0);
  s.expect(FIN | ACK, 1, 1);
  s.say({.flags = FIN | ACK, .ack = 2, .payload = "bye"});
  s.expect(ACK, 2, 5);
  CHECK(s.entry().closed == 1);
  CHECK(s.entry().data.empty());
}

TEST_CASE("close: FIN-WAIT-2 without a user ends after its time, or by RST with the right number") {
  Script s(true);
  s.accept();
  s.stack->close(0);
  s.forget();
  s.say({.ack = 2});
  SUBCASE("time") {
    s.advance(9 * kSec);
    s.say({.ack = 2, .payload = "a"});
    s.expect(ACK, 2, 2);
    s.advance(2 * kSec);
    s.say({.seq = 2, .ack = 2, .payload = "a"});
    s.expect(RST, 2, 0);
  }
  SUBCASE("reset") {
    s.say({.flags = RST, .seq = 9});
    s.expect(ACK, 2, 1);
    s.say({.flags = RST, .seq = 1});
    s.say({.ack = 2, .payload = "a"});
    s.expect(RST, 2, 0);
  }
  SUBCASE("what is out of order is not taken") {
    s.say({.flags = FIN | ACK, .seq = 4, .ack = 2});
    s.expect(ACK, 2, 1);
    s.say({.flags = SYN, .seq = 1});
    s.expect(ACK, 2, 1);
  }
}

TEST_CASE("close: the peer closes first; we may go on sending (RFC 9293 3.6, case 2; half-close)") {
  Script s(true);
  s.accept();
  s.say({.flags = FIN | ACK, .payload = "end"});
  s.expect(ACK, 1, 5);
  CHECK(s.entry().data == "end");
  CHECK(s.entry().peer_closed == 1);
  CHECK(s.send("still here") == 10);
  s.expect(ACK | PSH, 1, 5, 10);
  s.stack->close(0);
  s.expect(FIN | ACK, 11, 5);
  s.say({.seq = 5, .ack = 11});
  CHECK(s.entry().closed == 0);
  s.say({.seq = 5, .ack = 12});
  CHECK(s.entry().closed == 1);
  CHECK(s.entry().reason == Error::none);
}

TEST_CASE("close: both close at once (RFC 9293 3.6, case 3, figure 13)") {
  Script s(true);
  s.accept();
  s.stack->close(0);
  s.expect(FIN | ACK, 1, 1);
  s.say({.flags = FIN | ACK, .ack = 1});
  s.expect(ACK, 2, 2);
  CHECK(s.entry().closed == 0);
  s.say({.seq = 2, .ack = 2});
  CHECK(s.entry().closed == 1);
  s.say({.flags = FIN | ACK, .ack = 2});  // TIME-WAIT
  s.expect(ACK, 2, 2);
}

TEST_CASE("close: FIN follows everything that was sent, and is sent again when lost (RFC 9293 3.10.4)") {
  Script s(true);
  s.accept();
  s.send("abc");
  s.stack->close(0);
  s.expect(ACK | PSH, 1, 1, 3);
  s.expect(FIN | ACK, 4, 1);
  s.advance(250 * kMs);
  s.expect(FIN | ACK | PSH, 1, 1, 3);  // the time-out repeats both at once
  s.say({.ack = 5});
  CHECK(s.entry().closed == 1);
}

TEST_CASE("close: the user's reset sends RST and frees everything (RFC 9293 3.10.5)") {
  Script s(true);
  s.accept();
  s.send(pattern(100'000));
  s.say({.seq = 100, .payload = "held"});
  s.forget();
  s.stack->reset(0);
  CHECK((s.hear().flags & RST) != 0);
  CHECK(s.entry().closed == 1);
  CHECK(s.entry().reason == Error::none);
  CHECK(s.link.free_buffers() == Script::kBuffers);
  s.say({.ack = 2});
  s.expect(RST, 2, 0);
}

TEST_CASE("close: RST counts only at rcv_nxt; within the window it is challenged, outside ignored (RFC 5961 3.2)") {
  Script s(true);
  s.accept();
  s.say({.flags = RST, .seq = 2});
  s.expect(ACK, 1, 1);
  s.say({.flags = RST, .seq = 0});
  s.say({.flags = RST, .seq = 70'000});
  s.expect_silence();
  CHECK(s.entry().closed == 0);
  s.say({.flags = RST, .seq = 1});
  CHECK(s.entry().closed == 1);
  CHECK(s.entry().reason == Error::connection_reset);
}

TEST_CASE("close: SYN on a connection that stands is challenged, wherever it lies (RFC 5961 4.2)") {
  Script s(true);
  s.accept();
  s.say({.flags = SYN, .seq = 1});
  s.expect(ACK, 1, 1);
  s.say({.flags = SYN, .seq = 90'000});
  s.expect(ACK, 1, 1);
  CHECK(s.entry().closed == 0);
}

TEST_CASE("close: acknowledgments of what was never sent, or long ago, are challenged and dropped (RFC 5961 5.2)") {
  Script s(true);
  s.accept();
  s.say({.ack = 2, .payload = "evil"});
  s.expect(ACK, 1, 1);
  s.say({.ack = 1u - 70'000, .payload = "evil"});
  s.expect(ACK, 1, 1);
  CHECK(s.entry().data.empty());
  CHECK(s.counters().challenge_acks == 2);
}

TEST_CASE("close: challenges are limited per second (RFC 5961 7)") {
  MtcpOptions options = Script::options(true);
  options.tcp.challenges_per_second = 3;
  Script s(options);
  s.accept();
  for (int i = 0; i < 10; ++i) s.say({.flags = SYN, .seq = 1});
  CHECK(s.heard() == 3);
  CHECK(s.counters().challenges_withheld == 7);
  s.forget();
  s.advance(1001 * kMs);
  s.say({.flags = SYN, .seq = 1});
  s.expect(ACK, 1, 1);
}

TEST_CASE(
    "close: TIME-WAIT yields to a SYN that is younger by its timestamp, or by its number (RFC 6191, RFC 1122 "
    "4.2.2.13)") {
  Script s(true);
  const bool stamped = true;
  s.accept({.mss = 1460, .timestamps = stamped, .ts_value = 900});
  const std::uint32_t ts = static_cast<std::uint32_t>(s.clock.now() >> 20);
  s.stack->close(0);
  s.expect(FIN | ACK, 1, 1);
  s.say({.flags = FIN | ACK, .ack = 2});
  s.expect(ACK, 2, 2);
  const std::uint32_t old_iss = s.iss;
  s.say({.flags = SYN, .seq = 5, .options = {.mss = 1460, .timestamps = true, .ts_value = ts - 1}});
  s.expect(ACK, 2, 2);              // older
  s.say({.flags = RST, .seq = 2});  // TIME-WAIT is not assassinated (RFC 1337)
  s.expect_silence();
  SUBCASE("younger timestamp, though a lower number") {
    s.say({.flags = SYN, .seq = 0u - 500, .options = {.mss = 1460, .timestamps = true, .ts_value = ts + 100}});
  }
  SUBCASE("same timestamp, higher number") {
    s.say({.flags = SYN, .seq = 500, .options = {.mss = 1460, .timestamps = true, .ts_value = ts}});
  }
  CHECK(s.hear().flags == (SYN | ACK));
  CHECK(s.iss - old_iss > 2);
  CHECK(s.counters().time_wait_reused == 1);
}

TEST_CASE("close: without TIME-WAIT and with few records nothing goes wrong") {
  MtcpOptions options = Script::options(true);
  options.tcp.remnants_max = 2;
  SUBCASE("none") { options.tcp.time_wait = 0; }
  SUBCASE("few") {}
  Script s(options);
  for (s.peer_port = 5000; s.peer_port < 5006; ++s.peer_port) {
    s.journal.accepted = 0;
    s.accept();
    s.stack->close(s.journal.last_accepted);
    s.expect(FIN | ACK, 1, 1);
    s.say({.flags = FIN | ACK, .ack = 2});
    s.forget();
  }
  CHECK(s.journal.closed == 6);
  CHECK(s.counters().remnants_evicted == (options.tcp.time_wait == 0 ? 0 : 4));
}
