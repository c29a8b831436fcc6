// Epochs at scale: of a million connections a fifth speak, each once an epoch, in bursts evenly apart.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "mcc/testing/model_rig.hpp"
#include "mcc/testing/programs.hpp"

using namespace mcc;
using namespace mcc::testing;

TEST_CASE("of a million connections each active one speaks once an epoch, and every millisecond is even to a burst") {
  constexpr std::uint32_t kConnections = 1'000'000;
  constexpr std::uint32_t kActive = kConnections / 5;
  constexpr Nanos kEpoch = 1'000'000'000;
  constexpr Nanos kMillisecond = 1'000'000;
  constexpr std::size_t kEpochs = 3;
  constexpr std::size_t kMilliseconds = kEpoch / kMillisecond;
  constexpr double kBurst = 1000;

  const wait::Period epoch{.ns = kEpoch, .share = 0.2, .burst = 1000};
  EngineOptions options;
  options.connecting_max = kConnections;
  ModelRig rig(client({message("ping")}, {pause(epoch), send(), expect_fixed(4), repeat(0)}), kConnections, options);
  struct Spoken {
    Slot slot;
    Nanos at;
  };
  std::vector<Spoken> spoken;
  rig.stack.left = [&](Slot slot, Nanos at) { spoken.push_back({slot, at}); };
  rig.connect();
  REQUIRE(spoken.empty());
  const Nanos start = rig.load(kEpochs * kEpoch);

  REQUIRE(spoken.size() == kEpochs * kActive);
  std::vector<std::vector<int>> of_connection(kEpochs, std::vector<int>(kConnections));
  std::vector<double> of_millisecond(kEpochs * kMilliseconds);
  for (const Spoken& one : spoken) {
    ++of_connection.at((one.at - start) / kEpoch)[one.slot];
    ++of_millisecond.at((one.at - start) / kMillisecond);
  }
  for (const std::vector<int>& times : of_connection) {
    CHECK(std::count(times.begin(), times.end(), 1) == kActive);
    CHECK(std::count(times.begin(), times.end(), 0) == kConnections - kActive);
    CHECK(times == of_connection.front());
  }
  // Each for itself, and all of them up to each: nothing adds up.
  const double even = static_cast<double>(kActive) / kMilliseconds;
  double worst = 0;
  double worst_sum = 0;
  double sum = 0;
  for (std::size_t i = 0; i < of_millisecond.size(); ++i) {
    sum += of_millisecond[i];
    worst = std::max(worst, std::abs(of_millisecond[i] - even));
    worst_sum = std::max(worst_sum, std::abs(sum - even * static_cast<double>(i + 1)));
  }
  CHECK(worst <= kBurst);
  CHECK(worst_sum <= kBurst);
  CHECK(rig.count(stats::Counter::pacing_queued) == 0);
  CHECK(rig.count(stats::Counter::pacing_late) == 0);
}
