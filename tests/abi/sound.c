/* A ring from a file on a ring device that is a file too, until the call is answered. Files and slow callbacks: a WAV played into a call is in the other side's recording, its end is an event, and a callback that sleeps for a second
 * costs no packet. The far end's devices are files too. */
#include "microsip.h"
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int failed;
#define CHECK(what) do { if (!(what)) { char why[400] = ""; uint32_t n_ = 0; failed = 1; microsip_last_error(why, sizeof why, &n_); \
  fprintf(stderr, "%s:%d: %s\n  last error: %s\n", __FILE__, __LINE__, #what, why); } } while (0)

static volatile microsip_id in_call;
static volatile uint32_t in_state, slept, ring_device;
static char record_path[300];

/* The far end: records, and sleeps once the call is connected. */
static void MICROSIP_CALL on_event(void *user, const microsip_event *ev) {
  (void)user;
  if (ev->type == MICROSIP_EV_DEVICE && ev->value == MICROSIP_DEV_RING && ev->result == MICROSIP_OK) ring_device = 1;
  if (ev->type != MICROSIP_EV_CALL) return;
  in_call = ev->object;
  if (ev->state == MICROSIP_INCOMING) CHECK(ev->value == 0); /* a stranger asks for no ring of its own */
  if (ev->state == MICROSIP_CONNECTED) {
    CHECK(microsip_record_start(ev->phone, ev->object, record_path, MICROSIP_SIDES_HEARD, 8) == MICROSIP_OK);
    in_state = ev->state;
    sleep(1);
    slept = 1;
  }
  in_state = ev->state;
}

static void put32(FILE *f, uint32_t v) { uint8_t b[4] = { (uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24) }; fwrite(b, 1, 4, f); }
static void put16(FILE *f, uint16_t v) { uint8_t b[2] = { (uint8_t)v, (uint8_t)(v >> 8) }; fwrite(b, 1, 2, f); }

/* A second at 8 kHz, 16 bit: a square wave, or a sine of so many hertz. */
static void write_wav(const char *path, uint32_t hertz) {
  FILE *f = fopen(path, "wb");
  uint32_t i;
  if (!f) { failed = 1; return; }
  fwrite("RIFF", 1, 4, f);
  put32(f, 36 + 16000);
  fwrite("WAVEfmt ", 1, 8, f);
  put32(f, 16);
  put16(f, 1);
  put16(f, 1);
  put32(f, 8000);
  put32(f, 16000);
  put16(f, 2);
  put16(f, 16);
  fwrite("data", 1, 4, f);
  put32(f, 16000);
  for (i = 0; i < 8000; i++) put16(f, (uint16_t)(int16_t)(hertz ? 9000 * sin(6.283185307179586 * hertz * i / 8000) : (i / 10) % 2 ? 9000 : -9000));
  fclose(f);
}

/* The peak of one tone in a sound (Goertzel's filter at one frequency). */
static double peak(const int16_t *pcm, uint32_t samples, uint32_t hertz) {
  double twice = 2 * cos(6.283185307179586 * hertz / 8000), before = 0, last = 0, next;
  uint32_t i;
  for (i = 0; i < samples; i++) { next = pcm[i] + twice * last - before; before = last; last = next; }
  return 2 * sqrt(fabs(last * last + before * before - twice * last * before)) / samples;
}

#define FILE_TONE 950
#define PCM_TONE 1480
static uint32_t said;

/* Within a minute the far end hears this tone for 200 ms, and the other one not; 0: it hears nothing. */
static int heard(microsip_id a, microsip_id call, microsip_id b, uint32_t hertz) {
  int16_t pcm[1600], mine[1600];
  uint32_t round, n, i, got;
  for (round = 0; round < 300; round++) {
    if (hertz == PCM_TONE) {
      for (i = 0; i < 1600; i++) mine[i] = (int16_t)(9000 * sin(6.283185307179586 * PCM_TONE * (said + i) / 8000));
      if (microsip_pcm_write(a, call, mine, 1600, 0, &n) == MICROSIP_OK) said += n;
    }
    for (got = 0; got < 1600; got += n) if (microsip_pcm_read(b, in_call, pcm + got, 1600 - got, 60000, &n) != MICROSIP_OK) return 0;
    if (hertz == 0 && peak(pcm, 1600, FILE_TONE) < 100 && peak(pcm, 1600, PCM_TONE) < 100) return 1;
    if (hertz && fabs(peak(pcm, 1600, hertz) - 9000) < 900 && peak(pcm, 1600, hertz == FILE_TONE ? PCM_TONE : FILE_TONE) < 300) return 1;
  }
  return 0;
}

static void held(microsip_id a, microsip_id call, uint32_t on) {
  microsip_event ev;
  MICROSIP_ZERO(ev);
  CHECK(microsip_hold(a, call, on, 40 + on) == MICROSIP_OK);
  do { CHECK(microsip_event_next(a, &ev, 60000) == MICROSIP_OK); } while (!failed && (ev.type != MICROSIP_EV_DONE || ev.token != 40 + on));
  CHECK(ev.op == MICROSIP_OP_HOLD && ev.result == MICROSIP_OK);
}

/* On hold the far end hears a file, the application's PCM, or nothing. */
static void music(microsip_id a, microsip_id call, microsip_id b, const char *path) {
  microsip_call_info info;
  MICROSIP_ZERO(info);
  write_wav(path, FILE_TONE);
  CHECK(microsip_music_set(a, call, MICROSIP_MUSIC_FILE, "/nowhere/music.wav") == MICROSIP_E_FILE);
  CHECK(microsip_music_set(a, call, MICROSIP_MUSIC_FILE, "/dev/null") == MICROSIP_E_FORMAT);
  CHECK(microsip_music_set(a, call, MICROSIP_MUSIC_FILE, NULL) == MICROSIP_E_ARG && microsip_music_set(a, call, MICROSIP_MUSIC_PCM, path) == MICROSIP_E_ARG);
  CHECK(microsip_music_set(a, MICROSIP_SELF, MICROSIP_MUSIC_FILE, path) == MICROSIP_OK);
  CHECK(microsip_call_info_get(a, call, &info) == MICROSIP_OK && info.music == MICROSIP_MUSIC_PCM);
  CHECK(microsip_mute_set(a, call, 1) == MICROSIP_OK);
  CHECK(heard(a, call, b, 0));
  held(a, call, 1);
  CHECK(heard(a, call, b, FILE_TONE));
  CHECK(microsip_music_set(a, call, MICROSIP_MUSIC_PCM, NULL) == MICROSIP_OK);
  CHECK(heard(a, call, b, PCM_TONE));
  CHECK(microsip_music_set(a, call, MICROSIP_MUSIC_NONE, NULL) == MICROSIP_OK);
  CHECK(heard(a, call, b, 0));
  CHECK(microsip_music_set(a, call, MICROSIP_MUSIC_FILE, path) == MICROSIP_OK);
  CHECK(heard(a, call, b, FILE_TONE));
  held(a, call, 0);
  CHECK(heard(a, call, b, 0));
  held(a, call, 1);
  CHECK(heard(a, call, b, FILE_TONE));
  held(a, call, 0);
  CHECK(microsip_mute_set(a, call, 0) == MICROSIP_OK);
}

static uint32_t loud_in(const char *path) {
  FILE *f = fopen(path, "rb");
  uint32_t loud = 0;
  int low, high;
  if (!f) return 0;
  fseek(f, 44, SEEK_SET);
  while ((low = fgetc(f)) != EOF && (high = fgetc(f)) != EOF) {
    int16_t v = (int16_t)(low | high << 8);
    if (v > 5000 || v < -5000) loud++;
  }
  fclose(f);
  return loud;
}

/* The phone's ring is a file. */
static void ring_with(microsip_id phone, const char *path) {
  microsip_tones t;
  MICROSIP_ZERO(t);
  CHECK(microsip_tones_get(phone, &t) == MICROSIP_OK && t.play == (MICROSIP_TONES_RINGBACK | MICROSIP_TONES_REFUSAL | MICROSIP_TONES_WAITING | MICROSIP_TONES_RING));
  MICROSIP_ZERO(t);
  t.ring_path = "/nowhere/ring.wav";
  CHECK(microsip_tones_set(phone, &t) == MICROSIP_E_FILE);
  t.ring_path = path;
  t.country = "GB";
  CHECK(microsip_tones_set(phone, &t) == MICROSIP_OK);
}

int main(int argc, char **argv) {
  char play_path[300], music_path[300], device_path[300], device[320], ring_path[300], ring[320], uri[64];
  microsip_info info;
  microsip_config c;
  microsip_id a = 0, b = 0, call = 0;
  microsip_addr addr;
  microsip_event ev;
  microsip_stats stats;
  microsip_sound sound;
  uint32_t loud;
  int i;
  const char *folder = argc > 1 ? argv[1] : "/tmp";
  snprintf(play_path, sizeof play_path, "%s/say.wav", folder);
  snprintf(music_path, sizeof music_path, "%s/music.wav", folder);
  snprintf(record_path, sizeof record_path, "%s/heard.wav", folder);
  snprintf(device_path, sizeof device_path, "%s/loudspeaker.wav", folder);
  snprintf(device, sizeof device, "wav:%s", device_path);
  snprintf(ring_path, sizeof ring_path, "%s/ringer.wav", folder);
  snprintf(ring, sizeof ring, "wav:%s", ring_path);
  write_wav(play_path, 0);
  MICROSIP_ZERO(sound);
  sound.path = play_path;

  MICROSIP_ZERO(c);
  c.bind = "127.0.0.1:0";
  c.flags = MICROSIP_NULL_AUDIO;
  CHECK(microsip_create(MICROSIP_ABI_VERSION, &c, &a) == MICROSIP_OK);
  c.flags |= MICROSIP_ALLOW_DIRECT;
  c.output = device;
  c.ring = ring;
  c.on_event = on_event;
  c.event_size = sizeof(microsip_event);
  CHECK(microsip_create(MICROSIP_ABI_VERSION, &c, &b) == MICROSIP_OK);
  CHECK(microsip_address_get(b, MICROSIP_ADDRESS_V4, &addr) == MICROSIP_OK);
  snprintf(uri, sizeof uri, "sip:b@127.0.0.1:%u", (unsigned)addr.port);
  ring_with(b, play_path);
  CHECK(microsip_dial(a, 0, uri, NULL, &call) == MICROSIP_OK);
  for (i = 0; i < 60000 && in_state != MICROSIP_INCOMING; i++) usleep(1000);
  for (i = 0; i < 600 && (!ring_device || loud_in(ring_path) < 2000); i++) usleep(100000);
  printf("%u loud samples rang\n", (unsigned)loud_in(ring_path));
  CHECK(ring_device && loud_in(ring_path) >= 2000);
  MICROSIP_ZERO(info);
  CHECK(microsip_info_get(b, &info) == MICROSIP_OK && info.ring_wanted == 1 && info.volume_ring == 100);
  CHECK(microsip_answer(b, in_call, 200, NULL) == MICROSIP_OK);
  MICROSIP_ZERO(ev);
  do { CHECK(microsip_event_next(a, &ev, 60000) == MICROSIP_OK); } while (!failed && (ev.type != MICROSIP_EV_CALL || ev.state != MICROSIP_CONNECTED));
  for (i = 0; i < 60000 && in_state != MICROSIP_CONNECTED; i++) usleep(1000);
  for (i = 0; i < 60000 && info.ring_wanted; i++) { usleep(1000); CHECK(microsip_info_get(b, &info) == MICROSIP_OK); }
  CHECK(!info.ring_wanted);
  CHECK(microsip_sound_play(a, call, &sound, 7) == MICROSIP_OK);
  do { CHECK(microsip_event_next(a, &ev, 60000) == MICROSIP_OK); } while (!failed && ev.type != MICROSIP_EV_DONE);
  CHECK(ev.token == 7 && ev.op == MICROSIP_OP_PLAY && ev.object == call && ev.result == MICROSIP_OK);
  usleep(150000);
  MICROSIP_ZERO(stats);
  CHECK(microsip_call_stats_get(b, in_call, &stats) == MICROSIP_OK && stats.received >= 50 && stats.lost == 0 && stats.late < 5); /* a busy machine may delay one */
  printf("while the callback slept: %u packets, %u lost, %u late\n", (unsigned)stats.received, (unsigned)stats.lost, (unsigned)stats.late);
  music(a, call, b, music_path);
  CHECK(microsip_device_set(b, MICROSIP_DEV_OUTPUT, "null") == MICROSIP_OK);
  usleep(100000);
  CHECK(microsip_hangup(a, call, NULL) == MICROSIP_OK);
  for (i = 0; i < 60000 && in_state != MICROSIP_ENDED; i++) usleep(1000);
  CHECK(in_state == MICROSIP_ENDED && slept);
  CHECK(microsip_destroy(a) == MICROSIP_OK && microsip_destroy(b) == MICROSIP_OK);
  loud = loud_in(record_path);
  printf("%u loud samples recorded, %u on the loudspeaker\n", (unsigned)loud, (unsigned)loud_in(device_path));
  CHECK(loud > 7000);
  CHECK(loud_in(device_path) > 7000);
  printf(failed ? "FAILED\n" : "ok\n");
  return failed;
}
