#pragma once
// What must hold of every parser and builder of wire/ whatever the bytes, for the fuzzer and for replaying what it
// found: nothing outside the input is read or referred to, what parses and is built again parses to the same, and the
// checksums are those of the definition.

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "testing/plain_checksum.hpp"
#include "wire/arp.hpp"
#include "wire/ethernet.hpp"
#include "wire/icmp.hpp"
#include "wire/ipv4.hpp"
#include "wire/tcp.hpp"

namespace mcc::testing::wire_rules {

using wire::Bytes;
using Buffer = std::vector<std::byte>;  // of just the size that is needed: what lies beyond is seen by a sanitizer

inline void insist(bool condition) {
  if (!condition) std::abort();
}

inline bool equal(Bytes a, Bytes b) { return std::ranges::equal(a, b); }

// `part` is the end of `whole`, or a piece of it.
inline bool within(Bytes part, Bytes whole) {
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

// The checksum as it is stored, of what is expected to be one in network order.
inline std::uint16_t stored(std::uint16_t number) { return __builtin_bswap16(number); }

inline void check_checksum(Bytes bytes) {
  const std::uint16_t expected = stored(plain_checksum(bytes));
  insist(wire::checksum_finish(wire::checksum_add(bytes)) == expected);
  Buffer copy(bytes.size());
  insist(wire::checksum_finish(wire::checksum_copy(copy.data(), bytes)) == expected);
  insist(equal(copy, bytes));
  // In two parts, wherever the input says that they meet; a part begins at an even offset.
  const std::size_t split = bytes.empty() ? 0 : wire::load8(bytes.data()) % (bytes.size() + 1) & ~std::size_t{1};
  const wire::Sum first = wire::checksum_add(bytes.first(split));
  insist(wire::checksum_finish(wire::checksum_add(bytes.subspan(split), first)) == expected);
}

inline void check_ethernet(Bytes frame) {
  const wire::Ethernet parsed = wire::parse_ethernet(frame);
  insist(parsed.header <= frame.size());
  insist(parsed.header != 0 || frame.size() < wire::kEthernetHeader + wire::kVlanTag);
  // A tag for priority alone is not built, and what it is followed by could be another.
  if (parsed.header == 0 || (parsed.vlan == 0 && parsed.type == wire::kEtherVlan)) return;
  Buffer built(wire::ethernet_header_size(parsed.vlan));
  insist(built.size() ==
         wire::build_ethernet(built.data(), parsed.destination, parsed.source, parsed.vlan, parsed.type));
  const wire::Ethernet again = wire::parse_ethernet(built);
  insist(again.destination == parsed.destination && again.source == parsed.source);
  insist(again.vlan == parsed.vlan && again.type == parsed.type && again.header == built.size());
}

inline void check_arp(Bytes packet) {
  const auto parsed = wire::parse_arp(packet);
  if (!parsed) return;
  Buffer built(wire::kArpSize);
  wire::build_arp(built.data(), *parsed);
  insist(equal(built, packet.first(wire::kArpSize)));  // nothing of it is left out
}

inline void check_ipv4(Bytes packet) {
  wire::Ipv4 parsed;
  const wire::Ipv4Fault fault = wire::parse_ipv4(packet, false, parsed);
  wire::Ipv4 verified;
  const wire::Ipv4Fault strict = wire::parse_ipv4(packet, true, verified);
  if (fault != wire::Ipv4Fault::none) return insist(strict == fault);
  insist(within(parsed.payload, packet));
  const auto header = static_cast<std::size_t>(parsed.payload.data() - packet.data());
  const bool right = plain_checksum(packet.first(header)) == 0;
  insist(strict == (right ? wire::Ipv4Fault::none : wire::Ipv4Fault::bad_checksum));

  Buffer built(wire::kIpv4Header);
  const auto room = static_cast<std::size_t>(0xffff) - wire::kIpv4Header;
  const std::size_t length = std::min(parsed.payload.size(), room);
  wire::build_ipv4(built.data(), parsed, length);
  built.insert(built.end(), parsed.payload.begin(), parsed.payload.begin() + static_cast<std::ptrdiff_t>(length));
  wire::Ipv4 again;
  insist(wire::parse_ipv4(built, true, again) == wire::Ipv4Fault::none);
  insist(again.source == parsed.source && again.destination == parsed.destination);
  insist(again.protocol == parsed.protocol && again.ttl == parsed.ttl);
  insist(again.identification == parsed.identification);
  insist(equal(again.payload, parsed.payload.first(length)));
}

// The checksum of an ICMP message made right: mutations seldom hit on it.
inline Buffer mended(Bytes message) {
  Buffer copy(message.begin(), message.end());
  wire::store16(copy.data() + 2, 0);
  wire::store16(copy.data() + 2, plain_checksum(copy));
  return copy;
}

inline void check_icmp(Bytes message) {
  const auto parsed = wire::parse_icmp(message);
  if (message.size() < wire::kIcmpHeader) return insist(!parsed);
  insist(parsed.has_value() == (plain_checksum(message) == 0));
  Buffer copy = mended(message);
  const auto right = wire::parse_icmp(copy);
  insist(right && right->type == wire::load8(copy.data()) && right->code == wire::load8(copy.data() + 1));
  insist(within(right->body, copy) && equal(right->body, message.subspan(wire::kIcmpHeader)));
  const bool too_big = right->type == wire::kUnreachable && right->code == wire::kFragmentationNeeded;
  insist(right->next_hop_mtu == (too_big ? wire::load16(message.data() + 6) : 0));

  wire::make_echo_reply(copy);
  const auto reply = wire::parse_icmp(copy);
  insist(reply && reply->type == wire::kEchoReply && reply->code == wire::load8(message.data() + 1));
  insist(equal(Bytes(copy).subspan(4), message.subspan(4)));
}

inline void check_quoted_segment(Bytes quote) {
  const auto parsed = wire::parse_quoted_segment(quote);
  if (!parsed) return;
  // The packet that would be quoted so, were it ours.
  Buffer built(wire::kIpv4Header + wire::kTcpHeader);
  wire::Ipv4 ip;
  ip.source = parsed->source;
  ip.destination = parsed->destination;
  ip.protocol = wire::kProtocolTcp;
  wire::build_ipv4(built.data(), ip, wire::kTcpHeader);
  wire::Segment segment;
  segment.source_port = parsed->source_port;
  segment.destination_port = parsed->destination_port;
  segment.sequence = parsed->sequence;
  wire::build_tcp_header(built.data() + wire::kIpv4Header, segment);
  built.resize(wire::kIpv4Header + 8);  // no more than what is promised
  built.shrink_to_fit();
  const auto again = wire::parse_quoted_segment(built);
  insist(again && again->source == parsed->source && again->destination == parsed->destination);
  insist(again->source_port == parsed->source_port && again->destination_port == parsed->destination_port);
  insist(again->sequence == parsed->sequence);
}

inline bool same_options(const wire::TcpOptions& a, const wire::TcpOptions& b) {
  const bool plain = a.mss == b.mss && a.window_shift == b.window_shift && a.sack_permitted == b.sack_permitted;
  const bool stamps = a.timestamps == b.timestamps && a.ts_value == b.ts_value && a.ts_echo == b.ts_echo;
  const auto same_block = [](const wire::SackBlock& x, const wire::SackBlock& y) {
    return x.left == y.left && x.right == y.right;
  };
  const bool sacks = a.sack_count == b.sack_count &&
                     std::equal(a.sack.begin(), a.sack.begin() + a.sack_count, b.sack.begin(), same_block);
  return plain && stamps && sacks;
}

// The plain checksum of a segment under its pseudo-header.
inline std::uint16_t plain_tcp_checksum(const wire::Ipv4& ip) {
  Buffer bytes(12);
  wire::store32(bytes.data(), ip.source);
  wire::store32(bytes.data() + 4, ip.destination);
  wire::store16(bytes.data() + 8, wire::kProtocolTcp);
  wire::store16(bytes.data() + 10, static_cast<std::uint16_t>(ip.payload.size()));
  bytes.insert(bytes.end(), ip.payload.begin(), ip.payload.end());
  return plain_checksum(bytes);
}

// A segment that parses, written anew: the same to the reader, and its checksum right.
inline void check_tcp_built(const wire::Segment& segment, const wire::Ipv4& ip) {
  const std::size_t size = wire::tcp_header_size(segment.options);
  // Options that stand closer on the wire than we write them, and that we never send together.
  if (size > wire::kTcpHeaderMax) return;
  Buffer built(size);
  wire::Sum sum = 0;
  insist(wire::build_tcp_header(built.data(), segment, sum) == size && size % 4 == 0);
  insist(wire::checksum_finish(sum) == stored(plain_checksum(built)));
  const Bytes payload = segment.payload.first(std::min(segment.payload.size(), 0xffff - size));
  built.insert(built.end(), payload.begin(), payload.end());
  wire::finish_tcp_checksum(built, ip.source, ip.destination);
  wire::Ipv4 carrier = ip;
  carrier.payload = built;
  insist(plain_tcp_checksum(carrier) == 0);
  wire::Segment again;
  insist(wire::parse_tcp(carrier, true, again) == wire::TcpFault::none);
  insist(again.source == segment.source && again.destination == segment.destination);
  insist(again.source_port == segment.source_port && again.destination_port == segment.destination_port);
  insist(again.sequence == segment.sequence && again.acknowledgment == segment.acknowledgment);
  insist(again.flags == segment.flags && again.window == segment.window);
  insist(same_options(again.options, segment.options) && equal(again.payload, payload));
}

inline void check_tcp(Bytes bytes) {
  wire::Ipv4 ip;
  ip.source = 0xc6120001;
  ip.destination = 0xc6120002;
  ip.payload = bytes.first(std::min<std::size_t>(bytes.size(), 0xffff));
  wire::Segment parsed;
  const wire::TcpFault fault = wire::parse_tcp(ip, false, parsed);
  wire::Segment verified;
  const wire::TcpFault strict = wire::parse_tcp(ip, true, verified);
  if (fault != wire::TcpFault::none) return insist(strict == fault);
  insist(strict == (plain_tcp_checksum(ip) == 0 ? wire::TcpFault::none : wire::TcpFault::bad_checksum));
  insist(within(parsed.payload, ip.payload));
  insist(parsed.options.window_shift <= 14 && parsed.options.sack_count <= parsed.options.sack.size());
  check_tcp_built(parsed, ip);
}

// The same bytes before every parser.
inline void check(Bytes bytes) {
  check_checksum(bytes);
  check_ethernet(bytes);
  check_arp(bytes);
  check_ipv4(bytes);
  check_icmp(bytes);
  check_quoted_segment(bytes);
  check_tcp(bytes);
  wire::TcpOptions options;
  wire::parse_tcp_options(bytes, options);  // of any length, not only what a header can hold
}

}  // namespace mcc::testing::wire_rules
