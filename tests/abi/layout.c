/* The shape of every struct, the same on every target: compiled with -Wpadded -Werror as C99 and C++11, with gcc, g++, mingw and arm-none-eabi-gcc. */
#include "microsip.h"
#include "microsip.h"
#include <stddef.h>

#define SAME(name, condition) typedef char name[(condition) ? 1 : -1]
#define P sizeof(void *)

SAME(id_is_64_bits, sizeof(microsip_id) == 8);
SAME(addr, sizeof(microsip_addr) == 24 && offsetof(microsip_addr, ip) == 8);
SAME(event, sizeof(microsip_event) == 96 && offsetof(microsip_event, phone) == 8 && offsetof(microsip_event, state) == 64 && offsetof(microsip_event, op) == 92);
SAME(account, sizeof(microsip_account) == 120 + 20 * P && offsetof(microsip_account, uri) == 24);
SAME(media, sizeof(microsip_media) == 16 + P && offsetof(microsip_media, codecs) == 16);
SAME(options, sizeof(microsip_options) == 80 + 10 * P);
SAME(call_info, sizeof(microsip_call_info) == 160 && offsetof(microsip_call_info, incoming) == 64);
SAME(call_stats, sizeof(microsip_stats) == 136 && offsetof(microsip_stats, jitter_us) == 72);
SAME(member, sizeof(microsip_member) == 24);
SAME(message, sizeof(microsip_message) == 24 + 6 * P);
SAME(message_info, sizeof(microsip_message_info) == 88);
SAME(subscription, sizeof(microsip_subscription) == 24 + 4 * P);
SAME(subscription_info, sizeof(microsip_subscription_info) == 96 && offsetof(microsip_subscription_info, retry_us) == 80);
SAME(watcher_info, sizeof(microsip_watcher_info) == 56 && offsetof(microsip_watcher_info, state) == 40);
SAME(entry, sizeof(microsip_entry) == 40 && offsetof(microsip_entry, resource) == 36);
SAME(rules, sizeof(microsip_rules) == 72 + 6 * P);
SAME(digit_options, sizeof(microsip_digit_options) == 24);
SAME(tones, sizeof(microsip_tones) == 16 + 2 * P);
SAME(sound, sizeof(microsip_sound) == 16 + P);
SAME(info, sizeof(microsip_info) == 48);
SAME(counters, sizeof(microsip_counters) == 40);
SAME(account_info, sizeof(microsip_account_info) == 96 && offsetof(microsip_account_info, publication_code) == 88);
SAME(presence, sizeof(microsip_presence) == 24 + P);
SAME(engine_config, sizeof(microsip_engine_config) == 216 + 4 * P && offsetof(microsip_engine_config, seed) == 32);
SAME(origin, sizeof(microsip_origin) == 56);
SAME(out, sizeof(microsip_out) == 72);
SAME(log, sizeof(microsip_log) == 64);
SAME(ask, sizeof(microsip_ask) == 320 && offsetof(microsip_ask, name) == 48);
SAME(reply, sizeof(microsip_reply) == 184);
SAME(flow, sizeof(microsip_flow) == 80 && offsetof(microsip_flow, local) == 32);
#ifndef MICROSIP_ENGINE_ONLY
SAME(config, sizeof(microsip_config) == 176 + 13 * P && offsetof(microsip_config, bind) == 48);
SAME(descriptor, sizeof(intptr_t) == P);
#endif
SAME(wait, MICROSIP_FOREVER == 4294967295u);
SAME(bytes, MICROSIP_ENGINE_BYTES(1u, 1u, 1500u) > 8192u);

#ifndef MICROSIP_ENGINE_ONLY
/* Callbacks have a convention of their own where the compiler's is another: run.sh compiles this for 32-bit Windows with stdcall as its default. */
void MICROSIP_CALL takes_events(void *user, const microsip_event *ev);
void MICROSIP_CALL takes_lines(void *user, const microsip_log *l, const char *text);
extern const microsip_event_fn event_fn;
extern const microsip_log_fn log_fn;
const microsip_event_fn event_fn = takes_events;
const microsip_log_fn log_fn = takes_lines;
#endif

/* MICROSIP_ZERO and comparing with the constants give no warning. */
uint32_t layout_of_an_event(void);
uint32_t layout_of_an_event(void) {
  microsip_event ev;
  microsip_call_info info;
  MICROSIP_ZERO(ev);
  MICROSIP_ZERO(info);
  if (ev.type == MICROSIP_EV_CALL && info.state == MICROSIP_ENDED && info.result == MICROSIP_E_TIMEOUT) return 0;
  return ev.size;
}
