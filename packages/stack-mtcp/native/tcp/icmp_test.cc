#include <doctest/doctest.h>

#include "testing/script.hpp"

using namespace mcc;
using namespace mcc::testing;

namespace {

// An ICMP error that quotes a segment of ours, `offset` from the oldest in flight.
void inject_icmp(Script& s, std::uint8_t code, std::uint16_t mtu, std::uint32_t sequence, bool server) {
  std::array<std::byte, 14 + 20 + 8 + 28> frame{};
  wire::build_ethernet(frame.data(), s.link.left.capabilities().mac, {2, 0, 0, 0, 0, 2}, 0, wire::kEtherIpv4);
  wire::Ipv4 ip;
  ip.source = 0xc61200fe;  // a router
  ip.destination = Script::kUs;
  ip.protocol = wire::kProtocolIcmp;
  wire::build_ipv4(frame.data() + 14, ip, 36);
  std::byte* const icmp = frame.data() + 34;
  wire::store8(icmp, wire::kUnreachable);
  wire::store8(icmp + 1, code);
  wire::store16(icmp + 6, mtu);
  wire::Ipv4 quoted;
  quoted.source = Script::kUs;
  quoted.destination = Script::kPeer;
  quoted.protocol = wire::kProtocolTcp;
  wire::build_ipv4(icmp + 8, quoted, 20);
  wire::store16(icmp + 28, server ? Script::kPort : s.own_port);
  wire::store16(icmp + 30, server ? s.peer_port : Script::kPort);
  wire::store32(icmp + 32, s.iss + sequence);
  wire::store_checksum(icmp + 2, wire::checksum_finish(wire::checksum_add({icmp, 36})));
  const auto packet = s.link.right.allocate();
  REQUIRE(packet != nullptr);
  std::copy(frame.begin(), frame.end(), s.link.right.frame(packet).begin());
  s.link.right.transmit(packet, frame.size(), false, 0);
  s.link.right.flush();
  s.poll();
}

}  // namespace

TEST_CASE("icmp: unreachable fails what is being opened, if it quotes our SYN (RFC 5461 4.1, RFC 5927 4)") {
  Script s(false);
  REQUIRE(s.stack->connect(0) == Error::none);
  s.expect(SYN, 0, 0);
  inject_icmp(s, 1, 0, 5, false);
  CHECK(s.entry().closed == 0);
  inject_icmp(s, 1, 0, 0, false);
  CHECK(s.entry().reason == Error::unreachable);
  CHECK(s.stack->connections() == 0);
}

TEST_CASE("icmp: unreachable is soft for a connection that stands (RFC 1122 4.2.3.9)") {
  Script s(true);
  s.accept();
  s.send("x");
  inject_icmp(s, 1, 0, 1, true);
  CHECK(s.entry().closed == 0);
  CHECK(s.stack->net_counters().icmp_errors == 1);
}

TEST_CASE(
    "icmp: fragmentation needed makes segments smaller and repeats them, no congestion (RFC 1191 6, RFC 5927 7)") {
  Script s(true);
  s.accept();
  s.send(pattern(3000));
  s.forget();
  SUBCASE("what is not in flight is not believed") {
    inject_icmp(s, 4, 1000, 9000, true);
    s.expect_silence();
  }
  SUBCASE("the router tells the size") {
    inject_icmp(s, 4, 1000, 1, true);
    s.expect(ACK, 1, 1, 960);
    s.expect(ACK, 961, 1, 960);
    s.expect(ACK, 1921, 1, 960);
    s.expect(ACK | PSH, 2881, 1, 120);
    s.say({.ack = 3001});
    s.send(pattern(1000));
    s.expect(ACK, 3001, 1, 960);
  }
  SUBCASE("an old router does not: the next plateau") {
    inject_icmp(s, 4, 0, 1, true);
    s.expect(ACK, 1, 1, 1452);
  }
  SUBCASE("an absurd size is not believed") {
    inject_icmp(s, 4, 68, 1, true);
    s.expect(ACK, 1, 1, 512);
  }
}

TEST_CASE("icmp: a neighbour that does not answer fails what is being opened through it") {
  MtcpOptions options = Script::options(false);
  options.net.neighbours.clear();
  Script s(options);
  REQUIRE(s.stack->connect(0) == Error::none);
  s.advance(3200 * kMs);
  CHECK(s.entry().reason == Error::no_neighbour);
  CHECK(s.stack->connect(0) == Error::no_neighbour);  // known by now
  CHECK(s.stack->connections() == 0);
  CHECK(s.link.free_buffers() == Script::kBuffers);
}

TEST_CASE("icmp: without a route nothing is started") {
  MtcpOptions options = Script::options(false);
  options.net.routes.subnet = net::Subnet{0xc6130000, 16};
  Script s(options);
  CHECK(s.stack->connect(0) == Error::unreachable);
  CHECK(s.stack->connections() == 0);
}
