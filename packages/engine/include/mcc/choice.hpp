#pragma once
// Draws one of several by weight: Walker's alias method (Vose: A linear algorithm for generating random numbers with a
// given distribution, 1991). One multiplication and one comparison, however many there are.

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "mcc/compiled_program.hpp"
#include "mcc/random.hpp"

namespace mcc {

// Sets the thresholds and aliases of a place. One weight for each choice, not all of them 0.
inline void weigh(Place& place, std::span<const std::uint32_t> weights) {
  const std::uint64_t total = std::accumulate(weights.begin(), weights.end(), std::uint64_t{0});
  // In units in which the choices' mean is `total`: exact.
  std::vector<std::uint64_t> left;
  std::vector<std::uint32_t> small, large;
  for (std::uint32_t i = 0; i < place.size(); ++i) {
    left.push_back(std::uint64_t{weights[i]} * place.size());
    (left[i] < total ? small : large).push_back(i);
  }
  while (!small.empty()) {
    const std::uint32_t poor = small.back();
    const std::uint32_t rich = large.back();
    small.pop_back();
    place[poor].threshold = static_cast<std::uint64_t>((static_cast<Wide>(left[poor]) << 64) / total);
    place[poor].alias = rich;
    left[rich] -= total - left[poor];
    if (left[rich] >= total) continue;
    large.pop_back();
    small.push_back(rich);
  }
  for (const std::uint32_t whole : large) place[whole].alias = whole;
}

// The choice that these random bits fall on.
inline const Choice& choose(const Place& place, std::uint64_t bits) noexcept {
  const Wide scaled = static_cast<Wide>(bits) * place.size();
  const Choice& choice = place[static_cast<std::size_t>(scaled >> 64)];
  return static_cast<std::uint64_t>(scaled) < choice.threshold ? choice : place[choice.alias];
}

}  // namespace mcc
