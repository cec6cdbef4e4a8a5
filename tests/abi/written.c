/* Messages and subscriptions between two phones of one process. */
#include "microsip.h"
#include <stdio.h>

static int failed;
static char text[400];
static uint32_t n;
#define CHECK(what) do { if (!(what)) { char why[300]; uint32_t m = 0; failed = 1; microsip_last_error(why, sizeof why, &m); \
  fprintf(stderr, "%s:%d: %s\n  text: %s\n  last error: %s\n", __FILE__, __LINE__, #what, text, why); } } while (0)

static microsip_id a, b;
static char uri[64];

static microsip_event until(microsip_id phone, uint32_t type) {
  microsip_event ev;
  MICROSIP_ZERO(ev);
  while (microsip_event_next(phone, &ev, 60000) == MICROSIP_OK)
    if (ev.type == type) return ev;
  fprintf(stderr, "no event %u came\n", (unsigned)type);
  failed = 1;
  MICROSIP_ZERO(ev);
  return ev;
}

static int text_is(microsip_id phone, microsip_id object, uint32_t which, const char *value) {
  return microsip_text_get(phone, object, which, 0, text, sizeof text, &n) == MICROSIP_OK && strcmp(text, value) == 0;
}

static int error_names(const char *what) {
  microsip_last_error(text, sizeof text, &n);
  return strstr(text, what) != NULL;
}

/* RFC 3994, RFC 5438 */
static void of_messages(void) {
  microsip_message m;
  microsip_message_info info;
  microsip_event ev;
  microsip_id sent = 0, came, writes;
  char name[40], body[16];

  CHECK(microsip_message_composing(a, 0, uri, 3) == MICROSIP_E_ARG && error_names("MICROSIP_COMPOSING_IDLE"));
  CHECK(microsip_message_composing(a, 0, NULL, MICROSIP_COMPOSING_ACTIVE) != MICROSIP_OK && error_names("is no call"));
  CHECK(microsip_message_composing(a, 0, uri, MICROSIP_COMPOSING_ACTIVE) == MICROSIP_OK);
  ev = until(b, MICROSIP_EV_COMPOSING);
  writes = ev.object;
  CHECK(ev.state == MICROSIP_COMPOSING_ACTIVE && MICROSIP_KIND(writes) == MICROSIP_KIND_MESSAGE);
  CHECK(text_is(b, writes, MICROSIP_TXT_CONTENT_TYPE, "text/plain"));
  CHECK(microsip_text_get(b, writes, MICROSIP_TXT_REMOTE_URI, 0, text, sizeof text, &n) == MICROSIP_OK && strncmp(text, "sip:microsip@127.0.0.1", 22) == 0);
  MICROSIP_ZERO(info);
  CHECK(microsip_message_info_get(b, writes, &info) == MICROSIP_OK && info.composing == 1 && info.state == MICROSIP_OVER);
  CHECK(microsip_message_notice(b, writes, MICROSIP_NOTICE_DISPLAYED) == MICROSIP_E_STATE);

  MICROSIP_ZERO(m);
  m.uri = uri;
  m.body = "hello";
  m.len = 5;
  m.tag = 8;
  m.notices = 4;
  CHECK(microsip_message_send(a, 0, &m, 1, &sent) == MICROSIP_E_ARG && error_names("m->notices"));
  m.notices = MICROSIP_WANT_DELIVERY | MICROSIP_WANT_DISPLAY;
  CHECK(microsip_message_send(a, 0, &m, 1, &sent) == MICROSIP_OK);
  CHECK(until(b, MICROSIP_EV_COMPOSING).state == MICROSIP_COMPOSING_IDLE);
  came = until(b, MICROSIP_EV_MESSAGE).object;
  CHECK(microsip_message_info_get(b, came, &info) == MICROSIP_OK && info.notices == m.notices && info.noticed == 0 && info.len == 5);
  CHECK(microsip_body_get(b, came, body, sizeof body, &n) == MICROSIP_OK && n == 5 && memcmp(body, "hello", 5) == 0);
  CHECK(microsip_text_get(b, came, MICROSIP_TXT_MESSAGE_ID, 0, name, sizeof name, &n) == MICROSIP_OK && strlen(name) == 32);
  CHECK(text_is(a, sent, MICROSIP_TXT_MESSAGE_ID, name));
  CHECK(microsip_message_notice(b, came, MICROSIP_NOTICE_DELIVERED) == MICROSIP_E_STATE && error_names("answer it first"));
  CHECK(microsip_message_answer(b, came, 0) == MICROSIP_OK);
  CHECK(until(a, MICROSIP_EV_DONE).sip_code == 200);
  CHECK(microsip_message_notice(b, came, MICROSIP_NOTICE_FAILED) == MICROSIP_E_ARG);
  CHECK(microsip_message_notice(b, came, MICROSIP_NOTICE_DELIVERED) == MICROSIP_OK);
  ev = until(a, MICROSIP_EV_DELIVERY);
  CHECK(ev.object == sent && ev.state == MICROSIP_NOTICE_DELIVERED && ev.tag == 8);
  CHECK(microsip_id_release(a, sent) == MICROSIP_OK);
  CHECK(microsip_message_notice(b, came, MICROSIP_NOTICE_DISPLAYED) == MICROSIP_OK);
  CHECK(microsip_message_notice(b, came, MICROSIP_NOTICE_DISPLAYED) == MICROSIP_OK);
  ev = until(a, MICROSIP_EV_DELIVERY);
  CHECK(ev.object != sent && ev.state == MICROSIP_NOTICE_DISPLAYED && text_is(a, ev.object, MICROSIP_TXT_MESSAGE_ID, name));
  CHECK(microsip_message_info_get(b, came, &info) == MICROSIP_OK && info.noticed == ((1u << MICROSIP_NOTICE_DELIVERED) | (1u << MICROSIP_NOTICE_DISPLAYED)));
  CHECK(microsip_id_release(b, came) == MICROSIP_OK && microsip_id_release(b, writes) == MICROSIP_OK && microsip_id_release(a, ev.object) == MICROSIP_OK);

  m.notices = 0;
  CHECK(microsip_message_send(a, 0, &m, 1, &sent) == MICROSIP_OK);
  came = until(b, MICROSIP_EV_MESSAGE).object;
  CHECK(microsip_message_answer(b, came, 0) == MICROSIP_OK && until(a, MICROSIP_EV_DONE).sip_code == 200);
  CHECK(microsip_message_notice(b, came, MICROSIP_NOTICE_DISPLAYED) == MICROSIP_E_STATE && error_names("asks for no such notice"));
  CHECK(microsip_text_get(b, came, MICROSIP_TXT_MESSAGE_ID, 0, name, sizeof name, &n) == MICROSIP_NOTHING);
  CHECK(microsip_id_release(b, came) == MICROSIP_OK && microsip_id_release(a, sent) == MICROSIP_OK);
}

static void messages(void) {
  static const char words[] = "Gr\xc3\xbc\xc3\x9f" "e";
  microsip_message m;
  microsip_message_info info;
  microsip_event ev;
  microsip_id sent = 0, came, ids[4];
  char body[64];

  MICROSIP_ZERO(m);
  m.uri = uri;
  m.body = words;
  m.len = (uint32_t)strlen(words);
  m.headers = "Subject: lunch\r\n";
  m.tag = 5;
  CHECK(microsip_message_send(a, 0, &m, 77, &sent) == MICROSIP_OK && MICROSIP_KIND(sent) == MICROSIP_KIND_MESSAGE);
  ev = until(b, MICROSIP_EV_MESSAGE);
  came = ev.object;
  CHECK(ev.state == MICROSIP_UNREAD && ev.result == MICROSIP_OK && MICROSIP_KIND(came) == MICROSIP_KIND_MESSAGE);
  MICROSIP_ZERO(info);
  CHECK(microsip_message_info_get(b, came, &info) == MICROSIP_OK && info.incoming == 1 && info.state == MICROSIP_UNREAD && info.len == strlen(words));
  CHECK(microsip_body_get(b, came, body, sizeof body, &n) == MICROSIP_OK && n == strlen(words) && memcmp(body, words, n) == 0);
  n = 0;
  CHECK(microsip_body_get(b, came, body, 3, &n) == MICROSIP_E_BUFFER && n == strlen(words));
  CHECK(text_is(b, came, MICROSIP_TXT_CONTENT_TYPE, "text/plain;charset=UTF-8"));
  CHECK(microsip_text_get(b, came, MICROSIP_TXT_REMOTE_URI, 0, text, sizeof text, &n) == MICROSIP_OK && strncmp(text, "sip:microsip@127.0.0.1", 22) == 0);
  CHECK(microsip_text_get(b, came, MICROSIP_TXT_CODEC, 0, text, sizeof text, &n) == MICROSIP_NOTHING);
  CHECK(microsip_header_get(b, came, MICROSIP_FIRST, "Subject", 0, text, sizeof text, &n) == MICROSIP_OK && strcmp(text, "lunch") == 0);
  CHECK(microsip_ids_get(b, MICROSIP_KIND_MESSAGE, 0, ids, 4, &n) == MICROSIP_OK && n == 1 && ids[0] == came);
  CHECK(microsip_tag_set(b, came, 9) == MICROSIP_OK && microsip_message_info_get(b, came, &info) == MICROSIP_OK && info.tag == 9);
  CHECK(microsip_message_answer(b, came, 100) == MICROSIP_E_ARG && error_names("200 to 699"));
  CHECK(microsip_message_answer(b, came, 0) == MICROSIP_OK);
  ev = until(a, MICROSIP_EV_DONE);
  CHECK(ev.op == MICROSIP_OP_SEND && ev.token == 77 && ev.object == sent && ev.tag == 5 && ev.result == MICROSIP_OK && ev.sip_code == 200);
  CHECK(microsip_message_answer(b, came, 0) == MICROSIP_E_STATE && error_names("MICROSIP_UNREAD"));
  CHECK(text_is(a, sent, MICROSIP_TXT_REMOTE_URI, uri));
  CHECK(microsip_id_release(a, sent) == MICROSIP_OK && microsip_message_info_get(a, sent, &info) == MICROSIP_E_STALE);
  CHECK(microsip_id_release(b, came) == MICROSIP_OK && microsip_body_get(b, came, body, sizeof body, &n) == MICROSIP_E_STALE);

  /* a refusal, told by itself where there is no token */
  CHECK(microsip_message_send(a, 0, &m, 0, NULL) == MICROSIP_OK);
  came = until(b, MICROSIP_EV_MESSAGE).object;
  CHECK(microsip_message_answer(b, came, 603) == MICROSIP_OK);
  ev = until(a, MICROSIP_EV_DONE);
  CHECK(ev.token == 0 && ev.result == MICROSIP_E_REFUSED && ev.sip_code == 603 && ev.cause == MICROSIP_CAUSE_DECLINED && ev.ended_by == MICROSIP_BY_REMOTE);
  CHECK(text_is(a, ev.object, MICROSIP_TXT_REASON, "Decline"));
  CHECK(microsip_header_get(a, ev.object, MICROSIP_LAST, "CSeq", 0, text, sizeof text, &n) == MICROSIP_OK && strcmp(text, "1 MESSAGE") == 0);
  CHECK(microsip_header_get(a, ev.object, MICROSIP_LAST, "", 0, text, sizeof text, &n) == MICROSIP_OK && strcmp(text, "SIP/2.0 603 Decline") == 0);

  /* what cannot be sent */
  m.headers = "Via: x\r\n";
  CHECK(microsip_message_send(a, 0, &m, 1, &sent) == MICROSIP_E_TEXT && error_names("m->headers"));
  m.headers = NULL;
  m.content_type = "text";
  CHECK(microsip_message_send(a, 0, &m, 1, &sent) == MICROSIP_E_TEXT && error_names("m->content_type"));
  m.content_type = NULL;
  m.uri = "bob bob";
  CHECK(microsip_message_send(a, 0, &m, 1, &sent) == MICROSIP_E_URI && error_names("m->uri"));
  m.uri = uri;
  m.len = 60001;
  CHECK(microsip_message_send(a, 0, &m, 1, &sent) == MICROSIP_E_ARG && error_names("m->len"));
  m.len = 4;
  m.body = NULL;
  CHECK(microsip_message_send(a, 0, &m, 1, &sent) == MICROSIP_E_NULL && error_names("m->body"));
  m.body = words;
  m.uri = NULL;
  CHECK(microsip_message_send(a, 0, &m, 1, &sent) == MICROSIP_E_ARG && error_names("owner") && error_names("m->uri"));
  CHECK(microsip_message_send(a, a, &m, 1, &sent) == MICROSIP_E_KIND && error_names("owner"));
  m.uri = uri;
  CHECK(microsip_message_send(a, a, &m, 1, &sent) == MICROSIP_E_KIND && error_names("is no account"));
  m.len = 0;
  CHECK(microsip_message_send(a, 0, &m, 1, &sent) == MICROSIP_E_ARG && error_names("m->len"));
  m.body = NULL;
  m.content_type = "text/plain";
  m.headers = "Subject: lunch\r\n";
  CHECK(microsip_message_send(a, 0, &m, 1, &sent) == MICROSIP_E_TEXT && error_names("m->content_type") && error_names("without a body"));
  m.content_type = NULL;
  m.headers = NULL;
  {
    static char longest[5000];
    char *at;
    unsigned most = 0;
    memset(longest, 'x', sizeof longest);
    m.body = longest;
    m.len = sizeof longest;
    CHECK(microsip_message_send(a, 0, &m, 1, &sent) == MICROSIP_E_TEXT && error_names("m->len has 5000 bytes of at most ") && error_names("max_message"));
    at = strstr(text, "at most ");
    CHECK(at != NULL && sscanf(at, "at most %u", &most) == 1 && most > 3000 && most < 4096);
    m.len = most;
    CHECK(microsip_message_send(a, 0, &m, 1, &sent) == MICROSIP_OK);
    came = until(b, MICROSIP_EV_MESSAGE).object;
    CHECK(microsip_message_info_get(b, came, &info) == MICROSIP_OK && info.len == most);
    CHECK(microsip_header_get(b, came, MICROSIP_FIRST, "", 0, text, sizeof text, &n) == MICROSIP_OK && strncmp(text, "MESSAGE sip:box@", 16) == 0);
    CHECK(microsip_header_get(b, came, MICROSIP_FIRST, "", 1, text, sizeof text, &n) == MICROSIP_NOTHING);
    CHECK(microsip_message_answer(b, came, 0) == MICROSIP_OK && until(a, MICROSIP_EV_DONE).sip_code == 200);
    CHECK(microsip_body_get(a, a, text, sizeof text, &n) == MICROSIP_E_KIND);
  }
}

/* Nothing begins after a shutdown. */
static void closed(void) {
  microsip_message m;
  microsip_subscription s;
  microsip_id none = 0;

  MICROSIP_ZERO(m);
  m.uri = uri;
  m.body = "x";
  m.len = 1;
  MICROSIP_ZERO(s);
  s.package = MICROSIP_PRESENCE;
  s.uri = uri;
  CHECK(microsip_shutdown(a, 100) == MICROSIP_OK);
  CHECK(microsip_message_send(a, 0, &m, 1, &none) == MICROSIP_E_CLOSED && error_names("shut down"));
  CHECK(microsip_subscription_add(a, 0, &s, &none) == MICROSIP_E_CLOSED && error_names("shut down"));
  CHECK(microsip_dial(a, 0, uri, NULL, &none) == MICROSIP_E_CLOSED);
}

static void subscriptions(void) {
  microsip_subscription s;
  microsip_subscription_info info;
  microsip_entry entry;
  microsip_event ev;
  microsip_id made = 0, other = 0;

  MICROSIP_ZERO(s);
  s.package = MICROSIP_MESSAGE_SUMMARY;
  s.uri = uri;
  s.tag = 6;
  CHECK(microsip_subscription_add(a, 0, &s, &made) == MICROSIP_OK && MICROSIP_KIND(made) == MICROSIP_KIND_SUBSCRIPTION);
  /* b is no mailbox */
  ev = until(a, MICROSIP_EV_SUBSCRIPTION);
  CHECK(ev.object == made && ev.tag == 6 && ev.state == MICROSIP_SUB_ENDED && ev.result == MICROSIP_E_REFUSED && ev.sip_code == 403);
  MICROSIP_ZERO(info);
  CHECK(microsip_subscription_info_get(a, made, &info) == MICROSIP_OK && info.state == MICROSIP_SUB_ENDED && info.notified_us == MICROSIP_NEVER);
  CHECK(info.retry_us == MICROSIP_NEVER && text_is(a, made, MICROSIP_TXT_REASON, "Forbidden"));
  CHECK(microsip_header_get(a, made, MICROSIP_LAST, "", 0, text, sizeof text, &n) == MICROSIP_OK && strcmp(text, "SIP/2.0 403 Forbidden") == 0);
  CHECK(microsip_header_get(a, made, MICROSIP_LAST, "CSeq", 0, text, sizeof text, &n) == MICROSIP_OK && strcmp(text, "1 SUBSCRIBE") == 0);
  CHECK(microsip_header_get(a, made, MICROSIP_LAST, "Retry-After", 0, text, sizeof text, &n) == MICROSIP_NOTHING);
  MICROSIP_ZERO(entry);
  CHECK(microsip_subscription_entry_get(a, made, 0, &entry) == MICROSIP_NOTHING);
  CHECK(microsip_text_get(a, made, MICROSIP_TXT_REPLACES, 0, text, sizeof text, &n) == MICROSIP_NOTHING);
  CHECK(text_is(a, made, MICROSIP_TXT_REMOTE_URI, uri));
  CHECK(microsip_body_get(a, made, text, sizeof text, &n) == MICROSIP_NOTHING);
  CHECK(microsip_id_release(a, made) == MICROSIP_OK && microsip_subscription_info_get(a, made, &info) == MICROSIP_E_STALE);
  CHECK(microsip_subscription_remove(a, made) == MICROSIP_E_STALE);

  s.package = 9;
  CHECK(microsip_subscription_add(a, 0, &s, &other) == MICROSIP_E_ARG && error_names("s->package"));
  s.package = MICROSIP_OTHER;
  CHECK(microsip_subscription_add(a, 0, &s, &other) == MICROSIP_E_TEXT && error_names("s->event"));
  s.event = "x-y;id=2";
  s.headers = "Event: z\r\n";
  CHECK(microsip_subscription_add(a, 0, &s, &other) == MICROSIP_E_TEXT && error_names("s->headers"));
  s.headers = NULL;
  s.once = 7;
  CHECK(microsip_subscription_add(a, 0, &s, &other) == MICROSIP_E_ARG && error_names("s->once"));
  s.once = MICROSIP_ON;
  CHECK(microsip_subscription_add(a, 0, &s, &other) == MICROSIP_OK);
  CHECK(microsip_id_release(a, other) == MICROSIP_E_STATE);
  CHECK(microsip_subscription_remove(a, other) == MICROSIP_OK && microsip_subscription_remove(a, other) == MICROSIP_E_STALE);
  CHECK(microsip_subscription_info_get(a, a, &info) == MICROSIP_E_KIND);
}

int main(void) {
  microsip_config c;
  microsip_addr addr;

  if (!(microsip_features() & MICROSIP_HAS_MESSAGE) || !(microsip_features() & MICROSIP_HAS_SUBSCRIBE)) return 1;
  MICROSIP_ZERO(c);
  c.flags = MICROSIP_NULL_AUDIO | MICROSIP_ALLOW_DIRECT;
  c.bind = "127.0.0.1:0";
  CHECK(microsip_create(MICROSIP_ABI_VERSION, &c, &a) == MICROSIP_OK);
  CHECK(microsip_create(MICROSIP_ABI_VERSION, &c, &b) == MICROSIP_OK);
  CHECK(microsip_address_get(b, MICROSIP_ADDRESS_V4, &addr) == MICROSIP_OK);
  snprintf(uri, sizeof uri, "sip:box@127.0.0.1:%u", (unsigned)addr.port);
  messages();
  of_messages();
  subscriptions();
  CHECK(microsip_destroy(a) == MICROSIP_OK && microsip_destroy(b) == MICROSIP_OK);

  /* one that stores, and one without messages */
  c.messages = MICROSIP_MESSAGES_STORE;
  CHECK(microsip_create(MICROSIP_ABI_VERSION, &c, &b) == MICROSIP_OK);
  c.messages = 4;
  CHECK(microsip_create(MICROSIP_ABI_VERSION, &c, &a) == MICROSIP_E_ARG);
  c.messages = 0;
  CHECK(microsip_create(MICROSIP_ABI_VERSION, &c, &a) == MICROSIP_OK);
  CHECK(microsip_address_get(b, MICROSIP_ADDRESS_V4, &addr) == MICROSIP_OK);
  snprintf(uri, sizeof uri, "sip:box@127.0.0.1:%u", (unsigned)addr.port);
  {
    microsip_message m;
    microsip_event ev;
    MICROSIP_ZERO(m);
    m.uri = uri;
    m.body = "x";
    m.len = 1;
    CHECK(microsip_message_send(a, 0, &m, 3, NULL) == MICROSIP_OK);
    ev = until(b, MICROSIP_EV_MESSAGE);
    CHECK(ev.state == MICROSIP_KEPT && ev.sip_code == 202 && microsip_message_answer(b, ev.object, 200) == MICROSIP_E_STATE);
    CHECK(microsip_id_release(b, ev.object) == MICROSIP_OK);
    CHECK(until(a, MICROSIP_EV_DONE).sip_code == 202);
    CHECK(microsip_destroy(a) == MICROSIP_OK);
    c.max_messages = MICROSIP_NONE;
    c.max_subscriptions = MICROSIP_NONE;
    CHECK(microsip_create(MICROSIP_ABI_VERSION, &c, &a) == MICROSIP_OK);
    CHECK(microsip_message_send(a, 0, &m, 3, NULL) == MICROSIP_E_FULL && error_names("max_messages") && error_names("without messages"));
    if (microsip_features() & MICROSIP_HAS_INFO) {
      microsip_options o;
      microsip_id called = 0;
      MICROSIP_ZERO(o);
      o.info_packages = "foo";
      CHECK(microsip_dial(a, 0, uri, &o, &called) == MICROSIP_E_UNSUPPORTED && error_names("o->info_packages") && error_names("max_messages"));
      CHECK(microsip_destroy(a) == MICROSIP_OK);
      c.info_packages = "foo";
      CHECK(microsip_create(MICROSIP_ABI_VERSION, &c, &a) == MICROSIP_E_UNSUPPORTED && error_names("config->info_packages"));
      c.info_packages = "";
      CHECK(microsip_create(MICROSIP_ABI_VERSION, &c, &a) == MICROSIP_OK);
    }
  }
  closed();
  CHECK(microsip_destroy(a) == MICROSIP_OK && microsip_destroy(b) == MICROSIP_OK);
  printf(failed ? "FAILED\n" : "ok\n");
  return failed;
}
