#include "wire/checksum.hpp"

#include <doctest/doctest.h>

#include <array>
#include <random>
#include <vector>

#include "testing/plain_checksum.hpp"

using namespace mcc::wire;
using mcc::testing::plain_checksum;

namespace {

std::vector<std::byte> random_bytes(std::mt19937& random, std::size_t size) {
  std::vector<std::byte> bytes(size);
  for (auto& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

}  // namespace

TEST_CASE("checksum: the example of RFC 1071 section 3") {
  const std::array<std::byte, 8> data{std::byte{0x00}, std::byte{0x01}, std::byte{0xf2}, std::byte{0x03},
                                      std::byte{0xf4}, std::byte{0xf5}, std::byte{0xf6}, std::byte{0xf7}};
  // The sum is ddf2 in network order; in memory order the bytes are swapped.
  CHECK(checksum_fold(checksum_add(data)) == 0xf2dd);
}

TEST_CASE("checksum: agrees with the definition at every length and alignment") {
  std::mt19937 random(1);
  // Every tail of the small, and of the large that are summed in wide registers.
  for (std::size_t size = 0; size < 1600; size += size == 200 ? 40 : 1) {
    const auto bytes = random_bytes(random, size);
    const std::uint16_t expected = __builtin_bswap16(plain_checksum(bytes));
    CHECK(checksum_finish(checksum_add(bytes)) == expected);
    std::vector<std::byte> shifted(size + 1);
    CHECK(checksum_finish(checksum_copy(shifted.data() + 1, bytes)) == expected);
    CHECK(std::equal(bytes.begin(), bytes.end(), shifted.begin() + 1));
  }
}

TEST_CASE("checksum: worst case of all ones over 64 KB does not lose a carry") {
  const std::vector<std::byte> bytes(65535, std::byte{0xff});
  CHECK(checksum_finish(checksum_add(bytes)) == __builtin_bswap16(plain_checksum(bytes)));
}

TEST_CASE("checksum: sums of parts add up, when parts start at even offsets") {
  std::mt19937 random(2);
  const auto bytes = random_bytes(random, 101);
  const Bytes all(bytes);
  for (std::size_t split = 0; split <= 100; split += 2) {
    const Sum sum = checksum_add(all.subspan(split), checksum_add(all.first(split)));
    CHECK(checksum_finish(sum) == checksum_finish(checksum_add(all)));
  }
}
