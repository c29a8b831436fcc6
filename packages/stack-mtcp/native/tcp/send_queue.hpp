#pragma once
// What the user has handed over and the peer has not acknowledged. Stable bytes are pointed to, transient ones copied
// to chunks of the send memory. As long as it is one piece, the control block says it all: `data` is the byte at
// snd_una, and snd_end is where it ends. Several pieces are listed in the side record, the first one included.

#include <cstring>

#include "tcp/core.hpp"

namespace mcc::tcp {

// A peer that never acknowledges must not make sequence numbers run round.
inline constexpr std::uint32_t kQueuedMax = 1u << 30;

namespace detail {

inline Piece& piece_at(SideRecord& side, std::uint32_t i) noexcept {
  return side.pieces[(side.first_piece + i) % SideRecord::kPieces];
}

// There are two pieces or more.
template <class C>
bool is_listed(C& core, const ControlBlock& cb) noexcept {
  return core.has_side(cb) && core.side(cb).piece_count > 0;
}

// The last piece, as far as it is not acknowledged; empty when there is none.
template <class C>
Bytes last_piece(C& core, const ControlBlock& cb) noexcept {
  if (!is_listed(core, cb)) return {cb.data, cb.snd_end - cb.snd_una};
  SideRecord& side = core.side(cb);
  const Piece& last = piece_at(side, side.piece_count - 1u);
  return {last.data, last.end - piece_at(side, side.piece_count - 2u).end};
}

// Begins another piece, which is empty yet. False: there are as many as can be.
template <class C>
bool push_piece(C& core, Slot slot, const std::byte* data) noexcept {
  ControlBlock& cb = core.block(slot);
  if (cb.snd_una == cb.snd_end) {
    cb.data = data;
    return true;
  }
  SideRecord& side = core.need_side(slot);
  if (side.piece_count == SideRecord::kPieces) return false;
  if (side.piece_count == 0) {
    side.first_piece = 0;
    side.piece_count = 1;
    side.pieces[0] = {cb.data, cb.snd_end};
  }
  piece_at(side, side.piece_count++) = {data, cb.snd_end};
  return true;
}

// The last piece grows.
template <class C>
void extend(C& core, ControlBlock& cb, std::size_t length) noexcept {
  cb.snd_end += static_cast<std::uint32_t>(length);
  if (!is_listed(core, cb)) return;
  SideRecord& side = core.side(cb);
  piece_at(side, side.piece_count - 1u).end = cb.snd_end;
}

template <class C>
std::size_t append_stable(C& core, Slot slot, Bytes bytes) noexcept {
  ControlBlock& cb = core.block(slot);
  const Bytes last = last_piece(core, cb);
  const bool follows =
      !last.empty() && last.data() + last.size() == bytes.data() && !core.send_memory.holds(last.data());
  if (!follows && !push_piece(core, slot, bytes.data())) return 0;
  extend(core, cb, bytes.size());
  return bytes.size();
}

// What is left of the last piece's chunk, if it has one.
template <class C>
std::span<std::byte> rest_of_chunk(C& core, const ControlBlock& cb) noexcept {
  const Bytes last = last_piece(core, cb);
  const std::span<std::byte> chunk = core.send_memory.chunk_of(last.data());
  if (last.empty() || chunk.empty()) return {};
  return chunk.subspan(static_cast<std::size_t>(last.data() - chunk.data()) + last.size());
}

// A chunk for `wanted` bytes more, or for some of them. A short one is exchanged for one that holds what follows too:
// a single piece needs no list. Empty: there is no memory, or there are too many pieces.
template <class C>
std::span<std::byte> add_chunk(C& core, Slot slot, std::size_t wanted) noexcept {
  ControlBlock& cb = core.block(slot);
  const Bytes last = last_piece(core, cb);
  const bool exchange = !last.empty() && core.send_memory.holds(last.data()) &&
                        core.send_memory.chunk_of(last.data()).size() < SendMemory::kLargest;
  const std::span<std::byte> chunk = core.send_memory.take(exchange ? last.size() + wanted : wanted);
  if (chunk.empty()) {
    ++core.counters.send_memory_full;
    core.need_side(slot);
    core.starved.add(core.sides, cb.side);
    return {};
  }
  if (exchange) {
    std::memcpy(chunk.data(), last.data(), last.size());
    core.send_memory.give(last.data());
    const bool listed = is_listed(core, cb);
    (listed ? piece_at(core.side(cb), core.side(cb).piece_count - 1u).data : cb.data) = chunk.data();
    return chunk.subspan(last.size());
  }
  if (push_piece(core, slot, chunk.data())) return chunk;
  core.send_memory.give(chunk.data());
  return {};
}

template <class C>
std::size_t append_transient(C& core, Slot slot, Bytes bytes) noexcept {
  ControlBlock& cb = core.block(slot);
  std::size_t taken = 0;
  while (taken < bytes.size()) {
    std::span<std::byte> room = rest_of_chunk(core, cb);
    if (room.empty()) room = add_chunk(core, slot, bytes.size() - taken);
    if (room.empty()) break;
    const std::size_t part = std::min(room.size(), bytes.size() - taken);
    std::memcpy(room.data(), bytes.data() + taken, part);
    taken += part;
    extend(core, cb, part);
  }
  return taken;
}

}  // namespace detail

// Takes what there is room for and returns how much that was. Less than everything: the user waits for on_writable.
template <class C>
std::size_t enqueue(C& core, Slot slot, Bytes bytes, Lifetime lifetime) noexcept {
  ControlBlock& cb = core.block(slot);
  const std::size_t wanted = bytes.size();
  bytes = bytes.first(std::min<std::size_t>(bytes.size(), kQueuedMax - (cb.snd_end - cb.snd_una)));
  std::size_t taken = 0;
  if (!bytes.empty()) {
    taken = lifetime == Lifetime::stable ? detail::append_stable(core, slot, bytes)
                                         : detail::append_transient(core, slot, bytes);
  }
  if (taken < wanted) core.need_side(slot).wants_writable = true;
  return taken;
}

// The queue has room for what was refused.
template <class C>
bool has_room(C& core, const SideRecord& side) noexcept {
  return side.piece_count <= SideRecord::kPieces / 2 && !core.send_memory.full();
}

// `length` bytes at `from`, within the queue: where they lie, or gathered in the core's scratch memory.
template <class C>
Bytes queued_bytes(C& core, const ControlBlock& cb, Sequence from, std::uint32_t length) noexcept {
  if (length == 0) return {};
  if (!detail::is_listed(core, cb)) return {cb.data + (from - cb.snd_una), length};
  SideRecord& side = core.side(cb);
  Sequence start = cb.snd_una;
  const std::byte* base = cb.data;
  std::uint32_t i = 0;
  while (at_or_before(detail::piece_at(side, i).end, from)) {
    start = detail::piece_at(side, i).end;
    base = detail::piece_at(side, ++i).data;
  }
  const std::uint32_t here = detail::piece_at(side, i).end - from;
  if (here >= length) return {base + (from - start), length};
  std::memcpy(core.scratch.data(), base + (from - start), here);
  for (std::uint32_t gathered = here; gathered < length;) {
    const Sequence begun = detail::piece_at(side, i).end;
    const Piece& piece = detail::piece_at(side, ++i);
    const std::uint32_t part = std::min(piece.end - begun, length - gathered);
    std::memcpy(core.scratch.data() + gathered, piece.data, part);
    gathered += part;
  }
  return {core.scratch.data(), length};
}

// Forgets `length` bytes from snd_una on, which the peer has acknowledged; the caller moves snd_una afterwards.
template <class C>
void dequeue(C& core, ControlBlock& cb, std::uint32_t length) noexcept {
  const Sequence una = cb.snd_una + length;
  Sequence start = cb.snd_una;
  while (detail::is_listed(core, cb)) {
    SideRecord& side = core.side(cb);
    const Piece first = detail::piece_at(side, 0);
    if (after(first.end, una)) break;
    core.send_memory.give(first.data);
    start = first.end;
    cb.data = detail::piece_at(side, 1).data;
    side.first_piece = static_cast<std::uint8_t>((side.first_piece + 1) % SideRecord::kPieces);
    if (--side.piece_count == 1) side.piece_count = 0;
  }
  if (una == cb.snd_end) {
    core.send_memory.give(cb.data);
    cb.data = nullptr;
  } else {
    cb.data += una - start;
  }
}

// Drops the whole queue, as the connection ends.
template <class C>
void clear_queue(C& core, ControlBlock& cb) noexcept {
  core.send_memory.give(cb.data);  // of the first piece
  cb.data = nullptr;
  if (!core.has_side(cb)) return;
  SideRecord& side = core.side(cb);
  for (; side.piece_count > 1; --side.piece_count) {
    core.send_memory.give(detail::piece_at(side, side.piece_count - 1u).data);
  }
  side.piece_count = 0;
}

}  // namespace mcc::tcp
