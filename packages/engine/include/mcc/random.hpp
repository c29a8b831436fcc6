#pragma once
// Random numbers as pure functions of what they belong to: nothing to keep, and a run with the same seed draws the same
// whatever the order of events.

#include <cmath>
#include <cstdint>

namespace mcc {

// The finaliser of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
constexpr std::uint64_t mix(std::uint64_t value) noexcept {
  value += 0x9e3779b97f4a7c15ull;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ull;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebull;
  return value ^ (value >> 31);
}

constexpr std::uint64_t draw(std::uint64_t seed, std::uint32_t connection_id, std::uint32_t sequence,
                             std::uint32_t purpose) noexcept {
  return mix(mix(mix(seed) ^ connection_id) ^ (std::uint64_t{sequence} << 32 | purpose));
}

__extension__ using Wide = unsigned __int128;

// Uniform over [0, bound).
constexpr std::uint64_t below(std::uint64_t bound, std::uint64_t bits) noexcept {
  return static_cast<std::uint64_t>((static_cast<Wide>(bits) * bound) >> 64);
}

// (value * numerator + rounding) / denominator without overflow in between; rounding denominator - 1 rounds up.
constexpr std::uint64_t scale(std::uint64_t value, std::uint64_t numerator, std::uint64_t denominator,
                              std::uint64_t rounding = 0) noexcept {
  return static_cast<std::uint64_t>((static_cast<Wide>(value) * numerator + rounding) / denominator);
}

// Exponential with mean 1; from (0, 1] so that the logarithm is finite.
inline double exponential(std::uint64_t bits) noexcept {
  return -std::log((static_cast<double>(bits >> 11) + 1.0) * 0x1p-53);
}

}  // namespace mcc
