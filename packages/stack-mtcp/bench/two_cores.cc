// Requests a second of a client and a server on a core each, over memif: what two cores that exchange frames make, with
// neither Node nor a control channel beside them.
//
//   two_cores [CONNECTIONS] [keep-alive|per-request] [BODY BYTES] [MILLISECONDS]

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <thread>

#include "pin.hpp"
#include "testing/joined_engines.hpp"
#include "testing/memif_wire.hpp"

int main(int argc, char** argv) {
  using namespace mcc;
  using Counter = stats::Counter;
  using Joined = testing::JoinedEngines<TscClock, testing::MemifWire>;
  const auto number = [&](int at, unsigned long otherwise) {
    return argc > at ? std::strtoul(argv[at], nullptr, 10) : otherwise;
  };
  const auto connections = static_cast<std::uint32_t>(number(1, 10'000));
  const bool keep_alive = argc <= 2 || std::string_view(argv[2]) != "per-request";
  const Nanos time = number(4, 1000) * 1'000'000;

  testing::MemifWire wire;
  std::atomic<bool> stop = false;
  std::thread other([&] {
    pin(1);
    TscClock clock;
    Joined::End server(testing::http_server(number(3, 60)), wire.server(), clock,
                       Joined::options(connections * 20, true));
    server.order(Command::connect);
    while (!stop) server.turn();
  });
  pin(0);
  TscClock clock;
  Joined::End client(testing::http_client(keep_alive), wire.client(), clock, Joined::options(connections, false));
  client.order(Command::connect);
  while (client.count(Counter::open) < connections) client.turn();
  client.order(Command::load, clock.now());

  const auto rate_for = [&](Nanos ns) {
    const std::uint64_t before = client.count(Counter::requests_completed);
    const Nanos start = clock.now();
    Nanos now = start;
    for (; now - start < ns; now = clock.now()) client.turn();
    return static_cast<double>(client.count(Counter::requests_completed) - before) * 1e9 /
           static_cast<double>(now - start);
  };
  rate_for(100'000'000);
  std::printf("%.0f requests per second, %llu errors\n", rate_for(time),
              static_cast<unsigned long long>(client.errors()));
  stop = true;
  other.join();
  return 0;
}
