/* Every function, with arguments that are good but for what a test changes: the tests of misuse and of threads go through these lists,
 * and run.sh sees to it that no exported function is missing. */
#include "microsip.h"

/* Every host function that takes a phone first, with arguments that are good otherwise. */
#define EACH_HOST(X) EACH_BUT_DEVICES(X) X(microsip_devices(p, 1, &n)) X(microsip_shutdown(p, 0))
#define EACH_BUT_DEVICES(X) \
  X(microsip_next_event(p, &ev, 0)) X(microsip_event_descriptor(p, &fd)) X(microsip_local_address(p, 0, &addr)) \
  X(microsip_calls_possible(p, &n)) X(microsip_network_changed(p)) X(microsip_counters_get(p, &counters)) X(microsip_account_add(p, &acc, &id)) X(microsip_account_remove(p, a)) X(microsip_register(p, a, 1)) \
  X(microsip_unregister(p, a, 1)) X(microsip_accounts(p, ids, 8, &n)) X(microsip_account_info_get(p, a, &ainfo)) \
  X(microsip_account_text(p, a, 1, buf, sizeof buf, &n)) X(microsip_dial(p, 0, "sip:x@127.0.0.1:9", NULL, &id)) X(microsip_answer(p, c, 200)) \
  X(microsip_reject(p, c, 486)) X(microsip_hangup(p, c)) X(microsip_hangup_all(p)) X(microsip_id_release(p, c)) X(microsip_call_tag(p, c, 1)) X(microsip_calls(p, ids, 8, &n)) \
  X(microsip_call_info_get(p, c, &cinfo)) X(microsip_call_stats_get(p, c, &stats)) X(microsip_call_text(p, c, 1, buf, sizeof buf, &n)) \
  X(microsip_call_header(p, c, 1, "To", 0, buf, sizeof buf, &n)) X(microsip_digits(p, c, "1", 1)) X(microsip_source(p, c, 0)) \
  X(microsip_mute(p, c, 1)) X(microsip_volume(p, c, 1, 100)) X(microsip_play(p, c, "x.wav", 1, &token)) X(microsip_play_check(p, "x.wav")) X(microsip_play_stop(p, c)) \
  X(microsip_record(p, c, "/nowhere/x.wav", 0)) X(microsip_record_stop(p, c)) X(microsip_pcm_write(p, c, pcm, 80, 0, &n)) \
  X(microsip_pcm_read(p, c, pcm, 80, 0, &n)) X(microsip_device_text(p, 1, 0, 0, buf, sizeof buf, &n)) \
  X(microsip_set_device(p, 1, "null"))

/* Those that name a call. */
#define EACH_CALL(X) \
  X(microsip_answer(p, c, 200)) X(microsip_reject(p, c, 486)) X(microsip_hangup(p, c)) X(microsip_id_release(p, c)) X(microsip_call_tag(p, c, 1)) \
  X(microsip_call_info_get(p, c, &cinfo)) X(microsip_call_stats_get(p, c, &stats)) X(microsip_call_text(p, c, 1, buf, sizeof buf, &n)) \
  X(microsip_call_header(p, c, 1, "To", 0, buf, sizeof buf, &n)) X(microsip_digits(p, c, "1", 1)) X(microsip_source(p, c, 0)) \
  X(microsip_play(p, c, "x.wav", 1, &token)) X(microsip_play_stop(p, c)) X(microsip_record(p, c, "/nowhere/x.wav", 0)) X(microsip_record_stop(p, c)) \
  X(microsip_pcm_write(p, c, pcm, 80, 0, &n)) X(microsip_pcm_read(p, c, pcm, 80, 0, &n))
#define EACH_ACCOUNT(X) \
  X(microsip_account_remove(p, a)) X(microsip_register(p, a, 1)) X(microsip_unregister(p, a, 1)) X(microsip_account_info_get(p, a, &ainfo)) \
  X(microsip_account_text(p, a, 1, buf, sizeof buf, &n))

/* What the lists name: EVERY(static) for a file, EVERY() for a thread's own. Unused ones are no fault. */
#define EVERY(kind) \
  kind MAYBE char buf[256]; kind MAYBE microsip_event ev; kind MAYBE microsip_addr addr; kind MAYBE microsip_account acc; \
  kind MAYBE microsip_account_info ainfo; kind MAYBE microsip_call_info cinfo; kind MAYBE microsip_call_stats stats; \
  kind MAYBE microsip_counters counters; kind MAYBE microsip_id id, ids[8], p, a, c; kind MAYBE int16_t pcm[80]; kind MAYBE uint32_t n; \
  kind MAYBE uint64_t token; kind MAYBE intptr_t fd;
#define MAYBE __attribute__((unused))
#define EVERY_SIZE() do { \
  memset(&addr, 0, sizeof addr); memset(pcm, 0, sizeof pcm); id = p = a = c = 0; n = 0; token = 0; fd = 0; EVERY_STRUCT(); } while (0)
#define EVERY_STRUCT() do { \
  MICROSIP_ZERO(ev); MICROSIP_ZERO(acc); MICROSIP_ZERO(ainfo); MICROSIP_ZERO(cinfo); MICROSIP_ZERO(stats); MICROSIP_ZERO(counters); \
  acc.uri = "sip:100@127.0.0.1:9"; acc.no_register = 1; } while (0)

/* Those of the engine family, for an engine e and the structs path, out, ask, reply and bytes. */
#define EACH_ENGINE(X) \
  X(microsip_engine_sip(e, 1, &path, bytes, 4, NULL)) X(microsip_engine_media(e, 1, 4000, &addr, bytes, 4)) X(microsip_engine_reply(e, 1, &reply)) \
  X(microsip_engine_timeout(e, 1)) X(microsip_engine_poll_transmit(e, 1, &out, bytes, sizeof bytes)) X(microsip_engine_poll_event(e, &ev)) \
  X(microsip_engine_poll_ask(e, &ask)) X(microsip_engine_poll_timeout(e, &token)) X(microsip_engine_audio(e, 1, pcm, pcm, 80)) \
  X(microsip_engine_audio_wanted(e, &n)) X(microsip_engine_shutdown(e, 1)) X(microsip_engine_local_address(e, 0, &addr)) \
  X(microsip_engine_account_add(e, 1, &acc, &id)) X(microsip_engine_account_remove(e, 1, a)) X(microsip_engine_register(e, 1, a, 1)) \
  X(microsip_engine_unregister(e, 1, a, 1)) X(microsip_engine_accounts(e, ids, 8, &n)) X(microsip_engine_account_info_get(e, a, &ainfo)) \
  X(microsip_engine_account_text(e, a, 1, buf, sizeof buf, &n)) X(microsip_engine_dial(e, 1, 0, "sip:x@127.0.0.1", NULL, &id)) \
  X(microsip_engine_answer(e, 1, c, 200)) X(microsip_engine_reject(e, 1, c, 486)) X(microsip_engine_hangup(e, 1, c)) \
  X(microsip_engine_hangup_all(e, 1)) X(microsip_engine_id_release(e, 1, c)) X(microsip_engine_call_tag(e, c, 1)) X(microsip_engine_calls(e, ids, 8, &n)) \
  X(microsip_engine_call_info_get(e, c, &cinfo)) X(microsip_engine_call_stats_get(e, 1, c, &stats)) \
  X(microsip_engine_call_text(e, c, 1, buf, sizeof buf, &n)) X(microsip_engine_call_header(e, c, 1, "To", 0, buf, sizeof buf, &n)) \
  X(microsip_engine_digits(e, 1, c, "1", 1)) X(microsip_engine_source(e, 1, c, 0)) X(microsip_engine_mute(e, c, 1)) \
  X(microsip_engine_volume(e, c, 1, 100)) X(microsip_engine_counters_get(e, &counters))
