#pragma once
// When a `wait` step ends.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <variant>

#include "mcc/program.hpp"
#include "mcc/random.hpp"

namespace mcc {

// What a wait may depend on.
struct WaitContext {
  Nanos now;
  Nanos epoch;         // start of the load
  Nanos previous = 0;  // tick before, as it was meant; 0: none yet
  std::uint64_t bits;
  std::uint32_t connection_id;
  std::uint32_t connections_total;
};

// Of a connection that has no part in a period.
inline constexpr Nanos kNoTick = UINT64_MAX;

inline Nanos wake_time(const Wait& time, const WaitContext& context) noexcept {
  struct Visitor {
    const WaitContext& at;

    Nanos operator()(const wait::Constant& wait) const noexcept { return at.now + wait.ns; }
    Nanos operator()(const wait::Uniform& wait) const noexcept {
      return at.now + wait.min_ns + below(wait.max_ns - wait.min_ns + 1, at.bits);
    }
    Nanos operator()(const wait::Exponential& wait) const noexcept {
      return at.now + static_cast<Nanos>(static_cast<double>(wait.mean_ns) * exponential(at.bits));
    }
    // A period after the tick before, be it past already; at first the next tick after now. Phases lie in the middle of
    // their share of the period, so that in k periods each connection has k ticks. Of all connections as many have
    // ticks as the share says, evenly picked.
    Nanos operator()(const wait::Period& wait) const noexcept {
      if (at.previous != 0) return at.previous + wait.ns;
      const std::uint64_t total = at.connections_total;
      const std::uint64_t id = at.connection_id % total;
      const auto active = std::max<std::uint64_t>(std::llround(static_cast<double>(total) * wait.share), 1);
      const std::uint64_t nth = scale(id, active, total);
      if (scale(id + 1, active, total) == nth) return kNoTick;
      const std::uint64_t bursts = (active + wait.burst - 1) / wait.burst;
      const Nanos first = at.epoch + scale(wait.ns, 2 * (nth / wait.burst) + 1, 2 * bursts);
      if (at.now < first) return first;
      return first + ((at.now - first) / wait.ns + 1) * wait.ns;
    }
  };
  return std::visit(Visitor{context}, time);
}

}  // namespace mcc
