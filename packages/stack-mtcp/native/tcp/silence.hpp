#pragma once
// For how long the peers of idle connections have been silent: what keep-alive (keepalive.hpp) knows of each, in an
// array of its own that is touched only while keep-alive is on.

#include <cstdint>

#include "mcc/stack.hpp"

namespace mcc::tcp {

struct Silence {
  static constexpr unsigned kUnitShift = 26;
  static constexpr unsigned kSinceBits = 24;
  static constexpr Nanos kUnitNs = Nanos{1} << kUnitShift;  // 67 ms, so that differences hold for 13 days

  std::uint32_t since : kSinceBits;  // units: when something was heard, or the latest probe was sent
  std::uint32_t probes : 8;          // that got no answer

  static Silence from(Nanos now, std::uint32_t probes) noexcept {
    return {static_cast<std::uint32_t>(now >> kUnitShift) & kSinceMask, probes & 0xff};
  }
  // Up to a unit less than it was, never more.
  Nanos lasted(Nanos now) const noexcept {
    const std::uint32_t units = (static_cast<std::uint32_t>(now >> kUnitShift) - since) & kSinceMask;
    return units == 0 ? 0 : Nanos{units - 1} << kUnitShift;
  }

 private:
  static constexpr std::uint32_t kSinceMask = (1u << kSinceBits) - 1;
};
static_assert(sizeof(Silence) == 4);

// Where the look at all connections in turn has got to.
struct Sweep {
  Slot next = 0;
  Nanos due = 0;  // when it goes on
};

}  // namespace mcc::tcp
