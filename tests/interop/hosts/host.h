/* What the programs beside it share: phones at one registrar, their events by one poll, and what the process takes. */
#ifndef HOST_H
#define HOST_H
#include "microsip.h"
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define DOMAIN "phones.test"
/* A condition that has not come for so long does not come: the test's machine may be busy, but not for a minute. */
#define PATIENCE_S 60.0

static inline double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static inline double cpu_seconds(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1e-6;
}

/* The resident set in kB. */
static inline long resident_kb(void) {
  long kb = 0;
  char line[256];
  FILE *status = fopen("/proc/self/status", "r");
  while (status && fgets(line, sizeof line, status)) sscanf(line, "VmRSS: %ld", &kb);
  if (status) fclose(status);
  return kb;
}

static inline void fail(const char *format, ...) {
  char why[300] = "";
  uint32_t needed;
  va_list more;
  va_start(more, format);
  fprintf(stderr, "FAILED: ");
  vfprintf(stderr, format, more);
  va_end(more);
  microsip_last_error(why, sizeof why, &needed);
  fprintf(stderr, "\nthe last error: %s\n", why);
  exit(1);
}

#define CHECK(truth, ...) \
  do { if (!(truth)) fail(__VA_ARGS__); } while (0)

/* A phone with one account at the proxy ("127.0.0.1:5060"). rules: NULL for none. */
static inline microsip_id phone_at(const char *proxy, const char *user, uint32_t calls, const microsip_rules *rules, microsip_id *account) {
  microsip_config config;
  microsip_account a;
  microsip_id phone;
  char uri[64], hop[64];
  MICROSIP_ZERO(config);
  config.flags = MICROSIP_NULL_AUDIO;
  config.bind = "127.0.0.1:0";
  config.max_calls = calls;
  config.rules = rules;
  CHECK(microsip_create(MICROSIP_ABI_VERSION, &config, &phone) == MICROSIP_OK, "no phone for %s", user);
  snprintf(uri, sizeof uri, "sip:%s@" DOMAIN, user);
  snprintf(hop, sizeof hop, "sip:%s", proxy);
  MICROSIP_ZERO(a);
  a.uri = uri;
  a.registrar = a.proxy = hop;
  CHECK(microsip_account_add(phone, &a, account) == MICROSIP_OK, "no account for %s", user);
  return phone;
}

/* Gives the events of all phones to `told`, by their places; waits for the first at most `wait_ms`. */
static inline void events(const microsip_id *phones, unsigned count, int wait_ms, void (*told)(unsigned place, const microsip_event *event)) {
  static struct pollfd watched[64];
  microsip_event event;
  unsigned place;
  CHECK(count <= sizeof watched / sizeof *watched, "%u phones", count);
  for (place = 0; place < count; place++) {
    intptr_t descriptor;
    CHECK(microsip_event_descriptor_get(phones[place], &descriptor) == MICROSIP_OK, "no descriptor");
    watched[place].fd = (int)descriptor;
    watched[place].events = POLLIN;
  }
  poll(watched, count, wait_ms);
  for (place = 0; place < count; place++) {
    MICROSIP_ZERO(event);
    while (microsip_event_next(phones[place], &event, 0) == MICROSIP_OK) {
      if (event.type == MICROSIP_EV_LOST || event.type == MICROSIP_EV_POISONED) fail("phone %u: event %u, value %u", place, event.type, event.value);
      told(place, &event);
      MICROSIP_ZERO(event);
    }
  }
}

static inline microsip_call_info info_of(microsip_id phone, microsip_id call) {
  microsip_call_info info;
  MICROSIP_ZERO(info);
  CHECK(microsip_call_info_get(phone, call, &info) == MICROSIP_OK, "no numbers of a call");
  return info;
}

/* RTP packets that a call has received. */
static inline uint64_t received(microsip_id phone, microsip_id call) {
  microsip_stats stats;
  MICROSIP_ZERO(stats);
  return microsip_call_stats_get(phone, call, &stats) == MICROSIP_OK ? stats.received : 0;
}

#endif
