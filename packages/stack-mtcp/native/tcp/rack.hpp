#pragma once
// Losses told by time (RACK, RFC 8985 section 6), beside those that RFC 6675 tells by counting: what was sent before
// something that has arrived, and is missing a reordering window later, is lost. So a hole need not wait for its third
// duplicate, and a retransmission that is lost in turn is noticed without a time-out.
//
// When each segment left is not remembered. What left first is as old as its sequence number is low; retransmissions
// are kept with their time.

#include "tcp/recovery.hpp"

namespace mcc::tcp {

namespace detail {

// Whether the peer has all of [left, right).
inline bool has_arrived(const ControlBlock& cb, const SideRecord& side, Sequence left, Sequence right) noexcept {
  return at_or_after(side.sacked.next_hole(later(left, cb.snd_una)), right);
}

// Original transmissions: those below the highest that has arrived are lost when the window is over.
inline void watch_holes(const ControlBlock& cb, LossState& loss, const Scoreboard& sacked, Ticks now,
                        Nanos window) noexcept {
  if (loss.below_is_lost && at_or_after(cb.snd_una, loss.lost_below)) loss.below_is_lost = false;
  if (loss.watching && nanos_of(now - loss.watched_since) >= window) {
    loss.watching = false;
    if (after(loss.watched_below, cb.snd_una)) {
      loss.below_is_lost = true;
      loss.lost_below = loss.watched_below;
    }
  }
  if (loss.watching || sacked.empty()) return;
  const Sequence from = loss.below_is_lost ? later(loss.lost_below, cb.snd_una) : cb.snd_una;
  if (!before(sacked.next_hole(from), sacked.highest())) return;
  loss.watching = true;
  loss.watched_since = now;
  loss.watched_below = sacked.highest();
}

}  // namespace detail

// Section 6.2, step 5, as an acknowledgment has come or the reordering timer is due: notes what is lost, and sends
// again at once what was lost a second time, since that adds nothing to what is on its way.
template <class C>
void detect_loss(C& core, Slot slot) {
  ControlBlock& cb = core.block(slot);
  if (!core.has_side(cb) || !cb.has(ControlBlock::kSack) || cb.flight() == 0) return;
  SideRecord& side = core.side(cb);
  LossState& loss = side.loss;
  const Ticks now = ticks_of(core.now);
  detail::watch_holes(cb, loss, side.sacked, now, reordering_window(cb, loss));
  if (side.recovery == Recovery::none && loss.below_is_lost) enter_recovery(core, slot);

  std::array<Resent, LossState::kResent> lost;
  std::size_t lost_count = 0;
  std::size_t kept = LossState::kResent;
  bool overtaken = false;  // by something that was sent later and has arrived
  loss.again_due = false;
  const Sequence highest = side.sacked.empty() ? cb.snd_una : side.sacked.highest();
  for (std::size_t i = loss.resent_count; i-- > 0;) {
    const Resent resent = loss.resent[i];
    const bool arrived = detail::has_arrived(cb, side, resent.left, resent.right);
    overtaken = overtaken || arrived || after(highest, resent.top);
    if (arrived) continue;
    if (overtaken && nanos_of(now - resent.at) >= retransmission_age(cb, loss)) {
      lost[lost_count++] = resent;
      continue;
    }
    if (overtaken) {  // the oldest is looked at last, and is due first
      loss.again_due = true;
      loss.again_since = resent.at;
    }
    loss.resent[--kept] = resent;
  }
  std::copy(loss.resent.begin() + kept, loss.resent.end(), loss.resent.begin());
  loss.resent_count = static_cast<std::uint8_t>(LossState::kResent - kept);
  while (lost_count > 0) {
    const Resent again = lost[--lost_count];
    ++core.counters.lost_retransmits;
    for (Sequence at = side.sacked.next_hole(later(again.left, cb.snd_una)); before(at, again.right);) {
      ++core.counters.fast_retransmits;
      at = resend_hole(core, slot, {at, again.right});
    }
  }
  if (loss.watching || loss.again_due) hasten_timer(core, slot);
}

}  // namespace mcc::tcp
