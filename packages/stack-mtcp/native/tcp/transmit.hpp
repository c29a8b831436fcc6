#pragma once
// Sending what may be sent: as much as the congestion window (RFC 5681), the peer's window and its silly-window rule
// (RFC 9293 section 3.8.6.2.1) allow. Nagle's algorithm is off: what the user gives is pushed.

#include "tcp/link_queue.hpp"
#include "tcp/recovery.hpp"

namespace mcc::tcp {

namespace detail {

// New data, at most `allowance` bytes beyond what is in flight by the congestion window's count. Returns whether
// anything was sent.
template <class C>
bool send_new(C& core, Slot slot, std::uint32_t allowance) {
  ControlBlock& cb = core.block(slot);
  bool any = false;
  for (;;) {
    const std::uint32_t unsent = cb.has_unsent() ? cb.snd_end - cb.snd_nxt : 0;
    const bool fin_due = cb.has(ControlBlock::kFinQueued) && !cb.has(ControlBlock::kFinSent);
    if (unsent == 0 && !fin_due) return any;
    const std::uint32_t wanted = std::min<std::uint32_t>(unsent, cb.mss);
    const std::uint32_t window = cb.window();
    const std::uint32_t flight = cb.flight();
    const std::uint32_t usable = window > flight ? window - flight : 0;
    if (wanted > usable) {
      // A part of a segment is not sent for the window's sake; when nothing is in flight, the persist timer is to go
      // on.
      if (flight == 0 || (core.has_side(cb) && core.side(cb).waits_for_window)) {
        SideRecord& side = core.need_side(slot);
        if (!side.waits_for_window) {
          side.waits_for_window = true;
          restart_timer(core, slot);
        }
      }
      return any;
    }
    // The window is counted in whole segments: a short one may use up the last of it.
    if (allowance == 0 || (wanted > allowance && any) || (wanted > allowance && flight > 0)) return any;
    if (link_is_busy(core)) {
      wait_for_link(core, slot);
      return any;
    }
    const bool first = flight == 0;
    const std::uint32_t space = send_data(core, slot, cb.snd_nxt, wanted, true);
    cb.snd_nxt += space;
    allowance -= std::min(allowance, space);
    if (first) {
      cb.set(ControlBlock::kTimed);
      start_timer(core, slot);
    }
    if (core.has_side(cb)) {
      SideRecord& side = core.side(cb);
      side.window_probed = side.waits_for_window = false;
    }
    any = true;
  }
}

}  // namespace detail

template <class C>
void transmit(C& core, Slot slot) {
  ControlBlock& cb = core.block(slot);
  if (!cb.is_open()) return;
  const std::uint32_t before_flight = cb.flight();
  if (core.has_side(cb) && (core.side(cb).recovery == Recovery::sack || core.side(cb).recovery == Recovery::timeout)) {
    const std::uint32_t allowance = repair(core, slot);
    if (!detail::send_new(core, slot, allowance)) repair_without_news(core, slot);
  } else {
    // Limited transmit: one new segment for each of the first two duplicates (RFC 3042 section 2).
    const bool recovering = core.has_side(cb) && core.side(cb).recovery != Recovery::none;
    const std::uint32_t extra = recovering ? 0 : std::min<std::uint32_t>(cb.dupacks, kDupThresh - 1u) * cb.mss;
    const std::uint32_t allowed = cb.cwnd_bytes() + extra;
    if (allowed > before_flight) detail::send_new(core, slot, allowed - before_flight);
  }
  // With a second segment in flight a tail-loss probe is due sooner than what the timer may be armed for.
  if (before_flight <= cb.mss && cb.flight() > cb.mss && wants_tail_probe(core, cb)) hasten_timer(core, slot);
}

// For the user's verbs. What the user does about a segment that has just arrived leaves together at the end of it: the
// reply and the FIN behind it are one segment, and the rules above are gone through once.
template <class C>
void transmit_soon(C& core, Slot slot) {
  if (core.arriving != slot) transmit(core, slot);
}

}  // namespace mcc::tcp
