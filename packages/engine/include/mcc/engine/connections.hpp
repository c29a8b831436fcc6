#pragma once
// Engine: how connections are opened, fail, close and come back.

#include <algorithm>
#include <utility>

#include "mcc/engine.hpp"
#include "mcc/random.hpp"

namespace mcc {

template <class S, Clock C>
void Engine<S, C>::open(Slot slot, Session& session) {
  recorder_.add(Counter::attempted);
  session.fruitless = std::min<std::uint8_t>(static_cast<std::uint8_t>(session.fruitless + 1), kFruitlessMax) & 0xf;
  session.at = clock_.now();
  if (const Error error = stack_.connect(slot); error != Error::none) return connect_failed(slot, session, error);
  session.state = State::connecting;
  recorder_.add(Counter::connecting);
  rearm(slot, session.at + options_.connect_timeout_ns);
}

// At once when the last connection was of use and the program has no other policy, otherwise after a back-off with
// jitter. Before the load, and out of use, not at all.
template <class S, Clock C>
void Engine<S, C>::reopen(Slot slot, Session& session) {
  if (is_closing()) return finish(session);
  if (phase_ != Phase::load || is_spare(slot)) return rest(session);
  const Reconnect& policy = program_.reconnect ? *program_.reconnect : kReconnect;
  if (policy.never && session.has(Session::kSeen)) return finish(session);
  if (session.fruitless == 0 && !program_.reconnect) return open(slot, session);
  const int doubled = std::max(session.fruitless - 1, 0);
  const Nanos longest = std::min(std::min(policy.min_ns, policy.max_ns >> doubled) << doubled, policy.max_ns);
  const Nanos now = clock_.now();
  const std::uint64_t jitter = draw(options_.seed ^ now, connection_id(slot), session.sequence, session.fruitless);
  session.state = State::backing_off;
  session.at = now + longest / 2 + below(longest - longest / 2, jitter);
  rearm(slot, session.at);
}

template <class S, Clock C>
void Engine<S, C>::connect_failed(Slot slot, Session& session, Error error) {
  recorder_.add(Counter::connect_failed);
  recorder_.error(error);
  reopen(slot, session);
}

// on_closed will follow. `code` is for the handler's closed event, if it speaks here.
template <class S, Clock C>
void Engine<S, C>::close(Slot slot, Session& session, Manner manner, std::uint16_t code) {
  let_go(session, code);
  if (manner == Manner::reset) {
    stack_.reset(slot);
  } else {
    stack_.close(slot);
  }
}

// Gives back what the session holds of pools.
template <class S, Clock C>
void Engine<S, C>::let_go(Session& session, std::uint16_t code) {
  const bool handled = session.state == State::speaking && program_.has_handler;
  if (session.state == State::speaking) {
    backlog_.drop(session.tx);
    session.set(Session::kRestart);
  } else if (is_behind(session)) {
    backlog_.drop(session.rx);
  } else if (session.rx != 0) {
    framer_of(session).drop(session.rx);
  }
  // Numbers are not given twice, not even to what was cut off.
  if (is_client() && session.has(Session::kPartlySent)) {
    const Op& sender = program_.ops[program_.ops[session.step].sender];
    session.sequence += sender.batched ? static_cast<std::uint32_t>(program_.batches[sender.index].places.size())
                                       : program_.bursts[sender.index].messages;
  }
  session.tx = 0;
  session.rx = handled ? std::uint32_t{code} + 1 : 0;
  session.clear(Session::kPartlySent | Session::kRequest);
  session.state = State::closing;
}

// Tells the handler, if it had the connection.
template <class S, Clock C>
void Engine<S, C>::report_closed(Slot slot, Session& session) {
  const std::uint32_t code = std::exchange(session.rx, 0);
  if (code != 0) events_.put(Event::closed, static_cast<std::uint16_t>(code - 1), slot, generations_[slot]);
}

// The connection is of no more use; what was under way on it is lost.
template <class S, Clock C>
void Engine<S, C>::fail(Slot slot, Session& session, Error error, Manner manner) {
  lose_requests(session, error, has_unread_request(session) ? 1 : 0);
  session.set(Session::kRestart);
  close(slot, session, manner, closed_code(error));
}

// Abort.
template <class S, Clock C>
void Engine<S, C>::abandon(Slot slot, Session& session) {
  if (session.state == State::closing || session.state == State::finished) return;
  if (session.state == State::connecting) {
    recorder_.subtract(Counter::connecting);
    return close(slot, session, Manner::reset);
  }
  if (!session.has(Session::kEstablished)) return is_client() ? finish(session) : void();
  const std::uint32_t lost = outstanding(session);
  if (has_classes()) fail_in_class(session);
  recorder_.add(Counter::requests_failed, lost);
  recorder_.subtract(Counter::in_flight, lost);
  close(slot, session, Manner::reset);
}

// Closes what has nothing under way; the rest closes when it has.
template <class S, Clock C>
void Engine<S, C>::drain(Slot slot, Session& session) {
  switch (session.state) {
    case State::unstarted:  // a server's free slot
    case State::closing:
    case State::finished:
      return;
    case State::connecting:
      recorder_.subtract(Counter::connecting);
      return close(slot, session, Manner::reset);
    case State::backing_off:
    case State::dormant:
      return rest(session);
    case State::ready:
    case State::listening:
    case State::yielding:
      return close(slot, session);
    case State::waiting:
    case State::idle:
      if (outstanding(session) > 0) return;
      return session.has(Session::kEstablished) ? close(slot, session) : rest(session);
    case State::speaking:
      if (session.has(Session::kRequest)) return;
      if (session.tx == 0) return close(slot, session);
      break;
    case State::expecting:
    case State::sending:
      if (is_client()) return;
      if (session.state == State::expecting && session.rx == 0 && outstanding(session) == 0) {
        return close(slot, session);
      }
      break;
  }
  // Without a request of its own in flight, it has from now on as long as one would have.
  session.at = clock_.now();
  rearm(slot, session.at + options_.timeout_ns);
}

template <class S, Clock C>
std::uint32_t Engine<S, C>::outstanding(const Session& session) const noexcept {
  if (session.state == State::speaking) return session.has(Session::kRequest) ? 1 : 0;
  const Op& op = program_.ops[session.step];
  const bool answering = !is_client() && session.has(Session::kPartlySent);
  return op.outstanding + (answering ? program_.ops[op.sender].requests : 0u);
}

// `unread`: requests that a server could not read to their end, and hence never counted as in flight.
template <class S, Clock C>
void Engine<S, C>::lose_requests(Session& session, Error error, std::uint32_t unread) {
  const std::uint32_t lost = outstanding(session);
  if (has_classes()) fail_in_class(session);
  recorder_.subtract(Counter::in_flight, lost);
  recorder_.add(Counter::requests_failed, lost + unread);
  recorder_.error(error, std::max(lost + unread, 1u));
}

// The stack has let go of the slot.
template <class S, Clock C>
void Engine<S, C>::gone(Slot slot, Session& session, Nanos now) {
  const bool stood = session.has(Session::kEstablished);
  if (stood) recorder_.subtract(Counter::open);
  if (!is_client()) {
    recorder_.subtract(Counter::active);
    if (timers_.armed(slot)) timers_.disarm(slot);
    session = Session{};
    return;
  }
  const bool wants_another = !stood || session.has(Session::kPeerClosed);
  session.clear(Session::kEstablished | Session::kPeerClosed | Session::kLast);
  if (session.has(Session::kRestart)) {
    session.clear(Session::kRestart);
    session.step = 0;
    if (program_.has_finite_repeat) turns_[slot] = 0;
    forgo_turn(session);
    if (paced_) forget_ticks(slot);
    return reopen(slot, session);
  }
  if (wants_another || phase_ != Phase::load || is_spare(slot)) return reopen(slot, session);
  advance(slot, session, now);
}

template <class S, Clock C>
void Engine<S, C>::finish(Session& session) {
  forgo_turn(session);
  session.state = State::finished;
  recorder_.subtract(Counter::active);
}

template <class S, Clock C>
Nanos Engine<S, C>::deadline_of(const Session& session) const noexcept {
  switch (session.state) {
    case State::connecting:
      return session.at + options_.connect_timeout_ns;
    case State::expecting:
    case State::sending:
      return is_client() || is_closing() ? session.at + options_.timeout_ns : TimerWheel::kNever;
    case State::waiting:
      return paced_ && session.at != kNever ? session.at - kNearNs : session.at;
    case State::yielding:
    case State::backing_off:
      return session.at;
    case State::speaking:
      if (program_.has_handler && session.has(Session::kPeerClosed)) return 0;
      return session.has(Session::kRequest) || is_closing() ? session.at + options_.timeout_ns : TimerWheel::kNever;
    case State::unstarted:
    case State::ready:
    case State::listening:
    case State::idle:
    case State::closing:
    case State::dormant:
    case State::finished:
      break;
  }
  return TimerWheel::kNever;
}

template <class S, Clock C>
void Engine<S, C>::on_deadline(Slot slot, Session& session, Nanos now) {
  switch (session.state) {
    case State::connecting:
      recorder_.subtract(Counter::connecting);
      recorder_.add(Counter::connect_failed);
      recorder_.error(Error::connect_timeout);
      return close(slot, session, Manner::reset);
    case State::expecting:
      return fail(slot, session, Error::reply_timeout, Manner::reset);
    case State::sending: {
      const bool awaits_reply = is_client() && program_.ops[session.step].kind != Op::Kind::expect_none &&
                                program_.ops[session.step].outstanding > 0;
      return fail(slot, session, awaits_reply ? Error::reply_timeout : Error::send_buffer_full, Manner::reset);
    }
    case State::waiting:
      if (paced_) return draw_near(slot, session, false);
      ++session.step;
      advance(slot, session, now);
      return close_if_done(slot, session);
    case State::yielding:
      return is_client() ? advance(slot, session, now) : continue_reading(slot, session, now);
    case State::backing_off:
      return is_closing() ? finish(session) : open(slot, session);
    case State::speaking:
      if (session.has(Session::kPeerClosed)) return peer_left(slot, session);
      if (session.has(Session::kRequest)) return fail(slot, session, Error::reply_timeout, Manner::reset);
      return fail(slot, session, Error::send_buffer_full, Manner::reset);
    case State::unstarted:
    case State::ready:
    case State::listening:
    case State::idle:
    case State::closing:
    case State::dormant:
    case State::finished:
      return;
  }
}

}  // namespace mcc
