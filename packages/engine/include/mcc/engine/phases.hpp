#pragma once
// Engine: what the worker orders, and the loop.

#include <algorithm>
#include <cstring>

#include "mcc/engine.hpp"

namespace mcc {

template <class S, Clock C>
Engine<S, C>::Engine(const EngineOptions& options, const CompiledProgram& program, S& stack, C& clock,
                     std::span<std::uint64_t> stats, std::span<std::byte> events)
    : options_(options),
      program_(program),
      stack_(stack),
      clock_(clock),
      recorder_(stats, program.classes + stack_classes(options, stack)),
      sessions_(options.sessions),
      generations_(program.has_handler ? options.sessions : 0),
      turns_(program.has_finite_repeat ? options.sessions : 0),
      paced_(options.role == Role::client && has_instants()),
      intents_(paced_ ? options.sessions : 0),
      sizes_(program.sized && options.arrivals && !options.arrivals->sizes.empty() ? options.sessions : 0),
      connection_classes_(stack_classes(options, stack) > 0 ? options.sessions : 0),
      timers_(sessions_, clock.now()),
      ramp_(options.connection_stages),
      pacer_(options),
      backlog_(options.backlog_bytes_max, options.backlog_total_bytes_max),
      events_(events) {
  static_assert(Stack<S, Engine> && StackHandler<Engine>);
  if (program.has_handler && events.size() < kEventBytesMin) {
    throw Failure("MCC_ERR_STACK", "The event buffer is too small.");
  }
  if (paced_) {
    const std::uint32_t lanes = program.priorities;
    lanes_.reserve(lanes);
    for (std::uint32_t lane = 0; lane < lanes; ++lane) {
      std::optional<Arrivals> arrivals;
      if (options.arrivals) {
        arrivals.emplace(*options.arrivals, options.arrivals_part + lane * options.arrivals_parts,
                         options.arrivals_parts * lanes);
      }
      lanes_.emplace_back(options.sessions, std::move(arrivals));
    }
  }
  framers_.reserve(program.framings.size());
  for (const Framing& framing : program.framings) framers_.emplace_back(framing, program.role, options.sessions);
  if (is_client()) {
    recorder_.set(Counter::unstarted, options.sessions);
    recorder_.set(Counter::active, options.sessions);
  }
}

template <class S, Clock C>
void Engine<S, C>::submit(Bytes commands) {
  while (!commands.empty()) {
    Record record;
    if (commands.size() < sizeof record) throw Failure("MCC_ERR_STACK", "A command is cut off.");
    std::memcpy(&record, commands.data(), sizeof record);
    commands = commands.subspan(sizeof record);
    const std::size_t padded = (std::size_t{record.length} + 7) / 8 * 8;
    if (padded > commands.size()) throw Failure("MCC_ERR_STACK", "The payload of a command is cut off.");
    obey(record, commands.first(record.length));
    commands = commands.subspan(padded);
  }
}

template <class S, Clock C>
void Engine<S, C>::obey(const Record& record, Bytes payload) {
  switch (static_cast<Command>(record.op)) {
    case Command::connect:
      return start_connecting();
    case Command::load:
      if (payload.size() != sizeof load_at_ && payload.size() != 2 * sizeof load_at_) {
        throw Failure("MCC_ERR_STACK", "The load command needs its start, and may have an end.");
      }
      // A server's program runs from accept on.
      if (!is_client() || phase_ >= Phase::lead) return;
      std::memcpy(&load_at_, payload.data(), sizeof load_at_);
      if (payload.size() > sizeof load_at_) {
        std::memcpy(&load_end_, payload.data() + sizeof load_at_, sizeof load_end_);
      }
      return start_schedule();
    case Command::drain:
      return start_closing(Phase::drain);
    case Command::abort:
      return start_closing(Phase::abort);
    case Command::send:
    case Command::request:
    case Command::complete:
    case Command::fail:
    case Command::close:
      return obey_handler(record, payload);
  }
  throw Failure("MCC_ERR_STACK", "Unknown command.");
}

template <class S, Clock C>
void Engine<S, C>::start_connecting() {
  if (phase_ != Phase::idle) return;
  if (is_client()) {
    phase_ = Phase::connect;
    if (!ramp_.empty()) pacer_.aim(0);
    pacer_.start(clock_.now());
    return;
  }
  const Error error = stack_.listen();
  if (error == Error::address_unavailable) {
    throw Failure("MCC_ERR_LISTEN", "The server could not listen: the address is not configured on this machine.");
  }
  if (error == Error::not_permitted) {
    throw Failure("MCC_ERR_LISTEN", "The server could not listen: the operating system did not permit it.");
  }
  if (error != Error::none) throw Failure("MCC_ERR_LISTEN", "The server could not listen.");
  phase_ = Phase::load;
  epoch_ = clock_.now();
  swept_ = options_.sessions;
}

template <class S, Clock C>
void Engine<S, C>::start_closing(Phase phase) {
  if (phase_ >= phase) return;
  if (is_client()) {
    pacer_.stop();
    stop_schedule(clock_.now());
    recorder_.subtract(Counter::active, recorder_.get(Counter::unstarted));
    recorder_.set(Counter::unstarted, 0);
  } else if (phase_ == Phase::load) {
    stack_.unlisten();
  }
  phase_ = phase;
  load_at_ = ramp_at_ = TimerWheel::kNever;
  swept_ = 0;
}

template <class S, Clock C>
std::size_t Engine<S, C>::run(Nanos budget_ns) {
  events_.clear();
  Nanos now = clock_.now();
  const Nanos end = now + budget_ns;
  if (polled_at_ == 0) polled_at_ = now;
  do {
    const std::uint32_t done = do_what_is_due(now);
    const Nanos due = std::min(next_due(now), end);
    const Nanos wait = due > now && events_.used() == 0 ? due - now : 0;
    interlude_at_ = 0;
    const PollResult polled = stack_.poll(*this, wait);
    yielded_ = polled.events == 0 ? kYieldMax : yielded_ + polled.events;
    const Nanos after = clock_.now();
    const Nanos passed = after > now ? after - now : 0;
    recorder_.add(Counter::polled_ns, passed);
    if (done + polled.events > 0) recorder_.add(Counter::busy_ns, passed - std::min(passed, polled.slept));
    // From one look at the network to the next, with what the worker did outside of this function in between.
    const Nanos gap = after > polled_at_ ? after - polled_at_ : 0;
    recorder_.record(stats::Histogram::poll_gap, gap - std::min(gap, polled.slept));
    now = polled_at_ = after;
    if (now >= publish_at_) publish();
  } while (now < end && events_.used() == 0);
  if (is_closing()) publish();  // there may be no next time
  return events_.used();
}

template <class S, Clock C>
void Engine<S, C>::publish() {
  clock_.anchor();
  stack_.publish(bytes_per_session());
  publish_at_ = clock_.now() + kPublishNs;
}

// What is kept for each session, with its share of the departures that are near.
template <class S, Clock C>
std::size_t Engine<S, C>::bytes_per_session() const noexcept {
  const std::size_t arrays = generations_.size() * sizeof(std::uint32_t) + turns_.size() * sizeof(std::uint32_t) +
                             connection_classes_.size() + intents_.size() * sizeof(Intent) +
                             sizes_.size() * sizeof(std::uint32_t);
  std::size_t departures = 0;
  for (const Lane& lane : lanes_) departures += lane.near.bytes() + lane.idle.bytes();
  return sizeof(Session) + (arrays + departures + options_.sessions - 1) / options_.sessions;
}

// Returns how much there was to do.
template <class S, Clock C>
std::uint32_t Engine<S, C>::do_what_is_due(Nanos now) {
  const std::uint32_t batch = paced_ ? kPacedBatchMax : kBatchMax;
  std::uint32_t done = timers_.advance(
      now, full() ? 0 : batch, [this](Slot slot) { return deadline_of(sessions_[slot]); },
      [this, now](Slot slot) { on_deadline(slot, sessions_[slot], now); });
  if (now >= load_at_) {
    load_at_ = TimerWheel::kNever;
    phase_ = Phase::load;
    swept_ = 0;
    start_ramp(now);
  }
  if (now >= ramp_at_) done += follow_ramp(now, batch);
  const std::uint32_t first = pacer_.started();
  const std::uint32_t count = is_congested() ? 0 : pacer_.take(now, recorder_.get(Counter::connecting), batch);
  for (std::uint32_t i = 0; i < count; ++i) {
    bring_in(first + i, sessions_[first + i]);
  }
  done += sweep(now);
  if (paced_) done += release(yielded_ < kYieldMax ? 1 : lanes_.size(), kPacedBatchMax);
  return done + count;
}

// Connections that the stack would only keep waiting are not opened yet: their time-out would run.
template <class S, Clock C>
bool Engine<S, C>::is_congested() noexcept {
  if constexpr (requires { stack_.congested(); }) return stack_.congested();
  return false;
}

// Brings the news of a phase to all sessions, some at a time so that the stack is not kept waiting.
template <class S, Clock C>
std::uint32_t Engine<S, C>::sweep(Nanos now) {
  if (phase_ < Phase::lead) return 0;
  const std::uint32_t batch = paced_ ? kPacedBatchMax : kBatchMax;
  std::uint32_t done = 0;
  for (; swept_ < touched_ && done < batch && !full(); ++done, ++swept_) {
    sweep_session(swept_, sessions_[swept_], now);
  }
  return done;
}

template <class S, Clock C>
void Engine<S, C>::sweep_session(Slot slot, Session& session, Nanos now) {
  if (phase_ == Phase::drain) return drain(slot, session);
  if (phase_ == Phase::abort) return abandon(slot, session);
  if (session.state == State::ready && starts(session)) return advance(slot, session, now);
  if (session.state == State::dormant && phase_ == Phase::load) return reopen(slot, session);
}

template <class S, Clock C>
Nanos Engine<S, C>::next_due(Nanos now) noexcept {
  if (phase_ >= Phase::lead && swept_ < touched_) return now;
  const Nanos opening = is_congested() ? kNever : pacer_.next(recorder_.get(Counter::connecting));
  return std::min({timers_.next(), load_at_, ramp_at_, opening, paced_ ? next_departure() : kNever});
}

}  // namespace mcc
