#pragma once
// When a connection's timer is due: retransmission (RFC 6298), tail-loss probe (RFC 8985 section 7), window probe
// (RFC 9293 section 3.8.6.1) or reordering (RFC 8985 section 6.3). One timer does for all: it is armed for the first.

#include "tcp/core.hpp"

namespace mcc::tcp {

// A lost tail is probed for no sooner than after this long.
inline constexpr Nanos kProbeMin = 10'000'000;

// Losses are being repaired.
template <class C>
bool recovers(C& core, const ControlBlock& cb) noexcept {
  return core.has_side(cb) && core.side(cb).recovery != Recovery::none;
}

template <class C>
bool wants_tail_probe(C& core, const ControlBlock& cb) noexcept {
  return !cb.probed && cb.backoff == 0 && cb.srtt != 0 && cb.is_open() && cb.flight() > 0 && cb.window() != 0 &&
         !recovers(core, cb);
}

// How long nothing must be heard before a lost tail is probed for (RFC 8985 section 7.2). One segment may have to wait
// for the peer's delayed acknowledgment.
template <class C>
Nanos probe_timeout(C& core, const ControlBlock& cb) noexcept {
  const Nanos wait = 2 * nanos_of_rtt(cb.srtt) + (cb.flight() > cb.mss ? 0 : core.options.peer_ack_delay);
  return std::max(kProbeMin, wait);
}

// How much later than what was sent after it a segment may arrive (RFC 8985 section 6.2, step 4): a quarter of the
// round trip, of the smoothed one for want of the smallest, and more of it the more the peer has had twice.
inline Nanos reordering_window(const ControlBlock& cb, const LossState& loss) noexcept {
  return (1u + loss.reordering) * nanos_of_rtt(cb.srtt) / 4;
}

// A retransmission that was overtaken is lost when it is as old as this.
inline Nanos retransmission_age(const ControlBlock& cb, const LossState& loss) noexcept {
  return nanos_of_rtt(cb.srtt) + reordering_window(cb, loss);
}

// When the reordering timer is due (RFC 8985 section 6.3); kNever: it does not run.
template <class C>
Nanos reordering_deadline(C& core, const ControlBlock& cb) noexcept {
  Nanos deadline = timer::Wheel::kNever;
  if (!core.has_side(cb) || cb.flight() == 0) return deadline;
  const LossState& loss = core.side(cb).loss;
  const auto after = [&](Ticks since, Nanos wait) { return core.now - nanos_of(ticks_of(core.now) - since) + wait; };
  if (loss.watching) deadline = after(loss.watched_since, reordering_window(cb, loss));
  if (loss.again_due) deadline = std::min(deadline, after(loss.again_since, retransmission_age(cb, loss)));
  return deadline;
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
  if (wants_tail_probe(core, cb)) wait = std::min(wait, probe_timeout(core, cb));
  return std::min(core.now - nanos_of(ticks_of(core.now) - cb.timer_start) + wait, reordering_deadline(core, cb));
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
