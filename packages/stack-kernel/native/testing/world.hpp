#pragma once
// Two stacks of the same kind in one thread, one that accepts and one that connects, over loopback.

#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "address.hpp"
#include "epoll_stack.hpp"
#include "mcc/options.hpp"
#if MCC_HAVE_LIBURING
#include "uring_stack.hpp"
#endif

namespace mcc::kernel {

// Writes down what a stack reports, by slot.
class Journal : public Unpaced {
 public:
  struct Entry {
    bool connected = false, accepted = false, peer_closed = false;
    std::optional<Error> closed;
    std::uint32_t writable = 0, deliveries = 0;
    std::string data;
  };

  explicit Journal(std::size_t slots) : entries(slots) {}

  void on_connected(Slot slot, Nanos) {
    CHECK_FALSE(entries[slot].connected);
    entries[slot].connected = true;
  }
  void on_accepted(Slot slot, Nanos) {
    entries[slot] = Entry{};
    entries[slot].accepted = true;
    ++accepted;
  }
  void on_data(Slot slot, Bytes bytes, Nanos) {
    CHECK_FALSE(bytes.empty());
    CHECK(bytes.size() <= kDeliveryMax);
    CHECK_FALSE(entries[slot].closed.has_value());
    ++entries[slot].deliveries;
    entries[slot].data.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (room > 0) --room;
    if (reply) reply(slot);
  }
  void on_writable(Slot slot, Nanos) { ++entries[slot].writable; }
  void on_peer_closed(Slot slot, Nanos) { entries[slot].peer_closed = true; }
  void on_closed(Slot slot, Error reason, Nanos) {
    CHECK_FALSE(entries[slot].closed.has_value());
    entries[slot].closed = reason;
    ++closed;
  }
  bool full() const { return room == 0; }

  std::vector<Entry> entries;
  std::uint32_t accepted = 0, closed = 0;
  std::int64_t room = -1;           // deliveries until full; negative: never
  std::function<void(Slot)> reply;  // called from on_data
};

inline Bytes bytes_of(const std::string& text) { return std::as_bytes(std::span(text.data(), text.size())); }

// `bytes` bytes that tell where they are.
inline std::string pattern(std::size_t bytes) {
  std::string text(bytes, '\0');
  for (std::size_t i = 0; i < bytes; ++i) text[i] = static_cast<char>('a' + (i * 7 + i / 251) % 26);
  return text;
}

inline const TscClock& test_clock() {
  static const TscClock clock;
  return clock;
}

inline OpenContext context_of(Role role, std::uint32_t sessions, std::uint16_t port,
                              const char* address = "127.0.0.1") {
  OpenContext context;
  context.engine.role = role;
  context.engine.sessions = sessions;
  context.endpoints = {{address, port}};
  context.clock = &test_clock();
  return context;
}

template <class S>
std::uint16_t port_of(const S& server) {
  const std::string text = server.listening();
  return static_cast<std::uint16_t>(std::stoi(text.substr(text.rfind(':') + 1)));
}

template <class S>
struct World {
  explicit World(std::uint32_t client_slots = 4, std::uint32_t server_slots = 4, const char* address = "127.0.0.1",
                 std::vector<std::pair<std::string, std::string>> sources = {})
      : at_server(server_slots), at_client(client_slots) {
    server = std::make_unique<S>(context_of(Role::server, server_slots, 0, address));
    REQUIRE(server->listen() == Error::none);
    OpenContext context = context_of(Role::client, client_slots, port_of(*server), address);
    context.sources = std::move(sources);
    client = std::make_unique<S>(context);
  }

  void step() {
    if (client) client->poll(at_client, 0);
    if (server) server->poll(at_server, 0);
  }

  // Polls both until `done`, or fails after five seconds.
  template <class Condition>
  void until(Condition&& done) {
    const Nanos limit = monotonic_now() + 5'000'000'000;
    while (!done()) {
      if (monotonic_now() > limit) FAIL("nothing has happened for too long");
      step();
    }
  }

  // Opens one connection: slot 0 of the client. Returns the server's slot.
  Slot open() {
    REQUIRE(client->connect(0) == Error::none);
    until([&] { return at_client.entries[0].connected && at_server.accepted == 1; });
    for (Slot slot = 0; slot < at_server.entries.size(); ++slot) {
      if (at_server.entries[slot].accepted) return slot;
    }
    FAIL("accepted on no slot");
    return kNoSlot;
  }

  Journal at_server, at_client;
  std::unique_ptr<S> server, client;
};

#if MCC_HAVE_LIBURING
// Direct descriptors, spread over up to three rings.
struct DirectStack : UringStack {
  explicit DirectStack(const OpenContext& context) : UringStack(context, (context.engine.sessions + 2) / 3) {}
};

#define MCC_STACKS mcc::kernel::EpollStack, mcc::kernel::UringStack, mcc::kernel::DirectStack
#else
#define MCC_STACKS mcc::kernel::EpollStack
#endif

}  // namespace mcc::kernel
