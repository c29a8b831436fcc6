#pragma once
// The addresses that the stack speaks from: ranges, numbered through from 0. A /10 costs one entry.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "wire/segment.hpp"

namespace mcc::net {

using wire::Address;

struct AddressRange {
  Address first;
  Address last;  // inclusive
};

class AddressPool {
 public:
  AddressPool() = default;

  // Ranges in any order; those that touch or overlap are merged.
  explicit AddressPool(std::vector<AddressRange> ranges) {
    std::sort(ranges.begin(), ranges.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const AddressRange& range : ranges) {
      if (!entries_.empty() && range.first <= std::uint64_t{entries_.back().last} + 1) {
        entries_.back().last = std::max(entries_.back().last, range.last);
      } else {
        entries_.push_back({range.first, range.last, 0});
      }
    }
    for (Entry& entry : entries_) {
      entry.index = size_;
      size_ += std::uint64_t{entry.last} - entry.first + 1;
    }
  }

  std::uint64_t size() const noexcept { return size_; }

  // The number of an address within the pool, or nothing if it is not ours.
  std::optional<std::uint32_t> index_of(Address address) const noexcept {
    if (entries_.empty()) return std::nullopt;
    // Most pools are one range: asked several times for every packet.
    const Entry& only = entries_.front();
    if (address - only.first <= only.last - only.first) return address - only.first;
    return search(address);
  }

  bool contains(Address address) const noexcept { return index_of(address).has_value(); }

  // `index` below size().
  Address at(std::uint32_t index) const noexcept {
    const auto after = std::upper_bound(entries_.begin(), entries_.end(), index,
                                        [](std::uint32_t wanted, const Entry& entry) { return wanted < entry.index; });
    const Entry& entry = *(after - 1);
    return entry.first + static_cast<Address>(index - entry.index);
  }

 private:
  struct Entry {
    Address first;
    Address last;
    std::uint64_t index;  // of `first`
  };

  std::optional<std::uint32_t> search(Address address) const noexcept {
    auto after = std::upper_bound(entries_.begin(), entries_.end(), address,
                                  [](Address wanted, const Entry& entry) { return wanted < entry.first; });
    if (after == entries_.begin()) return std::nullopt;
    const Entry& entry = *--after;
    if (address > entry.last) return std::nullopt;
    return static_cast<std::uint32_t>(entry.index + (address - entry.first));
  }

  std::vector<Entry> entries_;
  std::uint64_t size_ = 0;
};

}  // namespace mcc::net
