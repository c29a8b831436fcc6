#include "net/interface.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string_view>
#include <vector>

#include "port/memory_port.hpp"

using namespace mcc;
using namespace mcc::net;
using port::MemoryLink;
using port::MemoryPort;

namespace {

constexpr Address kUs = 0xc6120001;       // 198.18.0.1
constexpr Address kPeer = 0xc6120002;     // 198.18.0.2
constexpr Address kFar = 0xc6130001;      // 198.19.0.1
constexpr Address kGateway = 0xc61200fe;  // 198.18.0.254
constexpr Mac kPeerMac{2, 0, 0, 0, 0, 2};
constexpr Nanos kSecond = 1'000'000'000;

// Keeps what the interface hands up.
struct Sink {
  std::vector<wire::Segment> segments;
  std::vector<IcmpError> errors;
  std::vector<Address> failed;
  void prefetch_lookup(const wire::Segment&) {}
  void prefetch_connection(const wire::Segment&) {}
  bool on_segment(const wire::Segment& segment, MemoryPort::Packet, Nanos) {
    segments.push_back(segment);
    return false;
  }
  void on_icmp_error(const IcmpError& error, Nanos) { errors.push_back(error); }
  void on_neighbour_failed(Address address, Nanos) { failed.push_back(address); }
};

InterfaceOptions options() {
  InterfaceOptions result;
  result.addresses = AddressPool({{kUs, kUs}});
  return result;
}

wire::Segment segment_to(Address destination) {
  wire::Segment segment;
  segment.source = kUs;
  segment.destination = destination;
  segment.source_port = 40000;
  segment.destination_port = 80;
  segment.flags = wire::kSyn;
  segment.options.mss = 1460;
  return segment;
}

// The interface on the left of a link; the test itself is the peer on the right.
struct Fixture {
  MemoryLink link;
  Interface<MemoryPort> interface;
  Sink sink;
  Nanos now = kSecond;

  explicit Fixture(const InterfaceOptions& given = options()) : interface(link.left, given) {}

  // All frames that the interface has sent, each parsed as far as Ethernet.
  std::vector<std::vector<std::byte>> sent() {
    interface.port().flush();
    std::vector<std::vector<std::byte>> frames;
    std::array<MemoryPort::Packet, 8> burst;
    while (const std::size_t count = link.right.receive(burst)) {
      for (std::size_t i = 0; i < count; ++i) {
        const auto frame = link.right.frame(burst[i]);
        frames.emplace_back(frame.begin(), frame.end());
        link.right.release(burst[i]);
      }
    }
    return frames;
  }

  void inject(std::span<const std::byte> frame) {
    const auto packet = link.right.allocate();
    REQUIRE(packet != nullptr);
    std::copy(frame.begin(), frame.end(), link.right.frame(packet).begin());
    link.right.transmit(packet, frame.size(), false, 0);
    link.right.flush();
    interface.receive(sink, now);
  }

  void inject_arp(const wire::Arp& arp) {
    std::vector<std::byte> frame(wire::kEthernetHeader + wire::kArpSize);
    wire::build_ethernet(frame.data(), wire::kBroadcast, kPeerMac, 0, wire::kEtherArp);
    wire::build_arp(frame.data() + wire::kEthernetHeader, arp);
    inject(frame);
  }

  void answer_arp(Address address) {
    inject_arp({wire::ArpOperation::reply, kPeerMac, address, link.left.capabilities().mac, kUs});
  }
};

std::vector<std::byte> icmp_frame(const Fixture& fixture, std::initializer_list<int> message, Bytes quote = {}) {
  std::vector<std::byte> body;
  for (const int byte : message) body.push_back(static_cast<std::byte>(byte));
  body.insert(body.end(), quote.begin(), quote.end());
  wire::store_checksum(body.data() + 2, wire::checksum_finish(wire::checksum_add(body)));
  std::vector<std::byte> frame(wire::kEthernetHeader + wire::kIpv4Header);
  wire::build_ethernet(frame.data(), fixture.link.left.capabilities().mac, kPeerMac, 0, wire::kEtherIpv4);
  wire::Ipv4 ip;
  ip.source = kPeer;
  ip.destination = kUs;
  ip.protocol = wire::kProtocolIcmp;
  wire::build_ipv4(frame.data() + wire::kEthernetHeader, ip, body.size());
  frame.insert(frame.end(), body.begin(), body.end());
  return frame;
}

}  // namespace

TEST_CASE("interface: a segment waits for ARP, then leaves to the answer's MAC") {
  Fixture f;
  CHECK(f.interface.output(segment_to(kPeer), f.now) == Output::sent);
  const auto asked = f.sent();
  REQUIRE(asked.size() == 1);
  const auto request = wire::parse_arp(Bytes(asked[0]).subspan(wire::kEthernetHeader));
  REQUIRE(request);
  CHECK(request->operation == wire::ArpOperation::request);
  CHECK(request->target == kPeer);
  CHECK(request->sender == kUs);
  CHECK(wire::parse_ethernet(asked[0]).destination == wire::kBroadcast);

  f.answer_arp(kPeer);
  const auto frames = f.sent();
  REQUIRE(frames.size() == 1);
  CHECK(wire::parse_ethernet(frames[0]).destination == kPeerMac);
  wire::Ipv4 ip;
  REQUIRE(wire::parse_ipv4(Bytes(frames[0]).subspan(wire::kEthernetHeader), true, ip) == wire::Ipv4Fault::none);
  wire::Segment segment;
  REQUIRE(wire::parse_tcp(ip, true, segment) == wire::TcpFault::none);
  CHECK(segment.destination_port == 80);
  CHECK(f.link.free_buffers() == 1024);

  CHECK(f.interface.output(segment_to(kPeer), f.now) == Output::sent);
  CHECK(f.sent().size() == 1);  // known now: nothing is asked again
}

TEST_CASE("interface: one request for many waiting segments, and all of them leave in order") {
  Fixture f;
  for (std::uint32_t i = 0; i < 20; ++i) {
    auto segment = segment_to(kPeer);
    segment.sequence = i;
    CHECK(f.interface.output(segment, f.now) == Output::sent);
  }
  CHECK(f.sent().size() == 1);
  f.answer_arp(kPeer);
  const auto frames = f.sent();
  REQUIRE(frames.size() == 20);
  for (std::uint32_t i = 0; i < 20; ++i) CHECK(wire::load32(frames[i].data() + 14 + 20 + 4) == i);
}

TEST_CASE("interface: a neighbour that never answers is asked six times, then its packets are given up") {
  Fixture f;
  CHECK(f.interface.output(segment_to(kPeer), f.now) == Output::sent);
  std::size_t requests = f.sent().size();
  for (int i = 0; i < 100; ++i) {
    f.now += 50'000'000;
    f.interface.tick(f.sink, f.now);
    requests += f.sent().size();
  }
  CHECK(requests == 6);
  REQUIRE(f.sink.failed.size() == 1);
  CHECK(f.sink.failed[0] == kPeer);
  CHECK(f.interface.counters().waiting_dropped == 1);
  CHECK(f.link.free_buffers() == 1024);
  // It is asked for anew when somebody wants it again, a second later.
  CHECK(f.interface.output(segment_to(kPeer), f.now) == Output::sent);
  CHECK(f.sent().size() == 1);
}

TEST_CASE("interface: a known neighbour is refreshed by asking it directly, and stays usable meanwhile") {
  Fixture f;
  f.answer_arp(kPeer);  // unasked: strangers are not kept
  CHECK(f.interface.output(segment_to(kPeer), f.now) == Output::sent);
  f.answer_arp(kPeer);
  f.sent();
  f.now += NeighbourTable::kReachableFor + 1;
  f.interface.tick(f.sink, f.now);
  const auto frames = f.sent();
  REQUIRE(frames.size() == 1);
  CHECK(wire::parse_ethernet(frames[0]).destination == kPeerMac);
  CHECK(f.interface.output(segment_to(kPeer), f.now) == Output::sent);
  CHECK(f.sent().size() == 1);
}

TEST_CASE("interface: requests for any address of the pool are answered, and teach us the asker") {
  auto given = options();
  given.addresses = AddressPool({{0xc6400000, 0xc67fffff}});  // a /10
  Fixture f(given);
  f.inject_arp({wire::ArpOperation::request, kPeerMac, kPeer, Mac{}, 0xc6512345});
  const auto frames = f.sent();
  REQUIRE(frames.size() == 1);
  const auto reply = wire::parse_arp(Bytes(frames[0]).subspan(wire::kEthernetHeader));
  REQUIRE(reply);
  CHECK(reply->operation == wire::ArpOperation::reply);
  CHECK(reply->sender == 0xc6512345);
  CHECK(reply->sender_mac == f.link.left.capabilities().mac);
  CHECK(reply->target == kPeer);
  auto segment = segment_to(kPeer);
  segment.source = 0xc6512345;
  CHECK(f.interface.output(segment, f.now) == Output::sent);
  CHECK(f.interface.counters().arp_requests == 0);  // learned from the request
  f.inject_arp({wire::ArpOperation::request, kPeerMac, kPeer, Mac{}, 0xc6800000});
  CHECK(f.interface.counters().arp_replies == 1);  // one past the pool: not ours
}

TEST_CASE("interface: a neighbour that moves is followed, a fixed one is not") {
  auto given = options();
  given.neighbours = {{kGateway, Mac{2, 9, 9, 9, 9, 9}}};
  Fixture f(given);
  const Mac moved{2, 7, 7, 7, 7, 7};
  CHECK(f.interface.output(segment_to(kPeer), f.now) == Output::sent);
  f.answer_arp(kPeer);
  f.inject_arp({wire::ArpOperation::request, moved, kPeer, Mac{}, kPeer});  // gratuitous
  f.inject_arp({wire::ArpOperation::request, moved, kGateway, Mac{}, kGateway});
  f.sent();
  CHECK(f.interface.output(segment_to(kPeer), f.now) == Output::sent);
  CHECK(f.interface.output(segment_to(kGateway), f.now) == Output::sent);
  const auto frames = f.sent();
  REQUIRE(frames.size() == 2);
  CHECK(wire::parse_ethernet(frames[0]).destination == moved);
  CHECK(wire::parse_ethernet(frames[1]).destination == Mac{2, 9, 9, 9, 9, 9});
}

TEST_CASE("interface: somebody else with our address is counted, and believed in nothing") {
  Fixture f;
  f.inject_arp({wire::ArpOperation::request, kPeerMac, kUs, Mac{}, kUs});
  CHECK(f.interface.counters().address_conflicts == 1);
}

TEST_CASE("interface: off-link destinations go to the gateway, or nowhere") {
  auto given = options();
  given.routes.subnet = Subnet{0xc6120000, 24};
  Fixture without(given);
  CHECK(without.interface.output(segment_to(kFar), without.now) == Output::failed);
  CHECK(without.interface.counters().no_route == 1);
  given.routes.gateway = kGateway;
  Fixture with(given);
  CHECK(with.interface.output(segment_to(kFar), with.now) == Output::sent);
  const auto frames = with.sent();
  REQUIRE(frames.size() == 1);
  CHECK(wire::parse_arp(Bytes(frames[0]).subspan(wire::kEthernetHeader))->target == kGateway);
}

TEST_CASE("interface: ping is answered") {
  Fixture f;
  f.inject(icmp_frame(f, {8, 0, 0, 0, 0, 7, 0, 1, 'x', 'y'}));
  const auto frames = f.sent();
  REQUIRE(frames.size() == 1);
  wire::Ipv4 ip;
  REQUIRE(wire::parse_ipv4(Bytes(frames[0]).subspan(wire::kEthernetHeader), true, ip) == wire::Ipv4Fault::none);
  CHECK(ip.source == kUs);
  CHECK(ip.destination == kPeer);
  const auto reply = wire::parse_icmp(ip.payload);
  REQUIRE(reply);
  CHECK(reply->type == wire::kEchoReply);
  CHECK(reply->body.size() == 2);
}

TEST_CASE("interface: ICMP errors about our segments reach TCP, about others' they do not") {
  Fixture f;
  std::vector<std::byte> quote(28);
  wire::Ipv4 ip;
  ip.source = kUs;
  ip.destination = kPeer;
  ip.protocol = wire::kProtocolTcp;
  wire::build_ipv4(quote.data(), ip, 8);
  wire::store16(quote.data() + 20, 40000);
  wire::store16(quote.data() + 22, 80);
  f.inject(icmp_frame(f, {3, 1, 0, 0, 0, 0, 0, 0}, quote));
  f.inject(icmp_frame(f, {3, 4, 0, 0, 0, 0, 0x05, 0x00}, quote));
  f.inject(icmp_frame(f, {11, 0, 0, 0, 0, 0, 0, 0}, quote));
  REQUIRE(f.sink.errors.size() == 3);
  CHECK(f.sink.errors[0].kind == IcmpError::Kind::unreachable);
  CHECK(f.sink.errors[1].kind == IcmpError::Kind::fragmentation_needed);
  CHECK(f.sink.errors[1].mtu == 1280);
  CHECK(f.sink.errors[2].kind == IcmpError::Kind::other);
  CHECK(f.sink.errors[0].quoted.source_port == 40000);
  ip.source = kFar;
  wire::build_ipv4(quote.data(), ip, 8);
  f.inject(icmp_frame(f, {3, 1, 0, 0, 0, 0, 0, 0}, quote));
  CHECK(f.sink.errors.size() == 3);
}

TEST_CASE("interface: VLAN tags are written, and frames of other VLANs refused") {
  auto given = options();
  given.vlan = 42;
  given.neighbours = {{kPeer, kPeerMac}};
  Fixture f(given);
  CHECK(f.interface.output(segment_to(kPeer), f.now) == Output::sent);
  auto frames = f.sent();
  REQUIRE(frames.size() == 1);
  CHECK(wire::parse_ethernet(frames[0]).vlan == 42);
  f.inject(icmp_frame(f, {8, 0, 0, 0, 0, 7, 0, 1}));  // untagged
  CHECK(f.interface.counters().not_ours == 1);
  CHECK(f.sent().empty());
}

TEST_CASE("interface: a wrong checksum is counted and dropped, in software and by the device's word") {
  Fixture f;
  auto frame = icmp_frame(f, {8, 0, 0, 0, 0, 7, 0, 1});
  frame[14 + 8] ^= std::byte{1};  // TTL
  f.inject(frame);
  CHECK(f.interface.counters().checksum_errors == 1);
  CHECK(f.sent().empty());
}

TEST_CASE("interface: every buffer comes back, whatever arrives") {
  Fixture f;
  std::uint32_t state = 1;
  for (int round = 0; round < 5000; ++round) {
    std::vector<std::byte> frame(state % 200);
    for (auto& byte : frame) {
      state = state * 1664525 + 1013904223;
      byte = static_cast<std::byte>(state >> 24);
    }
    state = state * 1664525 + 1013904223;
    if (frame.size() >= 14)
      wire::build_ethernet(frame.data(), f.link.left.capabilities().mac, kPeerMac, 0,
                           round % 2 == 0 ? wire::kEtherIpv4 : wire::kEtherArp);
    f.inject(frame);
    f.sent();
  }
  CHECK(f.link.free_buffers() == 1024);
}
