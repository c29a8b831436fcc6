#include "mcc/waits.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace mcc;

namespace {

WaitContext context(Nanos now, std::uint64_t bits = 0, std::uint32_t id = 0) {
  return {.now = now, .epoch = 1000, .bits = bits, .connection_id = id, .connections_total = 4};
}

}  // namespace

TEST_CASE("a constant wait") { CHECK(wake_time(wait::Constant{30}, context(5)) == 35); }

TEST_CASE("a uniform wait takes both ends and the middle") {
  const wait::Uniform uniform{10, 13};
  Nanos sum = 0;
  Nanos low = UINT64_MAX;
  Nanos high = 0;
  for (std::uint32_t i = 0; i < 4000; ++i) {
    const Nanos wake = wake_time(uniform, context(100, draw(1, i, 0, 0)));
    low = std::min(low, wake);
    high = std::max(high, wake);
    sum += wake;
  }
  CHECK(low == 110);
  CHECK(high == 113);
  CHECK(static_cast<double>(sum) / 4000 == doctest::Approx(111.5).epsilon(0.001));
}

TEST_CASE("an exponential wait has its mean and its spread") {
  const wait::Exponential exponential{1'000'000};
  double sum = 0;
  double squares = 0;
  constexpr int kDraws = 20'000;
  for (std::uint32_t i = 0; i < kDraws; ++i) {
    const auto waited = static_cast<double>(wake_time(exponential, context(0, draw(7, i, 0, 0))));
    sum += waited;
    squares += waited * waited;
  }
  CHECK(sum / kDraws == doctest::Approx(1e6).epsilon(0.03));
  CHECK(squares / kDraws == doctest::Approx(2e12).epsilon(0.06));
  CHECK(wake_time(exponential, context(0, 0)) < 40'000'000);
  CHECK(wake_time(exponential, context(0, UINT64_MAX)) == 0);
}

TEST_CASE("ticks of a period are spread over the connections, and missed ones are skipped") {
  const wait::Period period{80};
  for (std::uint32_t id = 0; id < 4; ++id) CHECK(wake_time(period, context(1000, 0, id)) == 1010 + 20 * id);
  CHECK(wake_time(period, context(1009)) == 1010);
  CHECK(wake_time(period, context(1010)) == 1090);
  CHECK(wake_time(period, context(1089)) == 1090);
  CHECK(wake_time(period, context(1500)) == 1570);
  CHECK(wake_time(period, context(500)) == 1010);
}
