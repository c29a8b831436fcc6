// Input: a script of testing/receive_script.hpp.

#include "testing/receive_script.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mcc::testing::receive_script::run({data, size});
  return 0;
}
