#include "port/fault_port.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstring>
#include <vector>

#include "port/memory_port.hpp"

using namespace mcc;
using namespace mcc::port;

namespace {

constexpr int kPackets = 10'000;

struct Fixture {
  MemoryLink link{4096, 256, 4096};
  ManualClock clock;
  FaultPort<MemoryPort, ManualClock> faulty;

  explicit Fixture(const Faults& faults) : faulty(link.right, clock, faults, 1024) {}

  // Sends numbered packets from the left and returns the numbers in the order in which they come out.
  std::vector<int> run() {
    std::vector<int> order;
    for (int i = 0; i < kPackets; ++i) {
      const auto packet = link.left.allocate();
      REQUIRE(packet != nullptr);
      std::memset(link.left.frame(packet).data(), 0, 64);
      std::memcpy(link.left.frame(packet).data() + 4, &i, sizeof i);
      link.left.transmit(packet, 64, false, 0);
      link.left.flush();
      clock.advance(1000);
      drain(order);
    }
    clock.advance(1'000'000'000);
    drain(order);
    drain(order);
    CHECK(link.free_buffers() == 4096);
    return order;
  }

  void drain(std::vector<int>& order) {
    std::array<MemoryPort::Packet, 32> burst;
    while (const std::size_t count = faulty.receive(burst)) {
      for (std::size_t i = 0; i < count; ++i) {
        int number;
        std::memcpy(&number, faulty.frame(burst[i]).data() + 4, sizeof number);
        order.push_back(number);
        faulty.release(burst[i]);
      }
    }
  }
};

}  // namespace

TEST_CASE("fault port: without faults nothing changes") {
  Fixture f({});
  const auto order = f.run();
  REQUIRE(order.size() == kPackets);
  for (int i = 0; i < kPackets; ++i) CHECK(order[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("fault port: drops and duplicates as often as asked, and counts them") {
  Fixture f({.drop = 0.1, .duplicate = 0.05});
  const auto order = f.run();
  const auto& injected = f.faulty.received();
  CHECK(injected.dropped > 850);
  CHECK(injected.dropped < 1150);
  CHECK(injected.duplicated > 350);
  CHECK(injected.duplicated < 550);
  CHECK(order.size() == kPackets - injected.dropped + injected.duplicated);
}

TEST_CASE("fault port: reordering swaps neighbours and loses nothing") {
  Fixture f({.reorder = 0.1});
  const auto order = f.run();
  REQUIRE(order.size() == kPackets);
  std::size_t inversions = 0;
  for (std::size_t i = 1; i < order.size(); ++i) inversions += order[i] < order[i - 1] ? 1 : 0;
  CHECK(inversions > 700);
  CHECK(f.faulty.received().reordered > 850);
}

TEST_CASE("fault port: corruption flips one bit, behind the Ethernet header") {
  Fixture f({.corrupt = 1});
  const auto packet = f.link.left.allocate();
  std::memset(f.link.left.frame(packet).data(), 0, 64);
  f.link.left.transmit(packet, 64, true, 14);
  f.link.left.flush();
  std::array<MemoryPort::Packet, 1> burst;
  REQUIRE(f.faulty.receive(burst) == 1);
  int bits = 0;
  const auto frame = f.faulty.frame(burst[0]);
  for (std::size_t i = 0; i < frame.size(); ++i) {
    const int set = __builtin_popcount(std::to_integer<unsigned>(frame[i]));
    CHECK((i >= 14 || set == 0));
    bits += set;
  }
  CHECK(bits == 1);
  CHECK(f.faulty.checksum_state(burst[0]) == ChecksumState::unknown);  // the device's word no longer holds
  f.faulty.release(burst[0]);
}

TEST_CASE("fault port: delay holds every packet for as long as it says, in both directions") {
  Fixture f({.delay = 10'000});
  const auto there = f.link.left.allocate();
  f.link.left.transmit(there, 64, false, 0);
  f.link.left.flush();
  const auto back = f.faulty.allocate();
  f.faulty.transmit(back, 64, false, 0);
  f.faulty.flush();
  std::array<MemoryPort::Packet, 1> burst;
  CHECK(f.faulty.receive(burst) == 0);
  CHECK(f.link.left.receive(burst) == 0);
  f.clock.advance(9'999);
  f.faulty.flush();
  CHECK(f.faulty.receive(burst) == 0);
  CHECK(f.link.left.receive(burst) == 0);
  f.clock.advance(1);
  f.faulty.flush();
  REQUIRE(f.faulty.receive(burst) == 1);
  f.faulty.release(burst[0]);
  REQUIRE(f.link.left.receive(burst) == 1);
  f.link.left.release(burst[0]);
}

TEST_CASE("fault port: the same seed does the same") {
  Fixture a({.drop = 0.2, .reorder = 0.2, .jitter = 5000, .seed = 7});
  Fixture b({.drop = 0.2, .reorder = 0.2, .jitter = 5000, .seed = 7});
  Fixture c({.drop = 0.2, .reorder = 0.2, .jitter = 5000, .seed = 8});
  const auto first = a.run();
  CHECK(first == b.run());
  CHECK(first != c.run());
}
