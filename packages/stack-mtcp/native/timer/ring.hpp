#pragma once
// A bounded first-in, first-out queue. Whenever it runs empty it starts again at the front of its memory, so that it
// touches little more than it held at its longest.

#include <bit>
#include <cstddef>

#include "mcc/side_pool.hpp"

namespace mcc::timer {

template <class T>
class Ring {
 public:
  explicit Ring(std::size_t capacity)
      : entries_(std::bit_ceil(capacity < 2 ? 2 : capacity)), mask_(entries_.size() - 1) {}

  bool empty() const noexcept { return head_ == tail_; }
  bool full() const noexcept { return tail_ - head_ > mask_; }
  std::size_t size() const noexcept { return tail_ - head_; }

  // Not full.
  void push(const T& entry) noexcept { entries_[tail_++ & mask_] = entry; }
  // Not empty.
  T& front() noexcept { return entries_[head_ & mask_]; }
  void pop() noexcept {
    if (++head_ == tail_) head_ = tail_ = 0;
  }

 private:
  Reserved<T> entries_;
  std::size_t mask_;
  std::size_t head_ = 0;
  std::size_t tail_ = 0;
};

}  // namespace mcc::timer
