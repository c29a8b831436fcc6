// Bytes: that all of them arrive, in order, whatever the peer, the engine or the kernel's buffers do meanwhile.

#include "testing/world.hpp"

namespace mcc::kernel {
namespace {

TEST_CASE_TEMPLATE("a request and a reply go there and back", S, MCC_STACKS) {
  World<S> world;
  const Slot accepted = world.open();
  const std::string request = "ping", answer = "pong!";
  world.at_server.reply = [&](Slot slot) {
    CHECK(world.server->send(slot, bytes_of(answer), Lifetime::stable) == answer.size());
  };
  for (const Lifetime lifetime : {Lifetime::stable, Lifetime::transient}) {
    world.at_client.entries[0].data.clear();
    world.at_server.entries[accepted].data.clear();
    CHECK(world.client->send(0, bytes_of(request), lifetime) == request.size());
    world.until([&] { return world.at_client.entries[0].data == answer; });
    CHECK(world.at_server.entries[accepted].data == request);
  }
}

TEST_CASE_TEMPLATE("works over IPv6", S, MCC_STACKS) {
  World<S> world(1, 1, "::1");
  CHECK(world.server->listening().substr(0, 6) == "[::1]:");
  const Slot accepted = world.open();
  const std::string text = "six";
  world.client->send(0, bytes_of(text), Lifetime::stable);
  world.until([&] { return world.at_server.entries[accepted].data == text; });
}

TEST_CASE_TEMPLATE("stable bytes are taken whole, and arrive though the peer reads late", S, MCC_STACKS) {
  World<S> world;
  const Slot accepted = world.open();
  const std::string large = pattern(24 << 20), next = "next";
  world.server->pause(accepted);
  CHECK(world.client->send(0, bytes_of(large), Lifetime::stable) == large.size());
  for (int i = 0; i < 50; ++i) world.step();
  CHECK(world.client->send(0, bytes_of(next), Lifetime::stable) == 0);
  CHECK(world.at_server.entries[accepted].data.size() < large.size());
  world.server->resume(accepted);
  world.until([&] { return world.at_client.entries[0].writable == 1; });
  CHECK(world.client->send(0, bytes_of(next), Lifetime::stable) == next.size());
  world.until([&] { return world.at_server.entries[accepted].data.size() == large.size() + next.size(); });
  CHECK(world.at_server.entries[accepted].data == large + next);
}

TEST_CASE_TEMPLATE("transient bytes are taken as far as there is room, and then there is room again", S, MCC_STACKS) {
  World<S> world;
  const Slot accepted = world.open();
  const std::string large = pattern(24 << 20);
  world.server->pause(accepted);
  for (int i = 0; i < 10; ++i) world.step();
  std::size_t sent = 0;
  const auto send_on = [&] {
    std::string copy = large.substr(sent);
    const std::size_t taken = world.client->send(0, bytes_of(copy), Lifetime::transient);
    std::fill(copy.begin(), copy.end(), '#');  // the stack must not look at it any more
    sent += taken;
  };
  send_on();
  REQUIRE(sent > 0);
  REQUIRE(sent < large.size());
  CHECK(world.client->send(0, bytes_of(large), Lifetime::stable) == 0);
  for (int i = 0; i < 50; ++i) world.step();
  CHECK(world.at_client.entries[0].writable == 0);
  world.server->resume(accepted);
  world.until([&] {
    if (world.at_client.entries[0].writable > 0 && sent < large.size()) {
      world.at_client.entries[0].writable = 0;
      send_on();
    }
    return world.at_server.entries[accepted].data.size() == large.size();
  });
  CHECK(world.at_server.entries[accepted].data == large);
}

TEST_CASE_TEMPLATE("a pause holds data back, and resuming brings all of it", S, MCC_STACKS) {
  World<S> world;
  const Slot accepted = world.open();
  const std::string text = pattern(300'000);
  world.server->pause(accepted);
  for (int i = 0; i < 10; ++i) world.step();
  world.client->send(0, bytes_of(text), Lifetime::stable);
  for (int i = 0; i < 50; ++i) world.step();
  CHECK(world.at_server.entries[accepted].data.empty());
  world.server->resume(accepted);
  world.server->pause(accepted);
  world.server->resume(accepted);
  world.until([&] { return world.at_server.entries[accepted].data.size() == text.size(); });
  CHECK(world.at_server.entries[accepted].data == text);
}

TEST_CASE_TEMPLATE("a full handler is given nothing, and nothing is lost", S, MCC_STACKS) {
  World<S> world(8, 8);
  const std::string text = pattern(200'000);
  for (Slot slot = 0; slot < 8; ++slot) REQUIRE(world.client->connect(slot) == Error::none);
  world.until([&] { return world.at_server.accepted == 8; });
  world.until([&] {
    for (const auto& entry : world.at_client.entries) {
      if (!entry.connected) return false;
    }
    return true;
  });
  world.at_server.room = 0;
  for (Slot slot = 0; slot < 8; ++slot) world.client->send(slot, bytes_of(text), Lifetime::stable);
  for (int i = 0; i < 20; ++i) world.step();
  for (const auto& entry : world.at_server.entries) CHECK(entry.data.empty());
  world.until([&] {
    world.at_server.room = 1;
    world.step();
    std::size_t got = 0;
    for (const auto& entry : world.at_server.entries) got += entry.data.size();
    return got == 8 * text.size();
  });
  for (const auto& entry : world.at_server.entries) CHECK(entry.data == text);
}

TEST_CASE_TEMPLATE("many small replies share the pool of buffers", S, MCC_STACKS) {
  constexpr std::uint32_t kConnections = 700;
  World<S> world(kConnections, kConnections);
  for (Slot slot = 0; slot < kConnections; ++slot) REQUIRE(world.client->connect(slot) == Error::none);
  world.until([&] { return world.at_server.accepted == kConnections; });
  const std::string text = pattern(1000);
  for (int round = 1; round <= 3; ++round) {
    for (Slot slot = 0; slot < kConnections; ++slot) world.server->send(slot, bytes_of(text), Lifetime::stable);
    world.until([&] {
      for (const auto& entry : world.at_client.entries) {
        if (entry.data.size() != static_cast<std::size_t>(round) * text.size()) return false;
      }
      return true;
    });
  }
}

}  // namespace
}  // namespace mcc::kernel
