#pragma once
// Bytes that wait for a peer that does not read: chains of blocks from one bounded pool. Only connections in trouble
// have one; a chain is named by its first block, and 0 is the empty chain.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "mcc/side_pool.hpp"
#include "mcc/stack.hpp"

namespace mcc {

class Backlog {
 public:
  static constexpr std::size_t kBlockBytes = 16 * 1024;

  // `chain_max` and `total_max` bound the bytes of one chain and of all. All memory is reserved here.
  Backlog(std::size_t chain_max, std::size_t total_max) : chain_max_(chain_max), blocks_(total_max / kBlockBytes) {}

  // Appends all the bytes, or nothing, and then returns false: a bound is reached.
  bool append(std::uint32_t& chain, Bytes bytes) noexcept {
    if (size(chain) + bytes.size() > chain_max_) return false;
    const std::uint32_t old_tail = chain == 0 ? 0 : blocks_[chain].tail;
    const std::uint32_t old_end = old_tail == 0 ? 0 : blocks_[old_tail].end;
    for (Bytes rest = bytes; !rest.empty();) {
      Block* tail = chain == 0 ? nullptr : &blocks_[blocks_[chain].tail];
      if (tail == nullptr || tail->end == kBlockBytes) {
        const std::uint32_t fresh = blocks_.take();
        if (fresh == 0) {
          cut(chain, old_tail, old_end);
          return false;
        }
        blocks_[fresh].next = blocks_[fresh].begin = blocks_[fresh].end = 0;
        if (chain == 0) {
          chain = fresh;
          blocks_[chain].size = 0;
        } else {
          tail->next = fresh;
        }
        blocks_[chain].tail = fresh;
        tail = &blocks_[fresh];
      }
      const std::size_t count = std::min(rest.size(), kBlockBytes - tail->end);
      std::memcpy(tail->data + tail->end, rest.data(), count);
      tail->end += static_cast<std::uint32_t>(count);
      rest = rest.subspan(count);
    }
    if (chain != 0) blocks_[chain].size += bytes.size();
    return true;
  }

  // The first bytes of a chain that is not empty; they stay in place until they are popped.
  Bytes front(std::uint32_t chain) noexcept {
    const Block& block = blocks_[chain];
    return {block.data + block.begin, block.end - block.begin};
  }

  // Drops the first `count` bytes, no more than front() has.
  void pop(std::uint32_t& chain, std::size_t count) noexcept {
    Block& block = blocks_[chain];
    block.begin += static_cast<std::uint32_t>(count);
    block.size -= count;
    if (block.begin < block.end) return;
    const std::uint32_t next = block.next;
    if (next != 0) {
      blocks_[next].tail = block.tail;
      blocks_[next].size = block.size;
    }
    blocks_.give(chain);
    chain = next;
  }

  void drop(std::uint32_t& chain) noexcept {
    while (chain != 0) {
      const std::uint32_t next = blocks_[chain].next;
      blocks_.give(chain);
      chain = next;
    }
  }

  std::size_t size(std::uint32_t chain) noexcept { return chain == 0 ? 0 : blocks_[chain].size; }
  std::size_t blocks_in_use() const noexcept { return blocks_.in_use(); }

 private:
  struct Block {
    std::uint32_t next;
    std::uint32_t begin;
    std::uint32_t end;
    std::uint32_t tail;  // of the chain; the first block's is the valid one
    std::size_t size;    // of the chain, likewise
    std::byte data[kBlockBytes];
  };

  // Takes back a half-done append: the chain ends again in block `tail` at `end`.
  void cut(std::uint32_t& chain, std::uint32_t tail, std::uint32_t end) noexcept {
    if (tail == 0) {
      drop(chain);
      return;
    }
    drop(blocks_[tail].next);
    blocks_[tail].end = end;
    blocks_[chain].tail = tail;
  }

  std::size_t chain_max_;
  SidePool<Block> blocks_;
};

}  // namespace mcc
