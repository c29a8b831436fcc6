#pragma once
// What a stack or the engine throws when it cannot go on as a whole. Errors of single connections are `Error` values.

#include <stdexcept>
#include <string>
#include <utility>

namespace mcc {

// `code` is an MCC_ERR_ name of packages/core/src/errors.ts. An empty remedy leaves that table's own.
class Failure : public std::runtime_error {
 public:
  Failure(std::string code, const std::string& what, std::string remedy = {})
      : std::runtime_error(what), code_(std::move(code)), remedy_(std::move(remedy)) {}

  const std::string& code() const noexcept { return code_; }
  const std::string& remedy() const noexcept { return remedy_; }

 private:
  std::string code_;
  std::string remedy_;
};

}  // namespace mcc
