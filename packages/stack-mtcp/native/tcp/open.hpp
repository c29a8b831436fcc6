#pragma once
// How connections begin: active and passive OPEN, the handshakes, simultaneous open (RFC 9293 sections 3.5, 3.10.1,
// 3.10.7.2 and 3.10.7.3).

#include "tcp/close.hpp"

namespace mcc::tcp {

namespace detail {

// Before anything of the peer is known.
template <class C>
void begin(C& core, Slot slot, const FourTuple& flow, Sequence iss, State state) {
  core.clear_block(slot);
  ControlBlock& cb = core.block(slot);
  cb.local = flow.local;
  cb.remote = flow.remote;
  cb.local_port = flow.local_port;
  cb.remote_port = flow.remote_port;
  cb.snd_una = iss;
  cb.snd_nxt = cb.snd_end = iss + 1;  // the SYN
  cb.state = state;
  cb.mss = 536;  // RFC 9293 MUST-15
  cb.ssthresh = 0xffff;
  cb.cwnd = 1;
  cb.set(ControlBlock::kTimed);
  core.touched = std::max(core.touched, slot + 1);
}

// What the peer's SYN says.
template <class C>
void take_syn(C& core, ControlBlock& cb, const wire::Segment& syn) noexcept {
  const wire::TcpOptions& options = syn.options;
  cb.rcv_nxt = syn.sequence + 1;
  cb.snd_wnd = syn.window;
  cb.snd_shift =
      options.window_shift >= 0 ? static_cast<std::uint8_t>(options.window_shift) & 0xf : ControlBlock::kNoScale;
  if (core.options.sack && options.sack_permitted) cb.set(ControlBlock::kSack);
  std::uint32_t mss = std::min<std::uint32_t>(options.mss == 0 ? 536 : options.mss, core.own_mss());
  mss = std::max<std::uint32_t>(mss, 88);  // an absurd one would make of every message a flood of headers
  if (core.options.timestamps && options.timestamps) {
    cb.set(ControlBlock::kTimestamps);
    cb.ts_recent = options.ts_value;
    mss -= kTimestampRoom;
  }
  cb.mss = static_cast<std::uint16_t>(mss);
}

// The handshake is complete: `segment` acknowledges our SYN.
template <class C>
void establish(C& core, Slot slot, const wire::Segment& segment) {
  ControlBlock& cb = core.block(slot);
  const bool syn_lost = cb.backoff > 0;
  if (cb.has(ControlBlock::kTimed)) {
    measure_rtt(cb, (ticks_of(core.now) - cb.timer_start) >> 5);
  } else if (cb.has(ControlBlock::kTimestamps) && segment.options.ts_echo != 0) {
    measure_rtt(cb, rtt_of_timestamps(std::min(timestamp_of(core.now) - segment.options.ts_echo, 0xffffu)));
  } else {
    cb.srtt = 30518;  // RFC 6298 section 5.7: a time-out of 3 s
    cb.rttvar = 15259;
  }
  cb.clear(ControlBlock::kTimed);
  cb.backoff = 0;
  cb.snd_una = cb.snd_end;
  // The window of a SYN is as it is, of any other segment scaled.
  if ((segment.flags & wire::kSyn) != 0) {
    cb.snd_wnd = static_cast<std::uint16_t>(segment.window >> (cb.scales() ? cb.snd_shift : 0));
  } else {
    cb.snd_wnd = segment.window;
  }
  // A peer whose whole buffer is small gets segments of half of it, so that silly-window avoidance does not stall it.
  if (segment.window != 0 && cb.window() < 2u * cb.mss) {
    cb.mss = static_cast<std::uint16_t>(std::clamp<std::uint32_t>(cb.window() / 2, 88, cb.mss));
  }
  cb.cwnd = initial_window(cb.mss, syn_lost);
  cb.timer_start = ticks_of(core.now);
  stop_timer(core, slot);  // it was armed for longer than what comes now
  cb.state = State::established;
}

// Tells the user; false: the connection is gone.
template <class C, class H>
bool announce(C& core, H& handler, Slot slot) {
  ControlBlock& cb = core.block(slot);
  if (cb.has(ControlBlock::kFinQueued)) {  // closed before it was established
    cb.state = State::fin_wait_1;
    transmit(core, slot);
    return true;
  }
  ++core.events;
  if (cb.opened_by_peer) {
    --core.half_open;
    ++core.counters.accepted;
    handler.on_accepted(slot, core.now);
  } else {
    ++core.counters.opened;
    handler.on_connected(slot, core.now);
  }
  return cb.state != State::closed;
}

}  // namespace detail

// The first SYN, of either side.
template <class C>
net::Output send_first_syn(C& core, Slot slot) {
  if (link_is_busy(core) || core.block(slot).waits_for_link) {
    wait_for_link(core, slot);
    return net::Output::sent;
  }
  const net::Output output = send_syn(core, slot);
  if (output != net::Output::failed) start_timer(core, slot);
  return output;
}

// Active OPEN. An error: nothing was started.
template <class C>
Error connect(C& core, Slot slot, const flow::ListenEndpoint& to) {
  if (core.net.next_hop(to.address) == 0) return Error::unreachable;
  Sequence above = 0;
  bool reused = false;
  const auto endpoint = core.opened.take(slot, [&](const auto& from) {
    Remnant* rest = core.remnants.find({from.address, to.address, from.port, to.port});
    if (rest == nullptr) return false;
    // A second on, the peer can tell the new connection from the old by timestamps (RFC 6191, RFC 7323 appendix B.2).
    const bool aged = nanos_of(ticks_of(core.now) - rest->since()) >= 1'000'000'000;
    if (!aged || !rest->has(Remnant::kTimestamps) || core.remnants.kind_of(*rest) != Remnants::Kind::time_wait) {
      return true;
    }
    above = rest->snd_nxt;
    reused = true;
    core.remnants.remove(*rest);
    return false;
  });
  if (!endpoint) {
    ++core.counters.ports_exhausted;
    return Error::ports_exhausted;
  }
  const FourTuple flow{endpoint->address, to.address, endpoint->port, to.port};
  Sequence iss = initial_sequence(flow, core.key, core.now);
  if (reused) {
    ++core.counters.time_wait_reused;
    iss = later(iss, above + 1);
  }
  detail::begin(core, slot, flow, iss, State::syn_sent);
  if (send_first_syn(core, slot) == net::Output::failed) {
    core.opened.give(flow.local, flow.local_port);
    core.block(slot).state = State::closed;
    return Error::no_neighbour;
  }
  return Error::none;
}

// A SYN for one of our listeners (RFC 9293 section 3.10.7.2). `above`: the initial sequence number must be higher.
template <class C, class H>
void passive_open(C& core, H& handler, const wire::Segment& syn, const Sequence* above = nullptr) {
  if (core.half_open >= core.options.half_open_max) {
    ++core.counters.syn_drops_half_open;
    return;
  }
  Slot slot = core.accepted.take();
  // A peer that opens again at once, and whose last connection ended in this very poll, has its slot.
  if (slot == kNoSlot && deliver_closed(core, handler)) slot = core.accepted.take();
  if (slot == kNoSlot) {
    ++core.counters.syn_drops_no_slot;
    return;
  }
  ++core.half_open;
  const FourTuple flow = flow::flow_of(syn);
  Sequence iss = initial_sequence(flow, core.key, core.now);
  if (above != nullptr) iss = later(iss, *above + 1);
  detail::begin(core, slot, flow, iss, State::syn_received);
  ControlBlock& cb = core.block(slot);
  cb.opened_by_peer = true;
  detail::take_syn(core, cb, syn);
  core.accepted.add(flow, slot);
  send_first_syn(core, slot);
}

}  // namespace mcc::tcp
