/* Two engines in one program pass each other's datagrams in memory: ring, answer, talk, digits, hold with music, hang up. The called one rings by itself. No thread, no socket, a clock that jumps. */
#include "microsip.h"
#include <stdio.h>

#define QUEUE 64u
typedef struct datagram { uint32_t len, media; microsip_addr local, remote; uint8_t bytes[1500]; } datagram;
typedef struct side {
  microsip_engine *e;
  uint16_t port;
  datagram queue[QUEUE];
  uint32_t head, tail;
  microsip_id call;
  uint32_t state, digits, loud, rung, music, rings, asked, logged, renamed;
  uint32_t volume, ticks; /* of the last event that it sent */
  uint32_t toned; int32_t tone_result; /* tones that it played */
} side;

static uint64_t memory[2][(MICROSIP_ENGINE_BYTES(1, 1, 1500) + 8 * 128 + 4 * 1000 + 3 * 40) / 8 + 1];
static side sides[2];
static uint64_t now = 5;
/* This side gives music for its far end on hold. */
static side *music_of;
/* That music is silence for now. */
static int pause;
static int failed;
#define CHECK(what) do { if (!(what)) { failed = 1; fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #what); } } while (0)

static microsip_addr address(const side *s, uint16_t port) {
  microsip_addr a;
  memset(&a, 0, sizeof a);
  a.family = 4;
  a.port = port;
  a.ip[0] = 10;
  a.ip[3] = s == &sides[0] ? 1 : 2;
  return a;
}

static void turn(side *s, side *peer) {
  microsip_ask ask;
  microsip_reply reply;
  microsip_out out;
  microsip_event ev;
  microsip_origin path;
  microsip_log line;
  char text[256];
  uint32_t taken = 0;
  MICROSIP_ZERO(line);
  MICROSIP_ZERO(ask);
  MICROSIP_ZERO(out);
  MICROSIP_ZERO(ev);
  while (s->head != s->tail) {
    datagram *d = &s->queue[s->head++ % QUEUE];
    MICROSIP_ZERO(path);
    path.local = d->remote;
    path.remote = d->local;
    if (d->media) CHECK(microsip_engine_media(s->e, now, d->remote.port, &d->local, d->bytes, d->len) == MICROSIP_OK);
    else CHECK(microsip_engine_sip(s->e, now, &path, d->bytes, d->len, &taken) == MICROSIP_OK && taken == d->len);
  }
  microsip_engine_timeout(s->e, now);
  while (microsip_engine_poll_ask(s->e, now, &ask) == MICROSIP_OK) {
    MICROSIP_ZERO(reply);
    reply.ask = ask.ask;
    s->asked |= 1u << ask.kind;
    if (ask.target == MICROSIP_RING) s->rings = ask.kind == MICROSIP_ASK_AUDIO_ON;
    if (ask.kind == MICROSIP_ASK_LOCAL) { reply.count = 1; reply.addr[0] = address(s, s->port); }
    if (ask.kind == MICROSIP_ASK_RESOLVE) {
      CHECK(strcmp(ask.name, "peer.example") == 0);
      reply.count = 1;
      reply.addr[0] = address(peer, 0);
    }
    CHECK(microsip_engine_reply(s->e, now, &reply) == MICROSIP_OK);
  }
  while (microsip_engine_poll_log(s->e, now, &line, text, sizeof text) == MICROSIP_OK) {
    CHECK(line.len == strlen(text) && line.len > 0 && line.time_us <= now && line.level >= MICROSIP_LOG_ERROR && line.level <= MICROSIP_LOG_DEBUG);
    if (line.object != 0 && line.object == s->call && strstr(text, "answered")) s->logged |= 1;
    if (strstr(text, "ended by the far end: hung up")) s->logged |= 2;
  }
  while (microsip_engine_poll_event(s->e, now, &ev) == MICROSIP_OK) {
    if (ev.type == MICROSIP_EV_CALL) { s->call = ev.object; s->state = ev.state; }
    if (ev.type == MICROSIP_EV_DONE && ev.token == 9 && ev.result == MICROSIP_OK) s->renamed = ev.op;
    if (ev.type == MICROSIP_EV_DONE && ev.op == MICROSIP_OP_TONE && ev.object == s->call && ev.token == 11) { s->toned++; s->tone_result = ev.result; }
    if (ev.type == MICROSIP_EV_DIGIT) s->digits = s->digits * 256 + ev.value;
  }
  for (;;) {
    datagram *d = &peer->queue[peer->tail % QUEUE];
    if (microsip_engine_poll_transmit(s->e, now, &out, d->bytes, sizeof d->bytes) != MICROSIP_OK) break;
    d->len = out.len;
    if (out.kind != MICROSIP_OUT_SIP && out.len == 16 && (d->bytes[1] & 127) == 101) {
      s->volume = d->bytes[13] & 63;
      s->ticks = d->bytes[14] * 256u + d->bytes[15];
    }
    d->media = out.kind != MICROSIP_OUT_SIP;
    d->local = out.local;
    d->remote = out.remote;
    peer->tail++;
    CHECK(peer->tail - peer->head < QUEUE);
  }
}

/* Lets time pass; each side says a square wave and listens. */
static void run(uint32_t ms) {
  uint32_t i, j, k;
  int16_t mic[80], speaker[80];
  for (i = 0; i < ms; i += 10) {
    for (j = 0; j < 2; j++) {
      microsip_info info;
      MICROSIP_ZERO(info);
      CHECK(microsip_engine_info_get(sides[j].e, now, &info) == MICROSIP_OK);
      CHECK(info.ring_wanted == sides[j].rings);
      if (info.ring_wanted && microsip_engine_audio(sides[j].e, now, MICROSIP_RING, NULL, speaker, 80) == MICROSIP_OK)
        for (k = 0; k < 80; k++) if (speaker[k] > 3000 || speaker[k] < -3000) sides[j].rung++;
      if (music_of == &sides[j]) {
        for (k = 0; k < 80; k++) mic[k] = (k / 4) % 2 ? 15000 : -15000;
        CHECK(microsip_engine_audio(sides[j].e, now, MICROSIP_HELD, pause ? NULL : mic, NULL, 80) == MICROSIP_OK);
      }
      if (info.audio_wanted) {
        for (k = 0; k < 80; k++) mic[k] = (k / 8) % 2 ? 6000 : -6000;
        CHECK(microsip_engine_audio(sides[j].e, now, MICROSIP_SELF, mic, speaker, 80) == MICROSIP_OK);
        for (k = 0; k < 80; k++) if (speaker[k] > 3000 || speaker[k] < -3000) sides[j].loud++;
        for (k = 0; k < 80; k++) if (speaker[k] > 11000 || speaker[k] < -11000) sides[j].music++;
      }
    }
    for (k = 0; k < 4; k++) { turn(&sides[0], &sides[1]); turn(&sides[1], &sides[0]); }
    now += 10000;
  }
}

/* A set of tones that play; "DE" is known, Nowhere is not. */
static void ring_by_itself(side *s) {
  microsip_tones t;
  char code[8];
  uint32_t need = 0;
  MICROSIP_ZERO(t);
  t.play = MICROSIP_TONES_RING;
  t.country = "DE";
  CHECK(microsip_engine_tones_set(s->e, now, &t) == MICROSIP_OK);
  t.country = "??";
  t.play = MICROSIP_NONE;
  CHECK(microsip_engine_tones_set(s->e, now, &t) == MICROSIP_E_ARG);
  t.country = NULL;
  t.ring_path = "ring.wav";
  CHECK(microsip_engine_tones_set(s->e, now, &t) == MICROSIP_E_UNSUPPORTED);
  MICROSIP_ZERO(t);
  CHECK(microsip_engine_tones_get(s->e, now, &t) == MICROSIP_OK && t.play == MICROSIP_TONES_RING && t.refusal_ms == 5000);
  CHECK(microsip_engine_text_get(s->e, now, MICROSIP_SELF, MICROSIP_TXT_COUNTRY, 0, code, sizeof code, &need) == MICROSIP_OK && strcmp(code, "DE") == 0);
  CHECK(microsip_engine_text_get(s->e, now, MICROSIP_SELF, MICROSIP_TXT_COUNTRY, 1, code, sizeof code, &need) == MICROSIP_OK && need == 3);
  CHECK(microsip_engine_text_get(s->e, now, MICROSIP_SELF, MICROSIP_TXT_COUNTRY, 1000, code, sizeof code, &need) == MICROSIP_NOTHING);
  CHECK(microsip_engine_volume_set(s->e, now, MICROSIP_SELF, MICROSIP_DEV_RING, 50) == MICROSIP_OK);
  CHECK(microsip_engine_volume_set(s->e, now, MICROSIP_SELF, MICROSIP_DEV_RING, 401) == MICROSIP_E_ARG);
}

/* A tone into the call: the far end hears it instead of silence, until it is over or stopped. */
static void tones_into_the_call(side *s, side *far) {
  uint32_t loud;
  CHECK(microsip_engine_tone_play(s->e, now, s->call, MICROSIP_TONE_RING, 0, 11) == MICROSIP_E_ARG);
  CHECK(microsip_engine_source_set(s->e, now, s->call, MICROSIP_SRC_SILENCE) == MICROSIP_OK);
  run(200);
  loud = far->loud;
  run(200);
  CHECK(far->loud == loud);
  CHECK(microsip_engine_tone_play(s->e, now, s->call, MICROSIP_TONE_DIAL, 500, 11) == MICROSIP_OK);
  run(400);
  CHECK(far->loud > loud + 1000 && s->toned == 0);
  run(400);
  CHECK(s->toned == 1 && s->tone_result == MICROSIP_OK);
  CHECK(microsip_engine_tone_stop(s->e, now, s->call) == MICROSIP_NOTHING);
  CHECK(microsip_engine_tone_play(s->e, now, s->call, '5', 0, 11) == MICROSIP_OK);
  run(400);
  CHECK(microsip_engine_tone_stop(s->e, now, s->call) == MICROSIP_OK);
  run(200);
  CHECK(s->toned == 2 && s->tone_result == MICROSIP_E_CANCELLED);
  loud = far->loud;
  run(200);
  CHECK(far->loud == loud);
  CHECK(microsip_engine_source_set(s->e, now, s->call, MICROSIP_SRC_DEVICE) == MICROSIP_OK);
  run(200);
  far->music = 0; /* a key's pair is as loud */
}

/* Digits with settings of the engine, of the call and of the command, as they leave. */
static void digits_as_set(side *s, side *far) {
  microsip_digit_options d;
  CHECK(microsip_engine_digits(s->e, now, s->call, "42", NULL, 7) == MICROSIP_OK);
  run(1000);
  CHECK(far->digits == '4' * 256 + '2');
  if (!(microsip_features() & MICROSIP_HAS_INFO)) {
    MICROSIP_ZERO(d);
    d.dtmf_gap_ms = 100;
    CHECK(microsip_engine_digits(s->e, now, s->call, "1", &d, 7) == MICROSIP_E_UNSUPPORTED);
    CHECK(s->ticks == 160 * 8 && s->volume == 10);
    return;
  }
  CHECK(s->ticks == 200 * 8 && s->volume == 25);
  MICROSIP_ZERO(d);
  d.dtmf_ms = 90;
  d.dtmf_level_db = MICROSIP_NONE;
  CHECK(microsip_engine_digits(s->e, now, s->call, "8", &d, 7) == MICROSIP_OK);
  run(500);
  CHECK(s->ticks == 90 * 8 && s->volume == 0);
  MICROSIP_ZERO(d);
  d.dtmf_level_db = 63;
  CHECK(microsip_engine_digit_start(s->e, now, s->call, '9', &d, 7) == MICROSIP_OK);
  run(400);
  CHECK(microsip_engine_digit_stop(s->e, now, s->call) == MICROSIP_OK);
  run(500);
  CHECK(s->ticks >= 390 * 8 && s->ticks <= 420 * 8 && s->volume == 63);
  d.dtmf_level_db = 64;
  CHECK(microsip_engine_digits(s->e, now, s->call, "1", &d, 7) == MICROSIP_E_ARG);
}

static char said[200];

/* Says a header of a message that came for a call; of no name its first line. */
static int32_t header(side *s, uint32_t which, const char *name) {
  uint32_t n = 0;
  said[0] = 0;
  return microsip_engine_header_get(s->e, now, s->call, which, name, 0, said, sizeof said, &n);
}

static int header_is(side *s, uint32_t which, const char *name, const char *value) {
  return header(s, which, name) == MICROSIP_OK && strcmp(said, value) == 0;
}

static int text_is(side *s, uint32_t which, const char *value) {
  uint32_t n = 0;
  said[0] = 0;
  return microsip_engine_text_get(s->e, now, s->call, which, 0, said, sizeof said, &n) == MICROSIP_OK && strcmp(said, value) == 0;
}

/* An account's own proxy says who calls; each message of the call can be read. */
static void identity(side *s, side *proxy) {
  microsip_account a;
  microsip_options o;
  microsip_id account = 0;
  int n;
  MICROSIP_ZERO(a);
  a.uri = "sip:alice@peer.example";
  a.registers = MICROSIP_OFF;
  CHECK(microsip_engine_account_add(s->e, now, &a, &account) == MICROSIP_OK);
  /* the account's hop is known once it was used */
  CHECK(microsip_engine_dial(s->e, now, account, "nobody", NULL, &s->call) == MICROSIP_OK);
  run(100);
  CHECK(proxy->state == MICROSIP_INCOMING && microsip_engine_reject(proxy->e, now, proxy->call, 404, NULL) == MICROSIP_OK);
  run(100);
  CHECK(s->state == MICROSIP_ENDED && header_is(s, 404, "CSeq", "1 INVITE"));
  /* what an account dialled last, it dials again */
  CHECK(microsip_engine_text_get(s->e, now, account, MICROSIP_TXT_DIALLED, 0, said, sizeof said, NULL) == MICROSIP_OK && strcmp(said, "nobody") == 0);
  CHECK(microsip_engine_text_get(s->e, now, MICROSIP_SELF, MICROSIP_TXT_DIALLED, 0, said, sizeof said, NULL) == MICROSIP_OK && strcmp(said, "nobody") == 0);
  CHECK(microsip_engine_dial(s->e, now, account, NULL, NULL, &s->call) == MICROSIP_OK);
  run(100);
  CHECK(proxy->state == MICROSIP_INCOMING && microsip_engine_reject(proxy->e, now, proxy->call, 404, NULL) == MICROSIP_OK);
  run(100);
  CHECK(s->state == MICROSIP_ENDED && text_is(s, MICROSIP_TXT_REMOTE_URI, "sip:nobody@peer.example"));
  /* a service is dialled by the account's server, which this one is not */
  CHECK(microsip_engine_dial(s->e, now, 0, "urn:service:sos", NULL, &s->call) < 0);
  CHECK(microsip_engine_dial(s->e, now, account, "urn:service:sos.fire", NULL, &s->call) == MICROSIP_OK);
  CHECK(text_is(s, MICROSIP_TXT_REMOTE_URI, "urn:service:sos.fire"));
  run(100);
  CHECK(s->state == MICROSIP_ENDED && header_is(s, 416, "CSeq", "1 INVITE"));
  /* where the caller is: an account's, or a call's */
  MICROSIP_ZERO(a);
  a.location = "<presence entity='pres:alice@example.org'/>"; /* 43 bytes */
  CHECK(microsip_engine_account_update(s->e, now, account, &a) == MICROSIP_E_TEXT);
  a.location = "<presence/>";
  CHECK(microsip_engine_account_update(s->e, now, account, &a) == MICROSIP_OK);
  MICROSIP_ZERO(o);
  for (n = 0; n < 2; n++) {
    CHECK(microsip_engine_dial(s->e, now, account, "nobody", &o, &s->call) == MICROSIP_OK);
    run(100);
    CHECK(proxy->state == MICROSIP_INCOMING);
    CHECK(microsip_engine_header_get(proxy->e, now, proxy->call, MICROSIP_INVITE, "Geolocation-Routing", 0, said, sizeof said, NULL) == MICROSIP_OK && strcmp(said, n ? "yes" : "no") == 0);
    CHECK(microsip_engine_reject(proxy->e, now, proxy->call, 404, NULL) == MICROSIP_OK);
    run(100);
    o.location = "<presence id='x'/>";
    o.location_use = MICROSIP_LOCATION_ROUTING;
  }
  MICROSIP_ZERO(o);
  o.headers = "P-Asserted-Identity: \"The boss\" <sip:boss@peer.example>\r\nX-Mark: one\r\n";
  CHECK(microsip_engine_dial(proxy->e, now, 0, "sip:alice@10.0.0.1:5080", &o, &proxy->call) == MICROSIP_OK);
  run(100);
  CHECK(s->state == MICROSIP_INCOMING);
  CHECK(text_is(s, MICROSIP_TXT_ASSERTED_URI, "sip:boss@peer.example"));
  CHECK(header_is(s, MICROSIP_INVITE, "X-Mark", "one") && header_is(s, MICROSIP_FIRST, "x-mark", "one"));
  MICROSIP_ZERO(o);
  if (microsip_features() & MICROSIP_HAS_TIMERS) {
    o.session_expires = 89;
    CHECK(microsip_engine_answer(s->e, now, s->call, 200, &o) == MICROSIP_E_ARG);
    CHECK(microsip_engine_last_error(s->e, said, sizeof said, NULL) == MICROSIP_OK && strstr(said, "o->session_expires is 89"));
    o.session_expires = 0;
  }
  o.headers = "X-Mark: two\r\n";
  CHECK(microsip_engine_answer(s->e, now, s->call, 200, &o) == MICROSIP_OK);
  run(100);
  CHECK(proxy->state == MICROSIP_CONNECTED && header_is(proxy, 200, "X-Mark", "two"));
  /* another one takes the telephone */
  CHECK(microsip_engine_identify(s->e, now, s->call, "Carol", 9) == MICROSIP_E_URI);
  CHECK(microsip_engine_identify(s->e, now, s->call, "\"Carol\" <sip:carol@peer.example>", 9) == MICROSIP_OK);
  run(100);
  CHECK(s->renamed == MICROSIP_OP_IDENTIFY && text_is(s, MICROSIP_TXT_LOCAL_URI, "sip:carol@peer.example"));
  CHECK(text_is(proxy, MICROSIP_TXT_REMOTE_NAME, "Carol") && header_is(proxy, MICROSIP_UPDATE, "CSeq", "1 UPDATE"));
  CHECK(header(s, MICROSIP_ACK, "") == MICROSIP_OK && strncmp(said, "ACK sip:", 8) == 0);
  CHECK(header(s, MICROSIP_BYE, "") == MICROSIP_NOTHING);
  MICROSIP_ZERO(o);
  o.reason = "Lunch";
  CHECK(microsip_engine_hangup(s->e, now, s->call, &o) == MICROSIP_OK);
  run(100);
  CHECK(proxy->state == MICROSIP_ENDED && header_is(proxy, MICROSIP_BYE, "CSeq", "2 BYE"));
  CHECK(text_is(proxy, MICROSIP_TXT_REASON, "Lunch"));
  CHECK(microsip_engine_account_remove(s->e, now, account) == MICROSIP_OK);
  run(100);
}

/* On hold the far end hears the music that is given for it, or nothing, and neither the microphone. */
static void hold_with_music(side *s, side *far) {
  microsip_call_info info;
  int16_t pcm[160] = { 0 };
  uint32_t loud;
  MICROSIP_ZERO(info);
  CHECK(microsip_engine_music_set(s->e, now, s->call, MICROSIP_MUSIC_FILE, "music.wav") == MICROSIP_E_UNSUPPORTED);
  CHECK(microsip_engine_music_set(s->e, now, s->call, 4, NULL) == MICROSIP_E_ARG);
  CHECK(microsip_engine_music_set(s->e, now, MICROSIP_SELF, MICROSIP_MUSIC_PCM, NULL) == MICROSIP_OK);
  CHECK(microsip_engine_call_info_get(s->e, now, s->call, &info) == MICROSIP_OK && info.music == MICROSIP_MUSIC_PCM);
  CHECK(microsip_engine_audio(s->e, now, MICROSIP_HELD, pcm, NULL, 160) == MICROSIP_E_ARG);
  CHECK(microsip_engine_hold(s->e, now, s->call, 1, 0) == MICROSIP_OK);
  run(200);
  loud = far->loud;
  CHECK(far->music == 0);
  run(1000);
  CHECK(far->music == 0 && far->loud == loud); /* none was given */
  music_of = s;
  run(1000);
  CHECK(far->music > 6000);
  pause = 1;
  run(200);
  loud = far->loud;
  run(500);
  CHECK(far->loud == loud);
  pause = 0;
  CHECK(microsip_engine_music_set(s->e, now, s->call, MICROSIP_MUSIC_NONE, NULL) == MICROSIP_OK);
  run(200);
  loud = far->loud;
  run(500);
  CHECK(far->loud == loud);
  CHECK(microsip_engine_hold(s->e, now, s->call, 0, 0) == MICROSIP_OK);
  run(200);
  far->music = 0;
  loud = far->loud;
  run(1000);
  CHECK(far->music == 0 && far->loud > loud + 4000);
  music_of = NULL;
}

int main(void) {
  microsip_engine_config c;
  microsip_options o;
  microsip_stats stats;
  uint32_t i, need;
  uint64_t when;
  for (i = 0; i < 2; i++) {
    MICROSIP_ZERO(c);
    c.flags = MICROSIP_ALLOW_DIRECT;
    c.seed[0] = (uint8_t)(i + 1);
    c.log_records = 8;
    c.kept_bytes = 1000; /* the header of an INVITE with a location has more than 600 */
    c.location_bytes = 40;
    if (microsip_features() & MICROSIP_HAS_INFO) { c.dtmf_ms = 200; c.dtmf_level_db = 30; }
    CHECK(microsip_engine_size_get(&c, &need) == MICROSIP_OK && need <= sizeof memory[i]);
    CHECK(microsip_engine_init(MICROSIP_ABI_VERSION, memory[i], sizeof memory[i], &c, now, &sides[i].e) == MICROSIP_OK);
    sides[i].port = (uint16_t)(i ? 5060 : 5080);
  }
  printf("an engine with 1 account, 1 call and messages of 1500 bytes: %u bytes\n", (unsigned)need);
  run(20);
  ring_by_itself(&sides[1]);
  MICROSIP_ZERO(o);
  if (microsip_features() & MICROSIP_HAS_INFO) o.dtmf_level_db = 25;
  CHECK(microsip_engine_dial(sides[0].e, now, 0, "sip:bob@peer.example", &o, &sides[0].call) == MICROSIP_OK);
  run(100);
  CHECK(sides[1].state == MICROSIP_INCOMING);
  CHECK(microsip_engine_answer(sides[1].e, now, sides[1].call, 180, NULL) == MICROSIP_OK);
  run(100);
  CHECK(sides[0].state == MICROSIP_EARLY);
  CHECK(sides[1].rings && sides[1].rung > 400 && sides[0].rung == 0);
  /* it rings on, unheard */
  CHECK(microsip_engine_audio(sides[1].e, now, MICROSIP_RING, NULL, NULL, 80) == MICROSIP_OK);
  CHECK(microsip_engine_answer(sides[1].e, now, sides[1].call, 200, NULL) == MICROSIP_OK);
  run(1000);
  CHECK(sides[0].state == MICROSIP_CONNECTED && sides[1].state == MICROSIP_CONNECTED);
  CHECK(!sides[1].rings);
  CHECK(sides[0].loud > 4000 && sides[1].loud > 4000);
  digits_as_set(&sides[0], &sides[1]);
  if (microsip_features() & MICROSIP_HAS_TONES) tones_into_the_call(&sides[0], &sides[1]);
  MICROSIP_ZERO(stats);
  CHECK(microsip_engine_call_stats_get(sides[1].e, now, sides[1].call, &stats) == MICROSIP_OK && stats.received > 50 && stats.lost == 0);
  if (microsip_features() & MICROSIP_HAS_REOFFER) hold_with_music(&sides[0], &sides[1]);
  printf("received %u packets, %u and %u loud samples\n", (unsigned)stats.received, (unsigned)sides[0].loud, (unsigned)sides[1].loud);
  CHECK(microsip_engine_hangup(sides[1].e, now, sides[1].call, NULL) == MICROSIP_OK);
  run(200);
  CHECK(sides[0].state == MICROSIP_ENDED && sides[1].state == MICROSIP_ENDED);
  CHECK(sides[0].logged == 3);
  CHECK(sides[0].asked == (1u << MICROSIP_ASK_LOCAL | 1u << MICROSIP_ASK_RESOLVE | 1u << MICROSIP_ASK_OPEN_MEDIA |
                           1u << MICROSIP_ASK_CLOSE_MEDIA | 1u << MICROSIP_ASK_AUDIO_ON | 1u << MICROSIP_ASK_AUDIO_OFF));
  if (microsip_features() & MICROSIP_HAS_IDENTITY) identity(&sides[0], &sides[1]);
  /* when everything is over no deadline is left, but for the tombstones of ended dialogs */
  for (i = 0; i < 100 && microsip_engine_poll_timeout(sides[0].e, now, &when) == MICROSIP_OK; i++) { now = when > now ? when : now + 1; turn(&sides[0], &sides[1]); turn(&sides[1], &sides[0]); }
  CHECK(microsip_engine_poll_timeout(sides[0].e, now, &when) == MICROSIP_NOTHING);
  printf(failed ? "FAILED\n" : "ok\n");
  return failed;
}
