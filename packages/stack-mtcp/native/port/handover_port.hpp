#pragma once
// For workers that share a device whose hash nobody can foresee: wraps each worker's queue, and hands packets that came
// in on the wrong one to the worker that owns the address they are for. What is for everybody (ARP) goes to all.

#include <cstddef>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "net/address_pool.hpp"
#include "port/spsc_ring.hpp"
#include "port/wrapped_port.hpp"
#include "wire/bytes.hpp"
#include "wire/ethernet.hpp"

namespace mcc::port {

// What the workers of one device share.
template <class Packet>
class Handover {
 public:
  static constexpr std::size_t kRing = 2048;

  // `owners`: the addresses of each worker, without overlap.
  explicit Handover(std::vector<net::AddressPool> owners) : owners_(std::move(owners)) {
    for (std::size_t i = 0; i < workers() * workers(); ++i)
      rings_.push_back(std::make_unique<SpscRing<Packet>>(i % (workers() + 1) == 0 ? 1 : kRing));
  }

  std::size_t workers() const noexcept { return owners_.size(); }
  SpscRing<Packet>& ring(std::size_t from, std::size_t to) noexcept { return *rings_[from * workers() + to]; }

  // The worker that owns an address; nothing when nobody does.
  std::optional<std::size_t> owner(wire::Address address) const noexcept {
    for (std::size_t worker = 0; worker < workers(); ++worker)
      if (owners_[worker].contains(address)) return worker;
    return std::nullopt;
  }

 private:
  std::vector<net::AddressPool> owners_;
  std::vector<std::unique_ptr<SpscRing<Packet>>> rings_;
};

template <Port P>
class HandoverPort : public WrappedPort<P> {
  using WrappedPort<P>::port_;

 public:
  using typename WrappedPort<P>::Packet;

  // `worker`: this one's number.
  HandoverPort(P& port, std::shared_ptr<Handover<Packet>> handover, std::size_t worker)
      : WrappedPort<P>(port), handover_(std::move(handover)), worker_(worker) {}
  ~HandoverPort() {
    for (std::size_t from = 0; from < handover_->workers(); ++from) {
      Packet packet{};
      while (from != worker_ && handover_->ring(from, worker_).pop(packet)) port_.release(packet);
    }
  }
  HandoverPort(const HandoverPort&) = delete;
  HandoverPort& operator=(const HandoverPort&) = delete;

  // What the others hand over comes without the device noticing: do not sleep on it.
  void wait(std::uint64_t) noexcept {}

  Counters counters() const noexcept {
    Counters all = port_.counters();
    all.rx_dropped += dropped_;
    return all;
  }

  std::size_t receive(std::span<Packet> burst) {
    std::size_t kept = 0;
    const std::size_t arrived = port_.receive(burst);
    for (std::size_t i = 0; i < arrived; ++i) {
      if (sort(burst[i])) burst[kept++] = burst[i];
    }
    for (std::size_t i = 0; i < handover_->workers() && kept < burst.size(); ++i) {
      const std::size_t from = next_;
      next_ = next_ + 1 == handover_->workers() ? 0 : next_ + 1;
      if (from == worker_) continue;
      while (kept < burst.size() && handover_->ring(from, worker_).pop(burst[kept])) ++kept;
    }
    return kept;
  }

 private:
  // True when the packet stays with this worker.
  bool sort(Packet packet) {
    const std::span<std::byte> bytes = port_.frame(packet);
    const wire::Ethernet ethernet = wire::parse_ethernet(bytes);
    if (ethernet.header == 0) return true;
    if (ethernet.type == wire::kEtherArp) {
      copy_to_all(bytes);
      return true;
    }
    constexpr std::size_t kDestination = 16;  // of IPv4's header
    if (ethernet.type != wire::kEtherIpv4 || bytes.size() < ethernet.header + kDestination + 4) return true;
    const auto owner = handover_->owner(wire::load32(bytes.data() + ethernet.header + kDestination));
    if (!owner || *owner == worker_) return true;
    give(packet, *owner);
    return false;
  }

  void copy_to_all(std::span<const std::byte> bytes) {
    for (std::size_t to = 0; to < handover_->workers(); ++to) {
      if (to == worker_) continue;
      const Packet copy = port_.allocate();
      if (copy == Packet{}) return;
      std::memcpy(port_.frame(copy).data(), bytes.data(), bytes.size());
      port_.trim(copy, bytes.size());
      give(copy, to);
    }
  }

  void give(Packet packet, std::size_t to) {
    if (handover_->ring(worker_, to).push(packet)) return;
    ++dropped_;
    port_.release(packet);
  }

  std::shared_ptr<Handover<Packet>> handover_;
  std::size_t worker_;
  std::size_t next_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace mcc::port
