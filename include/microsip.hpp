// microsip.hpp - C++11 over microsip.h: phones that end with their scope, results as exceptions, texts as std::string. Header only.
#ifndef MICROSIP_HPP
#define MICROSIP_HPP

#include "microsip.h"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace microsip {

/// A function that said no: its code, and the library's text for it.
class error : public std::runtime_error {
public:
  explicit error(std::int32_t code) : std::runtime_error(last(code)), code_(code) {}
  std::int32_t code() const noexcept { return code_; }

private:
  static std::string last(std::int32_t code) {
    char text[512];
    std::uint32_t needed = 0;
    if (microsip_last_error(text, sizeof text, &needed) == MICROSIP_OK && text[0] != 0) return text;
    return microsip_strerror(code);
  }
  std::int32_t code_;
};

/// Throws where the result is an error, hands it on otherwise (MICROSIP_OK or MICROSIP_NOTHING).
inline std::int32_t check(std::int32_t result) {
  if (result < 0) throw error(result);
  return result;
}

/// A struct of the header, zeroed, with its size set.
template <typename Struct> Struct zero() {
  Struct value;
  MICROSIP_ZERO(value);
  return value;
}

/// Reads a text: its length first where a short buffer is too small. Empty where there is none.
template <typename Get> std::string text(Get get) {
  char buffer[256];
  std::uint32_t needed = 0;
  std::int32_t result = get(buffer, static_cast<std::uint32_t>(sizeof buffer), &needed);
  if (result == MICROSIP_OK) return buffer;
  if (result != MICROSIP_E_BUFFER) return check(result), std::string();
  std::vector<char> longer(needed);
  return check(get(longer.data(), needed, &needed)) == MICROSIP_OK ? std::string(longer.data()) : std::string();
}

/// A phone. Moves, does not copy, and is destroyed with its scope; its id() may be used from any thread.
class phone {
public:
  explicit phone(const microsip_config &config) { check(microsip_create(MICROSIP_ABI_VERSION, &config, &id_)); }
  phone(phone &&other) noexcept : id_(other.id_) { other.id_ = 0; }
  phone &operator=(phone &&other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  phone(const phone &) = delete;
  phone &operator=(const phone &) = delete;
  ~phone() {
    if (id_ != 0) microsip_destroy(id_);
  }

  microsip_id id() const noexcept { return id_; }

  /// False when the time was over.
  bool next_event(microsip_event &event, std::uint32_t wait_ms = MICROSIP_FOREVER) { return check(microsip_next_event(id_, &event, wait_ms)) == MICROSIP_OK; }
  void shutdown(std::uint32_t grace_ms) { check(microsip_shutdown(id_, grace_ms)); }
  /// Reads the machine's addresses anew; true: some came or went.
  bool network_changed() const { return check(microsip_network_changed(id_)) == MICROSIP_OK; }
  microsip_addr local_address(bool v6 = false) const {
    microsip_addr address = microsip_addr();
    check(microsip_local_address(id_, v6 ? 1 : 0, &address));
    return address;
  }

  microsip_id add(const microsip_account &account) {
    microsip_id added = 0;
    check(microsip_account_add(id_, &account, &added));
    return added;
  }
  microsip_id dial(const std::string &uri, microsip_id account = 0, std::uint32_t source = MICROSIP_SRC_DEVICE, std::uint64_t tag = 0) {
    microsip_dial_options options = zero<microsip_dial_options>();
    options.source = source;
    options.tag = tag;
    microsip_id call = 0;
    check(microsip_dial(id_, account, uri.c_str(), &options, &call));
    return call;
  }
  void answer(microsip_id call, std::uint32_t code = 200) { check(microsip_answer(id_, call, code)); }
  void reject(microsip_id call, std::uint32_t code = 486) { check(microsip_reject(id_, call, code)); }
  void hangup(microsip_id call) { check(microsip_hangup(id_, call)); }
  void source(microsip_id call, std::uint32_t source) { check(microsip_source(id_, call, source)); }
  void digits(microsip_id call, const std::string &digits, std::uint64_t token = 0) { check(microsip_digits(id_, call, digits.c_str(), token)); }
  /// An ended call cannot be read any more.
  void release(microsip_id object) { check(microsip_id_release(id_, object)); }
  std::uint64_t play(microsip_id call, const std::string &path, std::uint32_t loops = 1) {
    std::uint64_t token = 0;
    check(microsip_play(id_, call, path.c_str(), loops, &token));
    return token;
  }
  void record(microsip_id call, const std::string &path, std::uint32_t sides = MICROSIP_SIDES_MIXED) { check(microsip_record(id_, call, path.c_str(), sides)); }

  microsip_call_info info(microsip_id call) const {
    microsip_call_info info = zero<microsip_call_info>();
    check(microsip_call_info_get(id_, call, &info));
    return info;
  }
  microsip_call_stats stats(microsip_id call) const {
    microsip_call_stats stats = zero<microsip_call_stats>();
    check(microsip_call_stats_get(id_, call, &stats));
    return stats;
  }
  std::string call_text(microsip_id call, std::uint32_t which) const {
    const microsip_id id = id_;
    return text([=](char *buffer, std::uint32_t capacity, std::uint32_t *needed) { return microsip_call_text(id, call, which, buffer, capacity, needed); });
  }

  /// Takes what fits; says how much that was.
  std::uint32_t write(microsip_id call, const std::int16_t *pcm, std::uint32_t samples, std::uint32_t wait_ms = 0) {
    std::uint32_t taken = 0;
    check(microsip_pcm_write(id_, call, pcm, samples, wait_ms, &taken));
    return taken;
  }
  /// Reads what was heard; says how much that was.
  std::uint32_t read(microsip_id call, std::int16_t *pcm, std::uint32_t samples, std::uint32_t wait_ms = 0) {
    std::uint32_t got = 0;
    check(microsip_pcm_read(id_, call, pcm, samples, wait_ms, &got));
    return got;
  }

private:
  microsip_id id_ = 0;
};

} // namespace microsip

#endif
