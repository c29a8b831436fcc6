#pragma once
// The second stage of the timer, and who departs: what the engine keeps of connections whose departure is a matter of
// instants. The first stage is the timer wheel, which brings a departure here, in bulk and coarsely, a little before
// its time (docs/timing.md).

#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>

#include "mcc/arrivals.hpp"
#include "mcc/side_pool.hpp"
#include "mcc/stack.hpp"

namespace mcc {

// When a session's request was or is meant to leave. Zero-filled memory: it has sent nothing yet.
class Intent {
 public:
  static constexpr Intent granted_at(Nanos at) noexcept { return Intent{at << 1 | 1}; }
  static constexpr Intent sent_at(Nanos at) noexcept { return Intent{at << 1}; }

  Nanos at() const noexcept { return bits_ >> 1; }
  // Its turn has come, and it has not sent yet.
  bool is_granted() const noexcept { return (bits_ & 1) != 0; }

 private:
  explicit constexpr Intent(Nanos bits) noexcept : bits_(bits) {}

  Nanos bits_;
};
static_assert(sizeof(Intent) == 8);

// Departures of the next moments, the earliest first.
class NearDepartures {
 public:
  struct Entry {
    Nanos at;
    Slot slot;
    bool queued;  // it was due before its connection was free
  };

  // An entry whose session has gone elsewhere stays until its time comes, hence room for more than one of each.
  explicit NearDepartures(std::uint32_t sessions) : entries_(std::size_t{sessions} * 2 + 64) {}

  bool empty() const noexcept { return size_ == 0; }
  Nanos next() noexcept { return size_ == 0 ? Arrivals::kNever : entries_[0].at; }
  const Entry& top() noexcept { return entries_[0]; }

  // False: there is no room.
  bool push(const Entry& entry) noexcept {
    if (size_ == entries_.size()) return false;
    entries_[size_++] = entry;
    most_ = std::max(most_, size_);
    std::push_heap(&entries_[0], &entries_[0] + size_, later);
    return true;
  }

  void pop() noexcept {
    std::pop_heap(&entries_[0], &entries_[0] + size_, later);
    --size_;
  }

  // That were ever touched.
  std::size_t bytes() const noexcept { return most_ * sizeof(Entry); }

 private:
  static bool later(const Entry& a, const Entry& b) noexcept { return a.at > b.at; }

  Reserved<Entry> entries_;
  std::size_t size_ = 0;
  std::size_t most_ = 0;
};

// Sessions that wait for the next departure of an open loop, in the order in which they became free. One that has gone
// elsewhere keeps its place until it comes up.
class IdleSessions {
 public:
  explicit IdleSessions(std::uint32_t sessions)
      : ring_(std::bit_ceil(std::size_t{sessions})), listed_(sessions / 64 + 1) {}

  bool empty() const noexcept { return head_ == tail_; }

  void push(Slot slot) noexcept {
    std::uint64_t& word = listed_[slot / 64];
    const std::uint64_t bit = std::uint64_t{1} << (slot % 64);
    if ((word & bit) != 0) return;
    word |= bit;
    ring_[tail_++ & (ring_.size() - 1)] = slot;
  }

  std::size_t bytes() const noexcept { return ring_.size() * sizeof(Slot) + listed_.size() * sizeof(std::uint64_t); }

  // Not empty.
  Slot front() noexcept { return ring_[head_ & (ring_.size() - 1)]; }
  Slot pop() noexcept {
    const Slot slot = ring_[head_++ & (ring_.size() - 1)];
    listed_[slot / 64] &= ~(std::uint64_t{1} << (slot % 64));
    return slot;
  }

 private:
  Reserved<Slot> ring_;
  Reserved<std::uint64_t> listed_;
  std::size_t head_ = 0;
  std::size_t tail_ = 0;
};

// The departures of one class of connections. Higher classes, those with lower numbers, go first.
struct Lane {
  Lane(std::uint32_t sessions, std::optional<Arrivals> schedule)
      : near(sessions), idle(schedule ? sessions : 0), arrivals(std::move(schedule)) {}

  // When it has something to let depart. Arrivals that no session is free for wait for one.
  Nanos due() noexcept {
    const Nanos open = arrivals && !idle.empty() ? arrivals->next() : Arrivals::kNever;
    return std::min(near.next(), open);
  }

  NearDepartures near;
  IdleSessions idle;
  std::optional<Arrivals> arrivals;  // open loop only
};

}  // namespace mcc
