#pragma once
// Where peers may connect to. A handful of endpoints, looked at once per SYN.

#include <algorithm>
#include <cstdint>
#include <vector>

#include "wire/segment.hpp"

namespace mcc::flow {

struct ListenEndpoint {
  wire::Address address = 0;  // 0: every address of ours
  std::uint16_t port = 0;
};

class Listeners {
 public:
  explicit Listeners(std::vector<ListenEndpoint> endpoints) : endpoints_(std::move(endpoints)) {}

  bool any() const noexcept { return !endpoints_.empty(); }
  void open() noexcept { open_ = true; }
  void close() noexcept { open_ = false; }

  bool accepts(wire::Address address, std::uint16_t port) const noexcept {
    return open_ && std::any_of(endpoints_.begin(), endpoints_.end(), [&](const ListenEndpoint& endpoint) {
             return endpoint.port == port && (endpoint.address == 0 || endpoint.address == address);
           });
  }

 private:
  std::vector<ListenEndpoint> endpoints_;
  bool open_ = false;
};

}  // namespace mcc::flow
