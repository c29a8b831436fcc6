#pragma once
// How many hugepages the machine has to give.

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

namespace mcc::eal {

// Bytes in free hugepages, of all sizes.
inline std::uint64_t free_hugepage_bytes(const std::filesystem::path& pools = "/sys/kernel/mm/hugepages") {
  constexpr std::string_view kPrefix = "hugepages-";
  std::uint64_t bytes = 0;
  std::error_code missing;
  for (const auto& pool : std::filesystem::directory_iterator(pools, missing)) {
    const std::string name = pool.path().filename();
    if (!name.starts_with(kPrefix)) continue;
    std::uint64_t free = 0;
    std::ifstream(pool.path() / "free_hugepages") >> free;
    bytes += free * std::stoull(name.substr(kPrefix.size())) * 1024;
  }
  return bytes;
}

}  // namespace mcc::eal
