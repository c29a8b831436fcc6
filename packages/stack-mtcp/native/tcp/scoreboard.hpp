#pragma once
// What the peer has selectively acknowledged of what we sent (RFC 2018 section 5, RFC 6675): a bounded list of disjoint
// ranges in order. When it is full, the highest range is forgotten: SACK is advice, and what is forgotten is sent
// again.

#include <array>
#include <cstddef>
#include <cstdint>

#include "tcp/sequence.hpp"

namespace mcc::tcp {

struct Range {
  Sequence left;
  Sequence right;  // exclusive
};

class Scoreboard {
 public:
  static constexpr std::size_t kRanges = 32;

  bool empty() const noexcept { return count_ == 0; }
  std::size_t size() const noexcept { return count_; }
  const Range& operator[](std::size_t index) const noexcept { return ranges_[index]; }
  void clear() noexcept { count_ = 0; }

  // Highest sequence sacked, plus one. Not empty.
  Sequence highest() const noexcept { return ranges_[count_ - 1].right; }

  // Bytes sacked at or above `from`.
  std::uint32_t sacked_above(Sequence from) const noexcept {
    std::uint32_t bytes = 0;
    for (std::size_t i = 0; i < count_; ++i) {
      if (after(ranges_[i].right, from)) bytes += ranges_[i].right - later(ranges_[i].left, from);
    }
    return bytes;
  }

  // Ranges that lie wholly above `from`.
  std::size_t ranges_above(Sequence from) const noexcept {
    std::size_t ranges = 0;
    for (std::size_t i = 0; i < count_; ++i) ranges += at_or_after(ranges_[i].left, from) ? 1 : 0;
    return ranges;
  }

  // Takes in a block; returns whether it told anything new. The caller has checked that it lies within what is in
  // flight.
  bool add(Sequence left, Sequence right) noexcept {
    std::size_t at = 0;
    while (at < count_ && before(ranges_[at].right, left)) ++at;
    if (at < count_ && at_or_before(ranges_[at].left, left) && at_or_after(ranges_[at].right, right)) return false;
    // [at, end) touch the block and are merged into it.
    std::size_t end = at;
    for (; end < count_ && at_or_before(ranges_[end].left, right); ++end) {
      left = earlier(left, ranges_[end].left);
      right = later(right, ranges_[end].right);
    }
    if (end == at) {
      if (count_ == kRanges) {
        if (at == count_) return false;
        --count_;
      }
      for (std::size_t i = count_; i > at; --i) ranges_[i] = ranges_[i - 1];
      ++count_;
    } else {
      const std::size_t merged = end - at - 1;
      for (std::size_t i = at + 1; i + merged < count_; ++i) ranges_[i] = ranges_[i + merged];
      count_ = static_cast<std::uint8_t>(count_ - merged);
    }
    ranges_[at] = {left, right};
    return true;
  }

  // Forgets what lies below the cumulative acknowledgment.
  void advance(Sequence una) noexcept {
    std::size_t gone = 0;
    while (gone < count_ && at_or_before(ranges_[gone].right, una)) ++gone;
    for (std::size_t i = gone; i < count_; ++i) ranges_[i - gone] = ranges_[i];
    count_ = static_cast<std::uint8_t>(count_ - gone);
    if (count_ > 0 && before(ranges_[0].left, una)) ranges_[0].left = una;
  }

  // The first byte at or above `from` that is not sacked.
  Sequence next_hole(Sequence from) const noexcept {
    for (std::size_t i = 0; i < count_; ++i) {
      if (at_or_before(ranges_[i].left, from) && after(ranges_[i].right, from)) from = ranges_[i].right;
    }
    return from;
  }

  // Where the hole that begins at `from` ends: the next sacked byte, or `limit`.
  Sequence hole_end(Sequence from, Sequence limit) const noexcept {
    for (std::size_t i = 0; i < count_; ++i) {
      if (at_or_after(ranges_[i].left, from)) return earlier(ranges_[i].left, limit);
    }
    return limit;
  }

 private:
  std::array<Range, kRanges> ranges_;
  std::uint8_t count_;
};

}  // namespace mcc::tcp
