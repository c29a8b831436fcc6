#pragma once
// Who has which hardware address: ARP's cache (RFC 826; RFC 1122 section 2.3.2 for time-outs and for packets that
// wait).
//
// Open addressing over a table of fixed size that never shrinks: neighbours are few, and one that is gone keeps its
// place for the day it comes back. The table decides what is to be sent; the interface sends it.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "mcc/stack.hpp"
#include "wire/ethernet.hpp"

namespace mcc::net {

using wire::Address;
using wire::Bytes;
using wire::Mac;

enum class NeighbourState : std::uint8_t {
  empty,
  incomplete,  // asked for, not yet answered
  reachable,
  stale,   // still used, but asked for anew
  failed,  // did not answer
  fixed,   // given by the user: never asked for
};

struct Neighbour {
  Address address = 0;
  Mac mac{};
  NeighbourState state = NeighbourState::empty;
  std::uint8_t probes = 0;  // requests since the last answer
  Nanos due = 0;            // when to look at it again
};

class NeighbourTable {
 public:
  static constexpr Nanos kReachableFor = 60'000'000'000;  // then it is refreshed, in use all the while
  static constexpr Nanos kProbeEvery = 500'000'000;
  static constexpr std::uint8_t kProbes = 6;           // 3 s without an answer: failed
  static constexpr Nanos kRetryAfter = 1'000'000'000;  // a failed one is asked for again, when wanted

  // `capacity`: most neighbours known at one time; a power of two.
  explicit NeighbourTable(std::size_t capacity) : entries_(capacity), mask_(capacity - 1) {}

  // The entry of an address, or nullptr.
  Neighbour* find(Address address) noexcept {
    Neighbour* entry = probe(address);
    return entry != nullptr && entry->state != NeighbourState::empty ? entry : nullptr;
  }

  // The entry of an address, made as incomplete and due at once when it is new; nullptr when the table is full.
  Neighbour* want(Address address, Nanos now) noexcept {
    Neighbour* entry = probe(address);
    if (entry == nullptr) return nullptr;
    if (entry->state == NeighbourState::empty) {
      *entry = {address, {}, NeighbourState::incomplete, 0, now};
      soonest_ = std::min(soonest_, now);
    } else if (entry->state == NeighbourState::failed && now >= entry->due) {
      entry->state = NeighbourState::incomplete;
      entry->probes = 0;
      entry->due = now;
      soonest_ = std::min(soonest_, now);
    }
    return entry;
  }

  void fix(Address address, const Mac& mac) noexcept {
    if (Neighbour* entry = want(address, 0)) {
      entry->mac = mac;
      entry->state = NeighbourState::fixed;
    }
  }

  // Takes in what an ARP packet says of its sender. A new entry is made only when `wanted` (it asked for us), as RFC
  // 826 has it; gratuitous news of strangers is not kept. Returns the entry if it became usable just now.
  Neighbour* learn(Address address, const Mac& mac, bool wanted, Nanos now) noexcept {
    Neighbour* entry = wanted ? want(address, now) : find(address);
    if (entry == nullptr || entry->state == NeighbourState::fixed) return nullptr;
    const bool was_usable = usable(*entry);
    entry->mac = mac;
    entry->state = NeighbourState::reachable;
    entry->probes = 0;
    entry->due = now + kReachableFor;
    soonest_ = std::min(soonest_, entry->due);
    return was_usable ? nullptr : entry;
  }

  static bool usable(const Neighbour& entry) noexcept {
    return entry.state == NeighbourState::reachable || entry.state == NeighbourState::stale ||
           entry.state == NeighbourState::fixed;
  }

  // Calls ask(entry) for every neighbour to send a request to now, and fail(entry) for every one given up just now.
  // Walks the whole table when one may be due.
  template <class Ask, class Fail>
  void tick(Nanos now, Ask&& ask, Fail&& fail) {
    if (now < soonest_) return;
    soonest_ = kNever;
    for (Neighbour& entry : entries_) {
      if (!is_timed(entry)) continue;
      if (now >= entry.due) {
        if (entry.state == NeighbourState::reachable) entry.state = NeighbourState::stale;
        advance(entry, now, ask, fail);
      }
      if (is_timed(entry)) soonest_ = std::min(soonest_, entry.due);
    }
  }

 private:
  static constexpr Nanos kNever = UINT64_MAX;

  static bool is_timed(const Neighbour& entry) noexcept {
    return entry.state == NeighbourState::reachable || entry.state == NeighbourState::incomplete ||
           entry.state == NeighbourState::stale;
  }

  template <class Ask, class Fail>
  void advance(Neighbour& entry, Nanos now, Ask& ask, Fail& fail) {
    if (entry.probes == kProbes) {
      entry.state = NeighbourState::failed;
      entry.due = now + kRetryAfter;
      fail(entry);
      return;
    }
    ++entry.probes;
    entry.due = now + kProbeEvery;
    ask(entry);
  }

  // The entry of the address, or the empty one where it would go; nullptr when there is neither.
  Neighbour* probe(Address address) noexcept {
    std::size_t at = (address * 0x9e3779b1u) & mask_;
    for (std::size_t i = 0; i <= mask_; ++i, at = (at + 1) & mask_) {
      Neighbour& entry = entries_[at];
      if (entry.state == NeighbourState::empty || entry.address == address) return &entry;
    }
    return nullptr;
  }

  std::vector<Neighbour> entries_;
  std::size_t mask_;
  Nanos soonest_ = kNever;  // no entry is due before
};

}  // namespace mcc::net
