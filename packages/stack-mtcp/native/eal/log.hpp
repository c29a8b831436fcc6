#pragma once
// What DPDK says, kept instead of printed: its last words become the reason in a sentence when something fails.

#include <cstddef>
#include <cstdio>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>

namespace mcc::eal {

class Log {
 public:
  static constexpr std::size_t kLinesMax = 64;
  static constexpr std::size_t kLineMax = 400;

  // A stream that writes here; nullptr when there is no memory. It is unbuffered and lives as long as the log.
  std::FILE* stream() {
    if (stream_ != nullptr) return stream_;
    cookie_io_functions_t functions{};
    functions.write = [](void* log, const char* text, std::size_t length) -> ssize_t {
      static_cast<Log*>(log)->append({text, length});
      return static_cast<ssize_t>(length);
    };
    stream_ = fopencookie(this, "w", functions);
    if (stream_ != nullptr) std::setvbuf(stream_, nullptr, _IOLBF, 4096);
    return stream_;
  }

  void append(std::string_view text) {
    const std::lock_guard lock(mutex_);
    for (const char c : text) {
      if (c != '\n') {
        if (line_.size() < kLineMax) line_ += c;
        continue;
      }
      if (lines_.size() == kLinesMax) lines_.pop_front();
      if (!line_.empty()) lines_.push_back(std::move(line_));
      line_.clear();
    }
  }

  void clear() {
    const std::lock_guard lock(mutex_);
    lines_.clear();
    line_.clear();
  }

  // The last line, without its prefix ("EAL: ", "af_packet_dev(): "), its full stop and its colour; empty when nothing
  // was said.
  std::string last_words() const {
    const std::lock_guard lock(mutex_);
    return lines_.empty() ? std::string() : stripped(lines_.back());
  }

  // The first line since clear(): the cause, where the lines after it are consequences.
  std::string first_words() const {
    const std::lock_guard lock(mutex_);
    return lines_.empty() ? std::string() : stripped(lines_.front());
  }

 private:
  static std::string stripped(std::string line) {
    while (!line.empty() && (line.back() == '.' || line.back() == ' ' || line.back() == '\r')) line.pop_back();
    // Prefixes are single words before ": ".
    for (std::size_t colon = line.find(": "); colon != std::string::npos && line.find(' ') > colon;
         colon = line.find(": ")) {
      line.erase(0, colon + 2);
    }
    return line;
  }

  mutable std::mutex mutex_;
  std::FILE* stream_ = nullptr;
  std::string line_;
  std::deque<std::string> lines_;
};

}  // namespace mcc::eal
