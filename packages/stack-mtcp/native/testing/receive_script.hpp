#pragma once
// The whole receive path as a function of bytes, for the fuzzer and for replaying what it found: frames into a stack
// that listens, or opens. The input is a script: one byte says what happens next, and is followed by what that takes.
// Segments are built relative to what the stack has sent, so that mutations reach deep; raw frames are there as well.
// Whatever the script, the stack must keep to its contract, let go of everything in the end, and crash never.

#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>

#include "mtcp_stack.hpp"
#include "port/memory_port.hpp"

namespace mcc::testing::receive_script {

using port::MemoryLink;
using port::MemoryPort;
using Stack = MtcpStack<MemoryPort, ManualClock>;

inline constexpr wire::Address kUs = 0xc6120002;
inline constexpr wire::Address kPeer = 0xc6120001;
inline constexpr std::uint16_t kPort = 80;
inline constexpr std::size_t kBuffers = 128;
inline constexpr std::array<std::byte, 20'000> kText{};

class Script {
 public:
  explicit Script(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  bool done() const { return at_ == bytes_.size(); }
  std::uint8_t byte() { return done() ? std::uint8_t{0} : bytes_[at_++]; }
  std::uint16_t word() { return static_cast<std::uint16_t>(byte() << 8 | byte()); }
  std::span<const std::uint8_t> take(std::size_t size) {
    const auto taken = bytes_.subspan(at_, std::min(size, bytes_.size() - at_));
    at_ += taken.size();
    return taken;
  }

 private:
  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
};

// Keeps to the contract of StackHandler, and checks that the stack does.
struct Handler : Unpaced {
  static constexpr std::size_t kSlots = 8;
  enum : std::uint8_t { kFree, kOpening, kOpen, kDone };
  std::array<std::uint8_t, kSlots> state{};
  bool is_full = false;

  static void insist(bool condition) {
    if (!condition) std::abort();
  }
  void on_connected(Slot slot, Nanos) {
    insist(state[slot] == kOpening);
    state[slot] = kOpen;
  }
  void on_accepted(Slot slot, Nanos) {
    insist(state[slot] == kFree);
    state[slot] = kOpen;
  }
  void on_data(Slot slot, Bytes bytes, Nanos) { insist(state[slot] == kOpen && !bytes.empty()); }
  void on_writable(Slot slot, Nanos) { insist(state[slot] == kOpen); }
  void on_peer_closed(Slot slot, Nanos) { insist(state[slot] == kOpen); }
  void on_closed(Slot slot, Error, Nanos) {
    insist(state[slot] != kFree);
    state[slot] = kFree;
  }
  bool full() const { return is_full; }
};

inline MtcpOptions options(std::uint8_t choice) {
  MtcpOptions options;
  options.net.addresses = net::AddressPool({{kUs, kUs}});
  options.net.neighbours = {{kPeer, {2, 0, 0, 0, 0, 2}}};
  options.net.neighbours_max = options.net.waiting_max = 16;
  options.server = (choice & 1) == 0;
  options.sessions = Handler::kSlots;
  options.endpoints = {{options.server ? 0 : kPeer, kPort}};
  options.ports = {40'000, 40'003};
  options.key = {1, 2};
  options.tcp.sack = (choice & 2) == 0;
  options.tcp.timestamps = (choice & 4) == 0;
  options.tcp.congestion = (choice & 8) == 0 ? tcp::Congestion::cubic : tcp::Congestion::newreno;
  options.tcp.window = (choice & 16) == 0 ? 65'536 : 3'000;
  if ((choice & 32) != 0) options.tcp.keepalive = {1'000'000'000, 1'000'000'000, 2};
  options.tcp.held_packets_max = 64;
  options.tcp.send_memory = 32 * 1024;
  options.tcp.half_open_max = 4;
  options.tcp.remnants_max = 4;
  return options;
}

struct Peer {
  MemoryLink link{kBuffers, 2048, kBuffers};
  ManualClock clock;
  Stack stack;
  Handler handler;
  // Of the connections that the stack has spoken of last: its port, and where it is.
  wire::Segment last;

  explicit Peer(std::uint8_t choice) : stack(link.left, clock, options(choice)) { stack.listen(); }

  void poll() {
    stack.poll(handler, 0);
    std::array<MemoryPort::Packet, 32> burst;
    while (const std::size_t count = link.right.receive(burst)) {
      for (std::size_t i = 0; i < count; ++i) {
        const auto frame = link.right.frame(burst[i]);
        wire::Ipv4 ip;
        wire::Segment segment;
        if (wire::parse_ipv4(frame.subspan(14), false, ip) == wire::Ipv4Fault::none && ip.protocol == 6 &&
            wire::parse_tcp(ip, false, segment) == wire::TcpFault::none) {
          last = segment;
          last.sequence += static_cast<std::uint32_t>(segment.payload.size()) +
                           ((segment.flags & (wire::kSyn | wire::kFin)) != 0 ? 1 : 0);
          last.payload = {};
        }
        link.right.release(burst[i]);
      }
    }
  }

  void inject(std::span<const std::uint8_t> bytes, bool vouched) {
    const auto packet = link.right.allocate();
    if (packet == nullptr) return;
    const std::size_t length = std::min<std::size_t>(bytes.size(), 2048);
    if (length > 0) std::memcpy(link.right.frame(packet).data(), bytes.data(), length);
    link.right.transmit(packet, length, vouched, 14);
    link.right.flush();
  }

  void inject_segment(Script& script) {
    wire::Segment segment;
    segment.source = kPeer;
    segment.destination = kUs;
    const std::uint8_t how = script.byte();
    const bool client = last.destination_port == kPort;
    segment.source_port = client ? kPort : static_cast<std::uint16_t>(5000 + (how & 3));
    segment.destination_port = client ? last.source_port : kPort;
    segment.flags = script.byte() & 0x3f;
    segment.sequence = last.acknowledgment + static_cast<std::uint32_t>(static_cast<std::int16_t>(script.word()));
    segment.acknowledgment = last.sequence + static_cast<std::uint32_t>(static_cast<std::int16_t>(script.word()));
    segment.window = script.word();
    if ((how & 4) != 0) {
      segment.options.timestamps = true;
      segment.options.ts_value = static_cast<std::uint32_t>(clock.now() >> 20) + script.byte();
      segment.options.ts_echo = last.options.ts_value;
    }
    if ((how & 8) != 0) {
      segment.options.sack_count = 1 + (how >> 6) % 3;
      for (std::size_t i = 0; i < segment.options.sack_count; ++i) {
        const std::uint32_t left = last.sequence - script.word();
        segment.options.sack[i] = {left, left + script.word()};
      }
    }
    if ((segment.flags & wire::kSyn) != 0) {
      segment.options.mss = script.word();
      segment.options.window_shift = static_cast<std::int8_t>(script.byte() & 15);
      segment.options.sack_permitted = (how & 16) != 0;
      segment.options.timestamps = (how & 32) != 0;
      segment.options.sack_count = 0;
    }
    std::uint8_t frame[2048] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0};
    auto* const at = reinterpret_cast<std::byte*>(frame);
    const std::size_t payload = script.word() % 1400;
    const std::size_t header = wire::build_tcp_header(at + 34, segment);
    wire::Ipv4 ip;
    ip.source = kPeer;
    ip.destination = kUs;
    ip.protocol = wire::kProtocolTcp;
    wire::build_ipv4(at + 14, ip, header + payload);
    inject({frame, 34 + header + payload}, true);
  }

  void act(std::uint8_t what, std::uint8_t who, std::uint16_t amount) {
    const Slot slot = who % Handler::kSlots;
    std::uint8_t& state = handler.state[slot];
    const bool client = last.destination_port == kPort || (what == 0 && state == Handler::kFree);
    if (what == 0 && client && state == Handler::kFree && is_client) {
      if (stack.connect(slot) == Error::none) state = Handler::kOpening;
      return;
    }
    if (state != Handler::kOpen) return;
    switch (what) {
      case 1:
        stack.send(slot, Bytes(kText).first(amount % kText.size()), Lifetime::stable);
        return;
      case 2:
        stack.send(slot, Bytes(kText).first(amount % kText.size()), Lifetime::transient);
        return;
      case 3:
        return stack.pause(slot);
      case 4:
        return stack.resume(slot);
      case 5:
        state = Handler::kDone;
        return stack.close(slot);
      case 6:
        state = Handler::kDone;
        return stack.reset(slot);
      default:
        handler.is_full = !handler.is_full;
    }
  }
  bool is_client = false;
};

inline void run(std::span<const std::uint8_t> bytes) {
  Script script(bytes);
  const std::uint8_t choice = script.byte();
  Peer peer(choice);
  peer.is_client = (choice & 1) != 0;
  while (!script.done()) {
    const std::uint8_t op = script.byte();
    switch (op & 3) {
      case 0:
      case 1:
        peer.inject_segment(script);
        break;
      case 2:
        if ((op & 4) != 0) {
          peer.inject(script.take(script.byte()), (op & 8) != 0);
        } else {
          peer.clock.advance(Nanos{script.word()} << (op >> 3));
        }
        break;
      default: {
        const std::uint8_t who = script.byte();
        peer.act((op >> 2) & 7, who, script.word());
      }
    }
    if ((op & 0x80) == 0) peer.poll();
  }
  // Everything comes to an end when nobody answers any more: after eleven time-outs of a minute at most.
  peer.handler.is_full = false;
  for (int i = 0; i < 300; ++i) {
    peer.clock.advance(5'000'000'000);
    peer.poll();
  }
  for (Slot slot = 0; slot < Handler::kSlots; ++slot) {
    if (peer.handler.state[slot] == Handler::kOpen || peer.handler.state[slot] == Handler::kOpening) {
      peer.handler.state[slot] = Handler::kDone;
      peer.stack.reset(slot);
    }
  }
  peer.poll();
  for (const std::uint8_t state : peer.handler.state) Handler::insist(state == Handler::kFree);
  Handler::insist(peer.stack.connections() == 0);
  Handler::insist(peer.link.free_buffers() == kBuffers);
}

}  // namespace mcc::testing::receive_script
