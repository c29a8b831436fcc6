#include "port/memif_port.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>

#include <numeric>

#include "port/memif_device.hpp"
#include "testing/memif_ends.hpp"

namespace {

using namespace mcc;
using namespace mcc::testing;

std::size_t open_files() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

}  // namespace

TEST_CASE("frames cross in both directions, in order, many times around the ring") {
  const Place place;
  End server(place, true);
  End client(place, false);
  REQUIRE(joined(server, client));
  for (End* from : {&client, &server}) {
    End* const to = from == &client ? &server : &client;
    std::uint8_t sent = 0, expected = 0;
    for (int round = 0; round < 100; ++round) {
      for (int i = 0; i < 50; ++i) REQUIRE(from->send(sent++, 60 + static_cast<std::size_t>(round)));
      from->port().flush();
      bool in_order = true;
      for (const std::uint8_t value : to->take()) in_order = in_order && value == expected++;
      CHECK(in_order);
      REQUIRE(expected == sent);
    }
    CHECK(from->port().counters().tx_packets == 5000);
    CHECK(to->port().counters().rx_packets == 5000);
    CHECK(to->port().counters().rx_bytes == from->port().counters().tx_bytes);
  }
}

TEST_CASE("how near it came to its limits: buffers, frames that wait to be sent, frames that have arrived") {
  const Place place;
  End server(place, true);
  End client(place, false);
  CHECK(client.port().headroom().packet_buffers.size == 256);
  CHECK(client.port().headroom().packet_buffers.least_free == 256);
  CHECK(client.port().headroom().send_queue.size == 128);
  CHECK(client.port().headroom().receive_ring.size == 0);
  REQUIRE(joined(server, client));
  CHECK(client.port().headroom().receive_ring.size == 64);
  CHECK(client.port().headroom().receive_ring.least_free == 64);

  // 64 are in the ring, and the others wait.
  for (std::uint8_t i = 0; i < 64 + 28; ++i) REQUIRE(client.send(i));
  client.port().flush();
  CHECK(client.port().headroom().send_queue.least_free == 100);
  CHECK(client.port().headroom().packet_buffers.least_free == 256 - 28);
  CHECK(server.take().size() == 64);
  CHECK(server.port().headroom().receive_ring.least_free == 0);
  CHECK(server.port().headroom().packet_buffers.least_free == 256 - 32);  // it takes bursts of 32

  // What is better afterwards leaves it as it was.
  client.port().flush();
  CHECK(server.take().size() == 28);
  CHECK(client.port().headroom().send_queue.least_free == 100);
  CHECK(server.port().headroom().receive_ring.least_free == 0);
  for (int i = 0; i < 64 + 128; ++i) REQUIRE(client.send(0));
  CHECK(!client.send(0));
  client.port().flush();
  CHECK(client.port().headroom().send_queue.least_free == 0);
}

TEST_CASE("what a full ring has no room for waits, up to a bound, and goes in order") {
  const Place place;
  End server(place, true);
  End client(place, false);
  REQUIRE(joined(server, client));
  for (End* from : {&client, &server}) {
    End* const to = from == &client ? &server : &client;
    int taken = 0;
    for (int i = 0; i < 250; ++i) taken += from->send(static_cast<std::uint8_t>(i));
    CHECK(taken == 64 + 128);  // the ring, and half of the 256 packets of the pool
    CHECK(from->port().counters().tx_dropped == 58);
    from->port().flush();
    std::vector<std::uint8_t> arrived;
    for (int round = 0; round < 4; ++round) {
      for (const std::uint8_t value : to->take()) arrived.push_back(value);
      from->port().flush();
    }
    std::vector<std::uint8_t> expected(64 + 128);
    std::iota(expected.begin(), expected.end(), std::uint8_t{0});
    CHECK(arrived == expected);
  }
}

TEST_CASE("what waits when the peer goes is dropped, and no packet is lost to the pool") {
  const Place place;
  End server(place, true);
  {
    End client(place, false);
    REQUIRE(joined(server, client));
    for (int i = 0; i < 100; ++i) server.send(1);
  }
  REQUIRE(run({&server}, [&] { return !server.port().up(); }));
  CHECK(server.port().counters().tx_dropped == 36);
  std::vector<MemifPort::Packet> all;
  while (const auto packet = server.port().allocate()) all.push_back(packet);
  CHECK(all.size() == 256);
}

TEST_CASE("what the peer sent before it went is received") {
  const Place place;
  End server(place, true);
  {
    End client(place, false);
    REQUIRE(joined(server, client));
    for (std::uint8_t i = 1; i <= 3; ++i) REQUIRE(client.send(i));
    client.port().flush();
  }
  std::array<MemifPort::Packet, 1> none;
  for (int i = 0; i < 10'000; ++i) server.port().receive(std::span(none).first(0));  // it has heard of it
  CHECK(server.take() == std::vector<std::uint8_t>{1, 2, 3});
  CHECK(run({&server}, [&] { return !server.port().up(); }));
}

TEST_CASE("a client is up at once where the server is of the same thread, and each has its own end") {
  const Place place;
  const auto server = MemifDevice::acquire({place.path, true, 1, 6, 256, 0});
  const auto client = MemifDevice::acquire({place.path, false, 1, 6, 256, 0});
  CHECK(client != server);
  CHECK(client->mapping() != nullptr);
  CHECK(server->mapping() != nullptr);
  CHECK(MemifDevice::acquire({place.path, true, 1, 6, 256, 0}) == server);
}

TEST_CASE("the largest frame fits, a larger one is dropped") {
  const Place place;
  End server(place, true);
  End client(place, false);
  REQUIRE(joined(server, client));
  CHECK(client.send(7, 2048));
  client.port().flush();
  CHECK(server.take() == std::vector<std::uint8_t>{7});
  CHECK(server.send(8, 2048));
  server.port().flush();
  CHECK(client.take() == std::vector<std::uint8_t>{8});
}

TEST_CASE("packets that are kept do not stop the ring, and an empty pool is counted") {
  const Place place;
  End server(place, true, 9);
  End client(place, false, 9);
  REQUIRE(joined(server, client));
  std::vector<MemifPort::Packet> kept;
  for (int i = 0; i < 300; ++i) REQUIRE(client.send(1));
  client.port().flush();
  std::array<MemifPort::Packet, 32> burst;
  while (const std::size_t count = server.port().receive(burst))
    kept.insert(kept.end(), burst.data(), burst.data() + count);
  CHECK(kept.size() == 256);
  CHECK(server.port().counters().no_buffer > 0);
  for (const auto packet : kept) server.port().release(packet);
  CHECK(server.take().size() == 44);
}

TEST_CASE("a server serves one client after the other, and leaks nothing") {
  const Place place;
  End server(place, true);
  std::size_t files = 0;
  for (int i = 0; i < 50; ++i) {
    {
      End client(place, false);
      REQUIRE(joined(server, client));
      CHECK(client.send(9));
      client.port().flush();
      CHECK(server.take() == std::vector<std::uint8_t>{9});
    }
    REQUIRE(run({&server}, [&] { return !server.port().up(); }));
    CHECK_FALSE(server.send(1));
    if (i == 0) files = open_files();
  }
  CHECK(open_files() == files);
}

TEST_CASE("a client finds a server that starts later, and one that starts anew") {
  const Place place;
  End client(place, false);
  CHECK(run({&client}, [&] { return client.link->connect_error() == ENOENT; }));
  for (int i = 0; i < 3; ++i) {
    End server(place, true);
    REQUIRE(joined(server, client));
  }
}

TEST_CASE("a second client is turned away while the first is there") {
  const Place place;
  End server(place, true);
  End first(place, false);
  REQUIRE(joined(server, first));
  End second(place, false);
  REQUIRE(run({&server, &first, &second}, [&] { return !second.link->refusal().empty(); }));
  CHECK(second.link->refusal() == "Another client is connected");
  CHECK(first.port().up());
}

TEST_CASE("a server's file left behind is cleared away, a living server is not") {
  const Place place;
  CHECK(std::filesystem::is_empty(place.folder));
  const pid_t child = fork();
  if (child == 0) {
    End server(place, true);
    _exit(0);  // nothing is tidied, as after SIGKILL
  }
  waitpid(child, nullptr, 0);
  CHECK(std::filesystem::exists(place.path));
  {
    End server(place, true);
    CHECK_THROWS_WITH_AS(End(place, true), ("Another process serves at memif:" + place.path + ".").c_str(), Failure);
    CHECK(std::filesystem::exists(place.path));
  }
  CHECK_FALSE(std::filesystem::exists(place.path));
  std::filesystem::create_directory(place.path);
  CHECK_THROWS_AS(End(place, true), Failure);
}

TEST_CASE("clients that are killed in the midst of their traffic leave the server whole") {
  const Place place;
  End server(place, true);
  std::size_t files = 0;
  for (int i = 0; i < 20; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      End client(place, false);
      std::array<MemifPort::Packet, 32> burst;
      for (;;) {
        client.send(5);
        client.port().flush();
        const std::size_t count = client.port().receive(burst);
        for (std::size_t k = 0; k < count; ++k) client.port().release(burst[k]);
      }
    }
    REQUIRE(run({&server}, [&] { return server.port().up(); }));
    std::size_t received = 0;
    while (received < 100) received += server.take().size();
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    CHECK(run({&server}, [&] {
      server.take();
      return !server.port().up();
    }));
    if (i == 0) files = open_files();
  }
  CHECK(open_files() == files);
}

TEST_CASE("each queue has its own rings") {
  const Place place;
  End server(place, true, 6, 2);
  End client(place, false, 6, 2);
  REQUIRE(
      run({&server, &client}, [&] { return server.port(1).up() && client.port(1).up() && joined(server, client); }));
  CHECK(client.send(1, 64, 0));
  CHECK(client.send(2, 64, 1));
  client.port(0).flush();
  client.port(1).flush();
  CHECK(server.take(1) == std::vector<std::uint8_t>{2});
  CHECK(server.take(0) == std::vector<std::uint8_t>{1});
}

TEST_CASE("a frame in several pieces is joined once it is whole") {
  const Place place;
  End server(place, true);
  End client(place, false);
  REQUIRE(joined(server, client));
  const auto mapping = client.link->mapping();
  memif::Ring* const ring = mapping->ring(mapping->to_server[0]);
  for (std::size_t i = 0; i < 2; ++i) {
    std::memset(mapping->regions()[0].base + ring->descriptors[i].offset, 6, 100);
    ring->descriptors[i].length = 100;
  }
  ring->descriptors[0].flags = memif::Descriptor::kNext;
  std::atomic_ref(ring->head).store(1);
  CHECK(server.take().empty());
  std::atomic_ref(ring->head).store(2);
  CHECK(server.take() == std::vector<std::uint8_t>{6});
  CHECK(server.port().counters().rx_bytes == 200);
}

TEST_CASE("a frame larger than a buffer goes out in several, and waits until there is room for all of it") {
  const Place place;
  End server(place, true);
  End client(place, false);
  REQUIRE(joined(server, client));
  for (End* from : {&client, &server}) {
    End* const to = from == &client ? &server : &client;
    for (std::uint8_t i = 0; i < 12; ++i) REQUIRE(from->send(i, 1500));  // of 6 buffers, in a ring of 64
    CHECK(from->port().congested());
    from->port().flush();
    std::vector<std::uint8_t> arrived = to->take();
    CHECK(arrived.size() == 10);
    CHECK(to->port().counters().rx_bytes == 15'000);
    from->port().flush();
    CHECK_FALSE(from->port().congested());
    for (const std::uint8_t value : to->take()) arrived.push_back(value);
    CHECK(arrived == std::vector<std::uint8_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
    CHECK(from->port().counters().tx_packets == 12);
    CHECK(from->port().counters().tx_dropped == 0);
  }
}

TEST_CASE("a frame of more pieces than a burst is joined, however it comes") {
  const Place place;
  End server(place, true);
  End client(place, false);
  REQUIRE(joined(server, client));
  const auto mapping = client.link->mapping();
  memif::Ring* const ring = mapping->ring(mapping->to_server[0]);
  for (std::size_t i = 0; i < 40; ++i) {
    std::memset(mapping->regions()[0].base + ring->descriptors[i].offset, 6, 50);
    ring->descriptors[i].length = 50;
    ring->descriptors[i].flags = i < 39 ? memif::Descriptor::kNext : 0;
  }
  std::atomic_ref(ring->head).store(35);
  CHECK(server.take().empty());
  std::atomic_ref(ring->head).store(40);
  CHECK(server.take() == std::vector<std::uint8_t>{6});
  CHECK(server.port().counters().rx_bytes == 2000);
}

TEST_CASE("indices run round, with frames of several pieces in both directions") {
  const Place place;
  End server(place, true);
  End client(place, false);
  REQUIRE(joined(server, client));
  for (End* from : {&client, &server}) {
    End* const to = from == &client ? &server : &client;
    std::uint8_t sent = 0, expected = 0;
    for (int round = 0; round < 2000; ++round) {  // of 10 frames and 40 buffers: 80,000 in all
      for (int i = 0; i < 10; ++i) REQUIRE(from->send(sent++, 1000));
      from->port().flush();
      for (const std::uint8_t value : to->take()) REQUIRE(value == expected++);
      REQUIRE(expected == sent);
    }
  }
}
