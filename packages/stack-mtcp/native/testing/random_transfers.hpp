#pragma once
// Random transfers in both directions over a bad path, until every connection has ended one way or the other.

#include <cstdio>
#include <string>
#include <vector>

#include "mcc/random.hpp"
#include "testing/world.hpp"

namespace mcc::testing {

struct TransferPlan {
  port::Faults faults;
  std::uint32_t connections = 8;
  std::size_t bytes_max = 200'000;
  Nanos limit = 1'200'000'000'000;
  MtcpOptions client = client_options(8);
  MtcpOptions server = server_options(16);
};

struct TransferOutcome {
  std::uint64_t keepalive_probes = 0;  // of both
  std::uint32_t intact = 0;            // ends of connections that got every byte, in order, and closed in order
  std::uint32_t failed = 0;            // ends that were told of a failure, and got the beginning at most
};

// Each end sends a text that says whose it is and how long, and closes when it has sent its own and read the other's.
class RandomTransfers {
 public:
  RandomTransfers(const TransferPlan& plan, std::uint64_t seed)
      : plan_(plan), seed_(seed), world(plan.client, plan.server, with_seed(plan.faults, seed)) {
    client_ = {&world.at_client, [this]() -> auto& {return *world.client;
  }
  , std::vector<End>(plan.connections), {}
};
server_ = {&world.at_server, [this]() -> auto& {return *world.server;
}  // namespace mcc::testing
, std::vector<End>(plan.server.sessions), {}
}
;
listen(client_);
listen(server_);
for (Slot slot = 0; slot < plan.connections; ++slot) client_.ends[slot] = {text(slot), 0, false};
world.at_client.at_connected = [this](Slot slot) { go_on(client_, slot); };
world.at_server.at_accepted = [this](Slot slot) {
  server_.ends[slot] = {text(1000 + texts_++), 0, false};
  go_on(server_, slot);
};
}

TransferOutcome run() {
  for (Slot slot = 0; slot < plan_.connections; ++slot) REQUIRE(world.client->connect(slot) == Error::none);
  const Nanos end = world.clock.now() + plan_.limit;
  while (world.at_client.closed < plan_.connections || world.at_server.closed < world.at_server.accepted) {
    REQUIRE(world.clock.now() < end);
    world.step(20'000 + random() % 300'000);
    if (random() % 8 == 0) wake(client_);
    if (random() % 8 == 0) wake(server_);
  }
  return outcome_;
}

private:
struct End {
  std::string text;
  std::size_t sent = 0;
  bool closed = false;
};
struct Role {
  Journal* journal = nullptr;
  std::function<World::Stack&()> stack;
  std::vector<End> ends;
  std::vector<Slot> paused;
};

static constexpr std::size_t kHead = 16;

static port::Faults with_seed(port::Faults faults, std::uint64_t seed) {
  faults.seed = seed;
  return faults;
}

std::uint64_t random() { return draw(seed_, 1, ++drawn_, 2); }

static std::string make_text(unsigned author, std::size_t length) {
  char head[kHead + 1];
  std::snprintf(head, sizeof head, "%06u%010zu", author % 1'000'000, length);
  return head + pattern(length, author);
}
std::string text(unsigned author) { return make_text(author, random() % plan_.bytes_max); }

static bool is_long_enough(const std::string& data) {
  return data.size() >= kHead && data.size() == kHead + std::stoul(data.substr(6, 10));
}

// Whether `data` is all of the text that it says it is; fails the test if it is not even its beginning.
static bool is_whole(const std::string& data) {
  if (data.size() < kHead) return false;
  const std::string expected =
      make_text(static_cast<unsigned>(std::stoul(data.substr(0, 6))), std::stoul(data.substr(6, 10)));
  const bool is_beginning = expected.compare(0, data.size(), data) == 0;
  REQUIRE(is_beginning);
  return expected.size() == data.size();
}

void listen(Role& role) {
  role.journal->at_data = [this, &role](Slot slot) {
    if (random() % 40 == 0) {
      role.stack().pause(slot);
      role.paused.push_back(slot);
    }
    go_on(role, slot);
  };
  role.journal->at_writable = [this, &role](Slot slot) { go_on(role, slot); };
  role.journal->at_peer_closed = [this, &role](Slot slot) { go_on(role, slot); };
  role.journal->at_closed = [this, &role](Slot slot) {
    const Journal::Entry& entry = role.journal->entries[slot];
    const bool whole = is_whole(entry.data);
    if (role.ends[slot].closed && entry.reason == Error::none) {
      CHECK(whole);
      ++outcome_.intact;
    } else {
      CHECK(entry.reason != Error::none);
      ++outcome_.failed;
    }
  };
}

void go_on(Role& role, Slot slot) {
  End& end = role.ends[slot];
  while (end.sent < end.text.size()) {
    const std::size_t part = std::min<std::size_t>(end.text.size() - end.sent, 1 + random() % 20'000);
    const bool stable = random() % 2 == 0;
    const std::string copy = end.text.substr(end.sent, part);
    const std::size_t taken =
        role.stack().send(slot, bytes_of(stable ? std::string_view(end.text).substr(end.sent, part) : copy),
                          stable ? Lifetime::stable : Lifetime::transient);
    end.sent += taken;
    if (taken < part) return;
  }
  if (end.closed || !is_long_enough(role.journal->entries[slot].data)) return;
  end.closed = true;
  role.stack().close(slot);
}

void wake(Role& role) {
  for (const Slot slot : role.paused) role.stack().resume(slot);
  role.paused.clear();
}

TransferPlan plan_;
std::uint64_t seed_;
std::uint32_t drawn_ = 0;
unsigned texts_ = 0;
Role client_, server_;
TransferOutcome outcome_;

public:
World world;
}
;

}  // namespace mcc::testing
