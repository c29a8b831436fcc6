#pragma once
// When requests of an open loop are meant to leave: a stream of instants that is fixed by its options and seed,
// whatever the server and the generator do (Schroeder, Wierman, Harchol-Balter: Open versus closed, NSDI 2006).
//
// Every kind is a stream of mean rate 1 on a scale of its own, the expected number of departures so far, and is brought
// to time through the inverse of the integral of the rate: so ramps need no kind of their own.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "mcc/random.hpp"
#include "mcc/stack.hpp"

namespace mcc {

enum class ArrivalKind : std::uint8_t {
  constant,
  poisson,  // exponential gaps
  uniform,  // gaps uniform from none to twice the mean
  trace,    // as recorded
};

// The rate goes evenly from one value to another, in departures a second. The last stage goes on for ever at `to`.
struct RateStage {
  Nanos duration_ns;
  double from;
  double to;
};

struct ArrivalOptions {
  ArrivalKind kind = ArrivalKind::constant;
  std::vector<RateStage> stages;          // of the whole run; without a trace at least one
  std::vector<Nanos> trace;               // from the start of the load, in order
  std::vector<std::uint32_t> sizes = {};  // of each one's message in bytes; empty: as it is
  std::uint64_t seed = 0;
};

// One of `parts` equal parts of a run's departures. Of constant and recorded ones it has every parts-th, of Poisson's a
// Poisson process of its own, since the superposition of those is one again.
class Arrivals {
 public:
  static constexpr Nanos kNever = UINT64_MAX;

  Arrivals(const ArrivalOptions& options, std::uint32_t part, std::uint32_t parts)
      : kind_(options.kind),
        stages_(options.stages),
        seed_(mix(mix(options.seed) ^ part)),
        first_((part + 0.5) / parts) {
    for (RateStage& stage : stages_) {
      stage.from /= parts;
      stage.to /= parts;
    }
    for (std::size_t i = part; i < options.trace.size(); i += parts) trace_.push_back(options.trace[i]);
    for (std::size_t i = part; i < options.sizes.size(); i += parts) sizes_.push_back(options.sizes[i]);
  }

  // From `at` on, and before `end`.
  void start(Nanos at, Nanos end = kNever) noexcept {
    at_ = at;
    end_ = end;
    taken_ = 0;
    stage_ = 0;
    stage_begins_ = stage_expects_ = 0;
    expected_ = kind_ == ArrivalKind::constant ? first_ : gap();
    next_ = locate();
  }

  // The next departure; kNever: there is none any more.
  Nanos next() const noexcept { return next_; }
  // The size of its message. Only where there is one, and sizes were recorded.
  std::uint32_t size() const noexcept { return sizes_[taken_]; }

  void pop() noexcept {
    ++taken_;
    expected_ += gap();
    next_ = locate();
  }

  // There will be no more. Returns how many that were due before `now` were never taken: exactly for what is constant
  // or recorded, otherwise as many as are expected.
  std::uint64_t stop(Nanos now) noexcept {
    const Nanos until = std::min(now, end_);
    const std::uint64_t left = next_ < until ? left_before(until) : 0;
    next_ = end_ = kNever;
    stages_.clear();
    trace_.clear();
    sizes_.clear();
    return left;
  }

 private:
  static constexpr double kSecond = 1e9;

  double gap() noexcept {
    switch (kind_) {
      case ArrivalKind::poisson:
        return exponential(mix(seed_ + drawn_++));
      case ArrivalKind::uniform:
        return static_cast<double>(mix(seed_ + drawn_++) >> 11) * 0x1p-52;
      case ArrivalKind::constant:
      case ArrivalKind::trace:
        break;
    }
    return 1;
  }

  // The instant at which so many are expected.
  Nanos locate() noexcept {
    double offset = 0;
    if (kind_ == ArrivalKind::trace) {
      if (taken_ >= trace_.size()) return kNever;
      offset = static_cast<double>(trace_[taken_]);
    } else {
      while (stage_ + 1 < stages_.size() && expected_ >= stage_expects_ + expects(stages_[stage_])) {
        stage_expects_ += expects(stages_[stage_]);
        stage_begins_ += static_cast<double>(stages_[stage_++].duration_ns);
      }
      if (stage_ >= stages_.size()) return kNever;
      offset = stage_begins_ + solve(stages_[stage_], expected_ - stage_expects_);
      if (!(offset < 0x1p62)) return kNever;
    }
    const Nanos instant = at_ + static_cast<Nanos>(offset + 0.5);
    return instant < end_ ? instant : kNever;
  }

  static double expects(const RateStage& stage) noexcept {
    return (stage.from + stage.to) / 2 * static_cast<double>(stage.duration_ns) / kSecond;
  }

  // Nanoseconds into the stage at which `count` are expected: count = from t + (to - from) t^2 / 2 D, in the form that
  // loses no digits where the rate hardly changes. Beyond the end of the last stage the rate stays.
  static double solve(const RateStage& stage, double count) noexcept {
    const double whole = expects(stage);
    const auto duration = static_cast<double>(stage.duration_ns);
    if (count >= whole) return duration + (count - whole) / stage.to * kSecond;
    const double slope = (stage.to - stage.from) / (duration / kSecond);
    return 2 * count / (stage.from + std::sqrt(stage.from * stage.from + 2 * slope * count)) * kSecond;
  }

  std::uint64_t left_before(Nanos until) const noexcept {
    if (kind_ == ArrivalKind::trace) {
      const auto from = trace_.begin() + static_cast<std::ptrdiff_t>(taken_);
      return static_cast<std::uint64_t>(std::lower_bound(from, trace_.end(), until - at_) - from);
    }
    double passed = static_cast<double>(until - at_) - stage_begins_;
    double count = stage_expects_ - expected_;
    for (std::size_t i = stage_; i < stages_.size(); ++i) {
      const RateStage& stage = stages_[i];
      const auto duration = static_cast<double>(stage.duration_ns);
      const double part = std::min(passed, duration);
      if (part > 0) {
        const double end = stage.from + (stage.to - stage.from) * part / duration;
        count += (stage.from + end) / 2 * part / kSecond;
      }
      passed -= part;
      if (i + 1 == stages_.size()) count += passed * stage.to / kSecond;
    }
    return count < 0 ? 0 : static_cast<std::uint64_t>(count) + 1;
  }

  ArrivalKind kind_;
  std::vector<RateStage> stages_;
  std::vector<Nanos> trace_;
  std::vector<std::uint32_t> sizes_;
  std::uint64_t seed_;
  double first_;  // of constant gaps: where within the first one
  std::uint64_t drawn_ = 0;
  std::size_t taken_ = 0;
  std::size_t stage_ = 0;
  double stage_begins_ = 0;   // ns from the start
  double stage_expects_ = 0;  // expected before the stage
  double expected_ = 0;       // before the next
  Nanos at_ = 0;
  Nanos end_ = kNever;
  Nanos next_ = kNever;
};

}  // namespace mcc
