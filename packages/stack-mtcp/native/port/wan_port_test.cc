#include "port/wan_port.hpp"

#include <doctest/doctest.h>

#include <array>
#include <map>
#include <vector>

#include "port/memory_port.hpp"
#include "wire/tcp.hpp"

using namespace mcc;
using namespace mcc::port;

namespace {

constexpr net::Address kLocal = 0xc6120001;
constexpr net::Address kRemote = 0xc6120002;
constexpr std::size_t kHeaders = wire::kEthernetHeader + wire::kIpv4Header + wire::kTcpHeader;
constexpr Nanos kMs = 1'000'000;
constexpr std::size_t kBuffers = 4096;

WanOptions options_of(std::vector<WanClass> classes, std::size_t held_max = 1024) {
  WanOptions options;
  options.classes = std::move(classes);
  options.sources = net::AddressPool({{kLocal, kLocal + 1}});
  options.held_max = held_max;
  return options;
}

// The near end is wrapped; the far end is a server that sees plain frames.
struct Fixture {
  using Near = WanPort<MemoryPort, ManualClock>;

  explicit Fixture(const WanOptions& options)
      : near(std::make_unique<Near>(link.left, clock, options)), far(link.right) {}

  template <class Port>
  void send(Port& port, wire::Address from, std::uint16_t from_port, wire::Address to, std::uint16_t to_port,
            std::uint32_t number = 0, std::size_t payload = 0) {
    const auto packet = port.allocate();
    REQUIRE(packet != nullptr);
    std::byte* const frame = port.frame(packet).data();
    wire::build_ethernet(frame, {}, {}, 0, wire::kEtherIpv4);
    wire::Ipv4 ip;
    ip.source = from;
    ip.destination = to;
    ip.protocol = wire::kProtocolTcp;
    wire::build_ipv4(frame + wire::kEthernetHeader, ip, wire::kTcpHeader + payload);
    wire::Segment segment;
    segment.source_port = from_port;
    segment.destination_port = to_port;
    segment.sequence = number;
    wire::Sum sum = 0;
    wire::build_tcp_header(frame + wire::kEthernetHeader + wire::kIpv4Header, segment, sum);
    port.transmit(packet, kHeaders + payload, false, 0);
  }
  void leave(std::uint16_t port, std::uint32_t number = 0, std::size_t payload = 0) {
    send(*near, kLocal, port, kRemote, 80, number, payload);
    near->flush();
  }
  void arrive(std::uint16_t port, std::uint32_t number = 0, std::size_t payload = 0) {
    send(far, kRemote, 80, kLocal, port, number, payload);
    far.flush();
  }

  // The numbers of the frames that have come out by now.
  template <class Port>
  std::vector<std::uint32_t> come_out(Port& port) {
    std::vector<std::uint32_t> numbers;
    std::array<MemoryPort::Packet, 32> burst;
    while (const std::size_t count = port.receive(burst)) {
      for (std::size_t i = 0; i < count; ++i) {
        numbers.push_back(wire::load32(port.frame(burst[i]).data() + wire::kEthernetHeader + wire::kIpv4Header + 4));
        port.release(burst[i]);
      }
    }
    return numbers;
  }
  std::vector<std::uint32_t> left() {
    near->flush();
    return come_out(far);
  }
  std::vector<std::uint32_t> arrived() { return come_out(*near); }

  MemoryLink link{kBuffers, 2048, 4096};
  ManualClock clock;
  std::unique_ptr<Near> near;
  MemoryPort& far;
};

using Numbers = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("wan: half of the round trip on the way out, half on the way in, to the nanosecond") {
  Fixture f(options_of({{.share = 1, .round_trip = 80 * kMs + 1}}));
  f.leave(1024, 1);
  f.arrive(1024, 2);
  CHECK(f.arrived().empty());
  f.clock.advance(40 * kMs - 1);
  CHECK(f.left().empty());
  f.clock.advance(1);
  CHECK(f.left() == Numbers{1});
  CHECK(f.arrived().empty());
  f.clock.advance(1);
  CHECK(f.arrived() == Numbers{2});
  CHECK(f.link.free_buffers() == kBuffers);
}

TEST_CASE("wan: frames of one connection keep their order, and near ones overtake far ones") {
  Fixture f(options_of({{.share = 0.5, .round_trip = 200 * kMs}, {.share = 0.5, .round_trip = 20 * kMs}}));
  WanClasses classes(options_of({{.share = 0.5, .round_trip = 200 * kMs}, {.share = 0.5, .round_trip = 20 * kMs}}));
  REQUIRE(classes.path(kLocal, 1024)->kind.round_trip == 200 * kMs);
  REQUIRE(classes.path(kLocal, 1025)->kind.round_trip == 20 * kMs);
  for (std::uint32_t i = 0; i < 100; ++i) {
    f.leave(1024, i);
    f.leave(1025, 1000 + i);
  }
  f.clock.advance(200 * kMs);
  const Numbers order = f.left();
  REQUIRE(order.size() == 200);
  for (std::uint32_t i = 0; i < 100; ++i) {
    CHECK(order[i] == 1000 + i);
    CHECK(order[100 + i] == i);
  }
}

TEST_CASE("wan: connections are dealt out in turn, by share, and the rest is near") {
  const std::vector<WanClass> given{{.share = 0.2, .round_trip = 1}, {.share = 0.05, .round_trip = 2}};
  WanClasses classes(options_of(given));
  std::map<Nanos, int> count;
  for (int i = 0; i < 10'000; ++i) {
    const auto path = classes.path(kLocal, static_cast<std::uint16_t>(1024 + i));
    ++count[path ? path->kind.round_trip : 0];
    // Any number of the first connections is mixed as they all are.
    CHECK(std::abs(count[1] - 0.2 * (i + 1)) <= 1.001);
    CHECK(std::abs(count[2] - 0.05 * (i + 1)) <= 1.001);
  }
  CHECK(count == std::map<Nanos, int>{{0, 7500}, {1, 2000}, {2, 500}});
}

TEST_CASE("wan: tells connections apart, also through what wraps it, and a port that does not costs nothing") {
  Fixture f(options_of({{.share = 0.5, .round_trip = 200 * kMs}, {.share = 0.25, .round_trip = 20 * kMs}}));
  const WrappedPort<Fixture::Near> wrapped(*f.near);
  CHECK(wrapped.classes() == 3);
  std::map<std::size_t, int> count;
  for (std::uint16_t port = 1024; port < 1124; ++port) ++count[wrapped.class_of(kLocal, port)];
  CHECK(count == std::map<std::size_t, int>{{0, 50}, {1, 25}, {2, 25}});
  CHECK(Fixture(options_of({})).near->classes() == 0);
  static_assert(!Classifying<MemoryPort> && !Classifying<WrappedPort<MemoryPort>>);
}

TEST_CASE("wan: what is no connection of ours passes at once") {
  Fixture f(options_of({{.share = 1, .round_trip = 80 * kMs}}));
  f.send(*f.near, kLocal + 2, 1024, kRemote, 80, 1);  // not an address that we open from
  f.send(*f.near, kLocal, 80, kRemote, 1024, 2);      // nor a port
  f.leave(1024, 3);
  const auto arp = f.near->allocate();
  wire::build_ethernet(f.near->frame(arp).data(), wire::kBroadcast, {}, 0, wire::kEtherArp);
  f.near->transmit(arp, 60, false, 0);
  f.near->flush();
  CHECK(f.come_out(f.far).size() == 3);
  const auto runt = f.far.allocate();
  f.far.transmit(runt, 10, false, 0);
  f.arrive(1024, 4);
  CHECK(f.arrived().size() == 1);
}

TEST_CASE("wan: a line takes as long for a frame as its bandwidth says, each connection has its own, each way") {
  // A megabit: a frame of 1000 bytes takes 8 ms.
  Fixture f(options_of({{.share = 1, .round_trip = 20 * kMs, .bandwidth = 1'000'000}}));
  for (std::uint32_t i = 0; i < 3; ++i) {
    f.leave(1024, i, 1000 - kHeaders);
    f.arrive(1024, 10 + i, 1000 - kHeaders);
  }
  f.leave(1025, 3, 1000 - kHeaders);
  CHECK(f.arrived().empty());
  f.clock.advance(18 * kMs - 1);
  CHECK(f.left().empty());
  CHECK(f.arrived().empty());
  f.clock.advance(1);
  CHECK(f.left() == Numbers{0, 3});
  CHECK(f.arrived() == Numbers{10});
  f.clock.advance(8 * kMs);
  CHECK(f.left() == Numbers{1});
  CHECK(f.arrived() == Numbers{11});
  f.clock.advance(8 * kMs);
  CHECK(f.left() == Numbers{2});
  CHECK(f.arrived() == Numbers{12});
  // A line that has been idle takes the next at once.
  f.clock.advance(100 * kMs);
  f.leave(1024, 4, 1000 - kHeaders);
  f.clock.advance(18 * kMs);
  CHECK(f.left() == Numbers{4});
}

TEST_CASE("wan: loses as many as it should, each way, and the same ones with the same seed") {
  const auto run = [](std::uint64_t seed) {
    WanOptions options = options_of({{.share = 1, .round_trip = 2, .loss = 0.1}});
    options.seed = seed;
    Fixture f(options);
    Numbers all;
    std::array<std::size_t, 2> through{};
    for (std::uint32_t i = 0; i < 5000; ++i) {
      f.leave(1024, i);
      f.arrive(1024, 5000 + i);
      CHECK(f.arrived().empty());
      f.clock.advance(1);
      for (const std::uint32_t number : f.left()) all.push_back(number), ++through[0];
      for (const std::uint32_t number : f.arrived()) all.push_back(number), ++through[1];
    }
    CHECK(f.near->counters().wan_lost == 10'000 - all.size());
    CHECK(f.near->counters().wan_dropped == 0);
    for (const std::size_t each : through) {
      CHECK(each > 4400);
      CHECK(each < 4600);
    }
    CHECK(f.link.free_buffers() == kBuffers);
    return all;
  };
  const Numbers first = run(7);
  CHECK(first == run(7));
  CHECK(first != run(8));
}

TEST_CASE("wan: what there is no room for is dropped and counted; before that it says so") {
  Fixture f(options_of({{.share = 1, .round_trip = 20 * kMs}}, 16));
  for (std::uint32_t i = 0; i < 20; ++i) {
    CHECK(f.near->congested() == (i >= 15));
    f.leave(1024, i);
    f.arrive(1024, i);
  }
  CHECK(f.arrived().empty());
  CHECK(f.near->counters().wan_dropped == 8);
  f.clock.advance(10 * kMs);
  CHECK(f.left().size() == 16);
  CHECK(f.arrived().size() == 16);
  CHECK_FALSE(f.near->congested());
}

TEST_CASE("wan: whole bursts of what arrives later do not keep the device waiting") {
  Fixture f(options_of({{.share = 1, .round_trip = 20 * kMs}}));
  for (std::uint32_t i = 0; i < 100; ++i) f.arrive(1024, i);
  std::array<MemoryPort::Packet, 32> burst;
  CHECK(f.near->receive(burst) == 0);
  f.clock.advance(10 * kMs);
  CHECK(f.arrived().size() == 100);
}

TEST_CASE("wan: the window is what is on its way at full bandwidth, and four segments") {
  Fixture f(options_of(
      {{.share = 0.5, .round_trip = 80 * kMs, .bandwidth = 10'000'000}, {.share = 0.5, .round_trip = 200 * kMs}}));
  CHECK(f.near->window(kLocal, 1024) == 100'000 + 4 * 1500);
  CHECK(f.near->window(kLocal, 1025) == UINT32_MAX);
  CHECK(f.near->window(kLocal + 2, 1024) == UINT32_MAX);
}

TEST_CASE("wan: waits no longer than until something is due, and what is on its way out at the end gets there") {
  struct Sleepy : MemoryPort {
    void wait(std::uint64_t ns) noexcept { asked.push_back(ns); }
    std::vector<std::uint64_t> asked;
  };
  Sleepy device;
  ManualClock clock;
  MemoryLink link;
  static_cast<MemoryPort&>(device) = link.left;
  {
    WanPort<Sleepy, ManualClock> near(device, clock, options_of({{.share = 1, .round_trip = 20 * kMs}}));
    near.wait(50 * kMs);
    const auto packet = near.allocate();
    std::byte* const frame = near.frame(packet).data();
    wire::build_ethernet(frame, {}, {}, 0, wire::kEtherIpv4);
    wire::Ipv4 ip;
    ip.source = kLocal;
    ip.protocol = wire::kProtocolTcp;
    wire::build_ipv4(frame + wire::kEthernetHeader, ip, wire::kTcpHeader);
    wire::store16(frame + wire::kEthernetHeader + wire::kIpv4Header, 1024);
    near.transmit(packet, kHeaders, false, 0);
    near.wait(50 * kMs);
    near.wait(5 * kMs);
    clock.advance(10 * kMs);
    near.wait(50 * kMs);
    CHECK(device.asked == std::vector<std::uint64_t>{50 * kMs, 10 * kMs, 5 * kMs});
  }
  std::array<MemoryPort::Packet, 1> burst;
  CHECK(link.right.receive(burst) == 1);
}
