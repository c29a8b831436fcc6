// Replays what the fuzzers of fuzz/ have kept: a file for each, one input a line, in hex.

#include <doctest/doctest.h>

#include <fstream>
#include <string>
#include <vector>

#include "testing/receive_script.hpp"
#include "testing/wire_rules.hpp"

namespace {

std::vector<std::vector<std::uint8_t>> corpus(const std::string& path) {
  std::ifstream file(MCC_PACKAGE_FOLDER "/" + path);
  REQUIRE(file.good());
  std::vector<std::vector<std::uint8_t>> inputs;
  for (std::string line; std::getline(file, line);) {
    auto& bytes = inputs.emplace_back();
    for (std::size_t i = 0; i + 1 < line.size(); i += 2) {
      bytes.push_back(static_cast<std::uint8_t>(std::stoul(line.substr(i, 2), nullptr, 16)));
    }
    bytes.shrink_to_fit();  // what lies beyond is seen by a sanitizer
  }
  CHECK(inputs.size() >= 10);
  return inputs;
}

}  // namespace

// Both abort when a rule is broken.
TEST_CASE("receive path: every script of the fuzzer's corpus ends clean") {
  for (const auto& bytes : corpus("fuzz/receive_corpus.txt")) mcc::testing::receive_script::run(bytes);
}

TEST_CASE("wire: what the fuzzer's corpus holds parses, and is built again, by the rules") {
  for (const auto& bytes : corpus("fuzz/wire_corpus.txt"))
    mcc::testing::wire_rules::check(std::as_bytes(std::span(bytes)));
}
