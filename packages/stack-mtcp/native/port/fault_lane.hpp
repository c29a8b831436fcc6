#pragma once
// What a bad path does to packets in one direction. Everything is drawn from a seed, so that a run can be repeated.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mcc/stack.hpp"

namespace mcc::port {

// Probabilities from 0 to 1, each drawn on its own for every packet.
struct Faults {
  double drop = 0;
  double duplicate = 0;
  double reorder = 0;  // the packet is held until the next one has passed, or for reorder_hold
  double corrupt = 0;  // one bit is flipped, behind the Ethernet header
  Nanos delay = 0;     // of every packet
  Nanos jitter = 0;    // up to this much more; packets overtake each other
  Nanos reorder_hold = 5'000'000;
  std::uint64_t seed = 1;
};

struct InjectedFaults {
  std::uint64_t dropped = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t reordered = 0;
  std::uint64_t corrupted = 0;
};

// `Item` is what travels: a packet, with whatever is needed to send it on.
template <class Item>
class FaultLane {
 public:
  FaultLane(const Faults& faults, std::uint64_t seed, std::size_t held_max) : faults_(faults), state_(seed) {
    held_.reserve(held_max);
  }

  std::size_t size() const noexcept { return held_.size(); }
  bool empty() const noexcept { return held_.empty(); }
  const InjectedFaults& injected() const noexcept { return injected_; }

  // Puts a packet on the lane. `discard(item)` takes back what is dropped; `copy(item)` makes a duplicate and returns
  // whether it could, in its second member; `frame(item)` is the packet's bytes.
  template <class Discard, class Copy, class Frame>
  void put(Item item, Nanos now, Discard&& discard, Copy&& copy, Frame&& frame) {
    if (hit(faults_.drop)) {
      ++injected_.dropped;
      discard(item);
      return;
    }
    if (hit(faults_.duplicate)) {
      if (auto [twin, made] = copy(item); made) {
        ++injected_.duplicated;
        hold(twin, now, discard);
      }
    }
    if (hit(faults_.corrupt)) corrupt(frame(item));
    hold(item, now, discard);
  }

  // Calls pass(item) for packets whose time has come, in order, until it returns false or there are no more.
  template <class Pass>
  void take(Nanos now, Pass&& pass) {
    std::size_t kept = 0;
    bool room = true;
    for (std::size_t i = 0; i < held_.size(); ++i) {
      const bool due = held_[i].due <= now && !held_[i].waits;
      if (room && due && pass(held_[i].item)) continue;
      room = room && !due;
      held_[kept++] = held_[i];
    }
    held_.resize(kept);
    release_late(now);
  }

 private:
  struct Held {
    Item item;
    Nanos due;
    bool waits;  // for the next packet to overtake it
  };

  template <class Discard>
  void hold(Item item, Nanos now, Discard& discard) {
    if (held_.size() == held_.capacity()) {
      ++injected_.dropped;
      discard(item);
      return;
    }
    const Nanos due = now + faults_.delay + (faults_.jitter > 0 ? next() % faults_.jitter : 0);
    if (hit(faults_.reorder)) {
      ++injected_.reordered;
      held_.push_back({item, due + faults_.reorder_hold, true});
      return;
    }
    // Whoever waited to be overtaken goes right behind this one.
    const std::size_t before = held_.size();
    held_.push_back({item, due, false});
    for (std::size_t i = 0; i < before; ++i) {
      if (!held_[i].waits) continue;
      Held late = held_[i];
      late.waits = false;
      late.due = due;
      for (std::size_t j = i; j + 1 < held_.size(); ++j) held_[j] = held_[j + 1];
      held_.back() = late;
      break;  // one at a time: the next packet frees the next
    }
  }

  void release_late(Nanos now) noexcept {
    for (Held& entry : held_) {
      if (entry.waits && entry.due <= now) entry.waits = false;
    }
  }

  void corrupt(std::span<std::byte> frame) {
    constexpr std::size_t kEthernet = 14;
    if (frame.size() <= kEthernet) return;
    ++injected_.corrupted;
    const std::size_t at = kEthernet + next() % (frame.size() - kEthernet);
    frame[at] ^= static_cast<std::byte>(1u << (next() % 8));
  }

  bool hit(double probability) noexcept {
    return probability > 0 && static_cast<double>(next() >> 11) * 0x1.0p-53 < probability;
  }

  // splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
  std::uint64_t next() noexcept {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  Faults faults_;
  std::uint64_t state_;
  std::vector<Held> held_;
  InjectedFaults injected_;
};

}  // namespace mcc::port
