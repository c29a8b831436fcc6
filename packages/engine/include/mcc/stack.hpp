#pragma once
// The two halves of the seam between the engine and a network stack. Both are templates: the engine is inlined into
// each stack, and no packet costs a virtual call.
//
// A connection is a slot: an index into the engine's array of sessions and into the stack's array of control blocks
// alike. A client's slots are chosen by the engine (0 .. sessions-1), a server's by the stack (below the same bound).
// Times are CLOCK_MONOTONIC nanoseconds.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include "mcc/error.hpp"

namespace mcc {

using Slot = std::uint32_t;
using Nanos = std::uint64_t;
using Bytes = std::span<const std::byte>;

// Where the bytes of a send live.
enum class Lifetime : std::uint8_t {
  stable,     // in memory that stays as it is until the stack is closed: the stack may keep the pointer
  transient,  // only during the call: the stack must copy what it accepts
};

struct PollResult {
  std::uint32_t events = 0;  // callbacks made
  Nanos slept = 0;           // of the time given to wait
};

// What the engine wants of a stack: the verbs of BSD sockets. None of them calls back into the handler; only poll does.
// A stack may also have `bool congested()`: that there is no room on the way out now. The engine opens no connection
// then. And a client's may put connections into classes whose requests are counted and timed apart: `std::size_t
// classes()`, how many there are, the same always, and `std::size_t class_of(slot)` of a connection that stands, below
// it.
template <class S, class Handler>
concept Stack = requires(S stack, Handler& handler, Slot slot, Bytes bytes, Nanos ns) {
  // Starts to open a connection on a slot that is free. An error means that nothing was started. Otherwise exactly one
  // of on_connected or on_closed follows.
  { stack.connect(slot) } -> std::same_as<Error>;
  // Starts to accept on the endpoints that the stack was opened with.
  { stack.listen() } -> std::same_as<Error>;
  // Stops accepting; what was accepted stays.
  { stack.unlisten() } -> std::same_as<void>;
  // Takes charge of the first n bytes, in order, and returns n. After n < size, on_writable follows when there is room.
  { stack.send(slot, bytes, Lifetime::stable) } -> std::same_as<std::size_t>;
  // Stops, and resumes, the delivery of data. Data that is already on its way may still be delivered after pause.
  { stack.pause(slot) } -> std::same_as<void>;
  { stack.resume(slot) } -> std::same_as<void>;
  // Closes in order, after everything accepted by send, without waiting for the peer's FIN. on_closed follows, from a
  // later poll.
  { stack.close(slot) } -> std::same_as<void>;
  // Closes at once with RST. on_closed follows, from a later poll.
  { stack.reset(slot) } -> std::same_as<void>;
  // Hands over now what was queued, which a poll does otherwise. For departures whose instant matters; from poll's
  // callbacks too.
  { stack.flush() } -> std::same_as<void>;
  // Hands over what was queued, waits at most ns for something to happen (0: not at all), and delivers what happened.
  // Stops delivering, without loss, once handler.full() is true.
  { stack.poll(handler, ns) } -> std::same_as<PollResult>;
  // Writes the stack's own counters to the words given at opening. Called now and then, not per event.
  // `bytes`: what the engine keeps for each connection.
  { stack.publish(bytes.size()) } -> std::same_as<void>;
};

// What a stack may call while it is in poll. `now` is as fresh as the stack can tell without a clock read per packet.
template <class H>
concept StackHandler = requires(H handler, Slot slot, Bytes bytes, Error reason, Nanos now) {
  { handler.on_connected(slot, now) } -> std::same_as<void>;
  { handler.on_accepted(slot, now) } -> std::same_as<void>;
  // In-order bytes, valid during the call, always consumed whole.
  { handler.on_data(slot, bytes, now) } -> std::same_as<void>;
  { handler.on_writable(slot, now) } -> std::same_as<void>;
  // The peer has sent FIN: nothing more will arrive. The connection still stands.
  { handler.on_peer_closed(slot, now) } -> std::same_as<void>;
  // The connection is gone, or was never established; the slot is free. `reason` is none after our own close or reset.
  { handler.on_closed(slot, reason, now) } -> std::same_as<void>;
  // A hint: some of these calls will follow for this slot soon.
  { handler.prefetch(slot) } -> std::same_as<void>;
  // No room for more: stop delivering.
  { handler.full() } -> std::same_as<bool>;
  // Whether departures have their instants. A stack then does its own work in small pieces.
  { handler.paced() } -> std::same_as<bool>;
  // To be called between two of those pieces, of a microsecond or less, such as two packets: lets depart what is due,
  // by calls of send and connect. Returns the time, or 0 when nothing is paced and the time was not looked at.
  { handler.interlude() } -> std::same_as<Nanos>;
};

// For handlers that pace nothing.
struct Unpaced {
  static constexpr void prefetch(Slot) noexcept {}
  static constexpr bool paced() noexcept { return false; }
  static constexpr Nanos interlude() noexcept { return 0; }
};

}  // namespace mcc
