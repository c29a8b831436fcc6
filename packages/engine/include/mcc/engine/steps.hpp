#pragma once
// Engine: runs the steps of the program.

#include <algorithm>

#include "mcc/engine.hpp"
#include "mcc/message_render.hpp"
#include "mcc/waits.hpp"

namespace mcc {

// Goes on with the program until something has to happen first.
template <class S, Clock C>
void Engine<S, C>::advance(Slot slot, Session& session, Nanos now) {
  for (unsigned bursts = 0;;) {
    const Op& op = program_.ops[session.step];
    // Replies may come before the last of a long request has left; nothing else goes on before it.
    if (session.has(Session::kPartlySent) && !(is_client() && op.kind == Op::Kind::expect)) {
      session.state = State::sending;
      if (is_client() || is_closing()) arm(slot, session.at + options_.timeout_ns);
      return;
    }
    switch (op.kind) {
      case Op::Kind::burst:
      case Op::Kind::answer:
        if (awaits_turn(slot, session, op, bursts == 0, now)) return;
        if (!session.has(Session::kEstablished)) return reopen(slot, session);
        if (is_leaving(slot) && op.outstanding == 0) return close(slot, session);
        if (bursts++ == kBurstsPerTurn) {
          session.state = State::yielding;
          session.at = now;
          return rearm(slot, now);
        }
        start_burst(slot, session, op);
        ++session.step;
        break;
      case Op::Kind::expect:
        session.state = State::expecting;
        if (is_client() || is_closing()) arm(slot, session.at + options_.timeout_ns);
        return;
      case Op::Kind::expect_none:
        if (has_classes()) complete_in_class(session);
        complete(session);
        ++session.step;
        break;
      case Op::Kind::receive:
        if (!session.has(Session::kEstablished)) return reopen(slot, session);
        if (is_leaving(slot)) return close(slot, session);
        session.state = State::listening;
        return;
      case Op::Kind::wait:
        return start_wait(slot, session, op, now);
      case Op::Kind::jump:
        session.step = op.target;
        break;
      case Op::Kind::jump_times:
        if (turns_[slot]++ < op.index) {
          session.step = op.target;
        } else {
          turns_[slot] = 0;
          ++session.step;
        }
        break;
      case Op::Kind::close:
        ++session.step;
        if (!session.has(Session::kEstablished)) break;
        session.fruitless = 0;
        return close(slot, session);
      case Op::Kind::close_last:
        ++session.step;
        if (!session.has(Session::kLast)) break;
        return close(slot, session);
      case Op::Kind::echo:
      case Op::Kind::handler:
        if (!session.has(Session::kEstablished)) return reopen(slot, session);
        if (is_leaving(slot)) return close(slot, session);
        return start_speaking(slot, session);
      case Op::Kind::end:
        return session.has(Session::kEstablished) ? close(slot, session) : finish(session);
    }
  }
}

template <class S, Clock C>
void Engine<S, C>::start_burst(Slot slot, Session& session, const Op& op) {
  session.tx = 0;
  if (is_client()) {
    session.at = clock_.now();
    if (paced_) {
      const Intent intent = intents_[slot];  // not granted: it follows a reply at once
      if (intent.is_granted()) session.at = std::max(session.at, intent.at());  // built early, it leaves in time
      intents_[slot] = Intent::sent_at(intent.is_granted() ? intent.at() : session.at);
    }
    recorder_.add(Counter::requests_sent, op.requests);
    recorder_.add(Counter::in_flight, op.requests);
  } else if (!burst_of(slot, session, op)->fields.empty()) {
    session.at = clock_.now();
  }
  push_burst(slot, session, op);
}

// Hands over what the stack takes of the burst; true when that was the last of it.
template <class S, Clock C>
bool Engine<S, C>::push_burst(Slot slot, Session& session, const Op& op) {
  const Burst* const whole = burst_of(slot, session, op);
  if (whole == nullptr) return push_batch(slot, session, program_.batches[op.index]);
  const Burst& burst = *whole;
  const std::uint32_t size = size_of(slot, burst);
  while (session.tx < size) {
    Bytes rest{burst.data + session.tx, size - session.tx};
    Lifetime lifetime = Lifetime::stable;
    if (!burst.fields.empty()) {
      const auto part = std::span(rendered_).first(std::min(rest.size(), rendered_.size()));
      render(burst, departure_of(slot, session), session.tx, part);
      rest = part;
      lifetime = Lifetime::transient;
    }
    const std::size_t taken = stack_.send(slot, rest, lifetime);
    session.tx += static_cast<std::uint32_t>(taken);
    recorder_.add(Counter::bytes_sent, taken);
    if (taken < rest.size()) {
      session.set(Session::kPartlySent);
      return false;
    }
  }
  session.clear(Session::kPartlySent);
  session.tx = 0;
  session.sequence += burst.messages;
  if (!is_client()) {
    recorder_.add(Counter::requests_completed, op.requests);
    recorder_.subtract(Counter::in_flight, op.requests);
  }
  return true;
}

// How much of the burst leaves: a departure with a size has no more of its message.
template <class S, Clock C>
std::uint32_t Engine<S, C>::size_of(Slot slot, const Burst& burst) noexcept {
  return sizes_.size() > 0 ? std::min(sizes_[slot], burst.size) : burst.size;
}

// When the present burst was meant to leave.
template <class S, Clock C>
Nanos Engine<S, C>::intended_at(Slot slot, const Session& session) noexcept {
  return paced_ ? intents_[slot].at() : session.at;
}

// The burst that the operation sends, or nullptr when it has to be put together: push_batch().
template <class S, Clock C>
const Burst* Engine<S, C>::burst_of(Slot slot, const Session& session, const Op& op) const noexcept {
  if (op.kind == Op::Kind::burst) {
    if (!op.batched) return &program_.bursts[op.index];
    const Batch& batch = program_.batches[op.index];
    if (batch.burst != kNone) return &program_.bursts[batch.burst];
    if (batch.places.size() > 1) return nullptr;
    const Burst& burst = program_.bursts[choice_of(slot, batch.places[0], session.sequence).burst];
    return burst.varies ? nullptr : &burst;
  }
  return &program_.bursts[op.index + (session.has(Session::kHead) ? 1u : 0u) + (session.has(Session::kLast) ? 2u : 0u)];
}

template <class S, Clock C>
void Engine<S, C>::start_wait(Slot slot, Session& session, const Op& op, Nanos now) {
  const bool alone = !is_client() && session.has(Session::kPeerClosed);
  if ((is_leaving(slot) || alone) && op.outstanding == 0) {
    return session.has(Session::kEstablished) ? close(slot, session) : rest(session);
  }
  const std::uint32_t id = connection_id(slot);
  session.state = State::waiting;
  session.at = wake_time(program_.waits[op.index], {.now = now,
                                                    .epoch = epoch_,
                                                    .previous = paced_ ? intents_[slot].at() : 0,
                                                    .bits = draw(options_.seed, id, session.sequence, session.step),
                                                    .connection_id = id,
                                                    .connections_total = options_.connections_total});
  if (paced_) return await_departure(slot, session, now);
  if (session.at != kNever) rearm(slot, session.at);
}

// Client: a request has had its reply, or needs none.
template <class S, Clock C>
void Engine<S, C>::complete(Session& session) noexcept {
  recorder_.add(Counter::requests_completed);
  recorder_.subtract(Counter::in_flight);
  session.fruitless = 0;
}

}  // namespace mcc
