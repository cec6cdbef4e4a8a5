/* Watches the mailbox argv[1] until it has new messages, and takes the subscription back. */
#include "microsip.h"
#include <stdio.h>

static int fail(microsip_id phone) {
  char why[300] = "";
  uint32_t needed;
  microsip_last_error(why, sizeof why, &needed);
  fprintf(stderr, "watch: %s\n", why);
  microsip_destroy(phone);
  return 1;
}

int main(int argc, char **argv) {
  microsip_config config;
  microsip_subscription wanted;
  microsip_subscription_info info;
  microsip_event event;
  microsip_id phone = 0, watched = 0;
  int seen = 0;
  if (argc < 2) return fprintf(stderr, "usage: watch sip:box@host[:port]\n"), 2;
  MICROSIP_ZERO(config);
  MICROSIP_ZERO(wanted);
  MICROSIP_ZERO(info);
  MICROSIP_ZERO(event);
  config.flags = MICROSIP_NULL_AUDIO | MICROSIP_ALLOW_DIRECT;
  if (microsip_create(MICROSIP_ABI_VERSION, &config, &phone) < 0) return fail(phone);
  wanted.package = MICROSIP_MESSAGE_SUMMARY; /* MICROSIP_PRESENCE and MICROSIP_DIALOG are others */
  wanted.uri = argv[1];
  if (microsip_subscription_add(phone, 0, &wanted, &watched) < 0) return fail(phone);
  /* It is refreshed, and begun anew where that helps, by itself. Its state is one kind of event, a change of the mailbox another. */
  for (;;) {
    if (microsip_event_next(phone, &event, MICROSIP_FOREVER) < 0) return fail(phone);
    if (event.object != watched) continue;
    if (event.type == MICROSIP_EV_SUBSCRIPTION && event.state == MICROSIP_SUB_ENDED) {
      printf("ended: SIP %u, %s\n", (unsigned)event.sip_code, microsip_strerror(event.result));
      break;
    }
    if (event.type == MICROSIP_EV_NOTIFY && microsip_subscription_info_get(phone, watched, &info) == MICROSIP_OK && info.value > 0) {
      printf("%u new messages\n", (unsigned)info.value);
      seen = 1;
      if (microsip_subscription_remove(phone, watched) < 0) return fail(phone);
      break;
    }
  }
  /* The end of the subscription leaves first. */
  microsip_shutdown(phone, 2000);
  while (microsip_event_next(phone, &event, MICROSIP_FOREVER) >= 0 && event.type != MICROSIP_EV_CLOSED) continue;
  microsip_destroy(phone);
  return seen ? 0 : 1;
}
