#pragma once
// Repairing loss: fast retransmit and recovery with SACK (RFC 6675) and without (RFC 5681 section 3.2, RFC 6582),
// limited transmit (RFC 3042), and what follows a time-out.

#include "tcp/congestion.hpp"
#include "tcp/output.hpp"

namespace mcc::tcp {

// RFC 6675 section 4, IsLost: of a hole that begins at `from`. In a time-out's repair everything old is.
inline bool is_lost(const ControlBlock& cb, const SideRecord& side, Sequence from) noexcept {
  if (side.recovery == Recovery::timeout) return before(from, side.recover);
  if (side.loss.below_is_lost && before(from, side.loss.lost_below)) return true;  // RACK (rack.hpp)
  return side.sacked.ranges_above(from) >= kDupThresh || side.sacked.sacked_above(from) > (kDupThresh - 1u) * cb.mss;
}

// RFC 6675 section 4, SetPipe: bytes that are still on their way, as far as we can tell.
inline std::uint32_t pipe(const ControlBlock& cb, const SideRecord& side) noexcept {
  std::uint32_t bytes = 0;
  for (Sequence at = side.sacked.next_hole(cb.snd_una); before(at, cb.snd_nxt);) {
    const Sequence end = side.sacked.hole_end(at, cb.snd_nxt);
    if (side.recovery == Recovery::timeout && before(at, side.recover)) {
      // Old data are lost, new data are not.
      if (after(end, side.recover)) bytes += end - side.recover;
    } else if (!is_lost(cb, side, at)) {
      bytes += end - at;
    }
    if (after(side.high_rxt, at)) bytes += earlier(end, side.high_rxt) - at;
    at = side.sacked.next_hole(end);
  }
  return bytes;
}

// Sends again up to a segment from `from` on, within [from, limit). Returns how much.
template <class C>
std::uint32_t resend(C& core, Slot slot, Sequence from, Sequence limit) {
  ControlBlock& cb = core.block(slot);
  cb.clear(ControlBlock::kTimed);  // Karn's rule (RFC 6298 section 3)
  const Sequence end = earlier(limit, cb.snd_end);
  const std::uint32_t length = before(from, end) ? std::min<std::uint32_t>(end - from, cb.mss) : 0;
  return send_data(core, slot, from, length, cb.has(ControlBlock::kFinSent));
}

// Sends a hole again, or its first segment, and remembers when. Returns where it ends.
template <class C>
Sequence resend_hole(C& core, Slot slot, const Range& hole) {
  const Sequence end = hole.left + resend(core, slot, hole.left, hole.right);
  ControlBlock& cb = core.block(slot);
  if (cb.has(ControlBlock::kSack)) core.side(cb).loss.note_resent({hole.left, end, cb.snd_nxt, ticks_of(core.now)});
  return end;
}

// The hole that RFC 6675's NextSeg() would retransmit: rule 1 with `lost_only`, rule 3 without. False: there is none.
inline bool next_hole(const ControlBlock& cb, const SideRecord& side, bool lost_only, Range& hole) noexcept {
  const Sequence from = side.sacked.next_hole(later(side.high_rxt, cb.snd_una));
  const Sequence limit = side.recovery == Recovery::timeout ? side.recover
                         : side.sacked.empty()              ? cb.snd_una
                                                            : side.sacked.highest();
  if (!before(from, limit) || (lost_only && !is_lost(cb, side, from))) return false;
  hole = {from, side.sacked.hole_end(from, limit)};
  return true;
}

template <class C>
void enter_recovery(C& core, Slot slot) {
  ControlBlock& cb = core.block(slot);
  SideRecord& side = core.need_side(slot);
  ++core.counters.recoveries;
  reduce_threshold(core, slot);
  side.recover = cb.snd_nxt;
  side.rescued = side.partial = side.loss.probe_repeated = false;
  cb.probed = false;
  if (cb.has(ControlBlock::kSack)) {
    side.recovery = Recovery::sack;
    set_cwnd(cb, cb.ssthresh);
  } else {
    side.recovery = Recovery::newreno;
    set_cwnd(cb, cb.ssthresh + kDupThresh);  // RFC 5681 section 3.2, step 3
  }
  ++core.counters.fast_retransmits;
  side.high_rxt = resend_hole(core, slot, {cb.snd_una, side.sacked.hole_end(cb.snd_una, cb.snd_nxt)});
  start_timer(core, slot);
}

// An acknowledgment that moved nothing while data are in flight, or that told news of what arrived out of order.
template <class C>
void on_duplicate_ack(C& core, Slot slot) {
  ControlBlock& cb = core.block(slot);
  ++core.counters.duplicate_acks;
  if (cb.dupacks < 7) ++cb.dupacks;
  if (!core.has_side(cb) || core.side(cb).recovery == Recovery::none) {
    // RFC 6675 section 5, steps 1 to 4.
    const bool lost = core.has_side(cb) && is_lost(cb, core.side(cb), cb.snd_una);
    if (cb.dupacks >= kDupThresh || lost) enter_recovery(core, slot);
  } else if (core.side(cb).recovery == Recovery::newreno) {
    set_cwnd(cb, cb.cwnd + 1u);  // a segment has left the network (RFC 5681 section 3.2, step 4)
  }
}

// The acknowledgment moved on by `acked` bytes, to snd_una. `flight`: bytes out before.
template <class C>
void on_progress(C& core, Slot slot, std::uint32_t acked, std::uint32_t flight) {
  ControlBlock& cb = core.block(slot);
  cb.dupacks = 0;
  if (!core.has_side(cb)) return grow_window(core, slot, acked, flight);
  SideRecord& side = core.side(cb);
  side.sacked.advance(cb.snd_una);
  if (side.recovery == Recovery::none) return grow_window(core, slot, acked, flight);
  const bool over = at_or_after(cb.snd_una, side.recover);
  switch (side.recovery) {
    case Recovery::timeout:
      if (over) side.recovery = Recovery::none;
      side.high_rxt = later(side.high_rxt, cb.snd_una);
      return grow_window(core, slot, acked, flight);
    case Recovery::sack:
      if (over) {
        side.recovery = Recovery::none;
        return set_cwnd(cb, cb.ssthresh);
      }
      side.high_rxt = later(side.high_rxt, cb.snd_una);
      return;
    default:
      break;
  }
  if (over) {  // RFC 6582 section 3.2, step 3, full acknowledgment, option 1
    side.recovery = Recovery::none;
    return set_cwnd(cb, std::min<std::uint32_t>(cb.ssthresh, std::max(segments_of(cb, cb.flight()), 1u) + 1));
  }
  // Partial acknowledgment: the next segment was lost too.
  const std::uint32_t left = segments_of(cb, acked);
  set_cwnd(cb, (cb.cwnd > left ? cb.cwnd - left : 0) + (acked >= cb.mss ? 1u : 0u));
  ++core.counters.fast_retransmits;
  resend(core, slot, cb.snd_una, cb.snd_nxt);
  if (!side.partial) start_timer(core, slot);
  side.partial = true;
}

// Whether the time-out's clock starts anew with an acknowledgment: always, but for NewReno's later partial ones
// (RFC 6582 section 4, the impatient variant).
inline bool restarts_timer(const SideRecord& side) noexcept {
  return side.recovery != Recovery::newreno || !side.partial;
}

// Retransmits as far as the window lets it; the rest of it is for new data (RFC 6675 section 5, step C). Returns how
// many bytes of new data may be sent.
template <class C>
std::uint32_t repair(C& core, Slot slot) {
  ControlBlock& cb = core.block(slot);
  SideRecord& side = core.side(cb);
  std::uint32_t out = pipe(cb, side);
  std::uint64_t& counter =
      side.recovery == Recovery::timeout ? core.counters.timeout_retransmits : core.counters.fast_retransmits;
  Range hole;
  while (out + cb.mss <= cb.cwnd_bytes() && next_hole(cb, side, true, hole)) {
    ++counter;
    side.high_rxt = resend_hole(core, slot, hole);
    out += side.high_rxt - hole.left;
  }
  return out < cb.cwnd_bytes() ? cb.cwnd_bytes() - out : 0;
}

// No new data went out though there was room: rule 3 and the rescue of RFC 6675's NextSeg().
template <class C>
void repair_without_news(C& core, Slot slot) {
  ControlBlock& cb = core.block(slot);
  SideRecord& side = core.side(cb);
  if (side.recovery != Recovery::sack) return;
  Range hole;
  while (pipe(cb, side) + cb.mss <= cb.cwnd_bytes() && next_hole(cb, side, false, hole)) {
    ++core.counters.fast_retransmits;
    side.high_rxt = resend_hole(core, slot, hole);
  }
  if (side.rescued || pipe(cb, side) + cb.mss > cb.cwnd_bytes()) return;
  // Rule 4: the tail may be lost without anything behind it to tell.
  const Sequence top = side.sacked.empty() ? cb.snd_una : side.sacked.highest();
  const Sequence from = later(later(top, side.high_rxt), cb.snd_nxt - std::min<std::uint32_t>(cb.mss, cb.flight()));
  if (!before(from, cb.snd_nxt)) return;
  side.rescued = true;
  ++core.counters.fast_retransmits;
  resend(core, slot, from, cb.snd_nxt);
}

}  // namespace mcc::tcp
