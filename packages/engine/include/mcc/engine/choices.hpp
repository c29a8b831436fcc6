#pragma once
// Engine: a client's messages that are chosen as they leave, or whose length is only known then. What was chosen is not
// kept: it is drawn again, from the same numbers, wherever it is asked for.

#include <algorithm>

#include "mcc/choice.hpp"
#include "mcc/engine.hpp"

namespace mcc {

// What stands in a place in the message with this number on its connection.
template <class S, Clock C>
const Choice& Engine<S, C>::choice_of(Slot slot, std::uint32_t place, std::uint32_t sequence) const noexcept {
  constexpr std::uint32_t kChoicePurpose = 0xc0000000;
  const Place& choices = program_.places[place];
  if (choices.size() == 1) return choices[0];
  return choose(choices, draw(options_.seed, connection_id(slot), sequence, kChoicePurpose));
}

// The `nth` message, from 0, of the batch whose replies are being read.
template <class S, Clock C>
const Choice& Engine<S, C>::asked(const Session& session, std::uint32_t nth) const noexcept {
  const Batch& batch = program_.batches[program_.ops[program_.ops[session.step].sender].index];
  const auto messages = static_cast<std::uint32_t>(batch.places.size());
  // Counted as sent once the last of the batch is handed over.
  const std::uint32_t first = session.has(Session::kPartlySent) ? session.sequence : session.sequence - messages;
  return choice_of(slot_of(session), batch.places[nth], first + nth);
}

// Hands over what the stack takes of the batch; true when that was the last of it.
template <class S, Clock C>
bool Engine<S, C>::push_batch(Slot slot, Session& session, const Batch& batch) {
  for (;;) {
    Window window(session.tx, rendered_);
    Departure departure = departure_of(slot, session);
    for (const std::uint32_t place : batch.places) {
      render(program_.bursts[choice_of(slot, place, departure.sequence).burst], departure, window);
      ++departure.sequence;
    }
    const Bytes part = Bytes(rendered_).first(std::min(window.size() - session.tx, rendered_.size()));
    const std::size_t taken = stack_.send(slot, part, Lifetime::transient);
    session.tx += static_cast<std::uint32_t>(taken);
    recorder_.add(Counter::bytes_sent, taken);
    if (taken < part.size()) {
      session.set(Session::kPartlySent);
      return false;
    }
    if (session.tx == window.size()) break;
  }
  session.clear(Session::kPartlySent);
  session.tx = 0;
  session.sequence += static_cast<std::uint32_t>(batch.places.size());
  return true;
}

// Reads the reply that the present step expects.
template <class S, Clock C>
framing::AnyFramer& Engine<S, C>::framer_of(const Session& session) noexcept {
  const Op& op = program_.ops[session.step];
  if (op.batched) {
    const Choice& choice = asked(session, program_.ops[op.sender].requests - op.outstanding);
    if (choice.framing != kNone) return framers_[choice.framing];
  }
  return framers_[op.index];
}

}  // namespace mcc
