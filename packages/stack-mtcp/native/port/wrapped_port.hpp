#pragma once
// What a port that wraps another passes on as it is. A wrapper derives from this and hides what it changes.

#include <cstddef>
#include <cstdint>
#include <span>

#include "port/port.hpp"

namespace mcc::port {

template <Port P>
class WrappedPort {
 public:
  using Packet = typename P::Packet;

  // The port outlives this one.
  explicit WrappedPort(P& port) noexcept : port_(port) {}

  const Capabilities& capabilities() const noexcept { return port_.capabilities(); }
  std::span<std::byte> frame(Packet packet) noexcept { return port_.frame(packet); }
  void trim(Packet packet, std::size_t length) noexcept { port_.trim(packet, length); }
  ChecksumState checksum_state(Packet packet) const noexcept { return port_.checksum_state(packet); }
  void release(Packet packet) noexcept { port_.release(packet); }
  Packet allocate() noexcept { return port_.allocate(); }
  bool congested() const noexcept { return port_.congested(); }
  Counters counters() const noexcept { return port_.counters(); }
  Headroom headroom() noexcept { return port_.headroom(); }
  std::size_t receive(std::span<Packet> burst) { return port_.receive(burst); }
  void transmit(Packet packet, std::size_t length, bool offload, std::uint16_t ip_offset) {
    port_.transmit(packet, length, offload, ip_offset);
  }
  void flush() { port_.flush(); }
  void wait(std::uint64_t ns) { port_.wait(ns); }
  std::uint32_t window(std::uint32_t local, std::uint16_t local_port) const noexcept {
    if constexpr (requires { port_.window(local, local_port); }) return port_.window(local, local_port);
    return UINT32_MAX;
  }
  std::size_t classes() const noexcept requires Classifying<P> { return port_.classes(); }
  std::size_t class_of(std::uint32_t local, std::uint16_t local_port) const noexcept requires Classifying<P> {
    return port_.class_of(local, local_port);
  }

 protected:
  P& port_;
};

}  // namespace mcc::port
