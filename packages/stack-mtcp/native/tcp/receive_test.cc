#include <doctest/doctest.h>

#include "testing/script.hpp"

using namespace mcc;
using namespace mcc::testing;

TEST_CASE("receive: one segment is acknowledged after 40 ms, two at once (RFC 9293 3.8.6.3, RFC 5681 4.2)") {
  Script s(true);
  s.accept();
  s.say({.payload = "a"});
  s.advance(39 * kMs);
  s.expect_silence();
  s.advance(2 * kMs);
  s.expect(ACK, 1, 2);
  s.inject({.seq = 2, .payload = "b"});
  s.inject({.seq = 3, .payload = "c"});
  s.poll();
  s.expect(ACK, 1, 4);
  CHECK(s.entry().data == "abc");
}

TEST_CASE("receive: a reply carries the acknowledgment, and none follows") {
  Script s(true);
  s.accept();
  s.journal.at_data = [&](Slot slot) { s.send("reply", slot); };
  s.say({.payload = "request"});
  s.expect(ACK | PSH, 1, 8, 5);
  s.advance(20 * kMs);
  s.expect_silence();
}

TEST_CASE(
    "receive: what comes out of order is acknowledged at once, and delivered in order (RFC 9293 3.10.7.4; RFC 5681 "
    "4.2)") {
  Script s(true);
  s.accept();
  s.say({.seq = 4, .payload = "def"});
  s.expect(ACK, 1, 1);
  s.say({.seq = 7, .payload = "ghi"});
  s.expect(ACK, 1, 1);
  CHECK(s.entry().data.empty());
  s.say({.seq = 1, .payload = "abc"});
  s.expect(ACK, 1, 10);
  CHECK(s.entry().data == "abcdefghi");
  CHECK(s.link.free_buffers() == Script::kBuffers);
}

TEST_CASE("receive: SACK tells first of the latest segment, then of those before (RFC 2018 4)") {
  Script s(true);
  s.accept({.mss = 1460, .sack_permitted = true});
  s.say({.seq = 11, .payload = "0123456789"});
  const Heard one = s.expect(ACK, 1, 1);
  REQUIRE(one.options.sack_count == 1);
  const auto left = [](const Heard& heard, std::size_t i) { return heard.options.sack[i].left - Script::kPeerIss; };
  const auto right = [](const Heard& heard, std::size_t i) { return heard.options.sack[i].right - Script::kPeerIss; };
  CHECK(left(one, 0) == 11);
  CHECK(right(one, 0) == 21);
  s.say({.seq = 41, .payload = "0123456789"});
  s.forget();
  s.say({.seq = 31, .payload = "0123456789"});
  const Heard three = s.expect(ACK, 1, 1);
  REQUIRE(three.options.sack_count == 2);
  CHECK(left(three, 0) == 31);
  CHECK(right(three, 0) == 51);
  CHECK(left(three, 1) == 11);
  s.send("x");  // on data as well
  CHECK(s.expect(ACK | PSH, 1, 1, 1).options.sack_count == 2);
  s.say({.seq = 1, .payload = "0123456789"});
  CHECK(s.expect(ACK, 2, 21).options.sack_count == 1);
}

TEST_CASE("receive: what comes twice is reported first, with the range that it lies in next to it (RFC 2883 4)") {
  Script s(true);
  s.accept({.mss = 1460, .sack_permitted = true});
  const auto blocks = [](const Heard& heard) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> result;
    for (std::size_t i = 0; i < heard.options.sack_count; ++i) {
      const auto& [left, right] = heard.options.sack[i];
      result.emplace_back(left - Script::kPeerIss, right - Script::kPeerIss);
    }
    return result;
  };
  using Blocks = std::vector<std::pair<std::uint32_t, std::uint32_t>>;
  s.say({.payload = pattern(10)});
  s.advance(41 * kMs);
  CHECK(s.expect(ACK, 1, 11).options.sack_count == 0);
  s.say({.seq = 1, .payload = pattern(10)});  // below what was acknowledged
  CHECK(blocks(s.expect(ACK, 1, 11)) == Blocks{{1, 11}});
  s.say({.seq = 21, .payload = pattern(20)});
  CHECK(blocks(s.expect(ACK, 1, 11)) == Blocks{{21, 41}});
  s.say({.seq = 51, .payload = pattern(10)});
  s.forget();
  s.say({.seq = 31, .payload = pattern(10)});  // within a range beyond the gap
  CHECK(blocks(s.expect(ACK, 1, 11)) == Blocks{{31, 41}, {21, 41}, {51, 61}});
  s.say({.seq = 5, .payload = pattern(4)});  // both: the gap is told of as well
  CHECK(blocks(s.expect(ACK, 1, 11)) == Blocks{{5, 9}, {51, 61}, {21, 41}});
  CHECK(s.counters().duplicates + s.counters().unacceptable == 3);
  s.say({.seq = 11, .payload = pattern(10)});
  CHECK(blocks(s.expect(ACK, 1, 41)) == Blocks{{51, 61}});  // each is reported once
}

TEST_CASE("receive: beyond the third duplicate SACK tells of a gap once for all that came together (RFC 5681 4.2)") {
  Script s(true);
  bool sack = false;
  SUBCASE("with SACK") { sack = true; }
  SUBCASE("without, each is told of") {}
  s.accept({.mss = 1460, .sack_permitted = sack});
  for (std::uint32_t i = 1; i <= 20; ++i) s.inject({.seq = 1 + 10 * i, .payload = pattern(10)});
  CHECK(s.heard() == (sack ? 4 : 20));
  s.forget();
  for (std::uint32_t i = 21; i <= 30; ++i) s.inject({.seq = 1 + 10 * i, .payload = pattern(10)});
  CHECK(s.heard() == (sack ? 1 : 10));
  s.forget();
  if (sack) {  // a second gap is told of at once, with how far the first range had come
    s.inject({.seq = 311, .payload = pattern(10)});
    s.inject({.seq = 331, .payload = pattern(10)});
    s.inject({.seq = 341, .payload = pattern(10)});
    s.inject({.seq = 321, .payload = pattern(10)});
    const Heard told = s.expect(ACK, 1, 1);
    REQUIRE(told.options.sack_count == 2);
    CHECK(told.options.sack[0].left - Script::kPeerIss == 331);
    CHECK(told.options.sack[1].right - Script::kPeerIss == 321);
    const Heard merged = s.expect(ACK, 1, 1);
    REQUIRE(merged.options.sack_count == 1);
    CHECK(merged.options.sack[0].right - Script::kPeerIss == 351);
    s.expect_silence();
  }
  s.say({.payload = pattern(10)});
  s.expect(ACK, 1, sack ? 351 : 311);
  // A new gap begins anew.
  for (std::uint32_t i = 36; i <= 38; ++i) s.inject({.seq = 1 + 10 * i, .payload = pattern(10)});
  CHECK(s.heard() == 3);
}

TEST_CASE("receive: overlaps in every way leave one copy of each byte") {
  Script s(true);
  s.accept();
  const std::string text = pattern(40);
  const auto part = [&](std::uint32_t seq, std::uint32_t length) {
    s.say({.seq = seq, .payload = text.substr(seq - 1, length)});
  };
  part(11, 5);
  part(21, 5);
  part(9, 4);    // overlaps the front of one
  part(14, 4);   // and its end
  part(8, 20);   // covers all
  part(12, 3);   // covered
  part(31, 10);  // beyond
  part(25, 10);  // reaches into both
  part(1, 9);    // old end
  CHECK(s.entry().data == text);
  part(3, 5);
  CHECK(s.entry().data == text);
  CHECK(s.counters().duplicates > 0);
  CHECK(s.link.free_buffers() == Script::kBuffers);
}

TEST_CASE("receive: a FIN out of order waits for what is before it (RFC 9293 3.10.7.4, eighth)") {
  Script s(true);
  s.accept();
  s.say({.flags = FIN | ACK, .seq = 4, .payload = "def"});
  CHECK(s.entry().peer_closed == 0);
  s.say({.seq = 1, .payload = "abc"});
  CHECK(s.entry().data == "abcdef");
  CHECK(s.entry().peer_closed == 1);
  s.say({.seq = 8, .payload = "more"});  // after the FIN: nothing
  CHECK(s.entry().data == "abcdef");
}

TEST_CASE("receive: text beyond the window is cut off (RFC 9293 3.10.7.4, first)") {
  MtcpOptions options = Script::options(true);
  options.tcp.window = 1000;
  Script s(options);
  s.accept();
  s.say({.payload = pattern(1400)});
  CHECK(s.entry().data.size() == 1000);
  s.say({.seq = 1900, .payload = pattern(500)});  // the front half is within
  s.say({.seq = 2001, .payload = "outside"});
  s.say({.seq = 1001, .payload = pattern(899)});
  CHECK(s.entry().data.size() == 2000);
}

TEST_CASE(
    "receive: a user who pauses closes the window, its right edge does not move back; who resumes opens it (RFC 9293 "
    "3.8.6)") {
  MtcpOptions options = Script::options(true);
  options.tcp.window = 2000;
  Script s(options);
  s.accept();
  s.stack->pause(0);
  s.say({.seq = 1, .payload = pattern(1000)});
  s.say({.seq = 1001, .payload = pattern(1000)});
  const Heard closed = s.expect(ACK, 1, 2001);
  CHECK(closed.window == 0);
  CHECK(s.entry().data.empty());
  s.say({.seq = 2001, .payload = "x"});  // the peer's probe is answered, not taken
  CHECK(s.expect(ACK, 1, 2001).window == 0);
  s.say({.flags = FIN | ACK, .seq = 2001});
  s.expect(ACK, 1, 2001);
  s.send("we");  // its acknowledgment is taken all the same
  s.expect(ACK | PSH, 1, 2001, 2);
  s.say({.seq = 2001, .ack = 3});
  s.forget();
  s.stack->resume(0);
  CHECK(s.expect(ACK, 3, 2001).window == 2000);
  CHECK(s.entry().data.size() == 2000);
  s.say({.flags = FIN | ACK, .seq = 2001, .ack = 3});
  CHECK(s.entry().peer_closed == 1);
}

TEST_CASE("receive: a FIN behind data that a paused user has not had is told after them") {
  Script s(true);
  s.accept();
  s.stack->pause(0);
  s.say({.payload = "abc"});
  s.say({.flags = FIN | ACK, .seq = 4});
  CHECK(s.entry().peer_closed == 0);
  s.expect(ACK, 1, 5);
  s.stack->resume(0);
  s.poll();
  CHECK(s.entry().data == "abc");
  CHECK(s.entry().peer_closed == 1);
}

TEST_CASE("receive: no more packets are held than the bound, and in order goes on all the same") {
  MtcpOptions options = Script::options(true);
  options.tcp.held_packets_max = 3;
  Script s(options);
  s.accept();
  for (std::uint32_t i = 1; i < 6; ++i) s.say({.seq = 1 + i * 10, .payload = pattern(10)});
  CHECK(s.counters().held_full == 2);
  CHECK(s.link.free_buffers() == Script::kBuffers - 3);
  s.say({.payload = pattern(10)});
  CHECK(s.entry().data.size() == 40);
}

TEST_CASE("receive: TSecr is the TSval of the last segment that was acknowledged (RFC 7323 4.3)") {
  Script s(true);
  s.accept({.mss = 1460, .timestamps = true, .ts_value = 10});
  s.say({.seq = 1, .payload = "a", .options = {.timestamps = true, .ts_value = 2000}});
  s.say({.seq = 2,
         .payload = "b",
         .options = {.timestamps = true, .ts_value = 2001}});  // the first was not acknowledged yet
  CHECK(s.expect(ACK, 1, 3).options.ts_echo == 2000);
  s.say({.seq = 9, .payload = "z", .options = {.timestamps = true, .ts_value = 2005}});  // out of order: not taken
  CHECK(s.expect(ACK, 1, 3).options.ts_echo == 2000);
}

TEST_CASE("receive: PAWS drops and acknowledges what is older; what lacks the option is dropped (RFC 7323 3.2, 5.3)") {
  Script s(true);
  s.accept({.mss = 1460, .timestamps = true, .ts_value = 500});
  s.say({.payload = "a"});
  s.advance(50 * kMs);
  s.forget();
  s.say({.seq = 2, .payload = "old", .options = {.timestamps = true, .ts_value = 1}});
  s.expect(ACK, 1, 2);
  s.timestamps = false;
  s.say({.seq = 2, .payload = "bare"});
  s.expect_silence();
  CHECK(s.entry().data == "a");
  CHECK(s.counters().paws_drops == 2);
  s.say({.flags = RST, .seq = 2});  // RST is not subject to it
  CHECK(s.entry().closed == 1);
}

TEST_CASE("receive: without loss and without more callbacks when the handler is full") {
  Script s(true);
  s.accept();
  s.journal.room = 2;
  for (std::uint32_t i = 0; i < 5; ++i) s.inject({.seq = 1 + i, .payload = std::string(1, static_cast<char>('a' + i))});
  s.poll();
  s.poll();
  CHECK(s.entry().data == "ab");
  s.journal.room = 1;
  s.poll();
  CHECK(s.entry().data == "abc");
  s.journal.room = -1;
  s.poll();
  CHECK(s.entry().data == "abcde");
  CHECK(s.link.free_buffers() == Script::kBuffers);
}

TEST_CASE("receive: text on SYN,ACK is taken, a segment without ACK is not (RFC 9293 3.10.7.3, 3.10.7.4)") {
  Script s(false);
  REQUIRE(s.stack->connect(0) == Error::none);
  s.expect(SYN, 0, 0);
  s.say({.flags = SYN | ACK, .seq = 0, .payload = "hello", .options = {.mss = 1460}});
  CHECK(s.entry().data == "hello");
  s.expect(ACK, 1, 6);
  s.say({.flags = 0, .seq = 6, .payload = "no"});
  CHECK(s.entry().data == "hello");
}
