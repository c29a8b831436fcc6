#pragma once
// A bounded first-in, first-out queue, in blocks of a page: it touches as much memory as it held at its longest,
// however much has gone through it. What lasts for years never runs empty, and a ring of as many entries as there are
// connections would be walked through from end to end.

#include <cstddef>
#include <cstdint>

#include "mcc/side_pool.hpp"

namespace mcc::timer {

template <class T>
class Queue {
 public:
  // `capacity`: most entries at one time.
  explicit Queue(std::size_t capacity) : blocks_(capacity / kEntries + 2), first_(blocks_.take()), last_(first_) {}

  bool empty() const noexcept { return size_ == 0; }
  std::size_t size() const noexcept { return size_; }

  // Not full.
  void push(const T& entry) noexcept {
    if (end_ == kEntries) {
      const std::uint32_t next = blocks_.take();
      blocks_[last_].next = next;
      last_ = next;
      end_ = 0;
    }
    blocks_[last_].entries[end_++] = entry;
    ++size_;
  }
  // Not empty.
  T& front() noexcept { return blocks_[first_].entries[begin_]; }
  void pop() noexcept {
    ++begin_;
    if (--size_ == 0) {
      begin_ = end_ = 0;  // of the one block that is left
    } else if (begin_ == kEntries) {
      const std::uint32_t next = blocks_[first_].next;
      blocks_.give(first_);
      first_ = next;
      begin_ = 0;
    }
  }

  // The most that were ever touched.
  std::size_t bytes() const noexcept { return blocks_.peak() * sizeof(Block); }

 private:
  static constexpr std::uint32_t kEntries = (4096 - sizeof(std::uint32_t)) / sizeof(T);

  struct alignas(64) Block {
    T entries[kEntries];
    std::uint32_t next;
  };
  static_assert(sizeof(Block) == 4096);

  SidePool<Block> blocks_;
  std::uint32_t first_;
  std::uint32_t last_;
  std::uint32_t begin_ = 0;  // in the first block
  std::uint32_t end_ = 0;    // in the last one
  std::size_t size_ = 0;
};

}  // namespace mcc::timer
