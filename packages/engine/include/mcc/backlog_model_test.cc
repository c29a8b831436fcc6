// The backlog against strings, in random orders.

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>

#include "mcc/backlog.hpp"

namespace mcc {
namespace {

TEST_CASE("backlog: chains keep their bytes in order, also when an append finds no room") {
  constexpr std::size_t kChainMax = 100'000;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    Backlog backlog(kChainMax, 20 * Backlog::kBlockBytes);
    std::array<std::uint32_t, 4> chains{};
    std::array<std::string, 4> expected;
    std::size_t refused = 0;
    for (int step = 0; step < 300; ++step) {
      const std::size_t nth = random() % chains.size();
      std::uint32_t& chain = chains[nth];
      if (random() % 2 == 0) {
        const std::string text(random() % (random() % 2 == 0 ? 50'000 : 100), static_cast<char>('a' + random() % 26));
        const bool taken = backlog.append(chain, std::as_bytes(std::span(text)));
        if (expected[nth].size() + text.size() > kChainMax) REQUIRE(!taken);
        if (taken) expected[nth] += text;
        refused += taken ? 0 : 1;
      } else if (chain != 0) {
        const Bytes front = backlog.front(chain);
        REQUIRE(!front.empty());
        REQUIRE(std::ranges::equal(front, std::as_bytes(std::span(expected[nth])).first(front.size())));
        const std::size_t count = 1 + random() % front.size();
        backlog.pop(chain, count);
        expected[nth].erase(0, count);
      }
      REQUIRE(backlog.size(chain) == expected[nth].size());
      REQUIRE((chain == 0) == expected[nth].empty());
    }
    CHECK(refused > 0);
    for (std::uint32_t& chain : chains) backlog.drop(chain);
    CHECK(backlog.blocks_in_use() == 0);
  }
}

}  // namespace
}  // namespace mcc
