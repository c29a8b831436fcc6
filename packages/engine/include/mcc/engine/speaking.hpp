#pragma once
// Engine: connections without further steps, which echo or belong to the protocol's handlers.

#include <algorithm>

#include "mcc/engine.hpp"

namespace mcc {

template <class S, Clock C>
void Engine<S, C>::start_speaking(Slot slot, Session& session) {
  session.state = State::speaking;
  session.tx = 0;
  session.clear(Session::kLast);  // from here on: the handler has asked to close
  if (program_.has_handler) events_.put(Event::open, 0, slot, generations_[slot]);
}

// Something arrived.
template <class S, Clock C>
void Engine<S, C>::hear(Slot slot, Session& session, Bytes bytes) {
  if (program_.has_handler) {
    // The stack stops at full(), so there is room.
    if (!events_.put(Event::data, 0, slot, generations_[slot], bytes)) {
      fail(slot, session, Error::no_memory, Manner::reset);
    }
    return;
  }
  const bool was_behind = session.tx != 0;
  if (speak(slot, session, bytes) && !was_behind && session.tx != 0) stack_.pause(slot);
}

// Sends, or keeps what the stack does not take. False when the connection was reset because too much waits.
template <class S, Clock C>
bool Engine<S, C>::speak(Slot slot, Session& session, Bytes bytes) {
  if (session.tx == 0) {
    const std::size_t taken = stack_.send(slot, bytes, Lifetime::transient);
    recorder_.add(Counter::bytes_sent, taken);
    bytes = bytes.subspan(taken);
  }
  if (bytes.empty() || backlog_.append(session.tx, bytes)) return true;
  fail(slot, session, Error::send_buffer_full, Manner::reset);
  return false;
}

// There is room again.
template <class S, Clock C>
void Engine<S, C>::speak_on(Slot slot, Session& session) {
  if (session.tx == 0) return;
  while (session.tx != 0) {
    const Bytes front = backlog_.front(session.tx);
    const std::size_t taken = stack_.send(slot, front, Lifetime::transient);
    recorder_.add(Counter::bytes_sent, taken);
    backlog_.pop(session.tx, taken);
    if (taken < front.size()) return;
  }
  const bool peer_closed = session.has(Session::kPeerClosed);
  if (!program_.has_handler) {
    if (is_closing() || peer_closed) return close(slot, session);
    return stack_.resume(slot);
  }
  if (session.has(Session::kLast)) return close(slot, session);
  if (session.has(Session::kRequest)) return;
  if (peer_closed) return close(slot, session, Manner::orderly, kClosedByPeer);
  if (is_leaving(slot)) close(slot, session);
}

template <class S, Clock C>
void Engine<S, C>::obey_handler(const Record& record, Bytes payload) {
  if (!program_.has_handler || record.slot >= options_.sessions) return;
  const Slot slot = record.slot;
  Session& session = sessions_[slot];
  // The connection may have gone since the handler heard of it, or be on its way out.
  if (session.state != State::speaking || generations_[slot] != record.generation) return;
  if (session.has(Session::kLast)) return;
  switch (static_cast<Command>(record.op)) {
    case Command::send:
      speak(slot, session, payload);
      return;
    case Command::request:
      return handler_request(slot, session, payload);
    case Command::complete:
      return handler_reply(slot, session, Error::none);
    case Command::fail:
      return handler_reply(slot, session, error_of(record.code, Error::bad_reply));
    default:
      return handler_close(slot, session, record.code);
  }
}

template <class S, Clock C>
void Engine<S, C>::handler_request(Slot slot, Session& session, Bytes payload) {
  if (is_closing()) return;
  if (session.has(Session::kRequest)) return fail(slot, session, Error::handler, Manner::reset);
  session.set(Session::kRequest);
  session.at = clock_.now();
  recorder_.add(Counter::requests_sent);
  recorder_.add(Counter::in_flight);
  arm(slot, session.at + options_.timeout_ns);
  speak(slot, session, payload);
}

// The request in flight has had its reply, a good one or not.
template <class S, Clock C>
void Engine<S, C>::handler_reply(Slot slot, Session& session, Error error) {
  if (!session.has(Session::kRequest)) return;
  session.clear(Session::kRequest);
  const RequestClass own = connection_class(session);
  if (error == Error::none) {
    complete(session);
    const Nanos now = clock_.now();
    const Nanos latency = now > session.at ? now - session.at : 0;
    recorder_.record(stats::Histogram::latency, latency);
    if (own) recorder_.complete_class(*own);
    if (own) recorder_.record_class(*own, latency);
  } else {
    recorder_.subtract(Counter::in_flight);
    recorder_.add(Counter::requests_failed);
    recorder_.error(error);
    if (own) recorder_.fail_class(*own);
  }
  if (is_leaving(slot)) drain(slot, session);
}

template <class S, Clock C>
void Engine<S, C>::handler_close(Slot slot, Session& session, std::uint16_t code) {
  if (code != 0) return fail(slot, session, error_of(code, Error::handler), Manner::orderly);
  if (session.has(Session::kRequest)) {
    lose_requests(session, Error::closed_early, 0);
    session.clear(Session::kRequest);
  }
  if (session.tx == 0) return close(slot, session);
  session.set(Session::kLast);
}

// The peer has closed, and the handlers have had their chance to use what it sent before.
template <class S, Clock C>
void Engine<S, C>::peer_left(Slot slot, Session& session) {
  if (session.has(Session::kRequest)) return fail(slot, session, Error::closed_early, Manner::orderly);
  if (session.tx == 0) close(slot, session, Manner::orderly, kClosedByPeer);
}

}  // namespace mcc
