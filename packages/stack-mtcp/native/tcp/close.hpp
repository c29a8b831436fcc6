#pragma once
// How connections end: CLOSE and ABORT of the user (RFC 9293 sections 3.10.4 and 3.10.5), and what remains afterwards.

#include "tcp/output.hpp"
#include "tcp/reassembly.hpp"
#include "tcp/transmit.hpp"

namespace mcc::tcp {

// Gives back what the connection holds of pools, and its timer.
template <class C>
void unburden(C& core, Slot slot) {
  ControlBlock& cb = core.block(slot);
  stop_timer(core, slot);
  clear_queue(core, cb);
  if (cb.side == 0) return;
  clear_held(core, core.side(cb));
  core.starved.remove(core.sides, cb.side);
  core.resumed.remove(core.sides, cb.side);
  core.sides.give(cb.side);
  cb.side = 0;
}

// Gives back everything that the connection holds. on_closed follows from poll, unless the user never heard of it; the
// slot is not used again before.
template <class C>
void release(C& core, Slot slot, Error reason) {
  ControlBlock& cb = core.block(slot);
  const bool unknown_to_user = cb.state == State::syn_received && cb.opened_by_peer;
  if (cb.opened_by_peer) {
    core.accepted.remove(core.flow_of(cb), slot);
  } else {
    core.opened.give(cb.local, cb.local_port);
  }
  if (unknown_to_user) --core.half_open;
  unburden(core, slot);
  core.clear_block(slot);
  if (unknown_to_user) {
    core.accepted.give(slot);
  } else {
    core.closed.push({slot, reason});
  }
}

// Tells the user of the connection that ended first; its slot is free from then on. False: of none, or the user has no
// room for more.
template <class C, class H>
bool deliver_closed(C& core, H& handler) {
  if (core.closed.empty() || handler.full()) return false;
  const auto [slot, reason] = core.closed.front();
  core.closed.pop();
  if (core.listeners.any()) core.accepted.give(slot);
  ++core.events;
  handler.on_closed(slot, reason, core.now);
  return true;
}

// Closes the connection with an error, or with none when the user has closed already.
template <class C>
void fail(C& core, Slot slot, Error error) {
  release(core, slot, core.block(slot).has(ControlBlock::kFinQueued) ? Error::none : error);
}

// The user is done, our FIN is acknowledged; the rest is between the peer and a remnant.
template <class C>
void leave_remnant(C& core, Slot slot, Remnants::Kind kind) {
  ControlBlock& cb = core.block(slot);
  if (cb.has(ControlBlock::kAckPending)) send_ack(core, slot);
  Remnant remnant{};
  remnant.local = cb.local;
  remnant.remote = cb.remote;
  remnant.local_port = cb.local_port;
  remnant.remote_port = cb.remote_port;
  remnant.snd_nxt = cb.snd_nxt;
  remnant.rcv_nxt = cb.rcv_nxt;
  remnant.ts_recent = cb.ts_recent;
  remnant.since_flags = cb.has(ControlBlock::kTimestamps) ? std::uint32_t{Remnant::kTimestamps} : 0;
  if (core.remnants.add(kind, remnant, core.now)) ++core.counters.remnants_evicted;
  release(core, slot, Error::none);
}

// The user's close: after everything that was sent, FIN. What arrives from now on is discarded and acknowledged.
template <class C>
void close(C& core, Slot slot) {
  ControlBlock& cb = core.block(slot);
  if (cb.state == State::closed || cb.state == State::resetting || cb.has(ControlBlock::kFinQueued)) return;
  if (cb.state == State::syn_sent) return release(core, slot, Error::none);
  cb.set(ControlBlock::kFinQueued);
  cb.clear(ControlBlock::kPaused);
  if (core.has_side(cb)) {
    SideRecord& side = core.side(cb);
    core.resumed.remove(core.sides, cb.side);
    side.fin_held = false;
    side.wants_writable = false;
    clear_held(core, side);
  }
  if (cb.state == State::established) cb.state = State::fin_wait_1;
  if (cb.state == State::close_wait) cb.state = State::last_ack;
  restart_if_idle(core, slot);
  transmit_soon(core, slot);
}

// The user's reset.
template <class C>
void reset(C& core, Slot slot) {
  ControlBlock& cb = core.block(slot);
  if (cb.state == State::closed) return;
  if (cb.state == State::syn_sent) return release(core, slot, Error::none);
  if (link_is_busy(core)) {
    unburden(core, slot);
    cb.state = State::resetting;
    return wait_for_link(core, slot);
  }
  send_reset(core, slot);
  release(core, slot, Error::none);
}

}  // namespace mcc::tcp
