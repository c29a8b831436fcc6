#pragma once
// memif, version 2.0: the control messages and the rings in shared memory, as the Linux Foundation's VPP and DPDK have
// them. The protocol's own words are master and slave; here they are server and client. All fields are in host order.

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace mcc::port::memif {

inline constexpr std::uint16_t kVersion = 0x0200;
inline constexpr std::uint32_t kCookie = 0x3e31f20;
inline constexpr std::uint8_t kEthernetMode = 0;
inline constexpr std::uint8_t kRingBitsMax = 14;
inline constexpr std::size_t kRegionsMax = 8;

enum class Type : std::uint16_t { none, ack, hello, init, add_region, add_ring, connect, connected, disconnect };

#pragma pack(push, 1)
struct Hello {  // server to client
  std::array<char, 32> name;
  std::uint16_t version_min, version_max;
  std::uint16_t region_max;                              // highest index
  std::uint16_t to_client_ring_max, to_server_ring_max;  // highest index
  std::uint8_t ring_bits_max;
};
struct Init {  // client to server
  std::uint16_t version;
  std::uint32_t id;
  std::uint8_t mode;
  std::array<char, 24> secret;
  std::array<char, 32> name;
};
struct AddRegion {  // client to server, with the file descriptor of the memory
  std::uint16_t index;
  std::uint64_t size;
};
struct AddRing {  // client to server, with an eventfd to wake the reader by
  static constexpr std::uint16_t kToServer = 1;
  std::uint16_t flags;
  std::uint16_t index;
  std::uint16_t region;
  std::uint32_t offset;
  std::uint8_t ring_bits;
  std::uint16_t private_header;
};
struct Connect {  // client to server; as "connected" the other way
  std::array<char, 32> interface;
};
struct Disconnect {
  std::uint32_t code;
  std::array<char, 96> reason;
};
struct Message {
  Type type{};
  union {
    Hello hello;
    Init init;
    AddRegion add_region;
    AddRing add_ring;
    Connect connect;
    Disconnect disconnect;
    std::array<std::byte, 126> bytes{};
  };
};
#pragma pack(pop)
static_assert(sizeof(Message) == 128 && std::is_trivially_copyable_v<Message>);
static_assert(sizeof(Hello) == 43 && sizeof(Init) == 63 && sizeof(AddRegion) == 10 && sizeof(AddRing) == 13);

struct Descriptor {
  static constexpr std::uint16_t kNext = 1;  // the frame goes on in the next descriptor
  std::uint16_t flags;
  std::uint16_t region;
  std::uint32_t length;
  std::uint32_t offset;
  std::uint32_t metadata;
};
static_assert(sizeof(Descriptor) == 16);

// A ring of 2^bits descriptors follows. The client owns the memory and moves `head`, the server moves `tail`. Towards
// the server, head counts frames sent and tail frames taken; towards the client, head counts empty buffers offered and
// tail those filled. Both run freely modulo 2^16.
struct Ring {
  static constexpr std::uint16_t kNoInterrupts = 1;
  std::uint32_t cookie;
  std::uint16_t flags;
  std::uint16_t head;
  alignas(64) std::uint16_t tail;
  alignas(64) Descriptor descriptors[1];

  static constexpr std::size_t bytes(unsigned bits) { return 128 + (std::size_t{1} << bits) * sizeof(Descriptor); }
};
static_assert(offsetof(Ring, head) == 6 && offsetof(Ring, tail) == 64 && offsetof(Ring, descriptors) == 128);

}  // namespace mcc::port::memif
