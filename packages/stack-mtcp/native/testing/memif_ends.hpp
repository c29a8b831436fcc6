#pragma once
// The two ends of a memif in one process, for the tests of its port.

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "port/memif_port.hpp"

namespace mcc::testing {

using namespace mcc::port;

// A socket path in a folder of its own.
struct Place {
  Place() {
    char name[] = "/tmp/mcc-memif-XXXXXX";
    folder = mkdtemp(name);
    path = folder + "/sock";
  }
  ~Place() { std::filesystem::remove_all(folder); }
  std::string folder;
  std::string path;
};

struct End {
  End(const Place& place, bool server, std::uint8_t ring_bits = 6, std::uint16_t queues = 1)
      : link(std::make_shared<memif::Link>(memif::LinkOptions{place.path, server, queues, ring_bits, 256, 0})) {
    for (std::uint16_t queue = 0; queue < queues; ++queue) {
      ports.push_back(std::make_unique<MemifPort>(
          link, MemifPort::Options{
                    queue, server, 256, 2048, {2, 0, 0, 0, 0, server ? std::uint8_t{1} : std::uint8_t{2}}, 1500}));
    }
  }

  MemifPort& port(std::size_t queue = 0) { return *ports[queue]; }

  bool send(std::uint8_t value, std::size_t length = 64, std::size_t queue = 0) {
    const auto packet = port(queue).allocate();
    if (packet == nullptr) return false;
    std::memset(packet->data(), value, length);
    const std::uint64_t dropped = port(queue).counters().tx_dropped;
    port(queue).transmit(packet, length, false, 0);
    return port(queue).counters().tx_dropped == dropped;
  }

  // What has arrived: the first byte of each frame. Each frame is checked to hold that byte throughout.
  std::vector<std::uint8_t> take(std::size_t queue = 0) {
    std::vector<std::uint8_t> values;
    std::array<MemifPort::Packet, 32> burst;
    while (const std::size_t count = port(queue).receive(burst)) {
      for (std::size_t i = 0; i < count; ++i) {
        const auto frame = port(queue).frame(burst[i]);
        CHECK(std::all_of(frame.begin(), frame.end(), [&](std::byte b) { return b == frame[0]; }));
        values.push_back(static_cast<std::uint8_t>(frame[0]));
        port(queue).release(burst[i]);
      }
    }
    return values;
  }

  std::shared_ptr<memif::Link> link;
  std::vector<std::unique_ptr<MemifPort>> ports;
};

// Lets both sides run until `done`, or for far longer than it takes.
template <class Done>
bool run(std::initializer_list<End*> ends, Done&& done) {
  std::array<MemifPort::Packet, 1> none;
  for (int i = 0; i < 3'000'000; ++i) {
    if (done()) return true;
    for (End* end : ends)
      for (auto& port : end->ports)
        if (!port->up() || i % 8 == 0) port->receive(std::span(none).first(0));
  }
  return done();
}

inline bool joined(End& a, End& b) {
  return run({&a, &b}, [&] { return a.port().up() && b.port().up(); });
}

}  // namespace mcc::testing
