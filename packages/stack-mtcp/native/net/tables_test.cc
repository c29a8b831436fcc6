// The address pool, routes and waiting packets.

#include <doctest/doctest.h>

#include <vector>

#include "net/address_pool.hpp"
#include "net/route.hpp"
#include "net/waiting_packets.hpp"

using namespace mcc::net;

TEST_CASE("address pool: numbers addresses through all ranges, in both directions") {
  const AddressPool pool({{30, 39}, {10, 19}, {20, 24}});
  CHECK(pool.size() == 25);
  for (std::uint32_t i = 0; i < pool.size(); ++i) CHECK(pool.index_of(pool.at(i)) == i);
  CHECK(pool.at(0) == 10);
  CHECK(pool.at(15) == 30);
  CHECK_FALSE(pool.contains(9));
  CHECK_FALSE(pool.contains(25));
  CHECK_FALSE(pool.contains(29));
  CHECK_FALSE(pool.contains(40));
}

TEST_CASE("address pool: overlapping ranges count once") {
  const AddressPool pool({{10, 20}, {15, 30}, {12, 13}});
  CHECK(pool.size() == 21);
  CHECK(pool.index_of(30) == 20);
}

TEST_CASE("address pool: empty, and as large as it gets") {
  CHECK_FALSE(AddressPool().contains(0));
  const AddressPool all({{0, 0xffffffff}});
  CHECK(all.size() == 0x100000000);
  CHECK(all.at(0xffffffff) == 0xffffffff);
}

TEST_CASE("routes: without a subnet everything is on the link, unless there is a gateway") {
  CHECK(Routes{}.next_hop(5) == 5);
  CHECK(Routes{std::nullopt, 9}.next_hop(5) == 9);
  const Routes both{Subnet{0xc6120000, 15}, 9};
  CHECK(both.next_hop(0xc613ffff) == 0xc613ffff);
  CHECK(both.next_hop(0xc6140000) == 9);
  CHECK(Routes{Subnet{0xc6120000, 15}, std::nullopt}.next_hop(0xc6140000) == 0);
  CHECK(Subnet{0, 0}.contains(0xffffffff));
  CHECK(Subnet{7, 32}.contains(7));
  CHECK_FALSE(Subnet{7, 32}.contains(6));
}

TEST_CASE("waiting packets: bounded, and taken in order") {
  WaitingPackets<int> waiting(3);
  CHECK(waiting.add({1, 10, 0, false}));
  CHECK(waiting.add({2, 20, 0, false}));
  CHECK(waiting.add({1, 11, 0, false}));
  CHECK_FALSE(waiting.add({1, 12, 0, false}));
  std::vector<int> taken;
  waiting.take(1, [&](const auto& entry) { taken.push_back(entry.packet); });
  CHECK(taken == std::vector{10, 11});
  waiting.take(1, [&](const auto&) { FAIL("taken twice"); });
  CHECK(waiting.add({1, 12, 0, false}));
}
