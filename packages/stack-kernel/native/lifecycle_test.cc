// How connections begin and end, and what is said about it.

#include <sys/resource.h>

#include "testing/world.hpp"

namespace mcc::kernel {
namespace {

TEST_CASE_TEMPLATE("a close in order is seen on both sides", S, MCC_STACKS) {
  World<S> world;
  const Slot accepted = world.open();
  world.client->close(0);
  CHECK_FALSE(world.at_client.entries[0].closed.has_value());
  world.until([&] { return world.at_client.entries[0].closed && world.at_server.entries[accepted].peer_closed; });
  CHECK(world.at_client.entries[0].closed == Error::none);
  CHECK_FALSE(world.at_server.entries[accepted].closed.has_value());
  world.server->close(accepted);
  world.until([&] { return world.at_server.entries[accepted].closed.has_value(); });
  CHECK(world.at_server.entries[accepted].closed == Error::none);
}

TEST_CASE_TEMPLATE("everything accepted by send arrives before the end", S, MCC_STACKS) {
  World<S> world;
  const Slot accepted = world.open();
  const std::string large = pattern(12 << 20);
  world.server->send(accepted, bytes_of(large), Lifetime::stable);
  world.server->close(accepted);
  world.until([&] { return world.at_client.entries[0].peer_closed; });
  CHECK(world.at_client.entries[0].data == large);
  CHECK_FALSE(world.at_client.entries[0].closed.has_value());
  world.client->close(0);
  world.until([&] { return world.at_client.closed == 1 && world.at_server.closed == 1; });
  CHECK(world.at_server.entries[accepted].closed == Error::none);
}

TEST_CASE_TEMPLATE("a server that closes while more comes in does not cut its reply short", S, MCC_STACKS) {
  World<S> world;
  const Slot accepted = world.open();
  const std::string reply = pattern(3 << 20), more = pattern(5 << 20);
  world.client->pause(0);
  for (int i = 0; i < 10; ++i) world.step();
  world.client->send(0, bytes_of(more), Lifetime::stable);
  world.server->send(accepted, bytes_of(reply), Lifetime::stable);
  world.server->close(accepted);
  for (int i = 0; i < 200; ++i) world.step();
  world.client->resume(0);
  world.until([&] { return world.at_client.entries[0].peer_closed; });
  CHECK(world.at_client.entries[0].data == reply);
  world.client->close(0);
  world.until([&] { return world.at_client.closed == 1 && world.at_server.closed == 1; });
}

TEST_CASE_TEMPLATE("a server waits only so long for the peer to finish", S, MCC_STACKS) {
  World<S> world;
  const Slot accepted = world.open();
  world.server->close(accepted);
  const Nanos start = monotonic_now();
  world.until([&] { return world.at_client.entries[0].peer_closed; });
  while (!world.at_server.entries[accepted].closed) {
    REQUIRE(monotonic_now() - start < 5'000'000'000);
    world.server->poll(world.at_server, 5'000'000'000);
  }
  CHECK(monotonic_now() - start >= 900'000'000);
  CHECK(world.server->counters().linger_timeouts == 1);
}

TEST_CASE_TEMPLATE("after the peer's FIN there is still an answer", S, MCC_STACKS) {
  World<S> world;
  const Slot accepted = world.open();
  const std::string request = "last words", answer = "goodbye";
  world.server->send(accepted, bytes_of(request), Lifetime::stable);
  world.server->close(accepted);
  world.until([&] { return world.at_client.entries[0].peer_closed; });
  CHECK(world.at_client.entries[0].data == request);
  CHECK(world.client->send(0, bytes_of(answer), Lifetime::stable) == answer.size());
  world.step();
  world.client->close(0);
  world.until([&] { return world.at_client.closed == 1 && world.at_server.closed == 1; });
  CHECK(world.at_client.entries[0].closed == Error::none);
}

TEST_CASE_TEMPLATE("a reset is one at once, and the peer is told", S, MCC_STACKS) {
  World<S> world;
  const Slot accepted = world.open();
  SUBCASE("while idle") {}
  SUBCASE("with bytes pending") {
    static const std::string large = pattern(12 << 20);
    world.client->send(0, bytes_of(large), Lifetime::stable);
    world.client->poll(world.at_client, 0);
  }
  world.client->reset(0);
  world.until([&] { return world.at_client.closed == 1 && world.at_server.closed == 1; });
  CHECK(world.at_client.entries[0].closed == Error::none);
  CHECK(world.at_server.entries[accepted].closed == Error::connection_reset);
}

TEST_CASE_TEMPLATE("what came before a reset is delivered before it is reported", S, MCC_STACKS) {
  World<S> world;
  const Slot accepted = world.open();
  const std::string words = "read me";
  world.server->send(accepted, bytes_of(words), Lifetime::transient);
  world.server->reset(accepted);
  world.until([&] { return world.at_server.closed == 1; });
  // Sending finds out first.
  CHECK(world.client->send(0, bytes_of(words), Lifetime::transient) == words.size());
  world.until([&] { return world.at_client.closed == 1; });
  CHECK(world.at_client.entries[0].data == words);
  CHECK(world.at_client.entries[0].closed == Error::connection_reset);
}

TEST_CASE_TEMPLATE("nobody listens: refused", S, MCC_STACKS) {
  World<S> world;
  world.server.reset();
  const Error error = world.client->connect(0);
  if (error == Error::none) {
    world.until([&] { return world.at_client.closed == 1; });
    CHECK(world.at_client.entries[0].closed == Error::connect_refused);
  } else {
    CHECK(error == Error::connect_refused);
  }
  CHECK_FALSE(world.at_client.entries[0].connected);
}

TEST_CASE_TEMPLATE("a connection attempt can be given up", S, MCC_STACKS) {
  // The queue of a listener that never accepts: once it is full, SYNs are dropped and attempts hang.
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const Address any = Address::of("127.0.0.1", 0);
  REQUIRE(bind(listener, any.data(), any.size()) == 0);
  REQUIRE(::listen(listener, 0) == 0);
  S client(context_of(Role::client, 4, Address::of_socket(listener)->port()));
  Journal journal(4);
  for (Slot slot = 0; slot < 4; ++slot) REQUIRE(client.connect(slot) == Error::none);
  for (int i = 0; i < 10; ++i) client.poll(journal, 1'000'000);
  std::uint32_t hanging = 0;
  for (Slot slot = 0; slot < 4; ++slot) {
    if (!journal.entries[slot].connected) ++hanging;
    slot % 2 == 0 ? client.close(slot) : client.reset(slot);
  }
  CHECK(hanging > 0);
  for (int i = 0; i < 100 && journal.closed < 4; ++i) client.poll(journal, 10'000'000);
  for (const auto& entry : journal.entries) CHECK(entry.closed == Error::none);
  ::close(listener);
}

TEST_CASE_TEMPLATE("slots are used again and again", S, MCC_STACKS) {
  World<S> world(2, 2);
  const std::string text = "once more";
  for (std::uint32_t round = 1; round <= 300; ++round) {
    for (Slot slot = 0; slot < 2; ++slot) {
      world.at_client.entries[slot] = {};
      REQUIRE(world.client->connect(slot) == Error::none);
    }
    world.until([&] { return world.at_client.entries[0].connected && world.at_client.entries[1].connected; });
    for (Slot slot = 0; slot < 2; ++slot) world.client->send(slot, bytes_of(text), Lifetime::stable);
    world.until([&] { return world.at_server.entries[0].data == text && world.at_server.entries[1].data == text; });
    for (Slot slot = 0; slot < 2; ++slot) {
      world.client->close(slot);
      world.server->close(slot);
    }
    world.until([&] { return world.at_client.closed == 2 * round && world.at_server.closed == 2 * round; });
  }
}

TEST_CASE_TEMPLATE("with every slot taken, newcomers wait for the next one", S, MCC_STACKS) {
  World<S> world(6, 2);
  for (Slot slot = 0; slot < 6; ++slot) REQUIRE(world.client->connect(slot) == Error::none);
  world.until([&] { return world.at_server.accepted == 2; });
  for (int i = 0; i < 50; ++i) world.step();
  CHECK(world.at_server.accepted == 2);
  world.until([&] {
    for (Slot slot = 0; slot < 6; ++slot) {
      if (world.at_client.entries[slot].connected && world.at_client.closed < world.at_server.accepted) {
        world.client->close(slot);
      }
    }
    for (Slot slot = 0; slot < 2; ++slot) {
      if (world.at_server.entries[slot].peer_closed && !world.at_server.entries[slot].closed) world.server->close(slot);
    }
    return world.at_server.accepted == 6;
  });
  CHECK(world.server->counters().accept_pauses > 0);
}

TEST_CASE_TEMPLATE("out of files: connecting fails by name, accepting rests and goes on", S, MCC_STACKS) {
  World<S> world(8, 8);
  CHECK(world.client->connect(0) == Error::none);
  CHECK(world.client->connect(1) == Error::none);
  rlimit limit{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  const int next = dup(0);
  ::close(next);
  const rlimit tight{static_cast<rlim_t>(next), limit.rlim_max};
  REQUIRE(setrlimit(RLIMIT_NOFILE, &tight) == 0);
  CHECK(world.client->connect(2) == Error::file_limit);
  world.until([&] { return world.server->counters().accept_pauses > 0; });
  std::uint32_t polls = 0;
  for (const Nanos start = monotonic_now(); monotonic_now() - start < 50'000'000; ++polls) {
    world.server->poll(world.at_server, 100'000'000);
  }
  CHECK(polls < 50);  // it does not spin
  REQUIRE(setrlimit(RLIMIT_NOFILE, &limit) == 0);
  world.until([&] { return world.at_server.accepted == 2; });
}

TEST_CASE_TEMPLATE("after unlisten nobody comes in, and who is in stays", S, MCC_STACKS) {
  World<S> world;
  const Slot accepted = world.open();
  world.server->unlisten();
  const Error error = world.client->connect(1);
  if (error == Error::none) world.until([&] { return world.at_client.entries[1].closed.has_value(); });
  CHECK_FALSE(world.at_client.entries[1].connected);
  const std::string text = "still here";
  world.client->send(0, bytes_of(text), Lifetime::stable);
  world.until([&] { return world.at_server.entries[accepted].data == text; });
}

TEST_CASE_TEMPLATE("a stack that goes resets what was open", S, MCC_STACKS) {
  World<S> world;
  world.open();
  world.server.reset();
  world.until([&] { return world.at_client.entries[0].closed.has_value(); });
  CHECK(world.at_client.entries[0].closed == Error::connection_reset);
}

TEST_CASE_TEMPLATE("an address in use is named", S, MCC_STACKS) {
  World<S> world;
  const auto again = context_of(Role::server, 1, port_of(*world.server));
  CHECK_THROWS_WITH_AS(S{again}, doctest::Contains("Address already in use"), Failure);
}

TEST_CASE_TEMPLATE("several workers listen on one port", S, MCC_STACKS) {
  auto context = context_of(Role::server, 4, 0);
  context.workers = 2;
  S first(context);
  context.endpoints[0].port = port_of(first);
  context.worker_index = 1;
  S second(context);
  CHECK(port_of(second) == port_of(first));
}

TEST_CASE_TEMPLATE("poll waits no longer than it may, and says how long", S, MCC_STACKS) {
  World<S> world;
  const Nanos start = monotonic_now();
  Nanos slept = 0;
  int polls = 0;  // more than one where a signal ends a wait
  for (; monotonic_now() - start < 20'000'000; ++polls) {
    const PollResult result = world.client->poll(world.at_client, 20'000'000);
    CHECK(result.events == 0);
    slept += result.slept;
  }
  CHECK(polls < 100);
  CHECK(monotonic_now() - start < 1'000'000'000);
  CHECK(slept >= 18'000'000);
  CHECK(world.client->poll(world.at_client, 0).slept == 0);
}

TEST_CASE_TEMPLATE("sources are used in turn; one that is not ours is named", S, MCC_STACKS) {
  World<S> world(4, 4, "127.0.0.1",
                 {{"127.0.0.2", "127.0.0.3"}, {"127.0.0.9", "127.0.0.9"}, {"198.18.255.1", "198.18.255.1"}});
  for (Slot slot = 0; slot < 3; ++slot) CHECK(world.client->connect(slot) == Error::none);
  CHECK(world.client->connect(3) == Error::address_unavailable);
  world.until([&] { return world.at_server.accepted == 3; });
}

TEST_CASE_TEMPLATE("counters are published where they are wanted", S, MCC_STACKS) {
  std::vector<std::uint64_t> words(Counters::kCount + 1, 77);
  auto context = context_of(Role::client, 1, 9);
  context.stack_counters = words;
  S stack(context);
  Journal journal(1);
  stack.poll(journal, 1'000'000);
  stack.publish(0);
  CHECK(words[0] == stack.counters().waits);
  CHECK(words[0] > 0);
  CHECK(words[1] == 0);
  CHECK(words[Counters::kCount] == 77);
}

}  // namespace
}  // namespace mcc::kernel
