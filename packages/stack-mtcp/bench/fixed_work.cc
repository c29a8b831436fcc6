// A fixed amount of work for both ends of the stack on one core, under a clock that is turned by hand: run after run it
// takes the same instructions, so that counting them (valgrind --tool=cachegrind) shows what a change costs or saves,
// whatever else the machine does.
//
//   fixed_work keep-alive|per-request|transfer|memif|memif-transfer REQUESTS
//
// The cost of a request is the difference of two runs, divided by the difference in requests.

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "testing/joined_engines.hpp"
#include "testing/memif_wire.hpp"

namespace {

using namespace mcc;
using Counter = stats::Counter;

constexpr std::uint32_t kConnections = 500;
constexpr std::size_t kSmall = 100;
constexpr std::size_t kLarge = 100'000;

template <class Wire>
int work(bool keep_alive, std::size_t body, std::uint64_t requests) {
  testing::JoinedEngines<ManualClock, Wire> joined(kConnections, keep_alive, body);
  const auto until = [&](auto&& done) {
    while (!done()) {
      joined.turn();
      joined.clock.advance(20'000);
    }
  };
  until([&] { return joined.client.count(Counter::open) == kConnections; });
  joined.client.order(Command::load, joined.clock.now());
  until([&] { return joined.client.count(Counter::requests_completed) >= requests; });
  const auto errors = joined.client.errors() + joined.server.errors();
  std::printf("%llu requests, %llu errors\n",
              static_cast<unsigned long long>(joined.client.count(Counter::requests_completed)),
              static_cast<unsigned long long>(errors));
  return errors == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 2 ? argv[1] : "";
  const std::uint64_t requests = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 0;
  if (what == "keep-alive") return work<testing::MemoryWire>(true, kSmall, requests);
  if (what == "per-request") return work<testing::MemoryWire>(false, kSmall, requests);
  if (what == "transfer") return work<testing::MemoryWire>(true, kLarge, requests);
  if (what == "memif") return work<testing::MemifWire>(true, kSmall, requests);
  if (what == "memif-transfer") return work<testing::MemifWire>(true, kLarge, requests);
  std::fprintf(stderr, "usage: fixed_work keep-alive|per-request|transfer|memif|memif-transfer REQUESTS\n");
  return 2;
}
