#include "tcp/send_memory.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace mcc;
using namespace mcc::tcp;

TEST_CASE("send memory: the smallest chunk that does") {
  SendMemory memory(1 << 20);
  CHECK(memory.take(1).size() == 128);
  CHECK(memory.take(128).size() == 128);
  CHECK(memory.take(129).size() == 512);
  CHECK(memory.take(513).size() == 4096);
  CHECK(memory.take(100'000).size() == 4096);
  CHECK(memory.bytes_in_use() == 2 * 128 + 512 + 2 * 4096);
}

TEST_CASE("send memory: a chunk is found by any of its bytes, and nothing else is") {
  SendMemory memory(1 << 20);
  for (const std::size_t size : {128u, 512u, 4096u}) {
    const auto first = memory.take(size);
    const auto second = memory.take(size);
    CHECK(memory.chunk_of(&second.front()).data() == second.data());
    CHECK(memory.chunk_of(&second.back()).data() == second.data());
    CHECK(memory.chunk_of(&second.back()).size() == size);
    memory.give(&second[size / 2]);
    CHECK(memory.take(size).data() == second.data());
    CHECK(memory.chunk_of(&first.back()).data() == first.data());
  }
  const std::byte elsewhere{};
  const std::size_t before = memory.bytes_in_use();
  CHECK_FALSE(memory.holds(&elsewhere));
  CHECK_FALSE(memory.holds(nullptr));
  CHECK(memory.chunk_of(&elsewhere).empty());
  memory.give(&elsewhere);
  memory.give(nullptr);
  CHECK(memory.bytes_in_use() == before);
}

TEST_CASE("send memory: one budget for all sizes, all of it usable again and again") {
  SendMemory memory(10'000);
  for (const std::size_t size : {4096u, 128u, 512u, 4096u}) {
    std::vector<std::span<std::byte>> taken;
    for (auto chunk = memory.take(size); !chunk.empty(); chunk = memory.take(size)) {
      std::memset(chunk.data(), 0xff, chunk.size());
      taken.push_back(chunk);
    }
    CHECK(taken.size() == 10'000 / size);
    CHECK(memory.full());
    CHECK(memory.bytes_in_use() == taken.size() * size);
    for (const auto chunk : taken) memory.give(chunk.data());
    CHECK(memory.bytes_in_use() == 0);
    CHECK_FALSE(memory.full());
  }
}
