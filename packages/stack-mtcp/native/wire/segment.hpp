#pragma once
// A TCP segment as values: what parsing yields and what building takes. Numbers are in host order.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace mcc::wire {

using Bytes = std::span<const std::byte>;

// An IPv4 address as a number: 198.18.0.1 is 0xc6120001. IPv6 will make this a type of its own.
using Address = std::uint32_t;

// RFC 9293 section 3.1, with the bit values of the header.
enum TcpFlag : std::uint8_t { kFin = 0x01, kSyn = 0x02, kRst = 0x04, kPsh = 0x08, kAck = 0x10, kUrg = 0x20 };

// RFC 2018 section 3: [left, right) in sequence space.
struct SackBlock {
  std::uint32_t left;
  std::uint32_t right;
};

struct TcpOptions {
  std::uint16_t mss = 0;          // 0: absent (RFC 9293 section 3.7.1)
  std::int8_t window_shift = -1;  // -1: absent (RFC 7323 section 2)
  bool sack_permitted = false;    // RFC 2018 section 2
  bool timestamps = false;        // RFC 7323 section 3
  std::uint8_t sack_count = 0;    // 0 to 4 (3 beside timestamps)
  std::uint32_t ts_value = 0;
  std::uint32_t ts_echo = 0;
  std::array<SackBlock, 4> sack{};
};

struct Segment {
  Address source = 0;
  Address destination = 0;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint32_t sequence = 0;
  std::uint32_t acknowledgment = 0;
  std::uint8_t flags = 0;
  std::uint16_t window = 0;  // as on the wire, unscaled
  TcpOptions options;
  Bytes payload;  // parsed: within the packet. To build: copied from here
};

}  // namespace mcc::wire
