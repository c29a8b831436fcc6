#pragma once
// The congestion window, in segments: slow start here (RFC 5681 section 3.1), the rest by the algorithm chosen.

#include <algorithm>

#include "tcp/core.hpp"
#include "tcp/cubic.hpp"
#include "tcp/newreno.hpp"

namespace mcc::tcp {

// RFC 6928 section 2; one segment when the SYN had to be sent again.
inline std::uint16_t initial_window(std::uint16_t mss, bool syn_lost) noexcept {
  if (syn_lost) return 1;
  return static_cast<std::uint16_t>(std::clamp(14600 / mss, 2, 10));
}

inline std::uint32_t segments_of(const ControlBlock& cb, std::uint32_t bytes) noexcept {
  return (bytes + cb.mss - 1u) / cb.mss;
}

inline void set_cwnd(ControlBlock& cb, std::uint32_t segments) noexcept {
  cb.cwnd = static_cast<std::uint16_t>(std::clamp<std::uint32_t>(segments, 1, 0xffff));
}

// Growth as `acked` bytes of a flight of `flight` are acknowledged. A window that was not used up tells nothing about
// the path, and stays (RFC 7661 section 4, RFC 9438 section 4.2).
template <class C>
void grow_window(C& core, Slot slot, std::uint32_t acked, std::uint32_t flight) noexcept {
  ControlBlock& cb = core.block(slot);
  if (cb.cwnd < cb.ssthresh) {
    if (flight * 2 < cb.cwnd_bytes()) return;
    // At most two segments for one acknowledgment (RFC 3465 section 2.2), and next to none for a splinter.
    const std::uint32_t segments = std::min<std::uint32_t>((acked + cb.mss / 2u) / cb.mss, 2);
    set_cwnd(cb, std::min<std::uint32_t>(cb.cwnd + segments, cb.ssthresh));
    return;
  }
  if (flight + cb.mss < cb.cwnd_bytes()) return;
  SideRecord& side = core.need_side(slot);
  set_cwnd(cb,
           cb.cwnd + (core.options.congestion == Congestion::cubic ? cubic::grow(cb, side, acked, ticks_of(core.now))
                                                                   : newreno::grow(cb, side, acked)));
}

// A segment was lost: ssthresh falls to a part of what was in flight.
template <class C>
void reduce_threshold(C& core, Slot slot) noexcept {
  ControlBlock& cb = core.block(slot);
  SideRecord& side = core.need_side(slot);
  // What limited transmit and old windows put out beyond cwnd does not count (RFC 5681 section 3.2).
  const std::uint32_t flight = std::min<std::uint32_t>(segments_of(cb, cb.flight()), cb.cwnd);
  side.acked = 0;
  cb.ssthresh =
      core.options.congestion == Congestion::cubic ? cubic::after_loss(cb, side, flight) : newreno::after_loss(flight);
}

// Nothing was sent for longer than a time-out: what is known of the path is stale (RFC 5681 section 4.1).
template <class C>
void restart_if_idle(C& core, Slot slot) noexcept {
  ControlBlock& cb = core.block(slot);
  if (cb.flight() > 0) return;
  const Nanos idle = nanos_of(ticks_of(core.now) - cb.timer_start);
  if (idle > retransmission_timeout(cb, core.options.rto)) {
    set_cwnd(cb, std::min(cb.cwnd, initial_window(cb.mss, false)));
  }
}

}  // namespace mcc::tcp
