/* Writes to argv[1] what the other arguments say, one message each, and waits until each is answered. With "-" for a target it
 * waits at argv[2] (ADDR:PORT; port 0 is any) for argv[3] messages, prints them and answers. */
#include "microsip.h"
#include <stdio.h>
#include <stdlib.h>

static int fail(microsip_id phone) {
  char why[300] = "";
  uint32_t needed;
  microsip_last_error(why, sizeof why, &needed);
  fprintf(stderr, "message: %s\n", why);
  microsip_destroy(phone);
  return 1;
}

static int take(microsip_id phone, int count) {
  microsip_event event;
  char from[256], body[1024];
  uint32_t needed;
  MICROSIP_ZERO(event);
  while (count > 0) {
    if (microsip_event_next(phone, &event, MICROSIP_FOREVER) < 0) return fail(phone);
    if (event.type != MICROSIP_EV_MESSAGE || event.state != MICROSIP_UNREAD) continue;
    if (microsip_text_get(phone, event.object, MICROSIP_TXT_REMOTE_URI, 0, from, sizeof from, &needed) != MICROSIP_OK) from[0] = 0;
    /* A body is bytes with a length, and no text with an end. */
    if (microsip_body_get(phone, event.object, body, sizeof body, &needed) != MICROSIP_OK) needed = 0;
    printf("%s: %.*s\n", from, (int)needed, body);
    if (microsip_message_answer(phone, event.object, 0) < 0) return fail(phone); /* 200; or it came too late for that */
    count--;
  }
  microsip_shutdown(phone, 2000); /* the last answer leaves first */
  while (microsip_event_next(phone, &event, MICROSIP_FOREVER) >= 0 && event.type != MICROSIP_EV_CLOSED) continue;
  microsip_destroy(phone);
  return 0;
}

int main(int argc, char **argv) {
  microsip_config config;
  microsip_event event;
  microsip_message message;
  microsip_addr at;
  microsip_id phone = 0;
  char reason[128];
  uint32_t needed;
  int waits = argc > 1 && strcmp(argv[1], "-") == 0, sent, refused = 0;
  if (argc < (waits ? 4 : 3)) return fprintf(stderr, "usage: message sip:user@host[:port] TEXT...\n       message - ADDR:PORT COUNT\n"), 2;
  MICROSIP_ZERO(config);
  MICROSIP_ZERO(event);
  MICROSIP_ZERO(message);
  config.flags = MICROSIP_NULL_AUDIO | MICROSIP_ALLOW_DIRECT; /* no sound card, no account: messages from anybody, too */
  if (waits) config.bind = argv[2];
  if (microsip_create(MICROSIP_ABI_VERSION, &config, &phone) < 0) return fail(phone);
  if (waits) {
    if (microsip_address_get(phone, MICROSIP_ADDRESS_V4, &at) == MICROSIP_OK)
      printf("waiting at %u.%u.%u.%u:%u\n", at.ip[0], at.ip[1], at.ip[2], at.ip[3], at.port);
    fflush(stdout);
    return take(phone, atoi(argv[3]));
  }
  message.uri = argv[1];
  for (sent = 2; sent < argc; sent++) {
    message.body = argv[sent];
    message.len = (uint32_t)strlen(argv[sent]);
    if (message.len == 0) message.body = NULL;
    /* They leave one after the other, in this order. The token comes back with the end of each. */
    if (microsip_message_send(phone, 0, &message, (uint64_t)sent, NULL) < 0) return fail(phone);
  }
  for (sent = 2; sent < argc;) {
    if (microsip_event_next(phone, &event, MICROSIP_FOREVER) < 0) return fail(phone);
    if (event.type != MICROSIP_EV_DONE || event.op != MICROSIP_OP_SEND) continue;
    if (microsip_text_get(phone, event.object, MICROSIP_TXT_REASON, 0, reason, sizeof reason, &needed) != MICROSIP_OK) reason[0] = 0;
    printf("\"%s\": SIP %u %s, %s\n", argv[event.token], (unsigned)event.sip_code, reason, microsip_strerror(event.result));
    refused += event.result != MICROSIP_OK;
    sent++;
  }
  microsip_destroy(phone);
  return refused ? 1 : 0;
}
