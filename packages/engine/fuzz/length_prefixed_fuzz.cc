// Input: width, byte order and close, offset, adjust and the seed of the cuts, a byte each; then the stream.

#include <cstddef>
#include <cstdint>

#include "cuts.hpp"
#include "mcc/framing/length_prefixed.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mcc;
  if (size < 5) return 0;
  constexpr std::uint8_t kWidths[] = {0, 1, 2, 3, 4, 8};
  const framing::LengthPrefixed spec{.offset = data[2] % 16u,
                                     .width = kWidths[data[0] % 6],
                                     .little_endian = (data[1] & 1) != 0,
                                     .adjust = static_cast<std::int8_t>(data[3])};
  framing::LengthPrefixedFramer framer(spec, 1);
  framing::fuzz::check(framer, {reinterpret_cast<const char*>(data) + 5, size - 5}, data[4], (data[1] & 2) != 0);
  return 0;
}
