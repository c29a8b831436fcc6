#include "wire/tcp.hpp"

#include <doctest/doctest.h>

#include <array>
#include <initializer_list>
#include <random>
#include <vector>

using namespace mcc::wire;

namespace {

std::vector<std::byte> bytes_of(std::initializer_list<int> values) {
  std::vector<std::byte> bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

// Builds a whole IPv4 packet around a segment.
std::vector<std::byte> packet_of(const Segment& segment) {
  const std::size_t header = tcp_header_size(segment.options);
  std::vector<std::byte> packet(kIpv4Header + header + segment.payload.size());
  Ipv4 ip;
  ip.source = segment.source;
  ip.destination = segment.destination;
  ip.protocol = kProtocolTcp;
  build_ipv4(packet.data(), ip, header + segment.payload.size());
  CHECK(build_tcp_header(packet.data() + kIpv4Header, segment) == header);
  std::copy(segment.payload.begin(), segment.payload.end(), packet.begin() + static_cast<long>(kIpv4Header + header));
  finish_tcp_checksum(std::span(packet).subspan(kIpv4Header), segment.source, segment.destination);
  return packet;
}

TcpOptions options_of(std::initializer_list<int> area) {
  TcpOptions options;
  parse_tcp_options(bytes_of(area), options);
  return options;
}

}  // namespace

TEST_CASE("tcp: a SYN as Linux sends it") {
  // mss 1460, sackOK, TS val 0x11223344 ecr 0, nop, wscale 7
  const auto area = bytes_of({2, 4, 5, 0xb4, 4, 2, 8, 10, 0x11, 0x22, 0x33, 0x44, 0, 0, 0, 0, 1, 3, 3, 7});
  TcpOptions options;
  parse_tcp_options(area, options);
  CHECK(options.mss == 1460);
  CHECK(options.sack_permitted);
  CHECK(options.timestamps);
  CHECK(options.ts_value == 0x11223344);
  CHECK(options.window_shift == 7);
  CHECK(options.sack_count == 0);
}

TEST_CASE("tcp: what is built is what is parsed, for every combination of options") {
  std::mt19937 random(3);
  for (int combination = 0; combination < 2 * 2 * 2 * 2 * 4; ++combination) {
    Segment segment;
    segment.source = 0xc6120001;
    segment.destination = 0xc6130002;
    segment.source_port = 40000;
    segment.destination_port = 80;
    segment.sequence = static_cast<std::uint32_t>(random());
    segment.acknowledgment = static_cast<std::uint32_t>(random());
    segment.flags = kAck | kPsh;
    segment.window = 65535;
    segment.options.mss = (combination & 1) != 0 ? 1460 : 0;
    segment.options.window_shift = (combination & 2) != 0 ? 10 : -1;
    segment.options.timestamps = (combination & 4) != 0;
    segment.options.sack_permitted = (combination & 8) != 0;
    segment.options.sack_count = static_cast<std::uint8_t>(combination >> 4);
    if (tcp_header_size(segment.options) > kTcpHeaderMax) continue;
    if (segment.options.timestamps) {
      segment.options.ts_value = static_cast<std::uint32_t>(random());
      segment.options.ts_echo = static_cast<std::uint32_t>(random());
    }
    for (std::size_t i = 0; i < segment.options.sack_count; ++i) {
      segment.options.sack[i] = {static_cast<std::uint32_t>(random()), static_cast<std::uint32_t>(random())};
    }
    const auto payload = bytes_of({'h', 'e', 'l', 'l', 'o'});
    segment.payload = payload;
    const auto packet = packet_of(segment);

    Ipv4 ip;
    REQUIRE(parse_ipv4(packet, true, ip) == Ipv4Fault::none);
    Segment parsed;
    REQUIRE(parse_tcp(ip, true, parsed) == TcpFault::none);
    CHECK(parsed.source == segment.source);
    CHECK(parsed.destination == segment.destination);
    CHECK(parsed.source_port == segment.source_port);
    CHECK(parsed.destination_port == segment.destination_port);
    CHECK(parsed.sequence == segment.sequence);
    CHECK(parsed.acknowledgment == segment.acknowledgment);
    CHECK(parsed.flags == segment.flags);
    CHECK(parsed.window == segment.window);
    CHECK(parsed.options.mss == segment.options.mss);
    CHECK(parsed.options.window_shift == segment.options.window_shift);
    CHECK(parsed.options.sack_permitted == segment.options.sack_permitted);
    CHECK(parsed.options.timestamps == segment.options.timestamps);
    CHECK(parsed.options.ts_value == segment.options.ts_value);
    CHECK(parsed.options.ts_echo == segment.options.ts_echo);
    REQUIRE(parsed.options.sack_count == segment.options.sack_count);
    for (std::size_t i = 0; i < parsed.options.sack_count; ++i) {
      CHECK(parsed.options.sack[i].left == segment.options.sack[i].left);
      CHECK(parsed.options.sack[i].right == segment.options.sack[i].right);
    }
    CHECK(std::equal(payload.begin(), payload.end(), parsed.payload.begin(), parsed.payload.end()));
  }
}

TEST_CASE("tcp: any flipped bit fails the checksum") {
  Segment segment;
  segment.source = 0xc6120001;
  segment.destination = 0xc6130002;
  segment.flags = kAck;
  const auto payload = bytes_of({1, 2, 3});
  segment.payload = payload;
  const auto packet = packet_of(segment);
  for (std::size_t bit = kIpv4Header * 8; bit < packet.size() * 8; ++bit) {
    auto broken = packet;
    broken[bit / 8] ^= static_cast<std::byte>(1u << (bit % 8));
    Ipv4 ip;
    REQUIRE(parse_ipv4(broken, true, ip) == Ipv4Fault::none);
    Segment parsed;
    CHECK(parse_tcp(ip, true, parsed) != TcpFault::none);
  }
}

TEST_CASE("tcp: options that are wrong are left out, and never read past their area (RFC 9293 MUST-7)") {
  CHECK(options_of({2}).mss == 0);
  CHECK(options_of({2, 0, 5, 0xb4}).mss == 0);     // length 0
  CHECK(options_of({2, 1, 5, 0xb4}).mss == 0);     // length 1
  CHECK(options_of({2, 4, 5}).mss == 0);           // runs out
  CHECK(options_of({2, 3, 5, 1}).mss == 0);        // wrong length for its kind
  CHECK(options_of({0, 2, 4, 5, 0xb4}).mss == 0);  // after the end
  CHECK(options_of({1, 1, 2, 4, 5, 0xb4}).mss == 1460);
  CHECK(options_of({254, 4, 0, 0, 2, 4, 5, 0xb4}).mss == 1460);  // unknown, skipped (MUST-6)
  CHECK(options_of({3, 3, 15}).window_shift == 14);              // RFC 7323 section 2.3
  CHECK(options_of({5, 9, 0, 0, 0, 0, 0, 0, 0}).sack_count == 0);
  CHECK(options_of({5, 2}).sack_count == 0);
}

TEST_CASE("tcp: random option bytes never crash") {
  std::mt19937 random(4);
  for (int round = 0; round < 20000; ++round) {
    std::vector<std::byte> area(random() % 41);
    for (auto& byte : area) byte = static_cast<std::byte>(random() % 4 == 0 ? random() : random() % 12);
    TcpOptions options;
    parse_tcp_options(area, options);
    CHECK(options.sack_count <= 4);
    CHECK(options.window_shift <= 14);
  }
}

TEST_CASE("tcp: a header that does not fit is refused") {
  std::vector<std::byte> bytes(kTcpHeader);
  Ipv4 ip;
  ip.payload = bytes;
  Segment parsed;
  for (const int words : {0, 4, 6, 15}) {
    bytes[12] = static_cast<std::byte>(words << 4);
    CHECK(parse_tcp(ip, false, parsed) == TcpFault::truncated);
  }
  bytes[12] = std::byte{5 << 4};
  CHECK(parse_tcp(ip, false, parsed) == TcpFault::none);
  ip.payload = Bytes(bytes).first(kTcpHeader - 1);
  CHECK(parse_tcp(ip, false, parsed) == TcpFault::truncated);
}
