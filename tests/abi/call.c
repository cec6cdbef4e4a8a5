/* Two phones of one process, by pull: ring, answer, talk, digits, statistics, hang up. */
#include "microsip.h"
#include <stdio.h>

static int failed;
#define CHECK(what) do { if (!(what)) { char why[300]; uint32_t n = 0; failed = 1; microsip_last_error(why, sizeof why, &n); \
  fprintf(stderr, "%s:%d: %s\n  last error: %s\n", __FILE__, __LINE__, #what, why); } } while (0)

/* Waits for a call to reach a state. */
static microsip_event until(microsip_id phone, uint32_t type, uint32_t state) {
  microsip_event ev;
  int32_t r;
  MICROSIP_ZERO(ev);
  while ((r = microsip_event_next(phone, &ev, 60000)) == MICROSIP_OK)
    if (ev.type == type && (type != MICROSIP_EV_CALL || ev.state == state)) return ev;
  fprintf(stderr, "no event %u state %u came: %d\n", (unsigned)type, (unsigned)state, (int)r);
  failed = 1;
  MICROSIP_ZERO(ev);
  return ev;
}

int main(void) {
  microsip_config c;
  microsip_id a = 0, b = 0, out = 0, in = 0;
  microsip_addr addr;
  microsip_event ev;
  microsip_call_info info;
  microsip_stats stats;
  char uri[64], text[200];
  int16_t pcm[800];
  uint32_t n = 0, taken = 0, got = 0, i, heard = 0;
  uint64_t first;

  MICROSIP_ZERO(c);
  c.flags = MICROSIP_NULL_AUDIO | MICROSIP_ALLOW_DIRECT;
  c.bind = "127.0.0.1:0";
  CHECK(microsip_create(MICROSIP_ABI_VERSION, &c, &a) == MICROSIP_OK);
  CHECK(microsip_create(MICROSIP_ABI_VERSION, &c, &b) == MICROSIP_OK);
  CHECK(microsip_address_get(b, MICROSIP_ADDRESS_V4, &addr) == MICROSIP_OK);
  CHECK(microsip_address_get(b, MICROSIP_ADDRESS_V6, &addr) == MICROSIP_NOTHING);
  snprintf(uri, sizeof uri, "sip:echo@127.0.0.1:%u", (unsigned)addr.port);
  CHECK(microsip_dial(a, 0, uri, NULL, &out) == MICROSIP_OK);
  ev = until(b, MICROSIP_EV_CALL, MICROSIP_INCOMING);
  in = ev.object;
  CHECK(microsip_text_get(b, in, MICROSIP_TXT_REMOTE_URI, 0, text, sizeof text, &n) == MICROSIP_OK);
  CHECK(n == strlen(text) + 1);
  CHECK(microsip_header_get(b, in, MICROSIP_FIRST, "Max-Forwards", 0, text, sizeof text, &n) == MICROSIP_OK && strcmp(text, "70") == 0);
  CHECK(microsip_header_get(b, in, MICROSIP_FIRST, "Subject", 0, text, sizeof text, &n) == MICROSIP_NOTHING);
  CHECK(microsip_source_set(b, in, MICROSIP_SRC_ECHO) == MICROSIP_OK);
  CHECK(microsip_source_set(a, out, MICROSIP_SRC_PCM) == MICROSIP_OK);
  CHECK(microsip_answer(b, in, 180, NULL) == MICROSIP_OK);
  until(a, MICROSIP_EV_CALL, MICROSIP_EARLY);
  CHECK(microsip_answer(b, in, 200, NULL) == MICROSIP_OK);
  until(a, MICROSIP_EV_CALL, MICROSIP_CONNECTED);
  until(b, MICROSIP_EV_CALL, MICROSIP_CONNECTED);

  /* half a second of a square wave, and its echo */
  CHECK(microsip_pcm_read(a, out, pcm, 0, 0, &got) == MICROSIP_OK);
  for (i = 0; i < 800; i++) pcm[i] = (i / 8) % 2 ? 8000 : -8000;
  for (i = 0; i < 5; i++) CHECK(microsip_pcm_write(a, out, pcm, 800, 1000, &taken) == MICROSIP_OK && taken == 800);
  for (i = 0; i < 5; i++) {
    uint32_t j;
    CHECK(microsip_pcm_read(a, out, pcm, 800, 1000, &got) == MICROSIP_OK);
    for (j = 0; j < got; j++) if (pcm[j] > 4000 || pcm[j] < -4000) heard++;
  }
  CHECK(heard > 800);

  CHECK(microsip_digits(a, out, "1*#", NULL, 77) == MICROSIP_OK);
  ev = until(b, MICROSIP_EV_DIGIT, 0);
  CHECK(ev.value == '1');
  ev = until(b, MICROSIP_EV_DIGIT, 0);
  CHECK(ev.value == '*');
  ev = until(b, MICROSIP_EV_DIGIT, 0);
  CHECK(ev.value == '#');
  ev = until(a, MICROSIP_EV_DONE, 0);
  CHECK(ev.token == 77 && ev.op == MICROSIP_OP_DIGITS && ev.result == MICROSIP_OK);

  /* settings of a script of its own: the far end tells the length */
  {
    microsip_digit_options d;
    MICROSIP_ZERO(d);
    d.dtmf_ms = 300;
    d.dtmf_gap_ms = 400;
    d.dtmf_level_db = MICROSIP_NONE;
    CHECK(microsip_digits(a, out, "56", &d, 80) == MICROSIP_OK);
    ev = until(b, MICROSIP_EV_DIGIT, 0);
    CHECK(ev.value == '5' && ev.reached == 300);
    first = ev.time_us;
    ev = until(b, MICROSIP_EV_DIGIT, 0);
    CHECK(ev.value == '6' && ev.reached == 300 && ev.time_us - first >= 600000 && ev.time_us - first < 900000);
    ev = until(a, MICROSIP_EV_DONE, 0);
    CHECK(ev.token == 80 && ev.op == MICROSIP_OP_DIGITS && ev.result == MICROSIP_OK);
  }

  /* a tone into the call, and its end; into a conference, whose end it is too */
  if (microsip_features() & MICROSIP_HAS_TONES) {
    CHECK(microsip_tone_play(a, out, MICROSIP_TONE_BUSY, 300, 81) == MICROSIP_OK);
    ev = until(a, MICROSIP_EV_DONE, 0);
    CHECK(ev.token == 81 && ev.op == MICROSIP_OP_TONE && ev.object == out && ev.result == MICROSIP_OK);
    CHECK(microsip_tone_play(a, out, '5', 0, 82) == MICROSIP_OK && microsip_tone_stop(a, out) == MICROSIP_OK);
    ev = until(a, MICROSIP_EV_DONE, 0);
    CHECK(ev.token == 82 && ev.op == MICROSIP_OP_TONE && ev.result == MICROSIP_E_CANCELLED);
    CHECK(microsip_tone_stop(a, out) == MICROSIP_NOTHING);
  }
  if ((microsip_features() & MICROSIP_HAS_TONES) && (microsip_features() & MICROSIP_HAS_CONFERENCE)) {
    microsip_id room = 0;
    CHECK(microsip_conference_create(a, 5, &room) == MICROSIP_OK);
    CHECK(microsip_conference_member_set(a, room, out, NULL) == MICROSIP_OK);
    CHECK(microsip_tone_play(a, room, MICROSIP_TONE_DIAL, 200, 83) == MICROSIP_OK);
    ev = until(a, MICROSIP_EV_DONE, 0);
    CHECK(ev.token == 83 && ev.op == MICROSIP_OP_TONE && ev.object == room && ev.tag == 5 && ev.result == MICROSIP_OK);
    CHECK(microsip_tone_play(a, room, MICROSIP_TONE_DIAL, 0, 84) == MICROSIP_OK && microsip_tone_stop(a, room) == MICROSIP_OK);
    ev = until(a, MICROSIP_EV_DONE, 0);
    CHECK(ev.token == 84 && ev.object == room && ev.result == MICROSIP_E_CANCELLED);
    CHECK(microsip_id_release(a, room) == MICROSIP_OK);
  }

  /* a key that is held */
  CHECK(microsip_digit_start(a, out, '9', NULL, 78) == MICROSIP_OK && microsip_digit_start(a, out, '8', NULL, 79) == MICROSIP_E_FULL);
  ev = until(b, MICROSIP_EV_DIGIT_BEGUN, 0);
  CHECK(ev.value == '9');
  CHECK(microsip_digit_stop(a, out) == MICROSIP_OK && microsip_digit_stop(a, out) == MICROSIP_NOTHING);
  ev = until(b, MICROSIP_EV_DIGIT, 0);
  CHECK(ev.value == '9' && ev.reached >= 40);
  ev = until(a, MICROSIP_EV_DONE, 0);
  CHECK(ev.token == 78 && ev.op == MICROSIP_OP_DIGITS && ev.result == MICROSIP_OK);

  MICROSIP_ZERO(info);
  CHECK(microsip_call_info_get(a, out, &info) == MICROSIP_OK && info.state == MICROSIP_CONNECTED && info.connected_us != MICROSIP_NEVER);
  MICROSIP_ZERO(stats);
  CHECK(microsip_call_stats_get(a, out, &stats) == MICROSIP_OK && stats.sent > 10 && stats.received > 10 && stats.lost == 0);
  CHECK(microsip_text_get(a, out, MICROSIP_TXT_CODEC, 0, text, sizeof text, &n) == MICROSIP_OK);
  printf("codec %s, sent %u, received %u, loud samples %u\n", text, (unsigned)stats.sent, (unsigned)stats.received, (unsigned)heard);
  CHECK(microsip_hangup(a, out, NULL) == MICROSIP_OK);
  ev = until(b, MICROSIP_EV_CALL, MICROSIP_ENDED);
  CHECK(microsip_call_info_get(b, in, &info) == MICROSIP_OK && info.state == MICROSIP_ENDED);
  CHECK(microsip_event_next(b, &ev, 0) == MICROSIP_NOTHING);
  CHECK(microsip_call_info_get(b, in, &info) == MICROSIP_OK && info.state == MICROSIP_ENDED);
  CHECK(microsip_id_release(b, in) == MICROSIP_OK && microsip_call_info_get(b, in, &info) == MICROSIP_E_STALE);
  CHECK(microsip_id_release(b, in) == MICROSIP_E_STALE);
  until(a, MICROSIP_EV_CALL, MICROSIP_ENDED);

  /* the target that was dialled last is called again */
  CHECK(microsip_text_get(a, MICROSIP_SELF, MICROSIP_TXT_DIALLED, 0, text, sizeof text, &n) == MICROSIP_OK && strcmp(text, uri) == 0);
  CHECK(microsip_text_get(b, MICROSIP_SELF, MICROSIP_TXT_DIALLED, 0, text, sizeof text, &n) == MICROSIP_NOTHING);
  CHECK(microsip_dial(b, 0, NULL, NULL, &in) == MICROSIP_E_STATE);
  CHECK(microsip_dial(a, 0, NULL, NULL, &out) == MICROSIP_OK);
  in = until(b, MICROSIP_EV_CALL, MICROSIP_INCOMING).object;
  CHECK(microsip_reject(b, in, 0, NULL) == MICROSIP_OK);
  ev = until(a, MICROSIP_EV_CALL, MICROSIP_ENDED);
  CHECK(ev.object == out && ev.sip_code == 486);

  CHECK(microsip_shutdown(a, 1000) == MICROSIP_OK);
  until(a, MICROSIP_EV_CLOSED, 0);
  MICROSIP_ZERO(ev);
  CHECK(microsip_event_next(a, &ev, 1000) == MICROSIP_E_CLOSED);
  CHECK(microsip_dial(a, 0, uri, NULL, &out) == MICROSIP_E_CLOSED);
  CHECK(microsip_destroy(a) == MICROSIP_OK && microsip_destroy(b) == MICROSIP_OK && microsip_destroy(b) == MICROSIP_OK);
  printf(failed ? "FAILED\n" : "ok\n");
  return failed;
}
