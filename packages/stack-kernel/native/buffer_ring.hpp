#pragma once
// The pool of receive buffers that all connections of a ring share: the kernel takes one when bytes arrive, and gets it
// back when they have been delivered. Idle connections hold none.

#include <liburing.h>
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>

#include "mcc/failure.hpp"
#include "mcc/stack.hpp"

namespace mcc::kernel {

class BufferRing {
 public:
  static constexpr unsigned kGroup = 0;
  // Buffers are used in turn. Of each, only the pages that replies reach into ever become memory: 1 MB in all when
  // replies are small.
  static constexpr std::size_t kBufferBytes = 65536;
  static constexpr unsigned kBuffersMax = 256;

  // `buffers`: a power of two. Throws Failure.
  BufferRing(io_uring* ring, unsigned buffers) : buffers_(buffers) {
    memory_ = mmap(nullptr, bytes(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory_ == MAP_FAILED) throw Failure("MCC_ERR_NO_MEMORY", "The receive buffers could not be had.");
    ring_ = static_cast<io_uring_buf_ring*>(memory_);
    io_uring_buf_reg registration{};
    registration.ring_addr = reinterpret_cast<std::uintptr_t>(ring_);
    registration.ring_entries = buffers_;
    registration.bgid = kGroup;
    if (io_uring_register_buf_ring(ring, &registration, 0) != 0) {
      munmap(memory_, bytes());
      throw Failure("MCC_ERR_STACK", "This kernel has io_uring, but no provided buffer rings: they need Linux 5.19.",
                    "Use --kernel.io epoll.");
    }
    io_uring_buf_ring_init(ring_);
    for (unsigned i = 0; i < buffers_; ++i) give_back(static_cast<std::uint16_t>(i));
    publish();
  }
  BufferRing(const BufferRing&) = delete;
  BufferRing& operator=(const BufferRing&) = delete;
  // After the ring it is registered with.
  ~BufferRing() { munmap(memory_, bytes()); }

  Bytes bytes(std::uint16_t id, std::size_t size) const noexcept { return {buffer(id), size}; }

  // Gives a buffer back; the kernel sees it after publish().
  void give_back(std::uint16_t id) noexcept {
    io_uring_buf_ring_add(ring_, buffer(id), kBufferBytes, id, io_uring_buf_ring_mask(buffers_), returned_++);
  }

  void publish() noexcept {
    if (returned_ == 0) return;
    io_uring_buf_ring_advance(ring_, returned_);
    returned_ = 0;
  }

 private:
  static constexpr std::size_t kRingBytes = kBuffersMax * sizeof(io_uring_buf);
  static_assert(kRingBytes == 4096, "buffers start on a page");

  std::size_t bytes() const noexcept { return kRingBytes + buffers_ * kBufferBytes; }

  std::byte* buffer(std::uint16_t id) const noexcept {
    return static_cast<std::byte*>(memory_) + kRingBytes + id * kBufferBytes;
  }

  const unsigned buffers_;
  void* memory_;
  io_uring_buf_ring* ring_;
  int returned_ = 0;
};

}  // namespace mcc::kernel
