#pragma once
// How a worker waits for the kernel. Going to sleep and being woken costs both sides several microseconds when the peer
// runs on the same machine: the wake-up is an interrupt that the peer's send has to raise. So it is done seldom:
//
// 1. Rest. A client that is kept busy through many connections looks away for 20 us, asleep on a timer: its peer need
//    not wake it, and the next look finds more than one reply. What this adds to a latency is at most those 20 us. With
//    few connections, or with a departure due soon, there is no rest.
// 2. Spin. The kernel is asked again and again for as long as going to sleep would cost.
// 3. Sleep, until something happens or the time is up.
//
// Where it is asked for (--kernel.spin) a worker neither rests nor sleeps: what is due leaves at its instant, and what
// comes is read at once, at the price of a core.

#include <sys/prctl.h>
#include <time.h>

#include <algorithm>
#include <cstdint>

#include "mcc/clock.hpp"
#include "mcc/stack.hpp"

namespace mcc::kernel {

inline constexpr Nanos kRest = 20'000;
inline constexpr std::uint32_t kRestConnections = 16;
// Events since the last rest or sleep: fewer, and the worker is not busy.
inline constexpr std::uint32_t kRestEvents = 8;
inline constexpr Nanos kSpin = 5'000;

class Waiting {
 public:
  // `connections`: of a client, the most there will be; 0 for a server, which never rests: its peers wait for it.
  // `spins`: it never sleeps either.
  Waiting(const TscClock& clock, std::uint32_t connections, bool spins = false)
      : clock_(clock), rests_(connections >= kRestConnections && !spins), spins_(spins) {
    prctl(PR_SET_TIMERSLACK, 1UL);  // of this thread: timers end when they are due, not up to 50 us later
  }

  void served(std::uint32_t events) noexcept { events_ += events; }

  // Waits at most `ns` until ready() returns true; sleep(now, ns) waits in the kernel. Returns for how long it slept.
  template <class Ready, class Sleep>
  Nanos wait(Nanos ns, Ready&& ready, Sleep&& sleep) {
    const Nanos start = clock_.now(), end = start + ns;
    Nanos now = start;
    Nanos slept = 0;
    if (rests_ && events_ >= kRestEvents && ns >= 2 * kRest) {
      events_ = 0;
      const timespec rest{0, kRest};
      clock_nanosleep(CLOCK_MONOTONIC, 0, &rest, nullptr);
      now = clock_.now();
      slept = now - start;
      if (ready()) return slept;
    }
    for (const Nanos until = spins_ ? end : std::min(now + kSpin, end); now < until; now = clock_.now()) {
      for (int i = 0; i < kPausesPerTry; ++i) pause_cpu();
      if (ready()) return slept;
    }
    if (now >= end) return slept;
    events_ = 0;
    sleep(now, end - now);
    return slept + (clock_.now() - now);
  }

 private:
  static constexpr int kPausesPerTry = 8;

  // Tells the core that this is a busy wait.
  static void pause_cpu() noexcept {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }

  const TscClock& clock_;
  const bool rests_;
  const bool spins_;
  std::uint32_t events_ = 0;
};

}  // namespace mcc::kernel
