// What leaves is distributed as it was meant to be: a million gaps between departures, at the hand-over to the link.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "mcc/random.hpp"
#include "mcc/testing/kolmogorov_smirnov.hpp"
#include "mcc/testing/model_rig.hpp"
#include "mcc/testing/programs.hpp"

using namespace mcc;
using namespace mcc::testing;

namespace {

constexpr std::size_t kDepartures = 1'000'000;
// Two cannot leave at one time, as they may be meant to: what the first one takes, a quarter of a microsecond, has to
// be so little of the mean gap that a million samples do not tell.
constexpr double kRate = 2e3;
constexpr double kMeanNs = 1e9 / kRate;
constexpr std::uint32_t kConnections = 1000;

// When each departure left, of one worker out of `workers`.
std::vector<Nanos> departures(ArrivalOptions arrivals, Nanos duration, std::uint32_t worker = 0,
                              std::uint32_t workers = 1) {
  EngineOptions options;
  options.arrivals = std::move(arrivals);
  options.arrivals_part = worker;
  options.arrivals_parts = workers;
  ModelRig rig(client({message("ping")}, {send(), expect_fixed(4), repeat(0)}), kConnections, options);
  std::vector<Nanos> left;
  rig.stack.left = [&](Slot, Nanos at) { left.push_back(at); };
  rig.connect();
  rig.load(duration);
  CHECK(rig.count(stats::Counter::pacing_queued) == 0);
  return left;
}

ArrivalOptions at_rate(ArrivalKind kind) {
  return {.kind = kind, .stages = {{0, kRate, kRate}}, .trace = {}, .seed = 7};
}

constexpr Nanos kDuration = static_cast<Nanos>(static_cast<double>(kDepartures) * kMeanNs) * 101 / 100;

double exponential_cdf(double ns) { return 1 - std::exp(-ns / kMeanNs); }

}  // namespace

TEST_CASE("a million departures by Poisson leave with exponential gaps") {
  const std::vector<Nanos> left = departures(at_rate(ArrivalKind::poisson), kDuration);
  REQUIRE(left.size() >= kDepartures);
  CHECK(kolmogorov_smirnov(gaps(left), exponential_cdf) < kRejectedAt1Percent);
}

TEST_CASE("a million uniform departures leave with gaps from none to twice the mean") {
  const std::vector<Nanos> left = departures(at_rate(ArrivalKind::uniform), kDuration);
  REQUIRE(left.size() >= kDepartures);
  CHECK(kolmogorov_smirnov(gaps(left), [](double ns) { return std::min(ns / (2 * kMeanNs), 1.0); }) <
        kRejectedAt1Percent);
}

TEST_CASE("a million recorded departures leave with the gaps of the record") {
  ArrivalOptions trace{.kind = ArrivalKind::trace, .stages = {}, .trace = {}, .seed = 0};
  double at = 0;
  for (std::size_t i = 0; i <= kDepartures; ++i) {
    trace.trace.push_back(static_cast<Nanos>(at));
    at += kMeanNs * exponential(draw(11, 0, static_cast<std::uint32_t>(i), 0));
  }
  const Nanos duration = trace.trace.back() + 1'000'000;
  const std::vector<Nanos> left = departures(trace, duration);
  CHECK(left.size() == trace.trace.size());
  CHECK(kolmogorov_smirnov(gaps(left), exponential_cdf) < kRejectedAt1Percent);
}

TEST_CASE("what two workers let depart by Poisson is together a process of Poisson's") {
  std::vector<Nanos> left = departures(at_rate(ArrivalKind::poisson), kDuration, 0, 2);
  const std::vector<Nanos> other = departures(at_rate(ArrivalKind::poisson), kDuration, 1, 2);
  left.insert(left.end(), other.begin(), other.end());
  std::sort(left.begin(), left.end());
  CHECK(static_cast<double>(left.size()) == doctest::Approx(1.01 * kDepartures).epsilon(0.005));
  CHECK(kolmogorov_smirnov(gaps(left), exponential_cdf) < kRejectedAt1Percent);
}
