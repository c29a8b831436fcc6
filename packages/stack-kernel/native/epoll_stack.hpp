#pragma once
// Sockets over epoll. Every descriptor is registered once, edge-triggered, for both directions; reading and writing go
// straight to the socket, so that a request costs one send, one recv and its share of one epoll_wait.

#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <memory>
#include <string>

#include "io_base.hpp"

namespace mcc::kernel {

class EpollStack : public IoBase {
 public:
  explicit EpollStack(const OpenContext& context, bool spins = false)
      : IoBase(context, SOCK_NONBLOCK, spins), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    if (epoll_ < 0) throw Failure("MCC_ERR_FILE_LIMIT", std::string("epoll_create1: ") + std::strerror(errno) + ".");
  }
  ~EpollStack() {
    ::close(epoll_);
    for (const Connection& connection : connections_) {
      if (connection.fd < 0) continue;
      disconnect(connection.fd);
      ::close(connection.fd);
    }
  }

  Facts facts() const { return describe("epoll"); }

  Error connect(Slot slot) {
    const Dialer::Call call = dialer_.open(SOCK_NONBLOCK);
    if (call.error != Error::none) return call.error;
    if (::connect(call.fd, call.target->data(), call.target->size()) != 0 && errno != EINPROGRESS) {
      const Error error = error_of(errno);
      ::close(call.fd);
      return error;
    }
    Connection& connection = at(slot);
    connection.fd = call.fd;
    connection.flags = kConnecting;
    return watch(slot);
  }

  Error listen() {
    for (std::size_t i = 0; i < listeners_.fds().size(); ++i) {
      epoll_event event{.events = EPOLLIN, .data = {.u64 = listener_token(i)}};
      if (epoll_ctl(epoll_, EPOLL_CTL_ADD, listeners_.fds()[i], &event) != 0) return error_of(errno);
    }
    accepting_ = Accepting::yes;
    return Error::none;
  }

  void unlisten() {
    listeners_.close();
    accepting_ = Accepting::no;
  }

  std::size_t send(Slot slot, Bytes bytes, Lifetime lifetime) {
    Connection& connection = at(slot);
    if (connection.is(kClosing)) return bytes.size();
    if (connection.remaining > 0 || connection.is(kWantsWritable)) {
      connection.set(kWantsWritable);
      return 0;
    }
    const ssize_t sent = write(slot, bytes.data(), bytes.size());
    if (sent < 0) return bytes.size();  // it failed, and on_closed will say so
    const auto taken = static_cast<std::size_t>(sent);
    if (taken == bytes.size()) return taken;
    ++counters_.short_sends;
    if (lifetime == Lifetime::transient) {
      connection.set(kWantsWritable);
      return taken;
    }
    connection.pending = bytes.data() + taken;
    connection.remaining = static_cast<std::uint32_t>(bytes.size() - taken);
    return bytes.size();
  }

  void pause(Slot slot) { at(slot).set(kPaused); }

  void resume(Slot slot) {
    Connection& connection = at(slot);
    connection.clear(kPaused);
    if (connection.is(kReadable)) make_ready(slot);
  }

  void close(Slot slot) {
    Connection& connection = at(slot);
    if (connection.is(kClosing)) return;
    connection.set(kClosing);
    if (connection.remaining == 0) finish(slot);
  }

  void reset(Slot slot) {
    Connection& connection = at(slot);
    if (connection.is(kReleased)) return;
    connection.set(kClosing);
    reset_on_close(connection.fd);
    release(slot);
  }

  void flush() noexcept {}  // what was sent is with the kernel

  template <class Handler>
  PollResult poll(Handler& handler, Nanos ns) {
    PollResult result;
    const auto counted = [&](auto&& deliver) {
      deliver();
      ++result.events;
    };
    serve_ready(handler, counted);
    const bool idle = ready_.empty() && result.events == 0 && !handler.full();
    if (next_event_ >= event_count_) result.slept = wait(idle ? ns : 0);
    while (next_event_ < event_count_ && !handler.full()) {
      handler.interlude();
      const epoll_event event = events_[static_cast<std::size_t>(next_event_++)];
      if (event.data.u64 >= kListenerBase) {
        accept(handler, event.data.u64 - kListenerBase, counted);
        continue;
      }
      const auto slot = static_cast<Slot>(event.data.u64);
      if (at(slot).generation != static_cast<std::uint32_t>(event.data.u64 >> 32))
        continue;  // of an earlier connection
      on_event(handler, slot, event.events, counted);
    }
    keep_time();
    waiting_.served(result.events);
    return result;
  }

 private:
  // A generation this high is never reached: 2^32 - 1 connections on one slot.
  static constexpr std::uint64_t kListenerBase = 0xffff'ffff'0000'0000;
  static constexpr int kEventsMax = 256;
  static constexpr int kAcceptsPerTurn = 64;

  static std::uint64_t listener_token(std::size_t index) noexcept { return kListenerBase + index; }

  Error watch(Slot slot) noexcept {
    Connection& connection = at(slot);
    const std::uint64_t token = static_cast<std::uint64_t>(connection.generation) << 32 | slot;
    epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {.u64 = token}};
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd, &event) == 0) return Error::none;
    // ENOSPC: fs.epoll.max_user_watches is reached, which is a bound on kernel memory.
    const Error error = errno == ENOSPC ? Error::no_memory : error_of(errno);
    ::close(connection.fd);
    connection.fd = -1;
    connection.flags = 0;
    return error;
  }

  Nanos wait(Nanos ns) {
    next_event_ = 0;
    const auto ready = [&] { return (event_count_ = epoll_wait(epoll_, events_.data(), kEventsMax, 0)) > 0; };
    if (ready() || ns == 0) return 0;
    return waiting_.wait(ns, ready, [&](Nanos now, Nanos left) { sleep(sleep_limit(now, left)); });
  }

  void sleep(Nanos ns) {
    ++counters_.waits;
    const timespec timeout{static_cast<time_t>(ns / 1'000'000'000), static_cast<long>(ns % 1'000'000'000)};
    event_count_ = epoll_pwait2(epoll_, events_.data(), kEventsMax, &timeout, nullptr);
    if (event_count_ < 0 && errno == ENOSYS) {  // Linux before 5.11 counts in milliseconds
      event_count_ = epoll_wait(epoll_, events_.data(), kEventsMax, static_cast<int>(ns / 1'000'000));
    }
  }

  // What no event announces: ends, reads after a pause, and reads that were left to be fair to others.
  template <class Handler, class Counted>
  void serve_ready(Handler& handler, Counted&& counted) {
    if (ready_.empty()) return;
    const Slot last = ready_.last();  // what is added meanwhile waits for the next poll
    for (Slot slot = kNoSlot; slot != last && !ready_.empty() && !handler.full();) {
      slot = ready_.pop(connections_);
      if (at(slot).is(kReleased)) {
        counted([&] { deliver_closed(handler, slot, clock_.now()); });
      } else if (at(slot).is(kReadable)) {
        read(handler, slot, true, counted);
      }
    }
  }

  template <class Handler, class Counted>
  void on_event(Handler& handler, Slot slot, std::uint32_t events, Counted&& counted) {
    Connection& connection = at(slot);
    const std::uint32_t generation = connection.generation;
    if (connection.is(kConnecting)) {
      const int code = (events & (EPOLLERR | EPOLLHUP)) != 0 ? pending_error(connection.fd) : 0;
      if (code != 0) return fail(slot, error_of(code));
      if ((events & EPOLLOUT) == 0) return;
      connection.clear(kConnecting);
      counted([&] { handler.on_connected(slot, clock_.now()); });
    }
    if ((events & EPOLLOUT) != 0) on_room(handler, slot, counted);
    if ((events & ~static_cast<std::uint32_t>(EPOLLOUT)) == 0 || connection.generation != generation) return;
    read(handler, slot, (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0, counted);
  }

  // The socket has room: goes on with what is pending, then lets the engine go on.
  template <class Handler, class Counted>
  void on_room(Handler& handler, Slot slot, Counted&& counted) {
    Connection& connection = at(slot);
    if (connection.remaining > 0 && !connection.is(kLingering)) {
      const ssize_t sent = write(slot, connection.pending, connection.remaining);
      if (sent < 0) return;
      connection.pending += sent;
      connection.remaining -= static_cast<std::uint32_t>(sent);
      if (connection.remaining > 0) return;
      if (connection.is(kClosing)) return finish(slot);
    }
    if (!connection.is(kWantsWritable) || connection.is(kClosing)) return;
    connection.clear(kWantsWritable);
    counted([&] { handler.on_writable(slot, clock_.now()); });
  }

  // Reads until there is nothing left, but not for ever. A read that does not fill the buffer has emptied the socket,
  // unless the end of the stream is announced (`to_end`), which only a further read takes.
  template <class Handler, class Counted>
  void read(Handler& handler, Slot slot, bool to_end, Counted&& counted) {
    Connection& connection = at(slot);
    if (connection.is(kReleased)) return;
    connection.clear(kReadable);
    if (connection.is(kClosing)) return discard(slot);
    for (int turn = 0; turn < kDeliveriesPerTurn; ++turn) {
      if (connection.is(kPaused)) return connection.set(kReadable);
      if (handler.full()) break;
      if (connection.is(kPeerClosed)) return connection.is(kAborted) ? fail(slot, connection.reason) : void();
      const ssize_t got = recv(connection.fd, buffer_.get(), kDeliveryMax, 0);
      if (got <= 0 && connection.is(kAborted)) return fail(slot, connection.reason);
      if (got < 0) {
        if (errno != EAGAIN) fail(slot, error_of(errno));
        return;
      }
      const Nanos now = clock_.now();
      if (got == 0) {
        connection.set(kPeerClosed);
        return counted([&] { handler.on_peer_closed(slot, now); });
      }
      const auto size = static_cast<std::size_t>(got);
      counted([&] { handler.on_data(slot, Bytes(buffer_.get(), size), now); });
      if (connection.is(kClosing)) return;
      if (size < kDeliveryMax && !to_end) return;
    }
    connection.set(kReadable);
    make_ready(slot);
  }

  // After our own close: only whether the peer has finished is of interest. MSG_TRUNC drops bytes without copying them.
  void discard(Slot slot) {
    Connection& connection = at(slot);
    for (int turn = 0; turn < kDeliveriesPerTurn; ++turn) {
      const ssize_t got = recv(connection.fd, nullptr, 1 << 30, MSG_TRUNC);
      if (got > 0) continue;
      if (got < 0 && errno == EAGAIN && !connection.is(kAborted)) return;
      connection.set(kPeerClosed);
      if (got < 0 || connection.is(kLingering | kAborted)) release(slot);
      return;
    }
    connection.set(kReadable);
    make_ready(slot);
  }

  // Bytes taken by the socket (0: it is full), or -1 after a failure, which on_closed will report.
  ssize_t write(Slot slot, const std::byte* data, std::size_t size) {
    Connection& connection = at(slot);
    const ssize_t sent = ::send(connection.fd, data, size, MSG_NOSIGNAL);
    if (sent >= 0) return sent;
    if (errno == EAGAIN) return 0;
    // What the peer sent before it went is still there to be read: the connection ends once that is delivered.
    if (!connection.is(kClosing)) connection.reason = error_of(errno);
    connection.set(kReadable | kAborted);
    make_ready(slot);
    return -1;
  }

  void fail(Slot slot, Error reason) {
    Connection& connection = at(slot);
    if (!connection.is(kClosing)) connection.reason = reason;
    connection.set(kClosing);
    release(slot);
  }

  void release(Slot slot) {
    ::close(at(slot).fd);
    released(slot);
  }

  // Everything was sent and the engine has let go.
  void finish(Slot slot) {
    Connection& connection = at(slot);
    if (!server_ || connection.is(kPeerClosed) || shutdown(connection.fd, SHUT_WR) != 0) return release(slot);
    linger_.push(connections_, slot, clock_.now());
    if (connection.is(kReadable)) make_ready(slot);
  }

  template <class Handler, class Counted>
  void accept(Handler& handler, std::size_t listener, Counted&& counted) {
    if (accepting_ != Accepting::yes) return;
    for (int turn = 0; turn < kAcceptsPerTurn && !handler.full(); ++turn) {
      if (free_.empty()) return pause_accepting(0);
      const int fd = accept4(listeners_.fds()[listener], nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
          pause_accepting(clock_.now() + kAcceptPause);
        }
        return;
      }
      const Slot slot = free_.pop(connections_);
      at(slot).fd = fd;
      if (watch(slot) != Error::none) {
        free_.push(connections_, slot);
        return pause_accepting(clock_.now() + kAcceptPause);
      }
      counted([&] { handler.on_accepted(slot, clock_.now()); });
    }
  }

  void pause_accepting(Nanos again_at) {
    accept_paused(again_at);
    watch_listeners(0);
  }

  void watch_listeners(std::uint32_t events) {
    for (std::size_t i = 0; i < listeners_.fds().size(); ++i) {
      epoll_event event{.events = events, .data = {.u64 = listener_token(i)}};
      epoll_ctl(epoll_, EPOLL_CTL_MOD, listeners_.fds()[i], &event);
    }
  }

  // What is due by the clock. The clock is read only where something is: in a client nothing ever is.
  void keep_time() {
    if (accepting_ != Accepting::paused && linger_.empty()) return;
    const Nanos now = clock_.now();
    if (accept_may_resume(now)) {
      accepting_ = Accepting::yes;
      watch_listeners(EPOLLIN);
    }
    for (Slot slot = linger_.expired(connections_, now); slot != kNoSlot; slot = linger_.expired(connections_, now)) {
      ++counters_.linger_timeouts;
      release(slot);
    }
  }

  int epoll_;
  int event_count_ = 0;
  int next_event_ = 0;
  std::array<epoll_event, kEventsMax> events_;
  std::unique_ptr<std::byte[]> buffer_ = std::make_unique<std::byte[]>(kDeliveryMax);
};

}  // namespace mcc::kernel
