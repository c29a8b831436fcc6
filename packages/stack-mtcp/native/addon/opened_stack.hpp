#pragma once
// A stack together with the port that it runs on and the wrappers around that port.

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "addon/config.hpp"
#include "mcc/addon.hpp"
#include "mtcp_stack.hpp"
#include "port/fault_port.hpp"
#include "port/pcap_port.hpp"
#include "port/wan_port.hpp"

namespace mcc::addon {

// A port that nothing wraps: the fast one. A Source owns a port and what the port stands on:
//   using Port; Source(const Config&, TscClock&); Port& port(); Facts facts() const;
template <class Source>
struct Plain {
  using Port = typename Source::Port;

  Plain(const Config& config, TscClock& clock) : source(config, clock) {}
  Port& port() { return source.port(); }

  Source source;
};

// Faults first, then distance, then the capture: it shows what the stack sees.
template <class Source>
struct Wrapped {
  using Faulty = port::FaultPort<typename Source::Port, TscClock>;
  using Distant = port::WanPort<Faulty, TscClock>;
  using Port = port::PcapPort<Distant, TscClock>;

  Wrapped(const Config& config, TscClock& clock)
      : source(config, clock),
        faulty(source.port(), clock, config.faults.value_or(port::Faults{})),
        distant(faulty, clock, config.wan),
        captured(distant, clock, open_capture(config.pcap), epoch()) {}
  Port& port() { return captured; }

  static std::FILE* open_capture(const std::string& path) {
    const char* const name = path.empty() ? "/dev/null" : path.c_str();
    if (std::FILE* const file = std::fopen(name, "wbe")) return file;
    throw Failure("MCC_ERR_OUTPUT", "--mtcp.pcap " + path + " cannot be written: " + std::strerror(errno) + ".");
  }

  // CLOCK_REALTIME minus CLOCK_MONOTONIC.
  static Nanos epoch() {
    timespec day{};
    clock_gettime(CLOCK_REALTIME, &day);
    return static_cast<Nanos>(day.tv_sec) * 1'000'000'000 + static_cast<Nanos>(day.tv_nsec) - monotonic_now();
  }

  Source source;
  Faulty faulty;
  Distant distant;
  Port captured;
};

// The holder is a base so that it is made before the stack and goes after it.
template <class Holder>
class OpenedStack : private Holder, public MtcpStack<typename Holder::Port, TscClock> {
 public:
  OpenedStack(const Config& config, TscClock& clock, std::span<std::uint64_t> counters)
      : Holder(config, clock),
        MtcpStack<typename Holder::Port, TscClock>(Holder::port(), clock, config.stack, counters) {}

  Facts facts() const { return this->source.facts(); }
};

template <class Source>
std::unique_ptr<Port> open_over(const Opening& opening, const Config& config) {
  const auto put = [&]<class Holder>(std::type_identity<Holder>) {
    return opening.port(std::make_unique<OpenedStack<Holder>>(config, opening.clock, opening.context.stack_counters));
  };
  if (config.faults || !config.wan.classes.empty() || !config.pcap.empty())
    return put(std::type_identity<Wrapped<Source>>{});
  return put(std::type_identity<Plain<Source>>{});
}

// Each in a file of its own, for the compiler's sake.
std::unique_ptr<Port> open_memif(const Opening& opening, const Config& config);
std::unique_ptr<Port> open_dpdk(const Opening& opening, const Config& config);

// A MAC as people write it.
inline std::string mac_text(const port::Mac& mac) {
  char text[18];
  std::snprintf(text, sizeof text, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
  return text;
}

}  // namespace mcc::addon
