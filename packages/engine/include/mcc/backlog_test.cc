#include "mcc/backlog.hpp"

#include <doctest/doctest.h>

#include <string>

#include "mcc/random.hpp"

using namespace mcc;

namespace {

constexpr std::size_t kBlock = Backlog::kBlockBytes;

Bytes as_bytes(const std::string& text) { return std::as_bytes(std::span(text)); }

std::string take(Backlog& backlog, std::uint32_t& chain, std::size_t most) {
  const Bytes front = backlog.front(chain);
  const std::size_t count = std::min(most, front.size());
  std::string taken(reinterpret_cast<const char*>(front.data()), count);
  backlog.pop(chain, count);
  return taken;
}

}  // namespace

TEST_CASE("bytes come out as they went in, whatever the pieces") {
  Backlog backlog(1 << 20, 1 << 20);
  std::uint32_t chain = 0;
  std::string in;
  std::string out;
  std::uint64_t random = 3;
  const auto pick = [&](std::uint64_t bound) { return below(bound, random = mix(random)); };
  for (int i = 0; i < 3000; ++i) {
    if (pick(2) == 0 && in.size() - out.size() < 200'000) {
      const std::string piece(1 + pick(20'000), static_cast<char>('a' + i % 26));
      REQUIRE(backlog.append(chain, as_bytes(piece)));
      in += piece;
    } else if (chain != 0) {
      out += take(backlog, chain, 1 + pick(30'000));
    }
    REQUIRE(backlog.size(chain) == in.size() - out.size());
  }
  while (chain != 0) out += take(backlog, chain, kBlock);
  CHECK(out == in);
  CHECK(backlog.blocks_in_use() == 0);
}

TEST_CASE("one chain has a bound") {
  Backlog backlog(100, 10 * kBlock);
  std::uint32_t chain = 0;
  CHECK(backlog.append(chain, as_bytes(std::string(60, 'x'))));
  CHECK_FALSE(backlog.append(chain, as_bytes(std::string(41, 'x'))));
  CHECK(backlog.size(chain) == 60);
  CHECK(backlog.append(chain, as_bytes(std::string(40, 'x'))));
}

TEST_CASE("all chains together have a bound, and a failed append leaves nothing behind") {
  Backlog backlog(100 * kBlock, 3 * kBlock);
  std::uint32_t one = 0;
  std::uint32_t two = 0;
  REQUIRE(backlog.append(one, as_bytes(std::string(10, 'a'))));
  CHECK_FALSE(backlog.append(one, as_bytes(std::string(3 * kBlock, 'b'))));
  CHECK(backlog.size(one) == 10);
  CHECK(backlog.blocks_in_use() == 1);
  CHECK_FALSE(backlog.append(two, as_bytes(std::string(2 * kBlock + 1, 'b'))));
  CHECK(two == 0);
  CHECK(backlog.blocks_in_use() == 1);
  CHECK(backlog.append(one, as_bytes(std::string(2 * kBlock, 'c'))));
  CHECK(take(backlog, one, 10) == std::string(10, 'a'));
  backlog.drop(one);
  CHECK(one == 0);
  CHECK(backlog.blocks_in_use() == 0);
}
