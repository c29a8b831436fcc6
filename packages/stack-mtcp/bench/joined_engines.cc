// What a request costs in cycles: engine, TCP and network rooms of a client and a server on one core, joined in memory.
//
//   joined_engines [CONNECTIONS] [keep-alive|per-request] [BODY BYTES] [SECONDS]

#include "testing/joined_engines.hpp"

#include <time.h>
#include <x86intrin.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

int main(int argc, char** argv) {
  using namespace mcc;
  using Counter = stats::Counter;
  const auto number = [&](int at, unsigned long otherwise) {
    return argc > at ? std::strtoul(argv[at], nullptr, 10) : otherwise;
  };
  const auto connections = static_cast<std::uint32_t>(number(1, 100));
  const bool keep_alive = argc <= 2 || std::string_view(argv[2]) != "per-request";
  const Nanos seconds = number(4, 2);
  testing::JoinedEngines<TscClock> joined(connections, keep_alive, number(3, 100));
  while (joined.client.count(Counter::open) < connections) joined.turn();
  joined.client.order(Command::load, joined.clock.now());

  // Cycles of the processor that the program had, not of the time that others had it.
  const auto cpu_ns = [] {
    timespec t{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
  };
  const auto measure = [&](Nanos time) {
    const std::uint64_t requests = joined.client.count(Counter::requests_completed);
    const std::uint64_t cycles = __rdtsc();
    const double cpu = cpu_ns();
    const Nanos start = joined.clock.now();
    while (joined.clock.now() - start < time) {
      for (int i = 0; i < 64; ++i) joined.turn();
    }
    const auto done = static_cast<double>(joined.client.count(Counter::requests_completed) - requests);
    const auto passed = static_cast<double>(joined.clock.now() - start);
    const double used = cpu_ns() - cpu;
    return std::pair(done * 1e9 / used, static_cast<double>(__rdtsc() - cycles) * used / passed / done);
  };
  measure(200'000'000);
  const auto [rate, cycles] = measure(seconds * 1'000'000'000);
  std::printf("%.0f requests per second of processor time, %.0f cycles a request for both ends, %llu errors\n", rate,
              cycles, static_cast<unsigned long long>(joined.client.errors() + joined.server.errors()));
  return 0;
}
