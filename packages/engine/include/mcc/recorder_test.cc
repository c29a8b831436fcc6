#include "mcc/recorder.hpp"

#include <doctest/doctest.h>
#include <hdr_histogram.h>

#include <vector>

using namespace mcc;

namespace {

struct Block {
  std::vector<std::uint64_t> words = std::vector<std::uint64_t>(stats::kWords);
  Recorder recorder{words};

  const std::uint64_t* histogram(stats::Histogram which) const {
    return &words[stats::kHistogramsAt + static_cast<std::size_t>(which) * stats::kHistogramWords];
  }
};

}  // namespace

TEST_CASE("everything lands in its word of the block") {
  Block block;
  CHECK(block.words[0] == stats::kVersion);
  block.recorder.add(stats::Counter::attempted, 3);
  block.recorder.add(stats::Counter::last_setup_ns, 9);
  block.recorder.subtract(stats::Counter::attempted);
  block.recorder.error(Error::socket, 5);
  block.recorder.outcome(404);
  block.recorder.outcome(0);
  block.recorder.outcome(1024);
  CHECK(block.words[1] == 2);
  CHECK(block.words[21] == 9);
  CHECK(block.words[64 + 18] == 5);
  CHECK(block.words[128 + 404] == 1);
  CHECK(block.words[128] == 0);
  CHECK(block.words[1152] == 0);
}

TEST_CASE("histograms are empty, then have their total, least and greatest") {
  Block block;
  const std::uint64_t* latency = block.histogram(stats::Histogram::latency);
  CHECK(latency[0] == 0);
  CHECK(latency[1] == UINT64_MAX);
  CHECK(latency[2] == 0);
  block.recorder.record(stats::Histogram::latency, 5000);
  block.recorder.record(stats::Histogram::latency, 0);
  block.recorder.record(stats::Histogram::latency, 70'000'000);
  CHECK(latency[0] == 3);
  CHECK(latency[1] == 0);
  CHECK(latency[2] == 70'000'000);
  CHECK(block.histogram(stats::Histogram::connect)[0] == 0);
}

TEST_CASE("the counts are HdrHistogram's own") {
  Block block;
  hdr_histogram* reference = nullptr;
  REQUIRE(hdr_init(stats::kHdrLowestNs, stats::kHdrHighestNs, stats::kHdrDigits, &reference) == 0);
  REQUIRE(static_cast<std::size_t>(reference->counts_len) == stats::kHdrCounts);
  for (std::uint64_t value = 1; value < 4'000'000'000'000; value = value * 5 / 4 + 1) {
    block.recorder.record(stats::Histogram::pacing, value);
    hdr_record_value(reference, std::min<std::int64_t>(static_cast<std::int64_t>(value), stats::kHdrHighestNs));
  }
  const std::uint64_t* counts = block.histogram(stats::Histogram::pacing) + stats::kHistogramHeader;
  for (std::size_t i = 0; i < stats::kHdrCounts; ++i) {
    REQUIRE(counts[i] == static_cast<std::uint64_t>(reference->counts[i]));
  }
  CHECK(block.histogram(stats::Histogram::pacing)[0] == static_cast<std::uint64_t>(reference->total_count));
  hdr_close(reference);
}

TEST_CASE("each class has its section after the rest") {
  std::vector<std::uint64_t> words(stats::words(2));
  Recorder recorder(words, 2);
  recorder.complete_class(1);
  recorder.complete_class(1);
  recorder.fail_class(1);
  recorder.record_class(1, 7);
  const std::uint64_t* first = &words[stats::kClassesAt];
  const std::uint64_t* second = first + stats::kClassWords;
  CHECK(second[0] == 2);
  CHECK(second[1] == 1);
  CHECK(second[8] == 1);
  CHECK(second[9] == 7);
  CHECK(second[10] == 7);
  CHECK(second[16 + 7] == 1);
  CHECK(first[0] == 0);
  CHECK(first[9] == UINT64_MAX);
  std::vector<std::uint64_t> small(stats::words(2) - 1);
  CHECK_THROWS_AS(Recorder(small, 2), Failure);
}

TEST_CASE("a block that is too small is refused") {
  std::vector<std::uint64_t> small(stats::kWords - 1);
  CHECK_THROWS_AS(Recorder{small}, Failure);
}
