#pragma once
// Two stacks in one thread, one that accepts and one that connects, joined in memory; time is turned by hand.

#include <memory>

#include "mtcp_stack.hpp"
#include "port/fault_port.hpp"
#include "port/memory_port.hpp"
#include "testing/journal.hpp"

namespace mcc::testing {

inline constexpr wire::Address kClientAddress = 0xc6120001;  // 198.18.0.1
inline constexpr wire::Address kServerAddress = 0xc6120002;  // 198.18.0.2
inline constexpr std::uint16_t kServerPort = 80;

inline MtcpOptions client_options(std::uint32_t sessions = 4) {
  MtcpOptions options;
  options.net.addresses = net::AddressPool({{kClientAddress, kClientAddress}});
  options.sessions = sessions;
  options.endpoints = {{kServerAddress, kServerPort}};
  options.key = {1, 2};
  return options;
}

inline MtcpOptions server_options(std::uint32_t sessions = 4) {
  MtcpOptions options;
  options.net.addresses = net::AddressPool({{kServerAddress, kServerAddress}});
  options.sessions = sessions;
  options.server = true;
  options.endpoints = {{0, kServerPort}};
  options.key = {3, 4};
  return options;
}

// The path's faults strike between the two ports, in both directions.
struct World {
  using Port = port::FaultPort<port::MemoryPort, ManualClock>;
  using Stack = MtcpStack<Port, ManualClock>;
  static constexpr std::size_t kBuffers = 8192;

  explicit World(const MtcpOptions& for_client = client_options(), const MtcpOptions& for_server = server_options(),
                 const port::Faults& faults = {})
      : link(kBuffers, 2048, 4096),
        client_port(link.left, clock, faults),
        server_port(link.right, clock, {}),
        at_client(for_client.sessions),
        at_server(for_server.sessions),
        client(std::make_unique<Stack>(client_port, clock, for_client)),
        server(std::make_unique<Stack>(server_port, clock, for_server)) {
    REQUIRE(server->listen() == Error::none);
  }

  void step(Nanos by = 10'000) {
    if (client) client->poll(at_client, 0);
    if (server) server->poll(at_server, 0);
    clock.advance(by);
  }

  void run(Nanos time, Nanos by = 10'000) {
    for (const Nanos end = clock.now() + time; clock.now() < end;) step(by);
  }

  // Steps until `done`, or fails after so much time.
  template <class Condition>
  void until(Condition&& done, Nanos within = 10'000'000'000, Nanos by = 10'000) {
    const Nanos end = clock.now() + within;
    while (!done()) {
      if (clock.now() > end) FAIL("nothing has happened for too long");
      step(by);
    }
  }

  // Opens slot 0 of the client; returns the server's.
  Slot open() {
    const std::uint32_t accepted = at_server.accepted;
    REQUIRE(client->connect(0) == Error::none);
    until([&] { return at_client.entries[0].connected == 1 && at_server.accepted == accepted + 1; });
    return at_server.last_accepted;
  }

  // Packets on their way through the bad path.
  std::size_t held_by_faults() const noexcept { return client_port.held(); }

  ManualClock clock;
  port::MemoryLink link;
  Port client_port;
  Port server_port;
  Journal at_client;
  Journal at_server;
  std::unique_ptr<Stack> client;
  std::unique_ptr<Stack> server;
};

}  // namespace mcc::testing
