#pragma once
// Layout of the stats block that the main thread reads while the data plane writes: the C++ side of
// packages/core/src/metrics/layout.ts. Words are 64-bit, written by one thread with plain aligned stores.

#include <cstddef>
#include <cstdint>

namespace mcc::stats {

inline constexpr std::uint64_t kVersion = 3;

enum class Counter : std::uint8_t {
  attempted,
  established,
  connect_failed,
  closed_by_peer,
  reconnected,
  open,  // gauge
  peak,
  connecting,  // gauge
  unstarted,   // gauge
  active,      // gauge
  requests_sent,
  requests_completed,
  requests_failed,
  in_flight,  // gauge
  bytes_sent,
  bytes_received,
  pacing_scheduled,
  pacing_late,
  busy_ns,
  polled_ns,
  last_setup_ns,
  pacing_queued,
  pacing_unsent,
  received,
  count_,
};

enum class Histogram : std::uint8_t { connect, latency, service, pacing, delivery, poll_gap, count_ };

inline constexpr std::size_t kCountersAt = 1;
inline constexpr std::size_t kHandlerNsAt = 63;  // written by the worker's reactor, never by a stack
inline constexpr std::size_t kErrorsAt = 64;
inline constexpr std::size_t kErrorsMax = 64;
inline constexpr std::size_t kOutcomesAt = 128;
inline constexpr std::size_t kOutcomesMax = 1024;
inline constexpr std::size_t kStackAt = 1152;
inline constexpr std::size_t kStackCountersMax = 128;
inline constexpr std::size_t kHistogramsAt = 1280;

inline constexpr std::int64_t kHdrLowestNs = 1;
inline constexpr std::int64_t kHdrHighestNs = 3'600'000'000'000;
inline constexpr int kHdrDigits = 3;
inline constexpr std::size_t kHdrCounts = 33 * 1024;
// [total, min, max, unused x5, counts...]
inline constexpr std::size_t kHistogramHeader = 8;
inline constexpr std::size_t kHistogramWords = kHistogramHeader + kHdrCounts;

// Words of a block without classes.
inline constexpr std::size_t kWords = kHistogramsAt + static_cast<std::size_t>(Histogram::count_) * kHistogramWords;

// At the end, one section for each of the program's classes, and behind them for each of the stack's:
// [completed, failed, unused x6, histogram of latencies].
inline constexpr std::size_t kClassesAt = kWords;
inline constexpr std::size_t kClassesMax = 64;  // of a program
inline constexpr std::size_t kClassHeader = 8;
inline constexpr std::size_t kClassWords = kClassHeader + kHistogramWords;

// Words of the block with so many classes in all.
constexpr std::size_t words(std::size_t classes) noexcept { return kWords + classes * kClassWords; }

static_assert(kCountersAt + static_cast<std::size_t>(Counter::count_) <= kHandlerNsAt);

}  // namespace mcc::stats
