#pragma once
// Counters, errors, outcomes and HDR histograms, written straight into the stats block: plain stores, no copy to
// publish.

#include <hdr_histogram.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mcc/error.hpp"
#include "mcc/failure.hpp"
#include "mcc/stack.hpp"
#include "mcc/stats.hpp"

namespace mcc {

class Recorder {
 public:
  // `block` is stats::words(classes) words, zero-filled, that outlive the recorder.
  explicit Recorder(std::span<std::uint64_t> block, std::size_t classes = 0)
      : words_(block.data()), class_histograms_(classes) {
    if (block.size() < stats::words(classes)) throw Failure("MCC_ERR_STACK", "The stats block is too small.");
    hdr_histogram_bucket_config config{};
    if (hdr_calculate_bucket_config(stats::kHdrLowestNs, stats::kHdrHighestNs, stats::kHdrDigits, &config) != 0 ||
        static_cast<std::size_t>(config.counts_len) != stats::kHdrCounts) {
      throw Failure("MCC_ERR_STACK", "HdrHistogram lays its counts out differently than the stats block does.");
    }
    words_[0] = stats::kVersion;
    const auto lay_out = [&config](hdr_histogram& histogram, std::uint64_t* header) {
      header[kMin] = UINT64_MAX;
      hdr_init_preallocated(&histogram, &config);
      histogram.counts = reinterpret_cast<std::int64_t*>(header + stats::kHistogramHeader);
    };
    for (std::size_t i = 0; i < histograms_.size(); ++i) lay_out(histograms_[i], histogram_header(i));
    for (std::size_t i = 0; i < classes; ++i) lay_out(class_histograms_[i], class_section(i) + stats::kClassHeader);
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
    const auto index = static_cast<std::size_t>(histogram);
    record(histograms_[index], histogram_header(index), ns);
  }

  // The same of one class of the program's, or of the stack's behind them.
  void complete_class(std::size_t index) noexcept { ++class_section(index)[0]; }
  void fail_class(std::size_t index) noexcept { ++class_section(index)[1]; }
  void record_class(std::size_t index, Nanos ns) noexcept {
    record(class_histograms_[index], class_section(index) + stats::kClassHeader, ns);
  }

 private:
  static constexpr std::size_t kTotal = 0;
  static constexpr std::size_t kMin = 1;
  static constexpr std::size_t kMax = 2;

  static constexpr std::size_t word(stats::Counter counter) noexcept {
    return stats::kCountersAt + static_cast<std::size_t>(counter);
  }

  std::uint64_t* histogram_header(std::size_t index) noexcept {
    return words_ + stats::kHistogramsAt + index * stats::kHistogramWords;
  }
  std::uint64_t* class_section(std::size_t index) noexcept {
    return words_ + stats::kClassesAt + index * stats::kClassWords;
  }

  static void record(hdr_histogram& histogram, std::uint64_t* header, Nanos ns) noexcept {
    const auto value = std::min(ns, static_cast<Nanos>(stats::kHdrHighestNs));
    hdr_record_value(&histogram, static_cast<std::int64_t>(value));
    ++header[kTotal];
    header[kMin] = std::min(header[kMin], value);
    header[kMax] = std::max(header[kMax], value);
  }

  std::uint64_t* words_;
  std::array<hdr_histogram, static_cast<std::size_t>(stats::Histogram::count_)> histograms_{};
  std::vector<hdr_histogram> class_histograms_;
};

}  // namespace mcc
