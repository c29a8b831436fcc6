#pragma once
// SHA-256 (FIPS 180-4) in a plain struct, so that it can live in a side record and be copied: OpenSSL's low-level
// functions, which Node exports to addons. OpenSSL 3 deprecates them for its EVP interface, which allocates.

#include <openssl/sha.h>

#include <array>
#include <cstddef>

#include "mcc/stack.hpp"

namespace mcc::framing {

using Digest = std::array<std::byte, SHA256_DIGEST_LENGTH>;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

class Sha256 {
 public:
  void start() noexcept { SHA256_Init(&context_); }
  void add(Bytes bytes) noexcept { SHA256_Update(&context_, bytes.data(), bytes.size()); }
  Digest finish() noexcept {
    Digest digest;
    SHA256_Final(reinterpret_cast<unsigned char*>(digest.data()), &context_);
    return digest;
  }

 private:
  SHA256_CTX context_;
};

#pragma GCC diagnostic pop

}  // namespace mcc::framing
