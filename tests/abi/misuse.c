/* Every function with NULL, ids that are 0, stale, of another kind or invented, wrong sizes, and at the wrong time: a code, never a crash. */
#include "every.h"
#include "silent.h"
#include <pthread.h>
#include <unistd.h>
#include <poll.h>

static int failed, checks;
static void wrong(int line, const char *what, long got, long wanted) {
  char why[400];
  uint32_t n = 0;
  failed = 1;
  microsip_last_error(why, sizeof why, &n);
  fprintf(stderr, "misuse.c:%d: %s gave %ld, wanted %ld (last error: %s)\n", line, what, got, wanted, why);
}
#define IS(expression, code) do { int32_t r_ = (expression); checks++; if (r_ != (code)) wrong(__LINE__, #expression, r_, (code)); } while (0)
#define FAILS(expression) do { int32_t r_ = (expression); checks++; if (r_ >= 0) wrong(__LINE__, #expression, r_, -999); } while (0)

static microsip_config config(void) {
  microsip_config c;
  MICROSIP_ZERO(c);
  c.flags = MICROSIP_NULL_AUDIO | MICROSIP_ALLOW_DIRECT;
  c.bind = "127.0.0.1:0";
  return c;
}

EVERY(static)

/* The last error names this member with its value, and says this of it. */
static void says(int line, const char *member, const char *why) {
  checks++;
  if (microsip_last_error(buf, sizeof buf, &n) == MICROSIP_OK && strstr(buf, member) && strstr(buf, why)) return;
  failed = 1;
  fprintf(stderr, "misuse.c:%d: \"%s\", wanted \"%s\" and \"%s\"\n", line, buf, member, why);
}

static void sizes(void) {
  EVERY_STRUCT();
}

/* The last error has these words in it. */
static void told(int line, const char *one, const char *other) {
  char why[400];
  uint32_t n = 0;
  checks++;
  if (microsip_last_error(why, sizeof why, &n) == MICROSIP_OK && strstr(why, one) && strstr(why, other)) return;
  failed = 1;
  fprintf(stderr, "misuse.c:%d: the last error is \"%s\", without \"%s\" or \"%s\"\n", line, why, one, other);
}

/* Settings of digits out of their ranges, of each struct that has them: the member is named, with its value. */
static void digit_options(void) {
  static const struct { uint32_t dtmf, ms, gap, level; const char *member, *value; } rows[] = {
    {9, 0, 0, 0, "dtmf ", "9"},       {0, 39, 0, 0, "dtmf_ms", "39"},       {0, 20001, 0, 0, "dtmf_ms", "20001"}, {0, 65536 + 100, 0, 0, "dtmf_ms", "65636"},
    {0, 0, 39, 0, "dtmf_gap_ms", "39"}, {0, 0, 2501, 0, "dtmf_gap_ms", "2501"}, {0, 0, 0, 64, "dtmf_level_db", "64"},
  };
  size_t i;
  for (i = 0; i < sizeof rows / sizeof *rows; i++) {
    microsip_digit_options d;
    microsip_options o;
    microsip_account acc;
    microsip_id id;
    MICROSIP_ZERO(d); d.dtmf = rows[i].dtmf; d.dtmf_ms = rows[i].ms; d.dtmf_gap_ms = rows[i].gap; d.dtmf_level_db = rows[i].level;
    MICROSIP_ZERO(o); o.dtmf = rows[i].dtmf; o.dtmf_ms = rows[i].ms; o.dtmf_gap_ms = rows[i].gap; o.dtmf_level_db = rows[i].level;
    MICROSIP_ZERO(acc); acc.dtmf = rows[i].dtmf; acc.dtmf_ms = rows[i].ms; acc.dtmf_gap_ms = rows[i].gap; acc.dtmf_level_db = rows[i].level;
    acc.uri = "sip:a@127.0.0.1";
    IS(microsip_digits(p, c, "1", &d, 1), MICROSIP_E_ARG); told(__LINE__, rows[i].member, rows[i].value); told(__LINE__, "o->", "is");
    IS(microsip_digit_start(p, c, '1', &d, 1), MICROSIP_E_ARG); told(__LINE__, rows[i].member, rows[i].value);
    IS(microsip_dial(p, 0, "sip:a@127.0.0.1", &o, &id), MICROSIP_E_ARG); told(__LINE__, rows[i].member, rows[i].value);
    IS(microsip_answer(p, c, 200, &o), MICROSIP_E_ARG); told(__LINE__, rows[i].member, rows[i].value);
    IS(microsip_hangup(p, c, &o), MICROSIP_E_ARG);
    IS(microsip_account_add(p, &acc, &id), MICROSIP_E_ARG); told(__LINE__, rows[i].member, rows[i].value); told(__LINE__, "a->", "is");
  }
  {
    microsip_digit_options d;
    MICROSIP_ZERO(d);
    d.reserved = 1;
    IS(microsip_digits(p, c, "1", &d, 1), MICROSIP_E_NEWER);
    d.reserved = 0;
    d.size = 0;
    IS(microsip_digits(p, c, "1", &d, 1), MICROSIP_E_SIZE);
  }
}

static void wrong_ids(void) {
  /* kind, the phone's index, generation and slot: as no host should make them */
  microsip_id mark = (p & 255) << 40, other = ((p + 1) & 255) << 40;
  microsip_id call_kind = ((microsip_id)3 << 48) | mark | (1u << 20), account_kind = ((microsip_id)2 << 48) | mark | (1u << 20), phone_kind = ((microsip_id)1 << 48) | (9u << 20);
  microsip_id live = p;
  p = 0;
#define X(call) IS(call, MICROSIP_E_ARG);
  EACH_HOST(X)
#undef X
  p = call_kind;
#define X(call) IS(call, MICROSIP_E_KIND);
  EACH_HOST(X)
#undef X
  p = phone_kind | 200;
#define X(call) FAILS(call);
  EACH_HOST(X)
  p = UINT64_MAX;
  EACH_HOST(X)
#undef X
  p = live;
  c = 0;
#define X(call) IS(call, MICROSIP_E_ARG);
  EACH_CALL(X)
  EACH_OBJECT(X)
#undef X
  c = phone_kind;
#define X(call) IS(call, MICROSIP_E_KIND);
  EACH_OBJECT(X)
#undef X
  c = account_kind;
#define X(call) IS(call, MICROSIP_E_KIND);
  EACH_CALL(X)
#undef X
  c = call_kind | 7;
#define X(call) IS(call, MICROSIP_E_STALE);
  EACH_CALL(X)
  EACH_OBJECT(X)
  c = call_kind | 0xfffff;
  EACH_CALL(X)
  EACH_OBJECT(X)
  c = account_kind | 3;
  EACH_OBJECT(X)
#undef X
  c = (call_kind ^ mark) | other;
#define X(call) IS(call, MICROSIP_E_FOREIGN);
  EACH_CALL(X)
  EACH_OBJECT(X)
  a = (account_kind ^ mark) | other;
  EACH_ACCOUNT(X)
#undef X
  a = 0;
#define X(call) IS(call, MICROSIP_E_ARG);
  EACH_ACCOUNT(X)
#undef X
  a = call_kind;
#define X(call) IS(call, MICROSIP_E_KIND);
  EACH_ACCOUNT(X)
#undef X
  a = account_kind | 3;
#define X(call) IS(call, MICROSIP_E_STALE);
  EACH_ACCOUNT(X)
#undef X
  r = 0;
#define X(call) IS(call, MICROSIP_E_ARG);
  EACH_CONFERENCE(X)
#undef X
  r = call_kind;
#define X(call) IS(call, MICROSIP_E_KIND);
  EACH_CONFERENCE(X)
#undef X
  r = call_kind ^ ((microsip_id)(3 ^ 6) << 48);
#define X(call) IS(call, MICROSIP_E_STALE);
  EACH_CONFERENCE(X)
  X(microsip_hangup(p, r, NULL)) X(microsip_id_release(p, r)) X(microsip_tag_set(p, r, 1)) X(microsip_ids_get(p, MICROSIP_KIND_CALL, r, NULL, 0, &n))
  X(microsip_record_start(p, r, "/nowhere/x.wav", 0, 1)) X(microsip_pcm_read(p, r, pcm, 80, 0, &n))
  r = (r ^ mark) | other;
#undef X
#define X(call) IS(call, MICROSIP_E_FOREIGN);
  EACH_CONFERENCE(X)
#undef X
  IS(microsip_conference_create(p, 7, &r), MICROSIP_OK);
  IS(microsip_conference_create(p, 7, NULL), MICROSIP_E_NULL);
  IS(microsip_conference_member_remove(p, r, MICROSIP_SELF), MICROSIP_NOTHING);
  IS(microsip_conference_member_set(p, r, account_kind, NULL), MICROSIP_E_KIND);
  IS(microsip_conference_member_set(p, r, call_kind | 7, NULL), MICROSIP_E_STALE);
  IS(microsip_conference_member_set(p, r, MICROSIP_SELF, NULL), MICROSIP_OK);
  IS(microsip_conference_member_get(p, r, MICROSIP_SELF, NULL), MICROSIP_E_NULL);
  IS(microsip_conference_member_get(p, r, MICROSIP_SELF, &member), MICROSIP_OK);
  IS(member.silent == MICROSIP_OFF && member.deaf == MICROSIP_OFF && member.gain_percent == 100, 1);
  member.silent = 3;
  IS(microsip_conference_member_set(p, r, MICROSIP_SELF, &member), MICROSIP_E_ARG);
  member.silent = 0;
  member.gain_percent = 401;
  IS(microsip_conference_member_set(p, r, MICROSIP_SELF, &member), MICROSIP_E_ARG);
  member.gain_percent = 65536 + 100;
  IS(microsip_conference_member_set(p, r, MICROSIP_SELF, &member), MICROSIP_E_ARG);
  MICROSIP_ZERO(member);
  IS(microsip_ids_get(p, MICROSIP_KIND_CALL, r, ids, 8, &n), MICROSIP_OK);
  IS(n == 1 && ids[0] == MICROSIP_SELF, 1);
  IS(microsip_ids_get(p, MICROSIP_KIND_CONFERENCE, 0, ids, 8, &n), MICROSIP_OK);
  IS(n == 1 && ids[0] == r && MICROSIP_KIND(r) == MICROSIP_KIND_CONFERENCE, 1);
  IS(microsip_text_get(p, r, MICROSIP_TXT_REMOTE_URI, 0, buf, sizeof buf, &n), MICROSIP_NOTHING);
  IS(microsip_record_stop(p, r), MICROSIP_NOTHING);
  IS(microsip_tag_set(p, r, 8), MICROSIP_OK);
  IS(microsip_id_release(p, r), MICROSIP_OK);
  IS(microsip_id_release(p, r), MICROSIP_E_STALE);
  IS(microsip_dial(p, call_kind, "sip:x@127.0.0.1", NULL, &id), MICROSIP_E_KIND);
  IS(microsip_dial(p, account_kind, "sip:x@127.0.0.1", NULL, &id), MICROSIP_E_STALE);
  IS(microsip_destroy(0), MICROSIP_E_ARG);
  IS(microsip_destroy(call_kind), MICROSIP_E_KIND);
  FAILS(microsip_destroy(phone_kind | 200));
}

/* The ids of one phone mean nothing to another, nor to one that is made later. */
static void foreign(void) {
  microsip_config conf = config();
  microsip_id live = p, far = 0, call = 0, account = 0;
  IS(microsip_create(MICROSIP_ABI_VERSION, &conf, &far), MICROSIP_OK);
  IS(microsip_dial(far, 0, silent, NULL, &call), MICROSIP_OK);
  IS(microsip_account_add(far, &acc, &account), MICROSIP_OK);
  c = call;
  a = account;
#define X(call) IS(call, MICROSIP_E_FOREIGN);
  EACH_CALL(X)
  EACH_ACCOUNT(X)
  IS(microsip_dial(p, a, silent, NULL, &id), MICROSIP_E_FOREIGN);
  IS(microsip_last_error(buf, sizeof buf, &n), MICROSIP_OK);
  checks++;
  if (!strstr(buf, "account") || !strstr(buf, "another phone")) { failed = 1; fprintf(stderr, "the last error is of no help: %s\n", buf); }
  IS(microsip_destroy(far), MICROSIP_OK);
  IS(microsip_create(MICROSIP_ABI_VERSION, &conf, &p), MICROSIP_OK);
  EACH_CALL(X)
  EACH_ACCOUNT(X)
#undef X
  IS(microsip_destroy(p), MICROSIP_OK);
  p = live;
}

static void nulls(void) {
  microsip_options o;
  microsip_config conf = config();
  MICROSIP_ZERO(o);
  IS(microsip_create(MICROSIP_ABI_VERSION, &conf, NULL), MICROSIP_E_NULL);
  IS(microsip_event_next(p, NULL, 0), MICROSIP_E_NULL);
  IS(microsip_log_next(p, NULL, buf, sizeof buf, 0), MICROSIP_E_NULL);
  IS(microsip_log_next(p, &line, NULL, 1, 0), MICROSIP_E_NULL);
  IS(microsip_account_update(p, a, NULL), MICROSIP_E_NULL);
  IS(microsip_event_descriptor_get(p, NULL), MICROSIP_E_NULL);
  IS(microsip_address_get(p, MICROSIP_ADDRESS_V4, NULL), MICROSIP_E_NULL);
  IS(microsip_info_get(p, NULL), MICROSIP_E_NULL);
  IS(microsip_counters_get(p, NULL), MICROSIP_E_NULL);
  IS(microsip_account_add(p, NULL, &id), MICROSIP_E_NULL);
  IS(microsip_account_add(p, &acc, NULL), MICROSIP_E_NULL);
  IS(microsip_ids_get(p, MICROSIP_KIND_ACCOUNT, 0, NULL, 8, &n), MICROSIP_E_NULL);
  IS(microsip_account_info_get(p, a, NULL), MICROSIP_E_NULL);
  IS(microsip_text_get(p, a, MICROSIP_TXT_LOCAL_URI, 0, NULL, 8, &n), MICROSIP_E_NULL);
  /* nothing was dialled that could be called again */
  IS(microsip_dial(p, 0, NULL, &o, &id), microsip_features() & MICROSIP_HAS_NUMBERS ? MICROSIP_E_STATE : MICROSIP_E_NULL);
  IS(microsip_dial(p, 0, "sip:x@127.0.0.1:9", &o, NULL), MICROSIP_E_NULL);
  IS(microsip_ids_get(p, MICROSIP_KIND_CALL, 0, NULL, 1, &n), MICROSIP_E_NULL);
  IS(microsip_call_info_get(p, c, NULL), MICROSIP_E_NULL);
  IS(microsip_call_stats_get(p, c, NULL), MICROSIP_E_NULL);
  IS(microsip_text_get(p, c, 1, 0, NULL, 8, &n), MICROSIP_E_NULL);
  IS(microsip_header_get(p, c, 1, NULL, 0, buf, sizeof buf, &n), MICROSIP_E_NULL);
  IS(microsip_digits(p, c, NULL, NULL, 1), MICROSIP_E_NULL);
  IS(microsip_sound_play(p, c, NULL, 1), MICROSIP_E_NULL);
  IS(microsip_record_start(p, c, NULL, 0, 1), MICROSIP_E_NULL);
  IS(microsip_pcm_write(p, c, NULL, 80, 0, &n), MICROSIP_E_NULL);
  IS(microsip_pcm_write(p, c, pcm, 80, 0, NULL), MICROSIP_E_NULL);
  IS(microsip_pcm_read(p, c, NULL, 80, 0, &n), MICROSIP_E_NULL);
  IS(microsip_pcm_read(p, c, pcm, 80, 0, NULL), MICROSIP_E_NULL);
  IS(microsip_device_scan(p, 1, NULL), MICROSIP_E_NULL);
  IS(microsip_text_get(p, MICROSIP_SELF, MICROSIP_TXT_DEVICE_ID, MICROSIP_DEV_INPUT << 16 | 9999, NULL, 0, NULL), MICROSIP_NOTHING);
  IS(microsip_last_error(NULL, 0, NULL), MICROSIP_E_BUFFER);
  IS(microsip_ids_get(p, MICROSIP_KIND_CALL, 0, NULL, 0, NULL), MICROSIP_OK);
}

static void wrong_values(void) {
  struct { microsip_config c; uint32_t more[4]; } newer;
  microsip_config conf = config();
  microsip_options o;
  conf.size = 0;
  IS(microsip_create(MICROSIP_ABI_VERSION, &conf, &id), MICROSIP_E_SIZE);
  conf.size = 8;
  IS(microsip_create(MICROSIP_ABI_VERSION, &conf, &id), MICROSIP_E_SIZE);
  conf.size = 0xffffffffu;
  IS(microsip_create(MICROSIP_ABI_VERSION, &conf, &id), MICROSIP_E_SIZE);
  memset(&newer, 0, sizeof newer);
  newer.c = config();
  newer.c.size = (uint32_t)sizeof newer;
  newer.more[2] = 1;
  IS(microsip_create(MICROSIP_ABI_VERSION, &newer.c, &id), MICROSIP_E_NEWER);
  newer.more[2] = 0;
  id = 0;
  IS(microsip_create(MICROSIP_ABI_VERSION, &newer.c, &id), MICROSIP_OK);
  IS(microsip_destroy(id), MICROSIP_OK);
  conf = config();
  IS(microsip_create(MICROSIP_ABI_VERSION + 1, &conf, &id), MICROSIP_E_ABI);
  conf.rate = 44100;
  IS(microsip_create(MICROSIP_ABI_VERSION, &conf, &id), MICROSIP_E_ARG);
  conf = config();
  conf.flags = 1u << 30;
  IS(microsip_create(MICROSIP_ABI_VERSION, &conf, &id), MICROSIP_E_NEWER);
  conf = config();
  conf.bind = "localhost";
  IS(microsip_create(MICROSIP_ABI_VERSION, &conf, &id), MICROSIP_E_ARG);
  conf = config();
  conf.single_codec = 3;
  IS(microsip_create(MICROSIP_ABI_VERSION, &conf, &id), MICROSIP_E_ARG);
  conf = config();
  conf.dtmf_ms = 39;
  IS(microsip_create(MICROSIP_ABI_VERSION, &conf, &id), MICROSIP_E_ARG);
  conf.dtmf_ms = 20001;
  IS(microsip_create(MICROSIP_ABI_VERSION, &conf, &id), MICROSIP_E_ARG);
  conf.dtmf_ms = 20000;
  conf.dtmf = 7;
  IS(microsip_create(MICROSIP_ABI_VERSION, &conf, &id), MICROSIP_E_ARG);
  conf.dtmf = 0;
  conf.dtmf_gap_ms = 2501;
  IS(microsip_create(MICROSIP_ABI_VERSION, &conf, &id), MICROSIP_E_ARG);
  conf.dtmf_gap_ms = 39;
  IS(microsip_create(MICROSIP_ABI_VERSION, &conf, &id), MICROSIP_E_ARG);
  conf.dtmf_gap_ms = 40;
  conf.dtmf_level_db = 64;
  IS(microsip_create(MICROSIP_ABI_VERSION, &conf, &id), MICROSIP_E_ARG);
  conf = config();
  conf.bind = "203.0.113.7:5060";
  IS(microsip_create(MICROSIP_ABI_VERSION, &conf, &id), MICROSIP_E_ARG);
  conf.bind = "\xff\xfe";
  IS(microsip_create(MICROSIP_ABI_VERSION, &conf, &id), MICROSIP_E_TEXT);
  conf = config();
  conf.user_agent = "no\ncontrols";
  IS(microsip_create(MICROSIP_ABI_VERSION, &conf, &id), MICROSIP_E_TEXT);
  conf = config();
  conf.rtp_port_min = 5000;
  conf.rtp_port_max = 5000;
  IS(microsip_create(MICROSIP_ABI_VERSION, &conf, &id), MICROSIP_E_ARG);
  conf = config();
  conf.max_calls = 1000000;
  IS(microsip_create(MICROSIP_ABI_VERSION, &conf, &id), MICROSIP_E_ARG);
  conf = config();
  conf.event_size = 4;
  IS(microsip_create(MICROSIP_ABI_VERSION, &conf, &id), MICROSIP_E_SIZE);

  MICROSIP_ZERO(o);
  o.source = 99;
  IS(microsip_dial(p, 0, "sip:x@127.0.0.1:9", &o, &id), MICROSIP_E_ARG);
  MICROSIP_ZERO(o);
  o.headers = "Via: forged\r\n";
  FAILS(microsip_dial(p, 0, "sip:x@127.0.0.1:9", &o, &id));
  o.headers = "X: a\r\n\r\nbody";
  FAILS(microsip_dial(p, 0, "sip:x@127.0.0.1:9", &o, &id));
  o.headers = NULL;
  o.display_name = "\xc3";
  IS(microsip_dial(p, 0, "sip:x@127.0.0.1:9", &o, &id), MICROSIP_E_TEXT);
  IS(microsip_dial(p, 0, "", NULL, &id), MICROSIP_E_URI);
  IS(microsip_dial(p, 0, "not an address", NULL, &id), MICROSIP_E_URI);
  IS(microsip_last_error(buf, sizeof buf, &n), MICROSIP_OK);
  checks++;
  if (!strstr(buf, "microsip_dial") || !strstr(buf, "not an address")) { failed = 1; fprintf(stderr, "the last error is of no help: %s\n", buf); }
  IS(microsip_last_error(buf, 4, &n), MICROSIP_E_BUFFER);
  FAILS(microsip_dial(p, 0, "100", NULL, &id));
  ev.size = 8;
  IS(microsip_event_next(p, &ev, 0), MICROSIP_E_SIZE);
  sizes();
  acc.uri = NULL;
  IS(microsip_account_add(p, &acc, &id), MICROSIP_E_NULL);
  acc.uri = "nonsense";
  FAILS(microsip_account_add(p, &acc, &id));
  acc.uri = "sip:100@127.0.0.1:9";
  acc.registrar = "two words";
  IS(microsip_account_add(p, &acc, &id), MICROSIP_E_URI);
  IS(microsip_last_error(buf, sizeof buf, &n), MICROSIP_OK);
  checks++;
  if (!strstr(buf, "a->registrar is \"two words\"")) { failed = 1; fprintf(stderr, "the wrong text is blamed: %s\n", buf); }
  acc.registrar = NULL;
  acc.contact_user = "a;b c";
  IS(microsip_account_add(p, &acc, &id), MICROSIP_E_TEXT);
  says(__LINE__, "a->contact_user is \"a;b c\"", "before the @ of a URI");
  acc.contact_user = NULL;
  acc.uri = "sip:anna:secret@127.0.0.1:nine";
  IS(microsip_account_add(p, &acc, &id), MICROSIP_E_URI);
  says(__LINE__, "a->uri is \"sip:anna@127.0.0.1:nine\"", "sip:user@host");
  IS(microsip_dial(p, 0, "sip:anna:secret@127.0.0.1:nine", NULL, &id), MICROSIP_E_URI);
  says(__LINE__, "uri is \"sip:anna@127.0.0.1:nine\"", "sip:user@host");
  acc.uri = "sip:100@127.0.0.1:9";
  acc.password = "s3cret-\xff";
  IS(microsip_account_add(p, &acc, &id), MICROSIP_E_TEXT);
  IS(microsip_last_error(buf, sizeof buf, &n), MICROSIP_OK);
  checks++;
  if (strstr(buf, "s3cret")) { failed = 1; fprintf(stderr, "a secret is in an error: %s\n", buf); }
  sizes();
  IS(microsip_volume_set(p, 0, 3, 100), MICROSIP_E_ARG);
  IS(microsip_volume_set(p, 0, 1, 401), MICROSIP_E_ARG);
  IS(microsip_device_scan(p, 7, &n), MICROSIP_E_ARG);
  IS(microsip_device_set(p, 0, "null"), MICROSIP_E_ARG);
}

#define FLOOR "less than 90 seconds"

/* Timers of sessions, below the floor of RFC 4028: the member is named, with its value, wherever it stands; nothing is made of it. */
static void timers(void) {
  microsip_config conf = config();
  microsip_options o;
  if (!(microsip_features() & MICROSIP_HAS_TIMERS)) return;
  conf.session_expires = 89;
  IS(microsip_create(MICROSIP_ABI_VERSION, &conf, &id), MICROSIP_E_ARG);
  says(__LINE__, "config->session_expires is 89", FLOOR);
  conf.session_expires = 90;
  conf.min_se = 1;
  IS(microsip_create(MICROSIP_ABI_VERSION, &conf, &id), MICROSIP_E_ARG);
  says(__LINE__, "config->min_se is 1", FLOOR);
  conf.min_se = 90;
  IS(microsip_create(MICROSIP_ABI_VERSION, &conf, &id), MICROSIP_OK);
  IS(microsip_destroy(id), MICROSIP_OK);
  sizes();
  acc.uri = "sip:100@127.0.0.1:9";
  acc.registers = MICROSIP_OFF;
  acc.session_expires = 89;
  IS(microsip_account_add(p, &acc, &id), MICROSIP_E_ARG);
  says(__LINE__, "a->session_expires is 89", FLOOR);
  acc.session_expires = 90;
  IS(microsip_account_add(p, &acc, &id), MICROSIP_OK);
  acc.min_se = 89;
  IS(microsip_account_update(p, id, &acc), MICROSIP_E_ARG);
  says(__LINE__, "a->min_se is 89", FLOOR);
  IS(microsip_account_remove(p, id), MICROSIP_OK);
  sizes();
  MICROSIP_ZERO(o);
  o.session_expires = 89;
  IS(microsip_dial(p, 0, silent, &o, &id), MICROSIP_E_ARG);
  says(__LINE__, "o->session_expires is 89", FLOOR);
  o.session_expires = 0;
  o.min_se = 89;
  IS(microsip_dial(p, 0, silent, &o, &id), MICROSIP_E_ARG);
  says(__LINE__, "o->min_se is 89", FLOOR);
  o.min_se = 0;
  o.session_timer = MICROSIP_TIMER_REQUIRED + 1;
  IS(microsip_dial(p, 0, silent, &o, &id), MICROSIP_E_ARG);
  says(__LINE__, "o->session_timer is 5", "MICROSIP_TIMER_REQUIRED");
  o.session_timer = 0;
  o.session_refresher = MICROSIP_REFRESHER_THEM + 1;
  IS(microsip_dial(p, 0, silent, &o, &id), MICROSIP_E_ARG);
  says(__LINE__, "o->session_refresher is 4", "MICROSIP_REFRESHER_THEM");
}

/* A call of a live phone, in states that forbid things. */
static void wrong_states(void) {
  char small[4];
  microsip_media other;
  IS(microsip_dial(p, 0, silent, NULL, &c), MICROSIP_OK);
  MICROSIP_ZERO(other);
  other.codecs = "PCMA, SPEEX";
  IS(microsip_reoffer(p, c, &other, 1), MICROSIP_E_NO_CODEC);
  IS(microsip_last_error(buf, sizeof buf, &n), MICROSIP_OK);
  checks++;
  if (!strstr(buf, "m->codecs is \"SPEEX\"")) { failed = 1; fprintf(stderr, "the wrong word is blamed: %s\n", buf); }
  other.codecs = "L16/48000";
  IS(microsip_reoffer(p, c, &other, 1), MICROSIP_E_STATE);
  other.codecs = "PCMA";
  other.direction = 5;
  IS(microsip_reoffer(p, c, &other, 1), MICROSIP_E_ARG);
  FAILS(microsip_answer(p, c, 200, NULL));
  FAILS(microsip_reject(p, c, 486, NULL));
  FAILS(microsip_answer(p, c, 70000, NULL));
  IS(microsip_source_set(p, c, 4), MICROSIP_E_ARG);
  IS(microsip_text_get(p, c, 99, 0, buf, sizeof buf, &n), MICROSIP_E_ARG);
  n = 0;
  IS(microsip_text_get(p, c, MICROSIP_TXT_REMOTE_URI, 0, small, sizeof small, &n), MICROSIP_E_BUFFER);
  checks++;
  if (n < 20 || small[0] != 0) { failed = 1; fprintf(stderr, "needed is %u\n", (unsigned)n); }
  IS(microsip_text_get(p, c, MICROSIP_TXT_REMOTE_URI, 0, NULL, 0, &n), MICROSIP_E_BUFFER);
  IS(microsip_header_get(p, c, 99, "To", 0, buf, sizeof buf, &n), MICROSIP_E_ARG);
  sound.path = "/nowhere/there.wav";
  IS(microsip_sound_play(p, c, &sound, 1), MICROSIP_E_FILE);
  IS(microsip_last_error(buf, sizeof buf, &n), MICROSIP_OK);
  checks++;
  if (!strstr(buf, "/nowhere/there.wav")) { failed = 1; fprintf(stderr, "the last error does not name the file: %s\n", buf); }
  IS(microsip_record_start(p, c, "/nowhere/there.wav", 0, 1), MICROSIP_E_FILE);
  IS(microsip_record_start(p, c, "/tmp/x.wav", 9, 1), MICROSIP_E_ARG);
  sound.mode = MICROSIP_PLAY_CHECK;
  IS(microsip_sound_play(p, MICROSIP_SELF, &sound, 1), MICROSIP_E_FILE);
  sound.path = "/etc/passwd";
  IS(microsip_sound_play(p, MICROSIP_SELF, &sound, 1), MICROSIP_E_FORMAT);
  sound.mode = MICROSIP_PLAY_NOW;
  IS(microsip_sound_play(p, c, &sound, 1), MICROSIP_E_FORMAT);
  sound.path = NULL;
  IS(microsip_sound_play(p, c, &sound, 1), MICROSIP_E_NULL);
  sound.mode = 77;
  sound.path = "/etc/passwd";
  IS(microsip_sound_play(p, c, &sound, 1), MICROSIP_E_ARG);
  IS(microsip_sound_stop(p, c), MICROSIP_NOTHING);
  FAILS(microsip_digits(p, c, "12x", NULL, 1));
  IS(microsip_digit_start(p, c, 'x', NULL, 1), MICROSIP_E_ARG);
  IS(microsip_digit_start(p, c, '1' + 256, NULL, 1), MICROSIP_E_ARG);
  digit_options();
  IS(microsip_digit_stop(p, c), MICROSIP_NOTHING);
  IS(microsip_tone_play(p, c, 0, 0, 1), MICROSIP_E_ARG);
  IS(microsip_tone_play(p, c, MICROSIP_TONE_RING, 0, 1), MICROSIP_E_ARG);
  IS(microsip_tone_play(p, c, 'x', 0, 1), MICROSIP_E_ARG);
  IS(microsip_tone_play(p, c, '5' + 256, 0, 1), MICROSIP_E_ARG);
  IS(microsip_tone_stop(p, c), MICROSIP_NOTHING);
  IS(microsip_tone_start(p, 0), MICROSIP_E_ARG);
  IS(microsip_tone_start(p, 8), MICROSIP_E_ARG);
  IS(microsip_tone_stop(p, MICROSIP_SELF), MICROSIP_NOTHING);
  IS(microsip_tone_start(p, MICROSIP_TONE_BUSY), MICROSIP_OK);
  IS(microsip_tone_start(p, MICROSIP_TONE_DIAL), MICROSIP_OK);
  IS(microsip_tone_stop(p, MICROSIP_SELF), MICROSIP_OK);
  IS(microsip_hangup(p, c, NULL), MICROSIP_OK);
}

/* A closed port ends a call at once (Linux reports it by ICMP; a connection is refused). */
static void closed_port(void) {
  static const char *const targets[] = { "sip:nobody@127.0.0.1:9", "sip:nobody@127.0.0.1:9;transport=tcp" };
  unsigned i;
  for (i = 0; i < 2; i++) {
    IS(microsip_dial(p, 0, targets[i], NULL, &c), MICROSIP_OK);
    do { IS(microsip_event_next(p, &ev, 60000), MICROSIP_OK); } while (!failed && (ev.object != c || ev.state != MICROSIP_ENDED));
    IS(ev.result, MICROSIP_E_UNREACHABLE);
  }
}

/* A URI that needs a transport which is not built in has its own result, not that of an unreachable host. */
static void other_transports(void) {
  static const char *const targets[] = { "sips:nobody@127.0.0.1", "sip:nobody@127.0.0.1;transport=tls" };
  unsigned i;
  for (i = 0; i < 2; i++) {
    IS(microsip_dial(p, 0, targets[i], NULL, &c), MICROSIP_OK);
    do { IS(microsip_event_next(p, &ev, 60000), MICROSIP_OK); } while (!failed && (ev.object != c || ev.state != MICROSIP_ENDED));
    IS(ev.result, MICROSIP_E_UNSUPPORTED);
  }
}

/* The descriptor is readable while events wait, and only then. */
static void descriptor(void) {
  struct pollfd one;
  int turns;
  IS(microsip_event_descriptor_get(p, &fd), MICROSIP_OK);
  one.fd = (int)fd;
  one.events = POLLIN;
  one.revents = 0;
  checks++;
  if (poll(&one, 1, 60000) != 1) { failed = 1; fprintf(stderr, "no event is announced\n"); }
  for (turns = 0; turns < 100; turns++) {
    while (microsip_event_next(p, &ev, 0) == MICROSIP_OK) {}
    if (poll(&one, 1, 50) == 0) return;
  }
  failed = 1;
  fprintf(stderr, "the descriptor stays readable\n");
}

static volatile int in_callback;
static volatile int32_t destroy_inside = 1, next_inside = 1, dial_inside = 1, shutdown_inside = 1;
static void MICROSIP_CALL on_event(void *user, const microsip_event *event) {
  microsip_event other;
  microsip_id inner;
  (void)user;
  MICROSIP_ZERO(other);
  destroy_inside = microsip_destroy(event->phone);
  next_inside = microsip_event_next(event->phone, &other, 0);
  dial_inside = microsip_dial(event->phone, 0, silent, NULL, &inner);
  shutdown_inside = microsip_shutdown(event->phone, 0);
  in_callback = 1;
  usleep(200000);
  in_callback = 2;
}

static void *destroyer(void *phone) {
  return (void *)(intptr_t)microsip_destroy(*(microsip_id *)phone);
}

static volatile int pulling;
static void *puller(void *phone) {
  microsip_event mine;
  int32_t r;
  MICROSIP_ZERO(mine);
  __sync_fetch_and_add(&pulling, 1);
  while ((r = microsip_event_next(*(microsip_id *)phone, &mine, MICROSIP_FOREVER)) == MICROSIP_OK) {}
  return (void *)(intptr_t)r;
}

static void ends(void) {
  microsip_config conf = config();
  microsip_id phone = 0, call = 0;
  pthread_t threads[4];
  void *result;
  int i, waited;

  /* within a callback */
  conf.on_event = on_event;
  conf.event_size = sizeof(microsip_event);
  IS(microsip_create(MICROSIP_ABI_VERSION, &conf, &phone), MICROSIP_OK);
  IS(microsip_event_next(phone, &ev, 0), MICROSIP_E_STATE);
  IS(microsip_dial(phone, 0, silent, NULL, &call), MICROSIP_OK);
  for (waited = 0; !in_callback && waited < 60000; waited++) usleep(1000);
  IS(microsip_destroy(phone), MICROSIP_OK);
  checks++;
  if (in_callback != 2) { failed = 1; fprintf(stderr, "destroy did not wait for the callback\n"); }
  IS(destroy_inside, MICROSIP_E_REENTRY);
  IS(next_inside, MICROSIP_E_STATE);
  IS(dial_inside, MICROSIP_OK);
  IS(shutdown_inside, MICROSIP_OK);

  /* pullers are woken, two threads destroy at once */
  conf = config();
  IS(microsip_create(MICROSIP_ABI_VERSION, &conf, &phone), MICROSIP_OK);
  IS(microsip_dial(phone, 0, silent, NULL, &call), MICROSIP_OK);
  for (i = 0; i < 2; i++) pthread_create(&threads[i], NULL, puller, &phone);
  for (waited = 0; pulling < 2 && waited < 60000; waited++) usleep(1000);
  usleep(50000); /* they have begun; a moment later they wait */
  for (i = 2; i < 4; i++) pthread_create(&threads[i], NULL, destroyer, &phone);
  for (i = 0; i < 4; i++) {
    pthread_join(threads[i], &result);
    IS((int32_t)(intptr_t)result, i < 2 ? MICROSIP_E_CLOSED : MICROSIP_OK);
  }
  IS(microsip_destroy(phone), MICROSIP_OK);
  IS(microsip_event_next(phone, &ev, MICROSIP_FOREVER), MICROSIP_E_CLOSED);
  p = phone;
#define X(call) FAILS(call);
  EACH_HOST(X)
#undef X

  /* without a network, and with none of the defaults changed */
  conf = config();
  conf.flags |= MICROSIP_NO_NETWORK;
  IS(microsip_create(MICROSIP_ABI_VERSION, &conf, &phone), MICROSIP_OK);
  IS(microsip_address_get(phone, MICROSIP_ADDRESS_V4, &addr), MICROSIP_NOTHING);
  IS(microsip_dial(phone, 0, silent, NULL, &call), MICROSIP_OK);
  sizes();
  do { IS(microsip_event_next(phone, &ev, 60000), MICROSIP_OK); } while (!failed && (ev.type != MICROSIP_EV_CALL || ev.state != MICROSIP_ENDED));
  IS(ev.result, MICROSIP_E_UNREACHABLE);
  IS(microsip_shutdown(phone, 100), MICROSIP_OK);
  IS(microsip_shutdown(phone, 0), MICROSIP_OK);
  IS(microsip_destroy(phone), MICROSIP_OK);
  IS(microsip_create(MICROSIP_ABI_VERSION, NULL, &phone), MICROSIP_OK);
  IS(microsip_destroy(phone), MICROSIP_OK);
}

/* The engine's last error has these words in it. */
static void said(int line, microsip_engine *e, const char *one, const char *other) {
  char why[400] = "";
  uint32_t need = 0;
  checks++;
  if (microsip_engine_last_error(e, why, sizeof why, &need) == MICROSIP_OK && need == strlen(why) + 1 && strstr(why, one) && strstr(why, other)) return;
  failed = 1;
  fprintf(stderr, "misuse.c:%d: no \"%s\" and \"%s\" in: %s\n", line, one, other, why);
}

/* The engine family. */
static void engine(void) {
  static uint64_t block[MICROSIP_ENGINE_BYTES(1, 1, 1500) / 8 + 1];
  static uint64_t second[MICROSIP_ENGINE_BYTES(1, 1, 1500) / 8 + 1];
  static uint64_t blank[8];
  microsip_engine_config conf;
  microsip_engine *e = NULL, *other = NULL;
  microsip_origin path;
  microsip_out out;
  microsip_ask ask;
  microsip_log line;
  microsip_reply reply;
  microsip_flow flow;
  microsip_account account;
  microsip_options o;
  microsip_id anna = 0;
  uint8_t bytes[2000] = {0};
  uint32_t need = 0;
  sizes();
  MICROSIP_ZERO(account);
  MICROSIP_ZERO(path);
  MICROSIP_ZERO(out);
  MICROSIP_ZERO(ask);
  MICROSIP_ZERO(line);
  MICROSIP_ZERO(reply);
  MICROSIP_ZERO(conf);
  path.remote.family = addr.family = 4;
  IS(microsip_engine_size_get(NULL, &need), MICROSIP_E_NULL);
  IS(microsip_engine_size_get(&conf, NULL), MICROSIP_E_NULL);
  conf.size = 3;
  IS(microsip_engine_size_get(&conf, &need), MICROSIP_E_SIZE);
  MICROSIP_ZERO(conf);
  conf.max_calls = 5000;
  IS(microsip_engine_size_get(&conf, &need), MICROSIP_E_ARG);
  MICROSIP_ZERO(conf);
  conf.rtp_port_min = 0xfffffffeu; /* with the ports of a call it is 0 */
  IS(microsip_engine_size_get(&conf, &need), MICROSIP_E_ARG);
  MICROSIP_ZERO(conf);
  IS(microsip_engine_size_get(&conf, &need), MICROSIP_OK);
  checks++;
  if (need > sizeof block) { failed = 1; fprintf(stderr, "MICROSIP_ENGINE_BYTES is too small: %u\n", (unsigned)need); }
  IS(microsip_engine_last_error(NULL, buf, sizeof buf, &n), MICROSIP_E_NULL);
  IS(microsip_engine_last_error((microsip_engine *)(void *)block, buf, sizeof buf, &n), MICROSIP_E_STALE);
  IS(microsip_engine_init(MICROSIP_ABI_VERSION, block, sizeof block, &conf, 0, &e), MICROSIP_E_ARG); /* a seed of zeros */
  said(__LINE__, (microsip_engine *)(void *)block, "microsip_engine_init: c->seed", "true randomness");
  conf.seed[0] = 1;
  IS(microsip_engine_init(MICROSIP_ABI_VERSION + 1, block, sizeof block, &conf, 0, &e), MICROSIP_E_ABI);
  IS(microsip_engine_init(MICROSIP_ABI_VERSION, NULL, sizeof block, &conf, 0, &e), MICROSIP_E_NULL);
  IS(microsip_engine_init(MICROSIP_ABI_VERSION, block, sizeof block, NULL, 0, &e), MICROSIP_E_NULL);
  IS(microsip_engine_init(MICROSIP_ABI_VERSION, block, sizeof block, &conf, 0, NULL), MICROSIP_E_NULL);
  IS(microsip_engine_init(MICROSIP_ABI_VERSION, block, need - 1, &conf, 0, &e), MICROSIP_E_BUFFER);
  said(__LINE__, (microsip_engine *)(void *)block, "bytes is ", "microsip_engine_size");
  IS(microsip_engine_init(MICROSIP_ABI_VERSION, (char *)block + 4, sizeof block - 4, &conf, 0, &e), MICROSIP_E_ARG);
  e = NULL;
#define X(call) IS(call, MICROSIP_E_NULL);
  EACH_ENGINE(X)
#undef X
  e = (microsip_engine *)(void *)blank;
#define X(call) IS(call, MICROSIP_E_STALE);
  EACH_ENGINE(X)
#undef X
  e = (microsip_engine *)(void *)((char *)blank + 1);
#define X(call) IS(call, MICROSIP_E_ARG);
  EACH_ENGINE(X)
#undef X
  IS(microsip_engine_init(MICROSIP_ABI_VERSION, block, need, &conf, 0, &e), MICROSIP_OK);
  IS(microsip_engine_last_error(e, buf, sizeof buf, &n), MICROSIP_OK);
  IS((int32_t)n, 1);
  IS(microsip_engine_sip(e, 1, NULL, bytes, 4, NULL), MICROSIP_E_NULL);
  IS(microsip_engine_sip(e, 1, &path, NULL, 4, NULL), MICROSIP_E_NULL);
  path.remote.family = 9;
  IS(microsip_engine_sip(e, 1, &path, bytes, 4, NULL), MICROSIP_E_ARG);
  path.remote.family = 4;
  IS(microsip_engine_sip(e, 1, &path, bytes, sizeof bytes, NULL), MICROSIP_OK);
  IS(microsip_engine_sip(e, 1, &path, bytes, 0, NULL), MICROSIP_OK);
  IS(microsip_engine_media(e, 1, 99999, &addr, bytes, 4), MICROSIP_OK);
  IS(microsip_engine_media(e, 1, 4000, NULL, bytes, 4), MICROSIP_E_NULL);
  reply.count = 5;
  IS(microsip_engine_reply(e, 1, &reply), MICROSIP_E_ARG);
  said(__LINE__, e, "microsip_engine_reply: r->count is 5", "above 4");
  IS(microsip_engine_last_error(e, buf, 4, &n), MICROSIP_E_BUFFER);
  IS(microsip_engine_last_error(e, NULL, 4, &n), MICROSIP_E_NULL);
  reply.count = 0;
  reply.ask = 12345;
  IS(microsip_engine_reply(e, 1, &reply), MICROSIP_E_ARG);
  IS(microsip_engine_reply(e, 1, NULL), MICROSIP_E_NULL);
  MICROSIP_ZERO(flow);
  flow.flow = 1;
  flow.state = MICROSIP_FLOW_UP;
  IS(microsip_engine_flow(e, 1, &flow), MICROSIP_E_UNSUPPORTED);
  said(__LINE__, e, "microsip_engine_flow: streams", "max_flows is 0");
  IS(microsip_engine_flow(e, 1, NULL), MICROSIP_E_NULL);
  IS(microsip_engine_flow(NULL, 1, &flow), MICROSIP_E_NULL);
  IS(microsip_engine_poll_transmit(e, 1, NULL, bytes, 4), MICROSIP_E_NULL);
  IS(microsip_engine_poll_transmit(e, 1, &out, NULL, 4), MICROSIP_E_NULL);
  IS(microsip_engine_poll_transmit(e, 1, &out, bytes, sizeof bytes), MICROSIP_NOTHING);
  IS(microsip_engine_poll_ask(e, 1, NULL), MICROSIP_E_NULL);
  IS(microsip_engine_poll_ask(e, 1, &ask), MICROSIP_OK);
  IS((int32_t)ask.kind, MICROSIP_ASK_LOCAL);
  IS(microsip_engine_poll_event(e, 1, NULL), MICROSIP_E_NULL);
  IS(microsip_engine_poll_log(e, 1, NULL, buf, sizeof buf), MICROSIP_E_NULL);
  IS(microsip_engine_poll_log(e, 1, &line, NULL, 4), MICROSIP_E_NULL);
  IS(microsip_engine_poll_log(e, 1, &line, NULL, 0), MICROSIP_NOTHING);
  IS(microsip_engine_poll_timeout(e, 1, NULL), MICROSIP_E_NULL);
  IS(microsip_engine_audio(e, 1, MICROSIP_SELF, pcm, pcm, 81), MICROSIP_E_ARG);
  IS(microsip_engine_audio(e, 1, MICROSIP_SELF, NULL, NULL, 80), MICROSIP_OK);
  IS(microsip_engine_audio(e, 1, MICROSIP_SELF, NULL, NULL, 0xffffffffu), MICROSIP_E_ARG);
  IS(microsip_engine_audio(e, 1, 99, NULL, NULL, 80), MICROSIP_E_ARG);
  IS(microsip_engine_audio(e, 1, MICROSIP_SELF, pcm, pcm, 80), MICROSIP_E_ARG);
  IS(microsip_engine_audio(e, 1, MICROSIP_SELF, pcm, pcm + 79, 80), MICROSIP_E_ARG);
  IS(microsip_engine_audio(e, 1, MICROSIP_SELF, pcm + 79, pcm, 80), MICROSIP_E_ARG);
  IS(microsip_engine_audio(e, 1, MICROSIP_SELF, pcm, pcm + 80, 80), MICROSIP_OK);
  IS(microsip_engine_audio(e, 1, MICROSIP_HELD, NULL, pcm, 80), MICROSIP_E_ARG);
  IS(microsip_engine_audio(e, 1, MICROSIP_HELD, NULL, NULL, 80), MICROSIP_OK);
  IS(microsip_engine_audio(e, 1, MICROSIP_HELD, NULL, NULL, 160), MICROSIP_E_ARG);
  IS(microsip_engine_info_get(e, 1, NULL), MICROSIP_E_NULL);
  IS(microsip_engine_dial(e, 1, 0, NULL, NULL, &id), microsip_features() & MICROSIP_HAS_NUMBERS ? MICROSIP_E_STATE : MICROSIP_E_NULL);
  said(__LINE__, e, "microsip_engine_dial: uri", "NULL");
  IS(microsip_engine_dial(e, 1, 0, "no address", NULL, &id), MICROSIP_E_URI);
  said(__LINE__, e, "uri is \"no address\"", "sip:user@host");
  IS(microsip_engine_dial(e, 1, 0, "sip:x@127.0.0.1", NULL, NULL), MICROSIP_E_NULL);
  if (microsip_features() & MICROSIP_HAS_TIMERS) {
    MICROSIP_ZERO(o);
    o.session_expires = 89;
    IS(microsip_engine_dial(e, 1, 0, "sip:x@127.0.0.1", &o, &id), MICROSIP_E_ARG);
    said(__LINE__, e, "microsip_engine_dial: o->session_expires is 89", FLOOR);
    o.session_expires = 0;
    o.min_se = 1;
    IS(microsip_engine_dial(e, 1, 0, "sip:x@127.0.0.1", &o, &id), MICROSIP_E_ARG);
    said(__LINE__, e, "microsip_engine_dial: o->min_se is 1", FLOOR);
    account.uri = "sip:anna@example.org";
    account.min_se = 89;
    IS(microsip_engine_account_add(e, 1, &account, &anna), MICROSIP_E_ARG);
    said(__LINE__, e, "microsip_engine_account_add: a->min_se is 89", FLOOR);
    account.min_se = 0;
    account.uri = NULL;
    conf.session_expires = 89;
    IS(microsip_engine_init(MICROSIP_ABI_VERSION, second, sizeof second, &conf, 0, &other), MICROSIP_E_ARG);
    conf.session_expires = 0;
  }
  IS(microsip_engine_dial(e, 1, 0, "sip:x@127.0.0.1", NULL, &id), MICROSIP_OK);
  IS(microsip_engine_hangup(e, 1, id + (1u << 20), NULL), MICROSIP_E_STALE);
  conf.seed[0] = 2;
  IS(microsip_engine_init(MICROSIP_ABI_VERSION, second, sizeof second, &conf, 0, &other), MICROSIP_OK);
  IS(microsip_engine_hangup(other, 1, id, NULL), MICROSIP_E_FOREIGN);
  said(__LINE__, other, "microsip_engine_hangup: call is 0x3", "another phone");
  IS(microsip_engine_init(MICROSIP_ABI_VERSION, second, 8, &conf, 0, &other), MICROSIP_E_BUFFER); /* the engine in it goes on */
  IS(microsip_engine_hangup_all(other, 1), MICROSIP_OK);
  /* at the end of time all would be due that never is, and again and again */
  account.uri = "sip:anna@example.org";
  account.trusted = "example.net";
  IS(microsip_engine_account_add(other, 1, &account, &anna), MICROSIP_OK);
  IS(microsip_engine_timeout(other, UINT64_MAX), MICROSIP_OK);
  IS(microsip_engine_hangup(e, 1, id, NULL), MICROSIP_OK);
  IS(microsip_engine_shutdown(e, 1), MICROSIP_OK);
  IS(microsip_engine_dial(e, 1, 0, "sip:x@127.0.0.1", NULL, &id), MICROSIP_E_CLOSED);
}

/* A driver that gives the number of a stream again, without a word of its end: what comes over it then is not from the first far end. */
static void number_again(void) {
  static uint64_t block[(MICROSIP_ENGINE_BYTES(1, 1, 1500) + 48) / 8 + 1];
  microsip_engine_config conf;
  microsip_engine *e = NULL;
  microsip_reply reply;
  microsip_flow flow;
  microsip_origin path;
  microsip_out out;
  uint8_t ping[] = "\r\n\r\n", bytes[2000];
  uint32_t taken = 0;
  if (!(microsip_features() & MICROSIP_HAS_STREAM)) return;
  MICROSIP_ZERO(conf);
  MICROSIP_ZERO(reply);
  MICROSIP_ZERO(flow);
  MICROSIP_ZERO(path);
  MICROSIP_ZERO(out);
  conf.seed[0] = 1;
  conf.max_flows = 1;
  IS(microsip_engine_init(MICROSIP_ABI_VERSION, block, sizeof block, &conf, 0, &e), MICROSIP_OK);
  reply.count = 1;
  reply.addr[0].family = 4;
  reply.addr[0].ip[0] = 10;
  IS(microsip_engine_reply(e, 1, &reply), MICROSIP_OK);
  flow.flow = path.flow = 7;
  flow.state = MICROSIP_FLOW_UP;
  flow.remote.family = 4;
  flow.remote.port = 5060;
  for (flow.remote.ip[3] = 9; flow.remote.ip[3] < 12; flow.remote.ip[3]++) {
    IS(microsip_engine_flow(e, 1, &flow), MICROSIP_OK);
    IS(microsip_engine_flow(e, 1, &flow), MICROSIP_OK); /* told twice */
    IS(microsip_engine_sip(e, 1, &path, ping, 4, &taken), MICROSIP_OK);
    IS((int32_t)taken, 4);
    IS(microsip_engine_poll_transmit(e, 1, &out, bytes, sizeof bytes), MICROSIP_OK);
    IS((int32_t)out.flow, 7);
    IS(out.remote.ip[3], flow.remote.ip[3]);
  }
  flow.flow = 8;
  IS(microsip_engine_flow(e, 1, &flow), MICROSIP_E_FULL);
  path.flow = 8;
  IS(microsip_engine_sip(e, 1, &path, ping, 4, &taken), MICROSIP_E_ARG);
}

/* A stream whose far end takes too little is gone for the engine: its number and its slot are free, and what comes by it is refused. */
static void full_stream(void) {
  static uint64_t block[(MICROSIP_ENGINE_BYTES(1, 1, 1500) + 48) / 8 + 1];
  microsip_engine_config conf;
  microsip_engine *e = NULL;
  microsip_account account;
  microsip_reply reply;
  microsip_flow flow;
  microsip_origin path;
  microsip_out out;
  microsip_ask ask;
  microsip_id anna = 0;
  uint8_t ping[] = "\r\n\r\n", bytes[2000];
  uint32_t round, asked = 0;
  uint64_t now = 1, when;
  if (!(microsip_features() & MICROSIP_HAS_STREAM)) return;
  MICROSIP_ZERO(conf);
  MICROSIP_ZERO(account);
  MICROSIP_ZERO(reply);
  MICROSIP_ZERO(flow);
  MICROSIP_ZERO(path);
  conf.seed[0] = 1;
  conf.max_flows = 1;
  IS(microsip_engine_init(MICROSIP_ABI_VERSION, block, sizeof block, &conf, 0, &e), MICROSIP_OK);
  reply.count = 1;
  reply.addr[0].family = 4;
  reply.addr[0].ip[0] = 10;
  IS(microsip_engine_reply(e, now, &reply), MICROSIP_OK);
  account.uri = "sip:anna@10.0.0.9";
  account.transport = MICROSIP_TCP;
  IS(microsip_engine_account_add(e, now, &account, &anna), MICROSIP_OK);
  /* its REGISTER leaves by a stream, which is full; another one is asked for, and that one is full, too */
  for (round = 0; round < 200 && asked < 3; round++) {
    for (;;) {
      MICROSIP_ZERO(ask);
      if (microsip_engine_poll_ask(e, now, &ask) != MICROSIP_OK) break;
      if (ask.kind == MICROSIP_ASK_LOCAL) { reply.ask = ask.ask; IS(microsip_engine_reply(e, now, &reply), MICROSIP_OK); }
      if (ask.kind != MICROSIP_ASK_CONNECT) continue;
      asked++;
      MICROSIP_ZERO(flow);
      flow.flow = path.flow = 6 + asked;
      flow.ask = ask.ask;
      flow.state = MICROSIP_FLOW_UP;
      flow.transport = MICROSIP_TCP;
      flow.remote = ask.addr;
      IS(microsip_engine_flow(e, now, &flow), MICROSIP_OK);
      MICROSIP_ZERO(out);
      IS(microsip_engine_poll_transmit(e, now, &out, bytes, sizeof bytes), MICROSIP_OK);
      IS(out.flow == flow.flow && memcmp(bytes, "REGISTER ", 9) == 0, 1);
      flow.ask = 0;
      flow.state = MICROSIP_FLOW_FULL;
      IS(microsip_engine_flow(e, now, &flow), MICROSIP_OK);
      IS(microsip_engine_flow(e, now, &flow), MICROSIP_OK); /* not known any more */
      IS(microsip_engine_sip(e, now, &path, ping, 4, NULL), MICROSIP_E_ARG);
      said(__LINE__, e, "from->flow", "no stream that is up");
    }
    MICROSIP_ZERO(out);
    IS(microsip_engine_poll_transmit(e, now, &out, bytes, sizeof bytes), MICROSIP_NOTHING);
    if (microsip_engine_poll_timeout(e, now, &when) == MICROSIP_OK && when > now) now = when;
    IS(microsip_engine_timeout(e, now), MICROSIP_OK);
  }
  IS((int32_t)asked, 3);
}

int main(void) {
  microsip_config conf = config();
  int32_t code;
  sizes();
  if (!be_silent()) failed = 1;
  IS(microsip_create(MICROSIP_ABI_VERSION, &conf, &p), MICROSIP_OK);
  wrong_ids();
  foreign();
  nulls();
  wrong_values();
  timers();
  wrong_states();
  closed_port();
  other_transports();
  IS(microsip_dial(p, 0, silent, NULL, &c), MICROSIP_OK);
  descriptor();
  IS(microsip_destroy(p), MICROSIP_OK);
  ends();
  engine();
  number_again();
  full_stream();
  for (code = -500; code < 10; code++) { checks++; if (!microsip_strerror(code) || !*microsip_strerror(code)) failed = 1; }
  checks++;
  if (strcmp(microsip_version(), MICROSIP_VERSION) != 0 || microsip_abi_version() != MICROSIP_ABI_VERSION) { failed = 1; fprintf(stderr, "versions differ\n"); }
  /* a host has all of the core's */
  IS((int32_t)(microsip_features() & ~(uint32_t)MICROSIP_HAS_DEVICES),
     (int32_t)(2 * MICROSIP_HAS_IDENTITY - 1 - MICROSIP_HAS_DEVICES + MICROSIP_HAS_INFO + MICROSIP_HAS_RELIABLE + MICROSIP_HAS_TIMERS + MICROSIP_HAS_MESSAGE + MICROSIP_HAS_SUBSCRIBE + MICROSIP_HAS_REFER + MICROSIP_HAS_LISTS + MICROSIP_HAS_IMDN + MICROSIP_HAS_PUBLISH + MICROSIP_HAS_NOTIFY));
  printf("%d checks: %s\n", checks, failed ? "FAILED" : "ok");
  return failed;
}
