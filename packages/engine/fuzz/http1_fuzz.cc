// Input: one byte that chooses role, HEAD, SHA-256 and close; one that seeds the cuts; then the stream.

#include <cstddef>
#include <cstdint>

#include "cuts.hpp"
#include "mcc/framing/http1.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mcc;
  if (size < 2) return 0;
  const Role role = (data[0] & 1) != 0 ? Role::server : Role::client;
  framing::Http1 spec;
  if (role == Role::client && (data[0] & 2) != 0) spec.head = true;
  if (role == Role::client && (data[0] & 6) == 4) spec.expect_sha256.emplace();
  framing::Http1Framer framer(spec, role, 1);
  framing::fuzz::check(framer, {reinterpret_cast<const char*>(data) + 2, size - 2}, data[1], (data[0] & 8) != 0);
  return 0;
}
