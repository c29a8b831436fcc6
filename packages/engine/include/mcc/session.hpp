#pragma once
// What the engine knows of one connection, over all its reconnects. Zero-filled memory is a session that has not been
// started (a server's: a free slot), so that sessions which were never touched cost no memory.

#include <cstdint>
#include <type_traits>

#include "mcc/stack.hpp"

namespace mcc {

struct Session {
  enum class State : std::uint8_t {
    unstarted,    // client: not yet tried; server: the slot is free
    connecting,   // at: when it began
    ready,        // client: established, and the load has not begun
    expecting,    // reads a reply (server: a request). at: departure of the batch
    sending,      // goes on once the burst is handed over. at: departure of the burst
    waiting,      // at: when to wake. There may be no connection
    listening,    // client: reads messages that it has not asked for
    idle,         // client, open loop: its next request awaits its turn. There may be no connection
    yielding,     // sent much without a pause; goes on at the next tick. at: now
    speaking,     // echo or handler. at: departure of the handler's request
    closing,      // on_closed is to come
    backing_off,  // no connection. at: when to try again
    dormant,      // no connection; tried again when the load begins
    finished,
  };

  enum Flag : std::uint8_t {
    kEstablished = 1,  // there is a connection
    kPartlySent = 2,   // of a burst, `tx` bytes are handed over and the rest is not
    kPeerClosed = 4,   // the peer has sent FIN, and did so in time
    kRequest = 8,      // a handler's request is in flight
    kHead = 16,        // server: the request just read was HEAD
    kLast = 32,        // server: and it is the connection's last; handler: close once everything is sent
    kSeen = 64,        // client: was established before
    kRestart = 128,    // client: the next connection runs the program from its first step
  };

  Nanos at;
  std::uint32_t tx;  // bytes of the burst handed over; echo and handler: chain of what waits to be sent
  // The framing's word; server, when sending or yielding: chain of what waits to be read; closing: 1 + code of the
  // closed event to come.
  std::uint32_t rx;
  std::uint32_t sequence;    // messages sent
  std::uint32_t timer_next;  // links of the timer wheel
  std::uint32_t timer_prev;
  std::uint16_t step;
  State state : 4;
  std::uint8_t fruitless : 4;  // connections in a row that completed no request, this one included
  std::uint8_t flags;

  bool has(std::uint8_t flag) const noexcept { return (flags & flag) != 0; }
  void set(std::uint8_t flag) noexcept { flags = static_cast<std::uint8_t>(flags | flag); }
  void clear(std::uint8_t flag) noexcept { flags = static_cast<std::uint8_t>(flags & ~flag); }
};
static_assert(sizeof(Session) <= 32);
static_assert(std::is_trivially_copyable_v<Session>);

}  // namespace mcc
