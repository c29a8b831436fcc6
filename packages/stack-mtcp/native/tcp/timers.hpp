#pragma once
// What happens when time has passed: retransmission (RFC 6298 section 5), tail-loss probes (RFC 8985 section 7),
// reordering (section 6.3), window probes (RFC 9293 section 3.8.6.1) and delayed acknowledgments (section 3.8.6.3).

#include "tcp/input.hpp"
#include "tcp/keepalive.hpp"

namespace mcc::tcp {

namespace detail {

template <class C>
void back_off(C& core, Slot slot) noexcept {
  ControlBlock& cb = core.block(slot);
  if (cb.backoff < 31) ++cb.backoff;
  start_timer(core, slot);
}

template <class C>
void on_syn_timeout(C& core, Slot slot) {
  ControlBlock& cb = core.block(slot);
  if (cb.backoff >= core.options.syn_retries) {
    ++core.counters.timeouts;
    return fail(core, slot, Error::connect_timeout);
  }
  cb.clear(ControlBlock::kTimed);
  ++core.counters.syn_retransmits;
  if (send_syn(core, slot) == net::Output::failed && !cb.opened_by_peer) return fail(core, slot, Error::no_neighbour);
  back_off(core, slot);
}

// The window is closed, or too small for what is to be sent: asks whether it still is.
template <class C>
void probe_window(C& core, Slot slot) {
  ControlBlock& cb = core.block(slot);
  SideRecord& side = core.need_side(slot);
  // As long as the peer answers, its window may stay closed for ever (RFC 9293 MUST-37).
  if (side.unanswered >= core.options.retries) {
    ++core.counters.timeouts;
    return fail(core, slot, Error::connect_timeout);
  }
  ++side.unanswered;
  ++core.counters.window_probes;
  const std::uint32_t usable = cb.window() > cb.flight() ? cb.window() - cb.flight() : 0;
  if (cb.flight() > 0) {
    resend(core, slot, cb.snd_una, cb.snd_una + 1);
  } else if (usable > 0) {
    // The override of silly-window avoidance (RFC 9293 section 3.8.6.2.1): what the window takes.
    cb.snd_nxt +=
        send_data(core, slot, cb.snd_nxt, std::min({usable, cb.snd_end - cb.snd_nxt, std::uint32_t{cb.mss}}), true);
    side.waits_for_window = false;
  } else {
    // One byte that the window has no room for. It counts as sent when it is acknowledged.
    side.window_probed = true;
    send_data(core, slot, cb.snd_nxt, 1, false);
  }
  back_off(core, slot);
}

// Nothing is heard: sends a segment more, or the last again, to be told what is missing (RFC 8985 section 7.3).
template <class C>
void probe_tail(C& core, Slot slot) {
  ControlBlock& cb = core.block(slot);
  ++core.counters.tail_probes;
  cb.probed = true;
  cb.clear(ControlBlock::kTimed);
  const std::uint32_t unsent = cb.has_unsent() ? cb.snd_end - cb.snd_nxt : 0;
  const std::uint32_t length = std::min<std::uint32_t>(unsent, cb.mss);
  if (length > 0 && cb.window() >= cb.flight() + length) {
    cb.snd_nxt += send_data(core, slot, cb.snd_nxt, length, true);
  } else {
    LossState& loss = core.need_side(slot).loss;
    loss.probe_repeated = true;
    loss.probe_end = cb.snd_nxt;
    loss.probe_stamp = timestamp_of(core.now);
    const Sequence top = earlier(cb.snd_nxt, cb.snd_end);
    resend(core, slot, later(cb.snd_una, top - cb.mss), cb.snd_nxt);
  }
  start_timer(core, slot);
}

template <class C>
void on_timeout(C& core, Slot slot) {
  ControlBlock& cb = core.block(slot);
  if (cb.backoff >= core.options.retries) {  // R2 (RFC 9293 section 3.8.3)
    ++core.counters.timeouts;
    return fail(core, slot, Error::connect_timeout);
  }
  SideRecord& side = core.need_side(slot);
  // ssthresh stays for further time-outs of the same data (RFC 5681 section 3.1).
  if (cb.backoff == 0) {
    side.loss.timed_out = true;
    side.loss.timeout_stamp = timestamp_of(core.now);
    side.loss.cwnd_before = cb.cwnd;
    side.loss.ssthresh_before = cb.ssthresh;
    reduce_threshold(core, slot);
  }
  cubic::forget(side);
  set_cwnd(cb, 1);
  side.recovery = Recovery::timeout;
  side.recover = cb.snd_nxt;
  side.loss.forget_repair();
  // The peer may have dropped what it had only sacked (RFC 2018 section 8).
  side.sacked.clear();
  cb.dupacks = 0;
  cb.probed = false;
  ++core.counters.timeout_retransmits;
  side.high_rxt = resend_hole(core, slot, {cb.snd_una, cb.snd_nxt});
  back_off(core, slot);
}

}  // namespace detail

// The connection's timer is due.
template <class C>
void on_timer(C& core, Slot slot) {
  ControlBlock& cb = core.block(slot);
  if (!cb.is_open()) return detail::on_syn_timeout(core, slot);
  if (reordering_deadline(core, cb) <= core.now) {
    detect_loss(core, slot);
    transmit(core, slot);
    return hasten_timer(core, slot);
  }
  if (cb.window() == 0 || cb.flight() == 0) return detail::probe_window(core, slot);
  if (wants_tail_probe(core, cb)) return detail::probe_tail(core, slot);
  detail::on_timeout(core, slot);
}

// Runs the wheel. Returns how many connections came up.
template <class C>
std::uint32_t run_timers(C& core, std::uint32_t limit) {
  return core.wheel.advance(
      core.now, limit,
      [&core](Slot slot) {
        const Nanos deadline = deadline_of(core, core.block(slot));
        if (deadline == timer::Wheel::kNever) core.block(slot).timer_armed = false;
        return deadline;
      },
      [&core](Slot slot) {
        core.block(slot).timer_armed = false;
        on_timer(core, slot);
      });
}

// The end of a poll's bursts: what must be acknowledged at once is, the rest waits for company.
template <class C>
void acknowledge_bursts(C& core) {
  for (std::size_t i = 0; i < core.to_ack_count; ++i) {
    const Slot slot = core.to_ack[i];
    ControlBlock& cb = core.block(slot);
    if (cb.state == State::closed || !cb.has(ControlBlock::kAckPending)) continue;
    if (cb.has(ControlBlock::kAckSoon) && !core.net.port().congested()) {
      send_ack(core, slot);
    } else if (!cb.ack_queued) {
      cb.ack_queued = true;
      core.delayed.push({slot, ticks_of(core.now)});
    }
  }
  core.to_ack_count = 0;
}

// Sends the acknowledgments that have waited long enough (RFC 9293 section 3.8.6.3: less than 500 ms), as far as there
// is room. They go before everything that waits for the link, or the peer would send again.
template <class C>
void acknowledge_delayed(C& core) {
  while (!core.delayed.empty()) {
    const auto [slot, since] = core.delayed.front();
    ControlBlock& cb = core.block(slot);
    const bool pending = cb.state != State::closed && cb.has(ControlBlock::kAckPending);
    if (pending && nanos_of(ticks_of(core.now) - since) < core.options.delayed_ack) return;
    if (pending && core.net.port().congested()) return;
    core.delayed.pop();
    cb.ack_queued = false;
    if (pending) send_ack(core, slot);
  }
}

// Lets those send that have waited for the link, as long as it has room. Returns how many had their turn.
template <class C>
std::uint32_t take_turns(C& core, std::uint32_t limit) {
  std::uint32_t turns = 0;
  core.in_turn = true;
  for (; turns < limit && !core.waiting.empty() && !core.net.port().congested(); ++turns) {
    const Slot slot = core.waiting.front();
    core.waiting.pop();
    ControlBlock& cb = core.block(slot);
    cb.waits_for_link = false;
    if (cb.is_open()) {
      transmit(core, slot);
    } else if (cb.state == State::resetting) {
      reset(core, slot);
    } else if (cb.state != State::closed && send_first_syn(core, slot) == net::Output::failed && !cb.opened_by_peer) {
      fail(core, slot, Error::no_neighbour);
    }
  }
  core.in_turn = false;
  return turns;
}

// When something is due next, as far as TCP can tell.
template <class C>
Nanos next_due(C& core) noexcept {
  if (!core.waiting.empty()) return core.now;
  Nanos due = std::min(core.wheel.next(), core.sweep.due);
  if (!core.delayed.empty()) {
    const Nanos waited = nanos_of(ticks_of(core.now) - core.delayed.front().since);
    due = std::min(due, core.now + (waited < core.options.delayed_ack ? core.options.delayed_ack - waited : 0));
  }
  return due;
}

}  // namespace mcc::tcp
