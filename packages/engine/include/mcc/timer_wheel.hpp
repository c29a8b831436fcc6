#pragma once
// One timer per slot in a hierarchical wheel (Varghese and Lauck, Hashed and hierarchical timing wheels, 1987,
// scheme 7): arming and disarming are O(1), and the links lie in the caller's array of nodes, such as the sessions.
//
// Deadlines are not stored: the owner of a node says what its deadline is now, when the timer comes up or moves down
// a level. So re-arming is lazy: a node whose deadline has moved back stays where it is and is put back when it
// comes up, and a reply deadline that moves with every request costs nothing.

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "mcc/session.hpp"
#include "mcc/side_pool.hpp"
#include "mcc/stack.hpp"

namespace mcc {

// A Node has the members timer_next and timer_prev: std::uint32_t, zero when made, the wheel's alone.
template <class Node>
class BasicTimerWheel {
 public:
  static constexpr unsigned kTickShift = 16;
  // Timers fire at most this long after their deadline, never before it.
  static constexpr Nanos kTickNs = Nanos{1} << kTickShift;
  static constexpr Nanos kNever = UINT64_MAX;

  BasicTimerWheel(Reserved<Node>& nodes, Nanos now) noexcept : nodes_(nodes), tick_(now >> kTickShift) {}

  bool armed(Slot slot) noexcept { return nodes_[slot].timer_prev != 0; }

  // For a node that is not armed.
  void arm(Slot slot, Nanos deadline) noexcept { place(slot, std::max(due_tick(deadline), tick_ + 1)); }

  void disarm(Slot slot) noexcept {
    Node& node = nodes_[slot];
    const std::uint32_t next = node.timer_next;
    const std::uint32_t prev = node.timer_prev;
    if ((prev & kHead) != 0) {
      set_head(prev & ~kHead, next);
    } else {
      nodes_[prev - 1].timer_next = next;
    }
    if (next != 0) nodes_[next - 1].timer_prev = prev;
    node.timer_next = node.timer_prev = 0;
  }

  // Disarms what is due and calls expired(slot) for each, which may arm anything. deadline_of(slot) says when a node
  // is due; kNever lets its timer lapse. Stops after `limit` nodes and goes on there the next time. Returns how many
  // nodes came up.
  template <class DeadlineOf, class Expired>
  std::uint32_t advance(Nanos now, std::uint32_t limit, DeadlineOf&& deadline_of, Expired&& expired) {
    const std::uint64_t target = now >> kTickShift;
    for (std::uint32_t visited = 0;;) {
      const auto bucket = static_cast<std::uint32_t>(tick_ % kBuckets);
      for (; heads_[bucket] != 0; ++visited) {
        if (visited == limit) return visited;
        const Slot slot = heads_[bucket] - 1;
        disarm(slot);
        const Nanos deadline = deadline_of(slot);
        if (deadline <= now) {
          expired(slot);
        } else if (deadline != kNever) {
          arm(slot, deadline);
        }
      }
      if (tick_ >= target) return visited;
      tick_ = std::min(next_tick(), target);
      cascade(deadline_of);
    }
  }

  // No timer is due before this instant; kNever when none is armed.
  Nanos next() const noexcept {
    const std::uint64_t tick = heads_[tick_ % kBuckets] != 0 ? tick_ : next_tick();
    return tick == kNever ? kNever : tick << kTickShift;
  }

 private:
  static constexpr std::uint32_t kLevels = 4;
  static constexpr std::uint32_t kLevelBits = 8;
  static constexpr std::uint32_t kBuckets = 1u << kLevelBits;
  static constexpr std::uint32_t kHead = 1u << 31;  // in timer_prev: the first of this bucket
  // A deadline further away comes up after this long, some 78 hours, and is put back.
  static constexpr std::uint64_t kTicksMax = (std::uint64_t{1} << (kLevels * kLevelBits)) - 1;

  static std::uint64_t due_tick(Nanos deadline) noexcept { return (deadline + kTickNs - 1) >> kTickShift; }

  // The further away, the coarser the level.
  void place(Slot slot, std::uint64_t due) noexcept {
    const std::uint64_t away = std::min(due - tick_, kTicksMax);
    const auto level = away == 0 ? 0 : (static_cast<std::uint32_t>(std::bit_width(away)) - 1) / kLevelBits;
    const std::uint64_t position = (tick_ + away) >> (level * kLevelBits);
    push(level * kBuckets + static_cast<std::uint32_t>(position % kBuckets), slot);
  }

  void push(std::uint32_t bucket, Slot slot) noexcept {
    Node& node = nodes_[slot];
    const std::uint32_t first = heads_[bucket];
    node.timer_next = first;
    node.timer_prev = kHead | bucket;
    if (first != 0) nodes_[first - 1].timer_prev = slot + 1;
    set_head(bucket, slot + 1);
  }

  void set_head(std::uint32_t bucket, std::uint32_t first) noexcept {
    heads_[bucket] = first;
    const std::uint64_t bit = std::uint64_t{1} << (bucket % 64);
    if (first != 0) {
      occupied_[bucket / 64] |= bit;
    } else {
      occupied_[bucket / 64] &= ~bit;
    }
  }

  // The first tick after the present one at which a bucket comes up, on any level.
  std::uint64_t next_tick() const noexcept {
    std::uint64_t first = kNever;
    for (std::uint32_t level = 0; level < kLevels; ++level) {
      const std::uint64_t present = tick_ >> (level * kLevelBits);
      const std::uint32_t away = distance(level, static_cast<std::uint32_t>(present % kBuckets));
      if (away != 0) first = std::min(first, (present + away) << (level * kLevelBits));
    }
    return first;
  }

  // From bucket `from` of a level to the next occupied one, 1 to 256 buckets on; 0 when there is none.
  std::uint32_t distance(std::uint32_t level, std::uint32_t from) const noexcept {
    const std::uint64_t* words = &occupied_[level * (kBuckets / 64)];
    const std::uint32_t start = from + 1;
    for (std::uint32_t step = 0; step <= kBuckets / 64; ++step) {
      const std::uint32_t index = (start / 64 + step) % (kBuckets / 64);
      std::uint64_t word = words[index];
      if (step == 0) word &= ~std::uint64_t{0} << (start % 64);
      if (word == 0) continue;
      const std::uint32_t found = index * 64 + static_cast<std::uint32_t>(std::countr_zero(word));
      return (found - start) % kBuckets + 1;
    }
    return 0;
  }

  // Moves what has come near down to the level it now belongs to, from the top.
  template <class DeadlineOf>
  void cascade(DeadlineOf&& deadline_of) {
    for (std::uint32_t level = kLevels - 1; level > 0; --level) {
      if (tick_ % (std::uint64_t{1} << (level * kLevelBits)) != 0) continue;
      const auto position = static_cast<std::uint32_t>((tick_ >> (level * kLevelBits)) % kBuckets);
      const std::uint32_t bucket = level * kBuckets + position;
      std::uint32_t next = heads_[bucket];
      set_head(bucket, 0);
      while (next != 0) {
        const Slot slot = next - 1;
        Node& node = nodes_[slot];
        next = node.timer_next;
        node.timer_next = node.timer_prev = 0;
        const Nanos deadline = deadline_of(slot);
        if (deadline != kNever) place(slot, std::max(due_tick(deadline), tick_));
      }
    }
  }

  Reserved<Node>& nodes_;
  std::uint64_t tick_;
  std::array<std::uint32_t, kLevels * kBuckets> heads_{};
  std::array<std::uint64_t, kLevels * kBuckets / 64> occupied_{};
};

using TimerWheel = BasicTimerWheel<Session>;

}  // namespace mcc
