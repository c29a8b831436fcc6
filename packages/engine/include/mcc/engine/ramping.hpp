#pragma once
// Engine: connections that come into use while the load lasts, and go out of it. Those with the lowest numbers are in
// use; the pacer has started as many of them.

#include <algorithm>

#include "mcc/engine.hpp"

namespace mcc {

// The load begins.
template <class S, Clock C>
void Engine<S, C>::start_ramp(Nanos now) {
  if (ramp_.empty()) return;
  ramp_.start(epoch_);
  ramp_at_ = now;
}

// Lets the pacer open what has come into use, and puts out of use, the last ones first, at most `limit` connections.
// Returns how many those were.
template <class S, Clock C>
std::uint32_t Engine<S, C>::follow_ramp(Nanos now, std::uint32_t limit) {
  const std::uint32_t total = ramp_.at(now);
  const std::uint32_t first = options_.first_connection_id;
  const std::uint32_t mine = total <= first ? 0 : (total - first - 1) / options_.connection_id_stride + 1;
  const std::uint32_t wanted = std::min(mine, options_.sessions);
  std::uint32_t done = 0;
  for (; pacer_.started() > wanted && done < limit; ++done) {
    const Slot slot = pacer_.take_back();
    if (is_spare(slot)) drain(slot, sessions_[slot]);
  }
  pacer_.aim(std::max(wanted, pacer_.started()));
  ramp_at_ = pacer_.started() > wanted ? now : ramp_.next();
  return done;
}

template <class S, Clock C>
void Engine<S, C>::bring_in(Slot slot, Session& session) {
  if (session.state == State::unstarted) {
    recorder_.subtract(Counter::unstarted);
    touched_ = slot + 1;
    return open(slot, session);
  }
  // It was in use before. One that is on its way out comes back by itself.
  if (session.state != State::dormant) return;
  if (paced_) forget_ticks(slot);
  open(slot, session);
}

// Out of use. What has been granted its turn takes it before it goes.
template <class S, Clock C>
bool Engine<S, C>::is_spare(Slot slot) noexcept {
  if (ramp_.empty() || !is_client() || slot < pacer_.started()) return false;
  return !paced_ || !intents_[slot].is_granted();
}

// There is no connection, and none is wanted for now.
template <class S, Clock C>
void Engine<S, C>::rest(Session& session) {
  if (is_closing()) return finish(session);
  session.state = State::dormant;
}

}  // namespace mcc
