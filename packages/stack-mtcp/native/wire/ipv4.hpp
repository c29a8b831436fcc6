#pragma once
// IPv4 (RFC 791). Fragments are recognised and refused: TCP never needs them, since it sends with DF and heeds path
// MTU.

#include <cstdint>

#include "wire/bytes.hpp"
#include "wire/checksum.hpp"

namespace mcc::wire {

inline constexpr std::uint8_t kProtocolIcmp = 1;
inline constexpr std::uint8_t kProtocolTcp = 6;
inline constexpr std::size_t kIpv4Header = 20;

enum class Ipv4Fault : std::uint8_t {
  none,
  truncated,  // shorter than its header or its length field says
  not_ipv4,   // version, or header length below 20
  fragment,
  bad_checksum,
};

struct Ipv4 {
  Address source = 0;
  Address destination = 0;
  std::uint8_t protocol = 0;
  std::uint8_t ttl = 64;
  std::uint16_t identification = 0;
  Bytes payload;  // padding of the link layer cut off
};

// `verify` false: the device has checked the header's sum already.
inline Ipv4Fault parse_ipv4(Bytes packet, bool verify, Ipv4& parsed) noexcept {
  if (packet.size() < kIpv4Header) return Ipv4Fault::truncated;
  const std::byte* at = packet.data();
  const std::uint8_t version_length = load8(at);
  const std::size_t header = static_cast<std::size_t>(version_length & 0x0f) * 4;
  if ((version_length >> 4) != 4 || header < kIpv4Header) return Ipv4Fault::not_ipv4;
  const std::size_t total = load16(at + 2);
  if (total < header || total > packet.size()) return Ipv4Fault::truncated;
  if ((load16(at + 6) & 0x3fff) != 0) return Ipv4Fault::fragment;  // more fragments, or an offset
  if (verify && !checksum_holds(checksum_add(packet.first(header)))) return Ipv4Fault::bad_checksum;
  parsed.identification = load16(at + 4);
  parsed.ttl = load8(at + 8);
  parsed.protocol = load8(at + 9);
  parsed.source = load32(at + 12);
  parsed.destination = load32(at + 16);
  parsed.payload = packet.subspan(header, total - header);
  return Ipv4Fault::none;
}

// Writes a header of 20 bytes with DF set, for `payload_length` bytes to come. `offload`: leave the checksum to the
// device.
inline void build_ipv4(std::byte* at, const Ipv4& ip, std::size_t payload_length, bool offload = false) noexcept {
  const auto total = static_cast<std::uint16_t>(kIpv4Header + payload_length);
  store16(at, 0x4500);
  store16(at + 2, total);
  store16(at + 4, ip.identification);
  store16(at + 6, 0x4000);
  store8(at + 8, ip.ttl);
  store8(at + 9, ip.protocol);
  store16(at + 10, 0);
  store32(at + 12, ip.source);
  store32(at + 16, ip.destination);
  if (!offload) store_checksum(at + 10, checksum_finish(checksum_add({at, kIpv4Header})));
}

}  // namespace mcc::wire
