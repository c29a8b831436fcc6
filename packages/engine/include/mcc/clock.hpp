#pragma once
// Time as the data plane sees it: CLOCK_MONOTONIC nanoseconds, read from the TSC, or turned by hand in tests.

#include <time.h>

#include <algorithm>
#include <concepts>
#include <cstdint>

#if defined(__x86_64__)
#include <cpuid.h>
#include <x86intrin.h>
#endif

#include "mcc/stack.hpp"

namespace mcc {

template <class C>
concept Clock = requires(C clock) {
  { clock.now() } -> std::same_as<Nanos>;
  // Called about every 10 ms: corrects what drifts.
  { clock.anchor() } -> std::same_as<void>;
};

inline Nanos monotonic_now() noexcept {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<Nanos>(t.tv_sec) * 1'000'000'000 + static_cast<Nanos>(t.tv_nsec);
}

// For tests: stands still until it is set or advanced.
class ManualClock {
 public:
  Nanos now() const noexcept { return now_; }
  void anchor() noexcept {}
  void set(Nanos now) noexcept { now_ = now; }
  void advance(Nanos by) noexcept { now_ += by; }

 private:
  Nanos now_ = 1'000'000'000;
};

// CLOCK_MONOTONIC from the time-stamp counter: some 10 ns a reading, never backwards on one thread. The rate is
// measured when it is made (for 2 ms) and then corrected by anchor(), which steers towards CLOCK_MONOTONIC instead of
// jumping, unless it is far behind. Where the TSC is not invariant, or the machine is no x86, it is clock_gettime.
class TscClock {
 public:
  TscClock() noexcept {
#if defined(__x86_64__)
    if (!invariant()) return;
    const Point first = sample();
    while (monotonic_now() - first.ns < kCalibrationNs) {
    }
    start_ = last_ = sample();
    rate_ = rate_of(first, start_);
#endif
  }

  Nanos now() const noexcept {
#if defined(__x86_64__)
    if (rate_ != 0) return at(__rdtsc());
#endif
    return monotonic_now();
  }

  void anchor() noexcept {
#if defined(__x86_64__)
    if (rate_ == 0) return;
    const Point truth = sample();
    const Nanos ours = at(truth.tsc);
    if (truth.ns > ours + kStepNs) {  // the machine was suspended, say: nothing to steer by
      start_ = last_ = truth;
      return;
    }
    // The longer the baseline, the better the rate; the present error is worked off over the next second.
    const double error = static_cast<double>(static_cast<std::int64_t>(truth.ns - ours)) / 1e9;
    const std::uint64_t rate = truth.ns - start_.ns >= kCalibrationNs ? rate_of(start_, truth) : rate_;
    last_ = {truth.tsc, ours};
    rate_ = static_cast<std::uint64_t>(static_cast<double>(rate) * (1.0 + std::clamp(error, -kSteerMax, kSteerMax)));
#endif
  }

  bool uses_tsc() const noexcept { return rate_ != 0; }

 private:
  struct Point {
    std::uint64_t tsc = 0;
    Nanos ns = 0;
  };

  static constexpr Nanos kCalibrationNs = 2'000'000;
  static constexpr double kSteerMax = 0.0005;
  static constexpr Nanos kStepNs = 1'000'000;

#if defined(__x86_64__)
  __extension__ using Wide = unsigned __int128;

  // CPUID 8000_0007h, EDX bit 8.
  static bool invariant() noexcept {
    unsigned a = 0, b = 0, c = 0, d = 0;
    return __get_cpuid(0x80000007u, &a, &b, &c, &d) != 0 && (d & (1u << 8)) != 0;
  }

  // Nanoseconds per tick, as a fixed-point number with 32 bits after the point.
  static std::uint64_t rate_of(Point from, Point to) noexcept {
    return static_cast<std::uint64_t>((static_cast<Wide>(to.ns - from.ns) << 32) / (to.tsc - from.tsc));
  }

  // A reading can be a few cycles older than the anchor when the thread has moved to another core.
  Nanos at(std::uint64_t tsc) const noexcept {
    const auto passed = static_cast<std::int64_t>(tsc - last_.tsc);
    if (passed <= 0) return last_.ns;
    return last_.ns + static_cast<Nanos>((static_cast<Wide>(passed) * rate_) >> 32);
  }

  // Both clocks at one time: of a few readings the tightest, should the thread be taken off its core in one of them.
  static Point sample() noexcept {
    Point best;
    std::uint64_t tightest = UINT64_MAX;
    for (int i = 0; i < 4; ++i) {
      const std::uint64_t before = __rdtsc();
      const Nanos ns = monotonic_now();
      const std::uint64_t width = __rdtsc() - before;
      if (width >= tightest) continue;
      tightest = width;
      best = {before + width / 2, ns};
    }
    return best;
  }
#endif

  Point start_;
  Point last_;
  std::uint64_t rate_ = 0;
};

}  // namespace mcc
