/* Any function from any thread, within a callback, and while the phone is destroyed; the end of their wait wakes waiters; each event is fetched once. */
#include "every.h"
#include "silent.h"
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

static int failed;
#define CHECK(what) do { if (!(what)) { char why_[400] = ""; uint32_t n_ = 0; failed = 1; microsip_last_error(why_, sizeof why_, &n_); \
  fprintf(stderr, "%s:%d: %s\n  last error: %s\n", __FILE__, __LINE__, #what, why_); } } while (0)

static microsip_id make(microsip_event_fn on_event, void *user) {
  microsip_config conf;
  microsip_id phone = 0;
  MICROSIP_ZERO(conf);
  conf.flags = MICROSIP_NULL_AUDIO | MICROSIP_ALLOW_DIRECT;
  conf.bind = "127.0.0.1:0";
  conf.max_calls = 64;
  conf.on_event = on_event;
  conf.event_user = user;
  conf.event_size = sizeof(microsip_event);
  CHECK(microsip_create(MICROSIP_ABI_VERSION, &conf, &phone) == MICROSIP_OK);
  return phone;
}

/* ---- waits for PCM end with the call ---- */
struct wait { microsip_id phone, call; int write; volatile int over; int32_t code; };
static void *wait_for_pcm(void *user) {
  struct wait *w = user;
  static int16_t pcm[48000];
  int16_t own[80];
  uint32_t moved = 0;
  if (w->write) w->code = microsip_pcm_write(w->phone, w->call, pcm, 48000, MICROSIP_FOREVER, &moved);
  else w->code = microsip_pcm_read(w->phone, w->call, own, 80, MICROSIP_FOREVER, &moved);
  w->over = 1;
  return NULL;
}

static void pcm_waiters(int fetched) {
  struct wait waits[2];
  pthread_t threads[2];
  microsip_event ev;
  microsip_addr addr;
  microsip_id far = make(NULL, NULL);
  char uri[64];
  int i, turns;
  CHECK(microsip_address_get(far, MICROSIP_ADDRESS_V4, &addr) == MICROSIP_OK);
  snprintf(uri, sizeof uri, "sip:far@127.0.0.1:%u", (unsigned)addr.port);
  memset(waits, 0, sizeof waits);
  waits[0].phone = waits[1].phone = make(NULL, NULL);
  waits[1].write = 1;
  for (i = 0; i < 2; i++) {
    CHECK(microsip_dial(waits[i].phone, 0, uri, NULL, &waits[i].call) == MICROSIP_OK);
    CHECK(microsip_source_set(waits[i].phone, waits[i].call, MICROSIP_SRC_PCM) == MICROSIP_OK);
    pthread_create(&threads[i], NULL, wait_for_pcm, &waits[i]);
  }
  MICROSIP_ZERO(ev);
  for (i = 0; i < 2; i++) do { CHECK(microsip_event_next(far, &ev, 60000) == MICROSIP_OK); } while (!failed && ev.state != MICROSIP_INCOMING);
  usleep(100000);
  CHECK(!waits[0].over && !waits[1].over);
  CHECK(microsip_hangup_all(far) == MICROSIP_OK);
  if (fetched) while (microsip_event_next(waits[0].phone, &ev, 200) == MICROSIP_OK) {}
  for (turns = 0; turns < 60000 && !(waits[0].over && waits[1].over); turns++) usleep(1000);
  CHECK(waits[0].over && waits[1].over);
  CHECK(microsip_destroy(waits[0].phone) == MICROSIP_OK && microsip_destroy(far) == MICROSIP_OK);
  for (i = 0; i < 2; i++) pthread_join(threads[i], NULL);
  CHECK(waits[0].code == MICROSIP_E_STATE || waits[0].code == MICROSIP_E_STALE);
}

/* ---- everything within a callback ---- */
static volatile int called;
static void MICROSIP_CALL on_event(void *user, const microsip_event *event) {
  EVERY()
  (void)user;
  if (called || event->type != MICROSIP_EV_CALL) return;
  EVERY_SIZE();
  p = event->phone;
  c = event->object;
  MICROSIP_ZERO(acc);
  acc.uri = "sip:100@127.0.0.1:9";
  acc.registers = MICROSIP_OFF;
  CHECK(microsip_account_add(p, &acc, &a) == MICROSIP_OK);
#define X(call) CHECK((call) != MICROSIP_E_REENTRY);
  EACH_HOST(X)
#undef X
  CHECK(microsip_destroy(p) == MICROSIP_E_REENTRY);
  called = 1;
}

static void within_a_callback(void) {
  microsip_id phone = make(on_event, NULL), call;
  int turns;
  CHECK(microsip_dial(phone, 0, silent, NULL, &call) == MICROSIP_OK);
  /* the callback hangs up and releases the same call, perhaps before */
  turns = microsip_hangup(phone, call, NULL);
  CHECK(turns == MICROSIP_OK || turns == MICROSIP_E_STATE || turns == MICROSIP_E_STALE);
  for (turns = 0; turns < 60000 && !called; turns++) usleep(1000);
  CHECK(called);
  CHECK(microsip_destroy(phone) == MICROSIP_OK);
}

/* ---- each event once, over all fetching threads ---- */
#define CALLS 60
static volatile uint32_t ended, readable;
/* An end that was fetched can be read as long as the fetcher likes, whatever the others fetch meanwhile. */
static void fetched(microsip_id phone, const microsip_event *ev) {
  char text[100];
  uint32_t n;
  if (ev->type != MICROSIP_EV_CALL || ev->state != MICROSIP_ENDED) return;
  usleep(3000);
  if (microsip_text_get(phone, ev->object, MICROSIP_TXT_REMOTE_URI, 0, text, sizeof text, &n) == MICROSIP_OK && n > 1) __sync_fetch_and_add(&readable, 1);
  __sync_fetch_and_add(&ended, 1);
}

static void *pull(void *user) {
  microsip_event ev;
  int32_t r;
  uint32_t wait = 1;
  MICROSIP_ZERO(ev);
  while ((r = microsip_event_next(*(microsip_id *)user, &ev, wait = wait % 7 + 1)) >= 0)
    if (r == MICROSIP_OK) fetched(*(microsip_id *)user, &ev);
  CHECK(r == MICROSIP_E_CLOSED);
  return NULL;
}

static void *pull_by_descriptor(void *user) {
  microsip_event ev;
  struct pollfd one;
  intptr_t descriptor = -1;
  int32_t r = MICROSIP_OK;
  MICROSIP_ZERO(ev);
  memset(&one, 0, sizeof one);
  CHECK(microsip_event_descriptor_get(*(microsip_id *)user, &descriptor) == MICROSIP_OK);
  one.fd = (int)descriptor;
  one.events = POLLIN;
  while (r >= 0) {
    if (poll(&one, 1, 60000) < 0) break;
    while ((r = microsip_event_next(*(microsip_id *)user, &ev, 0)) == MICROSIP_OK) fetched(*(microsip_id *)user, &ev);
  }
  return NULL;
}

static void pullers(void) {
  microsip_id phone = make(NULL, NULL), call;
  pthread_t threads[4];
  int i, turns;
  for (i = 0; i < 4; i++) pthread_create(&threads[i], NULL, i < 3 ? pull : pull_by_descriptor, &phone);
  for (i = 0; i < CALLS; i++) CHECK(microsip_dial(phone, 0, "sip:nobody@127.0.0.1:9", NULL, &call) == MICROSIP_OK);
  for (turns = 0; turns < 60000 && ended < CALLS; turns++) usleep(1000);
  CHECK(ended == CALLS);
  CHECK(microsip_shutdown(phone, 1000) == MICROSIP_OK);
  for (i = 0; i < 4; i++) pthread_join(threads[i], NULL);
  CHECK(ended == CALLS && readable == CALLS);
  CHECK(microsip_destroy(phone) == MICROSIP_OK);
}

/* ---- everything from several threads, while one destroys ---- */
static void *hammer(void *user) {
  EVERY()
  int i;
  EVERY_SIZE();
  p = *(microsip_id *)user;
  for (i = 0; i < 40; i++) {
    microsip_account_add(p, &acc, &a);
    if (microsip_dial(p, 0, silent, NULL, &c) == MICROSIP_E_STALE) break;
#define X(call) (void)(call);
    EACH_BUT_DEVICES(X)
#undef X
  }
  return NULL;
}

static void *destroy(void *user) {
  usleep(20000);
  CHECK(microsip_destroy(*(microsip_id *)user) == MICROSIP_OK);
  return NULL;
}

static void at_once(void) {
  pthread_t threads[6];
  int i, round;
  for (round = 0; round < 3; round++) {
    microsip_id phone = make(NULL, NULL);
    for (i = 0; i < 6; i++) pthread_create(&threads[i], NULL, i < 4 ? hammer : destroy, &phone);
    for (i = 0; i < 6; i++) pthread_join(threads[i], NULL);
  }
}

int main(void) {
  CHECK(be_silent());
  pcm_waiters(1);
  pcm_waiters(0);
  within_a_callback();
  pullers();
  at_once();
  printf(failed ? "FAILED\n" : "ok\n");
  return failed;
}
