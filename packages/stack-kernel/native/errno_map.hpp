#pragma once
// From errno to the errors that MCC can name.

#include <cerrno>

#include "mcc/error.hpp"

namespace mcc::kernel {

// Of a connection, at any time but bind.
inline Error error_of(int code) noexcept {
  switch (code) {
    case ECONNREFUSED:
      return Error::connect_refused;
    case ETIMEDOUT:
      return Error::connect_timeout;
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EHOSTDOWN:
    case ENETDOWN:
      return Error::unreachable;
    case ECONNRESET:
    case ECONNABORTED:
    case EPIPE:
      return Error::connection_reset;
    case EMFILE:
    case ENFILE:
      return Error::file_limit;
    case ENOMEM:
    case ENOBUFS:
      return Error::no_memory;
    case EPERM:
    case EACCES:
      return Error::not_permitted;
    // connect(2) chooses the local port: with it, these mean that none is left for this pair of addresses.
    case EADDRNOTAVAIL:
    case EADDRINUSE:
    case EAGAIN:
      return Error::ports_exhausted;
    default:
      return Error::socket;
  }
}

// Of bind(2), where EADDRNOTAVAIL speaks of the address.
inline Error bind_error_of(int code) noexcept {
  return code == EADDRNOTAVAIL ? Error::address_unavailable : error_of(code);
}

}  // namespace mcc::kernel
