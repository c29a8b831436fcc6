// How long a cache line takes from one core to another and back, in nanoseconds: what any exchange between two cores is
// bounded by, and what differs most from one machine to the next.
//
//   core_round_trip [CORE CORE]

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "pin.hpp"

namespace {

constexpr int kTrips = 20'000;
constexpr int kRounds = 9;

}  // namespace

int main(int argc, char** argv) {
  const int here = argc > 2 ? std::atoi(argv[1]) : 0;
  const int there = argc > 2 ? std::atoi(argv[2]) : 1;
  alignas(64) std::atomic<int> ball = 0;
  std::thread other([&] {
    pin(there);
    for (int i = 0; i < kRounds * kTrips; ++i) {
      while (ball.load(std::memory_order_acquire) != 2 * i + 1) {
      }
      ball.store(2 * i + 2, std::memory_order_release);
    }
  });
  pin(here);
  double best = 1e9;  // of several rounds, the one that was least disturbed
  for (int round = 0, i = 0; round < kRounds; ++round) {
    const auto start = std::chrono::steady_clock::now();
    for (int trip = 0; trip < kTrips; ++trip, ++i) {
      ball.store(2 * i + 1, std::memory_order_release);
      while (ball.load(std::memory_order_acquire) != 2 * i + 2) {
      }
    }
    const std::chrono::duration<double, std::nano> passed = std::chrono::steady_clock::now() - start;
    best = std::min(best, passed.count() / kTrips);
  }
  other.join();
  std::printf("%.0f\n", best);
}
