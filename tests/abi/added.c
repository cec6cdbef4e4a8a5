/* Additions of the application to an answer, a refusal and an end, and what the far end reads of them. */
#include "microsip.h"
#include <stdio.h>

static int failed;
static char text[400];
static uint32_t n;
#define CHECK(what) do { if (!(what)) { char why[300]; uint32_t m = 0; failed = 1; microsip_last_error(why, sizeof why, &m); \
  fprintf(stderr, "%s:%d: %s\n  text: %s\n  last error: %s\n", __FILE__, __LINE__, #what, text, why); } } while (0)

static microsip_id a, b, out, in;
static char uri[64];

/* Waits for a call to reach a state. */
static microsip_event until(microsip_id phone, uint32_t state) {
  microsip_event ev;
  MICROSIP_ZERO(ev);
  while (microsip_event_next(phone, &ev, 60000) == MICROSIP_OK)
    if (ev.type == MICROSIP_EV_CALL && ev.state == state) return ev;
  fprintf(stderr, "no state %u came\n", (unsigned)state);
  failed = 1;
  MICROSIP_ZERO(ev);
  return ev;
}

/* A dials b, whose phone rings. */
static void ring(void) {
  CHECK(microsip_dial(a, 0, uri, NULL, &out) == MICROSIP_OK);
  in = until(b, MICROSIP_INCOMING).object;
}

static int header_is(microsip_id phone, microsip_id call, const char *name, const char *value) {
  return microsip_header_get(phone, call, MICROSIP_LAST, name, 0, text, sizeof text, &n) == MICROSIP_OK && strcmp(text, value) == 0;
}

/* Of any message that came. */
static int message_is(microsip_id phone, microsip_id call, uint32_t which, const char *name, const char *value) {
  return microsip_header_get(phone, call, which, name, 0, text, sizeof text, &n) == MICROSIP_OK && strcmp(text, value) == 0;
}

static int text_is(microsip_id phone, microsip_id call, uint32_t which, const char *value) {
  return microsip_text_get(phone, call, which, 0, text, sizeof text, &n) == MICROSIP_OK && strcmp(text, value) == 0;
}

static int error_names(const char *what) {
  microsip_last_error(text, sizeof text, &n);
  return strstr(text, what) != NULL;
}

int main(void) {
  microsip_config c;
  microsip_options o;
  microsip_addr addr;
  microsip_event ev;
  uint64_t features = microsip_features();

  MICROSIP_ZERO(c);
  c.flags = MICROSIP_NULL_AUDIO | MICROSIP_ALLOW_DIRECT;
  c.bind = "127.0.0.1:0";
  CHECK(microsip_create(MICROSIP_ABI_VERSION, &c, &a) == MICROSIP_OK);
  CHECK(microsip_create(MICROSIP_ABI_VERSION, &c, &b) == MICROSIP_OK);
  CHECK(microsip_address_get(b, MICROSIP_ADDRESS_V4, &addr) == MICROSIP_OK);
  snprintf(uri, sizeof uri, "sip:bob@127.0.0.1:%u", (unsigned)addr.port);
  if (!(features & MICROSIP_HAS_IDENTITY)) { printf("ok\n"); return 0; }

  /* an answer and a BYE */
  ring();
  MICROSIP_ZERO(o);
  o.headers = "X-Step: 1";
  CHECK(microsip_answer(b, in, 200, &o) == MICROSIP_E_TEXT && error_names("o->headers"));
  o.headers = "CSeq: 1 INVITE\r\n";
  CHECK(microsip_answer(b, in, 200, &o) == MICROSIP_E_TEXT && error_names("o->headers"));
  o.headers = NULL;
  o.reason = "because";
  CHECK(microsip_answer(b, in, 200, &o) == MICROSIP_E_ARG);
  MICROSIP_ZERO(o);
  o.headers = "X-Step: 1\r\nX-More: a, b\r\n";
  CHECK(microsip_answer(b, in, 200, &o) == MICROSIP_OK);
  until(a, MICROSIP_CONNECTED);
  CHECK(header_is(a, out, "x-step", "1") && header_is(a, out, "X-More", "a, b"));
  CHECK(message_is(a, out, 200, "X-Step", "1") && message_is(a, out, 180, "CSeq", "1 INVITE"));
  CHECK(message_is(a, out, 200, "", "SIP/2.0 200 OK"));
  until(b, MICROSIP_CONNECTED);
  CHECK(microsip_identify(b, in, "", 5) == MICROSIP_E_URI && error_names("caller"));
  CHECK(microsip_identify(b, in, "\"Carol\" <sip:carol@example.org>", 5) == MICROSIP_OK);
  MICROSIP_ZERO(ev);
  do { CHECK(microsip_event_next(b, &ev, 60000) == MICROSIP_OK); } while (!failed && ev.type != MICROSIP_EV_DONE);
  CHECK(ev.op == MICROSIP_OP_IDENTIFY && ev.token == 5 && ev.result == MICROSIP_OK && ev.object == in);
  CHECK(text_is(b, in, MICROSIP_TXT_LOCAL_URI, "sip:carol@example.org"));
  do { CHECK(microsip_event_next(a, &ev, 60000) == MICROSIP_OK); } while (!failed && ev.type != MICROSIP_EV_IDENTITY);
  CHECK(text_is(a, out, MICROSIP_TXT_REMOTE_NAME, "Carol") && message_is(a, out, MICROSIP_UPDATE, "CSeq", "1 UPDATE"));
  MICROSIP_ZERO(o);
  o.headers = "X-Note: see you\r\n";
  o.reason = "Lunch is ready";
  CHECK(microsip_hangup(a, out, &o) == MICROSIP_OK);
  ev = until(b, MICROSIP_ENDED);
  CHECK(ev.ended_by == MICROSIP_BY_REMOTE && ev.cause == MICROSIP_CAUSE_NORMAL);
  CHECK(text_is(b, in, MICROSIP_TXT_REASON, "Lunch is ready") && header_is(b, in, "X-Note", "see you"));
  CHECK(header_is(b, in, "Reason", "Q.850;cause=16;text=\"Lunch is ready\""));
  CHECK(message_is(b, in, MICROSIP_BYE, "X-Note", "see you") && message_is(b, in, MICROSIP_INVITE, "CSeq", "1 INVITE"));
  CHECK(message_is(b, in, MICROSIP_NTH, "CSeq", "1 INVITE") && message_is(b, in, MICROSIP_NTH + 3, "CSeq", "2 BYE"));
  CHECK(microsip_header_get(b, in, MICROSIP_NTH + 4, "CSeq", 0, text, sizeof text, &n) == MICROSIP_NOTHING);
  CHECK(microsip_header_get(b, in, MICROSIP_CANCEL, "CSeq", 0, text, sizeof text, &n) == MICROSIP_NOTHING);
  CHECK(microsip_header_get(b, in, 10, "CSeq", 0, text, sizeof text, &n) == MICROSIP_E_ARG && error_names("which"));
  until(a, MICROSIP_ENDED);

  /* where the caller is */
  MICROSIP_ZERO(o);
  o.location = "<presence/>";
  o.location_use = 8;
  CHECK(microsip_dial(a, 0, uri, &o, &out) == MICROSIP_E_ARG && error_names("o->location_use"));
  o.location_use = MICROSIP_LOCATION_ROUTING | MICROSIP_LOCATION_NO_ROUTING;
  CHECK(microsip_dial(a, 0, uri, &o, &out) == MICROSIP_E_ARG && error_names("o->location_use"));
  o.location_use = MICROSIP_LOCATION_ROUTING | MICROSIP_LOCATION_FOLLOWS;
  o.headers = "Geolocation-Routing: no\r\n";
  CHECK(microsip_dial(a, 0, uri, &o, &out) == MICROSIP_E_TEXT && error_names("o->headers"));
  o.headers = NULL;
  CHECK(microsip_dial(a, 0, uri, &o, &out) == MICROSIP_OK);
  in = until(b, MICROSIP_INCOMING).object;
  CHECK(message_is(b, in, MICROSIP_INVITE, "Geolocation-Routing", "yes"));
  CHECK(microsip_header_get(b, in, MICROSIP_INVITE, "Geolocation", 0, text, sizeof text, &n) == MICROSIP_OK && strncmp(text, "<cid:", 5) == 0);
  CHECK(microsip_header_get(b, in, MICROSIP_INVITE, "Content-Type", 0, text, sizeof text, &n) == MICROSIP_OK && strncmp(text, "multipart/mixed;", 16) == 0);
  o.location = NULL;
  CHECK(microsip_answer(b, in, 200, &o) == MICROSIP_E_ARG);
  CHECK(microsip_answer(b, in, 200, NULL) == MICROSIP_OK);
  until(a, MICROSIP_CONNECTED);
  until(b, MICROSIP_CONNECTED);
  CHECK(microsip_hangup(a, out, NULL) == MICROSIP_OK);
  until(b, MICROSIP_ENDED);
  until(a, MICROSIP_ENDED);

  /* a refusal */
  ring();
  MICROSIP_ZERO(o);
  o.contacts = "200";
  CHECK(microsip_reject(b, in, 486, &o) == MICROSIP_E_ARG && error_names("300 to 399"));
  o.contacts = "mailto:x@y";
  CHECK(microsip_reject(b, in, 302, &o) < 0 && error_names("o->contacts"));
  o.contacts = NULL;
  o.reason = "two\nlines";
  CHECK(microsip_reject(b, in, 480, &o) == MICROSIP_E_TEXT);
  o.reason = "Gone home";
  o.headers = "Warning: 399 host \"Back at nine\"\r\n";
  CHECK(microsip_reject(b, in, 480, &o) == MICROSIP_OK);
  ev = until(a, MICROSIP_ENDED);
  CHECK(ev.sip_code == 480 && ev.ended_by == MICROSIP_BY_REMOTE && ev.cause == MICROSIP_CAUSE_NO_ANSWER);
  CHECK(text_is(a, out, MICROSIP_TXT_REASON, "Gone home") && text_is(a, out, MICROSIP_TXT_WARNING, "Back at nine"));
  until(b, MICROSIP_ENDED);

  /* targets: 380 is not followed */
  ring();
  MICROSIP_ZERO(o);
  o.contacts = "sip:one@example.com, \"T, W\" <sip:two@example.com>";
  CHECK(microsip_reject(b, in, 380, &o) == MICROSIP_OK);
  ev = until(a, MICROSIP_ENDED);
  CHECK(ev.sip_code == 380 && ev.cause == MICROSIP_CAUSE_REDIRECTED);
  CHECK(header_is(a, out, "Contact", "<sip:one@example.com>;q=1.0"));
  CHECK(microsip_header_get(a, out, MICROSIP_LAST, "Contact", 1, text, sizeof text, &n) == MICROSIP_OK && strcmp(text, "<sip:two@example.com>;q=0.9") == 0);
  CHECK(text_is(a, out, MICROSIP_TXT_CONTACT, "sip:one@example.com"));
  CHECK(microsip_text_get(a, out, MICROSIP_TXT_CONTACT, 1, text, sizeof text, &n) == MICROSIP_OK && strcmp(text, "sip:two@example.com") == 0);
  CHECK(microsip_text_get(a, out, MICROSIP_TXT_CONTACT, 2, text, sizeof text, &n) == MICROSIP_NOTHING);
  CHECK(microsip_text_get(a, out, MICROSIP_TXT_DIVERSION, 0, text, sizeof text, &n) == MICROSIP_NOTHING);
  CHECK(microsip_text_get(a, out, MICROSIP_TXT_REASON, 1, text, sizeof text, &n) == MICROSIP_E_ARG);
  until(b, MICROSIP_ENDED);

  /* given up: the reason of a CANCEL, and that of a call answered elsewhere, which is not missed */
  ring();
  until(a, MICROSIP_EARLY);
  MICROSIP_ZERO(o);
  o.reason = "SIP;cause=200;text=\"Call completed elsewhere\"";
  CHECK(microsip_hangup(a, out, &o) == MICROSIP_OK);
  ev = until(b, MICROSIP_ENDED);
  CHECK(ev.ended_by == MICROSIP_BY_REMOTE && ev.cause == MICROSIP_CAUSE_ELSEWHERE);
  CHECK(text_is(b, in, MICROSIP_TXT_REASON, "Call completed elsewhere"));
  until(a, MICROSIP_ENDED);

  CHECK(microsip_destroy(a) == MICROSIP_OK && microsip_destroy(b) == MICROSIP_OK);
  printf(failed ? "FAILED\n" : "ok\n");
  return failed;
}
