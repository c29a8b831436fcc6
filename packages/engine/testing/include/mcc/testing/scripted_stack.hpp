#pragma once
// A stack without a network: a test says what the peers do, and looks at what the engine did. Time is a manual clock,
// which a poll without events moves on by what it was given to wait.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mcc/clock.hpp"
#include "mcc/stack.hpp"

namespace mcc::testing {

class ScriptedStack {
 public:
  static constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

  explicit ScriptedStack(ManualClock& clock, std::size_t classes = 0) : kinds(classes), clock_(clock) {}

  // --- What the test arranges. ---

  bool answers = true;                 // connects succeed at the next poll; otherwise nothing happens
  Error refuses = Error::none;         // connects fail so at the next poll
  Error cannot_connect = Error::none;  // connect itself returns this
  Error cannot_listen = Error::none;
  bool jammed = false;            // congested() says so
  std::size_t room = kUnlimited;  // bytes that each connection's send still takes
  // classes() of connections, which go round the slots, and are known no longer than they stand.
  const std::size_t kinds;

  // What a peer does; happens in the next polls, in this order.
  void accept(Slot slot) { happens({Kind::accepted, slot, {}, Error::none}); }
  void data(Slot slot, std::string_view bytes) { happens({Kind::data, slot, std::string(bytes), Error::none}); }
  void peer_closes(Slot slot) { happens({Kind::peer_closed, slot, {}, Error::none}); }
  void breaks(Slot slot, Error reason) { happens({Kind::closed, slot, {}, reason}); }
  // There is room for so many bytes more, on every connection.
  void writable(Slot slot, std::size_t bytes = kUnlimited) {
    room_[slot] = bytes;
    happens({Kind::writable, slot, {}, Error::none});
  }

  // --- What the engine did. ---

  std::string take_sent(Slot slot) { return std::exchange(sent_[slot], {}); }
  std::vector<Slot> connects;
  std::vector<Slot> closes;
  std::vector<Slot> resets;
  std::vector<std::size_t> sends;  // sizes, as they were offered
  std::vector<Slot> senders;       // and who sent
  std::set<Slot> paused;
  std::size_t transient_sends = 0;
  std::size_t published = 0;
  std::size_t polls = 0;
  std::size_t flushes = 0;
  bool listening = false;
  // The slot belongs to a connection.
  bool is_taken(Slot slot) const { return taken_.contains(slot); }

  // --- Stack ---

  bool congested() const { return jammed; }
  std::size_t classes() const { return kinds; }
  std::size_t class_of(Slot slot) const {
    must_be_open(slot);
    return slot % kinds;
  }

  Error connect(Slot slot) {
    if (cannot_connect != Error::none) return cannot_connect;
    if (!taken_.insert(slot).second) throw std::logic_error("connect on a slot that is not free");
    connects.push_back(slot);
    room_.erase(slot);
    if (refuses != Error::none) {
      happens({Kind::closed, slot, {}, refuses});
    } else if (answers) {
      happens({Kind::connected, slot, {}, Error::none});
    }
    return Error::none;
  }

  Error listen() {
    listening = cannot_listen == Error::none;
    return cannot_listen;
  }
  void unlisten() { listening = false; }

  std::size_t send(Slot slot, Bytes bytes, Lifetime lifetime) {
    must_be_open(slot);
    std::size_t& left = room_.try_emplace(slot, room).first->second;
    const std::size_t count = std::min(left, bytes.size());
    if (left != kUnlimited) left -= count;
    sent_[slot].append(reinterpret_cast<const char*>(bytes.data()), count);
    sends.push_back(bytes.size());
    senders.push_back(slot);
    if (lifetime == Lifetime::transient) ++transient_sends;
    return count;
  }

  void pause(Slot slot) {
    must_be_open(slot);
    paused.insert(slot);
  }
  void resume(Slot slot) {
    must_be_open(slot);
    paused.erase(slot);
  }
  void close(Slot slot) { end(slot, closes); }
  void reset(Slot slot) { end(slot, resets); }
  void flush() { ++flushes; }

  template <class Handler>
  PollResult poll(Handler& handler, Nanos wait) {
    ++polls;
    PollResult result;
    // What a callback causes belongs to a later poll.
    for (std::size_t due = events_.size(); due > 0 && !handler.full(); --due, ++result.events) {
      handler.interlude();
      const Happening happening = std::move(events_.front());
      events_.pop_front();
      deliver(handler, happening);
    }
    if (result.events > 0) {
      idle_polls_ = 0;
    } else {
      if (wait == 0 && ++idle_polls_ > kIdlePollsMax) throw std::logic_error("the engine spins");
      if (wait > 0) idle_polls_ = 0;
      clock_.advance(wait);
      result.slept = wait;
    }
    return result;
  }

  void publish(std::size_t) { ++published; }

 private:
  static constexpr int kIdlePollsMax = 1000;
  enum class Kind : std::uint8_t { connected, accepted, data, writable, peer_closed, closed };
  struct Happening {
    Kind kind;
    Slot slot;
    std::string bytes;
    Error reason;
  };

  void happens(Happening happening) { events_.push_back(std::move(happening)); }

  void must_be_open(Slot slot) const {
    if (!taken_.contains(slot) || ending_.contains(slot)) throw std::logic_error("a call on a slot that is not open");
  }

  void end(Slot slot, std::vector<Slot>& list) {
    must_be_open(slot);
    list.push_back(slot);
    ending_.insert(slot);
    happens({Kind::closed, slot, {}, Error::none});
  }

  template <class Handler>
  void deliver(Handler& handler, const Happening& happening) {
    const Slot slot = happening.slot;
    const Nanos now = clock_.now();
    if (happening.kind == Kind::accepted) {
      taken_.insert(slot);
      room_.erase(slot);
      return handler.on_accepted(slot, now);
    }
    // The engine has closed it, or it is gone: the rest of the script is void.
    if (!taken_.contains(slot) || (ending_.contains(slot) && happening.kind != Kind::closed)) return;
    switch (happening.kind) {
      case Kind::connected:
        return handler.on_connected(slot, now);
      case Kind::data:
        return handler.on_data(slot, std::as_bytes(std::span(happening.bytes)), now);
      case Kind::writable:
        return handler.on_writable(slot, now);
      case Kind::peer_closed:
        return handler.on_peer_closed(slot, now);
      default:
        taken_.erase(slot);
        return handler.on_closed(slot, ending_.erase(slot) != 0 ? Error::none : happening.reason, now);
    }
  }

  ManualClock& clock_;
  std::deque<Happening> events_;
  std::set<Slot> taken_;
  std::set<Slot> ending_;
  std::map<Slot, std::size_t> room_;
  std::map<Slot, std::string> sent_;
  int idle_polls_ = 0;
};

}  // namespace mcc::testing
