#pragma once
// Memory for bytes that the user does not keep for us: copied here, and kept until they are acknowledged. Chunks of
// three sizes, so that a short message in flight costs little more than itself; one budget for all. Whether a byte lies
// here is told by its address, so that who holds a chunk need not remember that he does.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "mcc/side_pool.hpp"

namespace mcc::tcp {

class SendMemory {
 public:
  static constexpr std::size_t kSmallest = 128;
  static constexpr std::size_t kLargest = 4096;

  // `bytes_max`: in use at one time. Address space is taken for as much of each size.
  explicit SendMemory(std::size_t bytes_max)
      : bytes_max_(bytes_max),
        reach_((bytes_max + kLargest - 1) / kLargest * kLargest),
        memory_(reach_ * kSizes.size()),
        base_(&memory_[0]) {
    for (std::size_t i = 0; i < kSizes.size(); ++i) pools_[i].fresh = reach_ * i;
  }

  // A chunk of `wanted` bytes or more, or the largest there are; empty when the memory is used up.
  std::span<std::byte> take(std::size_t wanted) noexcept {
    std::size_t index = 0;
    while (index + 1 < kSizes.size() && kSizes[index] < wanted) ++index;
    const std::size_t size = kSizes[index];
    if (in_use_ + size > bytes_max_) return {};
    in_use_ += size;
    Pool& pool = pools_[index];
    std::byte* chunk = pool.free;
    if (chunk != nullptr) {
      std::memcpy(&pool.free, chunk, sizeof pool.free);
    } else {
      chunk = base_ + pool.fresh;
      pool.fresh += size;
    }
    return {chunk, size};
  }

  // Gives back the chunk that this byte lies in, if it lies in any.
  void give(const std::byte* at) noexcept {
    if (!holds(at)) return;
    const std::span<std::byte> chunk = chunk_of(at);
    Pool& pool = pools_[offset_of(at) / reach_];
    std::memcpy(chunk.data(), &pool.free, sizeof pool.free);
    pool.free = chunk.data();
    in_use_ -= chunk.size();
  }

  bool holds(const std::byte* at) const noexcept { return offset_of(at) < reach_ * kSizes.size(); }

  // The whole chunk that this byte lies in; empty for bytes elsewhere.
  std::span<std::byte> chunk_of(const std::byte* at) const noexcept {
    if (!holds(at)) return {};
    const std::size_t offset = offset_of(at);
    const std::size_t size = kSizes[offset / reach_];
    return {base_ + offset / size * size, size};  // each pool begins at a multiple of its size
  }

  // Not full: a chunk of any size can be had.
  bool full() const noexcept { return in_use_ + kLargest > bytes_max_; }
  std::size_t bytes_in_use() const noexcept { return in_use_; }

 private:
  static constexpr std::array<std::size_t, 3> kSizes{kSmallest, 512, kLargest};

  struct Pool {
    std::size_t fresh = 0;      // from here on nothing was ever handed out
    std::byte* free = nullptr;  // given back, the last one first; each begins with the address of the next
  };

  // Past the end for bytes elsewhere.
  std::size_t offset_of(const std::byte* at) const noexcept {
    return reinterpret_cast<std::uintptr_t>(at) - reinterpret_cast<std::uintptr_t>(base_);
  }

  std::size_t bytes_max_;
  std::size_t reach_;  // of one size
  Reserved<std::byte> memory_;
  std::byte* base_;
  std::array<Pool, kSizes.size()> pools_;
  std::size_t in_use_ = 0;
};

}  // namespace mcc::tcp
