// The link is slower than its users: they wait, and nothing is dropped or sent twice on that account.

#include "tcp/link_queue.hpp"

#include <doctest/doctest.h>

#include "mtcp_stack.hpp"
#include "port/memory_port.hpp"
#include "testing/world.hpp"

using namespace mcc;
using namespace mcc::testing;

namespace {

using LinkStack = MtcpStack<port::MemoryPort, ManualClock>;

constexpr Nanos kStep = 4'000'000;

// Two stacks and a link that takes so many packets in a step.
struct SlowLink {
  explicit SlowLink(std::uint32_t connections, std::size_t packets)
      : link(16'384, 256, packets * 2),
        at_client(connections),
        at_server(connections),
        client(link.left, clock, client_options(connections)),
        server(link.right, clock, server_options(connections)) {
    server.listen();
    at_server.at_data = [this](Slot slot) {
      server.send(slot, bytes_of(std::exchange(at_server.entries[slot].data, {})), Lifetime::transient);
    };
    at_server.at_peer_closed = [this](Slot slot) { server.close(slot); };
  }

  // The first one alone: the others would wait for ARP, not for the link.
  void open_all() {
    const auto connections = static_cast<std::uint32_t>(at_client.entries.size());
    for (Slot slot = 0; slot < connections; ++slot) {
      REQUIRE(client.connect(slot) == Error::none);
      if (slot == 0) until([&] { return at_server.accepted == 1; });
    }
    until([&] { return at_client.connected == connections && at_server.accepted == connections; });
  }

  template <class Done>
  void until(Done&& done) {
    for (int i = 0; i < 100'000 && !done(); ++i) {
      client.poll(at_client, 0);
      server.poll(at_server, 0);
      clock.advance(kStep);
    }
    REQUIRE(done());
  }

  void check_clean() {
    for (const LinkStack* stack : {&client, &server}) {
      CHECK(stack->counters().syn_retransmits == 0);
      CHECK(stack->counters().timeout_retransmits == 0);
      CHECK(stack->counters().tail_probes == 0);
      CHECK(stack->counters().unacceptable == 0);
    }
    CHECK(link.left.counters().tx_dropped == 0);
    CHECK(link.right.counters().tx_dropped == 0);
  }

  ManualClock clock;
  port::MemoryLink link;
  Journal at_client;
  Journal at_server;
  LinkStack client;
  LinkStack server;
};

}  // namespace

TEST_CASE("link queue: thousands open, talk and close at once, and take longer than any time-out") {
  constexpr std::uint32_t kConnections = 20'000;
  SlowLink s(kConnections, 256);
  s.open_all();
  s.check_clean();

  const Nanos start = s.clock.now();
  std::uint32_t echoed = 0;
  s.at_client.at_data = [&](Slot slot) {
    ++echoed;
    if (s.at_client.entries[slot].data.size() < 128) s.client.send(slot, bytes_of(pattern(64)), Lifetime::transient);
  };
  for (Slot slot = 0; slot < kConnections; ++slot) {
    CHECK(s.client.send(slot, bytes_of(pattern(64)), Lifetime::transient) == 64);
  }
  s.until([&] { return echoed == 2 * kConnections; });
  CHECK(s.clock.now() - start > 500'000'000);
  for (const Journal::Entry& entry : s.at_client.entries) CHECK(entry.data.size() == 128);
  s.check_clean();

  for (Slot slot = 0; slot < kConnections; ++slot) s.client.close(slot);
  s.until([&] { return s.at_client.closed == kConnections && s.at_server.closed == kConnections; });
  for (const Journal::Entry& entry : s.at_client.entries) CHECK(entry.reason == Error::none);
  s.check_clean();
}

TEST_CASE("link queue: resets wait for their turn too, and all arrive") {
  constexpr std::uint32_t kConnections = 2'000;
  SlowLink s(kConnections, 256);
  s.open_all();
  for (Slot slot = 0; slot < kConnections; ++slot) {
    s.client.send(slot, bytes_of(pattern(64)), Lifetime::transient);
    s.client.reset(slot);
    s.client.reset(slot);
    s.client.close(slot);
    CHECK(s.client.send(slot, bytes_of("too late"), Lifetime::transient) == 0);
  }
  CHECK(s.client.congested());
  s.until([&] { return s.at_client.closed == kConnections && s.at_server.closed == kConnections; });
  for (const Journal::Entry& entry : s.at_client.entries) CHECK(entry.closed == 1);
  for (const Journal::Entry& entry : s.at_server.entries) CHECK(entry.reason == Error::connection_reset);
  CHECK(s.client.counters().resets_sent == kConnections);
  CHECK(s.link.left.counters().tx_dropped == 0);
  CHECK_FALSE(s.client.congested());
}

TEST_CASE("link queue: those who wait have their turns in the order in which they came") {
  ManualClock clock;
  port::MemoryLink link(64, 256, 8);
  MtcpOptions options = client_options(10);
  options.net.neighbours = {{kServerAddress, link.right.capabilities().mac}};
  options.ports = {40'000, 40'009};
  Journal journal(10);
  LinkStack stack(link.left, clock, options);
  std::array<port::MemoryPort::Packet, 8> burst;
  const auto take = [&](std::size_t most) {
    stack.poll(journal, 0);
    const std::size_t count = link.right.receive(std::span(burst).first(most));
    std::vector<unsigned> ports;
    for (std::size_t i = 0; i < count; ++i) {
      ports.push_back(wire::load16(link.right.frame(burst[i]).data() + 34));
      link.right.release(burst[i]);
    }
    return ports;
  };
  take(8);  // the announcement
  for (Slot slot = 0; slot < 10; ++slot) REQUIRE(stack.connect(slot) == Error::none);
  stack.close(5);  // before its turn: nothing is sent of it
  CHECK(take(2) == std::vector{40'000u, 40'001u});
  CHECK(take(4) == std::vector{40'002u, 40'003u, 40'004u, 40'006u});
  CHECK(take(4) == std::vector{40'007u, 40'008u, 40'009u});
  CHECK(take(4).empty());
  CHECK(journal.entries[5].closed == 1);
}
