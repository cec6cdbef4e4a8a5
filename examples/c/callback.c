/* dial.c with callbacks: events come on a thread of the library's own, one at a time, and every function but destroy may be called inside. */
#define _POSIX_C_SOURCE 200809L
#include "microsip.h"
#include <stdio.h>
#include <unistd.h>

struct program {
  const char *wav;
  int result;
  int done[2]; /* a pipe: the callback tells main that the call is over */
};

static void complain(void) {
  char why[300] = "";
  uint32_t needed;
  microsip_last_error(why, sizeof why, &needed);
  fprintf(stderr, "callback: %s\n", why);
}

static void MICROSIP_CALL on_event(void *user, const microsip_event *event) {
  struct program *program = user;
  if (event->type == MICROSIP_EV_DONE && event->op == MICROSIP_OP_PLAY) {
    if (event->result == MICROSIP_OK) program->result = 0;
    microsip_hangup(event->phone, event->object, NULL);
  } else if (event->type == MICROSIP_EV_CALL && event->state == MICROSIP_CONNECTED) {
    microsip_sound sound;
    MICROSIP_ZERO(sound);
    sound.path = program->wav;
    if (microsip_sound_play(event->phone, event->object, &sound, 1) < 0) {
      complain();
      microsip_hangup(event->phone, event->object, NULL);
    }
  } else if (event->type == MICROSIP_EV_CALL && event->state == MICROSIP_ENDED) {
    printf("ended: SIP %u, %s\n", (unsigned)event->sip_code, microsip_strerror(event->result));
    if (write(program->done[1], "", 1) != 1) program->result = 1;
  }
}

int main(int argc, char **argv) {
  struct program program;
  microsip_config config;
  microsip_id phone = 0, call = 0;
  char byte;
  if (argc < 3) return fprintf(stderr, "usage: callback sip:user@host[:port] FILE.wav\n"), 2;
  program.wav = argv[2];
  program.result = 1;
  if (pipe(program.done) != 0) return perror("callback: pipe"), 1;
  MICROSIP_ZERO(config);
  config.flags = MICROSIP_NULL_AUDIO | MICROSIP_ALLOW_DIRECT;
  config.on_event = on_event;
  config.event_size = sizeof(microsip_event);
  config.event_user = &program;
  if (microsip_create(MICROSIP_ABI_VERSION, &config, &phone) < 0 || microsip_dial(phone, 0, argv[1], NULL, &call) < 0) {
    complain();
    microsip_destroy(phone);
    return 1;
  }
  if (read(program.done[0], &byte, 1) != 1) program.result = 1;
  microsip_destroy(phone); /* waits for a running callback, so `program` may go now */
  return program.result;
}
