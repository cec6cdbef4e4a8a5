/* Dials argv[1], plays the WAV file argv[2] once the call is answered, hangs up after it. One thread: events are pulled. */
#include "microsip.h"
#include <stdio.h>

static int fail(microsip_id phone) {
  char why[300] = "";
  uint32_t needed;
  microsip_last_error(why, sizeof why, &needed);
  fprintf(stderr, "dial: %s\n", why);
  microsip_destroy(phone);
  return 1;
}

int main(int argc, char **argv) {
  microsip_config config;
  microsip_event event;
  microsip_sound sound;
  microsip_id phone = 0, call = 0;
  int played = 0;
  if (argc < 3) return fprintf(stderr, "usage: dial sip:user@host[:port] FILE.wav\n"), 2;
  MICROSIP_ZERO(config);
  MICROSIP_ZERO(event);
  MICROSIP_ZERO(sound);
  sound.path = argv[2];
  config.flags = MICROSIP_NULL_AUDIO | MICROSIP_ALLOW_DIRECT; /* no sound card, no account */
  if (microsip_create(MICROSIP_ABI_VERSION, &config, &phone) < 0) return fail(phone);
  if (microsip_dial(phone, 0, argv[1], NULL, &call) < 0) return fail(phone);
  for (;;) {
    if (microsip_event_next(phone, &event, MICROSIP_FOREVER) < 0) return fail(phone);
    if (event.object != call) continue;
    if (event.type == MICROSIP_EV_DONE) {
      played = event.result == MICROSIP_OK;
      microsip_hangup(phone, call, NULL);
    } else if (event.type == MICROSIP_EV_CALL && event.state == MICROSIP_CONNECTED) {
      if (microsip_sound_play(phone, call, &sound, 1) < 0) return fail(phone);
    } else if (event.type == MICROSIP_EV_CALL && event.state == MICROSIP_ENDED) {
      printf("ended: SIP %u, %s\n", (unsigned)event.sip_code, microsip_strerror(event.result));
      break;
    }
  }
  microsip_destroy(phone);
  return played ? 0 : 1;
}
