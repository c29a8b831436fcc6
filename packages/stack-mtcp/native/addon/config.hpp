#pragma once
// What src/native-options.ts hands over, as plain values. One of these is for one worker.

#include <napi.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "eal/arguments.hpp"
#include "mcc/addon/from_napi.hpp"
#include "mcc/options.hpp"
#include "mtcp_stack.hpp"
#include "port/dpdk_device.hpp"
#include "port/fault_lane.hpp"
#include "port/wan_classes.hpp"

namespace mcc::addon {

struct PortConfig {
  port::DeviceName name;  // of kind memif only `target` is set
  port::DeviceOptions device;
  std::uint16_t queue = 0;  // this worker's
};

struct Config {
  PortConfig port;
  eal::Options eal;
  MtcpOptions stack;
  std::optional<port::Faults> faults;
  port::WanOptions wan;
  std::string pcap;  // empty: none
  // The addresses of each worker, when they share a device that does not know whose packets are whose; otherwise empty.
  std::vector<net::AddressPool> owners;
};

// Throws Failure with the name of the field that is not as it should be.
Config config_from(const Napi::Object& options, const OpenContext& context);

}  // namespace mcc::addon
