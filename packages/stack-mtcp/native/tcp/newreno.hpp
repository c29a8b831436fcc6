#pragma once
// Congestion avoidance and the response to loss of RFC 5681: half as much after a loss, one segment more per round
// trip.

#include <algorithm>

#include "tcp/control_block.hpp"
#include "tcp/side_record.hpp"

namespace mcc::tcp::newreno {

// Segments that ssthresh falls to when `flight` were out (RFC 5681 equation 4).
inline std::uint16_t after_loss(std::uint32_t flight) noexcept {
  return static_cast<std::uint16_t>(std::clamp<std::uint32_t>(flight / 2, 2, 0xffff));
}

// Segments by which cwnd grows in congestion avoidance, as `bytes` are acknowledged (RFC 5681 section 3.1, RFC 3465
// section 2.1).
inline std::uint32_t grow(const ControlBlock& cb, SideRecord& side, std::uint32_t bytes) noexcept {
  side.acked += bytes;
  if (side.acked < cb.cwnd_bytes()) return 0;
  side.acked -= cb.cwnd_bytes();
  return 1;
}

}  // namespace mcc::tcp::newreno
