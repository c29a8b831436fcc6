#pragma once
// Initial sequence numbers that cannot be guessed from outside (RFC 6528 section 3): a clock of 4 us plus a keyed hash
// of the connection's addresses and ports (SipHash-2-4, Aumasson and Bernstein, 2012).

#include <bit>
#include <cstdint>

#include "flow/tuple.hpp"
#include "mcc/stack.hpp"
#include "tcp/sequence.hpp"

namespace mcc::tcp {

using flow::FourTuple;
using flow::HashKey;

// SipHash-2-4 of the 12 bytes of a connection's name.
inline std::uint64_t siphash(const FourTuple& flow, const HashKey& key) noexcept {
  std::uint64_t v0 = key[0] ^ 0x736f6d6570736575;
  std::uint64_t v1 = key[1] ^ 0x646f72616e646f6d;
  std::uint64_t v2 = key[0] ^ 0x6c7967656e657261;
  std::uint64_t v3 = key[1] ^ 0x7465646279746573;
  const auto round = [&] {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  };
  const std::uint64_t words[2] = {
      static_cast<std::uint64_t>(flow.local) | static_cast<std::uint64_t>(flow.remote) << 32,
      static_cast<std::uint64_t>(flow.local_port) | static_cast<std::uint64_t>(flow.remote_port) << 16 |
          std::uint64_t{12} << 56,
  };
  for (const std::uint64_t word : words) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }
  v2 ^= 0xff;
  for (int i = 0; i < 4; ++i) round();
  return v0 ^ v1 ^ v2 ^ v3;
}

inline Sequence initial_sequence(const FourTuple& flow, const HashKey& key, Nanos now) noexcept {
  return static_cast<Sequence>(now / 4000) + static_cast<Sequence>(siphash(flow, key));
}

}  // namespace mcc::tcp
