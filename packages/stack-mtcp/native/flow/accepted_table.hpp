#pragma once
// Finds the slots of connections that peers opened, and hands out free slots to them: a chained hash whose links are
// indexed by slot. A free slot is in no chain, so the same links hold the free list (last in, first out: a slot that
// was just in use is still in the cache).

#include <bit>
#include <cstdint>

#include "flow/tuple.hpp"
#include "mcc/side_pool.hpp"
#include "mcc/stack.hpp"

namespace mcc::flow {

inline constexpr Slot kNoSlot = 0xffff'ffff;

class AcceptedTable {
 public:
  // `slots`: most connections at one time; 0: none are ever accepted.
  AcceptedTable(std::uint32_t slots, const HashKey& key)
      : heads_(std::bit_ceil(slots + 1ull)),
        next_(slots),
        mask_(static_cast<std::uint32_t>(heads_.size() - 1)),
        key_(key) {}

  std::uint32_t in_use() const noexcept { return in_use_; }

  // A free slot, or kNoSlot.
  Slot take() noexcept {
    if (free_ != 0) {
      const Slot slot = free_ - 1;
      free_ = next_[slot];
      ++in_use_;
      return slot;
    }
    if (touched_ == next_.size()) return kNoSlot;
    ++in_use_;
    return touched_++;
  }

  void give(Slot slot) noexcept {
    next_[slot] = free_;
    free_ = slot + 1;
    --in_use_;
  }

  // A hint: a flow with this table_hash will be looked for soon.
  void prefetch(std::uint32_t hash) noexcept { __builtin_prefetch(&heads_[hash & mask_]); }

  // The slot that such a look-up comes to first, or kNoSlot.
  Slot first(std::uint32_t hash) noexcept { return heads_[hash & mask_] - 1; }

  // `matches(slot)`: whether the slot is this very connection.
  template <class Matches>
  Slot find(const FourTuple& flow, Matches&& matches) noexcept {
    for (std::uint32_t link = heads_[table_hash(flow, key_) & mask_]; link != 0; link = next_[link - 1]) {
      if (matches(link - 1)) return link - 1;
    }
    return kNoSlot;
  }

  void add(const FourTuple& flow, Slot slot) noexcept {
    std::uint32_t& head = heads_[table_hash(flow, key_) & mask_];
    next_[slot] = head;
    head = slot + 1;
  }

  // The slot was added under this name.
  void remove(const FourTuple& flow, Slot slot) noexcept {
    std::uint32_t* link = &heads_[table_hash(flow, key_) & mask_];
    while (*link != slot + 1) link = &next_[*link - 1];
    *link = next_[slot];
  }

 private:
  Reserved<std::uint32_t> heads_;  // slot + 1; 0: end
  Reserved<std::uint32_t> next_;
  std::uint32_t mask_;
  HashKey key_;
  std::uint32_t free_ = 0;
  std::uint32_t touched_ = 0;
  std::uint32_t in_use_ = 0;
};

}  // namespace mcc::flow
