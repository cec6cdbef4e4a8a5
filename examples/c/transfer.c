/* Both ends of a transfer. With a URI as argv[1]: calls it, and once they talk has it call argv[2] instead, telling each step.
 * With an address (ADDR:PORT; port 0 is any): waits there for a call, calls whom that one asks for, and plays the WAV file
 * argv[2] to the new party. */
#include "microsip.h"
#include <stdio.h>

static microsip_id phone;

static int fail(void) {
  char why[300] = "";
  uint32_t needed;
  microsip_last_error(why, sizeof why, &needed);
  fprintf(stderr, "transfer: %s\n", why);
  microsip_destroy(phone);
  return 1;
}

/* We transfer. */
static int send_on(const char *uri, const char *to) {
  static const char *const steps[] = {"", "asked", "it calls the new party", "the new party rings", "they talk", "it failed"};
  microsip_event event;
  microsip_id call = 0;
  int done = 0;
  MICROSIP_ZERO(event);
  if (microsip_dial(phone, 0, uri, NULL, &call) < 0) return fail();
  for (;;) {
    if (microsip_event_next(phone, &event, MICROSIP_FOREVER) < 0) return fail();
    if (event.object != call) continue;
    if (event.type == MICROSIP_EV_CALL && event.state == MICROSIP_CONNECTED) {
      if (microsip_transfer(phone, call, to, 0, NULL, 1) < 0) return fail();
    } else if (event.type == MICROSIP_EV_TRANSFER) {
      printf("transfer: %s\n", event.state <= MICROSIP_TRANSFER_FAILED ? steps[event.state] : "");
    } else if (event.type == MICROSIP_EV_DONE && event.op == MICROSIP_OP_TRANSFER) {
      done = event.result == MICROSIP_OK;
      if (!done) {
        /* The call is as it was: a person could go on talking. */
        fprintf(stderr, "transfer: %s, SIP %u\n", microsip_strerror(event.result), (unsigned)event.sip_code);
        microsip_hangup(phone, call, NULL);
      }
    } else if (event.type == MICROSIP_EV_CALL && event.state == MICROSIP_ENDED) {
      break;
    }
  }
  /* The end of the command may come behind that of the call. */
  while (!done && microsip_event_next(phone, &event, 1000) == MICROSIP_OK) done = event.type == MICROSIP_EV_DONE && event.result == MICROSIP_OK;
  return done ? 0 : 1;
}

/* We are transferred. */
static int go_on(const char *file) {
  microsip_event event;
  microsip_sound sound;
  microsip_options options;
  microsip_id call = 0, next = 0;
  char uri[256];
  uint32_t needed;
  int played = 0;
  MICROSIP_ZERO(event);
  MICROSIP_ZERO(sound);
  MICROSIP_ZERO(options);
  sound.path = file;
  for (;;) {
    if (microsip_event_next(phone, &event, MICROSIP_FOREVER) < 0) return fail();
    if (event.type == MICROSIP_EV_CALL && event.state == MICROSIP_INCOMING) {
      call = event.object;
      microsip_answer(phone, call, 200, NULL);
    } else if (event.type == MICROSIP_EV_REFER && event.state == MICROSIP_UNREAD) {
      /* A person would be asked here; there are five seconds for it. microsip_message_answer refuses. */
      if (microsip_text_get(phone, event.object, MICROSIP_TXT_REFER_TO, 0, uri, sizeof uri, &needed) == MICROSIP_OK) printf("transferred to %s\n", uri);
      options.refer = event.object;
      if (microsip_dial(phone, 0, NULL, &options, &next) < 0) return fail();
    } else if (event.type == MICROSIP_EV_CALL && event.state == MICROSIP_CONNECTED && event.object == next) {
      if (microsip_sound_play(phone, next, &sound, 1) < 0) return fail();
    } else if (event.type == MICROSIP_EV_DONE) {
      played = event.result == MICROSIP_OK;
      microsip_hangup(phone, next, NULL);
    } else if (event.type == MICROSIP_EV_CALL && event.state == MICROSIP_ENDED && event.object == (next ? next : call)) {
      break;
    }
  }
  return played ? 0 : 1;
}

int main(int argc, char **argv) {
  microsip_config config;
  microsip_addr at;
  int code, calls;
  if (argc < 3) return fprintf(stderr, "usage: transfer sip:user@host[:port] sip:user@host[:port], or transfer ADDR:PORT FILE.wav\n"), 2;
  calls = argv[1][0] == 's' && argv[1][1] == 'i' && argv[1][2] == 'p';
  MICROSIP_ZERO(config);
  config.flags = MICROSIP_NULL_AUDIO | MICROSIP_ALLOW_DIRECT;
  config.refer = MICROSIP_POLICY_ASK; /* in direct calls it is refused otherwise: whoever calls would have us call anybody */
  if (!calls) config.bind = argv[1];
  if (microsip_create(MICROSIP_ABI_VERSION, &config, &phone) < 0) return fail();
  if (!calls && microsip_address_get(phone, MICROSIP_ADDRESS_V4, &at) == MICROSIP_OK)
    printf("waiting at %u.%u.%u.%u:%u\n", at.ip[0], at.ip[1], at.ip[2], at.ip[3], at.port);
  fflush(stdout);
  code = calls ? send_on(argv[1], argv[2]) : go_on(argv[2]);
  microsip_destroy(phone);
  return code;
}
