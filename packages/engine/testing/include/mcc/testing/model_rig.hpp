#pragma once
// An engine on a modelled stack: loads of a size that no script could be written for.

#include <hdr_histogram.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <utility>
#include <variant>
#include <vector>

#include "mcc/batch.hpp"
#include "mcc/compiler.hpp"
#include "mcc/engine.hpp"
#include "mcc/stats.hpp"
#include "mcc/testing/model_stack.hpp"

namespace mcc::testing {

class ModelRig {
 public:
  using Counter = stats::Counter;

  ModelRig(const Program& program, std::uint32_t sessions, EngineOptions options = {}, const Costs& costs = {})
      : stack(clock, costs),
        options_(complete(std::move(options), sessions)),
        program_(compiled(program)),
        stats_(stats::words(program.classes)),
        engine_(options_, program_, stack, clock, stats_, {}) {}

  // Opens every connection.
  void connect() {
    order(Command::connect, {});
    while (count(Counter::open) < options_.sessions) engine_.run(1'000'000);
  }
  // Loads for so long, from a moment on that leaves time to prepare it. Returns that moment.
  Nanos load(Nanos duration, Nanos lead = 200'000'000) {
    const Nanos times[] = {clock.at() + lead, clock.at() + lead + duration};
    order(Command::load, std::as_bytes(std::span(times)));
    while (clock.at() < times[1]) engine_.run(std::min<Nanos>(times[1] - clock.at(), 1'000'000));
    return times[0];
  }

  std::uint64_t count(Counter counter) const { return stats_[stats::kCountersAt + static_cast<std::size_t>(counter)]; }
  Nanos percentile(stats::Histogram which, double percent) const {
    return percentile(stats::kHistogramsAt + static_cast<std::size_t>(which) * stats::kHistogramWords, percent);
  }
  std::uint64_t class_completed(std::size_t index) const {
    return stats_[stats::kClassesAt + index * stats::kClassWords];
  }
  Nanos class_percentile(std::size_t index, double percent) const {
    return percentile(stats::kClassesAt + index * stats::kClassWords + stats::kClassHeader, percent);
  }

  WorkClock clock;
  ModelStack stack;

 private:
  static EngineOptions complete(EngineOptions options, std::uint32_t sessions) {
    options.role = Role::client;
    options.sessions = sessions;
    if (options.connections_total == 1) options.connections_total = sessions;
    return options;
  }
  static CompiledProgram compiled(const Program& program) {
    auto result = compile(program);
    if (auto* fault = std::get_if<ProgramFault>(&result)) throw std::logic_error(fault->reason);
    return std::get<CompiledProgram>(std::move(result));
  }

  void order(Command command, Bytes payload) {
    const Record record{static_cast<std::uint16_t>(command), 0, 0, 0, static_cast<std::uint32_t>(payload.size())};
    std::vector<std::byte> bytes(sizeof record + payload.size());
    std::memcpy(bytes.data(), &record, sizeof record);
    std::copy(payload.begin(), payload.end(), bytes.begin() + sizeof record);
    engine_.submit(bytes);
  }

  Nanos percentile(std::size_t at, double percent) const {
    hdr_histogram_bucket_config config{};
    hdr_calculate_bucket_config(stats::kHdrLowestNs, stats::kHdrHighestNs, stats::kHdrDigits, &config);
    hdr_histogram histogram{};
    hdr_init_preallocated(&histogram, &config);
    std::vector<std::int64_t> counts(stats::kHdrCounts);
    std::memcpy(counts.data(), &stats_[at + stats::kHistogramHeader], counts.size() * sizeof counts[0]);
    histogram.counts = counts.data();
    histogram.total_count = static_cast<std::int64_t>(stats_[at]);
    return static_cast<Nanos>(hdr_value_at_percentile(&histogram, percent));
  }

  const EngineOptions options_;
  CompiledProgram program_;
  std::vector<std::uint64_t> stats_;
  Engine<ModelStack, WorkClock> engine_;
};

}  // namespace mcc::testing
