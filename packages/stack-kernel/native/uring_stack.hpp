#pragma once
// Sockets over io_uring. Accepting is multishot, and so is a client's receiving: they are asked for once per listener
// and once per connection. What arrives lies in buffers of a pool that all connections share. Connects, sends of stable
// bytes and whatever else one round of completions brings about leave with one io_uring_enter.
//
// A slot is released only when no operation on it is in flight, so that no completion can name it afterwards. What is
// in flight is ended through its socket (shutdown, disconnect) and not by cancelling: the kernel looks for what to
// cancel in at most 256 hash chains, which is slow with 100,000 receives armed.

#include <liburing.h>
#include <sys/socket.h>

#include <string>
#include <vector>

#include "buffer_ring.hpp"
#include "io_base.hpp"
#include "uring_sockets.hpp"

namespace mcc::kernel {

class UringStack : public IoBase {
 public:
  // `table`: see UringSockets.
  explicit UringStack(const OpenContext& context, std::uint32_t table = 0, bool spins = false)
      : IoBase(context, 0, spins), sockets_(connections_, table), rings_(sockets_.rings()) {
    parked_.reserve(static_cast<std::size_t>(kBacklog) * listeners_.fds().size());
    accept_armed_.resize(listeners_.fds().size());
  }
  ~UringStack() {
    for (const int fd : parked_) ::close(fd);
  }

  Facts facts() const { return describe("uring"); }

  Error connect(Slot slot) {
    const Dialer::Call call = dialer_.open(0);
    if (call.error != Error::none) return call.error;
    const Error error = sockets_.adopt(slot, call.fd);
    if (error != Error::none) return error;
    at(slot).flags = kConnecting;
    sockets_.connect(slot, *call.target);
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
      sockets_.send(slot);
      return bytes.size();
    }
    const ssize_t sent = sockets_.send_now(slot, bytes);
    const std::size_t taken = sent < 0 ? 0 : static_cast<std::size_t>(sent);
    if (taken == bytes.size()) return taken;
    if (sent < 0 && sent != -EAGAIN) {
      broken(slot, error_of(static_cast<int>(-sent)));
      return bytes.size();
    }
    ++counters_.short_sends;
    connection.set(kWantsWritable);
    sockets_.await_room(slot);
    return taken;
  }

  void pause(Slot slot) {
    Connection& connection = at(slot);
    connection.set(kPaused);
    if ((connection.operations & kReceiveOperation) != 0) sockets_.stop_receiving(slot);
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
    sockets_.disconnect(slot);
    go_on_closing(slot);
  }

  void flush() { rings_.flush(); }

  template <class Handler>
  PollResult poll(Handler& handler, Nanos ns) {
    PollResult result;
    serve_ready(handler, result.events);
    rings_.flush();
    if (ns > 0 && result.events == 0 && ready_.empty() && !handler.full() && !rings_.has_completions()) {
      result.slept = wait(ns);
    }
    serve_completions(handler, result.events);
    keep_time(handler, result.events);
    waiting_.served(result.events);
    return result;
  }

 private:
  static constexpr std::uint8_t kAcceptOperation = 0x40;
  // Then the engine has its turn: it may have sends to pace.
  static constexpr int kCompletionsPerPoll = 512;

  Nanos wait(Nanos ns) {
    const auto ready = [&] {
      rings_.flush();
      return rings_.has_completions();
    };
    return waiting_.wait(ns, ready, [&](Nanos now, Nanos left) {
      ++counters_.waits;
      rings_.wait(sleep_limit(now, left));
    });
  }

  void arm_receive(Slot slot) noexcept {
    const Connection& connection = at(slot);
    constexpr std::uint16_t kNever = kConnecting | kPeerClosed | kAborted | kReleased;
    if ((connection.operations & kReceiveOperation) != 0 || connection.is(kNever)) return;
    if (connection.is(kPaused) && !connection.is(kClosing)) return;
    sockets_.receive(slot, !server_);
  }

  void arm_accept(std::size_t listener) noexcept {
    if (accept_armed_[listener]) return;
    accept_armed_[listener] = true;
    io_uring_sqe* entry = rings_.ring(0).sqe();
    io_uring_prep_multishot_accept(entry, listeners_.fds()[listener], nullptr, nullptr, SOCK_CLOEXEC);
    io_uring_sqe_set_data64(entry, UringSockets::token(listener, kAcceptOperation));
  }

  void cancel_accepts() noexcept {
    for (std::size_t i = 0; i < accept_armed_.size(); ++i) {
      if (!accept_armed_[i]) continue;
      io_uring_sqe* entry = rings_.ring(0).sqe();
      io_uring_prep_cancel64(entry, UringSockets::token(i, kAcceptOperation), 0);
      Ring::ignore(entry);
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
      sockets_.disconnect(slot);
    }
    go_on_closing(slot);
  }

  void release(Slot slot) noexcept {
    sockets_.close(slot);
    released(slot);
  }

  // Takes a closing connection one step further; called again whenever one of its operations has ended.
  void go_on_closing(Slot slot) noexcept {
    Connection& connection = at(slot);
    const bool aborted = connection.is(kAborted);
    if (connection.remaining > 0 && !connection.is(kLingering) && !aborted) return;  // on_sent calls again
    const bool linger = server_ && !aborted && !connection.is(kPeerClosed | kConnecting | kCancelling);
    if (linger) {
      if (connection.is(kLingering)) return;
      sockets_.finish(slot);
      linger_.push(connections_, slot, clock_.now());
      arm_receive(slot);
      return;
    }
    if (connection.operations == 0) return release(slot);
    if (aborted || connection.is(kCancelling)) return;  // the operations are about to end
    connection.set(kCancelling);
    if (connection.is(kConnecting)) {
      sockets_.disconnect(slot);
    } else {
      sockets_.hang_up(slot);
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
    rings_.serve(
        kCompletionsPerPoll, [&] { return !handler.full(); },
        [&](std::size_t ring, const io_uring_cqe& completion) {
          handler.interlude();
          on_completion(handler, ring, completion, events);
        });
  }

  template <class Handler>
  void on_completion(Handler& handler, std::size_t ring, const io_uring_cqe& completion, std::uint32_t& events) {
    const auto operation = static_cast<std::uint8_t>(completion.user_data >> 56);
    const auto slot = static_cast<Slot>(completion.user_data);
    switch (operation) {
      case kReceiveOperation:
        return on_received(handler, slot, rings_.buffers(ring), completion, events);
      case kSendOperation:
        return on_sent(handler, slot, completion.res, events);
      case kConnectOperation:
        return on_connect(handler, slot, completion.res, events);
      case kShutdownOperation:
        return on_finished(slot);
      default:
        return on_accept(handler, slot, completion, events);
    }
  }

  void ended(Slot slot, std::uint8_t operation) noexcept {
    Connection& connection = at(slot);
    connection.operations = static_cast<std::uint8_t>(connection.operations & ~operation);
  }

  void on_finished(Slot slot) noexcept {
    ended(slot, kShutdownOperation);
    go_on_closing(slot);
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
  void on_received(Handler& handler, Slot slot, BufferRing& buffers, const io_uring_cqe& completion,
                   std::uint32_t& events) {
    Connection& connection = at(slot);
    const bool more = (completion.flags & IORING_CQE_F_MORE) != 0;
    if (!more) ended(slot, kReceiveOperation);
    if ((completion.flags & IORING_CQE_F_BUFFER) != 0) {
      const auto buffer = static_cast<std::uint16_t>(completion.flags >> IORING_CQE_BUFFER_SHIFT);
      if (completion.res > 0 && !connection.is(kClosing)) {
        ++events;
        handler.on_data(slot, buffers.bytes(buffer, static_cast<std::size_t>(completion.res)), clock_.now());
      }
      buffers.give_back(buffer);
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
        return sockets_.send(slot);
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
    const Error error = sockets_.adopt(slot, fd);
    if (error != Error::none) return free_.push(connections_, slot);
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
      sockets_.hang_up(slot);
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

  UringSockets sockets_;
  Rings& rings_;
  std::vector<bool> accept_armed_;
  std::vector<int> parked_;  // accepted, but no slot is free yet
};

}  // namespace mcc::kernel
