#pragma once
// What the stack keeps per connection, and the array of them.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "mcc/error.hpp"
#include "mcc/stack.hpp"

namespace mcc::kernel {

inline constexpr Slot kNoSlot = 0xffff'ffff;

enum Flag : std::uint16_t {
  kConnecting = 1 << 0,
  kPaused = 1 << 1,
  kReadable = 1 << 2,       // epoll: the kernel may hold data that no event will announce again
  kWantsWritable = 1 << 3,  // the engine was refused bytes and is owed on_writable
  kPeerClosed = 1 << 4,
  kClosing = 1 << 5,      // the engine has closed or reset it, or it failed: nothing but on_closed is delivered
  kLingering = 1 << 6,    // server: our FIN is sent, the peer's is awaited
  kReleased = 1 << 7,     // the descriptor is closed; on_closed is due
  kQueued = 1 << 8,       // in the ready list
  kAborted = 1 << 9,      // reset or failed: pending sends do not hold it up
  kCancelling = 1 << 10,  // io_uring: what is in flight has been told to end
};

// io_uring operations in flight: while there is one, a completion can still name the slot.
enum Operation : std::uint8_t {
  kConnectOperation = 1,
  kReceiveOperation = 2,
  kSendOperation = 4,
  kShutdownOperation = 8,
};

struct Connection {
  struct Neighbours {
    Slot older, newer;
  };
  union {
    const std::byte* pending = nullptr;  // stable bytes accepted and not yet sent
    Neighbours linger;                   // while kLingering: those in the list
  };
  union {
    std::uint32_t remaining = 0;    // length of `pending`
    std::uint32_t linger_until_ms;  // while kLingering: wraps, compare by difference
  };
  int fd = -1;                   // a descriptor, or with io_uring an index of a ring's table of files
  std::uint32_t generation = 0;  // grows whenever the slot is released, so that old events can be told
  Slot next = kNoSlot;           // in the ready list, or in the list of free slots
  std::uint16_t flags = 0;
  std::uint8_t operations = 0;
  Error reason = Error::none;  // what on_closed will say

  bool is(std::uint16_t flag) const noexcept { return (flags & flag) != 0; }
  void set(std::uint16_t flag) noexcept { flags = static_cast<std::uint16_t>(flags | flag); }
  void clear(std::uint16_t flag) noexcept { flags = static_cast<std::uint16_t>(flags & ~flag); }
};
static_assert(sizeof(Connection) == 32);

// First in, first out, linked through Connection::next. What is in it needs attention from the next poll, though no
// event of the kernel will say so.
class ReadyList {
 public:
  bool empty() const noexcept { return head_ == kNoSlot; }

  void push(std::vector<Connection>& connections, Slot slot) noexcept {
    Connection& connection = connections[slot];
    if (connection.is(kQueued)) return;
    connection.set(kQueued);
    connection.next = kNoSlot;
    (empty() ? head_ : connections[tail_].next) = slot;
    tail_ = slot;
  }

  Slot pop(std::vector<Connection>& connections) noexcept {
    const Slot slot = head_;
    head_ = connections[slot].next;
    connections[slot].clear(kQueued);
    return slot;
  }

  Slot last() const noexcept { return tail_; }

 private:
  Slot head_ = kNoSlot;
  Slot tail_ = kNoSlot;
};

// A server's free slots, last in, first out: a slot that was just in use is still in the cache.
class FreeSlots {
 public:
  bool empty() const noexcept { return head_ == kNoSlot; }

  void push(std::vector<Connection>& connections, Slot slot) noexcept {
    connections[slot].next = head_;
    head_ = slot;
  }

  Slot pop(std::vector<Connection>& connections) noexcept {
    const Slot slot = head_;
    head_ = connections[slot].next;
    return slot;
  }

 private:
  Slot head_ = kNoSlot;
};

}  // namespace mcc::kernel
