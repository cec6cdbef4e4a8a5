/* A phone for tests of transfers: it does what the lines of its standard input say, and prints what becomes of it.
 *
 *     transferring ADDR:PORT ask|follow|refuse [FILE.wav]
 *
 * The policy is for REFER and for Replaces. It answers each call, numbers them from 1 on, and plays the file in those that are up. Its lines:
 *     dial URI          calls
 *     transfer N URI    has the far end of call N call another
 *     join N M          has it take our place in call M
 *     follow            calls whom the last REFER names
 *     refuse CODE       refuses it
 *     hangup N, quit */
#include "microsip.h"
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static microsip_id phone, calls[64], refer;
static const char *file;

static void say(const char *what, int32_t result) {
  char why[300] = "";
  uint32_t needed;
  if (result >= 0) return;
  microsip_last_error(why, sizeof why, &needed);
  printf("failed %s: %s\n", what, why);
}

static int number_of(microsip_id call) {
  int n = 1;
  for (; n < 63 && calls[n] && calls[n] != call; n++) {}
  calls[n] = call;
  return n;
}

static microsip_id call_of(const char *text) {
  int n = text ? atoi(text) : 0;
  return n > 0 && n < 64 ? calls[n] : 0;
}

/* False: it is to end. */
static int obey(char *line) {
  char *word = strtok(line, " \r\n"), *first = strtok(NULL, " \r\n"), *second = strtok(NULL, " \r\n");
  microsip_options options;
  microsip_id call = 0;
  int32_t result = MICROSIP_OK;
  if (!word) return 1;
  MICROSIP_ZERO(options);
  if (!strcmp(word, "quit")) return 0;
  if (!strcmp(word, "dial")) result = microsip_dial(phone, 0, first, NULL, &call);
  if (!strcmp(word, "transfer")) result = microsip_transfer(phone, call_of(first), second, 0, NULL, 1);
  if (!strcmp(word, "join")) result = microsip_transfer(phone, call_of(first), NULL, call_of(second), NULL, 1);
  if (!strcmp(word, "hangup")) result = microsip_hangup(phone, call_of(first), NULL);
  if (!strcmp(word, "refuse")) result = microsip_message_answer(phone, refer, first ? (uint32_t)atoi(first) : 0);
  if (!strcmp(word, "follow")) {
    options.refer = refer;
    result = microsip_dial(phone, 0, NULL, &options, &call);
  }
  say(word, result);
  return 1;
}

static void tell(const microsip_event *event) {
  static const char *const states[] = {"none", "calling", "incoming", "early", "connected", "ended"};
  static const char *const steps[] = {"none", "pending", "trying", "ringing", "done", "failed"};
  microsip_sound sound;
  char uri[256] = "";
  uint32_t needed;
  if (event->type == MICROSIP_EV_CALL) {
    printf("call %d %s code=%u cause=%u\n", number_of(event->object), event->state < 6 ? states[event->state] : "?", (unsigned)event->sip_code, (unsigned)event->cause);
    if (event->state == MICROSIP_INCOMING) {
      int32_t result = microsip_answer(phone, event->object, 200, NULL);
      /* one that takes the place of another call is answered by itself */
      if (result != MICROSIP_E_STATE) say("answer", result);
    }
    if (event->state == MICROSIP_CONNECTED && file) {
      MICROSIP_ZERO(sound);
      sound.path = file;
      say("play", microsip_sound_play(phone, event->object, &sound, 0));
    }
  } else if (event->type == MICROSIP_EV_TRANSFER) {
    printf("transfer %d %s code=%u\n", number_of(event->object), event->state < 6 ? steps[event->state] : "?", (unsigned)event->sip_code);
  } else if (event->type == MICROSIP_EV_DONE && event->op == MICROSIP_OP_TRANSFER) {
    printf("done %s code=%u\n", event->result == MICROSIP_OK ? "well" : microsip_strerror(event->result), (unsigned)event->sip_code);
  } else if (event->type == MICROSIP_EV_REFER) {
    refer = event->object;
    say("refer", microsip_text_get(phone, refer, MICROSIP_TXT_REFER_TO, 0, uri, sizeof uri, &needed));
    printf("refer %s %s code=%u\n", event->state == MICROSIP_UNREAD ? "asks" : "over", uri, (unsigned)event->sip_code);
  }
}

int main(int argc, char **argv) {
  microsip_config config;
  microsip_event event;
  struct pollfd input = {0, POLLIN, 0};
  char line[512];
  int goes_on = 1;
  if (argc < 3) return fprintf(stderr, "usage: transferring ADDR:PORT ask|follow|refuse [FILE.wav]\n"), 2;
  file = argv[3];
  setvbuf(stdout, NULL, _IOLBF, 0);
  setvbuf(stdin, NULL, _IONBF, 0); /* poll knows nothing of what stdio has read */
  MICROSIP_ZERO(config);
  config.flags = MICROSIP_NULL_AUDIO | MICROSIP_ALLOW_DIRECT;
  config.bind = argv[1];
  config.refer = argv[2][0] == 'a' ? MICROSIP_POLICY_ASK : argv[2][0] == 'f' ? MICROSIP_POLICY_FOLLOW : MICROSIP_POLICY_REFUSE;
  config.replaces = config.refer;
  if (microsip_create(MICROSIP_ABI_VERSION, &config, &phone) < 0) return say("create", -1), 1;
  MICROSIP_ZERO(event);
  while (goes_on) {
    while (microsip_event_next(phone, &event, 20) == MICROSIP_OK) tell(&event);
    while (goes_on && poll(&input, 1, 0) > 0) goes_on = fgets(line, sizeof line, stdin) && obey(line);
  }
  microsip_destroy(phone);
  return 0;
}
