// Schedules of an open loop: their distribution, their rate, and how parts make a whole.

#include "mcc/arrivals.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "mcc/testing/kolmogorov_smirnov.hpp"

using namespace mcc;
using namespace mcc::testing;

namespace {

constexpr Nanos kSecond = 1'000'000'000;
constexpr Nanos kStart = 5 * kSecond;
constexpr std::size_t kSamples = 1'000'000;

ArrivalOptions at_rate(ArrivalKind kind, double rate) {
  return {.kind = kind, .stages = {{0, rate, rate}}, .trace = {}, .seed = 42};
}

std::vector<Nanos> take(Arrivals& arrivals, std::size_t count) {
  std::vector<Nanos> instants;
  while (instants.size() < count && arrivals.next() != Arrivals::kNever) {
    instants.push_back(arrivals.next());
    arrivals.pop();
  }
  return instants;
}

std::vector<Nanos> all(const ArrivalOptions& options, Nanos duration, std::uint32_t part = 0, std::uint32_t parts = 1) {
  Arrivals arrivals(options, part, parts);
  arrivals.start(kStart, kStart + duration);
  return take(arrivals, SIZE_MAX);
}

}  // namespace

TEST_CASE("constant departures lie in the middle of their gaps, so that a second has exactly its rate of them") {
  const std::vector<Nanos> instants = all(at_rate(ArrivalKind::constant, 4), 2 * kSecond);
  REQUIRE(instants.size() == 8);
  for (std::size_t i = 0; i < instants.size(); ++i) CHECK(instants[i] == kStart + kSecond / 8 + i * kSecond / 4);
}

TEST_CASE("the parts of a constant schedule take turns") {
  for (std::uint32_t part = 0; part < 3; ++part) {
    const std::vector<Nanos> whole = all(at_rate(ArrivalKind::constant, 300), kSecond);
    const std::vector<Nanos> mine = all(at_rate(ArrivalKind::constant, 300), kSecond, part, 3);
    REQUIRE(mine.size() == 100);
    for (std::size_t i = 0; i < mine.size(); ++i) {
      CHECK(std::max(mine[i], whole[3 * i + part]) - std::min(mine[i], whole[3 * i + part]) <= 1);
    }
  }
}

TEST_CASE("a rate far below one a second, and one of a hundred million") {
  CHECK(all(at_rate(ArrivalKind::constant, 0.01), 1000 * kSecond).size() == 10);
  CHECK(all(at_rate(ArrivalKind::constant, 1e8), kSecond / 100).size() == 1'000'000);
}

TEST_CASE("Poisson's gaps are exponential (Kolmogorov-Smirnov, one million)") {
  Arrivals arrivals(at_rate(ArrivalKind::poisson, 1e5), 0, 1);
  arrivals.start(kStart);
  const double ks =
      kolmogorov_smirnov(gaps(take(arrivals, kSamples)), [](double ns) { return 1 - std::exp(-ns / 1e4); });
  CHECK(ks < kRejectedAt1Percent);
}

TEST_CASE("two workers' Poisson schedules together are one of Poisson's") {
  std::vector<Nanos> together = all(at_rate(ArrivalKind::poisson, 1e5), 10 * kSecond, 0, 2);
  const std::vector<Nanos> other = all(at_rate(ArrivalKind::poisson, 1e5), 10 * kSecond, 1, 2);
  together.insert(together.end(), other.begin(), other.end());
  std::sort(together.begin(), together.end());
  CHECK(together.size() == doctest::Approx(1e6).epsilon(0.005));
  CHECK(kolmogorov_smirnov(gaps(together), [](double ns) { return 1 - std::exp(-ns / 1e4); }) < kRejectedAt1Percent);
}

TEST_CASE("uniform gaps reach from none to twice the mean (Kolmogorov-Smirnov, one million)") {
  Arrivals arrivals(at_rate(ArrivalKind::uniform, 1e5), 0, 1);
  arrivals.start(kStart);
  const double ks =
      kolmogorov_smirnov(gaps(take(arrivals, kSamples)), [](double ns) { return std::min(ns / 2e4, 1.0); });
  CHECK(ks < kRejectedAt1Percent);
}

TEST_CASE("a trace is kept to, and dealt out to the parts in turn") {
  const ArrivalOptions trace{.kind = ArrivalKind::trace, .stages = {}, .trace = {0, 5, 5, 70, 900}, .seed = 0};
  CHECK(all(trace, kSecond) == std::vector<Nanos>{kStart, kStart + 5, kStart + 5, kStart + 70, kStart + 900});
  CHECK(all(trace, kSecond, 1, 2) == std::vector<Nanos>{kStart + 5, kStart + 70});
}

TEST_CASE("the sizes of a trace go with its departures") {
  const ArrivalOptions trace{
      .kind = ArrivalKind::trace, .stages = {}, .trace = {0, 5, 5, 70, 900}, .sizes = {10, 20, 30, 40, 50}, .seed = 0};
  Arrivals arrivals(trace, 1, 2);
  arrivals.start(kStart);
  CHECK(arrivals.size() == 20);
  arrivals.pop();
  CHECK(arrivals.size() == 40);
}

TEST_CASE("stages: a ramp, a step, and on at the last rate") {
  ArrivalOptions options{.kind = ArrivalKind::constant,
                         .stages = {{10 * kSecond, 0, 100}, {5 * kSecond, 100, 100}, {0, 100, 10}, {kSecond, 10, 10}},
                         .trace = {},
                         .seed = 0};
  const std::vector<Nanos> instants = all(options, 30 * kSecond);
  const auto between = [&](Nanos from, Nanos to) {
    return std::count_if(instants.begin(), instants.end(),
                         [&](Nanos at) { return at >= kStart + from * kSecond && at < kStart + to * kSecond; });
  };
  CHECK(between(0, 5) == 125);  // 100 / 10 * 5^2 / 2
  CHECK(between(0, 10) == 500);
  CHECK(between(10, 15) == 500);
  CHECK(between(15, 30) == 150);
  CHECK(std::is_sorted(instants.begin(), instants.end()));
}

TEST_CASE("a ramp down to nothing ends the schedule") {
  ArrivalOptions options{.kind = ArrivalKind::constant, .stages = {{2 * kSecond, 10, 0}}, .trace = {}, .seed = 0};
  CHECK(all(options, 100 * kSecond).size() == 10);
}

TEST_CASE("what was due and never taken is counted when the schedule stops") {
  Arrivals constant(at_rate(ArrivalKind::constant, 100), 0, 1);
  constant.start(kStart);
  take(constant, 30);
  CHECK(constant.stop(kStart + kSecond) == 70);
  CHECK(constant.next() == Arrivals::kNever);

  Arrivals trace({.kind = ArrivalKind::trace, .stages = {}, .trace = {1, 2, 3, 4}, .seed = 0}, 0, 1);
  trace.start(kStart);
  take(trace, 1);
  CHECK(trace.stop(kStart + 4) == 2);

  Arrivals ended(at_rate(ArrivalKind::constant, 100), 0, 1);
  ended.start(kStart, kStart + kSecond);
  take(ended, SIZE_MAX);
  CHECK(ended.stop(kStart + 2 * kSecond) == 0);
}

TEST_CASE("another seed is another schedule, the same seed the same one") {
  ArrivalOptions one = at_rate(ArrivalKind::poisson, 1000);
  ArrivalOptions other = one;
  other.seed = 43;
  CHECK(all(one, kSecond) == all(one, kSecond));
  CHECK(all(one, kSecond) != all(other, kSecond));
}
