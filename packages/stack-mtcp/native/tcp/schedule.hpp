#pragma once
// When a connection's timer is due: retransmission (RFC 6298), tail-loss probe (RFC 8985 section 7) or window probe
// (RFC 9293 section 3.8.6.1). One timer does for all: at any time only one of them can be running.

#include "tcp/core.hpp"

namespace mcc::tcp {

// With two or more segments in flight a lost tail is probed for after this long (RFC 8985 section 7.2); with one, the
// peer's delayed acknowledgment would have to be waited for, and the retransmission time-out is no later.
inline constexpr Nanos kProbeMin = 10'000'000;

template <class C>
bool wants_tail_probe(C& core, const ControlBlock& cb) noexcept {
  return !cb.probed && cb.backoff == 0 && cb.srtt != 0 && cb.is_open() && cb.flight() > cb.mss && cb.window() != 0 &&
         (!core.has_side(cb) || core.side(cb).recovery == Recovery::none);
}

template <class C>
bool wants_timer(C& core, const ControlBlock& cb) noexcept {
  if (cb.state == State::closed) return false;
  return cb.flight() > 0 || (core.has_side(cb) && core.side(cb).waits_for_window);
}

template <class C>
Nanos deadline_of(C& core, const ControlBlock& cb) noexcept {
  if (!wants_timer(core, cb)) return timer::Wheel::kNever;
  Nanos wait = retransmission_timeout(cb, core.options.rto);
  if (wants_tail_probe(core, cb)) wait = std::min(wait, std::max(kProbeMin, 2 * nanos_of_rtt(cb.srtt)));
  return core.now - nanos_of(ticks_of(core.now) - cb.timer_start) + wait;
}

// The timer runs from now on. One that is armed already comes up no later than it did, and is put back then.
template <class C>
void start_timer(C& core, Slot slot) noexcept {
  ControlBlock& cb = core.block(slot);
  cb.timer_start = ticks_of(core.now);
  if (cb.timer_armed) return;
  core.wheel.arm(slot, deadline_of(core, cb));
  cb.timer_armed = true;
}

template <class C>
void stop_timer(C& core, Slot slot) noexcept {
  ControlBlock& cb = core.block(slot);
  if (!cb.timer_armed) return;
  core.wheel.disarm(slot);
  cb.timer_armed = false;
}

// It may be due earlier than it was armed for.
template <class C>
void hasten_timer(C& core, Slot slot) noexcept {
  stop_timer(core, slot);
  if (wants_timer(core, core.block(slot))) {
    core.wheel.arm(slot, deadline_of(core, core.block(slot)));
    core.block(slot).timer_armed = true;
  }
}

// The timer runs from now on, for less time than it may have been armed for.
template <class C>
void restart_timer(C& core, Slot slot) noexcept {
  core.block(slot).timer_start = ticks_of(core.now);
  hasten_timer(core, slot);
}

}  // namespace mcc::tcp
