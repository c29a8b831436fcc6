#pragma once
// Engine: a client's requests, counted and timed by class: those of the program, and behind them those that the stack
// puts connections in.

#include "mcc/engine.hpp"

namespace mcc {

template <class S, Clock C>
std::size_t Engine<S, C>::stack_classes(const EngineOptions& options, const S& stack) noexcept {
  if constexpr (kClassifies) return options.role == Role::client ? stack.classes() : 0;
  return 0;
}

template <class S, Clock C>
bool Engine<S, C>::has_classes() const noexcept {
  if constexpr (kClassifies) return program_.classes > 0 || connection_classes_.size() > 0;
  return program_.classes > 0;
}

// A connection stands: its class lasts as long as it does, and what it may lose when the stack has forgotten it.
template <class S, Clock C>
void Engine<S, C>::classify(Slot slot) noexcept {
  if constexpr (kClassifies) {
    if (connection_classes_.size() > 0) connection_classes_[slot] = static_cast<std::uint8_t>(stack_.class_of(slot));
  }
}

template <class S, Clock C>
RequestClass Engine<S, C>::connection_class(const Session& session) noexcept {
  if constexpr (kClassifies) {
    if (connection_classes_.size() > 0) {
      return static_cast<std::uint8_t>(program_.classes + connection_classes_[slot_of(session)]);
    }
  }
  return std::nullopt;
}

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
  if (const RequestClass other = connection_class(session)) recorder_.complete_class(*other);
}

// The request whose reply the present step has read: in its own class, in its connection's, and in that of the outcome.
template <class S, Clock C>
void Engine<S, C>::complete_in_classes(const Session& session, const framing::Result& result, Nanos latency) noexcept {
  const auto count = [&](std::uint8_t request_class) {
    recorder_.complete_class(request_class);
    recorder_.record_class(request_class, latency);
    if (result.error != Error::none) recorder_.fail_class(request_class);
  };
  if (const RequestClass own = class_of(session, program_.ops[session.step].outstanding)) count(*own);
  if (const RequestClass other = connection_class(session)) count(*other);
  if (program_.outcome_classes.empty()) return;
  if (const RequestClass other = program_.outcome_classes[result.outcome]) count(*other);
}

// What is outstanding is lost. A handler's requests are in no class of the program's.
template <class S, Clock C>
void Engine<S, C>::fail_in_class(const Session& session) noexcept {
  for (std::uint32_t left = outstanding(session); left > 0; --left) {
    const RequestClass own = session.state == State::speaking ? std::nullopt : class_of(session, left);
    if (own) recorder_.fail_class(*own);
    if (const RequestClass other = connection_class(session)) recorder_.fail_class(*other);
  }
}

}  // namespace mcc
