#pragma once
// Keep-alive (RFC 9293 section 3.8.4, RFC 1122 section 4.2.3.6): whether the peer of an idle connection is still there.
//
// No timer runs for it and no segment asks for the time: what arrives clears a bit (`silent`), and a slow sweep over
// the connections, a few at each turn, sets it again and notes when. So the probes of millions of connections are
// spread as the sweep comes to them.

#include <algorithm>

#include "tcp/close.hpp"

namespace mcc::tcp {

namespace detail {

// Rounds of the sweep while the shorter of the two waits lasts: a probe is late by up to a quarter of it.
inline constexpr std::uint32_t kRoundsPerWait = 8;

inline Nanos sweep_round(const KeepAlive& options) noexcept {
  return std::min(options.idle, options.interval) / kRoundsPerWait;
}

// Established, and nothing of ours is on its way or waits for the window: that has timers which ask sooner (MUST-26).
inline bool is_idle(const ControlBlock& cb) noexcept {
  return (cb.state == State::established || cb.state == State::close_wait) && cb.flight() == 0 && !cb.has_unsent();
}

// One below what the peer expects and without text (SHLD-12): it answers that with where it is.
template <class C>
void send_probe(C& core, Slot slot) {
  ControlBlock& cb = core.block(slot);
  ++core.counters.keepalive_probes;
  put(core, cb, segment_of(core, cb, cb.snd_nxt - 1, wire::kAck));
}

template <class C>
void look_after(C& core, Slot slot) {
  ControlBlock& cb = core.block(slot);
  if (!is_idle(cb)) return;
  const KeepAlive& options = core.options.keepalive;
  Silence& silence = core.silences[slot];
  if (!cb.silent) {
    cb.silent = true;
    silence = Silence::from(core.now, 0);
    return;
  }
  if (silence.lasted(core.now) < (silence.probes == 0 ? options.idle : options.interval)) return;
  if (silence.probes >= options.probes) {
    ++core.counters.timeouts;
    return fail(core, slot, Error::connect_timeout);
  }
  silence = Silence::from(core.now, silence.probes + 1);
  send_probe(core, slot);
}

}  // namespace detail

// The next `limit` connections at most, when it is time for them. While the link is busy, probes wait as all else does.
template <class C>
void sweep_idle(C& core, std::uint32_t limit) {
  Sweep& sweep = core.sweep;
  if (core.now < sweep.due) return;
  if (sweep.next >= core.touched) sweep.next = 0;
  const Slot begin = sweep.next;
  const Slot end = std::min(begin + limit, core.touched);
  while (sweep.next < end && !core.net.port().congested()) detail::look_after(core, sweep.next++);
  const Nanos round = detail::sweep_round(core.options.keepalive);
  sweep.due = core.now + (core.touched == 0 ? round : round * (sweep.next - begin) / core.touched);
}

}  // namespace mcc::tcp
