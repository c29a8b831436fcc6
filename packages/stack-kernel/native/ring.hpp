#pragma once
// One io_uring, set up with the best flags that the kernel has, for use by one thread.

#include <liburing.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "mcc/failure.hpp"
#include "mcc/stack.hpp"

namespace mcc::kernel {

class Ring {
 public:
  // Throws Failure when the kernel does not give one; `errno` text included.
  Ring() {
    const int code = open(ring_);
    if (code < 0) {
      throw Failure(code == -EMFILE || code == -ENFILE ? "MCC_ERR_FILE_LIMIT" : "MCC_ERR_NOT_PERMITTED",
                    std::string("io_uring is not to be had: ") + std::strerror(-code) + ".",
                    "Use --kernel.io epoll, or permit it: sysctl -w kernel.io_uring_disabled=0");
    }
    open_ = true;
    io_uring_register_ring_fd(&ring_);  // saves a look-up per call; no matter if the kernel cannot
  }
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;
  ~Ring() { close(); }

  // 0 when a ring with all that the stack needs can be had, else a negated errno.
  static int probe() noexcept {
    io_uring ring;
    const int code = open(ring);
    if (code == 0) io_uring_queue_exit(&ring);
    return code;
  }

  // Ends what is in flight.
  void close() noexcept {
    if (open_) io_uring_queue_exit(&ring_);
    open_ = false;
  }

  io_uring* get() noexcept { return &ring_; }

  // A place in the submission queue. When it is full, what is in it is handed over first.
  io_uring_sqe* sqe() noexcept {
    io_uring_sqe* entry = io_uring_get_sqe(&ring_);
    while (entry == nullptr) {
      io_uring_submit(&ring_);
      entry = io_uring_get_sqe(&ring_);
    }
    return entry;
  }

  bool has_completions() noexcept { return io_uring_cq_ready(&ring_) > 0; }

  // Takes the oldest completion; false when there is none.
  bool take(io_uring_cqe& completion) noexcept {
    if (!has_completions()) return false;
    completion = ring_.cq.cqes[*ring_.cq.khead & ring_.cq.ring_mask];
    io_uring_cq_advance(&ring_, 1);
    return true;
  }

  // Hands over what was queued and lets the kernel post what has completed, without waiting. Stays out of the kernel
  // when there is nothing to do there.
  void flush() noexcept {
    const unsigned flags = IO_URING_READ_ONCE(*ring_.sq.kflags);
    if (io_uring_sq_ready(&ring_) > 0 || (flags & (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW)) != 0) {
      io_uring_submit_and_get_events(&ring_);
    }
  }

  // The same, then waits for a completion, at most `ns`.
  void wait(Nanos ns) noexcept {
    __kernel_timespec timeout{static_cast<long long>(ns / 1'000'000'000), static_cast<long long>(ns % 1'000'000'000)};
    io_uring_cqe* completion;
    io_uring_submit_and_wait_timeout(&ring_, &completion, 1, &timeout, nullptr);
  }

 private:
  static constexpr unsigned kSubmissions = 1024;
  static constexpr unsigned kCompletions = 8192;

  // Linux 6.1 has all of this. Multishot receive needs 6.0, and there is nothing to be won on what lies between.
  static int open(io_uring& ring) noexcept {
    io_uring_params params{};
    params.flags = IORING_SETUP_CQSIZE | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
                   IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG;
    params.cq_entries = kCompletions;
    return io_uring_queue_init_params(kSubmissions, &ring, &params);
  }

  io_uring ring_{};
  bool open_ = false;
};

}  // namespace mcc::kernel
