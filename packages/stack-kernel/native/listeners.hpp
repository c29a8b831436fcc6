#pragma once
// A server's listening sockets. They are bound when the stack is opened, so that what is wrong with an address is said
// before anything runs.

#include <cstring>
#include <string>
#include <vector>

#include "mcc/options.hpp"
#include "socket.hpp"

namespace mcc::kernel {

class Listeners {
 public:
  // Throws Failure, naming the address. A client has none.
  Listeners(const OpenContext& context, int type_flags) {
    if (context.engine.role != Role::server) return;
    for (const Endpoint& endpoint : context.endpoints) {
      const Address address = Address::of(endpoint.address, endpoint.port);
      const int fd = open_listener(address, type_flags, context.workers > 1);
      if (fd < 0) {
        close();
        throw Failure("MCC_ERR_LISTEN", "Cannot listen on " + address.text() + ": " + std::strerror(-fd) + ".");
      }
      fds_.push_back(fd);
    }
  }
  Listeners(const Listeners&) = delete;
  Listeners& operator=(const Listeners&) = delete;
  ~Listeners() { close(); }

  const std::vector<int>& fds() const noexcept { return fds_; }

  // Where they listen, with the ports that the kernel chose for port 0: "127.0.0.1:8080, [::1]:8080".
  std::string text() const {
    std::string text;
    for (const int fd : fds_) {
      const auto address = Address::of_socket(fd);
      if (address) text += (text.empty() ? "" : ", ") + address->text();
    }
    return text;
  }

  void close() noexcept {
    for (const int fd : fds_) {
      shutdown(fd, SHUT_RDWR);  // now, though an io_uring may still hold a reference
      ::close(fd);
    }
    fds_.clear();
  }

 private:
  std::vector<int> fds_;
};

}  // namespace mcc::kernel
