#pragma once
// What both I/O interfaces have in common: slots, sockets to connect and to accept with, and the way a slot ends.

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "connection.hpp"
#include "counters.hpp"
#include "dialer.hpp"
#include "linger_list.hpp"
#include "listeners.hpp"
#include "mcc/options.hpp"
#include "waiting.hpp"

namespace mcc::kernel {

// How long accepting rests when the process or the machine has no more files or memory.
inline constexpr Nanos kAcceptPause = 10'000'000;
// Most bytes of one on_data.
inline constexpr std::size_t kDeliveryMax = 65536;
// Deliveries to one connection before the others have their turn.
inline constexpr int kDeliveriesPerTurn = 4;

// The same type as mcc::Facts of mcc/port.hpp, which would bring the whole engine in.
using Facts = std::vector<std::pair<std::string, std::variant<std::string, double, bool>>>;

class IoBase {
 public:
  IoBase(const OpenContext& context, int type_flags, bool spins)
      : server_(context.engine.role == Role::server),
        connections_(context.engine.sessions),
        dialer_(context),
        listeners_(context, type_flags),
        clock_(*context.clock),
        published_(context.stack_counters),
        waiting_(clock_, server_ ? 0 : context.engine.sessions, spins) {
    if (!server_) return;
    for (Slot slot = context.engine.sessions; slot-- > 0;) free_.push(connections_, slot);
  }
  IoBase(const IoBase&) = delete;
  IoBase& operator=(const IoBase&) = delete;

  // See the Stack concept.
  void publish(std::size_t) noexcept {
    const auto values = counters_.values();
    std::copy_n(values.begin(), std::min(values.size(), published_.size()), published_.begin());
  }

  const Counters& counters() const noexcept { return counters_; }
  // Where a server listens: "127.0.0.1:8080, [::1]:8080".
  std::string listening() const { return listeners_.text(); }

 protected:
  ~IoBase() = default;

  Facts describe(const char* io) const {
    Facts facts{{"io", std::string(io)}};
    if (server_) facts.emplace_back("listening", listening());
    return facts;
  }

  enum class Accepting : std::uint8_t { no, yes, paused };

  Connection& at(Slot slot) noexcept { return connections_[slot]; }
  void make_ready(Slot slot) noexcept { ready_.push(connections_, slot); }

  // The slot's socket is gone; what the kernel still says about it is out of date. on_closed is due.
  void released(Slot slot) noexcept {
    Connection& connection = at(slot);
    if (connection.is(kLingering)) linger_.remove(connections_, slot);
    connection.fd = -1;
    ++connection.generation;
    connection.set(kReleased);
    make_ready(slot);
  }

  // Makes the slot free, then tells the engine, which may use it at once.
  template <class Handler>
  void deliver_closed(Handler& handler, Slot slot, Nanos now) {
    Connection& connection = at(slot);
    const Error reason = connection.reason;
    const std::uint32_t generation = connection.generation;
    connection = Connection{};
    connection.generation = generation;
    if (server_) free_.push(connections_, slot);
    handler.on_closed(slot, reason, now);
  }

  // `again_at` 0: once a slot is free.
  void accept_paused(Nanos again_at) noexcept {
    ++counters_.accept_pauses;
    accepting_ = Accepting::paused;
    accept_again_at_ = again_at;
  }

  bool accept_may_resume(Nanos now) noexcept {
    if (accepting_ != Accepting::paused || now < accept_again_at_) return false;
    accept_again_at_ = 0;
    return !free_.empty();
  }

  // The longest sleep, at most `ns`, that misses nothing that is due by the clock.
  Nanos sleep_limit(Nanos now, Nanos ns) const noexcept {
    const Nanos limit = linger_.next(connections_, now, ns);
    if (accepting_ != Accepting::paused || accept_again_at_ == 0) return limit;
    return std::min(limit, accept_again_at_ > now ? accept_again_at_ - now : 0);
  }

  const bool server_;
  std::vector<Connection> connections_;
  ReadyList ready_;
  FreeSlots free_;
  LingerList linger_;
  Dialer dialer_;
  Listeners listeners_;
  const TscClock& clock_;
  std::span<std::uint64_t> published_;
  Waiting waiting_;
  Counters counters_;
  Accepting accepting_ = Accepting::no;
  Nanos accept_again_at_ = 0;  // while paused
};

}  // namespace mcc::kernel
