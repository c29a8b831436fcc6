#include "timer/queue.hpp"

#include <doctest/doctest.h>

#include <deque>

#include "mcc/random.hpp"

using mcc::timer::Queue;

namespace {

struct Entry {
  std::uint32_t number;
  std::uint32_t twice;
};

}  // namespace

TEST_CASE("queue: gives in order what it was given, and takes as many as it was made for") {
  for (const std::uint32_t capacity : {1u, 2u, 511u, 512u, 5000u}) {
    Queue<Entry> queue(capacity);
    for (std::uint32_t start = 0; start < 3; ++start) {
      for (std::uint32_t i = 0; i < capacity; ++i) queue.push({start + i, 2 * i});
      CHECK(queue.size() == capacity);
      bool in_order = true;
      for (std::uint32_t i = 0; i < capacity; ++i) {
        in_order = in_order && queue.front().number == start + i && queue.front().twice == 2 * i;
        queue.pop();
      }
      CHECK(in_order);
      CHECK(queue.empty());
    }
  }
}

TEST_CASE("queue: is the same as a deque, whatever is done to it") {
  constexpr std::size_t kCapacity = 3000;
  Queue<std::uint32_t> queue(kCapacity);
  std::deque<std::uint32_t> model;
  std::uint64_t seed = 7;
  bool same = true;
  for (std::uint32_t i = 0; i < 200'000; ++i) {
    // Long stretches of growing and shrinking, so that it is full and empty often.
    const bool grows = mcc::mix(i / 4096) % 2 == 0;
    if ((mcc::mix(++seed) % 4 != 0) == grows) {
      if (model.size() == kCapacity) continue;
      queue.push(i);
      model.push_back(i);
    } else if (!model.empty()) {
      same = same && queue.front() == model.front();
      queue.pop();
      model.pop_front();
    }
    same = same && queue.size() == model.size() && queue.empty() == model.empty();
  }
  CHECK(same);
}

TEST_CASE("queue: touches no more memory than it held at its longest, however much goes through") {
  Queue<Entry> queue(1'000'000);
  for (std::uint32_t i = 0; i < 1000; ++i) queue.push({i, i});
  for (std::uint32_t i = 0; i < 2'000'000; ++i) {
    queue.push({i, i});
    queue.pop();
  }
  CHECK(queue.size() == 1000);
  CHECK(queue.bytes() <= 4 * 4096);
}
