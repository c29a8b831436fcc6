#pragma once
// A stack whose network and peers are a model: whoever is called answers at once, and gives every message back whole,
// one after another. What each piece of work takes is given, and a clock that runs with the work tells it: so a test of
// a million connections, or of a load beyond what can be done, has the same outcome on every machine.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

#include "mcc/stack.hpp"

namespace mcc::testing {

// A clock whose reading takes time as well, so that waiting for an instant comes to an end.
class WorkClock {
 public:
  static constexpr Nanos kReadNs = 20;

  Nanos now() const noexcept { return now_ += kReadNs; }
  void anchor() noexcept {}
  // Without reading it.
  Nanos at() const noexcept { return now_; }
  void work(Nanos ns) noexcept { now_ += ns; }

 private:
  mutable Nanos now_ = 1'000'000'000;
};

// What a piece of work takes, in ns.
struct Costs {
  Nanos build = 100;     // of a message that is sent
  Nanos hand_over = 50;  // of all that were sent since the last time
  Nanos receive = 100;   // of a message that is received
  Nanos answer = 0;      // of the peer's, for each message
  Nanos way = 5'000;     // from end to end
};

class ModelStack {
 public:
  static constexpr bool kHeldUntilFlush = true;

  ModelStack(WorkClock& clock, const Costs& costs) : clock_(clock), costs_(costs) {}

  // Told of every message, with the time at which it was handed over.
  std::function<void(Slot, Nanos)> left = [](Slot, Nanos) {};

  // --- Stack ---

  Error connect(Slot slot) {
    called_.push_back(slot);
    return Error::none;
  }
  Error listen() { return Error::none; }
  void unlisten() {}

  std::size_t send(Slot slot, Bytes bytes, Lifetime) {
    clock_.work(costs_.build);
    held_.push_back({.at = 0, .slot = slot, .size = bytes.size()});
    return bytes.size();
  }
  void pause(Slot) {}
  void resume(Slot) {}
  void close(Slot slot) { ended_.push_back(slot); }
  void reset(Slot slot) { ended_.push_back(slot); }

  void flush() {
    if (held_.empty()) return;
    clock_.work(costs_.hand_over);
    for (Message& message : held_) {
      left(message.slot, clock_.at());
      answered_at_ = std::max(answered_at_, clock_.at() + costs_.way) + costs_.answer;
      message.at = answered_at_ + costs_.way;
      replies_.push_back(message);
    }
    held_.clear();
  }

  template <class Handler>
  PollResult poll(Handler& handler, Nanos wait) {
    flush();
    PollResult result;
    const auto deliver = [&](std::deque<Slot>& slots, auto&& tell) {
      for (std::size_t due = std::min(slots.size(), kBurst); due > 0; --due, ++result.events) {
        const Slot slot = slots.front();
        slots.pop_front();
        tell(slot);
      }
    };
    deliver(called_, [&](Slot slot) { handler.on_connected(slot, clock_.at()); });
    deliver(ended_, [&](Slot slot) { handler.on_closed(slot, Error::none, clock_.at()); });
    const Nanos now = clock_.at();
    for (std::size_t n = 0; n < kBurst && !replies_.empty() && replies_.front().at <= now; ++n, ++result.events) {
      handler.interlude();
      const Message reply = replies_.front();
      replies_.pop_front();
      clock_.work(costs_.receive);
      handler.on_data(reply.slot, Bytes(kBytes).first(reply.size), clock_.at());
    }
    if (result.events == 0 && wait > 0) {
      const Nanos next = replies_.empty() ? now + wait : std::min(now + wait, replies_.front().at);
      result.slept = next - now;
      clock_.work(result.slept);
    }
    return result;
  }

  void publish(std::size_t) {}

 private:
  static constexpr std::size_t kBurst = 32;
  static constexpr std::byte kBytes[64] = {};

  struct Message {
    Nanos at;
    Slot slot;
    std::size_t size;  // at most that of kBytes
  };

  WorkClock& clock_;
  const Costs costs_;
  std::deque<Slot> called_;
  std::deque<Slot> ended_;
  std::vector<Message> held_;
  std::deque<Message> replies_;  // in the order of their times
  Nanos answered_at_ = 0;
};

}  // namespace mcc::testing
