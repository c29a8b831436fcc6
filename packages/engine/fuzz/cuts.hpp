#pragma once
// What both fuzzers assert: a stream is framed alike whole, byte by byte and cut at random, and no record is left over.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "mcc/framing/play.hpp"

namespace mcc::framing::fuzz {

template <class Framer>
void check(Framer& framer, std::string_view text, std::uint8_t seed, bool closes) {
  using testing::must;
  const std::vector<testing::Seen> whole = testing::play(framer, text, {}, closes);
  std::vector<std::size_t> every;
  std::vector<std::size_t> some;
  std::uint32_t state = seed;
  for (std::size_t at = 1; at < text.size(); ++at) {
    every.push_back(at);
    state = state * 1664525 + 1013904223;
    if (state >> 24 < seed) some.push_back(at);
  }
  must(testing::play(framer, text, every, closes) == whole, "byte by byte is as whole");
  must(testing::play(framer, text, some, closes) == whole, "cut at random is as whole");
  // Again, with whatever the framer remembers of the stream.
  must(testing::play(framer, text, {}, closes) == whole, "the second time is as the first");
  must(framer.records_in_use() == 0, "every record is given back");
}

}  // namespace mcc::framing::fuzz
