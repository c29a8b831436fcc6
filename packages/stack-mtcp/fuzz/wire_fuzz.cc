// Input: the bytes that every parser of wire/ gets, by the rules of testing/wire_rules.hpp.

#include "testing/wire_rules.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mcc::testing::wire_rules::check(std::as_bytes(std::span(data, size)));
  return 0;
}
