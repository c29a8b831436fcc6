#pragma once
// Segments for connections that the user has done with: FIN-WAIT-2 and TIME-WAIT (RFC 9293 section 3.10.7.4).

#include "tcp/open.hpp"

namespace mcc::tcp {

namespace detail {

template <class C>
void acknowledge_remnant(C& core, const Remnant& remnant) {
  wire::Segment ack;
  ack.source = remnant.local;
  ack.destination = remnant.remote;
  ack.source_port = remnant.local_port;
  ack.destination_port = remnant.remote_port;
  ack.sequence = remnant.snd_nxt;
  ack.acknowledgment = remnant.rcv_nxt;
  ack.flags = wire::kAck;
  ack.window = static_cast<std::uint16_t>(core.options.window >> core.window_shift);
  if (remnant.has(Remnant::kTimestamps)) {
    ack.options.timestamps = true;
    ack.options.ts_value = timestamp_of(core.now);
    ack.options.ts_echo = remnant.ts_recent;
  }
  ++core.counters.segments_sent;
  core.net.output(ack, core.now);
}

template <class C>
void challenge_remnant(C& core, const Remnant& remnant) {
  if (!core.challenges.allow(core.now)) {
    ++core.counters.challenges_withheld;
    return;
  }
  ++core.counters.challenge_acks;
  acknowledge_remnant(core, remnant);
}

// A SYN that may begin a new connection in place of one in TIME-WAIT: surely younger by its timestamp (RFC 6191), or by
// its sequence number (RFC 1122 section 4.2.2.13).
inline bool may_replace(const Remnant& remnant, const wire::Segment& syn) noexcept {
  const bool stamped = remnant.has(Remnant::kTimestamps) && syn.options.timestamps;
  if (stamped && syn.options.ts_value != remnant.ts_recent) return after(syn.options.ts_value, remnant.ts_recent);
  return after(syn.sequence, remnant.rcv_nxt);
}

// Begins TIME-WAIT, or begins it anew.
template <class C>
void start_time_wait(C& core, Remnant& remnant) {
  const Remnant copy = remnant;
  core.remnants.remove(remnant);
  if (core.remnants.add(Remnants::Kind::time_wait, copy, core.now)) ++core.counters.remnants_evicted;
}

}  // namespace detail

template <class C, class H>
void input_remnant(C& core, H& handler, Remnant& remnant, const wire::Segment& segment) {
  const bool waiting = core.remnants.kind_of(remnant) == Remnants::Kind::time_wait;
  const bool syn = (segment.flags & wire::kSyn) != 0;
  const auto length = static_cast<std::uint32_t>(segment.payload.size());
  const bool fin = (segment.flags & wire::kFin) != 0;
  if (waiting && syn && (segment.flags & (wire::kAck | wire::kRst)) == 0 && detail::may_replace(remnant, segment) &&
      core.listeners.accepts(segment.destination, segment.destination_port)) {
    ++core.counters.time_wait_reused;
    const Sequence above = remnant.snd_nxt;
    core.remnants.remove(remnant);
    return passive_open(core, handler, segment, &above);
  }
  if ((segment.flags & wire::kRst) != 0) {
    // TIME-WAIT is not cut short (RFC 1337 section 3), anything else only by the very number (RFC 5961 section 3.2).
    if (waiting) return;
    if (segment.sequence == remnant.rcv_nxt) {
      ++core.counters.resets_received;
      core.remnants.remove(remnant);
    } else if (segment.sequence - remnant.rcv_nxt < core.options.window) {
      detail::challenge_remnant(core, remnant);
    }
    return;
  }
  const bool old = remnant.has(Remnant::kTimestamps) && segment.options.timestamps &&
                   before(segment.options.ts_value, remnant.ts_recent);
  if (syn || old || (segment.flags & wire::kAck) == 0 || after(segment.acknowledgment, remnant.snd_nxt)) {
    return detail::challenge_remnant(core, remnant);
  }
  if (waiting) {
    // All there can be is the peer's FIN once more: acknowledge it and begin anew. Other old segments are told where we
    // are; bare acknowledgments are not answered, or two remnants would go on for ever.
    if (fin && segment.sequence + length + 1 == remnant.rcv_nxt) {
      detail::acknowledge_remnant(core, remnant);
      return detail::start_time_wait(core, remnant);
    }
    if (length > 0 || fin || segment.sequence != remnant.rcv_nxt) detail::challenge_remnant(core, remnant);
    return;
  }
  // FIN-WAIT-2: text is discarded in order, so that the FIN behind it counts.
  if (length == 0 && !fin) {
    if (segment.sequence != remnant.rcv_nxt) detail::challenge_remnant(core, remnant);
    return;
  }
  const Sequence end = segment.sequence + length;
  if (at_or_before(segment.sequence, remnant.rcv_nxt) && at_or_after(end, remnant.rcv_nxt) &&
      end - remnant.rcv_nxt <= core.options.window) {
    remnant.rcv_nxt = end + (fin ? 1 : 0);
    if (segment.options.timestamps) remnant.ts_recent = segment.options.ts_value;
    detail::acknowledge_remnant(core, remnant);
    if (fin) detail::start_time_wait(core, remnant);
    return;
  }
  detail::acknowledge_remnant(core, remnant);
}

}  // namespace mcc::tcp
