#pragma once
// Segments of a connection, as they leave. Whatever leaves carries the acknowledgment, so that none is pending after.

#include "tcp/core.hpp"
#include "tcp/schedule.hpp"
#include "tcp/send_queue.hpp"

namespace mcc::tcp {

// Bytes that are acknowledged to the peer and not delivered to the user, who has paused.
template <class C>
std::uint32_t undelivered(C& core, const ControlBlock& cb) noexcept {
  if (!core.has_side(cb)) return 0;
  const std::uint32_t head = core.side(cb).held_head;
  if (head == 0) return 0;
  const Sequence first = core.held[head].sequence;
  return before(first, cb.rcv_nxt) ? cb.rcv_nxt - first : 0;
}

// The receive window: its right edge never moves back (RFC 9293 section 3.8.6). A port that stands for a long way knows
// how much a user at its end would offer.
template <class C>
std::uint32_t receive_window(C& core, const ControlBlock& cb) noexcept {
  std::uint32_t most = cb.scales() ? core.options.window : std::min<std::uint32_t>(core.options.window, 0xffff);
  if constexpr (requires { core.net.port().window(cb.local, cb.local_port); }) {
    most = std::min(most, core.net.port().window(cb.local, cb.local_port));
  }
  const std::uint32_t waiting = undelivered(core, cb);
  return waiting < most ? most - waiting : 0;
}

// The SACK option (RFC 2018 section 4): first the range that the latest segment is part of, then those of the ones
// before. What has come twice, if anything has, precedes them, and the range that it lies in is next to it (RFC 2883
// section 4). Returns how many blocks.
template <class C>
std::uint8_t sack_blocks(C& core, const ControlBlock& cb, wire::TcpOptions& options, Range twice = {}) noexcept {
  if (!cb.has(ControlBlock::kSack)) return 0;
  const std::size_t most = cb.has(ControlBlock::kTimestamps) ? 3 : 4;
  const std::uint8_t reported = twice.left != twice.right ? 1 : 0;
  std::uint8_t count = reported;
  if (reported > 0) options.sack[0] = {twice.left, twice.right};
  if (!core.has_side(cb)) return count;
  const SideRecord& side = core.side(cb);
  const auto add = [&](const Range& range) {
    for (std::uint8_t i = reported; i < count; ++i) {
      if (options.sack[i].left == range.left) return;
    }
    if (count < most) options.sack[count++] = {range.left, range.right};
  };
  for (std::size_t i = 0; reported > 0 && i < side.received.size(); ++i) {
    const Range& range = side.received[i];
    if (at_or_before(range.left, twice.left) && at_or_after(range.right, twice.right)) add(range);
  }
  for (std::uint8_t i = 0; i < side.recent_count; ++i) {
    for (std::size_t j = 0; j < side.received.size(); ++j) {
      const Range& range = side.received[j];
      if (at_or_before(range.left, side.recent[i]) && after(range.right, side.recent[i])) add(range);
    }
  }
  return count;
}

// A segment of the connection without payload, ready to be completed.
template <class C>
wire::Segment segment_of(C& core, const ControlBlock& cb, Sequence sequence, std::uint8_t flags) noexcept {
  wire::Segment segment;
  segment.source = cb.local;
  segment.destination = cb.remote;
  segment.source_port = cb.local_port;
  segment.destination_port = cb.remote_port;
  segment.sequence = sequence;
  segment.acknowledgment = cb.rcv_nxt;
  segment.flags = flags;
  segment.window = static_cast<std::uint16_t>(receive_window(core, cb) >> (cb.scales() ? core.window_shift : 0));
  if (cb.has(ControlBlock::kTimestamps)) {
    segment.options.timestamps = true;
    segment.options.ts_value = timestamp_of(core.now);
    segment.options.ts_echo = cb.ts_recent;
  }
  return segment;
}

// What is lost on the way out is repaired like any other loss.
template <class C>
net::Output put(C& core, ControlBlock& cb, const wire::Segment& segment) {
  ++core.counters.segments_sent;
  cb.clear(ControlBlock::kAckPending | ControlBlock::kAckSoon);
  return core.net.output(segment, core.now);
}

// `twice`: what has come once more than it had to, or nothing.
template <class C>
void send_ack(C& core, Slot slot, Range twice = {}) {
  ControlBlock& cb = core.block(slot);
  // After a time-out has sent old data again, snd_nxt is still the highest (RFC 9293 section 3.10.7.4).
  wire::Segment segment = segment_of(core, cb, cb.snd_nxt, wire::kAck);
  segment.options.sack_count = sack_blocks(core, cb, segment.options, twice);
  put(core, cb, segment);
}

// Sends up to `length` bytes of the queue from `sequence` on, and with `may_finish` the FIN if it follows and is due.
// Returns how much sequence space that was: less than asked for when SACK blocks need the room.
template <class C>
std::uint32_t send_data(C& core, Slot slot, Sequence sequence, std::uint32_t length, bool may_finish) {
  ControlBlock& cb = core.block(slot);
  wire::Segment segment = segment_of(core, cb, sequence, wire::kAck);
  if (core.has_side(cb)) {
    segment.options.sack_count = sack_blocks(core, cb, segment.options);
    if (segment.options.sack_count > 0) {
      const std::uint32_t room = 4u + 8u * segment.options.sack_count;
      if (cb.mss < 2 * room) {
        segment.options.sack_count = 0;
      } else {
        length = std::min<std::uint32_t>(length, cb.mss - room);
      }
    }
  }
  segment.payload = queued_bytes(core, cb, sequence, length);
  const bool last = sequence + length == cb.snd_end;
  if (last && length > 0) segment.flags |= wire::kPsh;
  std::uint32_t space = length;
  if (last && may_finish && cb.has(ControlBlock::kFinQueued)) {
    segment.flags |= wire::kFin;
    cb.set(ControlBlock::kFinSent);
    ++space;
  }
  put(core, cb, segment);
  return space;
}

// Answers what is outside the rules with where we are (RFC 5961 section 3, 4 and 5), so many times a second.
template <class C>
void challenge(C& core, Slot slot) {
  if (!core.challenges.allow(core.now)) {
    ++core.counters.challenges_withheld;
    return;
  }
  ++core.counters.challenge_acks;
  send_ack(core, slot);
}

// SYN, or SYN and ACK in SYN-RECEIVED, with the options that we offer or agreed to.
template <class C>
net::Output send_syn(C& core, Slot slot) {
  ControlBlock& cb = core.block(slot);
  const bool answer = cb.state == State::syn_received;
  wire::Segment segment =
      segment_of(core, cb, cb.snd_una, static_cast<std::uint8_t>(answer ? wire::kSyn | wire::kAck : wire::kSyn));
  if (!answer) segment.acknowledgment = 0;
  // The window of a SYN is never scaled (RFC 7323 section 2.2).
  segment.window = static_cast<std::uint16_t>(std::min<std::uint32_t>(receive_window(core, cb), 0xffff));
  segment.options.mss = core.own_mss();
  segment.options.sack_permitted = answer ? cb.has(ControlBlock::kSack) : core.options.sack;
  if (!answer || cb.scales()) segment.options.window_shift = static_cast<std::int8_t>(core.window_shift);
  if (!answer && core.options.timestamps) {
    segment.options.timestamps = true;
    segment.options.ts_value = timestamp_of(core.now);
  }
  return put(core, cb, segment);
}

// RST at our place in sequence space, so that the peer takes it (RFC 5961 section 3.2).
template <class C>
void send_reset(C& core, Slot slot) {
  ControlBlock& cb = core.block(slot);
  ++core.counters.resets_sent;
  put(core, cb, segment_of(core, cb, cb.snd_nxt, wire::kRst | wire::kAck));
}

// The answer to a segment that belongs to no connection (RFC 9293 section 3.10.7.1), so many times a second.
template <class C>
void refuse(C& core, const wire::Segment& segment) {
  if ((segment.flags & wire::kRst) != 0) return;
  if (!core.refusals.allow(core.now)) {
    ++core.counters.refusals_withheld;
    return;
  }
  ++core.counters.refusals;
  ++core.counters.segments_sent;
  wire::Segment reset;
  reset.source = segment.destination;
  reset.destination = segment.source;
  reset.source_port = segment.destination_port;
  reset.destination_port = segment.source_port;
  if ((segment.flags & wire::kAck) != 0) {
    reset.sequence = segment.acknowledgment;
    reset.flags = wire::kRst;
  } else {
    reset.acknowledgment = segment.sequence + static_cast<std::uint32_t>(segment.payload.size()) +
                           ((segment.flags & wire::kSyn) != 0 ? 1 : 0) + ((segment.flags & wire::kFin) != 0 ? 1 : 0);
    reset.flags = wire::kRst | wire::kAck;
  }
  core.net.output(reset, core.now);
}

}  // namespace mcc::tcp
