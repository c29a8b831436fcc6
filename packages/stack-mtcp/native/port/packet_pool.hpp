#pragma once
// Buffers for frames, in one piece of memory, handed out last in, first out, so that those in use stay in cache. Pages
// that are never needed are never touched. One thread.

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

namespace mcc::port {

class PacketPool {
 public:
  struct Buffer {
    std::uint32_t length;  // of the frame; for a fresh one, all the room there is
    Buffer* next;          // while it is free
    std::byte* data() noexcept { return reinterpret_cast<std::byte*>(this) + kHeader; }
  };
  static constexpr std::size_t kHeader = 64;  // one cache line, so that frames begin on one

  // Throws std::bad_alloc.
  PacketPool(std::size_t count, std::size_t room) : room_(room), stride_((kHeader + room + 63) / 64 * 64) {
    bytes_ = count * stride_;
    void* const base =
        mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED) throw std::bad_alloc();
    base_ = static_cast<std::byte*>(base);
    madvise(base, bytes_, MADV_HUGEPAGE);
  }
  ~PacketPool() { munmap(base_, bytes_); }
  PacketPool(const PacketPool&) = delete;
  PacketPool& operator=(const PacketPool&) = delete;

  std::size_t room() const noexcept { return room_; }
  std::size_t size() const noexcept { return bytes_ / stride_; }
  // The fewest that were free at any time: a fresh one is handed out only when all those before it are in use.
  std::size_t least_free() const noexcept { return (bytes_ - fresh_) / stride_; }

  // nullptr when all are in use.
  Buffer* take() noexcept {
    Buffer* buffer = free_;
    if (buffer != nullptr) {
      free_ = buffer->next;
    } else {
      if (fresh_ == bytes_) return nullptr;
      buffer = reinterpret_cast<Buffer*>(base_ + fresh_);
      fresh_ += stride_;
    }
    buffer->length = static_cast<std::uint32_t>(room_);
    return buffer;
  }

  void give(Buffer* buffer) noexcept {
    buffer->next = free_;
    free_ = buffer;
  }

 private:
  std::size_t room_;
  std::size_t stride_;
  std::size_t bytes_ = 0;
  std::size_t fresh_ = 0;  // from here on nothing was ever handed out
  std::byte* base_ = nullptr;
  Buffer* free_ = nullptr;
};

}  // namespace mcc::port
