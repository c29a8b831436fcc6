#pragma once
// Wraps a port in long ways: the segments of connections that belong to a class of distant users leave and arrive
// later, no faster than their line, and not all of them. The peer sees distant users and knows nothing of it. Whatever
// belongs to no class passes as it is.

#include <algorithm>
#include <optional>

#include "mcc/clock.hpp"
#include "mcc/random.hpp"
#include "port/wan_classes.hpp"
#include "port/wan_lane.hpp"
#include "port/wrapped_port.hpp"
#include "wire/ethernet.hpp"
#include "wire/ipv4.hpp"

namespace mcc::port {

template <Port P, Clock C>
class WanPort : public WrappedPort<P> {
  using WrappedPort<P>::port_;

 public:
  using typename WrappedPort<P>::Packet;

  WanPort(P& port, C& clock, const WanOptions& options)
      : WrappedPort<P>(port),
        clock_(clock),
        classes_(options),
        seed_(mix(options.seed)),
        congested_below_(options.held_max / 8),
        arriving_(classes_.any() ? options.held_max : 0),
        leaving_(classes_.any() ? options.held_max : 0) {}
  WanPort(const WanPort&) = delete;
  WanPort& operator=(const WanPort&) = delete;
  // What is on its way out gets there: resets, above all.
  ~WanPort() {
    while (leaving_.size() > 0) pass_on(leaving_.take());
    port_.flush();
    while (arriving_.size() > 0) port_.release(arriving_.take());
  }

  // What is about to be dropped for want of room had better wait with its connection.
  bool congested() const noexcept {
    return port_.congested() || (classes_.any() && leaving_.room() < congested_below_);
  }

  Counters counters() const noexcept {
    Counters all = port_.counters();
    all.wan_lost += lost_;
    all.wan_dropped += dropped_;
    return all;
  }

  // The most that a connection may offer to receive (bandwidth times delay).
  std::uint32_t window(net::Address local, std::uint16_t local_port) const noexcept {
    const auto path = classes_.path(local, local_port);
    return path ? WanClasses::window(path->kind, port_.capabilities().mtu) : UINT32_MAX;
  }

  // 0: everything is near. Otherwise those that were given, in their order, and what is near behind them.
  std::size_t classes() const noexcept { return classes_.any() ? classes_.count() + 1 : 0; }
  std::size_t class_of(net::Address local, std::uint16_t local_port) const noexcept {
    const auto path = classes_.path(local, local_port);
    return path ? path->index : classes_.count();
  }

  std::size_t receive(std::span<Packet> burst) {
    if (!classes_.any()) return port_.receive(burst);
    const Nanos now = clock_.now();
    std::size_t given = 0;
    for (; given < burst.size() && arriving_.next() <= now; ++given) burst[given] = arriving_.take();
    // As long as the device has whole bursts of what only arrives later.
    for (std::size_t i = 0; i < kBurstsPerReceive; ++i) {
      const std::span<Packet> room = burst.subspan(given);
      const std::size_t arrived = port_.receive(room);
      for (std::size_t at = 0; at < arrived; ++at) {
        const auto path = path_of(port_.frame(room[at]), WanClasses::kIn);
        if (!path) {
          burst[given++] = room[at];
        } else {
          hold(arriving_, room[at], *path, WanClasses::kIn, port_.frame(room[at]).size(), room[at], now);
        }
      }
      if (arrived < room.size() || given == burst.size()) break;
    }
    return given;
  }

  void transmit(Packet packet, std::size_t length, bool offload, std::uint16_t ip_offset) {
    const auto path = classes_.any() ? path_of(port_.frame(packet).first(length), WanClasses::kOut) : std::nullopt;
    if (!path) return port_.transmit(packet, length, offload, ip_offset);
    const Leaving leaving{packet, static_cast<std::uint32_t>(length), offload, ip_offset};
    hold(leaving_, leaving, *path, WanClasses::kOut, length, packet, clock_.now());
  }

  void flush() {
    if (leaving_.size() > 0) {
      const Nanos now = clock_.now();
      while (leaving_.next() <= now) pass_on(leaving_.take());
    }
    port_.flush();
  }

  // What is held comes due without the device noticing.
  void wait(std::uint64_t ns) {
    const Nanos due = std::min(arriving_.next(), leaving_.next());
    if (due == WanLane<Packet>::kNever) return port_.wait(ns);
    const Nanos now = clock_.now();
    if (due > now) port_.wait(std::min(ns, due - now));
  }

 private:
  static constexpr std::size_t kBurstsPerReceive = 8;

  struct Leaving {
    Packet packet;
    std::uint32_t length;
    bool offload;
    std::uint16_t ip_offset;
  };

  // Goes by our own end of a TCP segment: where it comes from on the way out, where it goes to on the way in.
  std::optional<WanClasses::Path> path_of(Bytes frame, WanClasses::Direction direction) const noexcept {
    const wire::Ethernet ethernet = wire::parse_ethernet(frame);
    if (ethernet.header == 0 || ethernet.type != wire::kEtherIpv4) return std::nullopt;
    wire::Ipv4 ip;
    if (wire::parse_ipv4(frame.subspan(ethernet.header), false, ip) != wire::Ipv4Fault::none) return std::nullopt;
    if (ip.protocol != wire::kProtocolTcp || ip.payload.size() < 4) return std::nullopt;
    return direction == WanClasses::kOut ? classes_.path(ip.source, wire::load16(ip.payload.data()))
                                         : classes_.path(ip.destination, wire::load16(ip.payload.data() + 2));
  }

  template <class Item>
  void hold(WanLane<Item>& lane, const Item& item, const WanClasses::Path& path, WanClasses::Direction direction,
            std::size_t bytes, Packet packet, Nanos now) {
    if (hit(path.kind.loss)) {
      ++lost_;
      return port_.release(packet);
    }
    if (lane.room() == 0) {
      ++dropped_;
      return port_.release(packet);
    }
    const Nanos half = path.kind.round_trip / 2;
    const Nanos way = direction == WanClasses::kOut ? half : path.kind.round_trip - half;
    lane.put(item, classes_.pass_line(path, direction, bytes, now) + way);
  }

  void pass_on(const Leaving& leaving) {
    port_.transmit(leaving.packet, leaving.length, leaving.offload, leaving.ip_offset);
  }

  bool hit(double probability) noexcept {
    return probability > 0 && static_cast<double>(mix(seed_ + ++drawn_) >> 11) * 0x1.0p-53 < probability;
  }

  C& clock_;
  WanClasses classes_;
  std::uint64_t seed_;
  std::uint64_t drawn_ = 0;
  std::uint64_t lost_ = 0;
  std::uint64_t dropped_ = 0;
  std::size_t congested_below_;
  WanLane<Packet> arriving_;
  WanLane<Leaving> leaving_;
};

}  // namespace mcc::port
