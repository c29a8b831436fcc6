#pragma once
// Time as the data plane sees it: CLOCK_MONOTONIC nanoseconds, read from the TSC, or turned by hand in tests.

#include <time.h>

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
// jumping. Where the TSC is not invariant, or the machine is no x86, it is clock_gettime.
class TscClock {
 public:
  TscClock() noexcept {
#if defined(__x86_64__)
    if (!invariant()) return;
    const std::uint64_t first_tsc = __rdtsc();
    const Nanos first_ns = monotonic_now();
    Nanos ns = first_ns;
    while (ns - first_ns < kCalibrationNs) ns = monotonic_now();
    const std::uint64_t tsc = __rdtsc();
    start_ = last_ = {tsc, ns};
    rate_ = rate_of({first_tsc, first_ns}, start_);
#endif
  }

  Nanos now() const noexcept {
#if defined(__x86_64__)
    if (rate_ != 0) {
      // A reading can be a few cycles older than the anchor when the thread has moved to another core.
      const auto passed = static_cast<std::int64_t>(__rdtsc() - last_.tsc);
      return passed <= 0 ? last_.ns : last_.ns + scale(static_cast<std::uint64_t>(passed));
    }
#endif
    return monotonic_now();
  }

  void anchor() noexcept {
#if defined(__x86_64__)
    if (rate_ == 0) return;
    const Nanos ours = now();
    const std::uint64_t tsc = __rdtsc();
    const Nanos truth = monotonic_now();
    // The longer the baseline, the better the rate; then work off the present error over the next second.
    const double error = static_cast<double>(static_cast<std::int64_t>(truth - ours));
    const double steer = error > kSteerMax * 1e9 ? kSteerMax : error < -kSteerMax * 1e9 ? -kSteerMax : error / 1e9;
    const std::uint64_t rate = truth - start_.ns >= kCalibrationNs ? rate_of(start_, {tsc, truth}) : rate_;
    last_ = {tsc, ours};
    rate_ = static_cast<std::uint64_t>(static_cast<double>(rate) * (1.0 + steer));
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

  Nanos scale(std::uint64_t ticks) const noexcept {
    return static_cast<Nanos>((static_cast<Wide>(ticks) * rate_) >> 32);
  }
#endif

  Point start_;
  Point last_;
  std::uint64_t rate_ = 0;
};

}  // namespace mcc
