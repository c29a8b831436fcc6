#include "port/handover_port.hpp"

#include <doctest/doctest.h>

#include <array>
#include <thread>

#include "port/memory_port.hpp"
#include "wire/arp.hpp"
#include "wire/ipv4.hpp"

namespace {

using namespace mcc;
using namespace mcc::port;

constexpr wire::Address kFirst = 0xc6120001;
constexpr wire::Address kSecond = 0xc6120002;

// Two workers, each with a queue of its own that a test feeds from the far end.
struct Workers {
  using Worker = HandoverPort<MemoryPort>;

  MemoryLink first_link{64, 2048, 64};
  MemoryLink second_link{64, 2048, 64};
  std::shared_ptr<Handover<MemoryPort::Packet>> handover = std::make_shared<Handover<MemoryPort::Packet>>(
      std::vector{net::AddressPool({{kFirst, kFirst}}), net::AddressPool({{kSecond, kSecond}})});
  Worker first{first_link.right, handover, 0};
  Worker second{second_link.right, handover, 1};

  // A frame on the queue of a worker.
  static void feed(MemoryLink& link, std::uint16_t type, wire::Address to, std::uint16_t vlan = 0) {
    const auto packet = link.left.allocate();
    std::byte* const frame = link.left.frame(packet).data();
    wire::build_ethernet(frame, {2, 0, 0, 0, 0, 1}, {2, 0, 0, 0, 0, 2}, vlan, type);
    std::byte* const ip = frame + wire::ethernet_header_size(vlan);
    wire::store32(ip + 16, to);
    link.left.transmit(packet, 64, false, 0);
    link.left.flush();
  }

  static std::size_t take(Worker& worker) {
    std::array<MemoryPort::Packet, 32> burst;
    const std::size_t count = worker.receive(burst);
    for (std::size_t i = 0; i < count; ++i) worker.release(burst[i]);
    return count;
  }
};

}  // namespace

TEST_CASE("a packet goes to the worker that owns its destination, whatever queue it came on") {
  for (const std::uint16_t vlan : {std::uint16_t{0}, std::uint16_t{7}}) {
    Workers workers;
    Workers::feed(workers.first_link, wire::kEtherIpv4, kFirst, vlan);
    Workers::feed(workers.first_link, wire::kEtherIpv4, kSecond, vlan);
    Workers::feed(workers.second_link, wire::kEtherIpv4, kFirst, vlan);
    CHECK(Workers::take(workers.first) == 1);
    CHECK(Workers::take(workers.second) == 1);  // the one from the first; its own is handed on
    CHECK(Workers::take(workers.first) == 1);
    CHECK(Workers::take(workers.second) == 0);
  }
}

TEST_CASE("what nobody owns stays where it came in") {
  Workers workers;
  Workers::feed(workers.second_link, wire::kEtherIpv4, 0x0a000001);
  Workers::feed(workers.second_link, 0x86dd, 0);
  CHECK(Workers::take(workers.second) == 2);
  CHECK(Workers::take(workers.first) == 0);
}

TEST_CASE("ARP goes to every worker") {
  Workers workers;
  Workers::feed(workers.first_link, wire::kEtherArp, 0);
  CHECK(Workers::take(workers.first) == 1);
  CHECK(Workers::take(workers.second) == 1);
}

TEST_CASE("a worker that does not keep up costs packets, which are counted and not leaked") {
  Workers workers;
  while (workers.handover->ring(0, 1).push(nullptr)) continue;
  Workers::feed(workers.first_link, wire::kEtherIpv4, kSecond);
  CHECK(Workers::take(workers.first) == 0);
  CHECK(workers.first.counters().rx_dropped == 1);
  MemoryPort::Packet none;
  while (workers.handover->ring(0, 1).pop(none)) continue;
}

TEST_CASE("a ring hands everything over in order, from one thread to another") {
  SpscRing<int> ring(64);
  constexpr int kItems = 200'000;
  std::thread producer([&ring] {
    for (int i = 0; i < kItems;)
      if (ring.push(i)) ++i;
  });
  int expected = 0;
  while (expected < kItems) {
    int item = -1;
    if (!ring.pop(item)) continue;
    if (item != expected) break;
    ++expected;
  }
  producer.join();
  CHECK(expected == kItems);
}
