/* Sizes and offsets of the header's structs, in the form that `Program.exe --layout` prints. */
#include "microsip.h"
#include <stddef.h>
#include <stdio.h>
#define AT(type, member) printf(" %u", (unsigned)offsetof(microsip_##type, member))
#define SIZE(name, type) printf("%s %u:", name, (unsigned)sizeof(microsip_##type))
int main(void) {
  SIZE("Address", addr); AT(addr, family); AT(addr, port); AT(addr, scope); AT(addr, ip); printf(" %u\n", (unsigned)offsetof(microsip_addr, ip) + 8);
  SIZE("Event", event); AT(event, size); AT(event, type); AT(event, phone); AT(event, object); AT(event, owner); AT(event, other); AT(event, tag); AT(event, token);
  AT(event, time_us); AT(event, state); AT(event, reached); AT(event, sip_code); AT(event, result); AT(event, cause); AT(event, ended_by); AT(event, value); AT(event, op); puts("");
  SIZE("Config", config); AT(config, size); AT(config, max_calls); AT(config, max_accounts); AT(config, max_message); AT(config, rate); AT(config, flags);
  AT(config, rtp_port_min); AT(config, rtp_port_max); AT(config, log_level); AT(config, pcm_ms); AT(config, event_size); AT(config, transports); AT(config, bind);
  AT(config, user_agent); AT(config, input); AT(config, output); AT(config, on_event); AT(config, event_user); AT(config, on_log); AT(config, log_user);
  AT(config, sip_dscp); AT(config, media_dscp); AT(config, direct_reserve); AT(config, direct_per_source); AT(config, media_timeout); AT(config, media_lost);
  AT(config, max_conferences); AT(config, focus); AT(config, codecs);
  AT(config, quality_seconds); AT(config, reserved); AT(config, rules); AT(config, reliable); AT(config, replaces); AT(config, own_order); AT(config, single_codec); AT(config, dtmf); AT(config, dtmf_ms); AT(config, session_timer); AT(config, session_expires); AT(config, min_se); AT(config, session_refresher); AT(config, ring); AT(config, dtmf_gap_ms); AT(config, dtmf_level_db); AT(config, max_messages); AT(config, messages); AT(config, max_subscriptions); AT(config, refer); AT(config, messages_reserve); AT(config, messages_per_source); AT(config, info_packages); AT(config, reserved_packages); AT(config, max_watchers); AT(config, watchers); AT(config, watcher_details); AT(config, notices); puts("");
  SIZE("Account", account); AT(account, size); AT(account, expires); AT(account, registers); AT(account, keepalive); AT(account, tag); AT(account, uri);
  AT(account, registrar); AT(account, proxy); AT(account, username); AT(account, password); AT(account, display_name); AT(account, realms); AT(account, contact_user);
  AT(account, media_any_host); AT(account, media_timeout); AT(account, media_lost); AT(account, transport); AT(account, trusted); AT(account, codecs); AT(account, dial_plan); AT(account, dial_prefix); AT(account, emergency); AT(account, rules); AT(account, privacy); AT(account, dtmf); AT(account, identity); AT(account, headers); AT(account, call_headers); AT(account, location);
  AT(account, reliable); AT(account, dtmf_level_db); AT(account, own_order); AT(account, single_codec); AT(account, session_timer); AT(account, session_expires); AT(account, min_se); AT(account, session_refresher); AT(account, dtmf_ms); AT(account, dtmf_gap_ms); AT(account, messages); AT(account, refer); AT(account, replaces); AT(account, watchers); AT(account, info_packages); AT(account, reserved_packages); AT(account, watcher_details); AT(account, notices); AT(account, publish); AT(account, reserved_publish); puts("");
  SIZE("Rules", rules); AT(rules, size); AT(rules, same_party); AT(rules, call_waiting); AT(rules, max_calls); AT(rules, anonymous); AT(rules, dnd); AT(rules, dnd_code);
  AT(rules, forward); AT(rules, auto_answer); AT(rules, forward_s); AT(rules, auto_answer_s); AT(rules, ring_s); AT(rules, max_duration_s); AT(rules, single);
  AT(rules, redirect); AT(rules, decide_ms); AT(rules, forward_to); AT(rules, forward_busy_to); AT(rules, forward_no_answer_to); AT(rules, auto_answer_from);
  AT(rules, deny); AT(rules, allow); AT(rules, callback_s); AT(rules, reserved); puts("");
  SIZE("Options", options); AT(options, size); AT(options, source); AT(options, tag); AT(options, display_name); AT(options, headers); AT(options, codecs); AT(options, caller); AT(options, identity); AT(options, reason); AT(options, privacy); AT(options, dtmf);
  AT(options, reliable); AT(options, location_use); AT(options, contacts); AT(options, location); AT(options, session_timer); AT(options, session_expires); AT(options, min_se); AT(options, session_refresher); AT(options, dtmf_ms); AT(options, dtmf_gap_ms); AT(options, dtmf_level_db); AT(options, no_progress); AT(options, refer); AT(options, replaces); AT(options, pickup); AT(options, info_packages); puts("");
  SIZE("DigitOptions", digit_options); AT(digit_options, size); AT(digit_options, dtmf); AT(digit_options, dtmf_ms); AT(digit_options, dtmf_gap_ms); AT(digit_options, dtmf_level_db); AT(digit_options, reserved); puts("");
  SIZE("Member", member); AT(member, size); AT(member, silent); AT(member, deaf); AT(member, gain_percent); AT(member, level); AT(member, talking); puts("");
  SIZE("Sound", sound); AT(sound, size); AT(sound, loops); AT(sound, mode); AT(sound, reserved); AT(sound, path); puts("");
  SIZE("Tones", tones); AT(tones, size); AT(tones, play); AT(tones, refusal_ms); AT(tones, reserved); AT(tones, country); AT(tones, ring_path); puts("");
  SIZE("PhoneInfo", info); AT(info, size); AT(info, calls); AT(info, accounts); AT(info, calls_possible); AT(info, audio_wanted); AT(info, muted); AT(info, volume_in);
  AT(info, volume_out); AT(info, features); AT(info, ended); AT(info, ring_wanted); AT(info, volume_ring); puts("");
  SIZE("CallInfo", call_info); AT(call_info, size); AT(call_info, state); AT(call_info, account); AT(call_info, call); AT(call_info, tag); AT(call_info, started_us); AT(call_info, ringing_us);
  AT(call_info, connected_us); AT(call_info, ended_us); AT(call_info, incoming); AT(call_info, sip_code); AT(call_info, result); AT(call_info, source);
  AT(call_info, muted); AT(call_info, media); AT(call_info, volume_in); AT(call_info, volume_out); AT(call_info, cause); AT(call_info, ended_by); AT(call_info, conference); AT(call_info, rule); AT(call_info, transfer); AT(call_info, session_expires_us); AT(call_info, session_expires); AT(call_info, session_refresher); AT(call_info, alert); AT(call_info, music); AT(call_info, replaces); AT(call_info, refer); puts("");
  SIZE("Stats", stats); AT(stats, size); AT(stats, confirmed); AT(stats, sent); AT(stats, received); AT(stats, lost); AT(stats, late);
  AT(stats, duplicate); AT(stats, reordered); AT(stats, concealed_ms); AT(stats, silent_us); AT(stats, jitter_us); AT(stats, rtt_us);
  AT(stats, level_in); AT(stats, level_out); AT(stats, pcm_underrun); AT(stats, pcm_overrun); AT(stats, remote_lost);
  AT(stats, remote_jitter_us); AT(stats, remote_lost_256); AT(stats, playout_ms); AT(stats, strangers); AT(stats, malformed);
  AT(stats, mos_x100); AT(stats, mos_lately_x100); AT(stats, remote_mos_x100); AT(stats, delay_ms); puts("");
  SIZE("AccountInfo", account_info); AT(account_info, size); AT(account_info, state); AT(account_info, account); AT(account_info, tag); AT(account_info, expires_us);
  AT(account_info, sip_code); AT(account_info, result); AT(account_info, retry_us); AT(account_info, cause); AT(account_info, publication);
  AT(account_info, mailbox_us); AT(account_info, mailbox); AT(account_info, new_messages);
  AT(account_info, publication_us); AT(account_info, publication_retry_us); AT(account_info, publication_code); AT(account_info, publication_result); puts("");
  SIZE("OwnPresence", presence); AT(presence, size); AT(presence, state); AT(presence, activity); AT(presence, expires); AT(presence, on_phone); AT(presence, reserved); AT(presence, note); puts("");
  SIZE("Counters", counters); AT(counters, size); AT(counters, malformed); AT(counters, strangers); AT(counters, unmatched); AT(counters, refused_full);
  AT(counters, evicted_ended); AT(counters, refused_challenges); AT(counters, stray_media); AT(counters, oversize); AT(counters, lost_events); puts("");
  SIZE("Message", message); AT(message, size); AT(message, len); AT(message, tag); AT(message, uri); AT(message, content_type); AT(message, body); AT(message, headers); AT(message, package); AT(message, reserved); AT(message, notices); AT(message, reserved_notices); puts("");
  SIZE("MessageInfo", message_info); AT(message_info, size); AT(message_info, state); AT(message_info, message); AT(message_info, account); AT(message_info, call); AT(message_info, tag); AT(message_info, began_us); AT(message_info, incoming); AT(message_info, len); AT(message_info, sip_code); AT(message_info, result); AT(message_info, refer); AT(message_info, info); AT(message_info, composing); AT(message_info, notices); AT(message_info, noticed); AT(message_info, reserved); puts("");
  SIZE("Subscription", subscription); AT(subscription, size); AT(subscription, package); AT(subscription, expires); AT(subscription, once); AT(subscription, tag); AT(subscription, uri); AT(subscription, event); AT(subscription, accept); AT(subscription, headers); puts("");
  SIZE("SubscriptionInfo", subscription_info); AT(subscription_info, size); AT(subscription_info, package); AT(subscription_info, subscription); AT(subscription_info, account); AT(subscription_info, tag); AT(subscription_info, expires_us); AT(subscription_info, notified_us); AT(subscription_info, state); AT(subscription_info, lamp); AT(subscription_info, value); AT(subscription_info, entries); AT(subscription_info, left_out); AT(subscription_info, sip_code); AT(subscription_info, result); AT(subscription_info, cause); AT(subscription_info, retry_us); AT(subscription_info, list); AT(subscription_info, unread); puts("");
  SIZE("WatcherInfo", watcher_info); AT(watcher_info, size); AT(watcher_info, package); AT(watcher_info, watcher); AT(watcher_info, account); AT(watcher_info, tag); AT(watcher_info, expires_us); AT(watcher_info, state); AT(watcher_info, sip_code); AT(watcher_info, result); AT(watcher_info, cause); puts("");
  SIZE("Entry", entry); AT(entry, size); AT(entry, lamp); AT(entry, activity); AT(entry, called); AT(entry, message_class); AT(entry, new_messages); AT(entry, old_messages); AT(entry, new_urgent); AT(entry, old_urgent); AT(entry, resource); puts("");
  SIZE("Log", log); AT(log, size); AT(log, level); AT(log, object); AT(log, time_us); AT(log, len); AT(log, missing); AT(log, sent); AT(log, reserved); AT(log, peer); puts("");
  return 0;
}
