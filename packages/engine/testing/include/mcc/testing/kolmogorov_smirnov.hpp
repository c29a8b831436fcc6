#pragma once
// Whether samples are of a distribution.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "mcc/stack.hpp"

namespace mcc::testing {

// Above it the distribution is rejected at 1 %.
inline constexpr double kRejectedAt1Percent = 1.628;

// Kolmogorov and Smirnov's statistic, times the square root of the number of samples.
template <class Distribution>
double kolmogorov_smirnov(std::vector<double> samples, Distribution&& cumulative) {
  std::sort(samples.begin(), samples.end());
  const auto count = static_cast<double>(samples.size());
  double worst = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double expected = cumulative(samples[i]);
    worst = std::max({worst, expected - static_cast<double>(i) / count, static_cast<double>(i + 1) / count - expected});
  }
  return worst * std::sqrt(count);
}

inline std::vector<double> gaps(const std::vector<Nanos>& instants) {
  std::vector<double> result;
  for (std::size_t i = 1; i < instants.size(); ++i)
    result.push_back(static_cast<double>(instants[i] - instants[i - 1]));
  return result;
}

}  // namespace mcc::testing
