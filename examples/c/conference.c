/* A conference bridge at argv[1] (ADDR:PORT): who calls is let in and hears the others, *6 silences oneself and lets one be heard again.
 * The whole of it is recorded into argv[2]. With argv[3] it ends when so many have come and all have left. */
#include "microsip.h"
#include <stdio.h>
#include <stdlib.h>

static microsip_id phone, room;

static int fail(void) {
  char why[300] = "";
  uint32_t needed;
  microsip_last_error(why, sizeof why, &needed);
  fprintf(stderr, "conference: %s\n", why);
  microsip_destroy(phone);
  return 1;
}

static void toggle(microsip_id call) {
  microsip_member m;
  MICROSIP_ZERO(m);
  if (microsip_conference_member_get(phone, room, call, &m) != MICROSIP_OK) return;
  m.silent = m.silent == MICROSIP_ON ? MICROSIP_OFF : MICROSIP_ON;
  microsip_conference_member_set(phone, room, call, &m);
}

int main(int argc, char **argv) {
  microsip_config config;
  microsip_event event;
  microsip_addr at;
  unsigned wanted, came = 0, there = 0;
  uint32_t before = 0;
  if (argc < 3) return fprintf(stderr, "usage: conference ADDR:PORT FILE.wav [CALLERS]\n"), 2;
  wanted = argc > 3 ? (unsigned)atoi(argv[3]) : 0;
  MICROSIP_ZERO(config);
  MICROSIP_ZERO(event);
  config.flags = MICROSIP_NULL_AUDIO | MICROSIP_ALLOW_DIRECT;
  config.bind = argv[1];
  config.max_calls = 64;
  config.direct_reserve = config.direct_per_source = MICROSIP_NONE;
  config.max_conferences = 1;
  config.focus = MICROSIP_ON; /* the callers' telephones may say that it is a conference */
  if (microsip_create(MICROSIP_ABI_VERSION, &config, &phone) < 0 || microsip_conference_create(phone, 0, &room) < 0 ||
      microsip_record_start(phone, room, argv[2], MICROSIP_SIDES_MIXED, 1) < 0)
    return fail();
  if (microsip_address_get(phone, MICROSIP_ADDRESS_V4, &at) == MICROSIP_OK)
    printf("the conference is at %u.%u.%u.%u:%u\n", at.ip[0], at.ip[1], at.ip[2], at.ip[3], at.port);
  else
    printf("the conference is at %s\n", argv[1]);
  fflush(stdout);
  while (wanted == 0 || came < wanted || there > 0) {
    if (microsip_event_next(phone, &event, MICROSIP_FOREVER) < 0) return fail();
    if (event.type == MICROSIP_EV_CALL && event.state == MICROSIP_INCOMING) {
      /* It joins before it is answered, so nothing is missed. One that has given up already tells its end. */
      microsip_conference_member_set(phone, room, event.object, NULL);
      microsip_answer(phone, event.object, 200, NULL);
    } else if (event.type == MICROSIP_EV_CALL && event.state == MICROSIP_ENDED) {
      microsip_id_release(phone, event.object);
    } else if (event.type == MICROSIP_EV_MEMBER) {
      came += event.state;
      there = event.state ? there + 1 : there - 1;
      printf("%u in the conference\n", there);
    } else if (event.type == MICROSIP_EV_TALKER) {
      printf(event.other ? "call %llu talks\n" : "nobody talks\n", (unsigned long long)event.other);
    } else if (event.type == MICROSIP_EV_DIGIT) {
      if (before == '*' && event.value == '6') toggle(event.object);
      before = event.value;
    }
  }
  /* Its recording is complete when its end is told. */
  microsip_id_release(phone, room);
  while (microsip_event_next(phone, &event, 5000) == MICROSIP_OK && event.type != MICROSIP_EV_DONE) {}
  microsip_destroy(phone);
  return event.type == MICROSIP_EV_DONE && event.result == MICROSIP_OK ? 0 : 1;
}
