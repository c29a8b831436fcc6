#pragma once
// IPv4 and IPv6 endpoints as the kernel takes them, and ranges of local addresses.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mcc/failure.hpp"

namespace mcc::kernel {

// An address and port. Trivially copyable; data() stays valid as long as the object stays where it is.
class Address {
 public:
  // Dotted IPv4, or IPv6 in its text form without brackets; nothing for anything else.
  static std::optional<Address> parse(const std::string& text, std::uint16_t port) noexcept {
    Address address;
    if (inet_pton(AF_INET, text.c_str(), &address.v4_.sin_addr) == 1) {
      address.v4_.sin_family = AF_INET;
      address.v4_.sin_port = htons(port);
      return address;
    }
    address = Address{};
    if (inet_pton(AF_INET6, text.c_str(), &address.v6_.sin6_addr) == 1) {
      address.v6_.sin6_family = AF_INET6;
      address.v6_.sin6_port = htons(port);
      return address;
    }
    return std::nullopt;
  }

  // Throws Failure for what is not an address.
  static Address of(const std::string& text, std::uint16_t port) {
    const auto address = parse(text, port);
    if (!address) throw Failure("MCC_ERR_USAGE", "'" + text + "' is not an IPv4 or IPv6 address.");
    return *address;
  }

  // Where a socket is bound.
  static std::optional<Address> of_socket(int fd) noexcept {
    Address address;
    socklen_t size = sizeof(address.v6_);
    if (getsockname(fd, address.data(), &size) != 0) return std::nullopt;
    return address;
  }

  int family() const noexcept { return v4_.sin_family; }
  std::uint16_t port() const noexcept { return ntohs(family() == AF_INET ? v4_.sin_port : v6_.sin6_port); }
  sockaddr* data() noexcept { return reinterpret_cast<sockaddr*>(&v6_); }
  const sockaddr* data() const noexcept { return reinterpret_cast<const sockaddr*>(&v6_); }
  socklen_t size() const noexcept { return family() == AF_INET ? sizeof v4_ : sizeof v6_; }

  // The address that follows in numerical order; the port stays.
  void advance() noexcept {
    const std::span<std::uint8_t> bytes = octets();
    for (std::size_t i = bytes.size(); i-- > 0;) {
      if (++bytes[i] != 0) return;
    }
  }

  // Compares the addresses alone.
  bool same_host(const Address& other) const noexcept {
    const auto mine = const_cast<Address*>(this)->octets();
    const auto theirs = const_cast<Address&>(other).octets();
    return mine.size() == theirs.size() && std::memcmp(mine.data(), theirs.data(), mine.size()) == 0;
  }

  // ADDRESS:PORT, with brackets around IPv6.
  std::string text() const {
    const bool v4 = family() == AF_INET;
    char host[INET6_ADDRSTRLEN] = "";
    inet_ntop(family(), v4 ? static_cast<const void*>(&v4_.sin_addr) : &v6_.sin6_addr, host, sizeof host);
    std::string text = v4 ? "" : "[";
    text.append(host).append(v4 ? ":" : "]:").append(std::to_string(port()));
    return text;
  }

 private:
  std::span<std::uint8_t> octets() noexcept {
    if (family() == AF_INET) return {reinterpret_cast<std::uint8_t*>(&v4_.sin_addr), 4};
    return {reinterpret_cast<std::uint8_t*>(&v6_.sin6_addr), 16};
  }

  union {
    sockaddr_in6 v6_{};
    sockaddr_in v4_;
  };
};

// Goes round the addresses of some inclusive ranges for ever, one step at a time.
class SourceCycle {
 public:
  // At least one range.
  explicit SourceCycle(const std::vector<std::pair<std::string, std::string>>& ranges) {
    for (const auto& [first, last] : ranges) ranges_.emplace_back(Address::of(first, 0), Address::of(last, 0));
    current_ = ranges_.front().first;
  }

  const Address& current() const noexcept { return current_; }

  void advance() noexcept {
    if (!current_.same_host(ranges_[range_].second)) {
      current_.advance();
      return;
    }
    range_ = range_ + 1 == ranges_.size() ? 0 : range_ + 1;
    current_ = ranges_[range_].first;
  }

 private:
  std::vector<std::pair<Address, Address>> ranges_;
  std::size_t range_ = 0;
  Address current_;
};

}  // namespace mcc::kernel
