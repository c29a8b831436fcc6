#pragma once
// Program -> CompiledProgram, or the fault that names the step which cannot run.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "mcc/compiled_program.hpp"
#include "mcc/program.hpp"
#include "mcc/program_check.hpp"

namespace mcc {

namespace detail {

class Compiler {
 public:
  Compiler(const Program& program, Flow flow) : program_(program), flow_(std::move(flow)) {}

  std::variant<CompiledProgram, ProgramFault> run() {
    out_.role = program_.role;
    out_.classes = program_.classes;
    out_.priorities = program_.priorities;
    out_.reconnect = program_.reconnect;
    if (!program_.outcome_classes.empty()) out_.outcome_classes.resize(stats::kOutcomesMax);
    for (const auto& [from, to, request_class] : program_.outcome_classes) {
      for (std::size_t outcome = from; outcome <= to; ++outcome) out_.outcome_classes[outcome] = request_class;
    }
    for (const Message& message : program_.messages) out_.storage.push_back(message.bytes);
    single_.assign(program_.messages.size(), kNone);
    std::vector<std::uint16_t> op_of_step(program_.steps.size() + 1);
    for (std::size_t i = 0; i < program_.steps.size(); ++i) {
      op_of_step[i] = static_cast<std::uint16_t>(out_.ops.size());
      // The rest of a batch went with its first message.
      if (flow_.batch_start[i] != i || is_nothing(program_.steps[i])) continue;
      Op op = std::visit([&](const auto& step) { return emit(i, step); }, program_.steps[i]);
      if (too_long_) return ProgramFault{static_cast<std::int64_t>(i), "starts a batch of 2 GiB or more"};
      if (op.kind == Op::Kind::jump || op.kind == Op::Kind::jump_times) op.target = op_of_step[op.target];
      push(op, flow_.outstanding[i]);
    }
    push(Op{}, 0);
    return std::move(out_);
  }

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  static bool is_nothing(const Step& step) {
    const auto* pause = std::get_if<step::Pause>(&step);
    return pause != nullptr && is_no_wait(pause->time);
  }

  void push(Op op, std::uint16_t outstanding) {
    op.outstanding = outstanding;
    op.sender = sender_;
    if (op.kind == Op::Kind::burst || op.kind == Op::Kind::answer) {
      sender_ = static_cast<std::uint16_t>(out_.ops.size());
    }
    out_.ops.push_back(op);
  }

  Op emit(std::size_t i, const step::Send&) {
    std::vector<std::uint32_t> messages;
    std::vector<Place> places;
    bool is_plain = true;
    for (std::size_t j = i; j < program_.steps.size() && flow_.batch_start[j] == i; ++j) {
      const auto& send = std::get<step::Send>(program_.steps[j]);
      messages.push_back(send.message);
      places.push_back({.request_class = send.request_class});
      is_plain = is_plain && !send.request_class;
    }
    const std::uint32_t index = messages.size() == 1 ? single(messages[0]) : batch(messages);
    if (is_plain) return {.kind = Op::Kind::burst, .requests = flow_.requests[i], .index = index};
    out_.batches.push_back({index, std::move(places)});
    return {.kind = Op::Kind::burst,
            .batched = true,
            .requests = flow_.requests[i],
            .index = static_cast<std::uint32_t>(out_.batches.size() - 1)};
  }

  Op emit(std::size_t i, const step::Answer& answer) {
    const auto first = static_cast<std::uint32_t>(out_.bursts.size());
    for (const std::uint32_t message : answer.messages) add_burst({message}, out_.storage[message]);
    return {.kind = Op::Kind::answer, .requests = flow_.requests[i], .index = first};
  }

  Op emit(std::size_t i, const step::Expect& expect) {
    if (std::holds_alternative<framing::None>(expect.framing)) return {.kind = Op::Kind::expect_none};
    return {.kind = Op::Kind::expect, .requests = flow_.requests[i], .index = framing(expect.framing)};
  }

  Op emit(std::size_t, const step::Receive& receive) {
    const auto sent_at = static_cast<std::uint16_t>(receive.sent_at ? *receive.sent_at + 1 : 0);
    return {.kind = Op::Kind::receive, .target = sent_at, .index = framing(receive.framing)};
  }

  Op emit(std::size_t, const step::Echo&) { return {.kind = Op::Kind::echo}; }

  Op emit(std::size_t, const step::Pause& pause) {
    out_.waits.push_back(pause.time);
    return {.kind = Op::Kind::wait, .index = static_cast<std::uint32_t>(out_.waits.size() - 1)};
  }

  // The target is still a step here.
  Op emit(std::size_t, const step::Repeat& repeat) {
    const auto from = static_cast<std::uint16_t>(repeat.from);
    if (repeat.times == 0) return {.kind = Op::Kind::jump, .target = from};
    out_.has_finite_repeat = true;
    return {.kind = Op::Kind::jump_times, .target = from, .index = repeat.times};
  }

  Op emit(std::size_t, const step::Close& close) {
    return {.kind = close.when_last ? Op::Kind::close_last : Op::Kind::close};
  }

  Op emit(std::size_t, const step::Handler&) {
    out_.has_handler = true;
    return {.kind = Op::Kind::handler};
  }

  std::uint32_t framing(const Framing& wanted) {
    auto at = std::find(out_.framings.begin(), out_.framings.end(), wanted);
    if (at == out_.framings.end()) at = out_.framings.insert(at, wanted);
    return static_cast<std::uint32_t>(at - out_.framings.begin());
  }

  std::uint32_t single(std::uint32_t message) {
    if (single_[message] == kNone) single_[message] = add_burst({message}, out_.storage[message]);
    return single_[message];
  }

  std::uint32_t batch(const std::vector<std::uint32_t>& messages) {
    std::size_t size = 0;
    for (const std::uint32_t message : messages) size += program_.messages[message].bytes.size();
    if (size > kBurstBytesMax) {
      too_long_ = true;
      return 0;
    }
    std::vector<std::byte> joined;
    joined.reserve(size);
    for (const std::uint32_t message : messages) {
      const std::vector<std::byte>& bytes = program_.messages[message].bytes;
      joined.insert(joined.end(), bytes.begin(), bytes.end());
    }
    out_.storage.push_back(std::move(joined));
    return add_burst(messages, out_.storage.back());
  }

  std::uint32_t add_burst(const std::vector<std::uint32_t>& messages, const std::vector<std::byte>& bytes) {
    std::vector<Field> fields;
    std::uint32_t begin = 0;
    for (std::uint32_t nth = 0; nth < messages.size(); ++nth) {
      const Message& message = program_.messages[messages[nth]];
      for (const Patch& patch : message.patches) {
        fields.push_back({patch.kind, patch.encoding, patch.width, nth, begin + patch.offset});
      }
      begin += static_cast<std::uint32_t>(message.bytes.size());
    }
    std::sort(fields.begin(), fields.end(), [](const Field& a, const Field& b) { return a.offset < b.offset; });
    out_.fields.push_back(std::move(fields));
    out_.bursts.push_back({bytes.data(), static_cast<std::uint32_t>(bytes.size()),
                           static_cast<std::uint32_t>(messages.size()), out_.fields.back()});
    return static_cast<std::uint32_t>(out_.bursts.size() - 1);
  }

  const Program& program_;
  Flow flow_;
  CompiledProgram out_;
  std::vector<std::uint32_t> single_;  // the burst of message i alone
  std::uint16_t sender_ = 0;
  bool too_long_ = false;
};

}  // namespace detail

inline std::variant<CompiledProgram, ProgramFault> compile(const Program& program) {
  ProgramCheck check(program);
  if (const auto fault = check.run()) return *fault;
  return detail::Compiler(program, check.take_flow()).run();
}

}  // namespace mcc
