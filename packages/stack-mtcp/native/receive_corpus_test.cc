// Replays what the fuzzer of the receive path has kept: fuzz/receive_corpus.txt, one input a line, in hex.

#include <doctest/doctest.h>

#include <fstream>
#include <string>
#include <vector>

#include "testing/receive_script.hpp"

TEST_CASE("receive path: every script of the fuzzer's corpus ends clean") {
  std::ifstream corpus(MCC_RECEIVE_CORPUS);
  REQUIRE(corpus.good());
  int scripts = 0;
  for (std::string line; std::getline(corpus, line); ++scripts) {
    std::vector<std::uint8_t> bytes;
    for (std::size_t i = 0; i + 1 < line.size(); i += 2) {
      bytes.push_back(static_cast<std::uint8_t>(std::stoul(line.substr(i, 2), nullptr, 16)));
    }
    mcc::testing::receive_script::run(bytes);  // aborts when a rule is broken
  }
  CHECK(scripts >= 10);
}
