#pragma once
// An engine on a scripted stack, with everything that a test turns and reads.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "mcc/batch.hpp"
#include "mcc/clock.hpp"
#include "mcc/compiler.hpp"
#include "mcc/engine.hpp"
#include "mcc/stats.hpp"
#include "mcc/testing/programs.hpp"
#include "mcc/testing/scripted_stack.hpp"

namespace mcc::testing {

inline constexpr Nanos kMs = 1'000'000;
inline constexpr Nanos kSecond = 1'000 * kMs;

// An event that the handlers would get.
struct Heard {
  Event event;
  std::uint16_t code;
  Slot slot;
  std::uint32_t generation;
  std::string payload;
};

class EngineRig {
 public:
  using Counter = stats::Counter;

  // `stack_classes`: those that the stack puts connections in.
  explicit EngineRig(const Program& program, std::uint32_t sessions = 1, EngineOptions options = {},
                     std::size_t stack_classes = 0)
      : stack(clock, stack_classes),
        options_(complete(options, program, sessions)),
        program_(compiled(program)),
        stats_(stats::words(program.classes + stack_classes)),
        events_(kEventBytesMin),
        engine(options_, program_, stack, clock, stats_, events_) {}

  // --- Orders. ---

  void order(Command command, Slot slot = 0, std::uint32_t generation = 0, std::string_view payload = {},
             std::uint16_t code = 0) {
    const Record record{static_cast<std::uint16_t>(command), code, slot, generation,
                        static_cast<std::uint32_t>(payload.size())};
    std::vector<std::byte> bytes(sizeof record + (payload.size() + 7) / 8 * 8);
    std::memcpy(bytes.data(), &record, sizeof record);
    if (!payload.empty()) std::memcpy(bytes.data() + sizeof record, payload.data(), payload.size());
    engine.submit(bytes);
  }
  void load_at(Nanos start) { order(Command::load, 0, 0, {reinterpret_cast<const char*>(&start), sizeof start}); }
  // Connects everything, and starts the load.
  void start() {
    order(Command::connect);
    run();
    if (program_.role == Role::client) load_at(clock.now());
    run();
  }
  void run(Nanos budget = kMs) {
    const Nanos end = clock.now() + budget;
    do {
      hear(engine.run(end - clock.now()));
    } while (clock.now() < end);
  }
  // One poll after another until an event of the stack has been dealt with, without time passing.
  void settle() {
    for (int i = 0; i < 8; ++i) hear(engine.run(0));
  }

  // --- What came of it. ---

  std::uint64_t count(Counter counter) const { return stats_[stats::kCountersAt + static_cast<std::size_t>(counter)]; }
  std::uint64_t errors(Error error) const { return stats_[stats::kErrorsAt + static_cast<std::size_t>(error)]; }
  std::uint64_t all_errors() const {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < stats::kErrorsMax; ++i) sum += stats_[stats::kErrorsAt + i];
    return sum;
  }
  std::uint64_t outcomes(std::size_t outcome) const { return stats_[stats::kOutcomesAt + outcome]; }
  // [total, min, max]
  std::vector<std::uint64_t> histogram(stats::Histogram which) const {
    const std::size_t at = stats::kHistogramsAt + static_cast<std::size_t>(which) * stats::kHistogramWords;
    return {stats_[at], stats_[at + 1], stats_[at + 2]};
  }
  // [completed, failed, total, min, max of its histogram]
  std::vector<std::uint64_t> of_class(std::size_t index) const {
    const std::size_t at = stats::kClassesAt + index * stats::kClassWords;
    const std::size_t latency = at + stats::kClassHeader;
    return {stats_[at], stats_[at + 1], stats_[latency], stats_[latency + 1], stats_[latency + 2]};
  }
  std::vector<Heard> take_heard() { return std::exchange(heard_, {}); }

  ManualClock clock;
  ScriptedStack stack;

 private:
  static EngineOptions complete(EngineOptions options, const Program& program, std::uint32_t sessions) {
    options.role = program.role;
    options.sessions = options.connections_total = sessions;
    return options;
  }
  static CompiledProgram compiled(const Program& program) {
    auto result = compile(program);
    if (auto* fault = std::get_if<ProgramFault>(&result)) throw std::logic_error(fault->reason);
    return std::get<CompiledProgram>(std::move(result));
  }

  void hear(std::size_t size) {
    for (std::size_t at = 0; at < size;) {
      Record record;
      std::memcpy(&record, events_.data() + at, sizeof record);
      at += sizeof record;
      heard_.push_back({static_cast<Event>(record.op), record.code, record.slot, record.generation,
                        std::string(reinterpret_cast<const char*>(events_.data() + at), record.length)});
      at += (record.length + std::size_t{7}) / 8 * 8;
    }
  }

  EngineOptions options_;
  CompiledProgram program_;
  std::vector<std::uint64_t> stats_;
  std::vector<std::byte> events_;
  std::vector<Heard> heard_;

 public:
  Engine<ScriptedStack, ManualClock> engine;
};

}  // namespace mcc::testing
