#include "mcc/framing/length_prefixed.hpp"

#include <doctest/doctest.h>

#include <string>

#include "mcc/framing/testing.hpp"

namespace mcc::framing {
namespace {

using testing::broken;
using testing::check_all_cuts;
using testing::Seen;
using namespace std::literals;

struct Case {
  std::string name;
  LengthPrefixed spec;
  std::string_view text;
  std::vector<Seen> expected;
};

void check(const Case& example, bool closes = false) {
  CAPTURE(example.name);
  REQUIRE(LengthPrefixedFramer::fault(example.spec) == nullptr);
  LengthPrefixedFramer framer(example.spec, 1);
  check_all_cuts(framer, example.text, example.expected, closes);
  CHECK(framer.records_in_use() == 0);
}

TEST_CASE("length-prefixed: every width, in both byte orders") {
  check({"u8",
         {.offset = 0, .width = 1},
         "\x03"
         "abc\0\x01x"sv,
         {{.size = 4}, {.size = 1}, {.size = 2}}});
  check({"u16 big", {.offset = 0, .width = 2}, "\0\x05hello\0\0"sv, {{.size = 7}, {.size = 2}}});
  check({"u16 little", {.offset = 0, .width = 2, .little_endian = true}, "\x05\0hello"sv, {{.size = 7}}});
  check({"u24 big", {.offset = 0, .width = 3}, "\0\0\x02hi\0\0\0"sv, {{.size = 5}, {.size = 3}}});
  check({"u24 little", {.offset = 0, .width = 3, .little_endian = true}, "\x02\0\0hi"sv, {{.size = 5}}});
  check({"u32 big", {.offset = 0, .width = 4}, "\0\0\0\x01x\0\0\0\x02yz"sv, {{.size = 5}, {.size = 6}}});
  check({"u32 little", {.offset = 0, .width = 4, .little_endian = true}, "\x01\0\0\0x"sv, {{.size = 5}}});
  check({"u64 big",
         {.offset = 0, .width = 8},
         "\0\0\0\0\0\0\0\x03"
         "abc"sv,
         {{.size = 11}}});
  check({"u64 little", {.offset = 0, .width = 8, .little_endian = true}, "\x03\0\0\0\0\0\0\0abc"sv, {{.size = 11}}});
}

TEST_CASE("length-prefixed: every byte of the field counts") {
  const std::string body(0x0102, 'x');
  check({"u16 big", {.offset = 0, .width = 2}, "\x01\x02"s + body, {{.size = 0x104}}});
  const std::string big = "\x00\x01\x02"s + body;
  check({"u24 big", {.offset = 0, .width = 3}, big, {{.size = 0x105}}});
  const std::string little = "\x02\x01\x00"s + body;
  check({"u24 little", {.offset = 0, .width = 3, .little_endian = true}, little, {{.size = 0x105}}});
}

TEST_CASE("length-prefixed: protocols in the wild") {
  // MySQL: 3 bytes little endian, then a sequence number.
  check({"mysql OK",
         {.offset = 0, .width = 3, .little_endian = true, .adjust = 1},
         "\x07\0\0\x01\0\0\0\x02\0\0\0"sv,
         {{.size = 11}}});
  // PostgreSQL: type, then a length that counts itself.
  check({"postgres ReadyForQuery, twice",
         {.offset = 1, .width = 4, .adjust = -4},
         "Z\0\0\0\x05IZ\0\0\0\x05T"sv,
         {{.size = 6}, {.size = 6}}});
  // DNS over TCP.
  check({"dns", {.offset = 0, .width = 2}, "\0\x0c\xab\xcd\x81\x80\0\0\0\0\0\0\0\0"sv, {{.size = 14}}});
  // MQTT: packet type, then a varint. CONNACK and PINGRESP.
  check({"mqtt", {.offset = 1, .width = 0}, "\x20\x02\0\0\xd0\0"sv, {{.size = 4}, {.size = 2}}});
  // MongoDB: the length counts the whole message.
  check({"mongo",
         {.offset = 0, .width = 4, .little_endian = true, .adjust = -4},
         "\x10\0\0\0abcdefghijkl"sv,
         {{.size = 16}}});
  // Memcached's binary protocol: 24 bytes of header, the body's length at 8.
  check({"memcached",
         {.offset = 8, .width = 4, .adjust = 12},
         "\x81\0\0\0\0\0\0\0\0\0\0\x03\0\0\0\0\0\0\0\0\0\0\0\0abc"sv,
         {{.size = 27}}});
}

TEST_CASE("length-prefixed: varints of one to five bytes") {
  const std::string body(300, 'x');
  check({"two", {.offset = 0, .width = 0}, "\xac\x02"s + body, {{.size = 302}}});
  check({"five, padded with zeros", {.offset = 0, .width = 0}, "\x81\x80\x80\x80\0x"sv, {{.size = 6}}});
  check({"six", {.offset = 0, .width = 0}, "\x80\x80\x80\x80\x80\x01"sv, {broken(Error::bad_reply)}});
  check({"five that go on", {.offset = 2, .width = 0}, "ab\xff\xff\xff\xff\xff"sv, {broken(Error::bad_reply)}});
}

TEST_CASE("length-prefixed: a length that cannot be is a bad reply") {
  check({"negative in total", {.offset = 0, .width = 1, .adjust = -5}, "\x03"sv, {broken(Error::bad_reply)}});
  check({"ends within its field", {.offset = 0, .width = 4, .adjust = -4}, "\0\0\0\x03"sv, {broken(Error::bad_reply)}});
  check({"ends before its field", {.offset = 4, .width = 2, .adjust = -6}, "abcd\0\x03"sv, {broken(Error::bad_reply)}});
  check({"ends with its field", {.offset = 4, .width = 2, .adjust = -6}, "abcd\0\x06"sv, {{.size = 6}}});
  check({"beyond 2^64", {.offset = 0, .width = 8}, "\xff\xff\xff\xff\xff\xff\xff\xff"sv, {broken(Error::bad_reply)}});
  check({"beyond 2^64, adjusted",
         {.offset = 0, .width = 8, .adjust = 1},
         "\xff\xff\xff\xff\xff\xff\xff\xf7"sv,
         {broken(Error::bad_reply)}});
}

TEST_CASE("length-prefixed: lengths of 64 bits are counted as such") {
  LengthPrefixedFramer framer({.offset = 0, .width = 8}, 1);
  std::uint32_t word = 0;
  // 2^32 + 1 bytes of body, in pieces of 1 MiB.
  REQUIRE(framer.feed(word, testing::bytes_of("\0\0\0\x01\0\0\0\x01"sv)).progress == Progress::more);
  const std::string piece(1 << 20, 'x');
  for (int i = 0; i < 1 << 12; ++i) REQUIRE(framer.feed(word, testing::bytes_of(piece)).progress == Progress::more);
  const Result result = framer.feed(word, testing::bytes_of("yz"));
  CHECK(result.progress == Progress::complete);
  CHECK(result.consumed == 1);
  CHECK(framer.records_in_use() == 0);
}

TEST_CASE("length-prefixed: the most that can be is only more") {
  check({"nearly 2^64", {.offset = 0, .width = 8}, "\xff\xff\xff\xff\xff\xff\xff\xf7xx"sv, {}});
}

TEST_CASE("length-prefixed: a close within the reply breaks it") {
  check({"in the field", {.offset = 1, .width = 4}, "a\0\0\0\0b\0\0"sv, {{.size = 5}, broken(Error::closed_early)}},
        true);
  check({"in the body",
         {.offset = 0, .width = 1},
         "\x03"
         "ab"sv,
         {broken(Error::closed_early)}},
        true);
}

TEST_CASE("length-prefixed: records follow the replies that are cut") {
  LengthPrefixedFramer framer({.offset = 0, .width = 1}, 2);
  std::uint32_t words[3] = {};
  CHECK(framer
            .feed(words[0], testing::bytes_of("\x03"
                                              "a"))
            .progress == Progress::more);
  CHECK(framer
            .feed(words[1], testing::bytes_of("\x02"
                                              "b"))
            .progress == Progress::more);
  CHECK(framer.records_in_use() == 2);
  const Result none_left = framer.feed(words[2], testing::bytes_of("\x02"
                                                                   "b"));
  CHECK(none_left.progress == Progress::broken);
  CHECK(none_left.error == Error::no_memory);
  // A reply in one piece needs none.
  CHECK(framer
            .feed(words[2], testing::bytes_of("\x02"
                                              "bc"))
            .progress == Progress::complete);
  CHECK(framer.feed(words[1], testing::bytes_of("c")).progress == Progress::complete);
  framer.drop(words[0]);
  framer.drop(words[0]);
  CHECK(words[0] == 0);
  CHECK(framer.records_in_use() == 0);
}

TEST_CASE("length-prefixed: what cannot run is refused") {
  const auto fault = [](unsigned width, std::int64_t adjust) {
    return LengthPrefixedFramer::fault({.offset = 0, .width = static_cast<std::uint8_t>(width), .adjust = adjust});
  };
  for (const unsigned width : {5u, 6u, 7u, 9u, 255u}) CHECK(fault(width, 0) != nullptr);
  for (const unsigned width : {0u, 1u, 2u, 3u, 4u, 8u}) CHECK(fault(width, 0) == nullptr);
  CHECK(fault(1, INT64_MIN) != nullptr);
  CHECK(fault(1, INT64_MAX) != nullptr);
}

}  // namespace
}  // namespace mcc::framing
