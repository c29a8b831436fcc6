#pragma once
// The rings of one worker. One is enough as long as sockets are descriptors. When they are entries of the rings' tables
// of files there are as many as it takes, because no table holds more than RLIMIT_NOFILE. The worker sleeps in the
// first; the others ring a bell that the first one listens to.

#include <liburing.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "buffer_ring.hpp"
#include "ring.hpp"

namespace mcc::kernel {

// An eventfd. A ring that it is registered with raises it whenever completions, or work that will bring them, come to
// an empty queue.
class Bell {
 public:
  // Throws Failure.
  Bell() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (fd_ < 0) throw Failure("MCC_ERR_FILE_LIMIT", std::string("eventfd: ") + std::strerror(errno) + ".");
  }
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;
  ~Bell() { ::close(fd_); }

  int fd() const noexcept { return fd_; }

  void silence() noexcept {
    eventfd_t count;
    eventfd_read(fd_, &count);
  }

 private:
  int fd_;
};

class Rings {
 public:
  // `tables`: how many files each ring's table holds; empty: one ring without a table. Throws Failure.
  explicit Rings(const std::vector<unsigned>& tables) {
    const std::size_t count = tables.empty() ? 1 : tables.size();
    for (std::size_t i = 0; i < count; ++i) {
      lanes_.push_back(std::make_unique<Lane>(count == 1 ? BufferRing::kBuffersMax : kBuffersOfMany));
      if (!tables.empty()) lanes_[i]->ring.make_table(tables[i]);
    }
    if (count == 1) return;
    bell_ = std::make_unique<Bell>();
    for (std::size_t i = 1; i < count; ++i) {
      if (io_uring_register_eventfd(lanes_[i]->ring.get(), bell_->fd()) != 0) {
        throw Failure("MCC_ERR_STACK", "io_uring takes no eventfd.", "Use --kernel.io epoll.");
      }
    }
  }

  std::size_t count() const noexcept { return lanes_.size(); }
  Ring& ring(std::size_t index) noexcept { return lanes_[index]->ring; }
  BufferRing& buffers(std::size_t index) noexcept { return lanes_[index]->buffers; }

  // Ends what is in flight, everywhere.
  void close() noexcept {
    for (const auto& lane : lanes_) lane->ring.close();
  }

  // See Ring. A ring with nothing to do costs a look at its flags.
  void flush() noexcept {
    for (const auto& lane : lanes_) {
      lane->buffers.publish();
      lane->ring.flush();
    }
  }

  bool has_completions() noexcept {
    for (const auto& lane : lanes_) {
      if (lane->ring.has_completions()) return true;
    }
    return false;
  }

  // Calls take(ring, completion) for at most `most` completions, each ring in its turn, as long as more() is true.
  template <class More, class Take>
  void serve(int most, More&& more, Take&& take) {
    const int of_each = std::max(most / static_cast<int>(count()), kCompletionsOfEach);
    io_uring_cqe completion;
    for (std::size_t i = 0; i < count(); ++i) {
      Ring& ring = lanes_[turn_]->ring;
      for (int taken = 0; taken < of_each; ++taken) {
        if (!more()) return;
        if (!ring.take(completion)) break;
        if (completion.user_data == kBellToken) {
          listening_ = false;
        } else {
          take(turn_, completion);
        }
      }
      turn_ = turn_ + 1 == count() ? 0 : turn_ + 1;
    }
  }

  // Sleeps until there is a completion on some ring, at most `ns`.
  void wait(Nanos ns) noexcept {
    if (bell_ && !listening_) {
      // The order matters. What comes before the bell is silent is seen here; what comes after it raises it again, and
      // then the poll completes at once.
      bell_->silence();
      flush();
      for (std::size_t i = 1; i < count(); ++i) {
        if (lanes_[i]->ring.has_work()) return;
      }
      io_uring_sqe* entry = lanes_[0]->ring.sqe();
      io_uring_prep_poll_add(entry, bell_->fd(), POLLIN);
      io_uring_sqe_set_data64(entry, kBellToken);
      listening_ = true;
    }
    lanes_[0]->ring.wait(ns);
  }

 private:
  struct Lane {
    explicit Lane(unsigned buffer_count) : buffers(ring.get(), buffer_count) {}
    ~Lane() { ring.close(); }  // before its buffers go
    Ring ring;
    BufferRing buffers;
  };

  static constexpr unsigned kBuffersOfMany = 64;
  static constexpr int kCompletionsOfEach = 16;
  static constexpr std::uint64_t kBellToken = std::uint64_t{0x80} << 56;

  std::unique_ptr<Bell> bell_;  // null: there is one ring
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::size_t turn_ = 0;    // the ring to be served next
  bool listening_ = false;  // to the bell, in the first ring
};

}  // namespace mcc::kernel
