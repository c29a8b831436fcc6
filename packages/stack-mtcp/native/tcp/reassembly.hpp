#pragma once
// Data that cannot be delivered yet stay in the packets they came in: what came out of order (RFC 9293
// section 3.10.7.4, seventh), and what a user who has paused does not want. One list by sequence, without overlaps, for
// both: what lies below rcv_nxt is acknowledged and only to be delivered.

#include "tcp/core.hpp"

namespace mcc::tcp {

namespace detail {

template <class C>
void drop_held(C& core, std::uint32_t index) noexcept {
  core.net.port().release(core.held[index].packet);
  core.held.give(index);
}

}  // namespace detail

// A stretch of received data within its packet.
struct Arrival {
  Sequence sequence;
  Bytes bytes;
  bool fin;  // follows the last byte

  Sequence end() const noexcept { return sequence + static_cast<std::uint32_t>(bytes.size()) + (fin ? 1 : 0); }
  void cut_front(std::uint32_t length) noexcept {
    sequence += length;
    bytes = bytes.subspan(length);
  }
};

// Keeps the packet; false: it brought nothing new, or there is no room, and the caller releases it.
template <class C>
bool hold(C& core, Slot slot, Arrival arrival, typename C::Packet packet) noexcept {
  SideRecord& side = core.need_side(slot);
  // The last node that does not begin after the arrival. Most arrivals belong at the end.
  std::uint32_t prev = 0;
  if (side.held_tail != 0 && at_or_before(core.held[side.held_tail].sequence, arrival.sequence)) {
    prev = side.held_tail;
  } else {
    for (std::uint32_t at = side.held_head; at != 0 && at_or_before(core.held[at].sequence, arrival.sequence);
         at = core.held[at].next) {
      prev = at;
    }
  }
  if (prev != 0) {
    const Sequence covered = core.held[prev].end();
    if (at_or_after(covered, arrival.end())) {
      ++core.counters.duplicates;
      return false;
    }
    if (after(covered, arrival.sequence)) arrival.cut_front(covered - arrival.sequence);
  }
  // Nodes that the arrival covers go; one that it runs into keeps what it has.
  std::uint32_t next = prev == 0 ? side.held_head : core.held[prev].next;
  while (next != 0 && at_or_before(core.held[next].end(), arrival.end())) {
    const std::uint32_t gone = next;
    next = core.held[next].next;
    detail::drop_held(core, gone);
  }
  (prev == 0 ? side.held_head : core.held[prev].next) = next;
  if (next == 0) side.held_tail = prev;
  if (next != 0 && before(core.held[next].sequence, arrival.end())) {
    arrival.bytes = arrival.bytes.first(core.held[next].sequence - arrival.sequence);
    arrival.fin = false;
    if (arrival.bytes.empty()) {
      ++core.counters.duplicates;
      return false;
    }
  }
  const std::uint32_t index = core.held.take();
  if (index == 0) {
    ++core.counters.held_full;
    return false;
  }
  core.held[index] = {packet,           arrival.bytes.data(),
                      arrival.sequence, static_cast<std::uint32_t>(arrival.bytes.size()) & 0x7fffffff,
                      arrival.fin,      next};
  (prev == 0 ? side.held_head : core.held[prev].next) = index;
  if (next == 0) side.held_tail = index;
  return true;
}

// [left, right) has been received beyond a gap.
inline bool covers(const Scoreboard& received, Sequence left, Sequence right) noexcept {
  return at_or_after(received.next_hole(left), right);
}

// One gap more can be kept track of.
inline bool has_room_for_gap(const SideRecord& side) noexcept { return side.received.size() < Scoreboard::kRanges; }

// Notes for the SACK option that [left, right) came out of order, and is held. Each range is among the recent ones
// once: acknowledgments may be few, and each tells of as many ranges as it can.
inline void note_gap(SideRecord& side, Sequence left, Sequence right) noexcept {
  side.received.add(left, right);
  const auto same_range = [&](Sequence other) {
    return covers(side.received, earlier(left, other), later(left, other) + 1);
  };
  const auto earlier_ones = side.recent;
  std::uint8_t count = 1;
  for (std::uint8_t i = 0; i < side.recent_count && count < side.recent.size(); ++i) {
    if (!same_range(earlier_ones[i])) side.recent[count++] = earlier_ones[i];
  }
  side.recent[0] = left;
  side.recent_count = count;
}

// rcv_nxt moves over what has become in order. True when a FIN was among it.
template <class C>
bool absorb(C& core, Slot slot) noexcept {
  ControlBlock& cb = core.block(slot);
  if (!core.has_side(cb)) return false;
  SideRecord& side = core.side(cb);
  bool fin = false;
  for (std::uint32_t at = side.held_head; at != 0 && at_or_before(core.held[at].sequence, cb.rcv_nxt);
       at = core.held[at].next) {
    if (before(core.held[at].end(), cb.rcv_nxt)) continue;
    fin = fin || (core.held[at].fin != 0 && after(core.held[at].end(), cb.rcv_nxt));
    cb.rcv_nxt = later(cb.rcv_nxt, core.held[at].end());
  }
  side.received.advance(cb.rcv_nxt);
  if (side.received.empty()) side.recent_count = 0;
  return fin;
}

// Drops what is held below `end`, which has come by another way.
template <class C>
void trim_held(C& core, SideRecord& side, Sequence end) noexcept {
  while (side.held_head != 0 && at_or_before(core.held[side.held_head].end(), end)) {
    const std::uint32_t gone = side.held_head;
    side.held_head = core.held[gone].next;
    detail::drop_held(core, gone);
  }
  if (side.held_head == 0) {
    side.held_tail = 0;
    return;
  }
  auto& first = core.held[side.held_head];
  if (!before(first.sequence, end)) return;
  first.data += end - first.sequence;
  first.length = (first.length - (end - first.sequence)) & 0x7fffffff;
  first.sequence = end;
}

// Forgets all that is held.
template <class C>
void clear_held(C& core, SideRecord& side) noexcept {
  while (side.held_head != 0) {
    const std::uint32_t gone = side.held_head;
    side.held_head = core.held[gone].next;
    detail::drop_held(core, gone);
  }
  side.held_tail = 0;
  side.received.clear();
  side.recent_count = 0;
}

}  // namespace mcc::tcp
