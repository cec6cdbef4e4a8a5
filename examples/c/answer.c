/* Waits at argv[1] (ADDR:PORT; port 0 is any) for one call, answers it, prints its digits, records what it hears into argv[2],
 * ends when the caller does. */
#include "microsip.h"
#include <stdio.h>

static int fail(microsip_id phone) {
  char why[300] = "";
  uint32_t needed;
  microsip_last_error(why, sizeof why, &needed);
  fprintf(stderr, "answer: %s\n", why);
  microsip_destroy(phone);
  return 1;
}

int main(int argc, char **argv) {
  microsip_config config;
  microsip_event event;
  microsip_stats stats;
  microsip_addr at;
  microsip_id phone = 0, call = 0;
  char from[256];
  uint32_t needed;
  int heard = 0;
  if (argc < 3) return fprintf(stderr, "usage: answer ADDR:PORT FILE.wav\n"), 2;
  MICROSIP_ZERO(config);
  MICROSIP_ZERO(event);
  MICROSIP_ZERO(stats);
  config.flags = MICROSIP_NULL_AUDIO | MICROSIP_ALLOW_DIRECT;
  config.bind = argv[1];
  if (microsip_create(MICROSIP_ABI_VERSION, &config, &phone) < 0) return fail(phone);
  if (microsip_address_get(phone, MICROSIP_ADDRESS_V4, &at) == MICROSIP_OK)
    printf("waiting at %u.%u.%u.%u:%u\n", at.ip[0], at.ip[1], at.ip[2], at.ip[3], at.port);
  else
    printf("waiting at %s\n", argv[1]);
  fflush(stdout);
  for (;;) {
    if (microsip_event_next(phone, &event, MICROSIP_FOREVER) < 0) return fail(phone);
    if (event.type == MICROSIP_EV_CALL && event.state == MICROSIP_INCOMING) {
      if (call != 0) { /* one call is enough for us */
        microsip_reject(phone, event.object, 486, NULL);
        continue;
      }
      call = event.object;
      if (microsip_text_get(phone, call, MICROSIP_TXT_REMOTE_URI, 0, from, sizeof from, &needed) == MICROSIP_OK) printf("call from %s\n", from);
      if (microsip_answer(phone, call, 200, NULL) < 0) call = 0; /* who called has given up already: wait for the next */
    } else if (event.object != call) {
      continue;
    } else if (event.type == MICROSIP_EV_CALL && event.state == MICROSIP_CONNECTED) {
      if (microsip_record_start(phone, call, argv[2], MICROSIP_SIDES_HEARD, 0) < 0) return fail(phone);
    } else if (event.type == MICROSIP_EV_DIGIT) {
      printf("digit %c\n", (int)event.value);
    } else if (event.type == MICROSIP_EV_CALL && event.state == MICROSIP_ENDED) {
      /* An ended call stays readable until it is released, or its slot is needed. */
      if (microsip_call_stats_get(phone, call, &stats) == MICROSIP_OK) {
        heard = stats.received > 0;
        printf("ended: %lu packets heard, %lu lost\n", (unsigned long)stats.received, (unsigned long)stats.lost);
      }
      microsip_id_release(phone, call);
      break;
    }
  }
  microsip_destroy(phone);
  return heard ? 0 : 1;
}
