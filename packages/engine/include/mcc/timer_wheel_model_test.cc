// The timer wheel against the plain way, a map of deadlines, in random orders of everything that can happen.

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>

#include "mcc/timer_wheel.hpp"

namespace mcc {
namespace {

class Model {
 public:
  explicit Model(std::uint64_t seed) : random_(seed), sessions_(kSessions), now_(up_to(50)), wheel_(sessions_, now_) {}

  void step() {
    const auto slot = static_cast<Slot>(random_() % kSessions);
    REQUIRE(wheel_.armed(slot) == armed_.contains(slot));
    switch (random_() % 8) {
      case 0:
        if (armed_.erase(slot) != 0) wheel_.disarm(slot);
        break;
      case 1:  // lazily: the wheel is not told
        if (armed_.contains(slot)) armed_[slot] += up_to(40);
        break;
      case 2:
      case 3:
        now_ += up_to(50);
        advance();
        break;
      case 4:
        if (wheel_.next() != TimerWheel::kNever) now_ = std::max(now_, wheel_.next());
        advance();
        break;
      default:
        if (!armed_.contains(slot)) arm(slot);
    }
  }

 private:
  static constexpr std::size_t kSessions = 64;

  // Spread over all magnitudes below 2^bits, so that every level is used.
  Nanos up_to(unsigned bits) { return random_() >> (64 - 1 - random_() % bits); }

  void arm(Slot slot) {
    const Nanos deadline = now_ + up_to(55) - std::min<Nanos>(now_, random_() % 100);
    armed_[slot] = deadline;
    wheel_.arm(slot, deadline);
  }

  void advance() {
    const auto limit = static_cast<std::uint32_t>(random_() % 3 == 0 ? 1 + random_() % 5 : 1000);
    const std::uint32_t visited = wheel_.advance(
        now_, limit, [this](Slot slot) { return armed_.at(slot); },
        [this](Slot slot) {
          REQUIRE(armed_.at(slot) <= now_);
          armed_.erase(slot);
          if (random_() % 4 == 0) arm(slot);
        });
    if (visited >= limit) return;
    const Nanos next = wheel_.next();
    REQUIRE((next == TimerWheel::kNever) == armed_.empty());
    REQUIRE(next > now_);
    for (const auto& [slot, deadline] : armed_) {
      REQUIRE(deadline + TimerWheel::kTickNs > now_);
      REQUIRE(next < deadline + 2 * TimerWheel::kTickNs);
    }
  }

  std::mt19937_64 random_;
  Reserved<Session> sessions_;
  Nanos now_;
  TimerWheel wheel_;
  std::map<Slot, Nanos> armed_;
};

TEST_CASE("timer wheel: whatever the order, no timer fires early, and none more than a tick late") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    Model model(seed);
    for (int step = 0; step < 300; ++step) model.step();
  }
}

}  // namespace
}  // namespace mcc
