#include "mtcp_stack.hpp"

#include <doctest/doctest.h>

#include "testing/world.hpp"

using namespace mcc;
using namespace mcc::testing;

static_assert(Stack<World::Stack, Journal>);

TEST_CASE("stack: connects, exchanges bytes and closes in order") {
  World w;
  const Slot accepted = w.open();
  CHECK(w.client->send(0, bytes_of("ping"), Lifetime::stable) == 4);
  w.until([&] { return w.at_server.entries[accepted].data == "ping"; });
  CHECK(w.server->send(accepted, bytes_of("pong"), Lifetime::transient) == 4);
  w.until([&] { return w.at_client.entries[0].data == "pong"; });
  w.client->close(0);
  w.until([&] { return w.at_client.entries[0].closed == 1 && w.at_server.entries[accepted].peer_closed == 1; });
  CHECK(w.at_client.entries[0].reason == Error::none);
  w.server->close(accepted);
  w.until([&] { return w.at_server.entries[accepted].closed == 1; });
  CHECK(w.client->counters().refusals == 0);
  CHECK(w.server->counters().refusals == 0);
  w.client.reset();
  w.server.reset();
  CHECK(w.link.free_buffers() == World::kBuffers);
}
