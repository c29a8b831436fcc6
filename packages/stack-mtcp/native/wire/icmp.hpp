#pragma once
// ICMP (RFC 792): echo, and the errors that TCP must heed (RFC 1122 section 4.2.3.9, RFC 1191).

#include <optional>

#include "wire/bytes.hpp"
#include "wire/checksum.hpp"
#include "wire/ipv4.hpp"

namespace mcc::wire {

enum IcmpType : std::uint8_t {
  kEchoReply = 0,
  kUnreachable = 3,
  kEchoRequest = 8,
  kTimeExceeded = 11,
  kParameterProblem = 12
};

// Codes of kUnreachable that are told apart.
inline constexpr std::uint8_t kFragmentationNeeded = 4;

inline constexpr std::size_t kIcmpHeader = 8;

struct Icmp {
  std::uint8_t type = 0;
  std::uint8_t code = 0;
  std::uint16_t next_hop_mtu = 0;  // of fragmentation needed (RFC 1191 section 4); 0 from old routers
  Bytes body;                      // after the 8-byte header: an echo's data, or the quoted packet
};

// The TCP segment that an ICMP error quotes: its addresses as we sent it, and its sequence number.
struct QuotedSegment {
  Address source = 0;
  Address destination = 0;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint32_t sequence = 0;
};

// Nothing when it is too short or its checksum is wrong.
inline std::optional<Icmp> parse_icmp(Bytes message) noexcept {
  if (message.size() < kIcmpHeader || !checksum_holds(checksum_add(message))) return std::nullopt;
  Icmp parsed;
  parsed.type = load8(message.data());
  parsed.code = load8(message.data() + 1);
  if (parsed.type == kUnreachable && parsed.code == kFragmentationNeeded)
    parsed.next_hop_mtu = load16(message.data() + 6);
  parsed.body = message.subspan(kIcmpHeader);
  return parsed;
}

// Nothing unless the quote is of an IPv4 TCP segment and long enough to name it. Only the first 8 bytes of the segment
// are promised (RFC 792), and the quoted IP header's length field may speak of more than is quoted.
inline std::optional<QuotedSegment> parse_quoted_segment(Bytes quote) noexcept {
  if (quote.size() < kIpv4Header) return std::nullopt;
  const std::byte* at = quote.data();
  const std::size_t header = static_cast<std::size_t>(load8(at) & 0x0f) * 4;
  if ((load8(at) >> 4) != 4 || header < kIpv4Header || load8(at + 9) != kProtocolTcp) return std::nullopt;
  if (quote.size() < header + 8) return std::nullopt;
  QuotedSegment quoted;
  quoted.source = load32(at + 12);
  quoted.destination = load32(at + 16);
  quoted.source_port = load16(at + header);
  quoted.destination_port = load16(at + header + 2);
  quoted.sequence = load32(at + header + 4);
  return quoted;
}

// Turns the echo request at `message` into its reply in place: only the type differs.
inline void make_echo_reply(std::span<std::byte> message) noexcept {
  store8(message.data(), kEchoReply);
  store16(message.data() + 2, 0);
  store_checksum(message.data() + 2, checksum_finish(checksum_add(message)));
}

}  // namespace mcc::wire
