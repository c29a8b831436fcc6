// How late departures are in a loop that does nothing but wait for them: what the machine itself takes away from
// whoever keeps a schedule on this core. The schedule is that of an open loop, the clock the engine's.
//
//   spinning_loop CORE RATE SECONDS

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "mcc/arrivals.hpp"
#include "mcc/clock.hpp"
#include "pin.hpp"

namespace {

constexpr mcc::Nanos kLateNs = 1000;
constexpr mcc::Nanos kAnchorNs = 10'000'000;

// Nanoseconds after each departure at which the loop saw that it was due.
std::vector<std::uint32_t> errors(double rate, double seconds) {
  mcc::TscClock clock;
  mcc::Arrivals arrivals(
      {.kind = mcc::ArrivalKind::poisson, .stages = {{0, rate, rate}}, .trace = {}, .seed = clock.now()}, 0, 1);
  std::vector<std::uint32_t> result;
  result.reserve(static_cast<std::size_t>(rate * seconds * 1.1) + 1000);
  const mcc::Nanos begin = clock.now() + kAnchorNs;
  mcc::Nanos anchor_at = begin;
  arrivals.start(begin, begin + static_cast<mcc::Nanos>(seconds * 1e9));
  for (mcc::Nanos due = arrivals.next(); due != mcc::Arrivals::kNever; due = arrivals.next()) {
    mcc::Nanos now = clock.now();
    while (now < due) now = clock.now();
    result.push_back(static_cast<std::uint32_t>(std::min<mcc::Nanos>(now - due, UINT32_MAX)));
    arrivals.pop();
    if (now < anchor_at) continue;
    clock.anchor();
    anchor_at = now + kAnchorNs;
  }
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "spinning_loop CORE RATE SECONDS\n");
    return 2;
  }
  pin(std::atoi(argv[1]));
  std::vector<std::uint32_t> sorted = errors(std::atof(argv[2]), std::atof(argv[3]));
  if (sorted.empty()) return 1;
  std::sort(sorted.begin(), sorted.end());
  const auto late = sorted.end() - std::upper_bound(sorted.begin(), sorted.end(), kLateNs);
  std::printf("p50 %u ns, p99 %u ns, late %.6f of %zu\n", sorted[sorted.size() / 2], sorted[sorted.size() * 99 / 100],
              static_cast<double>(late) / static_cast<double>(sorted.size()), sorted.size());
}
