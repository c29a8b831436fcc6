#include "mcc/choice.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

using namespace mcc;

namespace {

Place weighed(const std::vector<std::uint32_t>& weights) {
  Place place(weights.size());
  for (std::uint32_t i = 0; i < place.size(); ++i) place[i].burst = i;
  weigh(place, weights);
  return place;
}

// What falls on each choice, exactly, in 2^-64 of a column's share.
std::vector<long double> shares(const Place& place) {
  std::vector<long double> of(place.size());
  for (std::size_t i = 0; i < place.size(); ++i) {
    const long double stays = std::ldexp(static_cast<long double>(place[i].threshold), -64);
    of[i] += stays;
    of[place[i].alias] += 1 - stays;
  }
  for (long double& share : of) share /= static_cast<long double>(place.size());
  return of;
}

}  // namespace

TEST_CASE("each choice has its share, whatever the weights") {
  std::mt19937_64 random(5);
  for (int round = 0; round < 300; ++round) {
    std::vector<std::uint32_t> weights(1 + random() % 200);
    for (std::uint32_t& weight : weights) {
      weight = random() % 4 == 0 ? 0 : static_cast<std::uint32_t>(random() >> (32 + random() % 30));
    }
    weights[0] = 1;
    long double total = 0;
    for (const std::uint32_t weight : weights) total += weight;
    const std::vector<long double> of = shares(weighed(weights));
    for (std::size_t i = 0; i < weights.size(); ++i) {
      REQUIRE(std::fabs(of[i] - static_cast<long double>(weights[i]) / total) < 1e-15L);
      if (weights[i] == 0) REQUIRE(of[i] == 0);
    }
  }
}

TEST_CASE("draws fall as often as the weights say, and never on a weight of 0") {
  const Place place = weighed({3, 0, 1});
  std::vector<int> drawn(3);
  for (std::uint32_t i = 0; i < 100'000; ++i) ++drawn[choose(place, draw(1, 2, i, 3)).burst];
  CHECK(drawn[1] == 0);
  // Six standard deviations.
  CHECK(std::abs(drawn[0] - 75'000) < 6 * 137);
}
