#pragma once
// SEGMENT ARRIVES (RFC 9293 section 3.10.7), in its order, with the checks of RFC 5961 and RFC 7323.

#include "tcp/acknowledge.hpp"
#include "tcp/input_remnant.hpp"
#include "tcp/input_syn_sent.hpp"

namespace mcc::tcp {

namespace detail {

// RFC 7323 section 5.3, rule R1: false for a segment that is older than what we have seen. Without the option that was
// agreed on, only RST passes (section 3.2).
template <class C>
bool passes_paws(C& core, Slot slot, const wire::Segment& segment) {
  ControlBlock& cb = core.block(slot);
  if (!cb.has(ControlBlock::kTimestamps) || (segment.flags & wire::kRst) != 0) return true;
  if (!segment.options.timestamps) {
    ++core.counters.paws_drops;
    return false;
  }
  if (!before(segment.options.ts_value, cb.ts_recent)) return true;
  ++core.counters.paws_drops;
  if (segment.payload.empty() && (segment.flags & (wire::kSyn | wire::kFin)) == 0) {
    challenge(core, slot);
  } else {
    send_ack(core, slot);
  }
  return false;
}

// A segment that lies outside the window (first check). One with text or FIN is most likely a retransmission whose
// acknowledgment was lost: it is answered; others within the limit, since two ends could go on for ever.
template <class C>
void on_unacceptable(C& core, Slot slot, const wire::Segment& segment) {
  ControlBlock& cb = core.block(slot);
  ++core.counters.unacceptable;
  if ((segment.flags & wire::kRst) != 0) return;
  if (cb.state == State::syn_received && (segment.flags & (wire::kSyn | wire::kAck)) == wire::kSyn &&
      segment.sequence + 1 == cb.rcv_nxt) {
    // The peer's SYN again: our answer was lost.
    ++core.counters.syn_retransmits;
    cb.clear(ControlBlock::kTimed);
    send_syn(core, slot);
    return;
  }
  // Whoever knows what we have sent is there, whatever else is wrong with the segment (MUST-26).
  if ((segment.flags & wire::kAck) != 0 && !after(segment.acknowledgment, cb.snd_nxt) &&
      !before(segment.acknowledgment, cb.snd_una - oldest_ack(cb))) {
    cb.silent = false;
  }
  const bool bare = segment.payload.empty() && (segment.flags & (wire::kSyn | wire::kFin)) == 0;
  // The peer's keep-alive (section 3.8.4). Both numbers are right, so that our answer calls for none; to withhold it
  // would cost connections when there are many.
  const bool keep_alive =
      (segment.flags & wire::kAck) != 0 && segment.sequence + 1 == cb.rcv_nxt && segment.acknowledgment == cb.snd_nxt;
  if (bare && !keep_alive) return challenge(core, slot);
  const Sequence end = segment.sequence + static_cast<std::uint32_t>(segment.payload.size());
  const bool old = !segment.payload.empty() && at_or_before(end, cb.rcv_nxt);
  send_ack(core, slot, old ? Range{segment.sequence, end} : Range{});
}

// Second check: RST within the window (RFC 5961 section 3.2).
template <class C>
void on_reset(C& core, Slot slot, const wire::Segment& segment) {
  ControlBlock& cb = core.block(slot);
  if (segment.sequence != cb.rcv_nxt) return challenge(core, slot);
  ++core.counters.resets_received;
  fail(core, slot, cb.state == State::syn_received ? Error::connect_refused : Error::connection_reset);
}

// Fourth check: SYN within the window (RFC 5961 section 4.2).
template <class C>
void on_syn(C& core, Slot slot) {
  ControlBlock& cb = core.block(slot);
  // A half-open passive connection goes back to LISTEN (RFC 9293 section 3.10.7.4); the peer will try again.
  if (cb.state == State::syn_received && cb.opened_by_peer) return release(core, slot, Error::none);
  challenge(core, slot);
}

// Fifth check in SYN-RECEIVED. False: nothing more to be done with the segment.
template <class C, class H>
bool complete_handshake(C& core, H& handler, Slot slot, const wire::Segment& segment) {
  ControlBlock& cb = core.block(slot);
  if (segment.acknowledgment != cb.snd_nxt) {
    refuse(core, segment);
    return false;
  }
  establish(core, slot, segment);
  return announce(core, handler, slot);
}

template <class C, class H>
bool input_synchronized(C& core, H& handler, Slot slot, const wire::Segment& segment, typename C::Packet packet) {
  ControlBlock& cb = core.block(slot);
  if (!passes_paws(core, slot, segment)) return false;
  const std::uint32_t length = static_cast<std::uint32_t>(segment.payload.size()) +
                               ((segment.flags & wire::kSyn) != 0 ? 1 : 0) +
                               ((segment.flags & wire::kFin) != 0 ? 1 : 0);
  if (!acceptable(segment.sequence, length, cb.rcv_nxt, receive_window(core, cb))) {
    // A closed window still takes acknowledgments of what it cannot take text of (RFC 9293 section 3.10.7.4).
    if (receive_window(core, cb) == 0 && segment.sequence == cb.rcv_nxt &&
        (segment.flags & (wire::kAck | wire::kSyn | wire::kRst)) == wire::kAck && cb.is_open()) {
      acknowledge(core, slot, segment);
      transmit(core, slot);
    }
    on_unacceptable(core, slot, segment);
    return false;
  }
  if ((segment.flags & wire::kRst) != 0) {
    on_reset(core, slot, segment);
    return false;
  }
  if ((segment.flags & wire::kSyn) != 0) {
    on_syn(core, slot);
    return false;
  }
  if ((segment.flags & wire::kAck) == 0) return false;
  // RFC 7323 section 4.3: with no acknowledgment pending, rcv_nxt is Last.ACK.sent.
  if (cb.has(ControlBlock::kTimestamps) && !cb.has(ControlBlock::kAckPending) &&
      at_or_before(segment.sequence, cb.rcv_nxt)) {
    cb.ts_recent = segment.options.ts_value;
  }
  if (cb.state == State::syn_received) {
    if (!complete_handshake(core, handler, slot, segment)) return false;
  } else if (!acknowledge(core, slot, segment)) {
    return false;
  }
  if (cb.fin_acked()) {
    if (cb.state == State::last_ack) {
      release(core, slot, Error::none);
      return false;
    }
    const bool closing = cb.state == State::closing;
    if (!closing && (segment.flags & wire::kFin) != 0 && segment.sequence == cb.rcv_nxt) {
      // Our FIN acknowledged, and the peer's: what stays is TIME-WAIT at once.
      cb.rcv_nxt += length;
      if (cb.has(ControlBlock::kTimestamps)) cb.ts_recent = segment.options.ts_value;
      cb.set(ControlBlock::kAckPending);
      leave_remnant(core, slot, Remnants::Kind::time_wait);
      return false;
    }
    const FourTuple flow = core.flow_of(cb);
    leave_remnant(core, slot, closing ? Remnants::Kind::time_wait : Remnants::Kind::fin_wait_2);
    Remnant* remnant = closing ? nullptr : core.remnants.find(flow);
    if (remnant != nullptr && length > 0) input_remnant(core, handler, *remnant, segment);
    return false;
  }
  if (cb.side != 0 && core.side(cb).wants_writable && !has_room(core, core.side(cb))) {
    // Its acknowledgments may end before there is memory again.
    if (core.send_memory.full()) core.starved.add(core.sides, cb.side);
  } else if (cb.side != 0 && core.side(cb).wants_writable) {
    core.side(cb).wants_writable = false;
    core.starved.remove(core.sides, cb.side);
    ++core.events;
    handler.on_writable(slot, core.now);
    if (cb.state == State::closed) return false;
  }
  const bool kept = length > 0 && receive(core, handler, slot, segment, packet);
  if (cb.state != State::closed) transmit(core, slot);
  return kept;
}

}  // namespace detail

// Gives back the side record of a connection that is idle and clean.
template <class C>
void tidy(C& core, Slot slot) noexcept {
  ControlBlock& cb = core.block(slot);
  if (cb.side == 0 || cb.flight() > 0 || cb.has_unsent()) return;
  const SideRecord& side = core.side(cb);
  if (side.held_head != 0 || side.fin_held || side.wants_writable || side.resumed.linked || side.starved.linked) return;
  core.sides.give(cb.side);
  cb.side = 0;
}

// A segment has arrived, its checksum verified. True: the packet is kept, and released later.
template <class C, class H>
bool input(C& core, H& handler, const wire::Segment& segment, typename C::Packet packet) {
  ++core.counters.segments_received;
  const FourTuple flow = flow::flow_of(segment);
  const Slot slot = core.find(flow);
  if (slot != kNoSlot) {
    if (core.block(slot).state == State::resetting) return false;
    core.arriving = slot;
    const bool kept = core.block(slot).state == State::syn_sent
                          ? input_syn_sent(core, handler, slot, segment, packet)
                          : detail::input_synchronized(core, handler, slot, segment, packet);
    core.arriving = kNoSlot;
    tidy(core, slot);
    return kept;
  }
  if (Remnant* remnant = core.remnants.find(flow); remnant != nullptr) {
    input_remnant(core, handler, *remnant, segment);
    return false;
  }
  // LISTEN (RFC 9293 section 3.10.7.2): RST is ignored, ACK refused, SYN begins a connection.
  if ((segment.flags & (wire::kSyn | wire::kAck | wire::kRst)) == wire::kSyn &&
      core.listeners.accepts(segment.destination, segment.destination_port)) {
    passive_open(core, handler, segment);
    return false;
  }
  refuse(core, segment);
  return false;
}

}  // namespace mcc::tcp
