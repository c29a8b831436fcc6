#pragma once
// Sockets as the stack wants them. Functions return a file descriptor or a negated errno.

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "address.hpp"
#include "errno_map.hpp"

namespace mcc::kernel {

// Longest queue of connections that wait to be accepted; the kernel cuts it to net.core.somaxconn.
inline constexpr int kBacklog = 4096;

template <class T>
bool set_option(int fd, int level, int name, const T& value) noexcept {
  return setsockopt(fd, level, name, &value, sizeof value) == 0;
}

// A stream socket. `type_flags`: SOCK_NONBLOCK for epoll; io_uring wants it blocking, or it would not wait for it.
inline int open_stream(int family, int type_flags) noexcept {
  const int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | type_flags, 0);
  if (fd < 0) return -errno;
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  return fd;
}

// Lets connect(2) choose among all local ports. Unasked, Linux takes those of one parity first, and once they are used
// up looks at all of them again for each connection, which takes a millisecond. The range that it may choose from
// (net.ipv4.ip_local_port_range) stays as it is, because this one is not within it. Linux 6.3; no matter before.
inline void use_all_ports(int fd) noexcept {
  constexpr int kLocalPortRange = 51;  // IP_LOCAL_PORT_RANGE
  set_option(fd, IPPROTO_IP, kLocalPortRange, std::uint32_t{0xffff'0001});
}

// Binds to an address and leaves the port to connect(2), which may then give one port to many destinations and need not
// look through all of them (IP_BIND_ADDRESS_NO_PORT). Works for IPv6 sockets as well.
inline Error bind_source(int fd, const Address& source) noexcept {
  set_option(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
  return bind(fd, source.data(), source.size()) == 0 ? Error::none : bind_error_of(errno);
}

// A socket that listens. `shared`: several workers each have their own on the same port. What it accepts inherits
// TCP_NODELAY.
inline int open_listener(const Address& address, int type_flags, bool shared) noexcept {
  const int fd = open_stream(address.family(), type_flags);
  if (fd < 0) return fd;
  set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (shared) set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
  if (address.family() == AF_INET6) set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
  if (bind(fd, address.data(), address.size()) == 0 && listen(fd, kBacklog) == 0) return fd;
  const int code = errno;
  close(fd);
  return -code;
}

// Makes close(2) send RST.
inline void reset_on_close(int fd) noexcept { set_option(fd, SOL_SOCKET, SO_LINGER, linger{1, 0}); }

// Sends RST now, though other references to the socket remain; wakes whoever waits for it.
inline void disconnect(int fd) noexcept {
  sockaddr unspecified{};
  unspecified.sa_family = AF_UNSPEC;
  ::connect(fd, &unspecified, sizeof unspecified);
}

inline int pending_error(int fd) noexcept {
  int code = 0;
  socklen_t size = sizeof code;
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &size) == 0 ? code : errno;
}

}  // namespace mcc::kernel
