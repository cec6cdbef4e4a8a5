/* Transfers among three phones of one process, each role; and calls that take the place of another. */
#include "microsip.h"
#include <stdio.h>

static int failed;
static char text[400];
static uint32_t n;
#define CHECK(what) do { if (!(what)) { char why[300]; uint32_t m = 0; failed = 1; microsip_last_error(why, sizeof why, &m); \
  fprintf(stderr, "%s:%d: %s\n  text: %s\n  last error: %s\n", __FILE__, __LINE__, #what, text, why); } } while (0)

static microsip_id a, b, c;
static char uri[3][64];

/* The next event of this type and, where it is not 0, this state; those before it are let go. */
static microsip_event until(microsip_id phone, uint32_t type, uint32_t state) {
  microsip_event ev;
  MICROSIP_ZERO(ev);
  while (microsip_event_next(phone, &ev, 60000) == MICROSIP_OK)
    if (ev.type == type && (state == 0 || ev.state == state)) return ev;
  fprintf(stderr, "no event %u of state %u came\n", (unsigned)type, (unsigned)state);
  failed = 1;
  MICROSIP_ZERO(ev);
  return ev;
}

static microsip_call_info info_of(microsip_id phone, microsip_id call) {
  microsip_call_info info;
  MICROSIP_ZERO(info);
  CHECK(microsip_call_info_get(phone, call, &info) == MICROSIP_OK);
  return info;
}

static int text_is(microsip_id phone, microsip_id object, uint32_t which, const char *value) {
  return microsip_text_get(phone, object, which, 0, text, sizeof text, &n) == MICROSIP_OK && strcmp(text, value) == 0;
}

static int error_names(const char *what) {
  microsip_last_error(text, sizeof text, &n);
  return strstr(text, what) != NULL;
}

static microsip_options options(void) {
  microsip_options o;
  MICROSIP_ZERO(o);
  o.source = MICROSIP_SRC_SILENCE;
  return o;
}

/* The call that comes in there is answered; gives it. */
static microsip_id answered(microsip_id phone) {
  microsip_options o = options();
  microsip_id call = until(phone, MICROSIP_EV_CALL, MICROSIP_INCOMING).object;
  CHECK(microsip_answer(phone, call, 200, &o) == MICROSIP_OK);
  CHECK(until(phone, MICROSIP_EV_CALL, MICROSIP_CONNECTED).object == call);
  return call;
}

/* A call from one phone to another, which is up on both sides. */
static microsip_id connect(microsip_id from, microsip_id to, const char *target, microsip_id *there) {
  microsip_options o = options();
  microsip_id call = 0;
  CHECK(microsip_dial(from, 0, target, &o, &call) == MICROSIP_OK);
  *there = answered(to);
  CHECK(until(from, MICROSIP_EV_CALL, MICROSIP_CONNECTED).object == call);
  return call;
}

/* A call has ended so. */
static void ends(microsip_id phone, microsip_id call, uint32_t cause, uint32_t by) {
  microsip_event ev = until(phone, MICROSIP_EV_CALL, MICROSIP_ENDED);
  CHECK(ev.object == call && ev.cause == cause && ev.ended_by == by);
}

static void hang_up(microsip_id phone, microsip_id call, microsip_id other, microsip_id there) {
  CHECK(microsip_hangup(phone, call, NULL) == MICROSIP_OK);
  ends(phone, call, MICROSIP_CAUSE_NORMAL, MICROSIP_BY_APPLICATION);
  ends(other, there, MICROSIP_CAUSE_NORMAL, MICROSIP_BY_REMOTE);
}

/* a and b talk; a has b call c, step by step. */
static void blind(void) {
  microsip_id at_b, at_c, new_b, up = connect(a, b, uri[1], &at_b);
  microsip_options o = options();
  microsip_message_info message;
  microsip_event ev;
  microsip_id refer;

  CHECK(info_of(a, up).transfer == 0);
  CHECK(microsip_text_get(a, up, MICROSIP_TXT_REPLACES, 0, text, sizeof text, &n) == MICROSIP_OK && strstr(text, ";to-tag=") && strstr(text, ";from-tag="));
  CHECK(microsip_transfer(a, up, uri[2], 0, NULL, 71) == MICROSIP_OK);
  CHECK(info_of(a, up).transfer == MICROSIP_TRANSFER_PENDING);
  CHECK(microsip_transfer(a, up, uri[2], 0, NULL, 72) == MICROSIP_E_STATE && error_names("is being transferred"));
  ev = until(b, MICROSIP_EV_REFER, 0);
  refer = ev.object;
  CHECK(ev.state == MICROSIP_UNREAD && ev.owner == at_b && MICROSIP_KIND(refer) == MICROSIP_KIND_MESSAGE && ev.result == MICROSIP_OK);
  MICROSIP_ZERO(message);
  CHECK(microsip_message_info_get(b, refer, &message) == MICROSIP_OK && message.refer == 1 && message.incoming == 1 && message.call == at_b && message.state == MICROSIP_UNREAD);
  CHECK(text_is(b, refer, MICROSIP_TXT_REFER_TO, uri[2]));
  CHECK(microsip_text_get(b, refer, MICROSIP_TXT_REFERRED_BY, 0, text, sizeof text, &n) == MICROSIP_OK && strncmp(text, "sip:", 4) == 0);
  CHECK(microsip_text_get(b, refer, MICROSIP_TXT_REPLACES, 0, text, sizeof text, &n) == MICROSIP_NOTHING);
  CHECK(microsip_header_get(b, refer, MICROSIP_FIRST, "Refer-To", 0, text, sizeof text, &n) == MICROSIP_OK);
  CHECK(microsip_message_answer(b, refer, 202) == MICROSIP_E_ARG && error_names("microsip_dial"));
  o.refer = refer;
  o.replaces = at_b;
  CHECK(microsip_dial(b, 0, NULL, &o, &new_b) == MICROSIP_E_ARG && error_names("o->refer, o->replaces"));
  o.replaces = 0;
  o.tag = 5;
  CHECK(microsip_dial(b, 0, NULL, &o, &new_b) == MICROSIP_OK);
  CHECK(info_of(b, new_b).refer == refer && info_of(b, new_b).tag == 5);
  CHECK(text_is(b, new_b, MICROSIP_TXT_REMOTE_URI, uri[2]));
  CHECK(microsip_message_info_get(b, refer, &message) == MICROSIP_OK && message.state == MICROSIP_OVER && message.sip_code == 200);
  CHECK(microsip_dial(b, 0, NULL, &o, &new_b) == MICROSIP_E_STATE && error_names("MICROSIP_UNREAD"));
  ev = until(a, MICROSIP_EV_TRANSFER, MICROSIP_TRANSFER_RINGING);
  CHECK(ev.object == up && ev.token == 71 && ev.sip_code == 180 && ev.result == MICROSIP_OK);
  at_c = answered(c);
  CHECK(microsip_header_get(c, at_c, MICROSIP_INVITE, "Referred-By", 0, text, sizeof text, &n) == MICROSIP_OK);
  /* the end of the command, that of the transfer and that of the call, whatever comes first */
  {
    int done = 0, over = 0, gone = 0;
    while (!(done && over && gone) && !failed) {
      MICROSIP_ZERO(ev);
      CHECK(microsip_event_next(a, &ev, 60000) == MICROSIP_OK);
      if (ev.type == MICROSIP_EV_DONE) {
        CHECK(!done && ev.op == MICROSIP_OP_TRANSFER && ev.token == 71 && ev.result == MICROSIP_OK && ev.object == up);
        done = 1;
      } else if (ev.type == MICROSIP_EV_TRANSFER) {
        CHECK(ev.state == MICROSIP_TRANSFER_DONE && ev.sip_code == 200 && ev.token == 71 && ev.cause == 0);
        over = 1;
      } else if (ev.type == MICROSIP_EV_CALL) {
        CHECK(ev.state == MICROSIP_ENDED && ev.cause == MICROSIP_CAUSE_TRANSFERRED && ev.ended_by == MICROSIP_BY_APPLICATION);
        gone = 1;
      }
    }
  }
  CHECK(info_of(a, up).transfer == MICROSIP_TRANSFER_DONE);
  ends(b, at_b, MICROSIP_CAUSE_NORMAL, MICROSIP_BY_REMOTE);
  CHECK(info_of(b, new_b).state == MICROSIP_CONNECTED);
  hang_up(b, new_b, c, at_c);
}

/* What is refused gives the call back. */
static void refused(void) {
  microsip_id at_b, up = connect(a, b, uri[1], &at_b), refer;
  microsip_options o = options();
  microsip_id call = 0;
  microsip_event ev;

  CHECK(microsip_transfer(a, up, uri[2], 0, NULL, 73) == MICROSIP_OK);
  refer = until(b, MICROSIP_EV_REFER, MICROSIP_UNREAD).object;
  CHECK(microsip_message_answer(b, refer, 0) == MICROSIP_OK);
  o.refer = refer;
  CHECK(microsip_dial(b, 0, NULL, &o, &call) == MICROSIP_E_STATE);
  ev = until(a, MICROSIP_EV_TRANSFER, MICROSIP_TRANSFER_FAILED);
  CHECK(ev.sip_code == 603 && ev.result == MICROSIP_E_REFUSED && ev.cause == MICROSIP_CAUSE_DECLINED && ev.ended_by == MICROSIP_BY_REMOTE && ev.token == 73);
  CHECK(info_of(a, up).state == MICROSIP_CONNECTED && info_of(a, up).transfer == MICROSIP_TRANSFER_FAILED);
  /* another status, and without a token its failure is told all the same */
  CHECK(microsip_transfer(a, up, uri[2], 0, NULL, 0) == MICROSIP_OK);
  refer = until(b, MICROSIP_EV_REFER, MICROSIP_UNREAD).object;
  CHECK(microsip_message_answer(b, refer, 404) == MICROSIP_OK);
  do ev = until(a, MICROSIP_EV_DONE, 0);
  while (ev.token == 73);
  CHECK(ev.token == 0 && ev.op == MICROSIP_OP_TRANSFER && ev.sip_code == 404 && ev.cause == MICROSIP_CAUSE_NOT_FOUND);
  /* nobody says anything: refused by the library after five seconds */
  CHECK(microsip_transfer(a, up, uri[2], 0, NULL, 74) == MICROSIP_OK);
  refer = until(b, MICROSIP_EV_REFER, MICROSIP_UNREAD).object;
  ev = until(b, MICROSIP_EV_REFER, MICROSIP_OVER);
  CHECK(ev.object == refer && ev.result == MICROSIP_E_TIMEOUT && ev.sip_code == 480);
  CHECK(until(a, MICROSIP_EV_TRANSFER, MICROSIP_TRANSFER_FAILED).sip_code == 480);
  hang_up(a, up, b, at_b);
}

/* The acceptance is the end. */
static void without_progress(void) {
  microsip_id at_b, at_c, new_b, up = connect(a, b, uri[1], &at_b);
  microsip_options o, with = options();
  microsip_event ev;

  MICROSIP_ZERO(o);
  o.no_progress = MICROSIP_ON;
  o.headers = "X-Why: lunch\r\n";
  CHECK(microsip_transfer(a, up, uri[2], 0, &o, 75) == MICROSIP_OK);
  with.refer = until(b, MICROSIP_EV_REFER, MICROSIP_UNREAD).object;
  CHECK(microsip_header_get(b, with.refer, MICROSIP_FIRST, "X-Why", 0, text, sizeof text, &n) == MICROSIP_OK && strcmp(text, "lunch") == 0);
  CHECK(microsip_dial(b, 0, uri[2], &with, &new_b) == MICROSIP_OK);
  ev = until(a, MICROSIP_EV_DONE, 0);
  CHECK(ev.token == 75 && ev.result == MICROSIP_OK && ev.sip_code == 200);
  at_c = answered(c);
  ends(b, at_b, MICROSIP_CAUSE_NORMAL, MICROSIP_BY_REMOTE);
  hang_up(c, at_c, b, new_b);
}

/* a talks to b and to c, and brings them together: c's call with a gives its place to b's. */
static void attended(void) {
  microsip_id at_b, at_c, new_b, new_c, to_b = connect(a, b, uri[1], &at_b), to_c = connect(a, c, uri[2], &at_c);
  microsip_options o = options();
  microsip_event ev;
  int both = 0;

  CHECK(microsip_transfer(a, to_b, NULL, to_c, NULL, 76) == MICROSIP_OK);
  o.refer = until(b, MICROSIP_EV_REFER, MICROSIP_UNREAD).object;
  CHECK(microsip_text_get(b, o.refer, MICROSIP_TXT_REPLACES, 0, text, sizeof text, &n) == MICROSIP_OK && strstr(text, ";to-tag="));
  CHECK(microsip_dial(b, 0, NULL, &o, &new_b) == MICROSIP_OK);
  /* followed, by c's policy: nobody is asked, and it does not ring */
  ev = until(c, MICROSIP_EV_CALL, MICROSIP_CONNECTED);
  new_c = ev.object;
  CHECK(new_c != at_c && info_of(c, new_c).replaces == at_c && info_of(c, new_c).source == MICROSIP_SRC_SILENCE);
  ends(c, at_c, MICROSIP_CAUSE_REPLACED, MICROSIP_BY_REMOTE);
  while (both < 2 && !failed) {
    ev = until(a, MICROSIP_EV_CALL, MICROSIP_ENDED);
    CHECK(ev.cause == MICROSIP_CAUSE_TRANSFERRED && (ev.object == to_b || ev.object == to_c));
    both++;
  }
  ends(b, at_b, MICROSIP_CAUSE_NORMAL, MICROSIP_BY_REMOTE);
  hang_up(b, new_b, c, new_c);
}

/* A call of a's in the place of another, to the same far end; and one that is picked up by its name. */
static void in_place(void) {
  microsip_id at_b, new_b, new_a, picked, up = connect(a, b, uri[1], &at_b);
  microsip_options o = options();
  char name[400];

  o.replaces = up;
  CHECK(microsip_dial(a, 0, NULL, &o, &new_a) == MICROSIP_OK);
  new_b = until(b, MICROSIP_EV_CALL, MICROSIP_CONNECTED).object;
  CHECK(info_of(b, new_b).replaces == at_b);
  ends(b, at_b, MICROSIP_CAUSE_REPLACED, MICROSIP_BY_REMOTE);
  ends(a, up, MICROSIP_CAUSE_NORMAL, MICROSIP_BY_REMOTE);
  CHECK(info_of(a, new_a).state == MICROSIP_CONNECTED);
  /* a tells c the name of its call, by which c takes it over at b */
  CHECK(microsip_text_get(a, new_a, MICROSIP_TXT_REPLACES, 0, name, sizeof name, &n) == MICROSIP_OK);
  o.replaces = 0;
  o.pickup = name;
  CHECK(microsip_dial(c, 0, NULL, &o, &picked) == MICROSIP_E_NULL && error_names("uri"));
  CHECK(microsip_dial(c, 0, uri[1], &o, &picked) == MICROSIP_OK);
  at_b = until(b, MICROSIP_EV_CALL, MICROSIP_CONNECTED).object;
  ends(b, new_b, MICROSIP_CAUSE_REPLACED, MICROSIP_BY_REMOTE);
  ends(a, new_a, MICROSIP_CAUSE_NORMAL, MICROSIP_BY_REMOTE);
  CHECK(until(c, MICROSIP_EV_CALL, MICROSIP_CONNECTED).object == picked);
  hang_up(c, picked, b, at_b);
  /* it is gone */
  CHECK(microsip_text_get(a, new_a, MICROSIP_TXT_REPLACES, 0, name, sizeof name, &n) == MICROSIP_NOTHING);
  CHECK(microsip_dial(c, 0, uri[1], &o, &picked) == MICROSIP_OK);
  CHECK(until(c, MICROSIP_EV_CALL, MICROSIP_ENDED).result == MICROSIP_E_REFUSED && info_of(c, picked).sip_code >= 400);
  o.pickup = "nobody";
  CHECK(microsip_dial(c, 0, uri[1], &o, &picked) == MICROSIP_E_TEXT && error_names("o->pickup"));
}

static microsip_id phone_of(const microsip_config *config, char *name) {
  microsip_id phone = 0;
  microsip_addr addr;
  CHECK(microsip_create(MICROSIP_ABI_VERSION, config, &phone) == MICROSIP_OK);
  CHECK(microsip_address_get(phone, MICROSIP_ADDRESS_V4, &addr) == MICROSIP_OK);
  snprintf(name, 64, "sip:box@127.0.0.1:%u", (unsigned)addr.port);
  return phone;
}

int main(void) {
  microsip_config config;
  microsip_event ev;
  microsip_id up, at_b, at_c, new_c, new_a;
  microsip_options o = options();

  if (!(microsip_features() & MICROSIP_HAS_REFER)) return 1;
  MICROSIP_ZERO(config);
  config.flags = MICROSIP_NULL_AUDIO | MICROSIP_ALLOW_DIRECT;
  config.bind = "127.0.0.1:0";
  config.refer = 4;
  CHECK(microsip_create(MICROSIP_ABI_VERSION, &config, &a) == MICROSIP_E_ARG && error_names("config->refer"));
  config.refer = MICROSIP_POLICY_ASK;
  config.replaces = 4;
  CHECK(microsip_create(MICROSIP_ABI_VERSION, &config, &a) == MICROSIP_E_ARG && error_names("config->replaces"));
  config.replaces = MICROSIP_POLICY_FOLLOW;
  a = phone_of(&config, uri[0]);
  b = phone_of(&config, uri[1]);
  c = phone_of(&config, uri[2]);
  blind();
  refused();
  without_progress();
  attended();
  in_place();
  CHECK(microsip_destroy(b) == MICROSIP_OK && microsip_destroy(c) == MICROSIP_OK);

  /* b follows by its policy; c asks who is to take a place */
  config.refer = MICROSIP_POLICY_FOLLOW;
  b = phone_of(&config, uri[1]);
  config.replaces = MICROSIP_POLICY_ASK;
  c = phone_of(&config, uri[2]);
  up = connect(a, b, uri[1], &at_b);
  new_a = connect(a, c, uri[2], &at_c);
  CHECK(microsip_transfer(a, up, NULL, new_a, NULL, 77) == MICROSIP_OK);
  ev = until(b, MICROSIP_EV_REFER, 0);
  CHECK(ev.state == MICROSIP_OVER && ev.sip_code == 200 && ev.result == MICROSIP_OK);
  new_c = until(c, MICROSIP_EV_CALL, MICROSIP_INCOMING).object;
  CHECK(info_of(c, new_c).replaces == at_c && info_of(c, at_c).state == MICROSIP_CONNECTED);
  CHECK(microsip_answer(c, new_c, 200, &o) == MICROSIP_OK);
  ends(c, at_c, MICROSIP_CAUSE_REPLACED, MICROSIP_BY_REMOTE);
  ev = until(a, MICROSIP_EV_DONE, 0);
  CHECK(ev.token == 77 && ev.result == MICROSIP_OK);
  CHECK(microsip_destroy(b) == MICROSIP_OK && microsip_destroy(c) == MICROSIP_OK);

  /* the library's defaults: a host that knows nothing of this follows no stranger, and gives no call away */
  config.refer = config.replaces = 0;
  b = phone_of(&config, uri[1]);
  up = connect(a, b, uri[1], &at_b);
  CHECK(microsip_transfer(a, up, uri[0], 0, NULL, 78) == MICROSIP_OK);
  ev = until(b, MICROSIP_EV_REFER, 0);
  CHECK(ev.state == MICROSIP_OVER && ev.sip_code == 603 && ev.result == MICROSIP_E_REFUSED);
  CHECK(until(a, MICROSIP_EV_TRANSFER, MICROSIP_TRANSFER_FAILED).sip_code == 603);
  o.replaces = up;
  CHECK(microsip_dial(a, 0, NULL, &o, &new_a) == MICROSIP_OK);
  ev = until(a, MICROSIP_EV_CALL, MICROSIP_ENDED);
  CHECK(ev.object == new_a && ev.sip_code == 603 && info_of(a, up).state == MICROSIP_CONNECTED && info_of(b, at_b).state == MICROSIP_CONNECTED);
  CHECK(microsip_destroy(a) == MICROSIP_OK && microsip_destroy(b) == MICROSIP_OK);
  printf(failed ? "FAILED\n" : "ok\n");
  return failed;
}
