#pragma once
// Engine: messages that a client has not asked for, such as those of a server that pushes.

#include <cstring>

#include "mcc/engine.hpp"

namespace mcc {

namespace detail {

// Eight bytes in network order.
inline Nanos instant_at(const std::byte* from) noexcept {
  Nanos value = 0;
  for (int i = 0; i < 8; ++i) value = value << 8 | static_cast<Nanos>(from[i]);
  return value;
}

}  // namespace detail

template <class S, Clock C>
void Engine<S, C>::receive(Slot slot, Session& session, Bytes bytes, Nanos now) {
  while (session.state == State::listening && !bytes.empty()) {
    const Op& op = program_.ops[session.step];
    // When it was sent is read where the beginning of a message lies in one piece; of the few that are cut there it is
    // not measured.
    Nanos sent_at = 0;
    if (op.target != 0 && session.rx == 0 && bytes.size() >= op.target - 1u + sizeof sent_at) {
      sent_at = detail::instant_at(bytes.data() + op.target - 1);
    }
    const framing::Result result = framers_[op.index].feed(session.rx, bytes);
    if (sent_at != 0) recorder_.record(stats::Histogram::delivery, now > sent_at ? now - sent_at : 0);
    if (result.progress == framing::Progress::more) return;
    if (result.progress == framing::Progress::broken) return fail(slot, session, result.error, Manner::orderly);
    recorder_.add(Counter::received);
    session.fruitless = 0;
    ++session.step;
    bytes = bytes.subspan(result.consumed);
    advance(slot, session, now);
  }
}

// Messages before the load do not count, but it is to begin between two of them. What cannot be read is told of then.
template <class S, Clock C>
void Engine<S, C>::skip(Session& session, Bytes bytes) {
  while (!bytes.empty()) {
    const framing::Result result = framers_[program_.ops[session.step].index].feed(session.rx, bytes);
    if (result.progress != framing::Progress::complete) return;
    bytes = bytes.subspan(result.consumed);
  }
}

}  // namespace mcc
