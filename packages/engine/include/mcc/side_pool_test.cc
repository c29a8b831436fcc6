#include "mcc/side_pool.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

namespace mcc {
namespace {

struct Big {
  std::uint64_t words[128];
};

TEST_CASE("a pool hands out each record once, then says that it is used up") {
  SidePool<Big> pool(3);
  std::set<std::uint32_t> taken{pool.take(), pool.take(), pool.take()};
  CHECK(taken == std::set<std::uint32_t>{1, 2, 3});
  CHECK(pool.take() == 0);
  CHECK(pool.in_use() == 3);
  for (const std::uint32_t index : taken) pool.give(index);
  CHECK(pool.in_use() == 0);
}

TEST_CASE("what was given back last is taken first, and no fresh record is touched while there is a used one") {
  SidePool<Big> pool(1000);
  const std::uint32_t first = pool.take();
  const std::uint32_t second = pool.take();
  pool.give(first);
  pool.give(second);
  CHECK(pool.take() == second);
  CHECK(pool.take() == first);
  for (int i = 0; i < 5000; ++i) pool.give(pool.take() == 3 ? 3 : 0);
  CHECK(pool.peak() == 3);
}

TEST_CASE("records keep what is written to them, and record 0 is there as scratch") {
  SidePool<Big> pool(2);
  const std::uint32_t a = pool.take();
  const std::uint32_t b = pool.take();
  pool[0].words[127] = 10;
  pool[a].words[127] = 11;
  pool[b].words[127] = 12;
  CHECK(pool[0].words[127] == 10);
  CHECK(pool[a].words[127] == 11);
  CHECK(pool[b].words[127] == 12);
}

TEST_CASE("a pool moves with its records") {
  SidePool<Big> pool(2);
  const std::uint32_t a = pool.take();
  pool[a].words[0] = 7;
  SidePool<Big> moved = std::move(pool);
  CHECK(moved[a].words[0] == 7);
  CHECK(moved.in_use() == 1);
  CHECK(moved.take() != a);
}

TEST_CASE("a pool of no records has none to give") {
  SidePool<Big> pool(0);
  CHECK(pool.take() == 0);
}

TEST_CASE("address space that cannot be had is an error at set-up") {
  CHECK_THROWS_AS(Reserved<Big>(std::size_t{1} << 52), std::bad_alloc);
  CHECK_THROWS_AS(Reserved<Big>(~std::size_t{0}), std::bad_alloc);
  CHECK_THROWS_AS(SidePool<char>(0xffffffff), std::bad_alloc);
}

TEST_CASE("reserved memory starts as zeroes and takes pages only where it is written") {
  Reserved<Big> reserved(std::size_t{1} << 22);  // 4 GiB of address space
  CHECK(reserved[0].words[0] == 0);
  reserved[reserved.size() - 1].words[127] = 1;
  std::vector<unsigned char> resident(1024);
  REQUIRE(mincore(&reserved[std::size_t{1} << 21], resident.size() * 4096, resident.data()) == 0);
  CHECK(std::count(resident.begin(), resident.end(), 0) == 1024);
  Reserved<Big> moved = std::move(reserved);
  CHECK(reserved.size() == 0);  // NOLINT(bugprone-use-after-move): what it says it does
  CHECK(moved[moved.size() - 1].words[127] == 1);
}

}  // namespace
}  // namespace mcc
