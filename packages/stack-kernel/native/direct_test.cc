// What is said of direct descriptors alone; every other test runs with them as well.

#include <sys/resource.h>

#include <thread>

#include "testing/world.hpp"

#if MCC_HAVE_LIBURING

namespace mcc::kernel {
namespace {

// As if no more files than there are could be open, and `spare`.
class FewFiles {
 public:
  explicit FewFiles(int spare) {
    REQUIRE(getrlimit(RLIMIT_NOFILE, &limit_) == 0);
    const int next = dup(0);
    ::close(next);
    const rlimit few{static_cast<rlim_t>(next + spare), limit_.rlim_max};
    REQUIRE(setrlimit(RLIMIT_NOFILE, &few) == 0);
  }
  ~FewFiles() { setrlimit(RLIMIT_NOFILE, &limit_); }

 private:
  rlimit limit_{};
};

TEST_CASE("more connections than files, and all of them speak") {
  constexpr std::uint32_t kConnections = 100;
  World<DirectStack> world(kConnections, kConnections);
  const FewFiles few(4);
  const std::string text = "one of many";
  world.at_server.reply = [&](Slot slot) {
    const std::string& got = world.at_server.entries[slot].data;
    if (got.size() == text.size()) world.server->send(slot, bytes_of(got), Lifetime::transient);
  };
  for (Slot slot = 0; slot < kConnections; ++slot) REQUIRE(world.client->connect(slot) == Error::none);
  const auto all = [&](auto&& done) {
    world.until([&] {
      for (const auto& entry : world.at_client.entries) {
        if (!done(entry)) return false;
      }
      return true;
    });
  };
  all([](const Journal::Entry& entry) { return entry.connected; });
  world.until([&] { return world.at_server.accepted == kConnections; });
  for (Slot slot = 0; slot < kConnections; ++slot) world.client->send(slot, bytes_of(text), Lifetime::stable);
  all([&](const Journal::Entry& entry) { return entry.data == text; });
  for (Slot slot = 0; slot < kConnections; ++slot) world.client->close(slot);
  world.until([&] {
    for (Slot slot = 0; slot < kConnections; ++slot) {
      if (world.at_server.entries[slot].peer_closed) world.server->close(slot);
    }
    return world.at_client.closed == kConnections && world.at_server.closed == kConnections;
  });
}

TEST_CASE("a socket that is closed is gone at once, whatever others wait for") {
  World<DirectStack> world(3, 3);
  for (Slot slot = 0; slot < 3; ++slot) REQUIRE(world.client->connect(slot) == Error::none);
  world.until([&] { return world.at_server.accepted == 3; });
  for (Slot slot = 0; slot < 3; ++slot) world.client->resume(slot);
  const Slot last = 2;
  world.until([&] { return world.at_client.entries[last].connected; });
  world.client->close(last);
  world.until([&] { return world.at_client.closed == 1; });
  std::uint32_t ended = 0;
  world.until([&] {
    ended = 0;
    for (const auto& entry : world.at_server.entries) ended += entry.peer_closed ? 1 : 0;
    return ended > 0;
  });
  CHECK(ended == 1);
}

TEST_CASE("transient sends while completions pile up wait for room, and none is lost or doubled") {
  constexpr std::uint32_t kConnections = 3;
  constexpr int kRounds = 3000;
  World<DirectStack> world(kConnections, kConnections);
  for (Slot slot = 0; slot < kConnections; ++slot) REQUIRE(world.client->connect(slot) == Error::none);
  world.until([&] { return world.at_server.accepted == kConnections; });
  world.until([&] { return world.at_client.entries[2].connected && world.at_client.entries[1].connected; });
  const std::string text = pattern(40);
  std::string expected[kConnections];
  for (int round = 0; round < kRounds; ++round) {
    for (Slot slot = 0; slot < kConnections; ++slot) {
      const std::string numbered = std::to_string(round) + text;
      const std::size_t taken = world.client->send(slot, bytes_of(numbered), Lifetime::transient);
      expected[slot] += numbered.substr(0, taken);
    }
    if (round % 500 == 499) world.step();
  }
  std::size_t sent = 0;
  for (const std::string& one : expected) sent += one.size();
  world.until([&] {
    std::size_t got = 0;
    for (const auto& entry : world.at_server.entries) got += entry.data.size();
    return got == sent;
  });
  for (const auto& entry : world.at_server.entries) {
    CHECK((entry.data == expected[0] || entry.data == expected[1] || entry.data == expected[2]));
  }
}

// Each round trip goes over another ring, and the worker sleeps in the first: a wake-up that is lost would cost the
// whole time that it may sleep.
TEST_CASE("whichever ring something happens on, the sleeper wakes") {
  constexpr int kRounds = 6000;
  const int listener = open_listener(Address::of("127.0.0.1", 0), 0, false);
  REQUIRE(listener >= 0);
  std::thread peer([&] {
    int fds[3];
    for (int& fd : fds) fd = accept(listener, nullptr, nullptr);
    // Answers after a moment that is another each time, so that it meets the client at every stage of falling asleep.
    for (int round = 0; round < kRounds; ++round) {
      char byte;
      if (recv(fds[round % 3], &byte, 1, 0) != 1) break;
      for (volatile int i = 0; i < round * 7919 % 30'000;) i = i + 1;
      ::send(fds[round % 3], &byte, 1, MSG_NOSIGNAL);
    }
    for (const int fd : fds) ::close(fd);
  });
  DirectStack client(context_of(Role::client, 3, Address::of_socket(listener)->port()));
  Journal journal(3);
  // One after the other: the peer knows them by their order.
  for (Slot slot = 0; slot < 3; ++slot) {
    REQUIRE(client.connect(slot) == Error::none);
    while (!journal.entries[slot].connected) client.poll(journal, 1'000'000'000);
  }
  const std::string question = "?";
  Nanos longest = 0;
  for (int round = 0; round < kRounds; ++round) {
    auto& entry = journal.entries[static_cast<std::size_t>(round) % 3];
    const Nanos start = monotonic_now();
    client.send(static_cast<Slot>(round % 3), bytes_of(question), Lifetime::stable);
    while (entry.data.empty() && !entry.closed) client.poll(journal, 2'000'000'000);
    entry.data.clear();
    longest = std::max(longest, monotonic_now() - start);
  }
  CHECK(longest < 1'500'000'000);
  CHECK(client.counters().waits > 100);
  CHECK(journal.closed == 0);
  for (Slot slot = 0; slot < 3; ++slot) client.reset(slot);
  peer.join();
  ::close(listener);
}

}  // namespace
}  // namespace mcc::kernel

#endif
