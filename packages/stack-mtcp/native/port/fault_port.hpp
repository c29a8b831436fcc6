#pragma once
// Wraps a port in a bad path: the faults strike what is received and what is transmitted, each on its own.
// Checksums are done in software, so that corruption is seen by whoever must see it.

#include <cstring>
#include <utility>

#include "mcc/clock.hpp"
#include "port/fault_lane.hpp"
#include "port/wrapped_port.hpp"

namespace mcc::port {

template <Port P, Clock C>
class FaultPort : public WrappedPort<P> {
  using WrappedPort<P>::port_;

 public:
  using typename WrappedPort<P>::Packet;

  // `held_max`: most packets delayed at one time, in each direction; more are dropped, as by a full queue.
  FaultPort(P& port, C& clock, const Faults& faults, std::size_t held_max = 8192)
      : WrappedPort<P>(port),
        clock_(clock),
        capabilities_(port.capabilities()),
        receiving_(faults, faults.seed * 2 + 1, held_max),
        transmitting_(faults, faults.seed * 2 + 2, held_max) {
    capabilities_.transmit_ip_checksum = false;
    capabilities_.transmit_tcp_checksum = false;
    capabilities_.receive_checksum = false;
  }

  const Capabilities& capabilities() const noexcept { return capabilities_; }
  ChecksumState checksum_state(Packet) const noexcept { return ChecksumState::unknown; }
  // Packets that are on their way now.
  std::size_t held() const noexcept { return receiving_.size() + transmitting_.size(); }
  const InjectedFaults& received() const noexcept { return receiving_.injected(); }
  const InjectedFaults& transmitted() const noexcept { return transmitting_.injected(); }

  std::size_t receive(std::span<Packet> burst) {
    const Nanos now = clock_.now();
    const std::size_t arrived = port_.receive(burst);
    for (std::size_t i = 0; i < arrived; ++i) put(receiving_, burst[i], now);
    std::size_t given = 0;
    receiving_.take(now, [&](Packet packet) {
      if (given == burst.size()) return false;
      burst[given++] = packet;
      return true;
    });
    return given;
  }

  void transmit(Packet packet, std::size_t length, bool, std::uint16_t) {
    port_.trim(packet, length);
    put(transmitting_, packet, clock_.now());
  }

  void flush() {
    transmitting_.take(clock_.now(), [this](Packet packet) {
      port_.transmit(packet, port_.frame(packet).size(), false, 0);
      return true;
    });
    port_.flush();
  }

  // What is held comes due without the device noticing: do not sleep on it.
  void wait(std::uint64_t ns) {
    if (receiving_.empty() && transmitting_.empty()) port_.wait(ns);
  }

 private:
  void put(FaultLane<Packet>& lane, Packet packet, Nanos now) {
    lane.put(
        packet, now, [this](Packet lost) { port_.release(lost); }, [this](Packet original) { return copy(original); },
        [this](Packet hurt) { return port_.frame(hurt); });
  }

  std::pair<Packet, bool> copy(Packet original) {
    const Packet twin = port_.allocate();
    if (twin == Packet{}) return {twin, false};
    const std::span<std::byte> from = port_.frame(original);
    std::memcpy(port_.frame(twin).data(), from.data(), from.size());
    port_.trim(twin, from.size());
    return {twin, true};
  }

  C& clock_;
  Capabilities capabilities_;
  FaultLane<Packet> receiving_;
  FaultLane<Packet> transmitting_;
};

}  // namespace mcc::port
