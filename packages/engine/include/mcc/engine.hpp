#pragma once
// Runs one program for every connection of one worker, on any stack. It is the stack's handler: the stack reports what
// happened, the engine answers with sends, connects and closes. Nothing allocates once it is made.
//
// The members are defined by theme in engine/: phases.hpp (commands, the loop), connections.hpp (opening, losing,
// closing), ramping.hpp (connections that come into use and go out of it), steps.hpp (the program), departing.hpp
// (departures at their instants), choices.hpp (messages that are chosen or vary in length), classes.hpp (figures of
// each class), delivery.hpp (what the stack reports), receiving.hpp (what nobody asked for), speaking.hpp (echo and
// handlers).

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mcc/backlog.hpp"
#include "mcc/batch.hpp"
#include "mcc/clock.hpp"
#include "mcc/compiled_program.hpp"
#include "mcc/connection_ramp.hpp"
#include "mcc/departures.hpp"
#include "mcc/event_writer.hpp"
#include "mcc/framing/any_framer.hpp"
#include "mcc/message_render.hpp"
#include "mcc/options.hpp"
#include "mcc/pacer.hpp"
#include "mcc/recorder.hpp"
#include "mcc/session.hpp"
#include "mcc/side_pool.hpp"
#include "mcc/stack.hpp"
#include "mcc/timer_wheel.hpp"

namespace mcc {

template <class StackT, Clock ClockT>
class Engine {
 public:
  // Everything given by reference outlives the engine; the program outlives the stack too, which may keep pointers to
  // its messages. `stats`: stats::words(classes) zeroed words, a client's with the stack's classes. `events`:
  // kEventBytesMin bytes or more when the program has a handler.
  Engine(const EngineOptions& options, const CompiledProgram& program, StackT& stack, ClockT& clock,
         std::span<std::uint64_t> stats, std::span<std::byte> events);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Whole records of batch.hpp. Throws Failure for records that are none, and when the server cannot listen.
  void submit(Bytes commands);

  // Runs for about budget_ns, less when there are events for the handlers to read. Returns how many bytes of them.
  std::size_t run(Nanos budget_ns);

  // StackHandler: for the stack, while it is in poll.
  void on_connected(Slot slot, Nanos now);
  void on_accepted(Slot slot, Nanos now);
  void on_data(Slot slot, Bytes bytes, Nanos now);
  void on_writable(Slot slot, Nanos now);
  void on_peer_closed(Slot slot, Nanos now);
  void on_closed(Slot slot, Error reason, Nanos now);
  bool full() const noexcept { return program_.has_handler && events_.full(); }
  bool paced() const noexcept { return paced_; }
  Nanos interlude();
  void prefetch(Slot slot) noexcept { __builtin_prefetch(&sessions_[slot], 1); }

 private:
  using State = Session::State;
  using Counter = stats::Counter;
  enum class Phase : std::uint8_t { idle, connect, lead, load, drain, abort };  // lead: a load has been ordered
  enum class Manner : std::uint8_t { orderly, reset };

  // A session may send this many bursts before others have their turn.
  static constexpr unsigned kBurstsPerTurn = 64;
  // Timers, connects or closes between two polls of the stack. Few where departures must not wait for them.
  static constexpr std::uint32_t kBatchMax = 512;
  static constexpr std::uint32_t kPacedBatchMax = 8;
  // A lower class departs when nothing came in, since that may have been for the highest; or after so many events.
  static constexpr std::uint32_t kYieldMax = 32;
  static constexpr Nanos kPublishNs = 10'000'000;
  static constexpr Reconnect kReconnect{.min_ns = 1'000'000, .max_ns = 1'000'000'000};
  static constexpr std::uint8_t kFruitlessMax = 15;  // 1 ms doubled ten times is over a second
  static constexpr Nanos kNever = TimerWheel::kNever;
  // A departure comes from the wheel, whose ticks are coarse, so long before its time.
  static constexpr Nanos kNearNs = 2 * TimerWheel::kTickNs;
  static constexpr Nanos kLateNs = 1'000'000;  // later than this, the generator did not keep the schedule
  static constexpr Nanos kPieces = 16;
  // A stack that hands over nothing before it is flushed says so.
  static constexpr bool kHeldUntilFlush = requires { requires StackT::kHeldUntilFlush; };
  // A stack that tells connections apart.
  static constexpr bool kClassifies = requires(StackT stack, Slot slot) { stack.class_of(slot); };
  static constexpr Nanos kPieceMaxNs = 4096;  // whatever is longer was no work of the stack's, but an interruption

  // phases.hpp
  void obey(const Record& record, Bytes payload);
  void start_connecting();
  void start_closing(Phase phase);
  std::uint32_t do_what_is_due(Nanos now);
  std::uint32_t sweep(Nanos now);
  void sweep_session(Slot slot, Session& session, Nanos now);
  bool is_congested() noexcept;
  Nanos next_due(Nanos now) noexcept;
  void publish();
  std::size_t bytes_per_session() const noexcept;

  // connections.hpp
  void open(Slot slot, Session& session);
  void reopen(Slot slot, Session& session);
  void connect_failed(Slot slot, Session& session, Error error);
  void close(Slot slot, Session& session, Manner manner = Manner::orderly, std::uint16_t code = kClosedByUs);
  void let_go(Session& session, std::uint16_t code);
  void report_closed(Slot slot, Session& session);
  void fail(Slot slot, Session& session, Error error, Manner manner);
  void abandon(Slot slot, Session& session);
  void drain(Slot slot, Session& session);
  void lose_requests(Session& session, Error error, std::uint32_t unread);
  std::uint32_t outstanding(const Session& session) const noexcept;
  void gone(Slot slot, Session& session, Nanos now);
  void finish(Session& session);
  Nanos deadline_of(const Session& session) const noexcept;
  bool has_instants() const noexcept { return !program_.waits.empty() || options_.arrivals.has_value(); }
  void on_deadline(Slot slot, Session& session, Nanos now);

  // ramping.hpp
  void start_ramp(Nanos now);
  std::uint32_t follow_ramp(Nanos now, std::uint32_t limit);
  void bring_in(Slot slot, Session& session);
  bool is_spare(Slot slot) noexcept;
  bool is_leaving(Slot slot) noexcept { return is_closing() || is_spare(slot); }
  void rest(Session& session);

  // steps.hpp
  void advance(Slot slot, Session& session, Nanos now);
  void start_burst(Slot slot, Session& session, const Op& op);
  bool push_burst(Slot slot, Session& session, const Op& op);
  std::uint32_t size_of(Slot slot, const Burst& burst) noexcept;
  Nanos intended_at(Slot slot, const Session& session) noexcept;
  const Burst* burst_of(Slot slot, const Session& session, const Op& op) const noexcept;
  void start_wait(Slot slot, Session& session, const Op& op, Nanos now);
  void complete(Session& session) noexcept;

  // departing.hpp
  Lane& lane_of(Slot slot) noexcept;
  bool starts(const Session& session) const noexcept;
  void start_schedule();
  void stop_schedule(Nanos now);
  bool awaits_turn(Slot slot, Session& session, const Op& op, bool waited, Nanos now);
  void grant(Slot slot, const Op& op);
  void await_departure(Slot slot, Session& session, Nanos now);
  void draw_near(Slot slot, Session& session, bool queued);
  void forget_ticks(Slot slot) noexcept;
  void forgo_turn(const Session& session) noexcept;
  Nanos next_departure() noexcept;
  std::uint32_t release(std::size_t lanes, std::uint32_t limit);
  void depart(Lane& lane, Nanos now);
  Nanos hand_over();
  void prefetch_next(Lane& lane) noexcept;
  bool sends_next(Slot slot, const Session& session) noexcept;
  void count_departure(Nanos intended, bool queued);
  void note_departures(Nanos handed_over);

  // choices.hpp
  const Choice& choice_of(Slot slot, std::uint32_t place, std::uint32_t sequence) const noexcept;
  const Choice& asked(const Session& session, std::uint32_t nth) const noexcept;
  bool push_batch(Slot slot, Session& session, const Batch& batch);
  framing::AnyFramer& framer_of(const Session& session) noexcept;
  Departure departure_of(Slot slot, const Session& session) noexcept {
    return {options_.seed, connection_id(slot), session.sequence, intended_at(slot, session),
            options_.connections_total};
  }
  Slot slot_of(const Session& session) const noexcept { return static_cast<Slot>(&session - first_session_); }

  // classes.hpp
  static std::size_t stack_classes(const EngineOptions& options, const StackT& stack) noexcept;
  bool has_classes() const noexcept;
  void classify(Slot slot) noexcept;
  RequestClass connection_class(const Session& session) noexcept;
  RequestClass class_of(const Session& session, std::uint32_t outstanding) const noexcept;
  void complete_in_class(const Session& session) noexcept;
  void complete_in_classes(const Session& session, const framing::Result& result, Nanos latency) noexcept;
  void fail_in_class(const Session& session) noexcept;

  // delivery.hpp
  void read_replies(Slot slot, Session& session, Bytes bytes, Nanos now);
  void complete_reply(Slot slot, Session& session, const framing::Result& result, Nanos now);
  void close_after_last(Slot slot, Session& session);
  std::size_t read_requests(Slot slot, Session& session, Bytes bytes, Nanos now);
  void go_ahead(Slot slot, Session& session);
  void keep_unread(Slot slot, Session& session, Bytes bytes);
  void continue_reading(Slot slot, Session& session, Nanos now);
  void close_if_done(Slot slot, Session& session);

  // receiving.hpp
  void receive(Slot slot, Session& session, Bytes bytes, Nanos now);
  void skip(Session& session, Bytes bytes);

  // speaking.hpp
  void start_speaking(Slot slot, Session& session);
  void hear(Slot slot, Session& session, Bytes bytes);
  bool speak(Slot slot, Session& session, Bytes bytes);
  void speak_on(Slot slot, Session& session);
  void obey_handler(const Record& record, Bytes payload);
  void handler_request(Slot slot, Session& session, Bytes payload);
  void handler_reply(Slot slot, Session& session, Error error);
  void handler_close(Slot slot, Session& session, std::uint16_t code);
  void peer_left(Slot slot, Session& session);

  bool is_client() const noexcept { return program_.role == Role::client; }
  bool is_closing() const noexcept { return phase_ >= Phase::drain; }
  // Server: it has more to send before it reads on. What comes is kept, and rx is the chain of it.
  bool is_behind(const Session& session) const noexcept {
    return !is_client() && (session.state == State::sending || session.state == State::yielding);
  }
  // Server: part of a request has come.
  bool has_unread_request(const Session& session) const noexcept {
    return !is_client() && session.state == State::expecting && session.rx != 0;
  }
  static Error error_of(std::uint16_t number, Error otherwise) noexcept {
    return number > 0 && number <= kErrorNumberMax ? static_cast<Error>(number) : otherwise;
  }
  static std::uint16_t closed_code(Error error) noexcept {
    return static_cast<std::uint16_t>(kClosedErrorBase + static_cast<unsigned>(error));
  }
  // Each worker deals its connections out to the priorities in turn: by the ids, which go round the workers, all of one
  // worker's could be of one.
  std::uint32_t priority_of(Slot slot) const noexcept {
    return (options_.first_connection_id + slot) % program_.priorities;
  }
  std::uint32_t connection_id(Slot slot) const noexcept {
    return options_.first_connection_id + slot * options_.connection_id_stride;
  }
  // For a deadline that can only have moved back since the timer was armed, if it is.
  void arm(Slot slot, Nanos deadline) noexcept {
    if (!timers_.armed(slot)) timers_.arm(slot, deadline);
  }
  void rearm(Slot slot, Nanos deadline) noexcept {
    if (timers_.armed(slot)) timers_.disarm(slot);
    timers_.arm(slot, deadline);
  }

  const EngineOptions options_;
  const CompiledProgram& program_;
  StackT& stack_;
  ClockT& clock_;
  Recorder recorder_;
  Reserved<Session> sessions_;
  const Session* const first_session_ = &sessions_[0];
  Reserved<std::uint32_t> generations_;  // with handlers: connections that the session has had
  Reserved<std::uint32_t> turns_;        // with a finite repeat: how often it went back
  const bool paced_;                     // a client's departures have instants
  Reserved<Intent> intents_;             // ... of each session
  Reserved<std::uint32_t> sizes_;        // ... and, of a trace with sizes, how long the message is that leaves then
  std::vector<Lane> lanes_;              // ... the highest class first
  // The stack's class of each connection; empty: it has none.
  Reserved<std::uint8_t> connection_classes_;
  TimerWheel timers_;
  std::vector<framing::AnyFramer> framers_;
  ConnectionRamp ramp_;
  SetupPacer pacer_;
  Backlog backlog_;
  EventWriter events_;
  std::array<std::byte, kDeliveryMax> rendered_;

  Phase phase_ = Phase::idle;
  Nanos load_at_ = TimerWheel::kNever;   // a load that has been ordered
  Nanos load_end_ = TimerWheel::kNever;  // nothing is meant to leave from then on
  Nanos epoch_ = 0;                      // start of the load; a server's: of listening
  Nanos ramp_at_ = TimerWheel::kNever;   // when the number of connections in use has to be looked at
  Nanos publish_at_ = 0;
  Nanos polled_at_ = 0;        // end of the last poll; 0: there was none
  std::uint32_t touched_ = 0;  // sessions from here on are as they were made
  std::uint32_t swept_ = 0;    // sessions that have been told of the present phase

  // Departures that were not late by the fault of their connection, until they are handed over.
  std::array<Nanos, kPacedBatchMax> departed_;
  std::size_t departed_count_ = 0;
  std::uint32_t yielded_ = kYieldMax;  // events since a lower class had its turn
  Nanos interlude_at_ = 0;             // the last one in this poll; 0: none
  Nanos pieces_ns_ = 0;                // of the stack's work between two interludes, kPieces average ones
  Nanos builds_ns_ = 0;                // of letting one depart, as many
};

}  // namespace mcc

#include "mcc/engine/choices.hpp"      // IWYU pragma: export
#include "mcc/engine/classes.hpp"      // IWYU pragma: export
#include "mcc/engine/connections.hpp"  // IWYU pragma: export
#include "mcc/engine/delivery.hpp"     // IWYU pragma: export
#include "mcc/engine/departing.hpp"    // IWYU pragma: export
#include "mcc/engine/phases.hpp"       // IWYU pragma: export
#include "mcc/engine/ramping.hpp"      // IWYU pragma: export
#include "mcc/engine/receiving.hpp"    // IWYU pragma: export
#include "mcc/engine/speaking.hpp"     // IWYU pragma: export
#include "mcc/engine/steps.hpp"        // IWYU pragma: export
