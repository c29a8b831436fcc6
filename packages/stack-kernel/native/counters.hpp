#pragma once
// The stack's own counters, in the order of COUNTERS in src/native.ts.

#include <array>
#include <cstddef>
#include <cstdint>

namespace mcc::kernel {

struct Counters {
  std::uint64_t waits = 0;                 // times the worker slept until the kernel had something
  std::uint64_t short_sends = 0;           // sends that the kernel took only in part, and that were continued
  std::uint64_t receive_buffer_waits = 0;  // receives that found every buffer of the pool in use (io_uring)
  std::uint64_t accept_pauses = 0;         // times accepting stopped for want of files, memory or slots
  std::uint64_t linger_timeouts = 0;       // connections closed though the peer had not finished in time

  static constexpr std::size_t kCount = 5;
  std::array<std::uint64_t, kCount> values() const noexcept {
    return {waits, short_sends, receive_buffer_waits, accept_pauses, linger_timeouts};
  }
};
static_assert(sizeof(Counters) == Counters::kCount * 8);

}  // namespace mcc::kernel
