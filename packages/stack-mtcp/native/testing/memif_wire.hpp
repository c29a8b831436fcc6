#pragma once
// Both ends of a memif in one process: what joins two engines (joined_engines.hpp) with all that a real port costs, the
// copies and the checksums.

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "port/memif_port.hpp"

namespace mcc::testing {

class MemifWire {
 public:
  using Port = port::MemifPort;

  Port& client() { return client_; }
  Port& server() { return server_; }

 private:
  struct Folder {
    Folder() { path = mkdtemp(path.data()); }
    ~Folder() { std::filesystem::remove_all(path); }
    std::string path = "/tmp/mcc-memif-XXXXXX";
  };

  std::shared_ptr<port::memif::Link> link(bool server) const {
    port::memif::LinkOptions options;
    options.path = folder_.path + "/sock";
    options.server = server;
    return std::make_shared<port::memif::Link>(options);
  }
  static Port::Options end(bool server) {
    Port::Options options;
    options.server = server;
    options.mac = {2, 0, 0, 0, 0, server ? std::uint8_t{2} : std::uint8_t{1}};
    return options;
  }

  Folder folder_;
  Port server_{link(true), end(true)};
  Port client_{link(false), end(false)};
};

}  // namespace mcc::testing
