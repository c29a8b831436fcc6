#pragma once
// Whether a program can run, and how its requests pair with their replies. The compiler builds on what is found here.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "mcc/framing/any_framer.hpp"
#include "mcc/message_check.hpp"
#include "mcc/program.hpp"
#include "mcc/stats.hpp"

namespace mcc {

inline constexpr std::size_t kStepsMax = 60'000;
inline constexpr std::uint32_t kPrioritiesMax = 8;

// A wait of no time, which is no wait at all.
inline bool is_no_wait(const Wait& time) {
  if (const auto* constant = std::get_if<wait::Constant>(&time)) return constant->ns == 0;
  if (const auto* uniform = std::get_if<wait::Uniform>(&time)) return uniform->max_ns == 0;
  if (const auto* exponential = std::get_if<wait::Exponential>(&time)) return exponential->mean_ns == 0;
  return false;
}

// What the steps of a program amount to, step by step.
struct Flow {
  // Consecutive sends leave as one batch; the first of them, or the step itself.
  std::vector<std::size_t> batch_start;
  // Before step i; a client's: requests sent whose reply has not been read, a server's: read and not answered.
  std::vector<std::uint16_t> outstanding;
  // First send of a batch, or answer: requests that a client's starts, or that a server's completes.
  // A server's expect: 1 when an answer follows.
  std::vector<std::uint16_t> requests;
};

class ProgramCheck {
 public:
  explicit ProgramCheck(const Program& program) : program_(program) {}

  // The fault, if there is one; otherwise flow() is complete.
  std::optional<ProgramFault> run() {
    if (program_.steps.empty()) return ProgramFault{-1, "it has no steps"};
    if (program_.steps.size() > kStepsMax) return ProgramFault{-1, "it has more than 60,000 steps"};
    if (const char* reason = class_fault()) return ProgramFault{-1, reason};
    for (const Table& table : program_.tables) {
      if (const char* reason = table_fault(table)) return ProgramFault{-1, reason};
    }
    for (std::size_t i = 0; i < program_.steps.size(); ++i) {
      const char* reason = std::visit([&](const auto& step) { return fault(i, step); }, program_.steps[i]);
      if (reason != nullptr) return at(i, reason);
    }
    for (std::size_t i = 0; i + 1 < program_.steps.size(); ++i) {
      if (ends_program(program_.steps[i])) return at(i + 1, "can never be reached");
    }
    find_batches();
    if (auto found = program_.sized ? check_sizes() : std::nullopt) return found;
    if (auto found = program_.role == Role::client ? pair_replies() : pair_answers()) return found;
    return check_order();
  }

  Flow take_flow() { return std::move(flow_); }

 private:
  static ProgramFault at(std::size_t step, const char* reason) { return {static_cast<std::int64_t>(step), reason}; }

  template <class T>
  const T* step_as(std::size_t i) const {
    return std::get_if<T>(&program_.steps[i]);
  }

  bool is_send(std::size_t i) const { return step_as<step::Send>(i) || step_as<step::SendOneOf>(i); }
  // Its replies are read each in its own way.
  bool sends_with_replies(std::size_t i) const {
    const auto* send = step_as<step::SendOneOf>(i);
    if (send == nullptr) return false;
    const Mix& mix = program_.mixes[send->mix];
    return std::any_of(mix.begin(), mix.end(), [](const Alternative& one) { return one.reply.has_value(); });
  }

  bool is_server() const { return program_.role == Role::server; }

  static bool ends_program(const Step& step) {
    if (const auto* repeat = std::get_if<step::Repeat>(&step)) return repeat->times == 0;
    return std::holds_alternative<step::Echo>(step) || std::holds_alternative<step::Handler>(step);
  }

  const char* class_fault() const {
    if (program_.priorities == 0 || program_.priorities > kPrioritiesMax) return "it has no priorities, or more than 8";
    if (program_.priorities > 1 && program_.classes != program_.priorities) {
      return "it has another number of classes than of priorities";
    }
    if (program_.reconnect && program_.reconnect->min_ns > program_.reconnect->max_ns) {
      return "it waits at least longer than at most before it connects again";
    }
    if (program_.classes > stats::kClassesMax) return "it has more than 64 classes";
    if (program_.classes > 0 && is_server()) return "it has classes, and only a client's requests have one";
    std::vector<std::pair<std::uint32_t, std::uint32_t>> taken;
    for (const OutcomeClass& outcomes : program_.outcome_classes) {
      if (outcomes.request_class >= program_.classes) return "it has outcomes of a class that there is not";
      if (outcomes.from == 0 || outcomes.from > outcomes.to || outcomes.to >= stats::kOutcomesMax) {
        return "it has a class of outcomes that is not within 1-1023, low end first";
      }
      taken.emplace_back(outcomes.from, outcomes.to);
    }
    std::sort(taken.begin(), taken.end());
    for (std::size_t i = 1; i < taken.size(); ++i) {
      if (taken[i].first <= taken[i - 1].second) return "it has an outcome in two classes";
    }
    return nullptr;
  }

  // --- Each step by itself. ---

  const char* fault(std::size_t, const step::Send& send) const {
    if (const char* reason = class_fault(send.request_class)) return reason;
    return message_fault(program_, send.message);
  }

  const char* fault(std::size_t, const step::SendOneOf& send) const {
    if (is_server()) return "chooses a message, which only a client does";
    if (send.mix >= program_.mixes.size()) return "sends one of a mix that there is not";
    const Mix& mix = program_.mixes[send.mix];
    if (mix.size() > kMixMax) return "chooses among more than 65,536 messages";
    std::uint64_t weights = 0;
    for (const Alternative& alternative : mix) {
      weights += alternative.weight;
      if (const char* reason = class_fault(alternative.request_class)) return reason;
      if (const char* reason = message_fault(program_, alternative.message)) return reason;
      if (!alternative.reply) continue;
      if (std::holds_alternative<framing::None>(*alternative.reply)) return "chooses a message with a reply of none";
      if (const char* reason = framing::AnyFramer::fault(*alternative.reply, program_.role)) return reason;
    }
    return weights == 0 ? "chooses among messages without a weight" : nullptr;
  }

  const char* fault(std::size_t i, const step::Answer& answer) const {
    if (!is_server()) return "answers, which only a server does";
    if (!follows_http1(i)) return "answers without an http1 expect before it";
    for (const std::uint32_t message : answer.messages) {
      if (const char* reason = message_fault(program_, message)) return reason;
    }
    return nullptr;
  }

  const char* class_fault(RequestClass request_class) const {
    return request_class && *request_class >= program_.classes ? "is in a class that there is not" : nullptr;
  }

  const char* fault(std::size_t, const step::Expect& expect) const {
    if (is_server() && std::holds_alternative<framing::None>(expect.framing)) {
      return "expects a request without a framing";
    }
    return framing::AnyFramer::fault(expect.framing, program_.role);
  }

  const char* fault(std::size_t, const step::Receive& receive) const {
    if (is_server()) return "receives what it has not asked for, which only a client does";
    if (std::holds_alternative<framing::None>(receive.framing)) return "receives messages without a framing";
    if (receive.sent_at.value_or(0) > 65'000) return "looks for the time of sending beyond 65,000 bytes";
    return framing::AnyFramer::fault(receive.framing, program_.role);
  }

  const char* fault(std::size_t, const step::Echo&) const {
    return is_server() ? nullptr : "echoes, which only a server does";
  }

  const char* fault(std::size_t, const step::Pause& pause) const {
    if (const auto* uniform = std::get_if<wait::Uniform>(&pause.time)) {
      if (uniform->min_ns > uniform->max_ns) return "waits at least longer than at most";
    }
    if (const auto* period = std::get_if<wait::Period>(&pause.time)) {
      if (period->ns == 0) return "has a period of no time";
      if (!(period->share > 0 && period->share <= 1)) return "has a share that is not above 0 and up to 1";
      if (period->burst == 0) return "has bursts of nothing";
    }
    return nullptr;
  }

  const char* fault(std::size_t i, const step::Repeat& repeat) {
    if (repeat.from >= i) return "repeats from a step that is not before it";
    if (repeat.times != 0 && std::exchange(repeats_finitely_, true)) {
      return "is a second repeat with a number of times; a program may have one";
    }
    for (std::size_t j = repeat.from; j < i; ++j) {
      if (takes_time(program_.steps[j])) return nullptr;
    }
    return "repeats steps that neither send, expect nor wait";
  }

  const char* fault(std::size_t i, const step::Close& close) const {
    if (!close.when_last) return nullptr;
    if (!is_server()) return "closes after the last request, which only a server does";
    return follows_http1(i) ? nullptr : "closes after the last request without an http1 expect before it";
  }

  const char* fault(std::size_t, const step::Handler&) const { return nullptr; }

  static bool takes_time(const Step& step) {
    if (const auto* pause = std::get_if<step::Pause>(&step)) return !is_no_wait(pause->time);
    return std::holds_alternative<step::Send>(step) || std::holds_alternative<step::SendOneOf>(step) ||
           std::holds_alternative<step::Answer>(step) || std::holds_alternative<step::Expect>(step) ||
           std::holds_alternative<step::Receive>(step);
  }

  // The nearest expect before step i reads HTTP.
  bool follows_http1(std::size_t i) const {
    while (i-- > 0) {
      if (const auto* expect = step_as<step::Expect>(i)) return std::holds_alternative<framing::Http1>(expect->framing);
    }
    return false;
  }

  // --- The steps together. ---

  // A batch also ends where a repeat comes back to: each turn sends the same bytes.
  void find_batches() {
    const std::size_t size = program_.steps.size();
    std::vector<bool> is_target(size, false);
    for (std::size_t i = 0; i < size; ++i) {
      if (const auto* repeat = step_as<step::Repeat>(i)) is_target[repeat->from] = true;
    }
    flow_.batch_start.resize(size);
    flow_.requests.assign(size, 0);
    flow_.outstanding.assign(size, 0);
    for (std::size_t i = 0; i < size; ++i) {
      const bool joins = i > 0 && is_send(i) && is_send(i - 1) && !is_target[i];
      flow_.batch_start[i] = joins ? flow_.batch_start[i - 1] : i;
    }
  }

  // A message whose departure has a size leaves alone, and is as long as its bytes.
  std::optional<ProgramFault> check_sizes() const {
    if (is_server()) return ProgramFault{-1, "it cuts messages to a size, which only a client does"};
    for (std::size_t i = 0; i < program_.steps.size(); ++i) {
      const auto* send = step_as<step::Send>(i);
      if (send == nullptr && is_send(i)) return at(i, "chooses a message, and the program cuts messages to a size");
      if (send == nullptr) continue;
      if (flow_.batch_start[i] != i) return at(i, "is one of several sends, and the program cuts messages to a size");
      if (varies(program_.messages[send->message])) return at(i, "sends what varies in length, and is cut to a size");
    }
    return std::nullopt;
  }

  // Client: the replies that follow a batch pair with its messages, first in first out. Messages left over are bytes
  // that nobody replies to.
  std::optional<ProgramFault> pair_replies() {
    std::size_t batch = 0;
    std::size_t messages = 0;
    for (std::size_t i = 0; i < program_.steps.size(); ++i) {
      if (is_send(i)) {
        if (flow_.batch_start[i] == i) messages = 0;
        batch = flow_.batch_start[i];
        ++messages;
      } else if (const auto* expect = step_as<step::Expect>(i)) {
        if (flow_.requests[batch] >= messages) return at(i, "expects a reply to nothing that was sent");
        if (std::holds_alternative<framing::None>(expect->framing) &&
            sends_with_replies(batch + flow_.requests[batch])) {
          return at(i, "expects no reply to messages of which some name one");
        }
        ++flow_.requests[batch];
      }
    }
    std::uint16_t outstanding = 0;
    for (std::size_t i = 0; i < program_.steps.size(); ++i) {
      flow_.outstanding[i] = outstanding;
      if (is_send(i) && flow_.batch_start[i] == i) outstanding = flow_.requests[i];
      if (step_as<step::Expect>(i)) --outstanding;
    }
    return std::nullopt;
  }

  // Server: what was read since the last answer is answered by the next send or answer, if one comes before the steps
  // turn back or the connection closes.
  std::optional<ProgramFault> pair_answers() {
    std::uint16_t outstanding = 0;
    for (std::size_t i = 0; i < program_.steps.size(); ++i) {
      flow_.outstanding[i] = outstanding;
      if (step_as<step::Expect>(i) && is_answered(i)) {
        flow_.requests[i] = 1;
        ++outstanding;
      } else if (step_as<step::Answer>(i) || (step_as<step::Send>(i) && flow_.batch_start[i] == i)) {
        flow_.requests[i] = std::exchange(outstanding, std::uint16_t{0});
      }
    }
    return std::nullopt;
  }

  bool is_answered(std::size_t i) const {
    while (++i < program_.steps.size()) {
      if (step_as<step::Send>(i) || step_as<step::Answer>(i)) return true;
      if (step_as<step::Repeat>(i)) return false;
      if (const auto* close = step_as<step::Close>(i); close && !close->when_last) return false;
    }
    return false;
  }

  std::optional<ProgramFault> check_order() const {
    for (std::size_t i = 0; i < program_.steps.size(); ++i) {
      if (step_as<step::Receive>(i) && flow_.outstanding[i] != 0) return at(i, "receives in the middle of an exchange");
      // A session keeps one instant: when its requests left, or how long it waits.
      if (step_as<step::Pause>(i) && !is_server() && flow_.outstanding[i] != 0 && takes_time(program_.steps[i])) {
        return at(i, "is a wait, which may not stand between a send and its reply");
      }
      if (const auto* repeat = step_as<step::Repeat>(i)) {
        if (flow_.outstanding[i] != 0 || flow_.outstanding[repeat->from] != 0) {
          return at(i, "repeats from, or in, the middle of an exchange");
        }
      }
      if (step_as<step::Close>(i) && flow_.outstanding[i] != 0) {
        return at(i, is_server() ? "closes before the request is answered" : "closes before every reply is read");
      }
    }
    return std::nullopt;
  }

  const Program& program_;
  bool repeats_finitely_ = false;
  Flow flow_;
};

}  // namespace mcc
