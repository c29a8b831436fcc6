#pragma once
// Program -> CompiledProgram, or the fault that names the step which cannot run.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "mcc/choice.hpp"
#include "mcc/compiled_program.hpp"
#include "mcc/message_render.hpp"
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
    out_.sized = program_.sized;
    out_.tables = program_.tables;
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
  static constexpr std::size_t kInsertedSalt = 0x40000000;

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

  Op emit(std::size_t i, const step::Send&) { return emit_batch(i); }
  Op emit(std::size_t i, const step::SendOneOf&) { return emit_batch(i); }

  Op emit_batch(std::size_t i) {
    std::vector<const Step*> sends;
    for (std::size_t j = i; j < program_.steps.size() && flow_.batch_start[j] == i; ++j) {
      sends.push_back(&program_.steps[j]);
    }
    Op op{.kind = Op::Kind::burst, .requests = flow_.requests[i]};
    const bool is_plain = std::all_of(sends.begin(), sends.end(), [&](const Step* step) {
      const auto* send = std::get_if<step::Send>(step);
      return send != nullptr && !send->request_class && !varies(send->message);
    });
    if (is_plain) {
      op.index = burst_of(sends);
      return op;
    }
    const bool is_fixed = std::all_of(sends.begin(), sends.end(), [&](const Step* step) {
      const auto* send = std::get_if<step::Send>(step);
      return send != nullptr && !varies(send->message);
    });
    Batch batch{is_fixed ? burst_of(sends) : kNone, {}};
    std::uint64_t size_max = 0;
    for (const Step* step : sends) {
      batch.places.push_back(place_of(*step));
      size_max += largest(out_.places[batch.places.back()]);
    }
    if (size_max > kBurstBytesMax) too_long_ = true;
    op.batched = true;
    op.index = static_cast<std::uint32_t>(out_.batches.size());
    out_.batches.push_back(std::move(batch));
    return op;
  }

  std::uint32_t burst_of(const std::vector<const Step*>& sends) {
    std::vector<std::uint32_t> messages;
    for (const Step* step : sends) messages.push_back(std::get<step::Send>(*step).message);
    return messages.size() == 1 ? single(messages[0]) : batch(messages);
  }

  Op emit(std::size_t i, const step::Answer& answer) {
    const auto first = static_cast<std::uint32_t>(out_.bursts.size());
    for (const std::uint32_t message : answer.messages) add_burst({message}, out_.storage[message]);
    return {.kind = Op::Kind::answer, .requests = flow_.requests[i], .index = first};
  }

  Op emit(std::size_t i, const step::Expect& expect) {
    if (std::holds_alternative<framing::None>(expect.framing)) return {.kind = Op::Kind::expect_none};
    return {.kind = Op::Kind::expect,
            .batched = is_client() && out_.ops[sender_].batched,
            .requests = flow_.requests[i],
            .index = framing(expect.framing)};
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

  bool is_client() const { return program_.role == Role::client; }

  std::uint32_t framing(const Framing& wanted) {
    auto at = std::find(out_.framings.begin(), out_.framings.end(), wanted);
    if (at == out_.framings.end()) at = out_.framings.insert(at, wanted);
    return static_cast<std::uint32_t>(at - out_.framings.begin());
  }

  // The place of a mix is made once, however many steps send one of it.
  std::uint32_t place_of(const Step& step) {
    if (const auto* send = std::get_if<step::Send>(&step)) {
      return add_place({{.message = send->message, .request_class = send->request_class}});
    }
    const std::uint32_t mix = std::get<step::SendOneOf>(step).mix;
    place_of_mix_.resize(program_.mixes.size(), kNone);
    if (place_of_mix_[mix] == kNone) place_of_mix_[mix] = add_place(program_.mixes[mix]);
    return place_of_mix_[mix];
  }

  std::uint32_t add_place(const Mix& mix) {
    Place place;
    std::vector<std::uint32_t> weights;
    for (const Alternative& alternative : mix) {
      place.push_back({.burst = single(alternative.message), .request_class = alternative.request_class});
      if (alternative.reply) place.back().framing = framing(*alternative.reply);
      weights.push_back(alternative.weight);
    }
    weigh(place, weights);
    out_.places.push_back(std::move(place));
    return static_cast<std::uint32_t>(out_.places.size() - 1);
  }

  std::uint64_t largest(const Place& place) const {
    std::uint64_t largest = 0;
    for (const Choice& choice : place) largest = std::max(largest, size_max(out_.bursts[choice.burst]));
    return largest;
  }

  bool varies(std::uint32_t message) const { return mcc::varies(program_.messages[message]); }

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
    bool varies = false;
    for (std::uint32_t nth = 0; nth < messages.size(); ++nth) {
      const Message& message = program_.messages[messages[nth]];
      for (const Patch& patch : message.patches) fields.push_back(field(patch, nth, begin, fields.size()));
      begin += static_cast<std::uint32_t>(message.bytes.size());
      varies = varies || mcc::varies(message);
    }
    // What is inserted before a byte comes before the field that begins there.
    std::stable_sort(fields.begin(), fields.end(), [](const Field& a, const Field& b) {
      return std::pair(a.offset, a.width > 0) < std::pair(b.offset, b.width > 0);
    });
    out_.fields.push_back(std::move(fields));
    out_.bursts.push_back({bytes.data(), static_cast<std::uint32_t>(bytes.size()),
                           static_cast<std::uint32_t>(messages.size()), out_.fields.back(), varies});
    return static_cast<std::uint32_t>(out_.bursts.size() - 1);
  }

  Field field(const Patch& patch, std::uint32_t nth, std::uint32_t begin, std::size_t ordinal) const {
    const bool is_table = patch.kind == Patch::Kind::table;
    return {.kind = patch.kind,
            .encoding = patch.encoding,
            .width = patch.width,
            .message = nth,
            .offset = begin + patch.offset,
            // Several may be inserted at one offset.
            .salt = patch.width > 0 ? begin + patch.offset : static_cast<std::uint32_t>(kInsertedSalt + ordinal),
            .from = begin + patch.from,
            .below = patch.below,
            .table = patch.table,
            .column = is_table ? &out_.tables[patch.table].columns[patch.column] : nullptr,
            .at_random = is_table && out_.tables[patch.table].at_random};
  }

  const Program& program_;
  Flow flow_;
  CompiledProgram out_;
  std::vector<std::uint32_t> place_of_mix_;
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
