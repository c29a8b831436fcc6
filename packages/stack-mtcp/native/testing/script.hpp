#pragma once
// Packets in and packets expected, in the order of time: one stack, and the test as its peer on the wire. Sequence
// numbers are told from 0, each side's SYN: the first byte of data is 1.

#include <array>
#include <deque>
#include <memory>
#include <string>

#include "mtcp_stack.hpp"
#include "port/memory_port.hpp"
#include "testing/journal.hpp"

namespace mcc::testing {

inline constexpr Nanos kMs = 1'000'000;
inline constexpr Nanos kSec = 1'000'000'000;
inline constexpr std::uint8_t SYN = wire::kSyn, ACK = wire::kAck, FIN = wire::kFin, RST = wire::kRst, PSH = wire::kPsh;

// A segment of the peer's.
struct Say {
  std::uint8_t flags = ACK;
  std::uint32_t seq = 1;
  std::uint32_t ack = 1;
  std::string payload = {};
  std::uint16_t window = 0xffff;
  wire::TcpOptions options = {};
};

// A segment of the stack's.
struct Heard {
  std::uint8_t flags;
  std::uint32_t seq;
  std::uint32_t ack;
  std::uint16_t window;
  std::string payload;
  wire::TcpOptions options;
};

class Script {
 public:
  using Stack = MtcpStack<port::MemoryPort, ManualClock>;
  static constexpr wire::Address kUs = 0xc6120002, kPeer = 0xc6120001;
  static constexpr std::uint16_t kPort = 80;
  static constexpr std::uint32_t kPeerIss = 0xffff'fff0;  // wraps after 16 bytes
  static constexpr std::size_t kBuffers = 2048;

  static MtcpOptions options(bool server) {
    MtcpOptions options;
    options.net.addresses = net::AddressPool({{kUs, kUs}});
    options.net.neighbours = {{kPeer, {2, 0, 0, 0, 0, 2}}};
    options.server = server;
    options.sessions = 4;
    options.endpoints = {{server ? 0 : kPeer, kPort}};
    options.ports = {40'000, 40'003};
    options.key = {1, 2};
    return options;
  }

  explicit Script(bool server) : Script(options(server)) {}
  explicit Script(const MtcpOptions& options)
      : journal(options.sessions), server_(options.server), stack(std::make_unique<Stack>(link.left, clock, options)) {
    if (server_) stack->listen();
    poll();
    heard_.clear();
  }

  void poll() {
    stack->poll(journal, 0);
    std::array<port::MemoryPort::Packet, 32> burst;
    while (const std::size_t count = link.right.receive(burst)) {
      for (std::size_t i = 0; i < count; ++i) {
        hear(link.right.frame(burst[i]));
        link.right.release(burst[i]);
      }
    }
  }

  void inject(const Say& say) {
    wire::Segment segment;
    segment.source = kPeer;
    segment.destination = kUs;
    segment.source_port = server_ ? peer_port : kPort;
    segment.destination_port = server_ ? kPort : own_port;
    segment.sequence = kPeerIss + say.seq;
    segment.acknowledgment = (say.flags & ACK) != 0 ? iss + say.ack : 0;
    segment.flags = say.flags;
    segment.window = say.window;
    segment.options = say.options;
    if (timestamps && !segment.options.timestamps && (say.flags & RST) == 0) {
      segment.options.timestamps = true;
      segment.options.ts_value = static_cast<std::uint32_t>(clock.now() >> 20);
      segment.options.ts_echo = last_ts;
    }
    const auto packet = link.right.allocate();
    REQUIRE(packet != nullptr);
    std::byte* const frame = link.right.frame(packet).data();
    wire::build_ethernet(frame, link.left.capabilities().mac, {2, 0, 0, 0, 0, 2}, 0, wire::kEtherIpv4);
    const std::size_t header = wire::build_tcp_header(frame + 34, segment);
    if (!say.payload.empty()) std::memcpy(frame + 34 + header, say.payload.data(), say.payload.size());
    wire::Ipv4 ip;
    ip.source = kPeer;
    ip.destination = kUs;
    ip.protocol = wire::kProtocolTcp;
    wire::build_ipv4(frame + 14, ip, header + say.payload.size());
    wire::finish_tcp_checksum({frame + 34, header + say.payload.size()}, kPeer, kUs);
    link.right.transmit(packet, 34 + header + say.payload.size(), false, 0);
    link.right.flush();
  }
  // Injects, and lets the stack react.
  void say(const Say& what) {
    inject(what);
    poll();
  }

  // The next segment that the stack sent.
  Heard hear() {
    poll();
    if (heard_.empty()) FAIL("the stack is silent");
    const Heard next = heard_.front();
    heard_.pop_front();
    return next;
  }
  // ... which must look like this; returns it for more questions.
  Heard expect(std::uint8_t flags, std::uint32_t seq, std::uint32_t ack, std::size_t length = 0) {
    const Heard next = hear();
    CHECK(int{next.flags} == int{flags});
    CHECK(next.seq == seq);
    CHECK(next.ack == ack);
    CHECK(next.payload.size() == length);
    return next;
  }
  void expect_silence() {
    poll();
    CHECK(heard_.empty());
  }
  std::size_t heard() {
    poll();
    return heard_.size();
  }
  void forget() {
    poll();
    heard_.clear();
  }

  // Time passes, a quarter of a millisecond at a time.
  void advance(Nanos time) {
    for (Nanos passed = 0; passed < time; passed += kMs / 4) {
      clock.advance(kMs / 4);
      poll();
    }
  }

  // The peer connects to the server; slot 0 when it is the first.
  void accept(wire::TcpOptions syn_options = {.mss = 1460}, std::uint16_t window = 0xffff) {
    timestamps = false;
    say({.flags = SYN, .seq = 0, .window = window, .options = syn_options});
    timestamps = syn_options.timestamps;
    expect(SYN | ACK, 0, 1);
    say({.window = window});
    CHECK(journal.accepted == 1);
    expect_silence();
  }
  // The client connects to the peer.
  void connect(wire::TcpOptions syn_options = {.mss = 1460}) {
    REQUIRE(stack->connect(0) == Error::none);
    expect(SYN, 0, 0);
    say({.flags = SYN | ACK, .seq = 0, .ack = 1, .options = syn_options});
    CHECK(journal.connected == 1);
    expect(ACK, 1, 1);
  }

  // Stable bytes: the script keeps them.
  std::size_t send(std::string text, Slot slot = 0) {
    texts_.push_back(std::move(text));
    return stack->send(slot, bytes_of(texts_.back()), Lifetime::stable);
  }
  Journal::Entry& entry(Slot slot = 0) { return journal.entries[slot]; }
  const tcp::Counters& counters() const { return stack->counters(); }

  ManualClock clock;
  port::MemoryLink link{kBuffers, 2048, 1024};
  Journal journal;
  std::uint16_t peer_port = 5000;
  std::uint16_t own_port = 0;
  std::uint32_t iss = 0;  // of the stack
  std::uint32_t last_ts = 0;
  bool timestamps = false;  // the peer puts them on every segment
 private:
  void hear(std::span<std::byte> frame) {
    wire::Ipv4 ip;
    wire::Segment segment;
    if (wire::parse_ipv4(frame.subspan(14), true, ip) != wire::Ipv4Fault::none || ip.protocol != wire::kProtocolTcp)
      return;
    REQUIRE(wire::parse_tcp(ip, true, segment) == wire::TcpFault::none);
    if ((segment.flags & SYN) != 0) iss = segment.sequence;
    if (!server_) own_port = segment.source_port;
    if (segment.options.timestamps) last_ts = segment.options.ts_value;
    const std::uint32_t ack = (segment.flags & ACK) != 0 ? segment.acknowledgment - kPeerIss : 0;
    heard_.push_back({segment.flags, segment.sequence - iss, ack, segment.window,
                      std::string(reinterpret_cast<const char*>(segment.payload.data()), segment.payload.size()),
                      segment.options});
  }

  bool server_;
  std::deque<Heard> heard_;
  std::deque<std::string> texts_;

 public:
  std::unique_ptr<Stack> stack;
};

}  // namespace mcc::testing
