// What a memif's server makes of a peer that does not keep to the rules.

#include <doctest/doctest.h>

#include "testing/memif_ends.hpp"

namespace {

using namespace mcc;
using namespace mcc::testing;

// A client that speaks the protocol by hand, and not always well.
struct Impostor {
  explicit Impostor(const Place& place) : channel(memif::connect_to(place.path)) {}

  void say(memif::Message message, int passed = -1) { CHECK(memif::send(channel, message, passed)); }
  memif::Message typed(memif::Type type) {
    memif::Message message;
    message.type = type;
    return message;
  }
  void init() {
    memif::Message message = typed(memif::Type::init);
    message.init.version = memif::kVersion;
    say(message);
  }
  // What the server says in the end: the reason of its disconnect.
  std::string verdict(End& server) {
    std::string reason;
    run({&server}, [&] {
      memif::Message message;
      memif::Fd passed;
      if (memif::receive(channel, message, passed) != memif::Received::message) return false;
      if (message.type != memif::Type::disconnect) return false;
      reason = message.disconnect.reason.data();
      return true;
    });
    return reason;
  }

  memif::Fd channel;
};

memif::Fd memory(std::size_t bytes, bool sealed) {
  memif::Fd fd(memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  REQUIRE(ftruncate(fd.get(), static_cast<off_t>(bytes)) == 0);
  if (sealed) REQUIRE(fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK) == 0);
  return fd;
}

}  // namespace

TEST_CASE("a server refuses memory that it could not rely on") {
  const Place place;
  End server(place, true);
  struct {
    std::size_t bytes;
    bool sealed;
    std::uint64_t claimed;
  } const cases[] = {{4096, false, 4096}, {4096, true, 8192}, {4096, true, 0}};
  for (const auto& one : cases) {
    Impostor impostor(place);
    impostor.init();
    memif::Message add = impostor.typed(memif::Type::add_region);
    add.add_region = {0, one.claimed};
    const memif::Fd fd = memory(one.bytes, one.sealed);
    impostor.say(add, fd.get());
    CHECK(impostor.verdict(server) == "Invalid region");
  }
  Impostor without_memory(place);
  without_memory.init();
  memif::Message add = without_memory.typed(memif::Type::add_region);
  add.add_region = {0, 4096};
  without_memory.say(add);
  CHECK(without_memory.verdict(server) == "Invalid region");
}

TEST_CASE("a server refuses rings that do not lie in the memory") {
  const Place place;
  End server(place, true);
  for (const auto& [offset, bits] : {std::pair{4096u, 4}, {0u, 15}, {0u, 12}, {0u, 4}, {2u, 4}}) {
    Impostor impostor(place);
    impostor.init();
    const memif::Fd fd = memory(4096, true);
    memif::Message region = impostor.typed(memif::Type::add_region);
    region.add_region = {0, 4096};
    impostor.say(region, fd.get());
    memif::Message ring = impostor.typed(memif::Type::add_ring);
    ring.add_ring = {memif::AddRing::kToServer, 0, 0, offset, static_cast<std::uint8_t>(bits), 0};
    impostor.say(ring, fd.get());
    CHECK(impostor.verdict(server) == "Invalid ring");  // the last but one for want of its cookie
  }
}

TEST_CASE("a server refuses what is out of order or of another version") {
  const Place place;
  End server(place, true);
  {
    Impostor early(place);
    early.say(early.typed(memif::Type::connected));
    CHECK(early.verdict(server) == "Unexpected message");
  }
  {
    Impostor old(place);
    memif::Message init = old.typed(memif::Type::init);
    init.init.version = 0x0100;
    old.say(init);
    CHECK(old.verdict(server) == "Incompatible memif version");
  }
  Impostor silent(place);
  server.link->service(monotonic_now());
  server.link->service(monotonic_now() + memif::Link::kHandshakeFor);
  CHECK(silent.verdict(server) == "The handshake takes too long");
}

TEST_CASE("descriptors that point outside the memory are dropped") {
  const Place place;
  End server(place, true);
  End client(place, false);
  REQUIRE(joined(server, client));
  const auto mapping = client.link->mapping();
  memif::Ring* const ring = mapping->ring(mapping->to_server[0]);
  ring->descriptors[0].region = 3;
  CHECK_FALSE(client.send(1));  // the client sees it too
  ring->descriptors[0] = {0, 0, 64, 0xfffffff0u, 0};
  std::atomic_ref(ring->head).store(1);
  CHECK(server.take().empty());
  CHECK(server.port().counters().rx_dropped == 1);
  ring->descriptors[1].length = 3000;
  std::atomic_ref(ring->head).store(2);
  CHECK(server.take().empty());
  CHECK(server.port().counters().rx_dropped == 2);
}

TEST_CASE("a peer that offers less than a frame takes costs that frame, not the connection") {
  const Place place;
  End server(place, true);
  End client(place, false);
  REQUIRE(joined(server, client));
  const auto mapping = client.link->mapping();
  memif::Ring* const ring = mapping->ring(mapping->to_client[0]);
  ring->descriptors[1].length = 0;  // the first promises enough
  CHECK_FALSE(server.send(1, 400));
  CHECK(server.send(2, 100));
  server.port().flush();
  CHECK(client.take() == std::vector<std::uint8_t>{2});
}

TEST_CASE("a client that leaves half a frame, or goes on writing, makes way for the next") {
  const Place place;
  End server(place, true);
  for (const bool goes_on : {false, true}) {
    std::shared_ptr<const memif::Mapping> mapping;
    {
      End client(place, false);
      REQUIRE(joined(server, client));
      mapping = client.link->mapping();
    }
    memif::Ring* const ring = mapping->ring(mapping->to_server[0]);
    ring->descriptors[0].flags = memif::Descriptor::kNext;
    std::uint16_t head = 1;
    std::atomic_ref(ring->head).store(head);
    End next(place, false);
    CHECK(run({&server, &next}, [&] {
      if (goes_on) std::atomic_ref(ring->head).store(++head);
      server.take();
      return server.port().up() && next.port().up() && next.send(4, 60) && (next.port().flush(), true) &&
             server.take() == std::vector<std::uint8_t>{4};
    }));
  }
}
