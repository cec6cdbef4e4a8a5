// microsip.hpp - C++11 over microsip.h: phones that end with their scope, results as exceptions, texts as std::string. Header only.
#ifndef MICROSIP_HPP
#define MICROSIP_HPP

#include "microsip.h"

#include <cstdint>
#include <functional>
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
template <typename Get> std::string text_of(Get get) {
  char buffer[256];
  std::uint32_t needed = 0;
  std::int32_t result = get(buffer, static_cast<std::uint32_t>(sizeof buffer), &needed);
  if (result == MICROSIP_OK) return buffer;
  if (result != MICROSIP_E_BUFFER) return check(result), std::string();
  std::vector<char> longer(needed);
  return check(get(longer.data(), needed, &needed)) == MICROSIP_OK ? std::string(longer.data()) : std::string();
}

/// What is compiled in: a set of MICROSIP_HAS_*.
inline std::uint32_t features() noexcept { return microsip_features(); }
inline const char *version() noexcept { return microsip_version(); }

class phone;
/// Takes events, one at a time, on a thread of the library's. What it throws ends the program: there is nobody above to catch it.
using handler = std::function<void(phone &, const microsip_event &)>;

/// A phone. Does not copy, and is destroyed with its scope, which waits for a handler that runs. Its functions may be called from any thread, and from
/// the handler.
class phone {
public:
  /// Events are fetched with next_event().
  explicit phone(const microsip_config &config) { check(microsip_create(MICROSIP_ABI_VERSION, &config, &id_)); }
  /// Events go to the handler, which may be called before this returns.
  phone(microsip_config config, handler events) : events_(std::move(events)) {
    config.on_event = trampoline;
    config.event_user = this;
    config.event_size = sizeof(microsip_event);
    check(microsip_create(MICROSIP_ABI_VERSION, &config, &id_));
  }
  phone(const phone &) = delete;
  phone &operator=(const phone &) = delete;
  ~phone() {
    if (id_ != 0) microsip_destroy(id_);
  }

  microsip_id id() const noexcept { return id_; }

  /// False when the time was over.
  bool next_event(microsip_event &event, std::uint32_t wait_ms = MICROSIP_FOREVER) { return check(microsip_event_next(id_, &event, wait_ms)) == MICROSIP_OK; }
  /// Sets what is logged: MICROSIP_LOG_*, and MICROSIP_LOG_SIP added for whole messages.
  void log_level(std::uint32_t level) { check(microsip_log_set(id_, level)); }
  /// The next log line or SIP message of a phone that has a log_level and no on_log. False when the time was over.
  bool next_log(microsip_log &log, std::string &text, std::uint32_t wait_ms = MICROSIP_FOREVER) {
    log = zero<microsip_log>();
    text.resize(512);
    std::int32_t result = MICROSIP_E_BUFFER;
    while ((result = microsip_log_next(id_, &log, &text[0], static_cast<std::uint32_t>(text.size()), wait_ms)) == MICROSIP_E_BUFFER) text.resize(log.len + 1u);
    const bool got = check(result) == MICROSIP_OK;
    text.resize(got ? log.len : 0);
    return got;
  }
  /// For a loop of the application's own: readable while events wait.
  std::intptr_t event_descriptor() const {
    std::intptr_t descriptor = 0;
    check(microsip_event_descriptor_get(id_, &descriptor));
    return descriptor;
  }
  /// Begins the end: MICROSIP_EV_CLOSED follows.
  void shutdown(std::uint32_t grace_ms) { check(microsip_shutdown(id_, grace_ms)); }
  /// Destroys it before its scope ends; nothing else may be called from then on.
  void close() {
    check(microsip_destroy(id_));
    id_ = 0;
  }
  /// Reads the machine's addresses anew; true: some came or went.
  bool network_changed() { return check(microsip_network_changed(id_)) == MICROSIP_OK; }
  microsip_addr address(std::uint32_t which = MICROSIP_ADDRESS_V4) const {
    microsip_addr address = microsip_addr();
    check(microsip_address_get(id_, which, &address));
    return address;
  }
  microsip_info info() const {
    microsip_info info = zero<microsip_info>();
    check(microsip_info_get(id_, &info));
    return info;
  }
  microsip_counters counters() const {
    microsip_counters counters = zero<microsip_counters>();
    check(microsip_counters_get(id_, &counters));
    return counters;
  }

  /// The ids of a kind; owner: an account, whose calls are wanted.
  std::vector<microsip_id> ids(std::uint32_t kind, microsip_id owner = 0) const {
    std::vector<microsip_id> ids(16);
    std::uint32_t needed = 0;
    while (microsip_ids_get(id_, kind, owner, ids.data(), static_cast<std::uint32_t>(ids.size()), &needed) == MICROSIP_E_BUFFER) ids.resize(needed);
    check(microsip_ids_get(id_, kind, owner, ids.data(), static_cast<std::uint32_t>(ids.size()), &needed));
    ids.resize(needed);
    return ids;
  }
  std::string text(microsip_id object, std::uint32_t which, std::uint32_t index = 0) const {
    const microsip_id id = id_;
    return text_of([=](char *buffer, std::uint32_t capacity, std::uint32_t *needed) { return microsip_text_get(id, object, which, index, buffer, capacity, needed); });
  }
  std::string header(microsip_id object, std::uint32_t which, const std::string &name, std::uint32_t nth = 0) const {
    const microsip_id id = id_;
    return text_of([=](char *buffer, std::uint32_t capacity, std::uint32_t *needed) {
      return microsip_header_get(id, object, which, name.c_str(), nth, buffer, capacity, needed);
    });
  }
  void tag(microsip_id object, std::uint64_t tag) { check(microsip_tag_set(id_, object, tag)); }
  /// An ended call cannot be read any more.
  void release(microsip_id object) { check(microsip_id_release(id_, object)); }

  microsip_id add(const microsip_account &account) {
    microsip_id added = 0;
    check(microsip_account_add(id_, &account, &added));
    return added;
  }
  /// Changes what it sets of an account; 0 and NULL leave a member as it is.
  void update(microsip_id account, const microsip_account &change) { check(microsip_account_update(id_, account, &change)); }
  void remove(microsip_id account) { check(microsip_account_remove(id_, account)); }
  void register_now(microsip_id account, std::uint64_t token = 0) { check(microsip_account_register(id_, account, token)); }
  void unregister(microsip_id account, std::uint64_t token = 0) { check(microsip_account_unregister(id_, account, token)); }
  /// Publishes its presence, and keeps it published; until it is taken back.
  void publish(microsip_id account, const microsip_presence &presence, std::uint64_t token = 0) { check(microsip_account_publish(id_, account, &presence, token)); }
  void unpublish(microsip_id account, std::uint64_t token = 0) { check(microsip_account_publish(id_, account, nullptr, token)); }
  microsip_account_info account_info(microsip_id account) const {
    microsip_account_info info = zero<microsip_account_info>();
    check(microsip_account_info_get(id_, account, &info));
    return info;
  }
  /// The classes of messages in its mailbox, as its own server describes them; none where it gave no numbers.
  std::vector<microsip_entry> mailbox(microsip_id account) const {
    std::vector<microsip_entry> classes;
    microsip_entry entry = zero<microsip_entry>();
    while (check(microsip_account_mailbox_get(id_, account, static_cast<std::uint32_t>(classes.size()), &entry)) == MICROSIP_OK) {
      classes.push_back(entry);
      entry = zero<microsip_entry>();
    }
    return classes;
  }

  microsip_id dial(const std::string &uri, microsip_id account = 0, std::uint32_t source = MICROSIP_SRC_DEVICE, std::uint64_t tag = 0) {
    microsip_options options = zero<microsip_options>();
    options.source = source;
    options.tag = tag;
    return dial(uri, account, options);
  }
  /** Calls the target again that was dialled last: by an account, or (0) by any and without one. */
  microsip_id redial(microsip_id account = 0, std::uint32_t source = MICROSIP_SRC_DEVICE, std::uint64_t tag = 0) {
    microsip_options options = zero<microsip_options>();
    options.source = source;
    options.tag = tag;
    microsip_id call = 0;
    check(microsip_dial(id_, account, nullptr, &options, &call));
    return call;
  }
  microsip_id dial(const std::string &uri, microsip_id account, const microsip_options &options) {
    microsip_id call = 0;
    check(microsip_dial(id_, account, uri.c_str(), &options, &call));
    return call;
  }
  void answer(microsip_id call, std::uint32_t code = 200, const microsip_options *options = nullptr) { check(microsip_answer(id_, call, code, options)); }
  void reject(microsip_id call, std::uint32_t code = 486) { check(microsip_reject(id_, call, code, nullptr)); }
  void hangup(microsip_id call) { check(microsip_hangup(id_, call, nullptr)); }
  /// Transfers a call to somebody else, or (consult) to the far end of another call: MICROSIP_EV_TRANSFER tells each step.
  void transfer(microsip_id call, const std::string &uri, std::uint64_t token = 0, const microsip_options *options = nullptr) {
    check(microsip_transfer(id_, call, uri.c_str(), 0, options, token));
  }
  void transfer(microsip_id call, microsip_id consult, std::uint64_t token = 0, const microsip_options *options = nullptr) {
    check(microsip_transfer(id_, call, nullptr, consult, options, token));
  }
  /// Calls whom a REFER asks for (MICROSIP_EV_REFER); its sender is told how it goes.
  microsip_id follow(microsip_id refer, std::uint32_t source = MICROSIP_SRC_DEVICE, std::uint64_t tag = 0) {
    microsip_options options = zero<microsip_options>();
    options.source = source;
    options.tag = tag;
    options.refer = refer;
    microsip_id call = 0;
    check(microsip_dial(id_, 0, nullptr, &options, &call));
    return call;
  }
  /// Refuses a REFER, or answers a message.
  void answer_message(microsip_id message, std::uint32_t code = 0) { check(microsip_message_answer(id_, message, code)); }
  /// Tells the writer of a message that a person has seen it, or that it came, where its writer asks for that.
  void notice(microsip_id message, std::uint32_t state = MICROSIP_NOTICE_DISPLAYED) { check(microsip_message_notice(id_, message, state)); }
  /// A message to a far end is being written: for each key; or none is.
  void composing(microsip_id account, const std::string &uri, bool writes = true) {
    check(microsip_message_composing(id_, account, uri.c_str(), writes ? MICROSIP_COMPOSING_ACTIVE : MICROSIP_COMPOSING_IDLE));
  }
  void hangup_all() { check(microsip_hangup_all(id_)); }
  void digits(microsip_id call, const std::string &digits, std::uint64_t token = 0, const microsip_digit_options *options = nullptr) {
    check(microsip_digits(id_, call, digits.c_str(), options, token));
  }
  /// A key that is held, of this ASCII code, until digit_stop.
  void digit_start(microsip_id call, char digit, std::uint64_t token = 0, const microsip_digit_options *options = nullptr) {
    check(microsip_digit_start(id_, call, static_cast<unsigned char>(digit), options, token));
  }
  /// False: no key is held.
  bool digit_stop(microsip_id call) { return check(microsip_digit_stop(id_, call)) != MICROSIP_NOTHING; }
  /// The country whose tones are heard, and rung with, by its two letters; "": those that ITU-T recommends.
  void country(const std::string &country) {
    microsip_tones tones = zero<microsip_tones>();
    tones.country = country.c_str();
    check(microsip_tones_set(id_, &tones));
  }
  /// A tone into a call or a conference: a MICROSIP_TONE_*, or a key by its ASCII code; of so many milliseconds, 0: until it is stopped.
  void tone_play(microsip_id target, std::uint32_t tone, std::uint32_t ms = 0, std::uint64_t token = 0) {
    check(microsip_tone_play(id_, target, tone, ms, token));
  }
  /// False: none plays there.
  bool tone_stop(microsip_id target) { return check(microsip_tone_stop(id_, target)) != MICROSIP_NOTHING; }
  /// One of these tones, a MICROSIP_TONE_*, for the person here, until tone_stop.
  void tone_start(std::uint32_t tone) { check(microsip_tone_start(id_, tone)); }
  /// False: none plays.
  bool tone_stop() { return check(microsip_tone_stop(id_, MICROSIP_SELF)) != MICROSIP_NOTHING; }
  microsip_call_info info(microsip_id call) const {
    microsip_call_info info = zero<microsip_call_info>();
    check(microsip_call_info_get(id_, call, &info));
    return info;
  }
  microsip_stats stats(microsip_id call) const {
    microsip_stats stats = zero<microsip_stats>();
    check(microsip_call_stats_get(id_, call, &stats));
    return stats;
  }
  /// Mean opinion scores of a call's seconds in hundredths, and the seconds that each stands for.
  std::vector<std::uint32_t> quality(microsip_id call, std::uint32_t *seconds_each = nullptr) const {
    std::vector<std::uint32_t> values;
    for (;;) {
      std::uint32_t needed = 0;
      const std::int32_t result = microsip_call_quality_get(id_, call, values.data(), static_cast<std::uint32_t>(values.size()), &needed, seconds_each);
      if (result != MICROSIP_E_BUFFER) check(result);
      const bool all = needed <= values.size();
      values.resize(needed);
      if (all) return values;
    }
  }

  void source(microsip_id target, std::uint32_t source) { check(microsip_source_set(id_, target, source)); }
  void mute(microsip_id target, bool on) { check(microsip_mute_set(id_, target, on ? 1 : 0)); }
  void volume(microsip_id target, std::uint32_t device, std::uint32_t percent) { check(microsip_volume_set(id_, target, device, percent)); }
  /// Plays a file; loops: 0 once, MICROSIP_FOREVER until it is stopped.
  void play(microsip_id target, const std::string &path, std::uint64_t token = 0, std::uint32_t loops = 0) {
    microsip_sound sound = zero<microsip_sound>();
    sound.path = path.c_str();
    sound.loops = loops;
    check(microsip_sound_play(id_, target, &sound, token));
  }
  /// True: something did play.
  bool stop(microsip_id target) { return check(microsip_sound_stop(id_, target)) == MICROSIP_OK; }
  void record(microsip_id target, const std::string &path, std::uint32_t sides = MICROSIP_SIDES_MIXED, std::uint64_t token = 0) {
    check(microsip_record_start(id_, target, path.c_str(), sides, token));
  }
  /// True: a recording did run.
  bool stop_recording(microsip_id target) { return check(microsip_record_stop(id_, target)) == MICROSIP_OK; }
  /// Takes what fits; says how much that was.
  std::uint32_t write(microsip_id target, const std::int16_t *pcm, std::uint32_t samples, std::uint32_t wait_ms = 0) {
    std::uint32_t taken = 0;
    check(microsip_pcm_write(id_, target, pcm, samples, wait_ms, &taken));
    return taken;
  }
  /// Reads what was heard; says how much that was.
  std::uint32_t read(microsip_id target, std::int16_t *pcm, std::uint32_t samples, std::uint32_t wait_ms = 0) {
    std::uint32_t got = 0;
    check(microsip_pcm_read(id_, target, pcm, samples, wait_ms, &got));
    return got;
  }

  /// Ids and names of the machine's devices of one side.
  std::vector<std::pair<std::string, std::string>> devices(std::uint32_t side) {
    std::uint32_t count = 0;
    check(microsip_device_scan(id_, side, &count));
    std::vector<std::pair<std::string, std::string>> found;
    for (std::uint32_t n = 0; n < count; n++) {
      const std::uint32_t index = (side & ~MICROSIP_DEV_ALL) << 16 | n;
      found.emplace_back(text(MICROSIP_SELF, MICROSIP_TXT_DEVICE_ID, index), text(MICROSIP_SELF, MICROSIP_TXT_DEVICE_NAME, index));
    }
    return found;
  }
  void device(std::uint32_t side, const std::string &id) { check(microsip_device_set(id_, side, id.c_str())); }

private:
  static void MICROSIP_CALL trampoline(void *user, const microsip_event *event) noexcept {
    phone &self = *static_cast<phone *>(user);
    if (self.events_) self.events_(self, *event);
  }

  handler events_;
  microsip_id id_ = 0;
};

} // namespace microsip

#endif
