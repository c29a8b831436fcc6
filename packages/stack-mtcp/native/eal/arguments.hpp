#pragma once
// What DPDK's environment abstraction layer (EAL) is started with.

#include <sched.h>

#include <cstdint>
#include <string>
#include <vector>

namespace mcc::eal {

enum class Huge : std::uint8_t { automatic, on, off };

struct Options {
  Huge huge = Huge::automatic;
  std::uint64_t memory_bytes = 0;  // of packet buffers and rings, in all
  std::vector<std::string> pci;    // addresses of the devices to take; none: PCI is not looked at
  std::vector<std::string> extra;  // --mtcp.eal
};

// Cores as EAL writes them: 0,2,5.
inline std::string core_list(const cpu_set_t& set) {
  std::string list;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(static_cast<unsigned>(cpu), &set)) continue;
    if (!list.empty()) list += ',';
    list += std::to_string(cpu);
  }
  return list;
}

// The arguments for `options`, with hugepages or without. One lcore that floats over all allowed cores: EAL then starts
// no thread of its own for packets, and pins none of ours.
inline std::vector<std::string> arguments(const Options& options, bool hugepages, const std::string& cores,
                                          int process_id) {
  constexpr std::uint64_t kMegabyte = 1024 * 1024;
  std::vector<std::string> list{"mcc", "--lcores=0@(" + cores + ")", "--no-telemetry",
                                "--file-prefix=mcc" + std::to_string(process_id)};
  if (options.pci.empty()) list.emplace_back("--no-pci");
  for (const std::string& address : options.pci) list.insert(list.end(), {"-a", address});
  if (hugepages) {
    // Anonymous hugepages: no mounted hugetlbfs is needed and no file stays behind.
    list.emplace_back("--in-memory");
  } else {
    list.insert(list.end(),
                {"--no-huge", "--no-shconf", "-m", std::to_string((options.memory_bytes + kMegabyte - 1) / kMegabyte)});
  }
  list.insert(list.end(), options.extra.begin(), options.extra.end());
  return list;
}

}  // namespace mcc::eal
