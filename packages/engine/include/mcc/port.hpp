#pragma once
// An open stack with the engine in it, without its types: the native side of StackPort in
// packages/core/src/contracts/stack.ts. Called a thousand times a second, never per packet, hence virtual.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "mcc/clock.hpp"
#include "mcc/compiler.hpp"
#include "mcc/engine.hpp"
#include "mcc/failure.hpp"
#include "mcc/options.hpp"

namespace mcc {

// How a stack runs, for the report: names and values.
using Facts = std::vector<std::pair<std::string, std::variant<std::string, double, bool>>>;

class Port {
 public:
  virtual ~Port() = default;
  // Once, before the first submit.
  virtual std::optional<ProgramFault> load(const Program& program) = 0;
  // Whole records of batch.hpp. Throws Failure when the server cannot listen.
  virtual void submit(Bytes commands) = 0;
  // Runs the data plane; returns how many bytes of events it wrote. Throws Failure when the stack is broken.
  virtual std::size_t poll(Nanos budget_ns) = 0;
  virtual Facts facts() const = 0;
};

// Gives the words and bytes that JavaScript handed over; they outlive the port.
struct PortBuffers {
  std::span<std::uint64_t> stats;  // stats::words(the program's classes and the stack's)
  std::span<std::byte> events;     // at least kEventBytesMin
};

// A stack may offer `Facts facts() const`.
template <class StackT>
class EnginePort final : public Port {
 public:
  EnginePort(const OpenContext& context, PortBuffers buffers, TscClock& clock, std::unique_ptr<StackT> stack)
      : options_(context.engine), buffers_(buffers), clock_(clock), stack_(std::move(stack)) {}

  std::optional<ProgramFault> load(const Program& program) override {
    auto compiled = compile(program);
    if (auto* fault = std::get_if<ProgramFault>(&compiled)) return *fault;
    if (program.role != options_.role) return ProgramFault{-1, "it is not for the role of this worker"};
    program_ = std::get<CompiledProgram>(std::move(compiled));
    engine_ = std::make_unique<Engine<StackT, TscClock>>(options_, program_, *stack_, clock_, buffers_.stats,
                                                         buffers_.events);
    return std::nullopt;
  }

  void submit(Bytes commands) override { engine().submit(commands); }
  std::size_t poll(Nanos budget_ns) override { return engine().run(budget_ns); }

  Facts facts() const override {
    if constexpr (requires(const StackT& stack) {
                    { stack.facts() } -> std::same_as<Facts>;
                  })
      return stack_->facts();
    return {};
  }

 private:
  Engine<StackT, TscClock>& engine() {
    if (!engine_) throw Failure("MCC_ERR_STACK", "No program has been loaded.");
    return *engine_;
  }

  EngineOptions options_;
  PortBuffers buffers_;
  TscClock& clock_;
  // They go in reverse: the stack may hold pointers to the program's messages, the engine uses both.
  CompiledProgram program_;
  std::unique_ptr<StackT> stack_;
  std::unique_ptr<Engine<StackT, TscClock>> engine_;
};

}  // namespace mcc
