#pragma once
// What the peer's acknowledgment says: RFC 9293 section 3.10.7.4, fifth check, with RFC 5961 section 5, RFC 6298 and
// RFC 2018 section 5.

#include "tcp/rack.hpp"

namespace mcc::tcp {

// An acknowledgment older than this much below snd_una is forged or very late (RFC 5961 section 5.2).
inline std::uint32_t oldest_ack(const ControlBlock& cb) noexcept { return std::max(cb.window(), 0x10000u); }

// Whether the first SACK block tells of data that came twice (RFC 2883 section 5): it lies below the acknowledgment, or
// within the second one.
inline bool reports_twice(const wire::Segment& segment) noexcept {
  const wire::TcpOptions& options = segment.options;
  if (options.sack_count == 0) return false;
  const auto& [left, right] = options.sack[0];
  if (!before(left, right)) return false;
  if (at_or_before(right, segment.acknowledgment)) return true;
  return options.sack_count > 1 && at_or_before(options.sack[1].left, left) &&
         at_or_after(options.sack[1].right, right);
}

// Takes in the SACK option. True when it told of data that were not known to have arrived.
template <class C>
bool take_sack(C& core, Slot slot, const wire::Segment& segment) noexcept {
  ControlBlock& cb = core.block(slot);
  if (segment.options.sack_count == 0 || !cb.has(ControlBlock::kSack) || cb.flight() == 0) return false;
  bool news = false;
  for (std::size_t i = 0; i < segment.options.sack_count; ++i) {
    const auto [left, right] = segment.options.sack[i];
    // Duplicates that it reports (RFC 2883), and nonsense.
    if (!before(left, right) || at_or_before(left, segment.acknowledgment) || !after(left, cb.snd_una) ||
        after(right, cb.snd_nxt)) {
      continue;
    }
    news |= core.need_side(slot).sacked.add(left, right);
  }
  return news;
}

// The round trip that this acknowledgment of new data completes. Nothing retransmitted is measured, except by
// timestamps (RFC 6298 section 3, RFC 7323 section 4). False: there was none to measure.
template <class C>
bool take_rtt(C& core, ControlBlock& cb, const wire::Segment& segment) noexcept {
  if (cb.has(ControlBlock::kTimed)) {
    measure_rtt(cb, (ticks_of(core.now) - cb.timer_start) >> 5);
    return true;
  }
  if (!cb.has(ControlBlock::kTimestamps) || !segment.options.timestamps || segment.options.ts_echo == 0) return false;
  measure_rtt(cb, rtt_of_timestamps(std::min(timestamp_of(core.now) - segment.options.ts_echo, 0xffffu)));
  return true;
}

// Whether the data that a tail-loss probe sent again had been lost, so that congestion control must know of it (RFC
// 8985 section 7.4.2). Timestamps tell at once which of the two copies is acknowledged; without them it shows when
// later data are acknowledged and none were reported twice.
template <class C>
void judge_probe(C& core, Slot slot, const wire::Segment& segment, bool twice) noexcept {
  ControlBlock& cb = core.block(slot);
  LossState& loss = core.side(cb).loss;
  const Sequence ack = segment.acknowledgment;
  if (before(ack, loss.probe_end)) return;
  const bool stamped = cb.has(ControlBlock::kTimestamps);
  const bool bare = ack == cb.snd_una && segment.payload.empty() && segment.options.sack_count == 0;
  if (!stamped && !twice && !bare && ack == loss.probe_end) return;
  loss.probe_repeated = false;
  if (twice || bare || (stamped && before(segment.options.ts_echo, loss.probe_stamp))) return;
  if (core.side(cb).recovery != Recovery::none) return;
  reduce_threshold(core, slot);
  set_cwnd(cb, std::min(cb.cwnd, cb.ssthresh));
}

// A time-out after which the peer acknowledges what was sent before it was not called for: the window is what it was,
// and nothing is to be sent again (RFC 3522 section 3.2, RFC 4015 section 3.2).
template <class C>
void judge_timeout(C& core, Slot slot, const wire::Segment& segment) noexcept {
  ControlBlock& cb = core.block(slot);
  SideRecord& side = core.side(cb);
  side.loss.timed_out = false;
  if (!cb.has(ControlBlock::kTimestamps) || !before(segment.options.ts_echo, side.loss.timeout_stamp)) return;
  ++core.counters.spurious_timeouts;
  side.recovery = Recovery::none;
  side.loss.forget_repair();
  cb.ssthresh = side.loss.ssthresh_before;
  set_cwnd(cb, side.loss.cwnd_before);
}

// The acknowledgment number lies above snd_una.
template <class C>
void advance_una(C& core, Slot slot, const wire::Segment& segment) {
  ControlBlock& cb = core.block(slot);
  const Sequence ack = segment.acknowledgment;
  const std::uint32_t acked = ack - cb.snd_una;
  const std::uint32_t flight = cb.flight();
  const RttUnits timeout_before = measured_timeout(cb);
  const bool measured = take_rtt(core, cb, segment);
  cb.clear(ControlBlock::kTimed);
  dequeue(core, cb, earlier(ack, cb.snd_end) - cb.snd_una);  // all of it but a FIN
  cb.snd_una = ack;
  const bool recovering = recovers(core, cb);
  if (core.has_side(cb) && core.side(cb).loss.timed_out) judge_timeout(core, slot, segment);
  // The timer may be armed for much longer than what is due from now on.
  bool shorter = cb.backoff > 0 || cb.probed || measured_timeout(cb) + timeout_before / 16 < timeout_before;
  // A time-out that was backed off stays so until a round trip is measured (RFC 6298 section 5.7), within reason.
  cb.backoff = measured ? 0 : std::min<std::uint8_t>(cb.backoff, 3) & 0x1f;
  cb.probed = false;
  if (!core.has_side(cb) || restarts_timer(core.side(cb))) cb.timer_start = ticks_of(core.now);
  on_progress(core, slot, acked, flight);
  shorter = shorter || (recovering && !recovers(core, cb));
  if (shorter) hasten_timer(core, slot);
}

// SND.WND from a segment that is not older than what we know. Instead of SND.WL1 and SND.WL2: it begins at rcv_nxt or
// above, and its acknowledgment is not below snd_una; an older one fails one of the two.
template <class C>
void take_window(C& core, Slot slot, const wire::Segment& segment) {
  ControlBlock& cb = core.block(slot);
  if (before(segment.sequence, cb.rcv_nxt) || before(segment.acknowledgment, cb.snd_una)) return;
  if (segment.window == cb.snd_wnd) return;
  if (segment.window == 0) ++core.counters.zero_windows;
  const bool was_closed = cb.window() == 0;
  cb.snd_wnd = segment.window;
  if (was_closed && cb.backoff > 0) {  // of window probes
    cb.backoff = 0;
    restart_timer(core, slot);
  }
}

// False: the segment is not to be processed any further.
template <class C>
bool acknowledge(C& core, Slot slot, const wire::Segment& segment) {
  ControlBlock& cb = core.block(slot);
  const Sequence ack = segment.acknowledgment;
  if (after(ack, cb.snd_nxt)) {
    // The byte of a window probe is beyond snd_nxt until it is acknowledged.
    const bool probed = core.has_side(cb) && core.side(cb).window_probed;
    if (!probed || ack != cb.snd_nxt + 1) {
      challenge(core, slot);
      return false;
    }
    core.side(cb).window_probed = false;
    ++cb.snd_nxt;
    if (!cb.has_unsent()) core.side(cb).waits_for_window = false;  // it was the last: there is nothing to ask for
  }
  if (before(ack, cb.snd_una - oldest_ack(cb))) {
    challenge(core, slot);
    return false;
  }
  cb.silent = false;
  if (core.has_side(cb)) core.side(cb).unanswered = 0;
  const bool twice = reports_twice(segment);
  if (twice) ++core.counters.duplicates_reported;
  if (core.has_side(cb)) {
    LossState& loss = core.side(cb).loss;
    if (loss.probe_repeated) {
      judge_probe(core, slot, segment, twice);
    } else if (twice && (loss.reordering == 0 || at_or_after(ack, loss.reordering_round))) {
      loss.reordering = std::min<std::uint8_t>(loss.reordering + 1u, 3);
      loss.reordering_round = cb.snd_nxt;
    }
  }
  const bool news = take_sack(core, slot, segment);
  const bool same_window = segment.window == cb.snd_wnd;
  take_window(core, slot, segment);
  if (after(ack, cb.snd_una)) {
    advance_una(core, slot, segment);
  } else if (ack == cb.snd_una && cb.flight() > 0) {
    // RFC 6675 section 2 with SACK, RFC 5681 section 2 without.
    const bool bare = segment.payload.empty() && (segment.flags & (wire::kSyn | wire::kFin)) == 0;
    if (cb.has(ControlBlock::kSack) ? news : bare && same_window && cb.window() != 0) on_duplicate_ack(core, slot);
  }
  detect_loss(core, slot);
  return true;
}

}  // namespace mcc::tcp
