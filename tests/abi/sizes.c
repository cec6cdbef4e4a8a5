/* Every function that takes a struct, with every size of it: nothing is read or written beyond its size. Below its least size it is refused.
 * From there on members that an earlier header lacks are zero on their way in, and not written on their way out; members that a later header has behind
 * ours must be zero on their way in, and are zero on their way out. */
#include "every.h"
#include "least.h"
#include "silent.h"
#include <stdlib.h>

static int failed, checks;
EVERY(static)
static microsip_engine *e;
static microsip_config conf;
static microsip_engine_config econf;
static microsip_options o;
static microsip_digit_options digit;
static microsip_media m;
static microsip_sound check;
static microsip_origin path;
static microsip_out out;
static microsip_ask ask;
static microsip_reply reply;
static uint8_t bytes[2000];

static void is(int line, const char *what, int32_t got, int32_t wanted) {
  checks++;
  if (got == wanted) return;
  failed = 1;
  fprintf(stderr, "sizes.c:%d: %s gave %d, wanted %d\n", line, what, (int)got, (int)wanted);
}

#define IS_OK(call) is(__LINE__, #call, call, MICROSIP_OK)

/* A block of exactly so many bytes, so that AddressSanitizer sees any access beyond it: a struct with that size, and the rest filled. */
static void *block(const void *from, uint32_t has, uint32_t size, uint32_t room, int fill) {
  uint8_t *at = malloc(room);
  if (!at) exit(1);
  memset(at, fill, room);
  memcpy(at, from, has < room ? has : room);
  memcpy(at, &size, 4);
  return at;
}

/* call uses s, a pointer to a struct of that type. */
#define WRONG(type, value, call) do { \
  static const uint32_t sizes[] = { 0, 1, 4, LEAST_##type - 1, 65537, 0x7fffffffu, 0xffffffffu }; \
  unsigned i_; \
  for (i_ = 0; i_ < sizeof sizes / sizeof *sizes; i_++) { \
    type *s = block(&(value), sizeof(type), sizes[i_], sizes[i_] < sizeof(type) && sizes[i_] >= 4 ? sizes[i_] : 4, 0); \
    is(__LINE__, #call, call, MICROSIP_E_SIZE); \
    free(s); \
  } } while (0)
#define IN(type, value, call) do { \
  type *s; \
  uint32_t size_; \
  WRONG(type, value, call); \
  for (size_ = LEAST_##type; size_ <= sizeof(type); size_ += 4) { \
    s = block(&(value), sizeof(type), size_, size_, 0); \
    is(__LINE__, "an earlier header's " #call, call, MICROSIP_OK); \
    free(s); \
  } \
  s = block(&(value), sizeof(type), sizeof(type) + 24, sizeof(type) + 24, 1); \
  is(__LINE__, #call, call, MICROSIP_E_NEWER); \
  free(s); \
  s = block(&(value), sizeof(type), sizeof(type) + 24, sizeof(type) + 24, 0); \
  is(__LINE__, #call, call, MICROSIP_OK); \
  free(s); } while (0)
#define OUT(type, value, call) do { \
  type *s; \
  uint32_t size_, i_; \
  WRONG(type, value, call); \
  for (size_ = LEAST_##type; size_ <= sizeof(type); size_ += 4) { \
    s = block(&(value), sizeof(type), size_, size_, 0xff); \
    is(__LINE__, "an earlier header's " #call, call, MICROSIP_OK); \
    memcpy(&i_, s, 4); \
    is(__LINE__, "the size after " #call, (int32_t)i_, (int32_t)size_); \
    free(s); \
  } \
  size_ = sizeof(type) + 24; \
  s = block(&(value), sizeof(type), size_, size_, 0xff); \
  is(__LINE__, #call, call, MICROSIP_OK); \
  for (i_ = sizeof(type); i_ < size_; i_++) is(__LINE__, "the tail of " #call, ((uint8_t *)s)[i_], 0); \
  is(__LINE__, "the size after " #call, (int32_t)s->size, (int32_t)size_); \
  free(s); } while (0)

/* A member behind the last frozen one, and what it is: filled in as soon as the size has room for it. */
#define FILLED(type, member, value, call) do { \
  type *s, blank; \
  uint32_t size_ = (uint32_t)(offsetof(type, member) + sizeof blank.member); \
  memset(&blank, 0, sizeof blank); \
  s = block(&blank, sizeof blank, size_, size_, 0xff); \
  is(__LINE__, #call, call, MICROSIP_OK); \
  is(__LINE__, #member " after " #call, s->member == (value), 1); \
  free(s); } while (0)

/* Makes a phone and takes it away again. */
static int32_t create(const microsip_config *config) {
  microsip_id made = 0;
  int32_t r = microsip_create(MICROSIP_ABI_VERSION, config, &made);
  if (r == MICROSIP_OK) microsip_destroy(made);
  return r;
}

/* The result is that of the call's state, and so the struct was accepted. */
static int32_t tried(int32_t result) { return result == MICROSIP_E_STATE ? MICROSIP_OK : result; }

static int32_t add(const microsip_account *account) {
  microsip_id made = 0;
  int32_t r = microsip_account_add(p, account, &made);
  if (r == MICROSIP_OK) microsip_account_remove(p, made);
  return r;
}

/* A call to a closed port, until it has ended: so none of these is in the way of another. */
static int32_t dial(const microsip_options *options) {
  microsip_id made = 0;
  int32_t r = microsip_dial(p, 0, "sip:x@127.0.0.1:9", options, &made);
  if (r != MICROSIP_OK) return r;
  do {
    MICROSIP_ZERO(ev);
    IS_OK(microsip_event_next(p, &ev, 60000));
  } while (!failed && !(ev.type == MICROSIP_EV_CALL && ev.object == made && ev.state == MICROSIP_ENDED));
  return r;
}

/* An event is there, or comes. */
static int32_t next(microsip_event *event) {
  microsip_dial(p, 0, "sip:x@127.0.0.1:9", NULL, &id);
  return microsip_event_next(p, event, 60000);
}

static int32_t engine_event(microsip_event *event) {
  microsip_id call;
  if (microsip_engine_dial(e, 1, 0, "sip:x@127.0.0.1", NULL, &call) == MICROSIP_OK) microsip_engine_hangup(e, 1, call, NULL);
  return microsip_engine_poll_event(e, 1, event);
}

static int32_t engine_ask(microsip_ask *wish) {
  microsip_engine *fresh;
  static uint64_t memory[MICROSIP_ENGINE_BYTES(1, 1, 1500) / 8 + 1];
  is(__LINE__, "init", microsip_engine_init(MICROSIP_ABI_VERSION, memory, sizeof memory, &econf, 0, &fresh), MICROSIP_OK);
  return microsip_engine_poll_ask(fresh, 1, wish);
}

static int32_t engine_transmit(microsip_out *packet) {
  microsip_id call;
  microsip_engine_dial(e, 1, 0, "sip:x@127.0.0.1", NULL, &call);
  while (microsip_engine_poll_ask(e, 1, &ask) == MICROSIP_OK) {
    MICROSIP_ZERO(reply);
    reply.ask = ask.ask;
    if (ask.kind == MICROSIP_ASK_LOCAL) {
      reply.count = 1;
      reply.addr[0].family = 4;
      reply.addr[0].port = 5060;
      reply.addr[0].ip[0] = 127;
      reply.addr[0].ip[3] = 1;
    }
    microsip_engine_reply(e, 1, &reply);
  }
  return microsip_engine_poll_transmit(e, 1, packet, bytes, sizeof bytes);
}

/* A WAV file of one sample. */
static const char *wav(const char *folder) {
  static const uint8_t bytes_of[] = { 'R', 'I', 'F', 'F', 38, 0, 0, 0, 'W', 'A', 'V', 'E', 'f', 'm', 't', ' ', 16, 0, 0, 0, 1, 0, 1, 0, 0x40, 0x1f, 0, 0, 0x80, 0x3e, 0, 0, 2, 0, 16, 0,
    'd', 'a', 't', 'a', 2, 0, 0, 0, 1, 1 };
  static char path[300];
  FILE *f;
  snprintf(path, sizeof path, "%s/sample.wav", folder);
  f = fopen(path, "wb");
  if (!f || fwrite(bytes_of, 1, sizeof bytes_of, f) != sizeof bytes_of || fclose(f) != 0) exit(1);
  return path;
}

int main(int argc, char **argv) {
  static uint64_t memory[MICROSIP_ENGINE_BYTES(2, 2, 1500) / 8 + 1];
  uint32_t need;
  const char *file = wav(argc > 1 ? argv[1] : ".");
  EVERY_SIZE();
  MICROSIP_ZERO(conf);
  conf.flags = MICROSIP_NULL_AUDIO | MICROSIP_ALLOW_DIRECT;
  conf.bind = "127.0.0.1:0";
  IS_OK(microsip_create(MICROSIP_ABI_VERSION, &conf, &p));
  IS_OK(microsip_account_add(p, &acc, &a));
  MICROSIP_ZERO(o);
  MICROSIP_ZERO(check);
  check.mode = MICROSIP_PLAY_CHECK;
  check.path = file;
  IN(microsip_config, conf, create(s));
  IN(microsip_account, acc, add(s));
  IN(microsip_options, o, dial(s));
  /* a call that stays: one that has ended gives way to those that end later */
  is(__LINE__, "a silent far end", be_silent(), 1);
  IS_OK(microsip_dial(p, 0, silent, NULL, &c));
  OUT(microsip_account_info, ainfo, microsip_account_info_get(p, a, s));
  FILLED(microsip_account_info, retry_us, UINT64_MAX, microsip_account_info_get(p, a, s));
  FILLED(microsip_account_info, mailbox_us, UINT64_MAX, microsip_account_info_get(p, a, s));
  FILLED(microsip_account_info, publication_us, UINT64_MAX, microsip_account_info_get(p, a, s));
  MICROSIP_ZERO(presence);
  IN(microsip_presence, presence, microsip_account_publish(p, a, s, 0));
  OUT(microsip_call_info, cinfo, microsip_call_info_get(p, c, s));
  FILLED(microsip_call_info, volume_out, 100, microsip_call_info_get(p, c, s));
  OUT(microsip_stats, stats, microsip_call_stats_get(p, c, s));
  IS_OK(microsip_conference_create(p, 0, &r));
  IN(microsip_member, member, microsip_conference_member_set(p, r, MICROSIP_SELF, s));
  OUT(microsip_member, member, microsip_conference_member_get(p, r, MICROSIP_SELF, s));
  OUT(microsip_counters, counters, microsip_counters_get(p, s));
  OUT(microsip_info, info, microsip_info_get(p, s));
  IN(microsip_sound, check, microsip_sound_play(p, MICROSIP_SELF, s, 0));
  MICROSIP_ZERO(m);
  IN(microsip_media, m, tried(microsip_reoffer(p, c, s, 0)));
  IN(microsip_digit_options, digit, tried(microsip_digits(p, c, "1", s, 1)));
  IN(microsip_options, o, tried(microsip_answer(p, c, 200, s)));
  IN(microsip_options, o, tried(microsip_reject(p, c, 486, s)));
  OUT(microsip_event, ev, next(s));
  IS_OK(microsip_destroy(p));

  MICROSIP_ZERO(econf);
  econf.max_calls = econf.max_accounts = 2;
  econf.seed[0] = 1;
  IN(microsip_engine_config, econf, microsip_engine_size_get(s, &need));
  IN(microsip_engine_config, econf, microsip_engine_init(MICROSIP_ABI_VERSION, memory, sizeof memory, s, 0, &e));
  econf.max_calls = econf.max_accounts = 1;
  OUT(microsip_ask, ask, engine_ask(s));
  MICROSIP_ZERO(path);
  path.remote.family = 4;
  IN(microsip_origin, path, microsip_engine_sip(e, 1, s, bytes, 4, NULL));
  MICROSIP_ZERO(reply);
  IN(microsip_reply, reply, microsip_engine_reply(e, 1, s));
  IS_OK(microsip_engine_account_add(e, 1, &acc, &a));
  WRONG(microsip_account, acc, microsip_engine_account_add(e, 1, s, &id));
  WRONG(microsip_account, acc, microsip_engine_account_update(e, 1, a, s));
  OUT(microsip_account_info, ainfo, microsip_engine_account_info_get(e, 1, a, s));
  WRONG(microsip_options, o, microsip_engine_dial(e, 1, 0, "sip:x@127.0.0.1", s, &id));
  OUT(microsip_event, ev, engine_event(s));
  while (microsip_engine_poll_event(e, 1, &ev) == MICROSIP_OK) {}
  WRONG(microsip_log, line, microsip_engine_poll_log(e, 1, s, NULL, 0));
  IS_OK(microsip_engine_dial(e, 1, 0, "sip:x@127.0.0.1", NULL, &c));
  OUT(microsip_call_info, cinfo, microsip_engine_call_info_get(e, 1, c, s));
  OUT(microsip_stats, stats, microsip_engine_call_stats_get(e, 1, c, s));
  OUT(microsip_counters, counters, microsip_engine_counters_get(e, 1, s));
  MICROSIP_ZERO(ask);
  OUT(microsip_out, out, engine_transmit(s));
  printf("%d checks: %s\n", checks, failed ? "FAILED" : "ok");
  return failed;
}
