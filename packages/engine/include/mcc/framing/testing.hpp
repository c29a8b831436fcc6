#pragma once
// For tests of framers: a stream must be framed alike however it is cut into reads.

#include <doctest/doctest.h>

#include <cstddef>
#include <random>
#include <span>
#include <string_view>
#include <vector>

#include "mcc/framing/play.hpp"

namespace mcc::framing::testing {

// Whole, byte by byte, cut in two at every point, and cut at random.
template <class Framer>
void check_all_cuts(Framer& framer, std::string_view text, const std::vector<Seen>& expected, bool closes = false) {
  REQUIRE(play(framer, text, {}, closes) == expected);
  std::vector<std::size_t> cuts;
  for (std::size_t at = 1; at < text.size(); ++at) cuts.push_back(at);
  REQUIRE(play(framer, text, cuts, closes) == expected);
  for (const std::size_t cut : cuts) {
    CAPTURE(cut);
    REQUIRE(play(framer, text, std::span(&cut, 1), closes) == expected);
  }
  std::mt19937 random(20250101);
  for (int round = 0; round < 50; ++round) {
    CAPTURE(round);
    std::vector<std::size_t> some;
    const auto one_in = 1 + random() % 40;
    for (const std::size_t cut : cuts) {
      if (random() % one_in == 0) some.push_back(cut);
    }
    REQUIRE(play(framer, text, some, closes) == expected);
  }
}

}  // namespace mcc::framing::testing
