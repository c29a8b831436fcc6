#pragma once
// Segment text and FIN (RFC 9293 section 3.10.7.4, seventh and eighth): in order to the user straight from the packet.

#include "tcp/close.hpp"

namespace mcc::tcp {

namespace detail {

// The peer's FIN is in order: rcv_nxt is past it. True when the user is to be told now.
template <class C>
bool take_fin(C& core, Slot slot) noexcept {
  ControlBlock& cb = core.block(slot);
  core.acknowledge_later(slot, true);
  if (cb.state == State::fin_wait_1) {
    cb.state = State::closing;
    return false;
  }
  if (cb.state != State::established) return false;
  cb.state = State::close_wait;
  if (!cb.has(ControlBlock::kPaused) && undelivered(core, cb) == 0) return true;
  core.need_side(slot).fin_held = true;
  return false;
}

}  // namespace detail

// Delivers what is held and in order, until there is no more of it or the user pauses.
template <class C, class H>
void deliver_held(C& core, H& handler, Slot slot) {
  ControlBlock& cb = core.block(slot);
  while (cb.state != State::closed && cb.side != 0 && !cb.has(ControlBlock::kPaused)) {
    SideRecord& side = core.side(cb);
    const std::uint32_t index = side.held_head;
    if (index == 0 || !before(core.held[index].sequence, cb.rcv_nxt)) {
      if (!side.fin_held) return;
      side.fin_held = false;
      ++core.events;
      return handler.on_peer_closed(slot, core.now);
    }
    if (handler.full()) {
      core.resumed.add(core.sides, cb.side);
      return;
    }
    const auto node = core.held[index];
    side.held_head = node.next;
    if (node.next == 0) side.held_tail = 0;
    core.held.give(index);
    if (node.length > 0) {
      ++core.events;
      handler.on_data(slot, Bytes{node.data, node.length}, core.now);
    }
    core.net.port().release(node.packet);
  }
}

namespace detail {

// Segments beyond a gap are acknowledged at once (RFC 5681 section 4.2) until the peer has had the duplicates that make
// it send again; from then on SACK tells as much once for all that extends a range.
template <class C>
void acknowledge_gap(C& core, Slot slot, bool extends) {
  ControlBlock& cb = core.block(slot);
  LossState& loss = core.need_side(slot).loss;
  if (loss.gap != cb.rcv_nxt) {
    loss.gap = cb.rcv_nxt;
    loss.gap_acks = 0;
  }
  if (extends && cb.has(ControlBlock::kSack) && loss.gap_acks >= kDupThresh) return core.acknowledge_later(slot, true);
  if (loss.gap_acks < kDupThresh) ++loss.gap_acks;
  send_ack(core, slot);
}

template <class C>
bool take_out_of_order(C& core, Slot slot, const Arrival& arrival, typename C::Packet packet) {
  SideRecord& side = core.need_side(slot);
  if (covers(side.received, arrival.sequence, arrival.end())) {
    ++core.counters.duplicates;
    send_ack(core, slot, {arrival.sequence, arrival.end()});
    return false;
  }
  ++core.counters.out_of_order;
  const bool extends = covers(side.received, arrival.sequence - 1, arrival.sequence);
  const bool kept = has_room_for_gap(side) && hold(core, slot, arrival, packet);
  if (kept) note_gap(side, arrival.sequence, arrival.end());
  acknowledge_gap(core, slot, extends);
  return kept;
}

template <class C, class H>
bool take_in_order(C& core, H& handler, Slot slot, const Arrival& arrival, typename C::Packet packet) {
  ControlBlock& cb = core.block(slot);
  const bool must_wait = cb.has(ControlBlock::kPaused) || undelivered(core, cb) > 0;
  bool kept = false;
  bool fin = arrival.fin;
  if (must_wait && !arrival.bytes.empty()) {
    kept = hold(core, slot, arrival, packet);
    if (!kept) return false;  // unacknowledged: it will come again
    fin = absorb(core, slot);
  } else {
    cb.rcv_nxt = arrival.end();
    if (!must_wait && core.has_side(cb) && core.side(cb).held_head != 0) {
      trim_held(core, core.side(cb), cb.rcv_nxt);
      fin = absorb(core, slot) || fin;
      // What fills a gap is acknowledged at once (RFC 5681 section 4.2).
      core.acknowledge_later(slot, true);
    }
  }
  core.acknowledge_later(slot, false);
  const bool tell = fin && take_fin(core, slot);
  if (!must_wait && !arrival.bytes.empty()) {
    ++core.events;
    handler.on_data(slot, arrival.bytes, core.now);
    if (cb.state == State::closed) return kept;
  }
  if (tell && !cb.has(ControlBlock::kPaused) && undelivered(core, cb) == 0) {
    if (!cb.has(ControlBlock::kFinQueued)) {
      ++core.events;
      handler.on_peer_closed(slot, core.now);
    }
    return kept;
  }
  if (tell && !cb.has(ControlBlock::kFinQueued)) core.need_side(slot).fin_held = true;
  deliver_held(core, handler, slot);
  return kept;
}

}  // namespace detail

// `segment` is acceptable and its acknowledgment has been dealt with. True: the packet is kept.
template <class C, class H>
bool receive(C& core, H& handler, Slot slot, const wire::Segment& segment, typename C::Packet packet) {
  ControlBlock& cb = core.block(slot);
  Arrival arrival{segment.sequence + ((segment.flags & wire::kSyn) != 0 ? 1 : 0), segment.payload,
                  (segment.flags & wire::kFin) != 0};
  if (arrival.bytes.empty() && !arrival.fin) return false;
  // After the peer's FIN there is nothing to come (RFC 9293 section 3.10.7.4, seventh).
  const bool over = cb.state != State::established && cb.state != State::fin_wait_1;
  if (over || at_or_before(arrival.end(), cb.rcv_nxt)) {
    ++core.counters.duplicates;
    send_ack(core, slot, over ? Range{} : Range{arrival.sequence, arrival.end()});
    return false;
  }
  if (before(arrival.sequence, cb.rcv_nxt)) arrival.cut_front(cb.rcv_nxt - arrival.sequence);
  const std::uint32_t window = receive_window(core, cb);
  const Sequence right = cb.rcv_nxt + window;
  if (after(arrival.end(), right)) {
    if (!before(arrival.sequence, right)) return false;
    arrival.bytes = arrival.bytes.first(std::min<std::size_t>(arrival.bytes.size(), right - arrival.sequence));
    arrival.fin = false;
    if (arrival.bytes.empty()) return false;
  }
  if (arrival.sequence != cb.rcv_nxt) {
    if (cb.state == State::fin_wait_1) {  // discarded, but only in order, or the peer's FIN would be lost track of
      send_ack(core, slot);
      return false;
    }
    return detail::take_out_of_order(core, slot, arrival, packet);
  }
  if (cb.state == State::fin_wait_1) {
    cb.rcv_nxt = arrival.end();
    core.acknowledge_later(slot, false);
    if (arrival.fin) detail::take_fin(core, slot);
    return false;
  }
  return detail::take_in_order(core, handler, slot, arrival, packet);
}

}  // namespace mcc::tcp
