#include <doctest/doctest.h>

#include "testing/script.hpp"

using namespace mcc;
using namespace mcc::testing;

namespace {

Say sack(Script& s, std::uint32_t ack, std::initializer_list<std::pair<std::uint32_t, std::uint32_t>> ranges) {
  Say say{.ack = ack};
  for (const auto& [left, right] : ranges) say.options.sack[say.options.sack_count++] = {s.iss + left, s.iss + right};
  return say;
}

}  // namespace

TEST_CASE("send: ten segments at first, then two more for each acknowledged pair (RFC 6928 2, RFC 5681 3.1)") {
  Script s(true);
  s.accept({.mss = 1000});
  const std::string text = pattern(60'000);
  s.send(text);
  CHECK(s.heard() == 10);
  s.forget();
  s.say({.ack = 2001});
  CHECK(s.heard() == 4);
}

TEST_CASE("send: small messages leave at once, each pushed: Nagle's algorithm is off (RFC 9293 3.7.4)") {
  Script s(true);
  s.accept();
  s.send("a");
  s.send("b");
  s.expect(ACK | PSH, 1, 1, 1);
  s.expect(ACK | PSH, 2, 1, 1);
}

TEST_CASE("send: pieces of every lifetime leave in order and are sent again in order") {
  Script s(true);
  s.accept({.mss = 1000});
  const std::string text = pattern(9'000);
  std::size_t at = 0;
  for (std::size_t i = 0; at < text.size(); ++i) {
    const std::size_t part = std::min<std::size_t>(text.size() - at, 300 + i * 170);
    std::string copy = text.substr(at, part);
    const bool stable = i % 3 == 0;
    CHECK(s.stack->send(0, bytes_of(stable ? std::string_view(text).substr(at, part) : copy),
                        stable ? Lifetime::stable : Lifetime::transient) == part);
    copy.assign(part, '#');
    at += part;
  }
  // Whatever is sent must be the text's at its place; returns up to where it reaches.
  const auto check_sent = [&] {
    std::uint32_t end = 1;
    while (s.heard() > 0) {
      const Heard segment = s.hear();
      const bool same = text.compare(segment.seq - 1, segment.payload.size(), segment.payload) == 0;
      CHECK(same);
      end = std::max(end, segment.seq + static_cast<std::uint32_t>(segment.payload.size()));
    }
    return end;
  };
  CHECK(check_sent() == text.size() + 1);
  s.say({.ack = 2501});
  s.advance(1200 * kMs);  // time-outs: the rest again, a segment at first
  std::uint32_t reached = 2501;
  for (int i = 0; i < 20 && reached < text.size() + 1; ++i) {
    const std::uint32_t end = check_sent();
    REQUIRE(end > reached);
    s.say({.ack = reached = end});
  }
  CHECK(reached == text.size() + 1);
  CHECK(s.counters().timeout_retransmits > 1);
}

TEST_CASE("send: a short message that must be copied costs little while it is in flight, and nothing afterwards") {
  Script s(true);
  s.accept({.mss = 1000});
  const auto cost = [&, idle = s.stack->bytes_per_connection(0)] { return s.stack->bytes_per_connection(0) - idle; };
  const auto send = [&](std::size_t size) {
    CHECK(s.stack->send(0, bytes_of(pattern(size)), Lifetime::transient) == size);
  };
  send(64);
  CHECK(cost() == 128);
  send(64);  // beside the first
  CHECK(cost() == 128);
  send(1);  // all of it moves together
  CHECK(cost() == 512);
  send(400);
  CHECK(cost() == 4096);
  s.say({.ack = 530});
  CHECK(cost() == 0);
  send(1400);
  send(2696);
  CHECK(cost() == 4096);
  send(1);  // a second piece: now they must be listed
  CHECK(cost() == 4096 + 128 + sizeof(tcp::SideRecord));
  s.say({.ack = 530 + 4096});
  CHECK(cost() == 128 + sizeof(tcp::SideRecord));
  s.say({.ack = 530 + 4097});
  CHECK(cost() == 0);
}

TEST_CASE("send: copies that were moved are sent again as they were") {
  Script s(true);
  s.accept({.mss = 1000});
  const std::string text = pattern(6000);
  std::uint32_t acked = 1;
  for (std::size_t at = 0, size = 1; at < text.size(); at += size, size = size * 7 % 211) {
    size = std::min(size, text.size() - at);
    CHECK(s.stack->send(0, bytes_of(text.substr(at, size)), Lifetime::transient) == size);
    if (at % 5 == 0) s.say({.ack = acked = std::max(acked, static_cast<std::uint32_t>(at))});
  }
  s.forget();
  s.advance(300 * kMs);
  while (acked < text.size() + 1) {
    const Heard again = s.hear();
    CHECK(text.compare(again.seq - 1, again.payload.size(), again.payload) == 0);
    acked = again.seq + static_cast<std::uint32_t>(again.payload.size());
    s.say({.ack = acked});
  }
  CHECK(s.counters().timeout_retransmits >= 1);
}

TEST_CASE("send: what does not fit waits for on_writable") {
  Script s(true);
  s.accept({.mss = 1000});
  const std::string text = pattern(100'000);
  const std::size_t taken = s.stack->send(0, bytes_of(text), Lifetime::transient);
  CHECK(taken == 16 * 4096);
  CHECK(s.entry().writable == 0);
  for (std::uint32_t ack = 1001; s.entry().writable == 0; ack += 1000) {
    REQUIRE(ack < 60'000);
    s.say({.ack = ack});
  }
  CHECK(s.entry().writable == 1);
}

TEST_CASE("send: a closed window is probed with back-off for as long as the peer answers (RFC 9293 3.8.6.1)") {
  Script s(true);
  s.accept();
  s.send("0123456789");
  s.expect(ACK | PSH, 1, 1, 10);
  s.say({.ack = 11, .window = 0});
  s.send("abc");
  s.expect_silence();
  Nanos wait = 200 * kMs;
  for (int i = 0; i < 14; ++i, wait = std::min<Nanos>(2 * wait, 60 * kSec)) {
    s.advance(wait - 5 * kMs);
    s.expect_silence();
    s.advance(10 * kMs);
    s.expect(ACK, 11, 1, 1);
    s.say({.ack = 11, .window = 0});
    s.clock.set(s.clock.now() - 5 * kMs);
  }
  CHECK(s.counters().zero_windows == 1);
  SUBCASE("the window opens") {
    s.say({.ack = 11, .window = 1000});
    s.expect(ACK | PSH, 11, 1, 3);
  }
  SUBCASE("the probe's byte is taken") {
    s.advance(61 * kSec);
    s.expect(ACK, 11, 1, 1);
    s.say({.ack = 12, .window = 1000});
    s.expect(ACK | PSH, 12, 1, 2);
  }
  SUBCASE("the peer falls silent") {
    s.advance(700 * kSec);
    CHECK(s.entry().reason == Error::connect_timeout);
  }
}

// Found by the fuzzer: the timer went on and sent a byte that nobody had given.
TEST_CASE("send: a window is not probed any more when the probe took the last byte (RFC 9293 3.8.6.1)") {
  Script s(true);
  s.accept();
  s.send("0123456789");
  s.expect(ACK | PSH, 1, 1, 10);
  s.say({.ack = 11, .window = 0});
  s.send("a");
  s.advance(205 * kMs);
  s.expect(ACK | PSH, 11, 1, 1);
  s.say({.ack = 12, .window = 0});
  s.advance(300 * kSec);
  s.expect_silence();
  s.say({.ack = 12, .window = 1000});
  s.send("b");
  s.expect(ACK | PSH, 12, 1, 1);
}

TEST_CASE("send: part of a segment is not sent for the window's sake, until the override (RFC 9293 3.8.6.2.1)") {
  Script s(true);
  s.accept({.mss = 1000});
  s.send(pattern(1000));
  s.forget();
  s.say({.ack = 1001, .window = 300});
  s.send(pattern(2000));
  s.expect_silence();
  s.advance(205 * kMs);
  s.expect(ACK, 1001, 1, 300);
  s.say({.ack = 1301, .window = 5000});
  s.expect(ACK, 1301, 1, 1000);
}

TEST_CASE("send: a peer with a tiny buffer gets segments of half of it") {
  Script s(true);
  s.accept({.mss = 1460}, 400);
  s.send(pattern(1000));
  s.expect(ACK, 1, 1, 200);
  s.expect(ACK, 201, 1, 200);
  s.expect_silence();
}

TEST_CASE("send: after a rest longer than the time-out the window starts small again (RFC 5681 4.1)") {
  Script s(true);
  s.accept({.mss = 1000});
  const std::string text = pattern(60'000);
  s.send(text);
  std::uint32_t acked = 1;
  const auto acknowledge_to = [&](std::uint32_t end) {
    while (acked < end) s.say({.ack = acked = std::min(acked + 2000, end)});
    s.forget();
  };
  acknowledge_to(60'001);
  s.send(text);
  CHECK(s.heard() > 20);  // at once, there is no reason to be shy
  acknowledge_to(120'001);
  s.advance(300 * kMs);
  s.send(text);
  CHECK(s.heard() == 10);
}

TEST_CASE("send: numbers run round 2^32 without a trace (RFC 9293 3.4)") {
  MtcpOptions options = Script::options(true);
  Script s(options);
  const tcp::FourTuple flow{Script::kUs, Script::kPeer, Script::kPort, 5000};
  // Turn the clock until our number is about to run round.
  const std::uint32_t ticks = 0u - 3000 - tcp::initial_sequence(flow, options.key, 0);
  s.clock.set(Nanos{ticks} * 4000 + (Nanos{1} << 32) * 4000);
  s.accept({.mss = 1000, .sack_permitted = true});
  CHECK(s.iss == 0u - 3000);
  s.send(pattern(9'000));
  s.forget();
  s.say(sack(s, 1, {{1001, 2001}}));
  s.say(sack(s, 1, {{1001, 4001}}));
  s.expect(ACK, 1, 1, 1000);
  s.say({.ack = 9001});
  s.expect_silence();
  s.say({.seq = 1, .ack = 9001, .payload = pattern(50)});  // the peer's run round as well
  CHECK(s.entry().data.size() == 50);
}

TEST_CASE("send: round trips are measured by timestamps too, and not on what was sent twice (RFC 6298 3, RFC 7323 4)") {
  Script s(true);
  s.accept();
  s.send("x");
  s.expect(ACK | PSH, 1, 1, 1);
  s.advance(51 * kMs);
  s.expect(ACK | PSH, 1, 1, 1);  // the tail-loss probe
  s.advance(205 * kMs);
  s.expect(ACK | PSH, 1, 1, 1);
  s.advance(300 * kMs);
  s.say({.ack = 2});  // of which? Not measured: the time-out stays backed off
  s.send("y");
  s.expect(ACK | PSH, 2, 1, 1);
  s.advance(390 * kMs);
  s.expect_silence();
  s.advance(20 * kMs);
  s.expect(ACK | PSH, 2, 1, 1);
}
