#pragma once
// What is left of connections that the user has done with: TIME-WAIT, and FIN-WAIT-2 (RFC 9293 section 3.3.2). 32 bytes
// each, in two queues by age, found by hash.

#include <bit>
#include <cstdint>
#include <utility>

#include "flow/tuple.hpp"
#include "mcc/side_pool.hpp"
#include "tcp/sequence.hpp"
#include "tcp/ticks.hpp"

namespace mcc::tcp {

using flow::FourTuple;

struct Remnant {
  enum Flag : std::uint32_t { kAlive = 1, kTimestamps = 2, kFlags = 3 };

  wire::Address local;
  wire::Address remote;
  std::uint16_t local_port;
  std::uint16_t remote_port;
  Sequence snd_nxt;
  Sequence rcv_nxt;
  std::uint32_t ts_recent;
  std::uint32_t since_flags;  // ticks when it began, in units of 4, and flags in the two bits below
  std::uint32_t next;         // in the hash chain: index + 1; 0: end

  FourTuple flow() const noexcept { return {local, remote, local_port, remote_port}; }
  bool has(Flag flag) const noexcept { return (since_flags & flag) != 0; }
  Ticks since() const noexcept { return since_flags & ~std::uint32_t{kFlags}; }
};
static_assert(sizeof(Remnant) == 32);

class Remnants {
 public:
  enum class Kind : std::uint8_t { time_wait, fin_wait_2 };

  // `capacity`: most of each kind.
  Remnants(std::uint32_t capacity, Nanos time_wait, Nanos fin_wait_2, const flow::HashKey& key)
      : capacity_(std::bit_ceil(capacity < 2 ? 2 : capacity)),
        records_(std::size_t{capacity_} * 2),
        heads_(std::size_t{capacity_} * 2),
        key_(key),
        queues_{Queue{0, 0, time_wait}, Queue{0, 0, fin_wait_2}} {}

  // Hints: a flow with this table_hash will be looked for soon; the second when what the first fetches has arrived.
  void prefetch(std::uint32_t hash) noexcept {
    if (size_ != 0) __builtin_prefetch(&head(hash));
  }
  void prefetch_first(std::uint32_t hash) noexcept {
    if (size_ == 0) return;
    if (const std::uint32_t link = head(hash); link != 0) __builtin_prefetch(&records_[link - 1]);
  }

  // Valid until the next add or expire; nullptr when there is none.
  Remnant* find(const FourTuple& flow) noexcept {
    if (size_ == 0) return nullptr;
    for (std::uint32_t link = head(flow); link != 0; link = records_[link - 1].next) {
      if (records_[link - 1].flow() == flow) return &records_[link - 1];
    }
    return nullptr;
  }

  Kind kind_of(const Remnant& record) noexcept {
    return static_cast<std::size_t>(&record - &records_[0]) < capacity_ ? Kind::time_wait : Kind::fin_wait_2;
  }

  std::uint32_t size() const noexcept { return size_; }

  // Returns true when the oldest of its kind had to go before its time.
  bool add(Kind kind, Remnant record, Nanos now) noexcept {
    Queue& queue = queues_[static_cast<std::size_t>(kind)];
    if (queue.lasts_ns == 0) return false;
    bool evicted = false;
    if (queue.tail - queue.head == capacity_) {
      evicted = records_[position(kind, queue.head)].has(Remnant::kAlive);
      pop(kind, queue);
    }
    const std::uint32_t at = position(kind, queue.tail++);
    record.since_flags = (ticks_of(now) & ~std::uint32_t{Remnant::kFlags}) | Remnant::kAlive |
                         (record.since_flags & Remnant::kTimestamps);
    std::uint32_t& chain = head(record.flow());
    record.next = chain;
    records_[at] = record;
    __builtin_prefetch(&records_[position(kind, queue.tail + kAhead / 2)], 1);
    chain = at + 1;
    ++size_;
    return evicted;
  }

  // Its place in the queue stays until its time comes.
  void remove(Remnant& record) noexcept {
    const auto link = static_cast<std::uint32_t>(&record - &records_[0]) + 1;
    std::uint32_t* at = &head(record.flow());
    while (*at != link) at = &records_[*at - 1].next;
    *at = record.next;
    record.since_flags = 0;
    --size_;
  }

  // Forgets those whose time is over, at most `limit` of each kind.
  void expire(Nanos now, std::uint32_t limit) noexcept {
    for (const Kind kind : {Kind::time_wait, Kind::fin_wait_2}) {
      Queue& queue = queues_[static_cast<std::size_t>(kind)];
      for (std::uint32_t i = 0; i < limit && queue.head != queue.tail; ++i) {
        const Remnant& oldest = records_[position(kind, queue.head)];
        if (queue.tail - queue.head > kAhead) {
          const Remnant& soon = records_[position(kind, queue.head + kAhead)];
          __builtin_prefetch(&head(table_hash(soon.flow(), key_)), 1);
        }
        if (oldest.has(Remnant::kAlive) && nanos_of(ticks_of(now) - oldest.since()) < queue.lasts_ns) break;
        pop(kind, queue);
      }
      if (queue.head == queue.tail) queue.head = queue.tail = 0;  // little memory is touched when there are few
    }
  }

 private:
  // Records in the queue lie side by side, the heads of their chains do not: these are fetched so many ahead.
  static constexpr std::uint32_t kAhead = 8;

  struct Queue {
    std::uint32_t head;
    std::uint32_t tail;
    Nanos lasts_ns;
  };

  std::uint32_t position(Kind kind, std::uint32_t number) const noexcept {
    return (kind == Kind::time_wait ? 0 : capacity_) + (number & (capacity_ - 1));
  }

  void pop(Kind kind, Queue& queue) noexcept {
    Remnant& oldest = records_[position(kind, queue.head++)];
    if (oldest.has(Remnant::kAlive)) remove(oldest);
  }

  std::uint32_t& head(std::uint32_t hash) noexcept { return heads_[hash & (2 * capacity_ - 1)]; }
  std::uint32_t& head(const FourTuple& flow) noexcept { return head(table_hash(flow, key_)); }

  std::uint32_t capacity_;
  Reserved<Remnant> records_;
  Reserved<std::uint32_t> heads_;
  flow::HashKey key_;
  Queue queues_[2];
  std::uint32_t size_ = 0;
};

}  // namespace mcc::tcp
