#pragma once
// A server closes in two steps: it sends FIN, and closes the socket only once the peer has finished too. Closing at
// once would answer whatever the peer still sends with RST, and RST makes the peer's kernel drop a reply that it has
// not read yet (RFC 9112 section 9.6). The wait is bounded; as it is equally long for all, the list is a queue.

#include <cstdint>
#include <vector>

#include "connection.hpp"
#include "mcc/stack.hpp"

namespace mcc::kernel {

inline constexpr std::uint32_t kLingerMs = 1000;

inline std::uint32_t milliseconds(Nanos now) noexcept { return static_cast<std::uint32_t>(now / 1'000'000); }

class LingerList {
 public:
  bool empty() const noexcept { return oldest_ == kNoSlot; }

  // The connection must have nothing pending: its place is used for the links.
  void push(std::vector<Connection>& connections, Slot slot, Nanos now) noexcept {
    Connection& connection = connections[slot];
    connection.set(kLingering);
    connection.linger = {newest_, kNoSlot};
    connection.linger_until_ms = milliseconds(now) + kLingerMs;
    (empty() ? oldest_ : connections[newest_].linger.newer) = slot;
    newest_ = slot;
  }

  void remove(std::vector<Connection>& connections, Slot slot) noexcept {
    Connection& connection = connections[slot];
    const auto [older, newer] = connection.linger;
    (older == kNoSlot ? oldest_ : connections[older].linger.newer) = newer;
    (newer == kNoSlot ? newest_ : connections[newer].linger.older) = older;
    connection.clear(kLingering);
    connection.pending = nullptr;
    connection.remaining = 0;
  }

  // The connection whose time has passed, or kNoSlot. Call until there is none, removing each.
  Slot expired(const std::vector<Connection>& connections, Nanos now) const noexcept {
    if (empty() || wait_ms(connections, now) > 0) return kNoSlot;
    return oldest_;
  }

  // Nanoseconds until the first time passes; `otherwise` when that is sooner.
  Nanos next(const std::vector<Connection>& connections, Nanos now, Nanos otherwise) const noexcept {
    if (empty()) return otherwise;
    const std::int32_t wait = wait_ms(connections, now);
    const Nanos ns = wait > 0 ? static_cast<Nanos>(wait) * 1'000'000 : 0;
    return ns < otherwise ? ns : otherwise;
  }

 private:
  std::int32_t wait_ms(const std::vector<Connection>& connections, Nanos now) const noexcept {
    return static_cast<std::int32_t>(connections[oldest_].linger_until_ms - milliseconds(now));
  }

  Slot oldest_ = kNoSlot;
  Slot newest_ = kNoSlot;
};

}  // namespace mcc::kernel
