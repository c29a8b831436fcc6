#include "port/dpdk_device.hpp"

#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_ether.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <map>
#include <mutex>
#include <thread>

#include "eal/bpf_log.hpp"
#include "eal/eal.hpp"
#include "mcc/clock.hpp"
#include "mcc/failure.hpp"
#include "port/umem_pool.hpp"

namespace mcc::port {
namespace {

// The words of DPDK about what failed, or errno's.
std::string reason_of(int code) {
  const std::string words = eal::log().first_words();
  return words.empty() ? std::string(rte_strerror(code < 0 ? -code : code)) : words;
}

std::string shown(const DeviceName& name) { return "--mtcp.port " + name.kind + ":" + name.target; }

[[noreturn]] void refuse(const DeviceName& name, const std::string& what, int code) {
  throw Failure("MCC_ERR_STACK", shown(name) + ": " + what + ": " + reason_of(code) + ".",
                "Run `mcc doctor --stack mtcp`; docs/mtcp.md lists the causes by symptom.");
}

}  // namespace

std::shared_ptr<DpdkDevice> DpdkDevice::acquire(const DeviceName& name, const DeviceOptions& options) {
  static std::mutex mutex;
  static std::map<std::string, std::weak_ptr<DpdkDevice>> devices;
  const std::lock_guard lock(mutex);
  std::weak_ptr<DpdkDevice>& known = devices[name.device];
  if (auto device = known.lock()) return device;
  std::shared_ptr<DpdkDevice> device(new DpdkDevice(name, options));
  known = device;
  return device;
}

DpdkDevice::DpdkDevice(const DeviceName& name, const DeviceOptions& options) : name_(name), options_(options) {
  try {
    plug();
    configure();
    start();
  } catch (...) {
    close();
    throw;
  }
}

DpdkDevice::~DpdkDevice() { close(); }

void DpdkDevice::plug() {
  eal::log().clear();
  if (name_.kind == "af_xdp") eal::capture_bpf_log();
  if (rte_eth_dev_get_port_by_name(name_.device.c_str(), &id_) == 0) return;  // a PCI device that EAL has found
  id_ = RTE_MAX_ETHPORTS;
  const int result = rte_eal_hotplug_add(name_.bus.c_str(), name_.device.c_str(), name_.arguments.c_str());
  if (result != 0) refuse(name_, "the device cannot be opened", result);
  if (rte_eth_dev_get_port_by_name(name_.device.c_str(), &id_) != 0) {
    id_ = RTE_MAX_ETHPORTS;
    throw Failure("MCC_ERR_STACK", shown(name_) + ": no driver of DPDK took the device.",
                  name_.kind == "pci" ? "Bind it for DPDK: dpdk-devbind.py --bind=vfio-pci " + name_.target + "."
                                      : "Check the name against dpdk's list of drivers.");
  }
}

void DpdkDevice::configure() {
  rte_eth_dev_info info{};
  if (const int result = rte_eth_dev_info_get(id_, &info); result != 0) refuse(name_, "it does not answer", result);
  if (options_.queues > std::min(info.max_rx_queues, info.max_tx_queues)) {
    throw Failure("MCC_ERR_USAGE",
                  shown(name_) + " has " + std::to_string(std::min(info.max_rx_queues, info.max_tx_queues)) +
                      " queues, too few for " + std::to_string(options_.queues) + " workers.",
                  "Give one --mtcp.port for each worker, or fewer workers with --smp.");
  }
  const auto offers = [](std::uint64_t all, std::uint64_t wanted) { return (all & wanted) == wanted; };
  constexpr std::uint64_t kReceive = RTE_ETH_RX_OFFLOAD_IPV4_CKSUM | RTE_ETH_RX_OFFLOAD_TCP_CKSUM;
  constexpr std::uint64_t kTransmit = RTE_ETH_TX_OFFLOAD_IPV4_CKSUM | RTE_ETH_TX_OFFLOAD_TCP_CKSUM;
  if (offers(info.rx_offload_capa, kReceive)) configuration_.rxmode.offloads |= kReceive;
  if (offers(info.tx_offload_capa, kTransmit)) configuration_.txmode.offloads |= kTransmit;
  // Every packet is its queue's own and has one owner.
  configuration_.txmode.offloads |= info.tx_offload_capa & RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE;
  if (options_.queues > 1 && (info.flow_type_rss_offloads & RTE_ETH_RSS_NONFRAG_IPV4_TCP) != 0) {
    configuration_.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
    configuration_.rx_adv_conf.rss_conf.rss_hf =
        info.flow_type_rss_offloads & (RTE_ETH_RSS_NONFRAG_IPV4_TCP | RTE_ETH_RSS_IPV4);
  }
  capabilities_.receive_checksum = (configuration_.rxmode.offloads & kReceive) != 0;
  capabilities_.transmit_ip_checksum = (configuration_.txmode.offloads & kTransmit) != 0;
  capabilities_.transmit_tcp_checksum = capabilities_.transmit_ip_checksum;
  capabilities_.mtu = options_.mtu;

  const int result = rte_eth_dev_configure(id_, options_.queues, options_.queues, &configuration_);
  if (result != 0) refuse(name_, "it cannot be configured", result);
  // Devices that know no MTU carry whatever fits a packet.
  if (name_.kind == "pci" || name_.kind == "tap") {
    if (const int set = rte_eth_dev_set_mtu(id_, options_.mtu); set != 0 && set != -ENOTSUP)
      refuse(name_, "--mtcp.mtu " + std::to_string(options_.mtu) + " cannot be set", set);
  }
  make_pools();
  set_up_queues(info);
  set_mac();
}

void DpdkDevice::make_pools() {
  const bool af_xdp = driver() == "net_af_xdp";
  for (std::uint16_t queue = 0; queue < options_.queues; ++queue) {
    const std::string name = "mcc_" + std::to_string(id_) + "_" + std::to_string(queue);
    rte_mempool* const pool =
        af_xdp ? make_umem_pool(name, options_.buffers)
               : rte_pktmbuf_pool_create(name.c_str(), options_.buffers, RTE_MEMPOOL_CACHE_MAX_SIZE, 0,
                                         static_cast<std::uint16_t>(RTE_PKTMBUF_HEADROOM + options_.frame_bytes_max),
                                         SOCKET_ID_ANY);
    if (pool == nullptr) {
      throw Failure(
          "MCC_ERR_NO_MEMORY",
          "There is no memory for " + std::to_string(options_.buffers) + " packets: " + rte_strerror(rte_errno) + ".",
          "Raise --mtcp.memory, reserve more hugepages, or use --mtcp.huge off.");
    }
    pools_.push_back(pool);
    if (rte_pktmbuf_data_room_size(pool) < RTE_PKTMBUF_HEADROOM + options_.frame_bytes_max) {
      throw Failure("MCC_ERR_USAGE",
                    shown(name_) + ": --mtcp.mtu " + std::to_string(options_.mtu) + " is more than AF_XDP carries.",
                    "Lower it, or use af_packet.");
    }
  }
}

void DpdkDevice::set_up_queues(const rte_eth_dev_info& info) {
  std::uint16_t receive = options_.ring;
  std::uint16_t transmit = options_.ring;
  if (const int result = rte_eth_dev_adjust_nb_rx_tx_desc(id_, &receive, &transmit); result != 0)
    refuse(name_, "its rings cannot be sized", result);
  for (std::uint16_t queue = 0; queue < options_.queues; ++queue) {
    rte_eth_rxconf rx = info.default_rxconf;
    rx.offloads = configuration_.rxmode.offloads;
    rte_eth_txconf tx = info.default_txconf;
    tx.offloads = configuration_.txmode.offloads;
    int result = rte_eth_rx_queue_setup(id_, queue, receive, static_cast<unsigned>(SOCKET_ID_ANY), &rx, pools_[queue]);
    if (result == 0) result = rte_eth_tx_queue_setup(id_, queue, transmit, static_cast<unsigned>(SOCKET_ID_ANY), &tx);
    if (result != 0) refuse(name_, "a queue cannot be set up", result);
  }
}

void DpdkDevice::set_mac() {
  rte_ether_addr own{};
  if (const int result = rte_eth_macaddr_get(id_, &own); result != 0) refuse(name_, "it tells no MAC address", result);
  if (options_.mac && !options_.own_mac) {
    std::memcpy(own.addr_bytes, options_.mac->data(), options_.mac->size());
    const int result = rte_eth_dev_default_mac_addr_set(id_, &own);
    if (result != 0) refuse(name_, "--mtcp.mac cannot be set", result);
  }
  if (options_.mac) {
    capabilities_.mac = *options_.mac;
  } else {
    std::memcpy(capabilities_.mac.data(), own.addr_bytes, capabilities_.mac.size());
  }
}

void DpdkDevice::start() {
  if (const int result = rte_eth_dev_start(id_); result != 0) refuse(name_, "it does not start", result);
  if (options_.mac && options_.own_mac) rte_eth_promiscuous_enable(id_);
  if (!link_comes_up()) {
    throw Failure("MCC_ERR_STACK", shown(name_) + ": the link stays down.",
                  "Check the cable and the other end (ip link shows an interface of the kernel).");
  }
}

bool DpdkDevice::link_comes_up() const {
  const Nanos until = monotonic_now() + options_.link_wait_ns;
  for (;;) {
    rte_eth_link link{};
    if (rte_eth_link_get_nowait(id_, &link) == 0 && link.link_status == RTE_ETH_LINK_UP) return true;
    if (monotonic_now() >= until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

std::string DpdkDevice::driver() const {
  rte_eth_dev_info info{};
  if (rte_eth_dev_info_get(id_, &info) != 0 || info.driver_name == nullptr) return {};
  return info.driver_name;
}

void DpdkDevice::close() noexcept {
  if (id_ != RTE_MAX_ETHPORTS) {
    rte_eth_dev_info info{};
    const bool known = rte_eth_dev_info_get(id_, &info) == 0;
    rte_eth_dev_stop(id_);
    rte_eth_dev_close(id_);
    if (known && info.device != nullptr) rte_dev_remove(info.device);
    id_ = RTE_MAX_ETHPORTS;
  }
  for (rte_mempool* pool : pools_) rte_mempool_free(pool);
  pools_.clear();
}

}  // namespace mcc::port
