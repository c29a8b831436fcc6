#pragma once
// One network interface: frames in, TCP segments out to a sink, and back. Ethernet, ARP, IPv4 and ICMP live here, so
// that TCP sees only segments and addresses.
//
// A Sink offers:
//   void prefetch_lookup(const wire::Segment&)                   // hints: on_segment follows soon, and the second of
//   void prefetch_connection(const wire::Segment&)               // them after the first's memory has arrived
//   bool on_segment(const wire::Segment&, Packet, Nanos now)     // true: it keeps the packet, and releases it later
//   void on_icmp_error(const IcmpError&, Nanos now)
//   void on_neighbour_failed(Address next_hop, Nanos now)

#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "net/address_pool.hpp"
#include "net/counters.hpp"
#include "net/neighbour_table.hpp"
#include "net/route.hpp"
#include "net/waiting_packets.hpp"
#include "port/port.hpp"
#include "wire/arp.hpp"
#include "wire/ethernet.hpp"
#include "wire/icmp.hpp"
#include "wire/ipv4.hpp"
#include "wire/tcp.hpp"

namespace mcc::net {

struct InterfaceOptions {
  AddressPool addresses;
  Routes routes;
  std::vector<std::pair<Address, Mac>> neighbours;
  std::uint16_t vlan = 0;
  bool software_checksum = false;  // do not use the port's offloads
  std::size_t neighbours_max = 65536;
  std::size_t waiting_max = 1024;
};

// An ICMP error about a segment of ours (RFC 1122 section 4.2.3.9).
struct IcmpError {
  enum class Kind : std::uint8_t { unreachable, fragmentation_needed, other } kind;
  wire::QuotedSegment quoted;
  std::uint16_t mtu = 0;  // of fragmentation_needed; 0: not told
};

enum class Output : std::uint8_t {
  sent,     // or waiting for the neighbour's answer
  dropped,  // no buffer, no room: a retransmission repairs it
  failed,   // no route, or the neighbour does not answer
};

template <port::Port P>
class Interface {
 public:
  using Packet = typename P::Packet;
  static constexpr std::size_t kBurst = 32;
  static constexpr Nanos kTick = 50'000'000;
  // Pools up to this size are announced address by address when the interface comes up (RFC 5227 section 2.3).
  static constexpr std::uint32_t kAnnounceMax = 64;

  Interface(P& port, const InterfaceOptions& options)
      : port_(port),
        options_(options),
        mac_(port.capabilities().mac),
        neighbours_(options.neighbours_max),
        waiting_(options.waiting_max),
        tcp_offload_(!options.software_checksum && port.capabilities().transmit_tcp_checksum &&
                     port.capabilities().transmit_ip_checksum),
        l2_(wire::ethernet_header_size(options.vlan)) {
    for (const auto& [address, mac] : options_.neighbours) neighbours_.fix(address, mac);
  }

  const AddressPool& addresses() const noexcept { return options_.addresses; }
  const Counters& counters() const noexcept { return counters_; }
  P& port() noexcept { return port_; }
  std::uint16_t mtu() const noexcept { return port_.capabilities().mtu; }

  // Tells the link who we are.
  void announce() {
    if (options_.addresses.size() > kAnnounceMax) return;
    for (std::uint32_t i = 0; i < options_.addresses.size(); ++i) {
      const Address own = options_.addresses.at(i);
      send_arp(wire::kBroadcast, {wire::ArpOperation::request, mac_, own, Mac{}, own});
    }
  }

  // Builds and queues a segment. Its payload is copied before the call returns.
  Output output(const wire::Segment& segment, Nanos now) {
    const Address hop = options_.routes.next_hop(segment.destination);
    if (hop == 0) {
      ++counters_.no_route;
      return Output::failed;
    }
    const Mac* mac = resolved(hop);
    if (mac == nullptr) return output_unresolved(segment, hop, now);
    const Built built = build(segment, *mac);
    if (built.length == 0) return Output::dropped;
    port_.transmit(built.packet, built.length, tcp_offload_, static_cast<std::uint16_t>(l2_));
    return Output::sent;
  }

  // One burst: returns how many packets came in. What is sent meanwhile leaves with flush().
  template <class Sink>
  std::size_t receive(Sink& sink, Nanos now) {
    std::array<Packet, kBurst> burst;
    const std::size_t count = port_.receive(burst);
    // Headers were prefetched by the port or lie in cache by the time the later packets are parsed; the sink gets to
    // prefetch its tables, and then what they point to, for the whole burst before the first is touched.
    std::array<bool, kBurst> is_segment{};
    for (std::size_t i = 0; i < count; ++i) {
      is_segment[i] = parse(sink, burst[i], segments_[i], now);
      if (is_segment[i]) sink.prefetch_lookup(segments_[i]);
    }
    for (std::size_t i = 0; i < count; ++i) {
      if (is_segment[i]) sink.prefetch_connection(segments_[i]);
    }
    for (std::size_t i = 0; i < count; ++i) {
      if (!is_segment[i] || !sink.on_segment(segments_[i], burst[i], now)) port_.release(burst[i]);
    }
    return count;
  }

  // ARP's timers. Cheap when nothing is due.
  template <class Sink>
  void tick(Sink& sink, Nanos now) {
    if (now < next_tick_) return;
    next_tick_ = now + kTick;
    neighbours_.tick(
        now, [this](Neighbour& entry) { ask(entry); },
        [this, &sink, now](Neighbour& entry) {
          ++counters_.arp_failed;
          last_hop_ = {};
          waiting_.take(entry.address, [this](auto& waiting) {
            ++counters_.waiting_dropped;
            port_.release(waiting.packet);
          });
          sink.on_neighbour_failed(entry.address, now);
        });
  }
  Nanos next_tick() const noexcept { return next_tick_; }

  // The next hop of a destination, for sinks that match failures to connections; 0: there is none.
  Address next_hop(Address destination) const noexcept { return options_.routes.next_hop(destination); }

 private:
  struct Built {
    Packet packet{};
    std::size_t length = 0;  // 0: no buffer
  };

  // The MAC of a neighbour that is known and usable. The last one asked for is nearly always the next one, too.
  const Mac* resolved(Address hop) noexcept {
    if (last_hop_.usable && last_hop_.address == hop) return &last_hop_.mac;
    const Neighbour* entry = neighbours_.find(hop);
    if (entry == nullptr || !NeighbourTable::usable(*entry)) return nullptr;
    last_hop_ = {hop, entry->mac, true};
    return &last_hop_.mac;
  }

  Output output_unresolved(const wire::Segment& segment, Address hop, Nanos now) {
    Neighbour* entry = neighbours_.want(hop, now);
    if (entry == nullptr) {
      ++counters_.neighbour_table_full;
      return Output::dropped;
    }
    if (entry->state == NeighbourState::failed) return Output::failed;
    if (entry->probes == 0) {
      entry->probes = 1;
      entry->due = now + NeighbourTable::kProbeEvery;
      ask(*entry, segment.source);
    }
    const Built built = build(segment, Mac{});
    if (built.length == 0) return Output::dropped;
    if (!waiting_.add({hop, built.packet, built.length, tcp_offload_})) {
      ++counters_.waiting_dropped;
      port_.release(built.packet);
      return Output::dropped;
    }
    return Output::sent;
  }

  Built build(const wire::Segment& segment, const Mac& mac) {
    const Packet packet = port_.allocate();
    if (packet == Packet{}) {
      ++counters_.no_buffer;
      return {};
    }
    std::byte* const frame = port_.frame(packet).data();
    wire::build_ethernet(frame, mac, mac_, options_.vlan, wire::kEtherIpv4);
    std::byte* const ip = frame + l2_;
    std::byte* const tcp = ip + wire::kIpv4Header;
    wire::Sum sum = 0;
    const std::size_t header = wire::build_tcp_header(tcp, segment, sum);
    const std::size_t length = header + segment.payload.size();
    wire::Ipv4 fields;
    fields.source = segment.source;
    fields.destination = segment.destination;
    fields.protocol = wire::kProtocolTcp;
    wire::build_ipv4(ip, fields, length, tcp_offload_);
    const wire::Sum pseudo = wire::pseudo_header_sum(segment.source, segment.destination, wire::kProtocolTcp,
                                                     static_cast<std::uint16_t>(length));
    if (tcp_offload_) {
      if (!segment.payload.empty()) std::memcpy(tcp + header, segment.payload.data(), segment.payload.size());
      wire::store_checksum(tcp + 16, wire::checksum_fold(pseudo));
    } else {
      wire::store_checksum(tcp + 16,
                           wire::checksum_finish(wire::checksum_copy(tcp + header, segment.payload, sum + pseudo)));
    }
    return {packet, l2_ + wire::kIpv4Header + length};
  }

  // True when the packet is a TCP segment for us; everything else is dealt with here.
  template <class Sink>
  bool parse(Sink& sink, Packet packet, wire::Segment& segment, Nanos now) {
    const std::span<std::byte> frame = port_.frame(packet);
    const wire::Ethernet ethernet = wire::parse_ethernet(frame);
    if (ethernet.header == 0) {
      ++counters_.malformed;
      return false;
    }
    if (ethernet.vlan != options_.vlan || (ethernet.destination != mac_ && ethernet.destination != wire::kBroadcast)) {
      ++counters_.not_ours;
      return false;
    }
    const std::span<std::byte> payload = frame.subspan(ethernet.header);
    if (ethernet.type == wire::kEtherArp) {
      on_arp(payload, now);
      return false;
    }
    if (ethernet.type != wire::kEtherIpv4 || ethernet.destination == wire::kBroadcast) {
      ++counters_.unknown_protocol;
      return false;
    }
    return parse_ip(sink, packet, payload, ethernet, segment, now);
  }

  template <class Sink>
  bool parse_ip(Sink& sink, Packet packet, std::span<std::byte> bytes, const wire::Ethernet& ethernet,
                wire::Segment& segment, Nanos now) {
    const port::ChecksumState state = port_.checksum_state(packet);
    if (state == port::ChecksumState::bad) {
      ++counters_.checksum_errors;
      return false;
    }
    const bool verify = state == port::ChecksumState::unknown;
    wire::Ipv4 ip;
    if (const wire::Ipv4Fault fault = wire::parse_ipv4(bytes, verify, ip); fault != wire::Ipv4Fault::none) {
      ++(fault == wire::Ipv4Fault::bad_checksum ? counters_.checksum_errors
         : fault == wire::Ipv4Fault::fragment   ? counters_.fragments
                                                : counters_.malformed);
      return false;
    }
    if (!options_.addresses.contains(ip.destination)) {
      ++counters_.not_ours;
      return false;
    }
    if (ip.protocol == wire::kProtocolIcmp) {
      on_icmp(sink, ip, bytes, ethernet, now);
      return false;
    }
    if (ip.protocol != wire::kProtocolTcp) {
      ++counters_.unknown_protocol;
      return false;
    }
    if (const wire::TcpFault fault = wire::parse_tcp(ip, verify, segment); fault != wire::TcpFault::none) {
      ++(fault == wire::TcpFault::bad_checksum ? counters_.checksum_errors : counters_.malformed);
      return false;
    }
    return true;
  }

  void on_arp(Bytes packet, Nanos now) {
    const auto arp = wire::parse_arp(packet);
    if (!arp) {
      ++counters_.malformed;
      return;
    }
    if (options_.addresses.contains(arp->sender)) {
      if (arp->sender_mac != mac_) ++counters_.address_conflicts;
      return;
    }
    const bool for_us = options_.addresses.contains(arp->target);
    // A probe (RFC 5227) has no sender address to learn.
    if (arp->sender != 0) {
      if (neighbours_.learn(arp->sender, arp->sender_mac, for_us, now) != nullptr)
        release_waiting(arp->sender, arp->sender_mac);
      if (last_hop_.address == arp->sender) last_hop_ = {};
    }
    if (for_us && arp->operation == wire::ArpOperation::request) {
      ++counters_.arp_replies;
      send_arp(arp->sender_mac, {wire::ArpOperation::reply, mac_, arp->target, arp->sender_mac, arp->sender});
    }
  }

  template <class Sink>
  void on_icmp(Sink& sink, const wire::Ipv4& ip, std::span<std::byte> bytes, const wire::Ethernet& ethernet,
               Nanos now) {
    const auto icmp = wire::parse_icmp(ip.payload);
    if (!icmp) {
      ++counters_.malformed;
      return;
    }
    if (icmp->type == wire::kEchoRequest) {
      send_echo_reply(ip, bytes, ethernet);
    } else if (icmp->type == wire::kUnreachable || icmp->type == wire::kTimeExceeded ||
               icmp->type == wire::kParameterProblem) {
      const auto quoted = wire::parse_quoted_segment(icmp->body);
      if (!quoted || !options_.addresses.contains(quoted->source)) return;
      ++counters_.icmp_errors;
      IcmpError error{IcmpError::Kind::other, *quoted, 0};
      if (icmp->type == wire::kUnreachable) {
        const bool too_big = icmp->code == wire::kFragmentationNeeded;
        error.kind = too_big ? IcmpError::Kind::fragmentation_needed : IcmpError::Kind::unreachable;
        error.mtu = icmp->next_hop_mtu;
      }
      sink.on_icmp_error(error, now);
    }
  }

  // Straight back to the MAC that it came from: no need to ask for it.
  void send_echo_reply(const wire::Ipv4& ip, Bytes bytes, const wire::Ethernet& ethernet) {
    const Packet packet = port_.allocate();
    if (packet == Packet{}) {
      ++counters_.no_buffer;
      return;
    }
    const std::span<std::byte> frame = port_.frame(packet);
    const std::size_t length = l2_ + wire::kIpv4Header + ip.payload.size();
    if (length > frame.size() || bytes.size() > mtu()) {
      port_.release(packet);
      return;
    }
    wire::build_ethernet(frame.data(), ethernet.source, mac_, options_.vlan, wire::kEtherIpv4);
    wire::Ipv4 reply;
    reply.source = ip.destination;
    reply.destination = ip.source;
    reply.protocol = wire::kProtocolIcmp;
    wire::build_ipv4(frame.data() + l2_, reply, ip.payload.size());
    std::byte* const message = frame.data() + l2_ + wire::kIpv4Header;
    std::memcpy(message, ip.payload.data(), ip.payload.size());
    wire::make_echo_reply({message, ip.payload.size()});
    ++counters_.echo_replies;
    port_.transmit(packet, length, false, 0);
  }

  void ask(Neighbour& entry) {
    if (options_.addresses.size() > 0) ask(entry, options_.addresses.at(0));
  }

  void ask(const Neighbour& entry, Address from) {
    ++counters_.arp_requests;
    // A stale neighbour is asked directly (RFC 1122 section 2.3.2.1 (2)).
    const bool direct = entry.state == NeighbourState::stale && entry.probes < 3;
    send_arp(direct ? entry.mac : wire::kBroadcast, {wire::ArpOperation::request, mac_, from, Mac{}, entry.address});
  }

  void send_arp(const Mac& to, const wire::Arp& arp) {
    const Packet packet = port_.allocate();
    if (packet == Packet{}) {
      ++counters_.no_buffer;
      return;
    }
    std::byte* const frame = port_.frame(packet).data();
    wire::build_ethernet(frame, to, mac_, options_.vlan, wire::kEtherArp);
    wire::build_arp(frame + l2_, arp);
    port_.transmit(packet, l2_ + wire::kArpSize, false, 0);
  }

  void release_waiting(Address hop, const Mac& mac) {
    waiting_.take(hop, [this, &mac](auto& waiting) {
      std::memcpy(port_.frame(waiting.packet).data(), mac.data(), mac.size());
      port_.transmit(waiting.packet, waiting.length, waiting.offload, static_cast<std::uint16_t>(l2_));
    });
  }

  struct LastHop {
    Address address = 0;
    Mac mac{};
    bool usable = false;
  };

  P& port_;
  InterfaceOptions options_;
  Mac mac_;
  NeighbourTable neighbours_;
  WaitingPackets<Packet> waiting_;
  bool tcp_offload_;
  std::size_t l2_;
  LastHop last_hop_;
  Nanos next_tick_ = 0;
  std::array<wire::Segment, kBurst> segments_;  // of one burst: made once, since parsing sets every field
  Counters counters_;
};

}  // namespace mcc::net
