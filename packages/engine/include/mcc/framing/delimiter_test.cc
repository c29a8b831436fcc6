#include "mcc/framing/delimiter.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>

#include "mcc/framing/testing.hpp"

namespace mcc::framing {
namespace {

using testing::check_all_cuts;
using testing::Seen;

DelimiterFramer framer_for(std::string_view pattern) {
  const Bytes bytes = testing::bytes_of(pattern);
  return DelimiterFramer(Delimiter{.bytes = {bytes.begin(), bytes.end()}});
}

// The plain way: a new search for each reply, over the whole text.
std::vector<Seen> expected_of(std::string_view text, std::string_view pattern) {
  std::vector<Seen> expected;
  for (std::size_t from = 0;;) {
    const std::size_t found = text.find(pattern, from);
    if (found == std::string_view::npos) break;
    expected.push_back({.size = found + pattern.size() - from});
    from = found + pattern.size();
  }
  return expected;
}

TEST_CASE("delimiter: patterns that overlap themselves are found where they first end") {
  const struct {
    std::string_view pattern, text;
  } cases[] = {
      {"\n", "one\ntwo\n\nthree\n"},
      {"\r\n", "+OK\r\n$-1\r\n\r\r\n\r"},
      {"\r\n.\r\n", "mail\r\n..\r\n.\r.\r\n.\r\n\r\n.\r\n"},
      {"aab", "aaaabaabab"},
      {"abab", "abacababab abab"},
      {"aaaa", "aaaaaaaaaaa"},
      {"abcabcabd", "abcabcabcabdabcabcabd"},
      {"0123456789abcdef", "0123456789abcde0123456789abcdef0123456789abcdef"},
      {"aabaaabaaabaaab\x01", "aabaaabaaabaaabaaabaaab\x01"},
  };
  for (const auto& example : cases) {
    CAPTURE(example.pattern);
    DelimiterFramer framer = framer_for(example.pattern);
    const std::vector<Seen> expected = expected_of(example.text, example.pattern);
    REQUIRE(!expected.empty());
    check_all_cuts(framer, example.text, expected);
  }
}

TEST_CASE("delimiter: agrees with a plain search on random texts over two letters") {
  std::mt19937 random(7);
  const auto letters = [&](std::size_t size) {
    std::string text(size, 'a');
    for (char& letter : text) letter = random() % 2 == 0 ? 'a' : 'b';
    return text;
  };
  for (int round = 0; round < 60; ++round) {
    const std::string pattern = letters(1 + random() % 16);
    const std::string text = letters(60) + pattern + letters(40) + pattern;
    CAPTURE(pattern);
    CAPTURE(text);
    DelimiterFramer framer = framer_for(pattern);
    check_all_cuts(framer, text, expected_of(text, pattern));
  }
}

TEST_CASE("delimiter: NUL and high bytes are bytes like any other") {
  using namespace std::string_view_literals;
  DelimiterFramer framer = framer_for("\0\xff"sv);
  check_all_cuts(framer, "\0\0\xff\xff\0\xff"sv, {Seen{.size = 3}, Seen{.size = 3}});
}

TEST_CASE("delimiter: a close before the pattern breaks the reply") {
  DelimiterFramer framer = framer_for("\r\n");
  check_all_cuts(framer, "a\r\nb\r", {Seen{.size = 3}, testing::broken(Error::closed_early)}, true);
}

TEST_CASE("delimiter: what cannot run is refused") {
  CHECK(DelimiterFramer::fault({.bytes = {}}) != nullptr);
  CHECK(DelimiterFramer::fault({.bytes = std::vector<std::byte>(17)}) != nullptr);
  CHECK(DelimiterFramer::fault({.bytes = std::vector<std::byte>(16)}) == nullptr);
}

}  // namespace
}  // namespace mcc::framing
