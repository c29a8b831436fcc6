#pragma once
// What io_uring is asked to do with the connections' sockets.
//
// A socket is a descriptor, in Connection::fd, as long as the limit of open files suffices. Otherwise it is a direct
// descriptor: an entry of its ring's table of files, which that limit does not count, and which only operations of that
// ring can name. Slot s is then entry s % table of ring s / table, so that nothing more has to be remembered.

#include <poll.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "connection.hpp"
#include "rings.hpp"
#include "socket.hpp"

namespace mcc::kernel {

class UringSockets {
 public:
  // `table`: files in a ring's table; 0: sockets are descriptors. Throws Failure.
  UringSockets(std::vector<Connection>& connections, std::uint32_t table)
      : connections_(connections),
        direct_(table > 0),
        table_(direct_ ? table : kNoSlot),
        rings_(tables(static_cast<std::uint32_t>(connections.size()), table)) {}
  UringSockets(const UringSockets&) = delete;
  UringSockets& operator=(const UringSockets&) = delete;

  // Resets what is open.
  ~UringSockets() {
    if (!direct_) rings_.close();
    for (Slot slot = 0; slot < connections_.size(); ++slot) {
      const int fd = connections_[slot].fd;
      if (fd < 0) continue;
      if (direct_) {
        ask_disconnect(slot);
        continue;
      }
      mcc::kernel::disconnect(fd);
      ::close(fd);
    }
    for (std::size_t i = 0; direct_ && i < rings_.count(); ++i) rings_.ring(i).submit();
  }

  Rings& rings() noexcept { return rings_; }
  bool direct() const noexcept { return direct_; }

  // What a completion is about, in its user_data. No generation: no operation outlives its connection.
  static constexpr std::uint64_t token(std::uint64_t index, std::uint8_t operation) noexcept {
    return static_cast<std::uint64_t>(operation) << 56 | index;
  }

  // Makes the socket that of the slot, and the descriptor ours: it is closed with an error.
  Error adopt(Slot slot, int fd) noexcept {
    if (!direct_) {
      at(slot).fd = fd;
      return Error::none;
    }
    const int index = static_cast<int>(slot % table_);
    const int code = ring(slot).put_file(index, fd);
    ::close(fd);
    if (code != 0) return error_of(code);
    at(slot).fd = index;
    return Error::none;
  }

  // Nothing may be in flight.
  void close(Slot slot) noexcept {
    if (direct_) {
      ring(slot).put_file(at(slot).fd, -1);
    } else {
      ::close(at(slot).fd);
    }
  }

  void connect(Slot slot, const Address& target) noexcept {
    io_uring_sqe* entry = ring(slot).sqe();
    io_uring_prep_connect(entry, at(slot).fd, target.data(), target.size());
    start(entry, slot, kConnectOperation);
  }

  // With `again`, once for all that will come: whoever may have to pause asks for one buffer at a time, since what is
  // still to come of the other kind, and must be taken then, knows no bound.
  //
  // Without IORING_RECVSEND_POLL_FIRST, though a first try is often in vain: with it, Linux 6.18 misses a reset that
  // comes together with data before the receive is armed.
  void receive(Slot slot, bool again) noexcept {
    io_uring_sqe* entry = ring(slot).sqe();
    if (again) {
      io_uring_prep_recv_multishot(entry, at(slot).fd, nullptr, 0, 0);
    } else {
      io_uring_prep_recv(entry, at(slot).fd, nullptr, BufferRing::kBufferBytes, 0);
    }
    entry->flags |= IOSQE_BUFFER_SELECT;
    entry->buf_group = BufferRing::kGroup;
    start(entry, slot, kReceiveOperation);
  }

  void stop_receiving(Slot slot) noexcept { cancel(slot, kReceiveOperation); }

  // Sends what is pending, all of it.
  void send(Slot slot) noexcept {
    const Connection& connection = at(slot);
    io_uring_sqe* entry = ring(slot).sqe();
    io_uring_prep_send(entry, connection.fd, connection.pending, connection.remaining, MSG_NOSIGNAL | MSG_WAITALL);
    start(entry, slot, kSendOperation);
  }

  // Sends at once as much as there is room for. Bytes taken, or a negated errno; -EAGAIN: none now.
  ssize_t send_now(Slot slot, Bytes bytes) noexcept {
    const int fd = at(slot).fd;
    constexpr int kFlags = MSG_DONTWAIT | MSG_NOSIGNAL;
    if (!direct_) {
      const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), kFlags);
      return sent < 0 ? -errno : sent;
    }
    Ring& its_ring = ring(slot);
    if (!its_ring.can_perform()) return -EAGAIN;
    io_uring_sqe* entry = its_ring.sqe();
    io_uring_prep_send(entry, fd, bytes.data(), bytes.size(), kFlags);
    entry->flags |= IOSQE_FIXED_FILE;
    return its_ring.perform(entry);
  }

  // Ends, as a send, when the socket has room.
  void await_room(Slot slot) noexcept {
    io_uring_sqe* entry = ring(slot).sqe();
    io_uring_prep_poll_add(entry, at(slot).fd, POLLOUT);
    start(entry, slot, kSendOperation);
  }

  // Sends FIN. io_uring leaves that to a thread of the kernel.
  void finish(Slot slot) noexcept {
    if (!direct_) {
      shutdown(at(slot).fd, SHUT_WR);
      return;
    }
    io_uring_sqe* entry = ring(slot).sqe();
    io_uring_prep_shutdown(entry, at(slot).fd, SHUT_WR);
    start(entry, slot, kShutdownOperation);
  }

  // Ends what is in flight, in order. Through the socket where that is possible: to cancel, the kernel looks through
  // one of at most 256 hash chains, which is slow with 100,000 receives armed on a ring. In a table there are fewer.
  void hang_up(Slot slot) noexcept {
    if (!direct_) {
      shutdown(at(slot).fd, SHUT_RDWR);
      return;
    }
    for (const std::uint8_t operation : {kReceiveOperation, kSendOperation}) {
      if ((at(slot).operations & operation) != 0) cancel(slot, operation);
    }
  }

  // Sends RST at once, which ends whatever is in flight.
  void disconnect(Slot slot) noexcept {
    if (!direct_) return mcc::kernel::disconnect(at(slot).fd);
    ask_disconnect(slot);
    ring(slot).submit();
  }

 private:
  // As many tables as the slots need, the last one no larger than that.
  static std::vector<unsigned> tables(std::uint32_t slots, std::uint32_t table) {
    std::vector<unsigned> sizes;
    for (std::uint32_t left = table > 0 ? slots : 0; left > 0; left -= sizes.back()) {
      sizes.push_back(std::min(left, table));
    }
    return sizes;
  }

  Connection& at(Slot slot) noexcept { return connections_[slot]; }
  Ring& ring(Slot slot) noexcept { return rings_.ring(slot / table_); }

  void start(io_uring_sqe* entry, Slot slot, std::uint8_t operation) noexcept {
    if (direct_) entry->flags |= IOSQE_FIXED_FILE;
    io_uring_sqe_set_data64(entry, token(slot, operation));
    Connection& connection = at(slot);
    connection.operations = static_cast<std::uint8_t>(connection.operations | operation);
  }

  void cancel(Slot slot, std::uint8_t operation) noexcept {
    io_uring_sqe* entry = ring(slot).sqe();
    io_uring_prep_cancel64(entry, token(slot, operation), 0);
    Ring::ignore(entry);
  }

  void ask_disconnect(Slot slot) noexcept {
    static constexpr sockaddr kUnspecified{.sa_family = AF_UNSPEC, .sa_data = {}};
    io_uring_sqe* entry = ring(slot).sqe();
    io_uring_prep_connect(entry, at(slot).fd, &kUnspecified, sizeof kUnspecified);
    entry->flags |= IOSQE_FIXED_FILE;
    Ring::ignore(entry);
  }

  std::vector<Connection>& connections_;
  const bool direct_;
  const std::uint32_t table_;
  Rings rings_;
};

}  // namespace mcc::kernel
