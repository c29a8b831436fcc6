#pragma once
// Engine: a client's requests, counted and timed by class, where the program has classes.

#include "mcc/engine.hpp"

namespace mcc {

// Of the request that is answered when all but `outstanding` - 1 of its batch are. With priorities the class is the
// connection's.
template <class S, Clock C>
RequestClass Engine<S, C>::class_of(const Session& session, std::uint32_t outstanding) const noexcept {
  if (program_.priorities > 1) return static_cast<std::uint8_t>(priority_of(slot_of(session)));
  const Op& sender = program_.ops[program_.ops[session.step].sender];
  return sender.batched ? asked(session, sender.requests - outstanding).request_class : std::nullopt;
}

// The request that the present step completes.
template <class S, Clock C>
void Engine<S, C>::complete_in_class(const Session& session) noexcept {
  const RequestClass own = class_of(session, program_.ops[session.step].outstanding);
  if (own) recorder_.complete_class(*own);
}

// The request whose reply the present step has read: in its own class, and in that of the outcome.
template <class S, Clock C>
void Engine<S, C>::complete_in_classes(const Session& session, const framing::Result& result, Nanos latency) noexcept {
  const auto count = [&](std::uint8_t request_class) {
    recorder_.complete_class(request_class);
    recorder_.record_class(request_class, latency);
    if (result.error != Error::none) recorder_.fail_class(request_class);
  };
  if (const RequestClass own = class_of(session, program_.ops[session.step].outstanding)) count(*own);
  if (program_.outcome_classes.empty()) return;
  if (const RequestClass other = program_.outcome_classes[result.outcome]) count(*other);
}

// What is outstanding is lost.
template <class S, Clock C>
void Engine<S, C>::fail_in_class(const Session& session) noexcept {
  if (session.state == State::speaking) return;
  for (std::uint32_t left = program_.ops[session.step].outstanding; left > 0; --left) {
    if (const RequestClass own = class_of(session, left)) recorder_.fail_class(*own);
  }
}

}  // namespace mcc
