#pragma once
// What the user-level stack wants of a device queue. The real one is DPDK's (dpdk_port.hpp, the only room that includes
// it); beside it stand an in-memory pair, and a fault injector and a pcap writer that wrap any port.
//
// One thread owns a port object. A packet is a handle to a buffer that holds one Ethernet frame in one piece.

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

namespace mcc::port {

using Mac = std::array<std::uint8_t, 6>;

struct Capabilities {
  Mac mac{};
  std::uint16_t mtu = 1500;            // largest IP packet
  bool transmit_ip_checksum = false;   // the device fills in IPv4's header checksum
  bool transmit_tcp_checksum = false;  // ... and TCP's, given the pseudo-header sum
  bool receive_checksum = false;       // the device says whether the checksums of what it received are right
};

// What the device found out about a received packet's IPv4 and TCP checksums.
enum class ChecksumState : std::uint8_t { unknown, good, bad };

struct Counters {
  std::uint64_t rx_packets = 0;
  std::uint64_t rx_bytes = 0;
  std::uint64_t tx_packets = 0;
  std::uint64_t tx_bytes = 0;
  std::uint64_t rx_dropped = 0;   // by the device: ring full, no buffer
  std::uint64_t tx_dropped = 0;   // the transmit ring stayed full
  std::uint64_t no_buffer = 0;    // allocate found the pool empty
  std::uint64_t wan_lost = 0;     // by the loss that a distant class has
  std::uint64_t wan_dropped = 0;  // more on its way than there is room for
};

// Of something that there is a bounded number of: how many there are, and the fewest that were free at any time.
struct Level {
  std::uint64_t size = 0;  // 0: not measured
  std::uint64_t least_free = 0;

  void note(std::uint64_t in_use) noexcept { least_free = std::min(least_free, size - std::min(size, in_use)); }
};

struct Headroom {
  Level packet_buffers;
  Level send_queue;    // frames that wait for the device
  Level receive_ring;  // places of frames that the device has brought, as seen when a burst is taken
};

// A port that stands for a long way may also have `std::uint32_t window(local address, local port)`: the most that a
// user at its end would offer to receive.
template <class P>
concept Port = requires(P port, typename P::Packet packet, std::span<typename P::Packet> burst, std::size_t length) {
  { port.capabilities() } -> std::same_as<const Capabilities&>;
  // Fills burst from the front and returns how many packets it holds now. Each must be released or transmitted. An
  // empty burst takes none; the port looks after its device all the same.
  { port.receive(burst) } -> std::same_as<std::size_t>;
  { port.frame(packet) } -> std::same_as<std::span<std::byte>>;
  // Cuts frame() to the first `length` bytes.
  { port.trim(packet, length) } -> std::same_as<void>;
  { port.checksum_state(packet) } -> std::same_as<ChecksumState>;
  { port.release(packet) } -> std::same_as<void>;
  // A buffer to build a frame in; P::Packet{} when the pool is empty. frame() then spans all the room there is.
  { port.allocate() } -> std::same_as<typename P::Packet>;
  // Queues the first `length` bytes as a frame; takes the packet. When `offload` is set the device finishes the
  // checksums of the TCP segment in an IPv4 packet at ip_offset.
  { port.transmit(packet, length, bool{}, std::uint16_t{}) } -> std::same_as<void>;
  // The device has no room now: what is transmitted waits, and beyond a bound is dropped. Cheap; false as well when
  // there is no device to wait for.
  { port.congested() } -> std::same_as<bool>;
  // Hands everything queued to the device, as far as it has room.
  { port.flush() } -> std::same_as<void>;
  // Sleeps at most ns until something may have arrived, where the device can; otherwise returns at once.
  { port.wait(std::uint64_t{}) } -> std::same_as<void>;
  { port.counters() } -> std::same_as<Counters>;
  // As counters() called now and then.
  { port.headroom() } -> std::same_as<Headroom>;
};

// A port may also tell connections apart, by our end of them.
template <class P>
concept Classifying = requires(const P& port, std::uint32_t local, std::uint16_t local_port) {
  // How many classes there are; 0: it does not.
  { port.classes() } -> std::same_as<std::size_t>;
  // The class of a connection, below that.
  { port.class_of(local, local_port) } -> std::same_as<std::size_t>;
};

}  // namespace mcc::port
