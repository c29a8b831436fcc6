#pragma once
// Engine: what the stack reports.

#include <algorithm>
#include <span>
#include <utility>

#include "mcc/engine.hpp"

namespace mcc {

template <class S, Clock C>
void Engine<S, C>::on_connected(Slot slot, Nanos now) {
  Session& session = sessions_[slot];
  if (session.state != State::connecting) return;
  recorder_.subtract(Counter::connecting);
  recorder_.add(Counter::established);
  recorder_.add(Counter::open);
  recorder_.set(Counter::peak, std::max(recorder_.get(Counter::peak), recorder_.get(Counter::open)));
  recorder_.record(stats::Histogram::connect, now > session.at ? now - session.at : 0);
  if (session.has(Session::kSeen)) {
    recorder_.add(Counter::reconnected);
  } else if (phase_ <= Phase::lead || session.fruitless == 1) {
    recorder_.set(Counter::last_setup_ns, now);
  }
  session.set(Session::kEstablished | Session::kSeen);
  classify(slot);
  if (program_.has_handler) ++generations_[slot];
  // A timer may be early, and is then put back, but not late.
  if (options_.connect_timeout_ns > options_.timeout_ns && timers_.armed(slot)) timers_.disarm(slot);
  if (is_leaving(slot)) return close(slot, session);
  session.state = State::ready;
  if (starts(session)) advance(slot, session, now);
}

template <class S, Clock C>
void Engine<S, C>::on_accepted(Slot slot, Nanos now) {
  Session& session = sessions_[slot];
  recorder_.add(Counter::established);
  recorder_.add(Counter::active);
  recorder_.add(Counter::open);
  recorder_.set(Counter::peak, std::max(recorder_.get(Counter::peak), recorder_.get(Counter::open)));
  touched_ = std::max(touched_, slot + 1);
  session = Session{};
  session.state = State::ready;
  session.set(Session::kEstablished);
  if (program_.has_handler) ++generations_[slot];
  if (program_.has_finite_repeat) turns_[slot] = 0;
  if (is_closing()) return close(slot, session);
  advance(slot, session, now);
}

template <class S, Clock C>
void Engine<S, C>::on_data(Slot slot, Bytes bytes, Nanos now) {
  Session& session = sessions_[slot];
  recorder_.add(Counter::bytes_received, bytes.size());
  if (session.state == State::expecting) {
    if (is_client()) return read_replies(slot, session, bytes, now);
    const std::size_t used = read_requests(slot, session, bytes, now);
    if (used < bytes.size()) keep_unread(slot, session, bytes.subspan(used));
    return close_if_done(slot, session);
  }
  if (session.state == State::listening) return receive(slot, session, bytes, now);
  if (session.state == State::speaking) return hear(slot, session, bytes);
  if (is_behind(session)) return keep_unread(slot, session, bytes);
  if (session.state == State::ready && program_.ops[session.step].kind == Op::Kind::receive)
    return skip(session, bytes);
  // Nothing is expected: counted, and dropped.
}

template <class S, Clock C>
void Engine<S, C>::read_replies(Slot slot, Session& session, Bytes bytes, Nanos now) {
  for (;;) {
    const framing::Result result = framer_of(session).feed(session.rx, bytes);
    if (result.progress == framing::Progress::more) return;
    if (result.progress == framing::Progress::broken) return fail(slot, session, result.error, Manner::orderly);
    complete_reply(slot, session, result, now);
    ++session.step;
    if (result.last) return close_after_last(slot, session);
    bytes = bytes.subspan(result.consumed);
    if (bytes.empty() || program_.ops[session.step].kind != Op::Kind::expect) break;
  }
  advance(slot, session, now);
  if (bytes.empty()) return;
  // What is left came before anything more was asked for. Only a handler, or one who listens, may have a use for it.
  if (session.state == State::listening) return receive(slot, session, bytes, now);
  if (session.state == State::speaking) hear(slot, session, bytes);
}

template <class S, Clock C>
void Engine<S, C>::complete_reply(Slot slot, Session& session, const framing::Result& result, Nanos now) {
  complete(session);
  const auto since = [now](Nanos start) { return now > start ? now - start : 0; };
  const Nanos latency = since(intended_at(slot, session));
  recorder_.record(stats::Histogram::latency, latency);
  if (paced_) recorder_.record(stats::Histogram::service, since(session.at));
  recorder_.outcome(result.outcome);
  if (has_classes()) complete_in_classes(session, result, latency);
  if (result.error != Error::none) {
    recorder_.add(Counter::requests_failed);
    recorder_.error(result.error);
  }
}

// The peer will close, or waits for us to. The rest of a pipeline gets no reply any more.
template <class S, Clock C>
void Engine<S, C>::close_after_last(Slot slot, Session& session) {
  if (outstanding(session) > 0) return fail(slot, session, Error::closed_early, Manner::orderly);
  close(slot, session);
}

// Returns how many bytes were read; fewer than there are when the program has to do something else first.
template <class S, Clock C>
std::size_t Engine<S, C>::read_requests(Slot slot, Session& session, Bytes bytes, Nanos now) {
  std::size_t used = 0;
  while (session.state == State::expecting && used < bytes.size()) {
    const Op& op = program_.ops[session.step];
    const framing::Result result = framers_[op.index].feed(session.rx, bytes.subspan(used));
    if (result.progress == framing::Progress::more) {
      if (result.waits) go_ahead(slot, session);
      return bytes.size();
    }
    if (result.progress == framing::Progress::broken) {
      lose_requests(session, result.error, 1);
      session.set(Session::kRestart);
      close(slot, session);
      return bytes.size();
    }
    used += result.consumed;
    recorder_.outcome(result.outcome);
    recorder_.add(op.requests == 0 ? Counter::requests_completed : Counter::in_flight);
    session.clear(Session::kHead | Session::kLast);
    if (result.head) session.set(Session::kHead);
    if (result.last) session.set(Session::kLast);
    ++session.step;
    advance(slot, session, now);
  }
  return used;
}

// Server: tells a client that waits for it to send the body. What was read before has to be answered first.
template <class S, Clock C>
void Engine<S, C>::go_ahead(Slot slot, Session& session) {
  if (outstanding(session) > 0) return;
  const Bytes bytes = std::as_bytes(std::span(framing::kGoAhead));
  const std::size_t taken = stack_.send(slot, bytes, Lifetime::stable);
  recorder_.add(Counter::bytes_sent, taken);
  // Where there is no room for it the client goes on by itself after a while; a part of it would garble the answer.
  if (taken != 0 && taken != bytes.size()) fail(slot, session, Error::send_buffer_full, Manner::reset);
}

// Server: the bytes come too early. Those of the next request are kept until the answer before it has left.
template <class S, Clock C>
void Engine<S, C>::keep_unread(Slot slot, Session& session, Bytes bytes) {
  if (session.state == State::speaking) return hear(slot, session, bytes);
  if (!is_behind(session)) return;
  const bool first = session.rx == 0;
  if (!backlog_.append(session.rx, bytes)) return fail(slot, session, Error::send_buffer_full, Manner::reset);
  if (first) stack_.pause(slot);
}

template <class S, Clock C>
void Engine<S, C>::on_writable(Slot slot, Nanos now) {
  Session& session = sessions_[slot];
  if (session.state == State::speaking) return speak_on(slot, session);
  if (!session.has(Session::kPartlySent)) return;
  const Op& sender = program_.ops[program_.ops[session.step].sender];
  if (!push_burst(slot, session, sender) || session.state != State::sending) return;
  if (is_client()) return advance(slot, session, now);
  continue_reading(slot, session, now);
}

// Server: the answer has left, or it is its turn again; goes on, and then with what came meanwhile.
template <class S, Clock C>
void Engine<S, C>::continue_reading(Slot slot, Session& session, Nanos now) {
  std::uint32_t unread = std::exchange(session.rx, 0);
  const bool paused = unread != 0;
  advance(slot, session, now);
  while (unread != 0 && session.state == State::expecting) {
    backlog_.pop(unread, read_requests(slot, session, backlog_.front(unread), now));
  }
  if (unread != 0 && is_behind(session)) {
    session.rx = unread;
    return;
  }
  while (unread != 0 && session.state == State::speaking) {
    const Bytes bytes = backlog_.front(unread);
    hear(slot, session, bytes);
    backlog_.pop(unread, bytes.size());
  }
  backlog_.drop(unread);
  if (paused && session.state != State::closing) stack_.resume(slot);
  close_if_done(slot, session);
}

// Server: closes between requests when no more will come, or be read.
template <class S, Clock C>
void Engine<S, C>::close_if_done(Slot slot, Session& session) {
  if (is_client() || session.state != State::expecting || session.rx != 0) return;
  if (outstanding(session) > 0) {  // read, and to be answered together with what is expected
    if (session.has(Session::kPeerClosed)) fail(slot, session, Error::closed_early, Manner::orderly);
    return;
  }
  if (is_closing() || session.has(Session::kPeerClosed)) close(slot, session);
}

template <class S, Clock C>
void Engine<S, C>::on_peer_closed(Slot slot, Nanos now) {
  Session& session = sessions_[slot];
  if (!session.has(Session::kEstablished) || session.state == State::closing) return;
  if (session.state == State::expecting && session.rx != 0) {
    if (is_client()) {
      const framing::Result result = framer_of(session).finish(session.rx);
      if (result.progress == framing::Progress::complete) {
        complete_reply(slot, session, result, now);
        ++session.step;
        return close_after_last(slot, session);
      }
    }
    recorder_.add(Counter::closed_by_peer);
    return fail(slot, session, Error::closed_early, Manner::orderly);
  }
  recorder_.add(Counter::closed_by_peer);
  session.set(Session::kPeerClosed);
  if (session.state == State::speaking) {
    if (!program_.has_handler) return session.tx == 0 ? close(slot, session) : void();
    return rearm(slot, now);  // once the handlers have seen what came before
  }
  if (!is_client() && session.state == State::waiting && outstanding(session) == 0) return close(slot, session);
  if (!is_client()) return close_if_done(slot, session);  // an answer under way still leaves
  if (outstanding(session) > 0 || session.has(Session::kPartlySent)) {
    return fail(slot, session, Error::closed_early, Manner::orderly);
  }
  close(slot, session);
}

template <class S, Clock C>
void Engine<S, C>::on_closed(Slot slot, Error reason, Nanos now) {
  Session& session = sessions_[slot];
  if (session.state == State::connecting) {
    recorder_.subtract(Counter::connecting);
    return connect_failed(slot, session, reason == Error::none ? Error::socket : reason);
  }
  if (session.state == State::closing) {
    report_closed(slot, session);
    return gone(slot, session, now);
  }
  if (!session.has(Session::kEstablished)) return;
  // The peer has broken it off.
  const Error error = reason == Error::none ? Error::closed_early : reason;
  lose_requests(session, error, has_unread_request(session) ? 1 : 0);
  session.set(Session::kRestart);
  let_go(session, closed_code(error));
  report_closed(slot, session);
  gone(slot, session, now);
}

}  // namespace mcc
