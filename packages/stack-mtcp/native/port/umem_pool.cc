#include "port/umem_pool.hpp"

#include <rte_errno.h>
#include <rte_mbuf.h>
#include <rte_mbuf_pool_ops.h>
#include <rte_memzone.h>

namespace mcc::port {
namespace {

// The kernel's largest, too.
constexpr std::uint32_t kPage = 4096;
// No space between packets, neither to spread them over memory channels nor for the sake of page bounds.
constexpr unsigned kFlags = RTE_MEMPOOL_F_NO_SPREAD | RTE_MEMPOOL_F_NO_IOVA_CONTIG;

void free_memory(rte_mempool_memhdr*, void* memory) { rte_memzone_free(static_cast<const rte_memzone*>(memory)); }

int populate(rte_mempool* pool, const std::string& name, std::uint32_t count) {
  rte_pktmbuf_pool_private layout{};
  layout.mbuf_data_room_size = static_cast<std::uint16_t>(pool->elt_size - sizeof(rte_mbuf));
  rte_pktmbuf_pool_init(pool, &layout);
  if (const int result = rte_mempool_set_ops_byname(pool, rte_mbuf_best_mempool_ops(), nullptr); result != 0)
    return result;
  const rte_memzone* const memory =
      rte_memzone_reserve_aligned(name.c_str(), std::size_t{count} * kPage, SOCKET_ID_ANY, 0, kPage);
  if (memory == nullptr) return -rte_errno;
  const int populated = rte_mempool_populate_iova(pool, static_cast<char*>(memory->addr), RTE_BAD_IOVA, memory->len,
                                                  free_memory, const_cast<rte_memzone*>(memory));
  if (populated <= 0) rte_memzone_free(memory);
  if (populated != static_cast<int>(count)) return populated < 0 ? populated : -ENOMEM;
  rte_mempool_obj_iter(pool, rte_pktmbuf_init, nullptr);
  return 0;
}

}  // namespace

rte_mempool* make_umem_pool(const std::string& name, std::uint32_t count) {
  rte_mempool_objsz rest{};
  rte_mempool_calc_obj_size(kPage, kFlags, &rest);
  rte_mempool* const pool =
      rte_mempool_create_empty(name.c_str(), count, kPage - rest.header_size - rest.trailer_size,
                               RTE_MEMPOOL_CACHE_MAX_SIZE, sizeof(rte_pktmbuf_pool_private), SOCKET_ID_ANY, kFlags);
  if (pool == nullptr) return nullptr;
  if (const int result = populate(pool, name, count); result != 0) {
    rte_mempool_free(pool);
    rte_errno = -result;
    return nullptr;
  }
  return pool;
}

}  // namespace mcc::port
