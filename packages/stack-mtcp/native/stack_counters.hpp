#pragma once
// The stack's own counters as they are published, and then how near it came to its limits: names for the report, and
// values in the same order.

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "net/counters.hpp"
#include "port/port.hpp"
#include "tcp/counters.hpp"

namespace mcc {

// What is no count of TCP's, the network's or the port's.
struct StackGauges {
  std::uint64_t bytes_per_connection = 0;  // in use for each, when last as many connections stood as ever
  std::uint64_t time_wait = 0;             // remnants: connections in TIME-WAIT and FIN-WAIT-2
  std::uint64_t side_records = 0;          // connections in trouble
  std::uint64_t held_packets = 0;
};

namespace detail {

template <class Counters>
struct CounterField {
  std::string_view name;
  std::uint64_t Counters::*value;
};

inline constexpr std::array kGaugeFields{
    CounterField<StackGauges>{"bytesPerConnection", &StackGauges::bytes_per_connection},
    CounterField<StackGauges>{"timeWait", &StackGauges::time_wait},
    CounterField<StackGauges>{"sideRecords", &StackGauges::side_records},
    CounterField<StackGauges>{"heldPackets", &StackGauges::held_packets},
};

inline constexpr std::array kPortFields{
    CounterField<port::Counters>{"rxPackets", &port::Counters::rx_packets},
    CounterField<port::Counters>{"txPackets", &port::Counters::tx_packets},
    CounterField<port::Counters>{"rxBytes", &port::Counters::rx_bytes},
    CounterField<port::Counters>{"txBytes", &port::Counters::tx_bytes},
    CounterField<port::Counters>{"rxDropped", &port::Counters::rx_dropped},
    CounterField<port::Counters>{"txDropped", &port::Counters::tx_dropped},
    CounterField<port::Counters>{"noBuffer", &port::Counters::no_buffer},
    CounterField<port::Counters>{"wanLost", &port::Counters::wan_lost},
    CounterField<port::Counters>{"wanDropped", &port::Counters::wan_dropped},
};

inline constexpr std::array kNetFields{
    CounterField<net::Counters>{"notOurs", &net::Counters::not_ours},
    CounterField<net::Counters>{"malformed", &net::Counters::malformed},
    CounterField<net::Counters>{"fragments", &net::Counters::fragments},
    CounterField<net::Counters>{"checksumErrors", &net::Counters::checksum_errors},
    CounterField<net::Counters>{"unknownProtocol", &net::Counters::unknown_protocol},
    CounterField<net::Counters>{"arpRequests", &net::Counters::arp_requests},
    CounterField<net::Counters>{"arpReplies", &net::Counters::arp_replies},
    CounterField<net::Counters>{"arpFailed", &net::Counters::arp_failed},
    CounterField<net::Counters>{"addressConflicts", &net::Counters::address_conflicts},
    CounterField<net::Counters>{"echoReplies", &net::Counters::echo_replies},
    CounterField<net::Counters>{"icmpErrors", &net::Counters::icmp_errors},
    CounterField<net::Counters>{"neighbourTableFull", &net::Counters::neighbour_table_full},
    CounterField<net::Counters>{"waitingDropped", &net::Counters::waiting_dropped},
    CounterField<net::Counters>{"noRoute", &net::Counters::no_route},
};

inline constexpr std::array kTcpFields{
    CounterField<tcp::Counters>{"segmentsReceived", &tcp::Counters::segments_received},
    CounterField<tcp::Counters>{"segmentsSent", &tcp::Counters::segments_sent},
    CounterField<tcp::Counters>{"opened", &tcp::Counters::opened},
    CounterField<tcp::Counters>{"accepted", &tcp::Counters::accepted},
    CounterField<tcp::Counters>{"fastRetransmits", &tcp::Counters::fast_retransmits},
    CounterField<tcp::Counters>{"timeoutRetransmits", &tcp::Counters::timeout_retransmits},
    CounterField<tcp::Counters>{"tailProbes", &tcp::Counters::tail_probes},
    CounterField<tcp::Counters>{"lostRetransmits", &tcp::Counters::lost_retransmits},
    CounterField<tcp::Counters>{"spuriousTimeouts", &tcp::Counters::spurious_timeouts},
    CounterField<tcp::Counters>{"synRetransmits", &tcp::Counters::syn_retransmits},
    CounterField<tcp::Counters>{"pathMtuRetransmits", &tcp::Counters::path_mtu_retransmits},
    CounterField<tcp::Counters>{"timeouts", &tcp::Counters::timeouts},
    CounterField<tcp::Counters>{"recoveries", &tcp::Counters::recoveries},
    CounterField<tcp::Counters>{"duplicateAcks", &tcp::Counters::duplicate_acks},
    CounterField<tcp::Counters>{"outOfOrder", &tcp::Counters::out_of_order},
    CounterField<tcp::Counters>{"duplicates", &tcp::Counters::duplicates},
    CounterField<tcp::Counters>{"duplicatesReported", &tcp::Counters::duplicates_reported},
    CounterField<tcp::Counters>{"heldFull", &tcp::Counters::held_full},
    CounterField<tcp::Counters>{"zeroWindows", &tcp::Counters::zero_windows},
    CounterField<tcp::Counters>{"windowProbes", &tcp::Counters::window_probes},
    CounterField<tcp::Counters>{"keepaliveProbes", &tcp::Counters::keepalive_probes},
    CounterField<tcp::Counters>{"unacceptable", &tcp::Counters::unacceptable},
    CounterField<tcp::Counters>{"pawsDrops", &tcp::Counters::paws_drops},
    CounterField<tcp::Counters>{"challengeAcks", &tcp::Counters::challenge_acks},
    CounterField<tcp::Counters>{"challengesWithheld", &tcp::Counters::challenges_withheld},
    CounterField<tcp::Counters>{"resetsReceived", &tcp::Counters::resets_received},
    CounterField<tcp::Counters>{"resetsSent", &tcp::Counters::resets_sent},
    CounterField<tcp::Counters>{"refusals", &tcp::Counters::refusals},
    CounterField<tcp::Counters>{"refusalsWithheld", &tcp::Counters::refusals_withheld},
    CounterField<tcp::Counters>{"synDropsHalfOpen", &tcp::Counters::syn_drops_half_open},
    CounterField<tcp::Counters>{"synDropsNoSlot", &tcp::Counters::syn_drops_no_slot},
    CounterField<tcp::Counters>{"timeWaitReused", &tcp::Counters::time_wait_reused},
    CounterField<tcp::Counters>{"remnantsEvicted", &tcp::Counters::remnants_evicted},
    CounterField<tcp::Counters>{"sendMemoryFull", &tcp::Counters::send_memory_full},
    CounterField<tcp::Counters>{"portsExhausted", &tcp::Counters::ports_exhausted},
};

static_assert(sizeof(StackGauges) == kGaugeFields.size() * 8 && sizeof(port::Counters) == kPortFields.size() * 8 &&
              sizeof(tcp::Counters) == kTcpFields.size() * 8);
// The port counts want of buffers for both.
static_assert(sizeof(net::Counters) == (kNetFields.size() + 1) * 8);

}  // namespace detail

inline constexpr std::size_t kStackCounters =
    detail::kGaugeFields.size() + detail::kPortFields.size() + detail::kNetFields.size() + detail::kTcpFields.size();

// The names, in the order of the values. The first detail::kGaugeFields.size() are gauges, the others only grow.
constexpr std::array<std::string_view, kStackCounters> stack_counter_names() {
  std::array<std::string_view, kStackCounters> names;
  std::size_t at = 0;
  for (const auto& field : detail::kGaugeFields) names[at++] = field.name;
  for (const auto& field : detail::kPortFields) names[at++] = field.name;
  for (const auto& field : detail::kNetFields) names[at++] = field.name;
  for (const auto& field : detail::kTcpFields) names[at++] = field.name;
  return names;
}

// Two words each, size and least_free.
inline constexpr std::array<std::string_view, 3> kStackLimits{"packetBuffers", "sendQueue", "receiveRing"};
static_assert(sizeof(port::Headroom) == kStackLimits.size() * 16);

// Writes as many as there is room for.
inline void write_stack_counters(std::span<std::uint64_t> words, const StackGauges& gauges, const port::Counters& port,
                                 const net::Counters& net, const tcp::Counters& tcp,
                                 const port::Headroom& headroom) noexcept {
  std::size_t at = 0;
  const auto write = [&](const auto& fields, const auto& counters) {
    for (const auto& field : fields) {
      if (at < words.size()) words[at++] = counters.*field.value;
    }
  };
  write(detail::kGaugeFields, gauges);
  write(detail::kPortFields, port);
  write(detail::kNetFields, net);
  write(detail::kTcpFields, tcp);
  for (const port::Level& level : {headroom.packet_buffers, headroom.send_queue, headroom.receive_ring}) {
    if (at + 1 >= words.size()) return;
    words[at++] = level.size;
    words[at++] = level.least_free;
  }
}

}  // namespace mcc
