#pragma once
// Opens the sockets that connect: each endpoint in turn, and once all had theirs, the next source address.

#include <cstddef>
#include <optional>
#include <vector>

#include "mcc/options.hpp"
#include "socket.hpp"

namespace mcc::kernel {

class Dialer {
 public:
  explicit Dialer(const OpenContext& context) {
    for (const Endpoint& endpoint : context.endpoints)
      endpoints_.push_back(Address::of(endpoint.address, endpoint.port));
    if (context.sources.empty()) return;
    sources_.emplace(context.sources);
    for (std::uint32_t i = 0; i < context.worker_index; ++i) sources_->advance();  // workers start apart
  }

  struct Call {
    int fd = -1;                      // bound, not yet connected
    const Address* target = nullptr;  // valid as long as the dialer
    Error error = Error::none;        // with it, there is no socket
  };

  Call open(int type_flags) noexcept {
    Call call;
    call.target = &endpoints_[endpoint_];
    call.fd = open_stream(call.target->family(), type_flags);
    if (call.fd < 0) {
      call.error = error_of(-call.fd);
      return call;
    }
    use_all_ports(call.fd);
    if (sources_) {
      call.error = bind_source(call.fd, sources_->current());
      if (call.error != Error::none) close(call.fd);
    }
    turn();
    return call;
  }

 private:
  void turn() noexcept {
    endpoint_ = endpoint_ + 1 == endpoints_.size() ? 0 : endpoint_ + 1;
    if (sources_ && endpoint_ == 0) sources_->advance();
  }

  std::vector<Address> endpoints_;
  std::size_t endpoint_ = 0;
  std::optional<SourceCycle> sources_;
};

}  // namespace mcc::kernel
