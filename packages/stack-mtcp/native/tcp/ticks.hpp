#pragma once
// Time inside a control block: 32 bits of 1.024 us, which wrap after 73 minutes; only differences have a meaning.

#include <cstdint>

#include "mcc/stack.hpp"

namespace mcc::tcp {

using Ticks = std::uint32_t;

inline constexpr Nanos kTickNs = 1024;

constexpr Ticks ticks_of(Nanos now) noexcept { return static_cast<Ticks>(now / kTickNs); }
constexpr Nanos nanos_of(std::uint64_t ticks) noexcept { return ticks * kTickNs; }

// The clock of the timestamp option: about 1 ms a tick, so that PAWS holds for 24 days (RFC 7323 section 5.4).
constexpr std::uint32_t timestamp_of(Nanos now) noexcept { return static_cast<std::uint32_t>(now >> 20); }

// Round-trip times are kept in units of 32.768 us: 32 of them are one tick of the timestamp clock.
using RttUnits = std::uint32_t;
inline constexpr unsigned kRttShift = 15;
constexpr RttUnits rtt_of_timestamps(std::uint32_t difference) noexcept { return difference << (20 - kRttShift); }
constexpr Nanos nanos_of_rtt(RttUnits rtt) noexcept { return static_cast<Nanos>(rtt) << kRttShift; }

}  // namespace mcc::tcp
