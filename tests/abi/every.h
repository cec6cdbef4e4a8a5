/* Every function, with arguments that are good but for the one that a test changes: the tests of misuse and of threads go through these lists,
 * and run.sh sees to it that no exported function is missing. */
#include "microsip.h"

/* Every host function that takes a phone first, with arguments that are good otherwise. */
#define EACH_HOST(X) EACH_BUT_DEVICES(X) X(microsip_device_scan(p, 1, &n)) X(microsip_shutdown(p, 0))
#define EACH_BUT_DEVICES(X) \
  X(microsip_event_next(p, &ev, 0)) X(microsip_log_next(p, &line, buf, sizeof buf, 0)) X(microsip_event_descriptor_get(p, &fd)) \
  X(microsip_address_get(p, MICROSIP_ADDRESS_V4, &addr)) \
  X(microsip_info_get(p, &info)) X(microsip_network_changed(p)) X(microsip_counters_get(p, &counters)) X(microsip_account_add(p, &acc, &id)) \
  X(microsip_account_update(p, a, &acc)) X(microsip_rules_set(p, MICROSIP_SELF, &rules)) X(microsip_rules_get(p, MICROSIP_SELF, &rules)) X(microsip_tones_set(p, &tones)) X(microsip_tones_get(p, &tones)) X(microsip_tone_start(p, 1)) X(microsip_tone_stop(p, MICROSIP_SELF)) X(microsip_log_set(p, MICROSIP_LOG_INFO)) X(microsip_account_remove(p, a)) \
  X(microsip_account_register(p, a, 1)) \
  X(microsip_account_unregister(p, a, 1)) X(microsip_ids_get(p, MICROSIP_KIND_ACCOUNT, 0, ids, 8, &n)) X(microsip_account_info_get(p, a, &ainfo)) X(microsip_account_publish(p, a, &presence, 1)) X(microsip_account_mailbox_get(p, a, 0, &entry)) \
  X(microsip_text_get(p, a, MICROSIP_TXT_LOCAL_URI, 0, buf, sizeof buf, &n)) X(microsip_dial(p, 0, "sip:x@127.0.0.1:9", NULL, &id)) \
  X(microsip_answer(p, c, 200, NULL)) \
  X(microsip_reject(p, c, 486, NULL)) X(microsip_hangup(p, c, NULL)) X(microsip_hangup_all(p)) X(microsip_id_release(p, c)) \
  X(microsip_tag_set(p, c, 1)) X(microsip_ids_get(p, MICROSIP_KIND_CALL, 0, ids, 8, &n)) \
  X(microsip_call_info_get(p, c, &cinfo)) X(microsip_call_stats_get(p, c, &stats)) X(microsip_call_quality_get(p, c, NULL, 0, &n, NULL)) X(microsip_text_get(p, c, 1, 0, buf, sizeof buf, &n)) \
  X(microsip_header_get(p, c, 1, "To", 0, buf, sizeof buf, &n)) X(microsip_digits(p, c, "1", NULL, 1)) X(microsip_tone_play(p, c, 3, 0, 1)) X(microsip_tone_stop(p, c)) X(microsip_digit_start(p, c, 49, NULL, 1)) X(microsip_digit_stop(p, c)) X(microsip_source_set(p, c, 0)) \
  X(microsip_hold(p, c, 1, 1)) X(microsip_identify(p, c, "sip:x@y", 1)) X(microsip_reoffer(p, c, NULL, 1)) X(microsip_transfer(p, c, "sip:x@127.0.0.1:9", 0, NULL, 1)) X(microsip_music_set(p, c, MICROSIP_MUSIC_NONE, NULL)) \
  X(microsip_mute_set(p, c, 1)) X(microsip_volume_set(p, c, 1, 100)) X(microsip_sound_play(p, c, &sound, 1)) X(microsip_sound_stop(p, c)) \
  X(microsip_record_start(p, c, "/nowhere/x.wav", 0, 1)) X(microsip_record_stop(p, c)) X(microsip_pcm_write(p, c, pcm, 80, 0, &n)) \
  X(microsip_pcm_read(p, c, pcm, 80, 0, &n)) X(microsip_text_get(p, MICROSIP_SELF, MICROSIP_TXT_DEVICE_ID, MICROSIP_DEV_INPUT << 16, buf, sizeof buf, &n)) \
  X(microsip_device_set(p, 1, "null")) \
  X(microsip_conference_create(p, 1, &id)) X(microsip_conference_member_set(p, r, c, &member)) X(microsip_conference_member_remove(p, r, c)) \
  X(microsip_conference_member_get(p, r, c, &member)) \
  X(microsip_message_send(p, 0, &message, 1, &id)) X(microsip_message_answer(p, w, 200)) X(microsip_message_info_get(p, w, &minfo)) \
  X(microsip_message_notice(p, w, MICROSIP_NOTICE_DISPLAYED)) X(microsip_message_composing(p, 0, "sip:x@127.0.0.1:9", MICROSIP_COMPOSING_ACTIVE)) \
  X(microsip_body_get(p, w, buf, sizeof buf, &n)) X(microsip_subscription_add(p, 0, &subscription, &id)) X(microsip_subscription_remove(p, u)) \
  X(microsip_subscription_info_get(p, u, &sinfo)) X(microsip_subscription_entry_get(p, u, 0, &entry)) \
  X(microsip_watcher_answer(p, u, 200)) X(microsip_watcher_info_get(p, u, &winfo)) X(microsip_mailbox_set(p, a, &entry))

/* The functions that name a call. */
#define EACH_CALL(X) \
  X(microsip_answer(p, c, 200, NULL)) X(microsip_reject(p, c, 486, NULL)) X(microsip_hangup(p, c, NULL)) X(microsip_id_release(p, c)) \
  X(microsip_call_info_get(p, c, &cinfo)) X(microsip_call_stats_get(p, c, &stats)) X(microsip_call_quality_get(p, c, NULL, 0, &n, NULL)) X(microsip_digits(p, c, "1", NULL, 1)) X(microsip_tone_play(p, c, 3, 0, 1)) X(microsip_tone_stop(p, c)) X(microsip_digit_start(p, c, 49, NULL, 1)) X(microsip_digit_stop(p, c)) X(microsip_source_set(p, c, 0)) \
  X(microsip_hold(p, c, 1, 1)) X(microsip_identify(p, c, "sip:x@y", 1)) X(microsip_reoffer(p, c, NULL, 1)) X(microsip_transfer(p, c, "sip:x@127.0.0.1:9", 0, NULL, 1)) X(microsip_music_set(p, c, MICROSIP_MUSIC_NONE, NULL)) \
  X(microsip_sound_play(p, c, &sound, 1)) X(microsip_sound_stop(p, c)) X(microsip_record_start(p, c, "/nowhere/x.wav", 0, 1)) X(microsip_record_stop(p, c)) \
  X(microsip_pcm_write(p, c, pcm, 80, 0, &n)) X(microsip_pcm_read(p, c, pcm, 80, 0, &n))
#define EACH_ACCOUNT(X) \
  X(microsip_account_update(p, a, &acc)) X(microsip_account_remove(p, a)) X(microsip_account_register(p, a, 1)) \
  X(microsip_account_unregister(p, a, 1)) X(microsip_account_info_get(p, a, &ainfo)) X(microsip_account_publish(p, a, &presence, 1)) X(microsip_account_mailbox_get(p, a, 0, &entry))
#define EACH_CONFERENCE(X) \
  X(microsip_conference_member_set(p, r, MICROSIP_SELF, &member)) X(microsip_conference_member_remove(p, r, MICROSIP_SELF)) \
  X(microsip_conference_member_get(p, r, MICROSIP_SELF, &member))
/* The functions that take a call as well as an account. */
#define EACH_OBJECT(X) \
  X(microsip_tag_set(p, c, 1)) X(microsip_text_get(p, c, 3, 0, buf, sizeof buf, &n))

/* The variables that the lists name: EVERY(static) for a file, EVERY() for a thread's own. Unused ones are allowed. */
#define EVERY(kind) \
  kind MAYBE char buf[256]; kind MAYBE microsip_event ev; kind MAYBE microsip_addr addr; kind MAYBE microsip_account acc; kind MAYBE microsip_rules rules; kind MAYBE microsip_tones tones; \
  kind MAYBE microsip_account_info ainfo; kind MAYBE microsip_presence presence; kind MAYBE microsip_call_info cinfo; kind MAYBE microsip_stats stats; \
  kind MAYBE microsip_counters counters; kind MAYBE microsip_log line; kind MAYBE microsip_info info; kind MAYBE microsip_sound sound; \
  kind MAYBE microsip_member member; kind MAYBE microsip_id id, ids[8], p, a, c, r, w, u; \
  kind MAYBE microsip_message message; kind MAYBE microsip_message_info minfo; kind MAYBE microsip_subscription subscription; \
  kind MAYBE microsip_subscription_info sinfo; kind MAYBE microsip_watcher_info winfo; kind MAYBE microsip_entry entry; kind MAYBE int16_t pcm[80]; kind MAYBE uint32_t n; \
  kind MAYBE uint64_t token; kind MAYBE intptr_t fd;
#define MAYBE __attribute__((unused))
#define EVERY_SIZE() do { \
  memset(&addr, 0, sizeof addr); memset(pcm, 0, sizeof pcm); id = p = a = c = r = w = u = 0; n = 0; token = 0; fd = 0; EVERY_STRUCT(); } while (0)
#define EVERY_STRUCT() do { \
  MICROSIP_ZERO(ev); MICROSIP_ZERO(acc); MICROSIP_ZERO(rules); MICROSIP_ZERO(tones); MICROSIP_ZERO(ainfo); MICROSIP_ZERO(presence); MICROSIP_ZERO(cinfo); MICROSIP_ZERO(stats); MICROSIP_ZERO(counters); MICROSIP_ZERO(member); \
  MICROSIP_ZERO(message); MICROSIP_ZERO(minfo); MICROSIP_ZERO(subscription); MICROSIP_ZERO(sinfo); MICROSIP_ZERO(winfo); MICROSIP_ZERO(entry); \
  message.uri = "sip:x@127.0.0.1:9"; subscription.uri = "sip:x@127.0.0.1:9"; subscription.package = MICROSIP_PRESENCE; \
  MICROSIP_ZERO(info); MICROSIP_ZERO(line); MICROSIP_ZERO(sound); sound.path = "x.wav"; \
  acc.uri = "sip:100@127.0.0.1:9"; acc.registers = MICROSIP_OFF; } while (0)

/* The functions of the engine family, for an engine e and the structs path, out, ask, reply and bytes. */
#define EACH_ENGINE(X) \
  X(microsip_engine_sip(e, 1, &path, bytes, 4, NULL)) X(microsip_engine_media(e, 1, 4000, &addr, bytes, 4)) X(microsip_engine_reply(e, 1, &reply)) \
  X(microsip_engine_timeout(e, 1)) X(microsip_engine_poll_transmit(e, 1, &out, bytes, sizeof bytes)) X(microsip_engine_poll_event(e, 1, &ev)) \
  X(microsip_engine_poll_ask(e, 1, &ask)) X(microsip_engine_poll_log(e, 1, &line, buf, sizeof buf)) X(microsip_engine_poll_timeout(e, 1, &token)) \
  X(microsip_engine_audio(e, 1, MICROSIP_SELF, pcm, pcm, 80)) \
  X(microsip_engine_info_get(e, 1, &info)) X(microsip_engine_shutdown(e, 1)) X(microsip_engine_address_get(e, 1, MICROSIP_ADDRESS_V4, &addr)) \
  X(microsip_engine_account_add(e, 1, &acc, &id)) X(microsip_engine_account_update(e, 1, a, &acc)) X(microsip_engine_rules_set(e, 1, MICROSIP_SELF, &rules)) X(microsip_engine_rules_get(e, 1, MICROSIP_SELF, &rules)) X(microsip_engine_tones_set(e, 1, &tones)) X(microsip_engine_tones_get(e, 1, &tones)) X(microsip_engine_tone_start(e, 1, 1)) X(microsip_engine_tone_stop(e, 1, MICROSIP_SELF)) X(microsip_engine_log_set(e, 1, MICROSIP_LOG_INFO)) \
  X(microsip_engine_account_remove(e, 1, a)) X(microsip_engine_account_register(e, 1, a, 1)) \
  X(microsip_engine_account_unregister(e, 1, a, 1)) X(microsip_engine_ids_get(e, 1, MICROSIP_KIND_ACCOUNT, 0, ids, 8, &n)) \
  X(microsip_engine_account_info_get(e, 1, a, &ainfo)) X(microsip_engine_account_publish(e, 1, a, &presence, 1)) X(microsip_engine_account_mailbox_get(e, 1, a, 0, &entry)) \
  X(microsip_engine_text_get(e, 1, a, MICROSIP_TXT_LOCAL_URI, 0, buf, sizeof buf, &n)) X(microsip_engine_dial(e, 1, 0, "sip:x@127.0.0.1", NULL, &id)) \
  X(microsip_engine_answer(e, 1, c, 200, NULL)) X(microsip_engine_reject(e, 1, c, 486, NULL)) X(microsip_engine_hangup(e, 1, c, NULL)) \
  X(microsip_engine_hangup_all(e, 1)) X(microsip_engine_id_release(e, 1, c)) X(microsip_engine_tag_set(e, 1, c, 1)) \
  X(microsip_engine_ids_get(e, 1, MICROSIP_KIND_CALL, 0, ids, 8, &n)) \
  X(microsip_engine_call_info_get(e, 1, c, &cinfo)) X(microsip_engine_call_stats_get(e, 1, c, &stats)) X(microsip_engine_call_quality_get(e, 1, c, NULL, 0, &n, NULL)) \
  X(microsip_engine_text_get(e, 1, c, 1, 0, buf, sizeof buf, &n)) X(microsip_engine_header_get(e, 1, c, 1, "To", 0, buf, sizeof buf, &n)) \
  X(microsip_engine_digits(e, 1, c, "1", NULL, 1)) X(microsip_engine_tone_play(e, 1, c, 3, 0, 1)) X(microsip_engine_tone_stop(e, 1, c)) X(microsip_engine_digit_start(e, 1, c, 49, NULL, 1)) X(microsip_engine_digit_stop(e, 1, c)) X(microsip_engine_source_set(e, 1, c, 0)) X(microsip_engine_mute_set(e, 1, c, 1)) \
  X(microsip_engine_hold(e, 1, c, 1, 1)) X(microsip_engine_identify(e, 1, c, "sip:x@y", 1)) X(microsip_engine_reoffer(e, 1, c, NULL, 1)) X(microsip_engine_transfer(e, 1, c, "sip:x@10.0.0.9", 0, NULL, 1)) X(microsip_engine_music_set(e, 1, c, MICROSIP_MUSIC_NONE, NULL)) \
  X(microsip_engine_volume_set(e, 1, c, 1, 100)) X(microsip_engine_counters_get(e, 1, &counters)) \
  X(microsip_engine_conference_create(e, 1, 1, &id)) X(microsip_engine_conference_member_set(e, 1, r, c, &member)) \
  X(microsip_engine_conference_member_remove(e, 1, r, c)) X(microsip_engine_conference_member_get(e, 1, r, c, &member)) \
  X(microsip_engine_message_send(e, 1, 0, &message, 1, &id)) X(microsip_engine_message_answer(e, 1, w, 200)) X(microsip_engine_message_info_get(e, 1, w, &minfo)) \
  X(microsip_engine_message_notice(e, 1, w, MICROSIP_NOTICE_DISPLAYED)) X(microsip_engine_message_composing(e, 1, 0, "sip:x@127.0.0.1:9", MICROSIP_COMPOSING_ACTIVE)) \
  X(microsip_engine_body_get(e, 1, w, buf, sizeof buf, &n)) X(microsip_engine_subscription_add(e, 1, 0, &subscription, &id)) \
  X(microsip_engine_subscription_remove(e, 1, u)) X(microsip_engine_subscription_info_get(e, 1, u, &sinfo)) \
  X(microsip_engine_subscription_entry_get(e, 1, u, 0, &entry)) X(microsip_engine_watcher_answer(e, 1, u, 200)) \
  X(microsip_engine_watcher_info_get(e, 1, u, &winfo)) X(microsip_engine_mailbox_set(e, 1, a, &entry))
