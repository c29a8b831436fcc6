#pragma once
// The TCP header (RFC 9293 section 3.1) and its options: MSS (3.7.1), window scale and timestamps (RFC 7323),
// SACK (RFC 2018).

#include <cstdint>

#include "wire/bytes.hpp"
#include "wire/checksum.hpp"
#include "wire/ipv4.hpp"

namespace mcc::wire {

inline constexpr std::size_t kTcpHeader = 20;
inline constexpr std::size_t kTcpHeaderMax = 60;
inline constexpr std::size_t kTimestampOption = 12;  // with its two NOPs

enum class TcpFault : std::uint8_t { none, truncated, bad_checksum };

namespace detail {

inline constexpr std::uint8_t kOptionEnd = 0, kOptionNop = 1, kOptionMss = 2, kOptionWindowScale = 3,
                              kOptionSackPermitted = 4, kOptionSack = 5, kOptionTimestamps = 8;
// NOP NOP timestamps(10): how every stack sends it.
inline constexpr std::uint32_t kUsualTimestamps = 0x0101080a;

inline void read_option(const std::byte* at, std::uint8_t kind, std::uint8_t length, TcpOptions& options) noexcept {
  switch (kind) {
    case kOptionMss:
      if (length == 4) options.mss = load16(at + 2);
      break;
    case kOptionWindowScale:
      // A shift above 14 is taken as 14 (RFC 7323 section 2.3).
      if (length == 3) options.window_shift = static_cast<std::int8_t>(load8(at + 2) > 14 ? 14 : load8(at + 2));
      break;
    case kOptionSackPermitted:
      options.sack_permitted = length == 2;
      break;
    case kOptionTimestamps:
      if (length != 10) break;
      options.timestamps = true;
      options.ts_value = load32(at + 2);
      options.ts_echo = load32(at + 6);
      break;
    case kOptionSack:
      if (length < 10 || (length - 2) % 8 != 0 || length > 34) break;
      options.sack_count = static_cast<std::uint8_t>((length - 2) / 8);
      for (std::size_t i = 0; i < options.sack_count; ++i) {
        options.sack[i] = {load32(at + 2 + i * 8), load32(at + 6 + i * 8)};
      }
      break;
    default:
      break;  // unknown options are skipped (RFC 9293 MUST-6)
  }
}

// Writes options of any kind: tcp_header_size(options) less the fixed header.
inline void write_options(std::byte* next, const TcpOptions& options) noexcept {
  if (options.mss != 0) {
    store32(next, (static_cast<std::uint32_t>(kOptionMss) << 24) | (4u << 16) | options.mss);
    next += 4;
  }
  if (options.window_shift >= 0) {
    store32(next, (static_cast<std::uint32_t>(kOptionNop) << 24) |
                      (static_cast<std::uint32_t>(kOptionWindowScale) << 16) | (3u << 8) |
                      static_cast<std::uint8_t>(options.window_shift));
    next += 4;
  }
  if (options.timestamps) {
    // On a SYN, SACK-permitted takes the place of the two NOPs.
    store32(next, options.sack_permitted
                      ? (static_cast<std::uint32_t>(kOptionSackPermitted) << 24) | (2u << 16) | 0x080a
                      : kUsualTimestamps);
    store32(next + 4, options.ts_value);
    store32(next + 8, options.ts_echo);
    next += kTimestampOption;
  } else if (options.sack_permitted) {
    store32(next, 0x01010000u | (static_cast<std::uint32_t>(kOptionSackPermitted) << 8) | 2u);
    next += 4;
  }
  if (options.sack_count > 0) {
    store32(next, 0x01010000u | (static_cast<std::uint32_t>(kOptionSack) << 8) |
                      (2u + static_cast<std::uint32_t>(options.sack_count) * 8));
    next += 4;
    for (std::size_t i = 0; i < options.sack_count; ++i, next += 8) {
      store32(next, options.sack[i].left);
      store32(next + 4, options.sack[i].right);
    }
  }
}

}  // namespace detail

// Reads the options area. A length that runs out of it, or is below 2, ends the reading: what came before counts
// (RFC 9293 MUST-7: an illegal option length must not crash).
inline void parse_tcp_options(Bytes area, TcpOptions& options) noexcept {
  using namespace detail;
  if (area.size() == kTimestampOption && load32(area.data()) == kUsualTimestamps) {
    options.timestamps = true;
    options.ts_value = load32(area.data() + 4);
    options.ts_echo = load32(area.data() + 8);
    return;
  }
  std::size_t at = 0;
  while (at < area.size()) {
    const std::uint8_t kind = load8(area.data() + at);
    if (kind == kOptionEnd) return;
    if (kind == kOptionNop) {
      ++at;
      continue;
    }
    if (at + 1 >= area.size()) return;
    const std::uint8_t length = load8(area.data() + at + 1);
    if (length < 2 || at + length > area.size()) return;
    read_option(area.data() + at, kind, length, options);
    at += length;
  }
}

// Parses the segment in `ip`. `verify` false: the device has checked the sum already.
inline TcpFault parse_tcp(const Ipv4& ip, bool verify, Segment& parsed) noexcept {
  const Bytes bytes = ip.payload;
  if (bytes.size() < kTcpHeader) return TcpFault::truncated;
  const std::byte* at = bytes.data();
  const std::size_t header = static_cast<std::size_t>(load8(at + 12) >> 4) * 4;
  if (header < kTcpHeader || header > bytes.size()) return TcpFault::truncated;
  if (verify) {
    const Sum pseudo =
        pseudo_header_sum(ip.source, ip.destination, kProtocolTcp, static_cast<std::uint16_t>(bytes.size()));
    if (!checksum_holds(checksum_add(bytes, pseudo))) return TcpFault::bad_checksum;
  }
  parsed.source = ip.source;
  parsed.destination = ip.destination;
  parsed.source_port = load16(at);
  parsed.destination_port = load16(at + 2);
  parsed.sequence = load32(at + 4);
  parsed.acknowledgment = load32(at + 8);
  parsed.flags = load8(at + 13) & 0x3f;  // ECN's bits are not negotiated and ignored
  parsed.window = load16(at + 14);
  parsed.options = {};
  if (header > kTcpHeader) parse_tcp_options(bytes.subspan(kTcpHeader, header - kTcpHeader), parsed.options);
  parsed.payload = bytes.subspan(header);
  return TcpFault::none;
}

// Bytes of the header that build_tcp_header writes for these options, a multiple of 4.
inline std::size_t tcp_header_size(const TcpOptions& options) noexcept {
  std::size_t size = kTcpHeader;
  if (options.mss != 0) size += 4;
  if (options.window_shift >= 0) size += 4;
  if (options.timestamps) {
    size += kTimestampOption;
  } else if (options.sack_permitted) {
    size += 4;
  }
  if (options.sack_count > 0) size += 4 + static_cast<std::size_t>(options.sack_count) * 8;
  return size;
}

// Writes the header, checksum field zero, adds it to `sum` and returns its size: tcp_header_size(segment.options), at
// most kTcpHeaderMax. The payload is not written.
inline std::size_t build_tcp_header(std::byte* at, const Segment& segment, Sum& sum) noexcept {
  using namespace detail;
  const TcpOptions& options = segment.options;
  const std::size_t size = tcp_header_size(options);
  const std::uint64_t first = __builtin_bswap16(segment.source_port) |
                              std::uint64_t{__builtin_bswap16(segment.destination_port)} << 16 |
                              std::uint64_t{__builtin_bswap32(segment.sequence)} << 32;
  const std::uint64_t second = __builtin_bswap32(segment.acknowledgment) | std::uint64_t{size / 4} << 36 |
                               std::uint64_t{segment.flags} << 40 |
                               std::uint64_t{__builtin_bswap16(segment.window)} << 48;
  store_word(at, first);
  store_word(at + 8, second);
  store32(at + 16, 0);  // checksum, urgent pointer
  sum += checksum_of_word(first) + checksum_of_word(second);
  if (size == kTcpHeader) return size;
  if (size == kTcpHeader + kTimestampOption && options.timestamps && !options.sack_permitted) {
    // Nothing but timestamps: what all but a few segments carry.
    const std::uint64_t third = __builtin_bswap32(kUsualTimestamps) | std::uint64_t{__builtin_bswap32(options.ts_value)}
                                                                          << 32;
    store_word(at + 20, third);
    store32(at + 28, options.ts_echo);
    sum += checksum_of_word(third) + checksum_of(options.ts_echo);
    return size;
  }
  write_options(at + kTcpHeader, options);
  sum = checksum_add({at + kTcpHeader, size - kTcpHeader}, sum);
  return size;
}
inline std::size_t build_tcp_header(std::byte* at, const Segment& segment) noexcept {
  Sum unused = 0;
  return build_tcp_header(at, segment, unused);
}

// Finishes the checksum of a segment whose header (checksum field zero) and payload lie at `segment`.
inline void finish_tcp_checksum(std::span<std::byte> segment, Address source, Address destination) noexcept {
  const Sum pseudo = pseudo_header_sum(source, destination, kProtocolTcp, static_cast<std::uint16_t>(segment.size()));
  store_checksum(segment.data() + 16, checksum_finish(checksum_add(segment, pseudo)));
}

}  // namespace mcc::wire
