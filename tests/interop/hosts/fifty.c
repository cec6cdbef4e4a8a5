/* Fifty phones in one process at the proxy argv[1], each on auto-answer and each calling the next by way of it; then one calls itself. */
#include "host.h"

#define PHONES 50
/* Packets of 20 ms: a second of voice. */
#define HEARD 50

static microsip_id phone[PHONES], account[PHONES], out[PHONES], in[PHONES], itself;
static unsigned registered, connected, ended;
/* The two ends of the call of a phone to itself. */
static microsip_event refused, met;

static void told(unsigned n, const microsip_event *event) {
  if (event->type == MICROSIP_EV_ACCOUNT) {
    CHECK(event->state != MICROSIP_REG_FAILED, "phone %u is not registered: %u", n, event->sip_code);
    registered += event->state == MICROSIP_REGISTERED;
  }
  if (event->type != MICROSIP_EV_CALL) return;
  if (event->object != out[n] && event->object != itself && !in[n]) in[n] = event->object;
  if (event->state == MICROSIP_CONNECTED && (event->reached & 1u << MICROSIP_CONNECTED)) {
    CHECK(event->object == out[n] || event->object == in[n], "phone %u: a third call", n);
    connected++;
  }
  if (event->state != MICROSIP_ENDED) return;
  if (itself && event->object == itself) refused = *event;
  else if (event->object != out[n] && event->object != in[n]) met = *event;
  else ended++;
}

/* Waits until so many have come. */
static void until(const unsigned *counted, unsigned wanted, const char *what) {
  double end = seconds() + PATIENCE_S;
  while (*counted < wanted) {
    CHECK(seconds() < end, "%u of %u %s", *counted, wanted, what);
    events(phone, PHONES, 100, told);
  }
}

int main(int argc, char **argv) {
  microsip_rules rules;
  microsip_event none;
  char name[32], text[128];
  uint32_t needed;
  unsigned n;
  double began, cpu, end;
  long before = resident_kb();
  if (argc < 2) return fprintf(stderr, "usage: fifty ADDR:PORT\n"), 2;
  memset(&none, 0, sizeof none);
  MICROSIP_ZERO(rules);
  rules.auto_answer = MICROSIP_AUTO_ALL;
  for (n = 0; n < PHONES; n++) {
    snprintf(name, sizeof name, "p%u", n);
    phone[n] = phone_at(argv[1], name, 4, &rules, &account[n]);
  }
  until(&registered, PHONES, "phones are registered");
  for (n = 0; n < PHONES; n++) {
    snprintf(name, sizeof name, "sip:p%u@" DOMAIN, (n + 1) % PHONES);
    CHECK(microsip_dial(phone[n], account[n], name, NULL, &out[n]) == MICROSIP_OK, "phone %u cannot dial", n);
  }
  until(&connected, 2 * PHONES, "ends of calls are connected");

  /* Each has two calls, out to the next and in from the one before; none is its own. */
  for (n = 0; n < PHONES; n++) {
    microsip_call_info info = info_of(phone[n], in[n]);
    CHECK(info.incoming && info.state == MICROSIP_CONNECTED, "phone %u: its second call did not come in", n);
    CHECK(info_of(phone[n], out[n]).state == MICROSIP_CONNECTED, "phone %u: its call out is not up", n);
    snprintf(name, sizeof name, "sip:p%u@" DOMAIN, (n + PHONES - 1) % PHONES);
    CHECK(microsip_text_get(phone[n], in[n], MICROSIP_TXT_REMOTE_URI, 0, text, sizeof text, &needed) == MICROSIP_OK && strcmp(text, name) == 0,
          "phone %u is called by %s, %s is wanted", n, text, name);
  }

  /* A second of voice at every end, and what it costs. */
  began = seconds(), cpu = cpu_seconds(), end = began + PATIENCE_S;
  for (n = 0; n < PHONES;) {
    CHECK(seconds() < end, "phone %u hears nothing", n);
    if (received(phone[n], in[n]) >= HEARD && received(phone[n], out[n]) >= HEARD) n++;
    else events(phone, PHONES, 50, told);
  }
  printf("%d phones, %d calls: %.1f %% of a core while all talk, %ld kB resident, %.0f kB a phone with two calls\n", PHONES, PHONES,
         (cpu_seconds() - cpu) / (seconds() - began) * 100, resident_kb(), (double)(resident_kb() - before) / PHONES);

  /* A phone calls itself through the proxy: refused, and both ends say why. Its other calls go on. */
  snprintf(name, sizeof name, "sip:p0@" DOMAIN);
  refused = met = none;
  CHECK(microsip_dial(phone[0], account[0], name, NULL, &itself) == MICROSIP_OK, "phone 0 cannot dial");
  end = seconds() + PATIENCE_S;
  while (!refused.type || !met.type) {
    CHECK(seconds() < end, "a phone that called itself was not refused");
    events(phone, PHONES, 100, told);
  }
  CHECK(refused.sip_code == 482 && refused.result == MICROSIP_E_REFUSED && refused.ended_by == MICROSIP_BY_REMOTE,
        "the call out ended with %u, result %d, by %u", refused.sip_code, refused.result, refused.ended_by);
  CHECK(met.ended_by == MICROSIP_BY_RULE && met.value == MICROSIP_RULE_ITSELF && met.sip_code == 482 && !(met.reached & 1u << MICROSIP_CONNECTED),
        "the call in ended with %u, by %u, value %u", met.sip_code, met.ended_by, met.value);
  CHECK(microsip_text_get(phone[0], itself, MICROSIP_TXT_REASON, 0, text, sizeof text, &needed) == MICROSIP_OK, "no reason");
  printf("a phone that calls itself: 482 %s\n", text);
  CHECK(info_of(phone[0], out[0]).state == MICROSIP_CONNECTED && info_of(phone[0], in[0]).state == MICROSIP_CONNECTED, "its other calls ended with it");

  for (n = 0; n < PHONES; n++) microsip_hangup(phone[n], out[n], NULL);
  until(&ended, 2 * PHONES, "ends of calls have ended");
  for (n = 0; n < PHONES; n++) {
    CHECK(info_of(phone[n], out[n]).cause == MICROSIP_CAUSE_NORMAL && info_of(phone[n], in[n]).cause == MICROSIP_CAUSE_NORMAL, "phone %u: a call broke off", n);
    microsip_destroy(phone[n]);
  }
  return 0;
}
