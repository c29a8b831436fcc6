#pragma once
// Packets for AF_XDP, which reaches them through the kernel.
//
// DPDK's driver tells the kernel that the packets lie one after another, from the first on (before 24.07; since then it
// asks the pool). Pools that DPDK makes have gaps, since no packet of theirs lies across two pages: with pages of 4 KB,
// two fifths of the packets lie beyond what the kernel was told of. It drops what is sent in those, receives nothing
// into them, and never gives them back. Here each packet is a page, so there are no gaps (docs/decisions/0013).

#include <rte_mempool.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace mcc::port {

// `count` packets of a page each; nullptr, with the cause in rte_errno, when there is no memory.
rte_mempool* make_umem_pool(const std::string& name, std::uint32_t count);

}  // namespace mcc::port
