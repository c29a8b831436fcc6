#pragma once
// Arithmetic modulo 2^32 (RFC 9293 section 3.4): valid while the two numbers are less than 2^31 apart.

#include <algorithm>
#include <cstdint>

namespace mcc::tcp {

using Sequence = std::uint32_t;

constexpr bool before(Sequence a, Sequence b) noexcept { return static_cast<std::int32_t>(a - b) < 0; }
constexpr bool at_or_before(Sequence a, Sequence b) noexcept { return static_cast<std::int32_t>(a - b) <= 0; }
constexpr bool after(Sequence a, Sequence b) noexcept { return before(b, a); }
constexpr bool at_or_after(Sequence a, Sequence b) noexcept { return at_or_before(b, a); }
constexpr Sequence later(Sequence a, Sequence b) noexcept { return before(a, b) ? b : a; }
constexpr Sequence earlier(Sequence a, Sequence b) noexcept { return before(a, b) ? a : b; }

// RFC 9293 section 3.10.7.4, first check: does a segment of `length` (payload, SYN and FIN counted) at `sequence` touch
// the receive window [next, next + window)?
constexpr bool acceptable(Sequence sequence, std::uint32_t length, Sequence next, std::uint32_t window) noexcept {
  const auto within = [&](Sequence s) { return s - next < window; };
  if (length == 0) return window == 0 ? sequence == next : within(sequence);
  return window != 0 && (within(sequence) || within(sequence + length - 1) ||
                         (before(sequence, next) && at_or_after(sequence + length, next + window)));
}

}  // namespace mcc::tcp
