#pragma once
// What the user has handed over and the peer has not acknowledged. Stable bytes are pointed to, transient ones copied
// to chunks. As long as it is one stable piece, the control block says it all: `data` is the byte at snd_una, and
// snd_end is where it ends. Otherwise the pieces are in the side record, the first one included.

#include <cstring>

#include "tcp/core.hpp"

namespace mcc::tcp {

// A peer that never acknowledges must not make sequence numbers run round.
inline constexpr std::uint32_t kQueuedMax = 1u << 30;

namespace detail {

inline Piece& piece_at(SideRecord& side, std::uint32_t i) noexcept {
  return side.pieces[(side.first_piece + i) % SideRecord::kPieces];
}

// Turns "one stable piece" into a list, which may be empty.
template <class C>
SideRecord& list_pieces(C& core, Slot slot) noexcept {
  SideRecord& side = core.need_side(slot);
  const ControlBlock& cb = core.block(slot);
  if (side.piece_count == 0 && cb.snd_una != cb.snd_end) {
    side.first_piece = 0;
    side.piece_count = 1;
    side.pieces[0] = {cb.data, cb.snd_end, 0};
  }
  return side;
}

inline void push_piece(ControlBlock& cb, SideRecord& side, const Piece& piece) noexcept {
  if (side.piece_count == 0) cb.data = piece.data;
  piece_at(side, side.piece_count++) = piece;
}

template <class C>
std::size_t append_stable(C& core, Slot slot, Bytes bytes) noexcept {
  ControlBlock& cb = core.block(slot);
  const auto length = static_cast<std::uint32_t>(bytes.size());
  const bool listed = core.has_side(cb) && core.side(cb).piece_count > 0;
  if (!listed) {
    if (cb.snd_una == cb.snd_end) {
      cb.data = bytes.data();
    } else if (cb.data + (cb.snd_end - cb.snd_una) != bytes.data()) {
      SideRecord& side = list_pieces(core, slot);
      push_piece(cb, side, {bytes.data(), cb.snd_end + length, 0});
    }
    cb.snd_end += length;
    return length;
  }
  SideRecord& side = core.side(cb);
  Piece& last = piece_at(side, side.piece_count - 1u);
  const Sequence start = side.piece_count == 1 ? cb.snd_una : piece_at(side, side.piece_count - 2u).end;
  const std::byte* const base = side.piece_count == 1 ? cb.data : last.data;
  if (last.chunk == 0 && base + (last.end - start) == bytes.data()) {
    last.end += length;
  } else {
    if (side.piece_count == SideRecord::kPieces) return 0;
    push_piece(cb, side, {bytes.data(), cb.snd_end + length, 0});
  }
  cb.snd_end += length;
  return length;
}

// Room left in the last piece, if it is a chunk.
template <class C>
std::span<std::byte> room_of_last(C& core, const ControlBlock& cb, SideRecord& side) noexcept {
  if (side.piece_count == 0) return {};
  Piece& last = piece_at(side, side.piece_count - 1u);
  if (last.chunk == 0) return {};
  const Sequence start = side.piece_count == 1 ? cb.snd_una : piece_at(side, side.piece_count - 2u).end;
  const std::byte* const base = side.piece_count == 1 ? cb.data : last.data;
  std::span<std::byte> chunk(core.chunks[last.chunk].bytes);
  return chunk.subspan(static_cast<std::size_t>(base - chunk.data()) + (last.end - start));
}

template <class C>
std::size_t append_transient(C& core, Slot slot, Bytes bytes) noexcept {
  ControlBlock& cb = core.block(slot);
  SideRecord& side = list_pieces(core, slot);
  std::size_t taken = 0;
  while (taken < bytes.size()) {
    std::span<std::byte> room = room_of_last(core, cb, side);
    if (room.empty()) {
      if (side.piece_count == SideRecord::kPieces) break;
      const std::uint32_t chunk = core.chunks.take();
      if (chunk == 0) {
        ++core.counters.send_memory_full;
        core.starved.add(core.sides, cb.side);
        break;
      }
      room = core.chunks[chunk].bytes;
      push_piece(cb, side, {room.data(), cb.snd_end, chunk});
    }
    const std::size_t part = std::min(room.size(), bytes.size() - taken);
    std::memcpy(room.data(), bytes.data() + taken, part);
    taken += part;
    cb.snd_end += static_cast<std::uint32_t>(part);
    piece_at(side, side.piece_count - 1u).end = cb.snd_end;
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
  return side.piece_count <= SideRecord::kPieces / 2 && core.chunks.in_use() < core.options.chunks_max;
}

// `length` bytes at `from`, within the queue: where they lie, or gathered in the core's scratch memory.
template <class C>
Bytes queued_bytes(C& core, const ControlBlock& cb, Sequence from, std::uint32_t length) noexcept {
  if (length == 0) return {};
  if (!core.has_side(cb) || core.side(cb).piece_count == 0) return {cb.data + (from - cb.snd_una), length};
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
  if (!core.has_side(cb) || core.side(cb).piece_count == 0) {
    cb.data += length;
    return;
  }
  SideRecord& side = core.side(cb);
  const Sequence una = cb.snd_una + length;
  Sequence start = cb.snd_una;
  while (side.piece_count > 0 && at_or_before(detail::piece_at(side, 0).end, una)) {
    const Piece gone = detail::piece_at(side, 0);
    start = gone.end;
    if (gone.chunk != 0) core.chunks.give(gone.chunk);
    side.first_piece = static_cast<std::uint8_t>((side.first_piece + 1) % SideRecord::kPieces);
    --side.piece_count;
    if (side.piece_count > 0) cb.data = detail::piece_at(side, 0).data;
  }
  if (side.piece_count > 0) cb.data += una - start;
}

// Drops the whole queue, as the connection ends.
template <class C>
void clear_queue(C& core, SideRecord& side) noexcept {
  for (; side.piece_count > 0; --side.piece_count) {
    const Piece& piece = detail::piece_at(side, side.piece_count - 1u);
    if (piece.chunk != 0) core.chunks.give(piece.chunk);
  }
}

}  // namespace mcc::tcp
