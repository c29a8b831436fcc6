#pragma once
// Records for the few connections that need more than their session holds: a reply cut in two, say. Address space is
// reserved for the most there can be, memory is touched only for as many as were ever in use at one time, and nothing
// is allocated after set-up.

#include <sys/mman.h>

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <type_traits>
#include <utility>

namespace mcc {

// An array of zeroed memory that takes pages only where it is written. T may be zero-filled memory: no constructor
// and no destructor runs.
template <class T>
class Reserved {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  Reserved() = default;
  // Throws std::bad_alloc when the address space cannot be had.
  explicit Reserved(std::size_t size) {
    if (size == 0) return;
    if (size > std::numeric_limits<std::size_t>::max() / sizeof(T)) throw std::bad_alloc();
    void* memory =
        mmap(nullptr, size * sizeof(T), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    // Many records in the order of chance: what misses the cache should not miss the TLB as well. A small array keeps
    // small pages, since a large one would cost more memory than it may ever hold.
    if (size * sizeof(T) >= kLargePages) madvise(memory, size * sizeof(T), MADV_HUGEPAGE);
    data_ = static_cast<T*>(memory);
    size_ = size;
  }
  Reserved(Reserved&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  Reserved& operator=(Reserved&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~Reserved() {
    if (data_ != nullptr) munmap(data_, size_ * sizeof(T));
  }

  T& operator[](std::size_t index) noexcept {
    assert(index < size_);
    return data_[index];
  }
  std::size_t size() const noexcept { return size_; }

 private:
  static constexpr std::size_t kLargePages = std::size_t{8} << 20;

  T* data_ = nullptr;
  std::size_t size_ = 0;
};

// Up to `records` records of T, named by index. Index 0 means none and is never handed out; its record exists, and the
// owner of the pool may use it as scratch. The record given back last is taken next, while it is still in the cache.
template <class T>
class SidePool {
 public:
  explicit SidePool(std::size_t records) : slots_(records + 1) {
    if (records >= std::numeric_limits<std::uint32_t>::max()) throw std::bad_alloc();
  }

  // A record with undefined content, or 0 when all are in use.
  std::uint32_t take() noexcept {
    std::uint32_t index = free_;
    if (index != 0) {
      free_ = slots_[index].next_free;
    } else if (touched_ + 1 < slots_.size()) {
      index = ++touched_;
    } else {
      return 0;
    }
    ++in_use_;
    return index;
  }

  void give(std::uint32_t index) noexcept {
    assert(index != 0 && in_use_ > 0);
    slots_[index].next_free = free_;
    free_ = index;
    --in_use_;
  }

  T& operator[](std::uint32_t index) noexcept { return slots_[index].record; }

  std::size_t in_use() const noexcept { return in_use_; }
  // The most that were ever in use at one time.
  std::size_t peak() const noexcept { return touched_; }

 private:
  union Slot {
    T record;
    std::uint32_t next_free;
  };

  Reserved<Slot> slots_;
  std::uint32_t free_ = 0;
  std::uint32_t touched_ = 0;
  std::uint32_t in_use_ = 0;
};

}  // namespace mcc
