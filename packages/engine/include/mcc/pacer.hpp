#pragma once
// When connections are opened for the first time: session i at start + i * setup / n, or, without a set-up time, as
// fast as the target takes them.

#include <algorithm>
#include <cstdint>

#include "mcc/options.hpp"
#include "mcc/random.hpp"
#include "mcc/stack.hpp"

namespace mcc {

class SetupPacer {
 public:
  explicit SetupPacer(const EngineOptions& options)
      : sessions_(options.sessions),
        setup_ns_(options.setup_ns),
        connecting_max_(std::max(options.connecting_max, 1u)),
        window_(connecting_max_) {}

  void start(Nanos now) noexcept {
    start_ = moved_at_ = now;
    running_ = true;
  }
  // Of the sessions only so many are to be opened. Not fewer than have been.
  void aim(std::uint32_t sessions) noexcept { sessions_ = sessions; }
  // The last one opened is to be opened again, if at all.
  std::uint32_t take_back() noexcept { return --started_; }
  // The rest is never opened.
  void stop() noexcept { running_ = false; }

  // Sessions opened so far: the next is session `started()`.
  std::uint32_t started() const noexcept { return started_; }
  bool pending() const noexcept { return running_ && started_ < sessions_; }

  // How many sessions, at most `limit`, to open now, when `connecting` are in progress. The caller opens them all.
  std::uint32_t take(Nanos now, std::uint64_t connecting, std::uint32_t limit) noexcept {
    if (!pending()) return 0;
    const std::uint32_t count = std::min(limit, setup_ns_ == 0 ? unpaced(now, connecting) : paced(now));
    in_progress_ = connecting + count;
    started_ += count;
    return count;
  }

  // When take() will have something to give, if nothing else happens before.
  Nanos next(std::uint64_t connecting) const noexcept {
    if (!pending()) return UINT64_MAX;
    // Rounded up: a nanosecond earlier take() still has nothing.
    if (setup_ns_ != 0) return start_ + scale(setup_ns_, started_, sessions_, sessions_ - 1);
    return connecting < window_ ? 0 : moved_at_ + kStallNs;
  }

 private:
  // A target that does not answer must not hold up the other connections for its time-out: when no connection came or
  // went for this long, twice as many may be in progress.
  static constexpr Nanos kStallNs = 10'000'000;

  std::uint32_t paced(Nanos now) const noexcept {
    const Nanos passed = now - start_;
    if (passed >= setup_ns_) return sessions_ - started_;
    const auto due = static_cast<std::uint32_t>(scale(passed, sessions_, setup_ns_) + 1);
    return std::min(due, sessions_) - std::min(due, started_);
  }

  std::uint32_t unpaced(Nanos now, std::uint64_t connecting) noexcept {
    if (connecting < in_progress_) {  // something was decided: the target answers
      moved_at_ = now;
      window_ = connecting_max_;
    } else if (connecting >= window_ && now - moved_at_ >= kStallNs) {
      moved_at_ = now;
      window_ = std::min(window_ * 2, std::uint64_t{sessions_} * 2);
    }
    const std::uint64_t room = connecting < window_ ? window_ - connecting : 0;
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(room, sessions_ - started_));
  }

  std::uint32_t sessions_;
  Nanos setup_ns_;
  std::uint64_t connecting_max_;
  std::uint64_t window_;
  std::uint64_t in_progress_ = 0;  // when take() was last called
  Nanos start_ = 0;
  Nanos moved_at_ = 0;
  std::uint32_t started_ = 0;
  bool running_ = false;
};

}  // namespace mcc
