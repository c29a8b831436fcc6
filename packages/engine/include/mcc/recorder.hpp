#pragma once
// Counters, errors, outcomes and HDR histograms, written straight into the stats block: plain stores, no copy to
// publish.

#include <hdr_histogram.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "mcc/error.hpp"
#include "mcc/failure.hpp"
#include "mcc/stack.hpp"
#include "mcc/stats.hpp"

namespace mcc {

class Recorder {
 public:
  // `block` is stats::kWords words, zero-filled, that outlive the recorder.
  explicit Recorder(std::span<std::uint64_t> block) : words_(block.data()) {
    if (block.size() < stats::kWords) throw Failure("MCC_ERR_STACK", "The stats block is too small.");
    hdr_histogram_bucket_config config{};
    if (hdr_calculate_bucket_config(stats::kHdrLowestNs, stats::kHdrHighestNs, stats::kHdrDigits, &config) != 0 ||
        static_cast<std::size_t>(config.counts_len) != stats::kHdrCounts) {
      throw Failure("MCC_ERR_STACK", "HdrHistogram lays its counts out differently than the stats block does.");
    }
    words_[0] = stats::kVersion;
    for (std::size_t i = 0; i < histograms_.size(); ++i) {
      std::uint64_t* header = words_ + stats::kHistogramsAt + i * stats::kHistogramWords;
      header[kMin] = UINT64_MAX;
      hdr_init_preallocated(&histograms_[i], &config);
      histograms_[i].counts = reinterpret_cast<std::int64_t*>(header + stats::kHistogramHeader);
    }
  }

  // histograms_ point into the block, and nothing points at them; but there is no use for a second one.
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  std::uint64_t get(stats::Counter counter) const noexcept { return words_[word(counter)]; }
  void set(stats::Counter counter, std::uint64_t value) noexcept { words_[word(counter)] = value; }
  void add(stats::Counter counter, std::uint64_t n = 1) noexcept { words_[word(counter)] += n; }
  void subtract(stats::Counter counter, std::uint64_t n = 1) noexcept { words_[word(counter)] -= n; }

  void error(Error error, std::uint64_t n = 1) noexcept {
    words_[stats::kErrorsAt + static_cast<std::size_t>(error)] += n;
  }

  // 0 is nothing to count.
  void outcome(std::uint16_t outcome) noexcept {
    if (outcome != 0 && outcome < stats::kOutcomesMax) ++words_[stats::kOutcomesAt + outcome];
  }

  // Values above the highest that the histogram can hold count as that one.
  void record(stats::Histogram histogram, Nanos ns) noexcept {
    const auto value = std::min(ns, static_cast<Nanos>(stats::kHdrHighestNs));
    const auto index = static_cast<std::size_t>(histogram);
    hdr_record_value(&histograms_[index], static_cast<std::int64_t>(value));
    std::uint64_t* header = words_ + stats::kHistogramsAt + index * stats::kHistogramWords;
    ++header[kTotal];
    header[kMin] = std::min(header[kMin], value);
    header[kMax] = std::max(header[kMax], value);
  }

 private:
  static constexpr std::size_t kTotal = 0;
  static constexpr std::size_t kMin = 1;
  static constexpr std::size_t kMax = 2;

  static constexpr std::size_t word(stats::Counter counter) noexcept {
    return stats::kCountersAt + static_cast<std::size_t>(counter);
  }

  std::uint64_t* words_;
  std::array<hdr_histogram, static_cast<std::size_t>(stats::Histogram::count_)> histograms_{};
};

}  // namespace mcc
