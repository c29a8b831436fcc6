#pragma once
// The retransmission timer's length (RFC 6298).

#include <algorithm>

#include "tcp/control_block.hpp"

namespace mcc::tcp {

struct RtoBounds {
  Nanos minimum = 200'000'000;     // section 2.4 says 1 s; everybody's practice is 200 ms
  Nanos maximum = 60'000'000'000;  // section 2.5
};
inline constexpr Nanos kInitialRto = 1'000'000'000;  // section 2.1

// Takes in a measured round-trip time (section 2.2 and 2.3). Karn's rule is the caller's: nothing retransmitted may be
// measured, except by timestamps.
inline void measure_rtt(ControlBlock& cb, RttUnits rtt) noexcept {
  const auto sample = static_cast<std::int32_t>(std::clamp<RttUnits>(rtt, 1, 0xffff));
  if (cb.srtt == 0) {
    cb.srtt = static_cast<std::uint16_t>(sample);
    cb.rttvar = static_cast<std::uint16_t>(sample / 2);
    return;
  }
  const std::int32_t error = sample - cb.srtt;
  const std::int32_t deviation = error < 0 ? -error : error;
  // Rounded away from zero, so that small errors are not lost for ever.
  const auto share = [](std::int32_t value, std::int32_t of) { return (value + (value < 0 ? 1 - of : of - 1)) / of; };
  cb.rttvar = static_cast<std::uint16_t>(std::clamp(cb.rttvar + share(deviation - cb.rttvar, 4), 0, 0xffff));
  cb.srtt = static_cast<std::uint16_t>(std::clamp(cb.srtt + share(error, 8), 1, 0xffff));
}

// The time-out by what was measured, before any bound (section 2.3). 0: nothing was.
inline RttUnits measured_timeout(const ControlBlock& cb) noexcept {
  return RttUnits{cb.srtt} + 4 * RttUnits{cb.rttvar};
}

// The time-out now, backed off (sections 2.3, 5.5). However steady a long way is, a quarter of the shortest time-out is
// left for what the peer may delay an acknowledgment by: section 2.3's clock granularity, as it were.
inline Nanos retransmission_timeout(const ControlBlock& cb, const RtoBounds& bounds) noexcept {
  const Nanos variation = std::max(nanos_of_rtt(4 * RttUnits{cb.rttvar}), bounds.minimum / 4);
  const Nanos base =
      cb.srtt == 0 ? kInitialRto : std::clamp(nanos_of_rtt(cb.srtt) + variation, bounds.minimum, bounds.maximum);
  // 2^9 s is beyond any maximum.
  return std::min(base << std::min<unsigned>(cb.backoff, 9), bounds.maximum);
}

}  // namespace mcc::tcp
