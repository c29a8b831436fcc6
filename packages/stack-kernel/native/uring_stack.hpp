#pragma once
// Sockets over io_uring. Receiving and accepting are multishot, so that they are asked for once per connection and once
// per listener; what arrives lies in buffers of a pool that all connections share. Connects, sends of stable bytes and
// whatever else one round of completions brings about leave with one io_uring_enter.
//
// A slot is released only when no operation on it is in flight, so that no completion can name it afterwards. What is
// in flight is ended through its socket (shutdown, disconnect) and not by cancelling: the kernel looks for what to
// cancel in at most 256 hash chains, which is slow with 100,000 receives armed.

#include <liburing.h>
#include <poll.h>
#include <sys/socket.h>

#include <string>
#include <vector>

#include "buffer_ring.hpp"
#include "io_base.hpp"
#include "ring.hpp"

namespace mcc::kernel {

class UringStack : public IoBase {
 public:
  explicit UringStack(const OpenContext& context) : IoBase(context, 0), buffers_(ring_.get()) {
    parked_.reserve(static_cast<std::size_t>(kBacklog) * listeners_.fds().size());
    accept_armed_.resize(listeners_.fds().size());
  }
  ~UringStack() {
    ring_.close();
    for (const int fd : parked_) ::close(fd);
  }

  Facts facts() const { return describe("uring"); }

  Error connect(Slot slot) {
    const Dialer::Call call = dialer_.open(0);
    if (call.error != Error::none) return call.error;
    Connection& connection = at(slot);
    connection.fd = call.fd;
    connection.flags = kConnecting;
    io_uring_sqe* entry = ring_.sqe();
    io_uring_prep_connect(entry, call.fd, call.target->data(), call.target->size());
    start(entry, slot, kConnectOperation);
    return Error::none;
  }

  Error listen() {
    accepting_ = Accepting::yes;
    for (std::size_t i = 0; i < listeners_.fds().size(); ++i) arm_accept(i);
    return Error::none;
  }

  void unlisten() {
    accepting_ = Accepting::no;
    listeners_.close();
    for (const int fd : parked_) ::close(fd);
    parked_.clear();
  }

  std::size_t send(Slot slot, Bytes bytes, Lifetime lifetime) {
    Connection& connection = at(slot);
    if (connection.is(kClosing) || connection.reason != Error::none) return bytes.size();
    if ((connection.operations & kSendOperation) != 0) {
      connection.set(kWantsWritable);
      return 0;
    }
    if (lifetime == Lifetime::stable) {
      connection.pending = bytes.data();
      connection.remaining = static_cast<std::uint32_t>(bytes.size());
      send_pending(slot);
      return bytes.size();
    }
    const ssize_t sent = ::send(connection.fd, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    const std::size_t taken = sent < 0 ? 0 : static_cast<std::size_t>(sent);
    if (taken == bytes.size()) return taken;
    if (sent < 0 && errno != EAGAIN) {
      broken(slot, error_of(errno));
      return bytes.size();
    }
    ++counters_.short_sends;
    connection.set(kWantsWritable);
    await_room(slot);
    return taken;
  }

  void pause(Slot slot) {
    Connection& connection = at(slot);
    connection.set(kPaused);
    if ((connection.operations & kReceiveOperation) == 0) return;
    io_uring_sqe* entry = ring_.sqe();
    io_uring_prep_cancel64(entry, token(slot, kReceiveOperation), 0);
    io_uring_sqe_set_data64(entry, kIgnored);
  }

  void resume(Slot slot) {
    Connection& connection = at(slot);
    connection.clear(kPaused);
    arm_receive(slot);
  }

  void close(Slot slot) {
    Connection& connection = at(slot);
    if (connection.is(kClosing)) return;
    connection.set(kClosing);
    go_on_closing(slot);
  }

  void reset(Slot slot) {
    Connection& connection = at(slot);
    if (connection.is(kReleased | kAborted)) return;
    if (connection.is(kLingering)) linger_.remove(connections_, slot);
    connection.set(kClosing | kAborted);
    disconnect(connection.fd);
    go_on_closing(slot);
  }

  template <class Handler>
  PollResult poll(Handler& handler, Nanos ns) {
    PollResult result;
    serve_ready(handler, result.events);
    buffers_.publish();
    ring_.flush();
    if (ns > 0 && result.events == 0 && ready_.empty() && !handler.full() && !ring_.has_completions()) {
      result.slept = wait(ns);
    }
    serve_completions(handler, result.events);
    keep_time(handler, result.events);
    waiting_.served(result.events);
    return result;
  }

 private:
  static constexpr std::uint64_t kIgnored = ~std::uint64_t{0};
  static constexpr std::uint8_t kAcceptOperation = 0x40;
  // Then the engine has its turn: it may have sends to pace.
  static constexpr int kCompletionsPerPoll = 512;

  Nanos wait(Nanos ns) {
    const auto ready = [&] {
      ring_.flush();
      return ring_.has_completions();
    };
    return waiting_.wait(ns, ready, [&](Nanos now, Nanos left) {
      ++counters_.waits;
      ring_.wait(sleep_limit(now, left));
    });
  }

  // What a completion is about, in its user_data. No generation: no operation outlives its connection.
  static constexpr std::uint64_t token(std::uint64_t index, std::uint8_t operation) noexcept {
    return static_cast<std::uint64_t>(operation) << 56 | index;
  }

  void start(io_uring_sqe* entry, Slot slot, std::uint8_t operation) noexcept {
    io_uring_sqe_set_data64(entry, token(slot, operation));
    Connection& connection = at(slot);
    connection.operations = static_cast<std::uint8_t>(connection.operations | operation);
  }

  // Without IORING_RECVSEND_POLL_FIRST, though a first try is often in vain: with it, Linux 6.18 misses a reset that
  // comes together with data before the receive is armed.
  void arm_receive(Slot slot) noexcept {
    Connection& connection = at(slot);
    constexpr std::uint16_t kNever = kConnecting | kPeerClosed | kAborted | kReleased;
    if ((connection.operations & kReceiveOperation) != 0 || connection.is(kNever)) return;
    if (connection.is(kPaused) && !connection.is(kClosing)) return;
    io_uring_sqe* entry = ring_.sqe();
    io_uring_prep_recv_multishot(entry, connection.fd, nullptr, 0, 0);
    entry->flags |= IOSQE_BUFFER_SELECT;
    entry->buf_group = BufferRing::kGroup;
    start(entry, slot, kReceiveOperation);
  }

  void send_pending(Slot slot) noexcept {
    const Connection& connection = at(slot);
    io_uring_sqe* entry = ring_.sqe();
    io_uring_prep_send(entry, connection.fd, connection.pending, connection.remaining, MSG_NOSIGNAL | MSG_WAITALL);
    start(entry, slot, kSendOperation);
  }

  void await_room(Slot slot) noexcept {
    io_uring_sqe* entry = ring_.sqe();
    io_uring_prep_poll_add(entry, at(slot).fd, POLLOUT);
    start(entry, slot, kSendOperation);
  }

  void arm_accept(std::size_t listener) noexcept {
    if (accept_armed_[listener]) return;
    accept_armed_[listener] = true;
    io_uring_sqe* entry = ring_.sqe();
    io_uring_prep_multishot_accept(entry, listeners_.fds()[listener], nullptr, nullptr, SOCK_CLOEXEC);
    io_uring_sqe_set_data64(entry, token(listener, kAcceptOperation));
  }

  void cancel_accepts() noexcept {
    for (std::size_t i = 0; i < accept_armed_.size(); ++i) {
      if (!accept_armed_[i]) continue;
      io_uring_sqe* entry = ring_.sqe();
      io_uring_prep_cancel64(entry, token(i, kAcceptOperation), 0);
      io_uring_sqe_set_data64(entry, kIgnored);
    }
  }

  // Sending has failed. What the peer sent before it went is still delivered: receiving ends after it, and then the
  // connection does.
  void broken(Slot slot, Error reason) noexcept {
    Connection& connection = at(slot);
    connection.remaining = 0;
    if (connection.is(kClosing | kPeerClosed)) return fail(slot, reason);
    connection.reason = reason;
    arm_receive(slot);
  }

  void fail(Slot slot, Error reason) noexcept {
    Connection& connection = at(slot);
    if (connection.is(kClosing)) {
      connection.set(kAborted);
    } else {
      connection.reason = reason;
      connection.set(kClosing | kAborted);
      disconnect(connection.fd);
    }
    go_on_closing(slot);
  }

  // Takes a closing connection one step further; called again whenever one of its operations has ended.
  void go_on_closing(Slot slot) noexcept {
    Connection& connection = at(slot);
    const bool aborted = connection.is(kAborted);
    if (connection.remaining > 0 && !connection.is(kLingering) && !aborted) return;  // on_sent calls again
    const bool linger = server_ && !aborted && !connection.is(kPeerClosed | kConnecting | kCancelling);
    if (linger) {
      if (connection.is(kLingering)) return;
      shutdown(connection.fd, SHUT_WR);
      linger_.push(connections_, slot, clock_.now());
      arm_receive(slot);
      return;
    }
    if (connection.operations == 0) return release(slot);
    if (aborted || connection.is(kCancelling)) return;  // the operations are about to end
    connection.set(kCancelling);
    if (connection.is(kConnecting)) {
      disconnect(connection.fd);
    } else {
      shutdown(connection.fd, SHUT_RDWR);
    }
  }

  template <class Handler>
  void serve_ready(Handler& handler, std::uint32_t& events) {
    if (ready_.empty()) return;
    const Slot last = ready_.last();  // what is added meanwhile waits for the next poll
    for (Slot slot = kNoSlot; slot != last && !ready_.empty() && !handler.full();) {
      slot = ready_.pop(connections_);
      if (!at(slot).is(kReleased)) continue;
      deliver_closed(handler, slot, clock_.now());
      ++events;
    }
  }

  template <class Handler>
  void serve_completions(Handler& handler, std::uint32_t& events) {
    io_uring_cqe completion;
    for (int i = 0; i < kCompletionsPerPoll && !handler.full() && ring_.take(completion); ++i) {
      on_completion(handler, completion, events);
    }
  }

  template <class Handler>
  void on_completion(Handler& handler, const io_uring_cqe& completion, std::uint32_t& events) {
    if (completion.user_data == kIgnored) return;
    const auto operation = static_cast<std::uint8_t>(completion.user_data >> 56);
    const auto slot = static_cast<Slot>(completion.user_data);
    switch (operation) {
      case kReceiveOperation:
        return on_received(handler, slot, completion, events);
      case kSendOperation:
        return on_sent(handler, slot, completion.res, events);
      case kConnectOperation:
        return on_connect(handler, slot, completion.res, events);
      default:
        return on_accept(handler, slot, completion, events);
    }
  }

  void ended(Slot slot, std::uint8_t operation) noexcept {
    Connection& connection = at(slot);
    connection.operations = static_cast<std::uint8_t>(connection.operations & ~operation);
  }

  template <class Handler>
  void on_connect(Handler& handler, Slot slot, int code, std::uint32_t& events) {
    Connection& connection = at(slot);
    ended(slot, kConnectOperation);
    if (connection.is(kClosing)) return go_on_closing(slot);
    if (code < 0) return fail(slot, error_of(-code));
    connection.clear(kConnecting);
    arm_receive(slot);
    ++events;
    handler.on_connected(slot, clock_.now());
  }

  template <class Handler>
  void on_received(Handler& handler, Slot slot, const io_uring_cqe& completion, std::uint32_t& events) {
    Connection& connection = at(slot);
    const bool more = (completion.flags & IORING_CQE_F_MORE) != 0;
    if (!more) ended(slot, kReceiveOperation);
    if ((completion.flags & IORING_CQE_F_BUFFER) != 0) {
      const auto buffer = static_cast<std::uint16_t>(completion.flags >> IORING_CQE_BUFFER_SHIFT);
      if (completion.res > 0 && !connection.is(kClosing)) {
        ++events;
        handler.on_data(slot, buffers_.bytes(buffer, static_cast<std::size_t>(completion.res)), clock_.now());
      }
      buffers_.give_back(buffer);
    }
    if (more) return;
    if (completion.res == -ENOBUFS) ++counters_.receive_buffer_waits;
    if (completion.res == 0) {
      connection.set(kPeerClosed);
      if (connection.reason != Error::none) return fail(slot, connection.reason);
      if (!connection.is(kClosing)) {
        ++events;
        return handler.on_peer_closed(slot, clock_.now());
      }
    } else if (completion.res < 0 && completion.res != -ENOBUFS && completion.res != -ECANCELED) {
      return fail(slot, error_of(-completion.res));
    }
    if (connection.is(kClosing)) go_on_closing(slot);
    if (!connection.is(kReleased | kCancelling)) arm_receive(slot);
  }

  template <class Handler>
  void on_sent(Handler& handler, Slot slot, int code, std::uint32_t& events) {
    Connection& connection = at(slot);
    ended(slot, kSendOperation);
    if (connection.is(kAborted | kLingering | kCancelling)) return go_on_closing(slot);
    if (code < 0) return broken(slot, error_of(-code));
    if (connection.remaining > 0) {
      connection.pending += code;
      connection.remaining -= static_cast<std::uint32_t>(code);
      if (connection.remaining > 0) {
        ++counters_.short_sends;
        return send_pending(slot);
      }
    }
    if (connection.is(kClosing)) return go_on_closing(slot);
    if (!connection.is(kWantsWritable)) return;
    connection.clear(kWantsWritable);
    ++events;
    handler.on_writable(slot, clock_.now());
  }

  template <class Handler>
  void on_accept(Handler& handler, std::size_t listener, const io_uring_cqe& completion, std::uint32_t& events) {
    if ((completion.flags & IORING_CQE_F_MORE) == 0) accept_armed_[listener] = false;
    if (completion.res >= 0) {
      if (accepting_ == Accepting::no) {
        ::close(completion.res);
      } else if (free_.empty()) {
        park(completion.res);
      } else {
        take(handler, completion.res, events);
      }
    } else if (accepting_ == Accepting::yes && completion.res != -ECONNABORTED && completion.res != -ECANCELED) {
      accept_paused(clock_.now() + kAcceptPause);
    }
    if (accepting_ == Accepting::yes) arm_accept(listener);
  }

  template <class Handler>
  void take(Handler& handler, int fd, std::uint32_t& events) {
    const Slot slot = free_.pop(connections_);
    at(slot).fd = fd;
    arm_receive(slot);
    ++events;
    handler.on_accepted(slot, clock_.now());
  }

  // Accepted by the kernel before it could be told that every slot is taken.
  void park(int fd) {
    if (parked_.size() == parked_.capacity()) {
      ::close(fd);
      return;
    }
    parked_.push_back(fd);
    if (accepting_ != Accepting::yes) return;
    accept_paused(0);
    cancel_accepts();
  }

  // What is due by the clock. The clock is read only where something is: in a client nothing ever is.
  template <class Handler>
  void keep_time(Handler& handler, std::uint32_t& events) {
    if (accepting_ != Accepting::paused && linger_.empty()) return;
    const Nanos now = clock_.now();
    if (accept_may_resume(now)) resume_accepting(handler, events);
    for (Slot slot = linger_.expired(connections_, now); slot != kNoSlot; slot = linger_.expired(connections_, now)) {
      ++counters_.linger_timeouts;
      linger_.remove(connections_, slot);
      at(slot).set(kCancelling);
      shutdown(at(slot).fd, SHUT_RDWR);
    }
  }

  template <class Handler>
  void resume_accepting(Handler& handler, std::uint32_t& events) {
    while (!parked_.empty()) {
      if (free_.empty() || handler.full()) return;
      take(handler, parked_.back(), events);
      parked_.pop_back();
    }
    accepting_ = Accepting::yes;
    for (std::size_t i = 0; i < accept_armed_.size(); ++i) arm_accept(i);
  }

  Ring ring_;
  BufferRing buffers_;
  std::vector<bool> accept_armed_;
  std::vector<int> parked_;  // accepted, but no slot is free yet
};

}  // namespace mcc::kernel
