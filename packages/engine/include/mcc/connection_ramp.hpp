#pragma once
// How many connections are in use while a load lasts: it goes evenly from one number to the next, stage by stage, and
// stays at the last one.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "mcc/stack.hpp"

namespace mcc {

struct ConnectionStage {
  Nanos duration_ns;
  std::uint32_t from;
  std::uint32_t to;
};

class ConnectionRamp {
 public:
  static constexpr Nanos kNever = UINT64_MAX;

  explicit ConnectionRamp(std::vector<ConnectionStage> stages) : stages_(std::move(stages)) {}

  bool empty() const noexcept { return stages_.empty(); }

  void start(Nanos now) noexcept {
    begin_ = now;
    stage_ = 0;
  }

  // How many there are to be, of all the run's, rounded to the nearest. Time does not go back.
  std::uint32_t at(Nanos now) noexcept {
    while (stage_ < stages_.size() && now >= begin_ + stages_[stage_].duration_ns) {
      begin_ += stages_[stage_++].duration_ns;
    }
    if (stage_ == stages_.size()) {
      next_ = kNever;
      return stages_.back().to;
    }
    const auto& [duration_ns, from, to] = stages_[stage_];
    const double slope = (static_cast<double>(to) - from) / static_cast<double>(duration_ns);
    const double count = std::floor(from + slope * static_cast<double>(now - begin_) + 0.5);
    next_ = begin_ + duration_ns;
    if (slope != 0) {
      const double edge = slope > 0 ? count + 0.5 : count - 0.5;
      next_ = std::min(next_, begin_ + static_cast<Nanos>((edge - from) / slope) + 1);
    }
    return static_cast<std::uint32_t>(count);
  }

  // When at() may have another answer than the last one.
  Nanos next() const noexcept { return next_; }

 private:
  std::vector<ConnectionStage> stages_;
  std::size_t stage_ = 0;
  Nanos begin_ = 0;  // of the stage
  Nanos next_ = kNever;
};

}  // namespace mcc
