/* A telephone with an account: registers argv[1] (its password: PASSWORD in the environment), dials argv[2], prints the Contact of the answer,
 * puts the far end on hold for two seconds of the music argv[3], hangs up and takes its registration back. One thread. */
#include "microsip.h"
#include <stdio.h>
#include <stdlib.h>

enum { HOLD = 1, RESUME };

static int fail(microsip_id phone) {
  char why[300] = "";
  uint32_t needed;
  microsip_last_error(why, sizeof why, &needed);
  fprintf(stderr, "phone: %s\n", why);
  microsip_destroy(phone);
  return 1;
}

int main(int argc, char **argv) {
  microsip_config config;
  microsip_account account;
  microsip_event event;
  microsip_id phone = 0, me = 0, call = 0;
  uint64_t resume_at = 0; /* by the clock of events; 0: not on hold */
  uint32_t wait, needed;
  char contact[300];
  int32_t code;
  int well = 0;
  if (argc < 4) return fprintf(stderr, "usage: PASSWORD=… phone sip:me@domain sip:user@host MUSIC.wav\n"), 2;
  MICROSIP_ZERO(config);
  MICROSIP_ZERO(account);
  MICROSIP_ZERO(event);
  config.flags = MICROSIP_NULL_AUDIO; /* no sound card; strangers may not call */
  account.uri = argv[1];
  account.password = getenv("PASSWORD");
  if (microsip_create(MICROSIP_ABI_VERSION, &config, &phone) < 0 ||
      microsip_music_set(phone, MICROSIP_SELF, MICROSIP_MUSIC_FILE, argv[3]) < 0 || microsip_account_add(phone, &account, &me) < 0)
    return fail(phone);
  for (;;) {
    wait = resume_at == 0 ? MICROSIP_FOREVER : resume_at > event.time_us ? (uint32_t)((resume_at - event.time_us) / 1000) : 0;
    code = microsip_event_next(phone, &event, wait);
    if (code < 0) return fail(phone);
    if (code == MICROSIP_NOTHING) { /* the two seconds are over */
      resume_at = 0;
      if (microsip_hold(phone, call, 0, RESUME) < 0) return fail(phone);
    } else if (event.type == MICROSIP_EV_ACCOUNT && event.state == MICROSIP_REGISTERED && call == 0) {
      printf("registered\n");
      if (microsip_dial(phone, me, argv[2], NULL, &call) < 0) return fail(phone);
    } else if (event.type == MICROSIP_EV_ACCOUNT && event.state == MICROSIP_REG_FAILED && call == 0) {
      /* It is tried again after a while, but for a wrong password; here the first failure is the end. */
      fprintf(stderr, "phone: cannot register: SIP %u, %s\n", (unsigned)event.sip_code, microsip_strerror(event.result));
      microsip_shutdown(phone, 2000);
    } else if (event.type == MICROSIP_EV_CLOSED) {
      break;
    } else if (event.object != call) {
      continue;
    } else if (event.type == MICROSIP_EV_CALL && event.state == MICROSIP_CONNECTED) {
      if (microsip_header_get(phone, call, event.sip_code, "Contact", 0, contact, sizeof contact, &needed) == MICROSIP_OK)
        printf("the far end is at %s\n", contact);
      if (microsip_hold(phone, call, 1, HOLD) < 0) return fail(phone);
    } else if (event.type == MICROSIP_EV_DONE && event.token == HOLD && event.result == MICROSIP_OK) {
      printf("on hold\n");
      resume_at = event.time_us + 2000000;
    } else if (event.type == MICROSIP_EV_DONE) { /* it talks again, or would not be held */
      well = event.token == RESUME && event.result == MICROSIP_OK;
      microsip_hangup(phone, call, NULL);
    } else if (event.type == MICROSIP_EV_CALL && event.state == MICROSIP_ENDED) {
      resume_at = 0; /* the far end may hang up while it is held */
      printf("ended: SIP %u, %s\n", (unsigned)event.sip_code, microsip_strerror(event.result));
      microsip_shutdown(phone, 2000); /* the registration is taken back, then MICROSIP_EV_CLOSED comes */
    }
  }
  microsip_destroy(phone);
  return well ? 0 : 1;
}
