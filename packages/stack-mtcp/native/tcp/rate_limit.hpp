#pragma once
// So many a second, and no more (RFC 5961 section 7).

#include <cstdint>

#include "mcc/stack.hpp"

namespace mcc::tcp {

class RateLimit {
 public:
  explicit RateLimit(std::uint32_t per_second) : limit_(per_second) {}

  bool allow(Nanos now) noexcept {
    if (now - since_ >= 1'000'000'000) {
      since_ = now;
      used_ = 0;
    }
    if (used_ == limit_) return false;
    ++used_;
    return true;
  }

 private:
  std::uint32_t limit_;
  std::uint32_t used_ = 0;
  Nanos since_ = 0;
};

}  // namespace mcc::tcp
