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
  if (verify) {
    std::uint32_t third;
    std::memcpy(&third, at + 16, sizeof third);
    Sum sum = checksum_of_word(word_at(at)) + checksum_of_word(word_at(at + 8)) + third;
    if (header > kIpv4Header) sum = checksum_add(packet.subspan(kIpv4Header, header - kIpv4Header), sum);
    if (!checksum_holds(sum)) return Ipv4Fault::bad_checksum;
  }
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
  const std::uint64_t first = 0x0040'0000'0000'0045u | std::uint64_t{__builtin_bswap16(total)} << 16 |
                              std::uint64_t{__builtin_bswap16(ip.identification)} << 32;
  const std::uint64_t second =
      ip.ttl | std::uint64_t{ip.protocol} << 8 | std::uint64_t{__builtin_bswap32(ip.source)} << 32;
  const std::uint32_t third = __builtin_bswap32(ip.destination);
  const std::uint16_t sum =
      offload ? std::uint16_t{0} : checksum_finish(checksum_of_word(first) + checksum_of_word(second) + third);
  store_word(at, first);
  store_word(at + 8, second | std::uint64_t{sum} << 16);
  std::memcpy(at + 16, &third, sizeof third);
}

}  // namespace mcc::wire
