// Ethernet, ARP, IPv4 and ICMP: frames as captured, and what must be refused.

#include <doctest/doctest.h>

#include <initializer_list>
#include <vector>

#include "wire/arp.hpp"
#include "wire/ethernet.hpp"
#include "wire/icmp.hpp"
#include "wire/ipv4.hpp"

using namespace mcc::wire;

namespace {

std::vector<std::byte> bytes_of(std::initializer_list<int> values) {
  std::vector<std::byte> bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

constexpr Mac kUs{2, 0, 0, 0, 0, 1};
constexpr Mac kPeer{2, 0, 0, 0, 0, 2};

// An IPv4 header of 20 bytes with 4 bytes of payload, checksum right.
std::vector<std::byte> ipv4_packet() {
  std::vector<std::byte> packet(24);
  Ipv4 ip;
  ip.source = 0xc6120001;
  ip.destination = 0xc6120002;
  ip.protocol = kProtocolTcp;
  build_ipv4(packet.data(), ip, 4);
  return packet;
}

}  // namespace

TEST_CASE("ethernet: plain and tagged frames") {
  std::vector<std::byte> frame(18);
  for (const int vlan : {0, 42}) {
    const auto tag = static_cast<std::uint16_t>(vlan);
    const std::size_t size = build_ethernet(frame.data(), kPeer, kUs, tag, kEtherIpv4);
    CHECK(size == ethernet_header_size(tag));
    const Ethernet parsed = parse_ethernet(frame);
    CHECK(parsed.destination == kPeer);
    CHECK(parsed.source == kUs);
    CHECK(parsed.vlan == tag);
    CHECK(parsed.type == kEtherIpv4);
    CHECK(parsed.header == size);
  }
  CHECK(parse_ethernet(Bytes(frame).first(13)).header == 0);
  CHECK(parse_ethernet(Bytes(frame).first(17)).header == 0);  // tagged, and cut within the tag
}

TEST_CASE("arp: request and reply; other protocols and cut packets are refused") {
  std::vector<std::byte> packet(kArpSize);
  build_arp(packet.data(), {ArpOperation::reply, kUs, 0xc6120001, kPeer, 0xc6120002});
  const auto parsed = parse_arp(packet);
  REQUIRE(parsed);
  CHECK(parsed->operation == ArpOperation::reply);
  CHECK(parsed->sender_mac == kUs);
  CHECK(parsed->sender == 0xc6120001);
  CHECK(parsed->target_mac == kPeer);
  CHECK(parsed->target == 0xc6120002);
  CHECK_FALSE(parse_arp(Bytes(packet).first(27)));
  for (const std::size_t field : {0u, 2u, 4u, 5u, 7u}) {
    auto other = packet;
    other[field] ^= std::byte{0x40};
    CHECK_FALSE(parse_arp(other));
  }
}

TEST_CASE("ipv4: padding of the link is cut off") {
  auto packet = ipv4_packet();
  packet.resize(46);
  Ipv4 ip;
  REQUIRE(parse_ipv4(packet, true, ip) == Ipv4Fault::none);
  CHECK(ip.payload.size() == 4);
  CHECK(ip.source == 0xc6120001);
  CHECK(ip.destination == 0xc6120002);
}

TEST_CASE("ipv4: what is refused, and why") {
  Ipv4 ip;
  auto packet = ipv4_packet();
  CHECK(parse_ipv4(Bytes(packet).first(19), true, ip) == Ipv4Fault::truncated);
  CHECK(parse_ipv4(Bytes(packet).first(23), true, ip) == Ipv4Fault::truncated);
  packet[0] = std::byte{0x65};
  CHECK(parse_ipv4(packet, true, ip) == Ipv4Fault::not_ipv4);
  packet[0] = std::byte{0x44};
  CHECK(parse_ipv4(packet, true, ip) == Ipv4Fault::not_ipv4);
  packet = ipv4_packet();
  packet[6] = std::byte{0x20};  // more fragments
  CHECK(parse_ipv4(packet, true, ip) == Ipv4Fault::fragment);
  packet[6] = std::byte{0x00};
  packet[7] = std::byte{0x01};  // an offset
  CHECK(parse_ipv4(packet, true, ip) == Ipv4Fault::fragment);
  packet = ipv4_packet();
  packet[8] ^= std::byte{1};
  CHECK(parse_ipv4(packet, true, ip) == Ipv4Fault::bad_checksum);
  CHECK(parse_ipv4(packet, false, ip) == Ipv4Fault::none);  // the device vouched for it
  packet = ipv4_packet();
  packet[3] = std::byte{10};  // total length below the header's
  CHECK(parse_ipv4(packet, false, ip) == Ipv4Fault::truncated);
}

TEST_CASE("icmp: an echo request becomes its reply in place") {
  auto message = bytes_of({8, 0, 0, 0, 0x12, 0x34, 0, 1, 'a', 'b', 'c'});
  store_checksum(message.data() + 2, checksum_finish(checksum_add(message)));
  REQUIRE(parse_icmp(message));
  make_echo_reply(message);
  const auto reply = parse_icmp(message);
  REQUIRE(reply);
  CHECK(reply->type == kEchoReply);
  CHECK(reply->body.size() == 3);
  message[8] ^= std::byte{1};
  CHECK_FALSE(parse_icmp(message));
}

TEST_CASE("icmp: fragmentation needed quotes the segment and gives the MTU (RFC 1191)") {
  auto message = bytes_of({3, 4, 0, 0, 0, 0, 0x02, 0x40});
  auto quoted = ipv4_packet();
  quoted.resize(20);
  for (const int byte : {0x9c, 0x40, 0x00, 0x50, 1, 2, 3, 4}) quoted.push_back(static_cast<std::byte>(byte));
  message.insert(message.end(), quoted.begin(), quoted.end());
  store_checksum(message.data() + 2, checksum_finish(checksum_add(message)));
  const auto parsed = parse_icmp(message);
  REQUIRE(parsed);
  CHECK(parsed->next_hop_mtu == 576);
  const auto segment = parse_quoted_segment(parsed->body);
  REQUIRE(segment);
  CHECK(segment->source == 0xc6120001);
  CHECK(segment->source_port == 40000);
  CHECK(segment->destination_port == 80);
  CHECK(segment->sequence == 0x01020304);
  CHECK_FALSE(parse_quoted_segment(parsed->body.first(27)));
}
