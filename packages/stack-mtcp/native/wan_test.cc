// The stack at the end of a long way, by hand-turned time: what the classes of --mtcp.wan do to connections.

#include <doctest/doctest.h>

#include <map>

#include "mtcp_stack.hpp"
#include "port/memory_port.hpp"
#include "port/wan_port.hpp"
#include "testing/journal.hpp"
#include "testing/world.hpp"

using namespace mcc;
using namespace mcc::testing;

namespace {

constexpr Nanos kMs = 1'000'000;
constexpr Nanos kStep = 50'000;

// The client's users are far away; its server is none the wiser.
struct DistantWorld {
  using Near = port::WanPort<port::MemoryPort, ManualClock>;

  explicit DistantWorld(const std::vector<port::WanClass>& classes)
      : near(link.left, clock, distance(classes)),
        client(near, clock, client_options()),
        server(link.right, clock, server_options()) {
    REQUIRE(server.listen() == Error::none);
    at_server.at_data = [this](Slot slot) {
      auto& data = at_server.entries[slot].data;
      server.send(slot, bytes_of(data), Lifetime::transient);
      data.clear();
    };
  }

  static port::WanOptions distance(const std::vector<port::WanClass>& classes) {
    port::WanOptions options;
    options.classes = classes;
    options.sources = client_options().net.addresses;
    return options;
  }

  // How long it takes until `done`.
  template <class Condition>
  Nanos time(Condition&& done) {
    const Nanos start = clock.now();
    while (!done()) {
      if (clock.now() > start + 10'000 * kMs) FAIL("nothing has happened for too long");
      client.poll(at_client, 0);
      server.poll(at_server, 0);
      clock.advance(kStep);
    }
    return clock.now() - start;
  }

  Nanos connect(Slot slot) {
    REQUIRE(client.connect(slot) == Error::none);
    return time([&] { return at_client.entries[slot].connected == 1; });
  }
  Nanos echo(Slot slot, std::string_view text = "ping") {
    at_client.entries[slot].data.clear();
    REQUIRE(client.send(slot, bytes_of(text), Lifetime::stable) == text.size());
    return time([&] { return at_client.entries[slot].data.size() == text.size(); });
  }
  void rest(Nanos time_to_pass) {
    const Nanos end = clock.now() + time_to_pass;
    time([&] { return clock.now() >= end; });
  }

  ManualClock clock;
  port::MemoryLink link{8192, 2048, 4096};
  Near near;
  Journal at_client{4};
  Journal at_server{4};
  MtcpStack<Near, ManualClock> client;
  MtcpStack<port::MemoryPort, ManualClock> server;
};

bool about(Nanos measured, Nanos meant) { return measured >= meant && measured <= meant + 5 * kStep; }

}  // namespace

TEST_CASE("wan: connecting and an echo each take the round trip of the class") {
  DistantWorld w({{.share = 0.25, .round_trip = 20 * kMs},
                  {.share = 0.25, .round_trip = 80 * kMs},
                  {.share = 0.25, .round_trip = 200 * kMs}});
  w.rest(kMs);  // ARP is near
  CHECK(w.client.classes() == 4);
  std::map<std::size_t, Nanos> seen;
  for (Slot slot = 0; slot < 4; ++slot) {
    const Nanos took = w.connect(slot);
    CHECK(about(w.echo(slot), took / kMs * kMs));
    seen[w.client.class_of(slot)] = took / kMs;
  }
  CHECK(seen == std::map<std::size_t, Nanos>{{0, 20}, {1, 80}, {2, 200}, {3, 0}});
}

TEST_CASE("wan: nothing is sent again on a way of 200 ms, however steady it is") {
  DistantWorld w({{.share = 1, .round_trip = 200 * kMs}});
  w.connect(0);
  for (int i = 0; i < 100; ++i) CHECK(about(w.echo(0), 200 * kMs));
  w.rest(1000 * kMs);  // the last echo's acknowledgment is one of its own, and delayed
  CHECK(about(w.echo(0), 200 * kMs));
  for (const tcp::Counters& counters : {w.client.counters(), w.server.counters()}) {
    CHECK(counters.timeout_retransmits == 0);
    CHECK(counters.syn_retransmits == 0);
    CHECK(counters.tail_probes == 0);
    CHECK(counters.duplicates == 0);
  }
}

TEST_CASE("wan: a transfer goes at the bandwidth of the class") {
  DistantWorld w({{.share = 1, .round_trip = 40 * kMs, .bandwidth = 10'000'000}});
  w.connect(0);
  const std::string text = pattern(500'000);  // 400 ms at 10 Mbit/s
  w.at_client.at_data = [&](Slot) {};
  std::size_t given = 0;
  std::string back;
  w.at_server.at_data = [&](Slot slot) {
    w.at_server.entries[slot].data.clear();
    given = w.server.send(slot, bytes_of(text), Lifetime::stable);
  };
  w.at_server.at_writable = [&](Slot slot) {
    given += w.server.send(slot, bytes_of(std::string_view(text).substr(given)), Lifetime::stable);
  };
  REQUIRE(w.client.send(0, bytes_of("go"), Lifetime::stable) == 2);
  const Nanos took = w.time([&] { return w.at_client.entries[0].data.size() == text.size(); });
  CHECK(w.at_client.entries[0].data == text);
  CHECK(took > 440 * kMs);
  CHECK(took < 640 * kMs);  // slow start, headers
  CHECK(w.near.counters().wan_dropped == 0);
}

TEST_CASE("wan: what a lossy way loses is sent again") {
  DistantWorld w({{.share = 1, .round_trip = 20 * kMs, .loss = 0.1}});
  w.connect(0);
  const std::string text = pattern(1000);
  for (int i = 0; i < 100; ++i) {
    w.echo(0, text);
    CHECK(w.at_client.entries[0].data == text);
  }
  CHECK(w.near.counters().wan_lost > 10);
  CHECK(w.client.counters().tail_probes + w.server.counters().tail_probes > 10);
}
