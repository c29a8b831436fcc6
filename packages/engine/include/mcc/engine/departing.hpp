#pragma once
// Engine: departures at their instants. A wait brings a session to its lane through the timer wheel, a little before
// its time; an open loop takes those that are idle. What is due leaves between two small pieces of the stack's work
// (docs/timing.md).

#include <algorithm>

#include "mcc/engine.hpp"

namespace mcc {

template <class S, Clock C>
Lane& Engine<S, C>::lane_of(Slot slot) noexcept {
  return lanes_.size() == 1 ? lanes_.front() : lanes_[priority_of(slot)];
}

// Whether the steps of a session may go on: those of a schedule are looked up before the load begins, so that it begins
// in time.
template <class S, Clock C>
bool Engine<S, C>::starts(const Session& session) const noexcept {
  if (phase_ == Phase::load) return true;
  if (phase_ != Phase::lead || !paced_) return false;
  const Op& op = program_.ops[session.step];
  if (op.kind == Op::Kind::wait) return std::holds_alternative<wait::Period>(program_.waits[op.index]);
  return op.kind == Op::Kind::burst && options_.arrivals.has_value();
}

// A load has been ordered.
template <class S, Clock C>
void Engine<S, C>::start_schedule() {
  phase_ = Phase::lead;
  epoch_ = load_at_;
  swept_ = 0;
  for (Lane& lane : lanes_) {
    if (lane.arrivals) lane.arrivals->start(load_at_, load_end_);
  }
}

template <class S, Clock C>
void Engine<S, C>::stop_schedule(Nanos now) {
  for (Lane& lane : lanes_) {
    if (!lane.arrivals) continue;
    const std::uint64_t left = lane.arrivals->stop(now);
    recorder_.add(Counter::pacing_scheduled, left);
    recorder_.add(Counter::pacing_unsent, left);
  }
}

// Open loop: true when the session must wait for a departure that is not its own yet. One that is due already is taken
// at once: every connection was busy, or, where this one has sent and waited for nothing since, the generator was late.
template <class S, Clock C>
bool Engine<S, C>::awaits_turn(Slot slot, Session& session, const Op& op, bool waited, Nanos now) {
  if (!paced_ || !options_.arrivals || op.requests == 0 || op.outstanding != 0) return false;
  if (is_leaving(slot) || intents_[slot].is_granted()) return false;
  Lane& lane = lane_of(slot);
  if (lane.idle.empty() && lane.arrivals->next() <= now) {
    count_departure(lane.arrivals->next(), waited);
    grant(slot, op);
    return false;
  }
  session.state = State::idle;
  lane.idle.push(slot);
  return true;
}

// The next arrival is this session's, and with a pipeline those after it.
template <class S, Clock C>
void Engine<S, C>::grant(Slot slot, const Op& op) {
  Arrivals& arrivals = *lane_of(slot).arrivals;
  intents_[slot] = Intent::granted_at(arrivals.next());
  if (sizes_.size() > 0) sizes_[slot] = arrivals.size();
  for (std::uint16_t i = 0; i < op.requests && arrivals.next() != kNever; ++i) {
    arrivals.pop();
    recorder_.add(Counter::pacing_scheduled);
  }
}

// A wait has been worked out: session.at is when it ends. `now`: when it began.
template <class S, Clock C>
void Engine<S, C>::await_departure(Slot slot, Session& session, Nanos now) {
  if (timers_.armed(slot)) timers_.disarm(slot);
  if (session.at >= load_end_) session.at = kNever;
  if (session.at == kNever) return;
  if (session.at <= now + kNearNs) return draw_near(slot, session, session.at <= now);
  timers_.arm(slot, session.at - kNearNs);
}

// From the first stage to the second.
template <class S, Clock C>
void Engine<S, C>::draw_near(Slot slot, Session& session, bool queued) {
  if (lane_of(slot).near.push({session.at, slot, queued})) return;
  timers_.arm(slot, 0);  // again with the next tick
}

// The next tick is one of the clock's, not one that follows another.
template <class S, Clock C>
void Engine<S, C>::forget_ticks(Slot slot) noexcept {
  intents_[slot] = Intent::sent_at(0);
}

// A departure that it was given and will not use.
template <class S, Clock C>
void Engine<S, C>::forgo_turn(const Session& session) noexcept {
  if (!paced_ || !options_.arrivals || !intents_[slot_of(session)].is_granted()) return;
  recorder_.add(Counter::pacing_unsent);
  forget_ticks(slot_of(session));
}

template <class S, Clock C>
Nanos Engine<S, C>::next_departure() noexcept {
  Nanos next = kNever;
  for (Lane& lane : lanes_) next = std::min(next, lane.due());
  return next;
}

// Between two pieces of the stack's work: the highest class only, since the others' departures are the less urgent
// work.
template <class S, Clock C>
Nanos Engine<S, C>::interlude() {
  if (!paced_) return 0;
  Nanos now = clock_.now();
  if (interlude_at_ != 0) {
    const Nanos piece = std::min(now - interlude_at_, kPieceMaxNs);
    pieces_ns_ += piece - pieces_ns_ / kPieces;
  }
  if (lanes_.front().due() <= now + pieces_ns_ / kPieces) {
    release(1, kPacedBatchMax);
    now = clock_.now();
  }
  interlude_at_ = now;
  return now;
}

// Lets depart what is due in the first `lanes` classes, at most `limit` of it. What is due before another piece of work
// could be done is waited for; where the stack holds it until it is flushed, it is built before its instant, so that
// the instant is that of the hand-over. Of the lower classes one departs, and then the stack is looked at again: else
// the highest one's replies would wait for their departures. Returns how much there was to do.
template <class S, Clock C>
std::uint32_t Engine<S, C>::release(std::size_t lanes, std::uint32_t limit) {
  const Nanos build = builds_ns_ / kPieces;
  const Nanos ahead = pieces_ns_ / kPieces + build;
  std::uint32_t done = 0;
  Nanos now = clock_.now();
  for (std::size_t i = 0; i < lanes && done < limit;) {
    Lane& lane = lanes_[i];
    const Nanos due = lane.due();
    if (due > now + ahead || due == kNever) {
      ++i;
      continue;
    }
    while (now + build < due) now = clock_.now();
    const Nanos begun = now;
    depart(lane, now);
    now = clock_.now();
    if constexpr (kHeldUntilFlush) {
      builds_ns_ += std::min(now - begun, kPieceMaxNs) - build;
      while (now < due) now = clock_.now();
    }
    ++done;
    prefetch_next(lane);
    if (kHeldUntilFlush || lane.due() > now) now = hand_over();
    if (i == 0) continue;
    yielded_ = 0;
    break;
  }
  hand_over();
  return done;
}

// What departed leaves for the link.
template <class S, Clock C>
Nanos Engine<S, C>::hand_over() {
  if (departed_count_ == 0) return clock_.now();
  stack_.flush();
  const Nanos now = clock_.now();
  note_departures(now);
  return now;
}

// Millions of connections are not in the cache: the next one to depart has the time until then to come.
template <class S, Clock C>
void Engine<S, C>::prefetch_next(Lane& lane) noexcept {
  if (lane.near.empty() && lane.idle.empty()) return;
  const Slot slot = lane.near.empty() ? lane.idle.front() : lane.near.top().slot;
  __builtin_prefetch(&sessions_[slot], 1);
  __builtin_prefetch(&intents_[slot], 1);
  if constexpr (requires { stack_.prefetch(slot); }) stack_.prefetch(slot);
}

// Takes the first of what is due.
template <class S, Clock C>
void Engine<S, C>::depart(Lane& lane, Nanos now) {
  if (lane.near.next() == lane.due()) {
    const NearDepartures::Entry entry = lane.near.top();
    lane.near.pop();
    Session& session = sessions_[entry.slot];
    if (session.state != State::waiting || session.at != entry.at) return;  // it has gone elsewhere
    const bool ticks = std::holds_alternative<wait::Period>(program_.waits[program_.ops[session.step].index]);
    ++session.step;
    if (options_.arrivals) {
      // It has only thought, and now awaits its turn.
    } else if (sends_next(entry.slot, session)) {
      intents_[entry.slot] = Intent::granted_at(entry.at);
      recorder_.add(Counter::pacing_scheduled);
      count_departure(entry.at, entry.queued);
    } else if (ticks) {
      intents_[entry.slot] = Intent::sent_at(entry.at);
    }
    return advance(entry.slot, session, now);
  }
  const Slot slot = lane.idle.pop();
  Session& session = sessions_[slot];
  if (session.state != State::idle) return;
  count_departure(lane.arrivals->next(), false);
  grant(slot, program_.ops[session.step]);
  advance(slot, session, now);
}

// Whether a client's next step, of those that wait for nothing but a connection, is to send.
template <class S, Clock C>
bool Engine<S, C>::sends_next(Slot slot, const Session& session) noexcept {
  for (std::size_t step = session.step;;) {
    const Op& op = program_.ops[step];
    const bool jumps = op.kind == Op::Kind::jump || (op.kind == Op::Kind::jump_times && turns_[slot] < op.index);
    if (jumps) {
      step = op.target;
    } else if (op.kind == Op::Kind::jump_times || op.kind == Op::Kind::close) {
      ++step;
    } else {
      return op.kind == Op::Kind::burst;
    }
  }
}

// `queued`: it was due before its connection was free. Otherwise how late it is tells of the generator.
template <class S, Clock C>
void Engine<S, C>::count_departure(Nanos intended, bool queued) {
  if (queued) return recorder_.add(Counter::pacing_queued);
  if (departed_count_ == departed_.size()) hand_over();
  departed_[departed_count_++] = intended;
}

// How late the generator was: counted at the hand-over to the link.
template <class S, Clock C>
void Engine<S, C>::note_departures(Nanos handed_over) {
  for (std::size_t i = 0; i < departed_count_; ++i) {
    const Nanos late = handed_over > departed_[i] ? handed_over - departed_[i] : 0;
    recorder_.record(stats::Histogram::pacing, late);
    if (late > kLateNs) recorder_.add(Counter::pacing_late);
  }
  departed_count_ = 0;
}

}  // namespace mcc
