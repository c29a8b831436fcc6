#pragma once
// Who is how far away. Of the connections that we open a share behaves as distant users do; the class of a connection
// goes by its local address and port, so that every frame tells it and nothing is kept for those that stand.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "mcc/side_pool.hpp"
#include "mcc/stack.hpp"
#include "net/address_pool.hpp"

namespace mcc::port {

struct WanClass {
  double share = 0;             // of all connections, from 0 to 1
  Nanos round_trip = 0;         // half of it each way
  std::uint64_t bandwidth = 0;  // bits per second of each connection, each way; 0: as fast as the link
  double loss = 0;              // probability from 0 to 1, each way
};

struct WanOptions {
  std::vector<WanClass> classes;  // shares of at most 1 together; the rest is as near as the link
  // What is opened from, as flow::OpenedTable goes through it.
  net::AddressPool sources;
  std::uint16_t first_port = 1024;
  std::uint16_t last_port = 65535;
  std::uint64_t seed = 1;
  std::size_t held_max = 4096;  // most packets on their way, in each direction
};

class WanClasses {
 public:
  static constexpr std::size_t kClassesMax = 64;

  explicit WanClasses(const WanOptions& options)
      : classes_(options.classes),
        sources_(options.sources),
        first_port_(options.first_port),
        last_port_(options.last_port),
        width_(std::size_t{options.last_port} - options.first_port + 1u) {
    deal();
    const bool limited = std::any_of(classes_.begin(), classes_.end(), [](const auto& of) { return of.bandwidth > 0; });
    if (limited) lines_ = Reserved<Line>(std::min<std::size_t>(sources_.size(), kAddressesMax) * width_);
  }

  bool any() const noexcept { return !classes_.empty(); }
  std::size_t count() const noexcept { return classes_.size(); }

  // What the path of one connection is like.
  struct Path {
    const WanClass& kind;
    std::size_t index;   // of the class
    std::size_t number;  // of the endpoint
  };

  // Nothing when it is as near as the link.
  std::optional<Path> path(net::Address address, std::uint16_t port) const noexcept {
    if (port < first_port_ || port > last_port_) return std::nullopt;
    const auto index = sources_.index_of(address);
    if (!index || *index >= kAddressesMax) return std::nullopt;
    const std::size_t number = *index * width_ + (port - first_port_);
    const std::uint8_t dealt = dealt_[number % kDeal];
    if (dealt == kNear) return std::nullopt;
    return Path{classes_[dealt], dealt, number};
  }

  enum Direction : std::uint8_t { kOut, kIn };

  // When a frame that sets out now has passed the user's own line, where it waits for those before it.
  Nanos pass_line(const Path& path, Direction direction, std::size_t bytes, Nanos now) noexcept {
    if (path.kind.bandwidth == 0) return now;
    Nanos& free_at = lines_[path.number][direction];
    free_at = std::max(free_at, now) + bytes * 8 * kSecond / path.kind.bandwidth;
    return free_at;
  }

  // The receive window that such a user would have: what is on its way at full bandwidth, and a few segments.
  static std::uint32_t window(const WanClass& kind, std::size_t segment) noexcept {
    if (kind.bandwidth == 0) return UINT32_MAX;
    const double product = static_cast<double>(kind.bandwidth) * static_cast<double>(kind.round_trip) / (8.0 * kSecond);
    return static_cast<std::uint32_t>(std::min(product, 1e9)) + static_cast<std::uint32_t>(kWindowSegments * segment);
  }

 private:
  static constexpr Nanos kSecond = 1'000'000'000;
  static constexpr std::size_t kWindowSegments = 4;
  static constexpr std::size_t kAddressesMax = 65536;  // as flow::OpenedTable's
  static constexpr std::size_t kDeal = 1000;           // shares are exact to a thousandth
  static constexpr std::uint8_t kNear = 0xff;
  using Line = std::array<Nanos, 2>;  // when it is free again, by direction

  // To each endpoint in turn the class that is furthest behind its share, so that any run of them is mixed evenly.
  void deal() noexcept {
    std::array<double, kClassesMax + 1> owed{};
    double near = 1;
    for (const WanClass& of : classes_) near -= of.share;
    for (std::uint8_t& dealt : dealt_) {
      std::size_t most = classes_.size();
      owed[most] += near;
      for (std::size_t i = 0; i < classes_.size(); ++i) {
        owed[i] += classes_[i].share;
        if (owed[i] > owed[most]) most = i;
      }
      owed[most] -= 1;
      dealt = most == classes_.size() ? kNear : static_cast<std::uint8_t>(most);
    }
  }

  std::vector<WanClass> classes_;
  net::AddressPool sources_;
  std::uint16_t first_port_;
  std::uint16_t last_port_;
  std::size_t width_;
  std::array<std::uint8_t, kDeal> dealt_;
  Reserved<Line> lines_;  // by number of the endpoint
};

}  // namespace mcc::port
