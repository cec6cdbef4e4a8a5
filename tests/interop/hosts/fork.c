/* The proxy argv[1] forks calls for the user two to two phones, and stays on the way: each of them takes a call, the other one is told that it was
 * answered elsewhere; hold, resume and BYE go by the recorded route from either side; one is busy, both are, both answer at once. */
#include "host.h"

#define PHONES 3 /* 0: the caller; 1 and 2: the phones of the user two */
#define HEARD 10

static microsip_id phone[PHONES], account[PHONES], call[PHONES];
/* The last event of each phone's call, and the last command's. */
static microsip_event at[PHONES], done[PHONES];
static unsigned registered;

static void told(unsigned n, const microsip_event *event) {
  if (event->type == MICROSIP_EV_ACCOUNT) {
    CHECK(event->state != MICROSIP_REG_FAILED, "phone %u is not registered: %u", n, event->sip_code);
    registered += event->state == MICROSIP_REGISTERED;
  }
  if (event->type == MICROSIP_EV_DONE) done[n] = *event;
  if (event->type != MICROSIP_EV_CALL) return;
  CHECK(!call[n] || call[n] == event->object, "phone %u has a second call", n);
  call[n] = event->object;
  at[n] = *event;
}

static void turn(double since, const char *what) {
  CHECK(seconds() - since < PATIENCE_S, "%s: states %u, %u, %u", what, at[0].state, at[1].state, at[2].state);
  events(phone, PHONES, 50, told);
}

static void wait_state(unsigned n, uint32_t state, const char *what) {
  double since = seconds();
  while (at[n].state != state) {
    CHECK(at[n].state != MICROSIP_ENDED, "%s: phone %u has ended with %u", what, n, at[n].sip_code);
    turn(since, what);
  }
}

static void wait_voice(unsigned n, const char *what) {
  double since = seconds();
  uint64_t before = received(phone[n], call[n]);
  while (received(phone[n], call[n]) < before + HEARD) turn(since, what);
}

/* Phone 0 calls the two; both ring. */
static void ring(void) {
  unsigned n;
  memset(call, 0, sizeof call);
  memset(at, 0, sizeof at);
  CHECK(microsip_dial(phone[0], account[0], "sip:two@" DOMAIN, NULL, &call[0]) == MICROSIP_OK, "no dial");
  for (n = 1; n < PHONES; n++) {
    wait_state(n, MICROSIP_INCOMING, "both are to ring");
    CHECK(microsip_answer(phone[n], call[n], 180, NULL) == MICROSIP_OK, "no 180");
  }
  wait_state(0, MICROSIP_EARLY, "the caller is to hear that it rings");
}

static void release(void) {
  unsigned n;
  for (n = 0; n < PHONES; n++)
    if (call[n]) CHECK(microsip_id_release(phone[n], call[n]) == MICROSIP_OK, "phone %u: its call is not to be released", n);
}

/* A hold by one end, that the other sees; and its end. */
static void hold(unsigned by, unsigned other) {
  uint32_t on;
  for (on = 1; on != UINT32_MAX; on--) {
    double since = seconds();
    memset(&done[by], 0, sizeof done[by]);
    CHECK(microsip_hold(phone[by], call[by], on, 9) == MICROSIP_OK, "no hold");
    while (!done[by].token) turn(since, "a hold is to be answered");
    CHECK(done[by].result == MICROSIP_OK, "phone %u: hold %u ended with %u", by, on, done[by].sip_code);
    while ((info_of(phone[other], call[other]).media & MICROSIP_MEDIA_HELD) != (on ? MICROSIP_MEDIA_HELD : 0)) turn(since, "the other end is to see the hold");
  }
}

static void ends(unsigned by, unsigned other) {
  double since = seconds();
  CHECK(microsip_hangup(phone[by], call[by], NULL) == MICROSIP_OK, "no hang-up");
  while (at[by].state != MICROSIP_ENDED || at[other].state != MICROSIP_ENDED) turn(since, "both are to end");
  CHECK(at[by].cause == MICROSIP_CAUSE_NORMAL && at[by].ended_by == MICROSIP_BY_APPLICATION, "phone %u: cause %u, by %u", by, at[by].cause, at[by].ended_by);
  CHECK(at[other].cause == MICROSIP_CAUSE_NORMAL && at[other].ended_by == MICROSIP_BY_REMOTE, "phone %u: cause %u, by %u", other, at[other].cause, at[other].ended_by);
  release();
}

static void taken_by(unsigned winner, unsigned ender) {
  unsigned loser = PHONES - winner;
  double since = seconds();
  ring();
  CHECK(microsip_answer(phone[winner], call[winner], 200, NULL) == MICROSIP_OK, "no answer");
  wait_state(0, MICROSIP_CONNECTED, "the caller is to be connected");
  wait_state(winner, MICROSIP_CONNECTED, "the phone that answers is to be connected");
  while (at[loser].state != MICROSIP_ENDED) turn(since, "the other phone's call is to end");
  CHECK(at[loser].cause == MICROSIP_CAUSE_ELSEWHERE && at[loser].ended_by == MICROSIP_BY_REMOTE, "the other phone: cause %u (elsewhere is %d), by %u", at[loser].cause,
        MICROSIP_CAUSE_ELSEWHERE, at[loser].ended_by);
  hold(0, winner);
  hold(winner, 0);
  wait_voice(0, "the caller is to hear");
  wait_voice(winner, "the phone that answered is to hear");
  ends(ender ? winner : 0, ender ? 0 : winner);
}

static void busy(void) {
  unsigned n;
  double since = seconds();
  ring();
  CHECK(microsip_reject(phone[1], call[1], 486, NULL) == MICROSIP_OK, "no 486");
  CHECK(microsip_answer(phone[2], call[2], 200, NULL) == MICROSIP_OK, "no answer");
  wait_state(0, MICROSIP_CONNECTED, "one is busy, the other answers");
  wait_state(2, MICROSIP_CONNECTED, "one is busy, the other answers");
  wait_voice(0, "the caller is to hear");
  ends(2, 0);
  ring();
  for (n = 1; n < PHONES; n++) CHECK(microsip_reject(phone[n], call[n], 486, NULL) == MICROSIP_OK, "no 486");
  for (since = seconds(); at[0].state != MICROSIP_ENDED;) turn(since, "both are busy");
  CHECK(at[0].sip_code == 486 && at[0].cause == MICROSIP_CAUSE_BUSY, "both are busy: %u, cause %u", at[0].sip_code, at[0].cause);
  release();
}

/* Both answer at once: one of them keeps the call, whichever; the caller ends the other's (RFC 3261 §13.2.2.4). */
static void both_answer(void) {
  unsigned winner, loser;
  double since;
  ring();
  CHECK(microsip_answer(phone[1], call[1], 200, NULL) == MICROSIP_OK && microsip_answer(phone[2], call[2], 200, NULL) == MICROSIP_OK, "no answer");
  wait_state(0, MICROSIP_CONNECTED, "both answer, the caller is to be connected");
  for (since = seconds(); at[1].state != MICROSIP_ENDED && at[2].state != MICROSIP_ENDED;) turn(since, "both answered, one is to be ended");
  winner = at[1].state == MICROSIP_ENDED ? 2 : 1, loser = PHONES - winner;
  wait_state(winner, MICROSIP_CONNECTED, "both answered, one is to stay");
  wait_voice(0, "the caller is to hear");
  wait_voice(winner, "the one that stays is to hear");
  CHECK(at[loser].ended_by == MICROSIP_BY_REMOTE, "the one that was ended: by %u", at[loser].ended_by);
  ends(0, winner);
}

int main(int argc, char **argv) {
  unsigned n;
  double since = seconds();
  if (argc < 2) return fprintf(stderr, "usage: fork ADDR:PORT\n"), 2;
  for (n = 0; n < PHONES; n++) phone[n] = phone_at(argv[1], n ? "two" : "one", 4, NULL, &account[n]);
  while (registered < PHONES) turn(since, "all are to register");
  for (n = 0; n < 4; n++) taken_by(1 + n % 2, n / 2);
  busy();
  for (n = 0; n < 5; n++) both_answer();
  for (n = 0; n < PHONES; n++) {
    microsip_info info;
    MICROSIP_ZERO(info);
    CHECK(microsip_info_get(phone[n], &info) == MICROSIP_OK && info.calls == 0, "phone %u has %u calls left", n, info.calls);
    microsip_destroy(phone[n]);
  }
  return 0;
}
