#pragma once
// Packets on their way in one direction, each with the instant at which it arrives: a bounded queue by that instant.
// Those of one instant keep their order.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "mcc/stack.hpp"

namespace mcc::port {

template <class Item>
class WanLane {
 public:
  static constexpr Nanos kNever = UINT64_MAX;

  explicit WanLane(std::size_t held_max) { held_.reserve(held_max); }

  std::size_t size() const noexcept { return held_.size(); }
  std::size_t room() const noexcept { return held_.capacity() - held_.size(); }
  // When the first is due; kNever: there is none.
  Nanos next() const noexcept { return held_.empty() ? kNever : held_.front().due; }

  // There must be room.
  void put(const Item& item, Nanos due) noexcept {
    held_.push_back({due, ++put_, item});
    std::push_heap(held_.begin(), held_.end(), later);
  }

  // The first, which there must be.
  Item take() noexcept {
    std::pop_heap(held_.begin(), held_.end(), later);
    const Item item = held_.back().item;
    held_.pop_back();
    return item;
  }

 private:
  struct Held {
    Nanos due;
    std::uint64_t number;
    Item item;
  };

  static bool later(const Held& a, const Held& b) noexcept {
    return std::pair(a.due, a.number) > std::pair(b.due, b.number);
  }

  std::vector<Held> held_;
  std::uint64_t put_ = 0;
};

}  // namespace mcc::port
