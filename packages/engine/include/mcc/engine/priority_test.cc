// Two classes of connections that together want more than the generator can do: the lower one pays.

#include <doctest/doctest.h>

#include <utility>

#include "mcc/testing/model_rig.hpp"
#include "mcc/testing/programs.hpp"

using namespace mcc;
using namespace mcc::testing;

namespace {

constexpr Nanos kLoad = 400'000'000;
constexpr double kMicrosecond = 1000;

// The generator of the model does some three million requests a second.
struct Load {
  const char* name;
  double rate;  // of one class
  bool ticks;   // of connections, once in 20 ms each; otherwise an open loop's, by Poisson
};

struct Figures {
  double p99;
  std::uint64_t completed;
};

// One class, or two that want as much each; the figures of the highest and of the lowest one.
std::pair<Figures, Figures> run(const Load& load, std::uint32_t priorities) {
  constexpr Nanos kTick = 20'000'000;
  const auto sessions = static_cast<std::uint32_t>(load.ticks ? load.rate * kTick / 1e9 : 2000) * priorities;
  EngineOptions options;
  options.connecting_max = sessions;
  Program program = client({message("ping")}, {send(), expect_fixed(4), repeat(0)});
  if (load.ticks) {
    program.steps.insert(program.steps.begin(), pause(wait::Period{kTick}));
  } else {
    const double rate = load.rate * priorities;
    options.arrivals =
        ArrivalOptions{.kind = ArrivalKind::poisson, .stages = {{0, rate, rate}}, .trace = {}, .seed = 1};
  }
  program.priorities = priorities;
  program.classes = priorities > 1 ? priorities : 0;
  ModelRig rig(program, sessions, options);
  rig.connect();
  rig.load(kLoad);
  if (priorities == 1) {
    const Figures all{static_cast<double>(rig.percentile(stats::Histogram::latency, 99)),
                      rig.count(stats::Counter::requests_completed)};
    return {all, all};
  }
  const auto of = [&](std::size_t index) {
    return Figures{static_cast<double>(rig.class_percentile(index, 99)), rig.class_completed(index)};
  };
  return {of(0), of(priorities - 1)};
}

}  // namespace

TEST_CASE("overload of both classes leaves the high one's latency what it is alone, to a tenth") {
  for (const Load& load : {
           Load{"ticks, half of what can be done", 1.5e6, true},
           Load{"ticks, twice what can be done", 6e6, true},
           Load{"Poisson, half of what can be done", 1.5e6, false},
           Load{"Poisson, two thirds of it", 2e6, false},
           Load{"Poisson, twice what can be done", 6e6, false},
       }) {
    CAPTURE(load.name);
    const Figures alone = run(load, 1).first;
    const auto [high, low] = run(load, 2);
    CAPTURE(alone.p99);
    CAPTURE(high.p99);
    CHECK(high.p99 <= 1.1 * alone.p99);
    CHECK(static_cast<double>(high.completed) >= 0.95 * static_cast<double>(alone.completed));
    // It is an overload, and the lower class is not shut out.
    CHECK(low.p99 > 1000 * kMicrosecond);
    CHECK(low.completed > 1000);
  }
}

TEST_CASE("without an overload the lower class is in time as well") {
  const auto [high, low] = run({"ticks", 5e5, true}, 2);
  CHECK(high.p99 < 11 * kMicrosecond);
  CHECK(low.p99 < 11 * kMicrosecond);
}
