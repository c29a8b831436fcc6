#pragma once
// CUBIC (RFC 9438): the window grows as a cubic function of the time since the last loss, and never slower than Reno's
// would. Windows are in segments, times in seconds. A connection that has rested forgets its epoch.

#include <algorithm>
#include <cmath>

#include "tcp/control_block.hpp"
#include "tcp/side_record.hpp"

namespace mcc::tcp::cubic {

inline constexpr float kC = 0.4f;                               // section 5
inline constexpr float kBeta = 0.7f;                            // section 4.6
inline constexpr float kAlpha = 3 * (1 - kBeta) / (1 + kBeta);  // section 4.3

// Segments that ssthresh falls to when `flight` were out (sections 4.6 and 4.7).
inline std::uint16_t after_loss(const ControlBlock& cb, SideRecord& side, std::uint32_t flight) noexcept {
  const auto cwnd = static_cast<float>(cb.cwnd);
  side.w_max = cwnd < side.w_max ? cwnd * (1 + kBeta) / 2 : cwnd;  // fast convergence
  side.w_prior = cwnd;
  side.in_epoch = false;
  const auto reduced = static_cast<std::uint32_t>(static_cast<float>(flight) * kBeta);
  return static_cast<std::uint16_t>(std::clamp<std::uint32_t>(reduced, 2, 0xffff));
}

// A retransmission time-out: the next epoch begins without memory (section 4.8).
inline void forget(SideRecord& side) noexcept {
  side.in_epoch = false;
  side.w_max = 0;
}

inline void start_epoch(const ControlBlock& cb, SideRecord& side, Ticks now) noexcept {
  const auto cwnd = static_cast<float>(cb.cwnd);
  side.in_epoch = true;
  side.epoch_start = now;
  side.w_est = cwnd;
  side.fraction = 0;
  // Section 4.2; section 4.10 for an epoch that no loss began.
  side.k = side.w_max > cwnd ? std::cbrt((side.w_max - cwnd) / kC) : 0;
  side.w_max = std::max(side.w_max, cwnd);
  side.w_prior = std::max(side.w_prior, cwnd);
}

// Segments by which cwnd grows in congestion avoidance, as `bytes` are acknowledged (sections 4.2 to 4.5).
inline std::uint32_t grow(const ControlBlock& cb, SideRecord& side, std::uint32_t bytes, Ticks now) noexcept {
  if (!side.in_epoch) start_epoch(cb, side, now);
  const auto cwnd = static_cast<float>(cb.cwnd);
  const float acked = static_cast<float>(bytes) / static_cast<float>(cb.mss);
  const auto seconds = [](Nanos ns) { return static_cast<float>(ns) * 1e-9f; };
  const float elapsed = seconds(nanos_of(now - side.epoch_start));
  const auto window_at = [&](float t) { return kC * (t - side.k) * (t - side.k) * (t - side.k) + side.w_max; };

  side.w_est += (side.w_est >= side.w_prior ? 1.0f : kAlpha) * acked / cwnd;
  if (window_at(elapsed) < side.w_est) {
    if (side.w_est > cwnd) side.fraction = std::max(side.fraction, side.w_est - cwnd);
  } else {
    const float target = std::clamp(window_at(elapsed + seconds(nanos_of_rtt(cb.srtt))), cwnd, 1.5f * cwnd);
    side.fraction += (target - cwnd) / cwnd * acked;
  }
  const float whole = std::floor(std::min(side.fraction, cwnd));
  side.fraction -= whole;
  return static_cast<std::uint32_t>(whole);
}

}  // namespace mcc::tcp::cubic
