#pragma once
// The user-level stack as the engine sees it (mcc/stack.hpp): one loop that runs to completion over one port queue.
// Receive a burst, feed TCP, which calls the engine, which sends; acknowledge what no data carried; run timers; flush.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "mcc/clock.hpp"
#include "mcc/session.hpp"
#include "net/interface.hpp"
#include "stack_counters.hpp"
#include "tcp/icmp.hpp"

namespace mcc {

struct MtcpOptions {
  net::InterfaceOptions net;
  tcp::Options tcp;
  bool server = false;
  std::uint32_t sessions = 1;  // most connections at one time
  // Client: where to connect to, in turn. Server: where to listen; address 0 is every address of net.addresses.
  std::vector<flow::ListenEndpoint> endpoints;
  net::AddressPool sources;  // client: part of net.addresses to open from; empty: all of them
  flow::PortRange ports;     // client: local ports
  flow::HashKey key{};       // secret, and different on every start
};

template <port::Port P, Clock ClockT>
class MtcpStack {
 public:
  using Packet = typename P::Packet;
  // Ports queue what they are given until they are flushed.
  static constexpr bool kHeldUntilFlush = true;

  // `port` and `clock` outlive the stack. `published`: where publish() writes, in the order of stack_counter_names().
  MtcpStack(P& port, ClockT& clock, const MtcpOptions& options, std::span<std::uint64_t> published = {})
      : port_(port),
        clock_(clock),
        interface_(port, options.net),
        core_(interface_, core_options(options), clock.now()),
        targets_(options.server ? std::vector<flow::ListenEndpoint>{} : options.endpoints),
        published_(published) {
    interface_.announce();
  }
  MtcpStack(const MtcpStack&) = delete;
  MtcpStack& operator=(const MtcpStack&) = delete;
  // Resets what still stands, as far as the port takes the segments at once.
  ~MtcpStack() {
    for (std::size_t i = burst_next_; i < burst_count_; ++i) port_.release(burst_[i].packet);
    refresh();
    for (Slot slot = 0; slot < core_.touched; ++slot) tcp::reset(core_, slot);
    port_.flush();
  }

  // See the Stack concept for these.
  Error connect(Slot slot) {
    refresh();
    const flow::ListenEndpoint& target = targets_[target_];
    target_ = target_ + 1 == targets_.size() ? 0 : target_ + 1;
    return tcp::connect(core_, slot, target);
  }
  Error listen() noexcept {
    core_.listeners.open();
    return Error::none;
  }
  void unlisten() noexcept { core_.listeners.close(); }

  std::size_t send(Slot slot, Bytes bytes, Lifetime lifetime) {
    tcp::ControlBlock& cb = core_.block(slot);
    if (!cb.is_open() || cb.has(tcp::ControlBlock::kFinQueued)) return 0;  // on_closed is on its way
    refresh();
    tcp::restart_if_idle(core_, slot);
    const std::size_t taken = tcp::enqueue(core_, slot, bytes, lifetime);
    if (taken > 0) tcp::transmit_soon(core_, slot);
    return taken;
  }

  // What is opened now would wait for the link.
  bool congested() noexcept { return tcp::link_is_busy(core_); }

  // Where the port tells connections apart, it does so by our end of them.
  std::size_t classes() const noexcept requires port::Classifying<P> { return port_.classes(); }
  std::size_t class_of(Slot slot) noexcept requires port::Classifying<P> {
    const tcp::ControlBlock& cb = core_.block(slot);
    return port_.class_of(cb.local, cb.local_port);
  }

  void pause(Slot slot) noexcept {
    if (core_.block(slot).is_open()) core_.block(slot).set(tcp::ControlBlock::kPaused);
  }
  void resume(Slot slot) noexcept {
    tcp::ControlBlock& cb = core_.block(slot);
    if (!cb.has(tcp::ControlBlock::kPaused)) return;
    cb.clear(tcp::ControlBlock::kPaused);
    if (cb.side != 0) core_.resumed.add(core_.sides, cb.side);
  }

  void close(Slot slot) {
    refresh();
    tcp::close(core_, slot);
  }
  void reset(Slot slot) {
    refresh();
    tcp::reset(core_, slot);
  }

  void flush() { port_.flush(); }
  // A hint: something will be sent on this slot soon.
  void prefetch(Slot slot) noexcept { __builtin_prefetch(&core_.block(slot)); }

  template <class Handler>
  PollResult poll(Handler& handler, Nanos ns) {
    const std::uint32_t timers = handler.paced() ? kTimersPerPacedPoll : kTimersPerPoll;
    in_poll_ = true;
    core_.now = clock_.now();
    core_.events = 0;
    Sink<Handler> sink{*this, handler};
    deliver_pending(handler);
    std::size_t work = replay(handler);
    work += receive(sink, handler);
    work += tcp::run_timers(core_, timers);
    tcp::sweep_idle(core_, std::min(timers, kSweptPerPoll));
    core_.remnants.expire(core_.now, timers);
    interface_.tick(sink, core_.now);
    deliver_closed(handler);
    port_.flush();
    tcp::acknowledge_delayed(core_);
    work += tcp::take_turns(core_, handler.paced() ? kTimersPerPacedPoll : kTurnsPerPoll);
    port_.flush();
    PollResult result{core_.events, 0};
    if (ns > 0 && work == 0 && core_.events == 0 && burst_next_ == burst_count_) result.slept = wait(ns);
    in_poll_ = false;
    return result;
  }

  // `session_bytes`: what the engine keeps for each connection.
  void publish(std::size_t session_bytes) noexcept {
    if (connections() >= most_connections_ && connections() > 0) {
      most_connections_ = connections();
      bytes_per_connection_ = bytes_per_connection(session_bytes);
    }
    StackGauges gauges;
    gauges.bytes_per_connection = bytes_per_connection_;
    gauges.time_wait = core_.remnants.size();
    gauges.side_records = core_.sides.in_use();
    gauges.held_packets = core_.held.in_use();
    write_stack_counters(published_, gauges, port_.counters(), interface_.counters(), core_.counters, port_.headroom());
  }

  const tcp::Counters& counters() const noexcept { return core_.counters; }
  const net::Counters& net_counters() const noexcept { return interface_.counters(); }
  std::size_t connections() const noexcept { return core_.opened.in_use() + core_.accepted.in_use(); }

  // Memory that the connections which stand use now, the engine's included, for each of them; 0: there is none.
  std::uint64_t bytes_per_connection(std::size_t session_bytes) const noexcept {
    const std::size_t standing = connections();
    if (standing == 0) return 0;
    const std::size_t lookup = 2 * sizeof(std::uint32_t);  // accepted: chain head and link; opened: index, at most
    const std::size_t silence = core_.keeps_alive() ? sizeof(tcp::Silence) : 0;
    const std::size_t each = sizeof(tcp::ControlBlock) + sizeof(timer::Links) + lookup + silence + session_bytes;
    const std::size_t pooled = core_.sides.in_use() * sizeof(tcp::SideRecord) + core_.send_memory.bytes_in_use() +
                               core_.held.in_use() * sizeof(tcp::HeldPacket<Packet>);
    return each + pooled / standing;
  }

 private:
  using Net = net::Interface<P>;
  using Core = tcp::Core<Net>;

  static constexpr std::uint32_t kTimersPerPoll = 1024;
  static constexpr std::uint32_t kTimersPerPacedPoll = 8;  // some of them miss the cache
  static constexpr std::uint32_t kTurnsPerPoll = 1024;
  static constexpr std::uint32_t kSweptPerPoll = 256;
  static constexpr std::size_t kAnswersWaitingMax = 1024;

  struct Arrived {
    wire::Segment segment;
    Packet packet;
  };

  template <class Handler>
  struct Sink {
    MtcpStack& stack;
    Handler& handler;

    void prefetch_lookup(const wire::Segment& segment) {
      handler.interlude();  // parsing a burst takes its time, too
      stack.core_.prefetch_lookup(segment);
    }
    void prefetch_connection(const wire::Segment& segment) {
      const Slot slot = stack.core_.prefetch_connection(segment);
      if (slot != flow::kNoSlot) handler.prefetch(slot);
    }
    bool on_segment(const wire::Segment& segment, Packet packet, Nanos) {
      if (const Nanos now = handler.interlude(); now != 0) stack.core_.now = now;
      if (handler.full()) {
        stack.burst_[stack.burst_count_++] = {segment, packet};
        return true;
      }
      return tcp::input(stack.core_, handler, segment, packet);
    }
    void on_icmp_error(const net::IcmpError& error, Nanos) { tcp::on_icmp_error(stack.core_, error); }
    void on_neighbour_failed(wire::Address hop, Nanos) { tcp::on_neighbour_failed(stack.core_, hop); }
  };

  static tcp::CoreOptions core_options(const MtcpOptions& options) {
    tcp::CoreOptions result;
    result.tcp = options.tcp;
    result.server = options.server;
    result.sessions = options.sessions;
    result.sources = options.sources.size() > 0 ? options.sources : options.net.addresses;
    result.ports = options.ports;
    if (options.server) result.listen = options.endpoints;
    result.key = options.key;
    return result;
  }

  // Verbs are also called between polls.
  void refresh() noexcept {
    if (!in_poll_) core_.now = clock_.now();
  }

  // A server whose answers wait for the link takes no further requests in: they are to wait where they have not been
  // sent and no time-out runs, with the client. A client always reads, so that the two never wait for each other.
  bool owes_answers() const noexcept {
    return core_.listeners.any() && (core_.waiting.size() > kAnswersWaitingMax || port_.congested());
  }

  template <class SinkT, class Handler>
  std::size_t receive(SinkT& sink, Handler& handler) {
    if (owes_answers()) return port_.receive({});  // the port still looks after itself
    std::size_t work = 0;
    for (std::size_t i = 0; i < tcp::kBurstsPerPoll && burst_next_ == burst_count_ && !handler.full(); ++i) {
      burst_next_ = burst_count_ = 0;
      const std::size_t count = interface_.receive(sink, core_.now);
      work += count;
      if (count < Net::kBurst) break;
      core_.now = clock_.now();
    }
    tcp::acknowledge_bursts(core_);
    return work;
  }

  // Goes on with a burst in which the handler had no more room.
  template <class Handler>
  std::size_t replay(Handler& handler) {
    std::size_t done = 0;
    for (; burst_next_ < burst_count_ && !handler.full(); ++done) {
      if (const Nanos now = handler.interlude(); now != 0) core_.now = now;
      const Arrived& next = burst_[burst_next_++];
      if (!tcp::input(core_, handler, next.segment, next.packet)) port_.release(next.packet);
    }
    tcp::acknowledge_bursts(core_);
    return done;
  }

  // What is due without any segment: data of connections that were paused, and room for those that wanted to send.
  template <class Handler>
  void deliver_pending(Handler& handler) {
    deliver_closed(handler);
    const std::size_t turns = core_.resumed.empty() ? 0 : core_.sides.in_use();
    for (std::size_t i = 0; i < turns && !core_.resumed.empty() && !handler.full(); ++i) {
      const std::uint32_t side = core_.resumed.front();
      core_.resumed.remove(core_.sides, side);
      const Slot slot = core_.sides[side].slot;
      tcp::deliver_held(core_, handler, slot);
      if (core_.block(slot).state == tcp::State::closed) continue;
      tcp::send_ack(core_, slot);  // the window is open again (RFC 9293 section 3.8.6.2.2)
      tcp::tidy(core_, slot);
    }
    while (!core_.starved.empty() && !core_.send_memory.full() && !handler.full()) {
      const std::uint32_t side = core_.starved.front();
      core_.starved.remove(core_.sides, side);
      if (!core_.sides[side].wants_writable) continue;
      core_.sides[side].wants_writable = false;
      ++core_.events;
      handler.on_writable(core_.sides[side].slot, core_.now);
    }
  }

  template <class Handler>
  void deliver_closed(Handler& handler) {
    while (tcp::deliver_closed(core_, handler)) continue;
  }

  // Sleeps until something arrives or is due, where the port can.
  Nanos wait(Nanos ns) {
    const Nanos due = std::min(tcp::next_due(core_), interface_.next_tick());
    if (due <= core_.now) return 0;
    const Nanos before = clock_.now();
    port_.wait(std::min(ns, due - core_.now));
    return clock_.now() - before;
  }

  P& port_;
  ClockT& clock_;
  Net interface_;
  Core core_;
  std::vector<flow::ListenEndpoint> targets_;
  std::size_t target_ = 0;
  std::span<std::uint64_t> published_;
  bool in_poll_ = false;
  // When last there were as many as ever: what a report says after they have closed.
  std::size_t most_connections_ = 0;
  std::uint64_t bytes_per_connection_ = 0;
  // The rest of a burst that the handler had no room for.
  std::array<Arrived, Net::kBurst> burst_;
  std::size_t burst_next_ = 0;
  std::size_t burst_count_ = 0;
};

}  // namespace mcc
