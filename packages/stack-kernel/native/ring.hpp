#pragma once
// One io_uring, set up with the best flags that the kernel has, for use by one thread.

#include <liburing.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>

#include "mcc/failure.hpp"
#include "mcc/stack.hpp"

namespace mcc::kernel {

class Ring {
 public:
  // What nobody waits for carries a user_data with these bits; take() leaves it out.
  static constexpr std::uint64_t kOwn = std::uint64_t{0xff} << 56;

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

  struct Probe {
    int error;    // 0 when a ring with all that the stack needs can be had, else an errno
    bool direct;  // sockets can be direct descriptors
  };

  static Probe probe() noexcept {
    io_uring ring;
    const int code = open(ring);
    if (code != 0) return {-code, false};
    const bool direct = (ring.features & kFilesPutAtOnce) != 0;
    io_uring_queue_exit(&ring);
    return {0, direct};
  }

  // Ends what is in flight.
  void close() noexcept {
    if (open_) io_uring_queue_exit(&ring_);
    open_ = false;
  }

  io_uring* get() noexcept { return &ring_; }

  // A table of this many files, all empty. Throws Failure.
  void make_table(unsigned files) {
    const int code = io_uring_register_files_sparse(&ring_, files);
    if (code < 0) {
      throw Failure("MCC_ERR_FILE_LIMIT",
                    "io_uring gives no table of " + std::to_string(files) + " files: " + std::strerror(-code) + ".");
    }
  }

  // Puts a file into the table, beside its descriptor; -1 takes out what is there. 0, or an errno.
  int put_file(int index, int fd) noexcept {
    const int code = io_uring_register_files_update(&ring_, static_cast<unsigned>(index), &fd, 1);
    return code < 0 ? -code : 0;
  }

  // A place in the submission queue. When it is full, what is in it is handed over first.
  io_uring_sqe* sqe() noexcept {
    io_uring_sqe* entry = io_uring_get_sqe(&ring_);
    while (entry == nullptr) {
      io_uring_submit(&ring_);
      entry = io_uring_get_sqe(&ring_);
    }
    return entry;
  }

  // The same, for an operation whose completion nobody waits for: with success, there is none.
  static void ignore(io_uring_sqe* entry) noexcept {
    entry->flags |= IOSQE_CQE_SKIP_SUCCESS;
    io_uring_sqe_set_data64(entry, kOwn);
  }

  // Hands over what was queued. What never waits has happened then.
  void submit() noexcept {
    while (io_uring_sq_ready(&ring_) > 0) {
      const int code = io_uring_submit(&ring_);
      if (code < 0 && code != -EAGAIN && code != -EBUSY && code != -EINTR) return;  // the ring is of another thread
    }
  }

  // Whether perform() may be called.
  bool can_perform() noexcept {
    submit();
    return io_uring_cq_ready(&ring_) < kCompletions / 2 && !flagged(IORING_SQ_CQ_OVERFLOW);
  }

  // Does at once what never waits, and returns its result: the completion is the newest, but for what other operations
  // have posted since. `entry` is alone in the queue.
  int perform(io_uring_sqe* entry) noexcept {
    const std::uint64_t token = kOwn | ++performed_;
    io_uring_sqe_set_data64(entry, token);
    submit();
    const unsigned oldest = *ring_.cq.khead;
    for (unsigned i = io_uring_smp_load_acquire(ring_.cq.ktail); i != oldest; --i) {
      const io_uring_cqe& completion = ring_.cq.cqes[(i - 1) & ring_.cq.ring_mask];
      if (completion.user_data == token) return completion.res;
    }
    return -EIO;  // not with room in the queue
  }

  bool has_completions() noexcept { return io_uring_cq_ready(&ring_) > 0; }

  // Completions, or what flush() turns into some.
  bool has_work() noexcept { return has_completions() || flagged(kWorkFlags); }

  // Takes the oldest completion that somebody waits for; false when there is none.
  bool take(io_uring_cqe& completion) noexcept {
    while (has_completions()) {
      completion = ring_.cq.cqes[*ring_.cq.khead & ring_.cq.ring_mask];
      io_uring_cq_advance(&ring_, 1);
      if ((completion.user_data & kOwn) != kOwn) return true;
    }
    return false;
  }

  // Hands over what was queued and lets the kernel post what has completed, without waiting. Stays out of the kernel
  // when there is nothing to do there.
  void flush() noexcept {
    if (io_uring_sq_ready(&ring_) > 0 || flagged(kWorkFlags)) io_uring_submit_and_get_events(&ring_);
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
  static constexpr unsigned kWorkFlags = IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW;
  // IORING_FEAT_RW_ATTR, of Linux 6.14. Before 6.13, a file that is taken out of a table stays open until every
  // operation that is older has ended, also those on other files: with receives armed for good, as good as for ever.
  static constexpr unsigned kFilesPutAtOnce = 1u << 16;

  bool flagged(unsigned flags) noexcept { return (IO_URING_READ_ONCE(*ring_.sq.kflags) & flags) != 0; }

  // Linux 6.1 has all of this. Multishot receive needs 6.0, and there is nothing to be won on what lies between.
  static int open(io_uring& ring) noexcept {
    io_uring_params params{};
    params.flags = IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER |
                   IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG;
    params.cq_entries = kCompletions;
    return io_uring_queue_init_params(kSubmissions, &ring, &params);
  }

  io_uring ring_{};
  bool open_ = false;
  std::uint32_t performed_ = 0;
};

}  // namespace mcc::kernel
