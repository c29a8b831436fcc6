#include <doctest/doctest.h>

#include <map>
#include <random>
#include <set>

#include "flow/accepted_table.hpp"
#include "flow/listeners.hpp"
#include "flow/opened_table.hpp"
#include "tcp/remnants.hpp"

using namespace mcc;
using namespace mcc::flow;

TEST_CASE("accepted table: agrees with a map, and slots are used again last in, first out") {
  AcceptedTable table(64, {5, 6});
  std::map<Slot, FourTuple> model;
  std::mt19937 engine(3);
  const auto random = [&] { return static_cast<std::uint32_t>(engine()); };
  const auto find = [&](const FourTuple& flow) {
    return table.find(flow, [&](Slot slot) { return model.at(slot) == flow; });
  };
  for (int i = 0; i < 5000; ++i) {
    if (random() % 2 == 0) {
      const Slot slot = table.take();
      if (model.size() == 64) {
        CHECK(slot == kNoSlot);
        continue;
      }
      REQUIRE(slot < 64);
      const FourTuple flow{1, random() % 100, 80, static_cast<std::uint16_t>(i)};
      CHECK(find(flow) == kNoSlot);
      REQUIRE(model.emplace(slot, flow).second);
      table.add(flow, slot);
      CHECK(find(flow) == slot);
    } else if (!model.empty()) {
      const auto [slot, flow] = *std::next(model.begin(), static_cast<std::ptrdiff_t>(random() % model.size()));
      CHECK(find(flow) == slot);
      table.remove(flow, slot);
      table.give(slot);
      CHECK(find(flow) == kNoSlot);
      model.erase(slot);
      const Slot again = table.take();
      CHECK(again == slot);
      table.give(again);
    }
    CHECK(table.in_use() == model.size());
  }
}

TEST_CASE("opened table: every port of every address once, then none; ports rest as long as they can") {
  OpenedTable table(net::AddressPool({{10, 12}}), {5000, 5003}, true);
  const auto free = [](const auto&) { return false; };
  std::set<std::pair<wire::Address, std::uint16_t>> taken;
  for (Slot slot = 0; slot < 12; ++slot) {
    const auto endpoint = table.take(slot, free);
    REQUIRE(endpoint);
    CHECK(taken.insert({endpoint->address, endpoint->port}).second);
    CHECK(table.find(endpoint->address, endpoint->port) == slot);
  }
  CHECK_FALSE(table.take(12, free));
  CHECK(table.find(10, 4999) == kNoSlot);
  CHECK(table.find(13, 5000) == kNoSlot);
  table.give(10, 5001);
  table.give(12, 5003);
  CHECK(table.find(10, 5001) == kNoSlot);
  CHECK(table.in_use() == 10);
  CHECK(table.take(20, [](const auto& endpoint) { return endpoint.port == 5001; })->port == 5003);
  CHECK_FALSE(table.take(21, [](const auto&) { return true; }));
  CHECK(table.take(22, free)->port == 5001);
}

TEST_CASE("opened table: a pool of four million addresses costs nothing until it is used") {
  OpenedTable table(net::AddressPool({{0x64400000, 0x647fffff}}), {1024, 65535}, true);
  CHECK(table.take(7, [](const auto&) { return false; })->port == 1024);
  CHECK(table.find(0x64400000, 1024) == 7);
  OpenedTable none(net::AddressPool({{1, 1}}), {}, false);
  CHECK_FALSE(none.take(0, [](const auto&) { return false; }));
  CHECK(none.find(1, 80) == kNoSlot);
}

TEST_CASE("listeners: one address or all, while they are open") {
  Listeners listeners({{0, 80}, {7, 443}});
  CHECK_FALSE(listeners.accepts(1, 80));
  listeners.open();
  CHECK(listeners.accepts(1, 80));
  CHECK(listeners.accepts(7, 443));
  CHECK_FALSE(listeners.accepts(8, 443));
  listeners.close();
  CHECK_FALSE(listeners.accepts(7, 443));
}

TEST_CASE("remnants: found until their time is over, each kind by its own; the oldest goes when there are too many") {
  using tcp::Remnant;
  using tcp::Remnants;
  Remnants remnants(4, 1'000'000'000, 500'000'000, {1, 2});
  const auto record = [](std::uint16_t port) {
    Remnant made{};
    made.local = 1;
    made.remote = 2;
    made.local_port = port;
    made.remote_port = 80;
    return made;
  };
  const auto flow = [](std::uint16_t port) { return FourTuple{1, 2, port, 80}; };
  const Nanos start = 7'000'000'000;
  CHECK_FALSE(remnants.add(Remnants::Kind::time_wait, record(1), start));
  CHECK_FALSE(remnants.add(Remnants::Kind::fin_wait_2, record(2), start));
  REQUIRE(remnants.find(flow(1)) != nullptr);
  CHECK(remnants.kind_of(*remnants.find(flow(1))) == Remnants::Kind::time_wait);
  CHECK(remnants.kind_of(*remnants.find(flow(2))) == Remnants::Kind::fin_wait_2);
  remnants.expire(start + 600'000'000, 100);
  CHECK(remnants.find(flow(2)) == nullptr);
  CHECK(remnants.find(flow(1)) != nullptr);
  remnants.expire(start + 1'100'000'000, 100);
  CHECK(remnants.size() == 0);
  for (std::uint16_t port = 10; port < 14; ++port) {
    CHECK_FALSE(remnants.add(Remnants::Kind::time_wait, record(port), start));
  }
  remnants.remove(*remnants.find(flow(10)));
  CHECK_FALSE(remnants.add(Remnants::Kind::time_wait, record(14), start));  // the removed one's place
  CHECK(remnants.add(Remnants::Kind::time_wait, record(15), start));
  CHECK(remnants.find(flow(11)) == nullptr);
  CHECK(remnants.find(flow(12)) != nullptr);
  CHECK(remnants.size() == 4);
}
