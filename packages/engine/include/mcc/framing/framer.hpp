#pragma once
// What every framing is to the engine: a small machine that is fed the bytes of one reply (a server's: one request) as
// they arrive and says where it ends. Between reads its progress is one 32-bit word in the session, 0 at the start of a
// reply; a framing that needs more keeps it in a pooled side record, and the word says which.

#include <cstddef>
#include <cstdint>

#include "mcc/error.hpp"
#include "mcc/stack.hpp"

namespace mcc::framing {

enum class Progress : std::uint8_t {
  more,      // the reply goes on; everything was consumed
  complete,  // the reply ended after `consumed` bytes; the word is 0 again
  broken,    // not a reply that the framing allows: close the connection. The word is 0 again
};

struct Result {
  Progress progress = Progress::more;
  // With complete: none, body_mismatch or unexpected_status. With broken: bad_reply, or no_memory when the pool is used
  // up.
  Error error = Error::none;
  bool last = false;          // the peer will close, or wants us to (Connection: close, HTTP/1.0, read until close)
  bool head = false;          // server: the request was HEAD
  bool waits = false;         // server, with more: the client sends no body before it is sent kGoAhead
  std::uint16_t outcome = 0;  // http1 client: the status code. 0: nothing to count
  std::size_t consumed = 0;
};

// A framer offers:
//   Result feed(std::uint32_t& word, Bytes bytes);  // bytes not empty
//   Result finish(std::uint32_t& word);             // the peer closed
//   void drop(std::uint32_t& word);                 // the connection is gone: give the side record back
// `finish` says complete for what is read until close, otherwise broken with closed_early. It is never called with
// word == 0: between replies a close breaks nothing.

}  // namespace mcc::framing
