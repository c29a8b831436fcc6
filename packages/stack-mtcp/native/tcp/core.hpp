#pragma once
// All that TCP owns on one worker. The rules of TCP are functions over it, one file per idea; each takes the core and a
// slot. A callback of the handler may send, close or reset: after each, the control block is looked at anew.

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>

#include "flow/accepted_table.hpp"
#include "flow/listeners.hpp"
#include "flow/opened_table.hpp"
#include "mcc/error.hpp"
#include "mcc/side_pool.hpp"
#include "mcc/stack.hpp"
#include "net/interface.hpp"
#include "tcp/control_block.hpp"
#include "tcp/counters.hpp"
#include "tcp/isn.hpp"
#include "tcp/options.hpp"
#include "tcp/rate_limit.hpp"
#include "tcp/remnants.hpp"
#include "tcp/send_memory.hpp"
#include "tcp/side_record.hpp"
#include "tcp/silence.hpp"
#include "timer/queue.hpp"
#include "timer/wheel.hpp"

namespace mcc::tcp {

using flow::kNoSlot;

// Of a segment without options.
inline constexpr std::uint16_t kHeaders = wire::kIpv4Header + wire::kTcpHeader;
inline constexpr std::uint16_t kTimestampRoom = wire::kTimestampOption;

// Bursts that are taken from the port before anything else is done.
inline constexpr std::size_t kBurstsPerPoll = 8;

// A packet whose data waits for what comes before it, or for a user who has paused.
template <class Packet>
struct HeldPacket {
  Packet packet;
  const std::byte* data;
  Sequence sequence;
  std::uint32_t length : 31;
  std::uint32_t fin : 1;
  std::uint32_t next;

  Sequence end() const noexcept { return sequence + length + fin; }
};

struct CoreOptions {
  Options tcp;
  bool server = false;
  std::uint32_t sessions = 1;  // most connections at one time
  net::AddressPool sources;    // to open from
  flow::PortRange ports;
  std::vector<flow::ListenEndpoint> listen;
  flow::HashKey key{};  // secret, and different on every start
};

template <class N>
struct Core {
  using Net = N;
  using Packet = typename Net::Packet;

  struct Closed {
    Slot slot;
    Error reason;
  };
  struct DelayedAck {
    Slot slot;
    Ticks since;
  };

  Core(Net& interface, const CoreOptions& given, Nanos started)
      : net(interface),
        options(given.tcp),
        key(given.key),
        now(started),
        blocks(given.sessions),
        links(given.sessions),
        wheel(links, started),
        sides(given.sessions),
        silences(given.sessions),
        send_memory(given.tcp.send_memory + std::size_t{given.sessions} * SendMemory::kSmallest),
        held(given.tcp.held_packets_max),
        opened(given.sources, given.ports, !given.server),
        accepted(given.server ? given.sessions : 0, given.key),
        listeners(given.listen),
        remnants(given.tcp.remnants_max, given.tcp.time_wait, given.tcp.fin_wait_2, given.key),
        closed(given.sessions),
        delayed(given.sessions),
        waiting(given.sessions),
        challenges(given.tcp.challenges_per_second),
        refusals(given.tcp.resets_per_second) {
    while ((options.window >> window_shift) > 0xffff) ++window_shift;
    if (!keeps_alive()) sweep.due = timer::Wheel::kNever;
  }
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  // The MSS that we announce.
  std::uint16_t own_mss() const noexcept { return static_cast<std::uint16_t>(net.mtu() - kHeaders); }

  bool keeps_alive() const noexcept { return options.keepalive.idle != 0; }

  ControlBlock& block(Slot slot) noexcept { return blocks[slot]; }
  bool has_side(const ControlBlock& cb) const noexcept { return cb.side != 0; }
  SideRecord& side(const ControlBlock& cb) noexcept { return sides[cb.side]; }

  // The side record of a connection, taken if it has none. There is one for every slot, so that it cannot fail.
  SideRecord& need_side(Slot slot) noexcept {
    ControlBlock& cb = blocks[slot];
    if (cb.side == 0) {
      cb.side = sides.take();
      assert(cb.side != 0);
      sides[cb.side] = SideRecord{};
      sides[cb.side].slot = slot;
    }
    return sides[cb.side];
  }

  // Its entries in queues will still come up.
  void clear_block(Slot slot) noexcept {
    ControlBlock& cb = blocks[slot];
    const ControlBlock old = cb;
    cb = ControlBlock{};
    // Seldom true; written always, they would stall the reading of the words that they are part of.
    if (old.ack_queued) cb.ack_queued = true;
    if (old.waits_for_link) cb.waits_for_link = true;
  }

  static FourTuple flow_of(const ControlBlock& cb) noexcept {
    return {cb.local, cb.remote, cb.local_port, cb.remote_port};
  }

  // The slot of a connection, or kNoSlot.
  Slot find(const FourTuple& flow) noexcept {
    const auto is_it = [&](Slot slot) { return flow_of(blocks[slot]) == flow; };
    const Slot ours = opened.find(flow.local, flow.local_port);
    if (ours != kNoSlot) return is_it(ours) ? ours : kNoSlot;
    return listeners.any() ? accepted.find(flow, is_it) : kNoSlot;
  }

  // Hints that the connection of a segment will be looked for soon. The first fetches the tables, the second, when they
  // have arrived, what they point to; it returns the slot that is most likely meant, or kNoSlot. Only where connections
  // begin and end are remnants looked at: these need not compete for the cache with every segment.
  void prefetch_lookup(const wire::Segment& segment) noexcept {
    const FourTuple flow = flow::flow_of(segment);
    if (!listeners.any()) return opened.prefetch(flow.local, flow.local_port);
    const std::uint32_t hash = flow::table_hash(flow, key);
    accepted.prefetch(hash);
    if ((segment.flags & (wire::kSyn | wire::kFin)) != 0) remnants.prefetch(hash);
  }
  Slot prefetch_connection(const wire::Segment& segment) noexcept {
    const FourTuple flow = flow::flow_of(segment);
    Slot slot;
    if (listeners.any()) {
      const std::uint32_t hash = flow::table_hash(flow, key);
      slot = accepted.first(hash);
      if (slot == kNoSlot && (segment.flags & wire::kSyn) != 0) remnants.prefetch_first(hash);
    } else {
      slot = opened.find(flow.local, flow.local_port);
    }
    if (slot != kNoSlot) __builtin_prefetch(&blocks[slot]);
    return slot;
  }

  // Queues an acknowledgment for the end of the poll.
  void acknowledge_later(Slot slot, bool soon) noexcept {
    ControlBlock& cb = blocks[slot];
    if (cb.has(ControlBlock::kAckPending) || soon) cb.set(ControlBlock::kAckSoon);
    cb.set(ControlBlock::kAckPending);
    if (to_ack_count > 0 && to_ack[to_ack_count - 1] == slot) return;
    if (to_ack_count < to_ack.size()) to_ack[to_ack_count++] = slot;
  }

  Net& net;
  const Options options;
  const flow::HashKey key;
  Nanos now;
  std::uint8_t window_shift = 0;  // that we announce

  Reserved<ControlBlock> blocks;
  Reserved<timer::Links> links;
  timer::Wheel wheel;
  SidePool<SideRecord> sides;
  Reserved<Silence> silences;
  Sweep sweep;
  SendMemory send_memory;
  SidePool<HeldPacket<Packet>> held;

  flow::OpenedTable opened;
  flow::AcceptedTable accepted;
  flow::Listeners listeners;
  Remnants remnants;
  std::uint32_t half_open = 0;
  Slot arriving = kNoSlot;  // whose segment is being dealt with, see transmit_soon
  Slot touched = 0;         // slots from here on have never been in use

  timer::Queue<Closed> closed;  // on_closed is due. A slot is in it once at most: it is not free before
  timer::Queue<DelayedAck> delayed;
  timer::Queue<Slot> waiting;  // for room in the port, each once at most (link_queue.hpp)
  bool in_turn = false;        // one of those is sending
  SideList<&SideRecord::starved> starved;
  SideList<&SideRecord::resumed> resumed;
  // Connections that received something in the bursts of this poll. One entry per segment is enough.
  std::array<Slot, kBurstsPerPoll * Net::kBurst> to_ack;
  std::size_t to_ack_count = 0;

  RateLimit challenges;
  RateLimit refusals;
  Counters counters;
  std::uint32_t events = 0;              // callbacks made in this poll
  std::array<std::byte, 65536> scratch;  // a payload gathered from several pieces
};

}  // namespace mcc::tcp
