/* Calls between two phones by way of the proxy argv[1]: argv[2] of them, ten at a time, out from one and in at the other, and the other way round.
 * Half of them are held and resumed, offered anew and put in a conference, in an order that the seed argv[3] gives, by the one end, the other or both.
 * A call ends when both ends have heard each other after all of that. None may be lost or stay; memory may not grow. */
#include "host.h"

#define AT_ONCE 10
#define MAX_CALLS 100000
/* Calls after which everything but the rings of tombstones has been used once. */
#define WARM 100
/* Those are of 1024 in each phone, two a call: their pages, and a block of the C library's arenas (132 kB) for each thread that needs one more. */
#define GROWTH_KB 512
/* So many calls have filled them: the last quarter of such a run may use a page here and there, and nothing that grows by the call. */
#define LONG 1000
#define FLAT_KB 64
/* Packets that each end must hear after the last change: a tenth of a second. */
#define HEARD 5
#define ENDS 2
#define STEPS 4

enum step { HOLD, RESUME, OFFER, JOIN };

/* One end of a call. */
struct end {
  microsip_id call;
  unsigned connected, ended;
  /* Its changes in order, those that are done, and whether one is out. */
  unsigned char steps[STEPS];
  unsigned count, done, out;
  uint64_t mark;
};

struct call {
  struct end end[ENDS]; /* of phone 0 and phone 1 */
  unsigned used, caller, closing, marked;
  unsigned number;
};

static microsip_id phone[ENDS], account[ENDS], room[ENDS];
static struct call calls[AT_ONCE];
static unsigned registered, wanted, begun, over, joined, held, offered;
static uint64_t chance;
static double last;

static unsigned draw(unsigned below) {
  chance ^= chance << 13;
  chance ^= chance >> 7;
  chance ^= chance << 17;
  return (unsigned)(chance % below);
}

/* The command that is told by its token: of which call and by which end. */
static uint64_t token_of(const struct call *call, unsigned side) { return (uint64_t)(call - calls) * ENDS + side + 1; }

static void plan(struct end *end) {
  /* Held before it is resumed; everything else in any order. */
  static const unsigned char orders[6][STEPS] = {{HOLD, RESUME, OFFER, JOIN}, {HOLD, RESUME, JOIN, OFFER}, {OFFER, HOLD, RESUME, JOIN},
                                                 {JOIN, HOLD, RESUME, OFFER}, {HOLD, OFFER, JOIN, RESUME}, {JOIN, OFFER, HOLD, RESUME}};
  memcpy(end->steps, orders[draw(6)], STEPS);
  end->count = STEPS;
}

/* The calls that a phone has, for a failure's report. */
static void list(unsigned side) {
  microsip_id ids[4 * AT_ONCE];
  uint32_t n, count = 0;
  microsip_ids_get(phone[side], MICROSIP_KIND_CALL, 0, ids, 4 * AT_ONCE, &count);
  for (n = 0; n < count && n < 4 * AT_ONCE; n++) {
    microsip_call_info info = info_of(phone[side], ids[n]);
    unsigned place = info.tag ? (unsigned)((info.tag - 1) / ENDS) : AT_ONCE;
    fprintf(stderr, "phone %u, call %llx: state %u, tag %u, incoming %u, status %u, media %u; the application's: %llx\n", side, (unsigned long long)ids[n], info.state,
            (unsigned)info.tag, info.incoming, info.sip_code, info.media, (unsigned long long)(place < AT_ONCE ? calls[place].end[side].call : 0));
  }
}

static void begin(struct call *call) {
  microsip_options o;
  char header[64];
  unsigned side = draw(2);
  memset(call, 0, sizeof *call);
  call->used = 1;
  call->number = begun++;
  call->caller = side;
  /* Half of them are changed: by the caller, by the called, and a sixth of these by both at once. */
  if (call->number % 2) {
    unsigned who = draw(6);
    if (who % 2 || who == 0) plan(&call->end[0]);
    if (who % 2 == 0) plan(&call->end[1]);
  }
  MICROSIP_ZERO(o);
  snprintf(header, sizeof header, "X-Place: %u\r\n", (unsigned)(call - calls));
  o.headers = header;
  o.tag = token_of(call, side);
  if (microsip_dial(phone[side], account[side], side ? "sip:one@" DOMAIN : "sip:two@" DOMAIN, &o, &call->end[side].call) != MICROSIP_OK) {
    list(side);
    fail("call %u cannot be dialled", call->number);
  }
}

/* A call comes in: its INVITE says which one it is. */
static void come(unsigned side, microsip_id id) {
  char place[16];
  uint32_t needed;
  microsip_options o;
  struct call *call;
  CHECK(microsip_header_get(phone[side], id, MICROSIP_FIRST, "X-Place", 0, place, sizeof place, &needed) == MICROSIP_OK, "a call without our header");
  call = &calls[atoi(place) % AT_ONCE];
  CHECK(call->used && !call->end[side].call, "a call came twice");
  call->end[side].call = id;
  MICROSIP_ZERO(o);
  o.tag = token_of(call, side);
  CHECK(microsip_answer(phone[side], id, 200, &o) == MICROSIP_OK, "call %u cannot be answered", call->number);
}

/* A call has joined the conference. */
static void in_the_room(unsigned side, microsip_id id) {
  unsigned n;
  for (n = 0; n < AT_ONCE; n++) {
    struct end *end = &calls[n].end[side];
    if (!calls[n].used || end->call != id) continue;
    end->out = 0;
    end->done++;
    joined++;
  }
}

static void told(unsigned side, const microsip_event *event) {
  struct call *call;
  struct end *end;
  uint64_t place;
  if (event->type == MICROSIP_EV_ACCOUNT) {
    CHECK(event->state != MICROSIP_REG_FAILED, "phone %u is not registered: %u", side, event->sip_code);
    registered += event->state == MICROSIP_REGISTERED;
  }
  if (event->type == MICROSIP_EV_MEMBER && event->state == 1) { in_the_room(side, event->other); return; }
  if (event->type == MICROSIP_EV_CALL && event->state == MICROSIP_INCOMING) { come(side, event->object); return; }
  place = event->type == MICROSIP_EV_CALL ? event->tag : event->type == MICROSIP_EV_DONE ? event->token : 0;
  if (!place || (event->type == MICROSIP_EV_CALL && event->state < MICROSIP_CONNECTED)) return;
  call = &calls[(place - 1) / ENDS];
  end = &call->end[side];
  CHECK((place - 1) % ENDS == side && call->used, "an event of nothing");
  last = seconds();
  if (event->type == MICROSIP_EV_DONE) {
    CHECK(event->result == MICROSIP_OK, "call %u: command %u ended with %d (%u)", call->number, event->op, event->result, event->sip_code);
    held += event->op == MICROSIP_OP_HOLD && end->steps[end->done] == HOLD;
    offered += event->op == MICROSIP_OP_REOFFER;
    end->done++;
    end->out = 0;
  } else if (event->state == MICROSIP_CONNECTED) {
    end->connected = 1;
  } else {
    CHECK(event->result == MICROSIP_OK && event->cause == MICROSIP_CAUSE_NORMAL && end->connected && call->closing,
          "call %u broke off: %u, result %d, cause %u, by %u", call->number, event->sip_code, event->result, event->cause, event->ended_by);
    end->ended = 1;
    microsip_id_release(phone[side], end->call);
  }
}

/* The next change by one end; true: all are done. */
static int changed(struct call *call, unsigned side) {
  struct end *end = &call->end[side];
  uint64_t token = token_of(call, side);
  if (end->out) return 0;
  if (end->done == end->count) return 1;
  end->out = 1;
  switch (end->steps[end->done]) {
  case HOLD:
  case RESUME:
    CHECK(microsip_hold(phone[side], end->call, end->steps[end->done] == HOLD, token) == MICROSIP_OK, "call %u cannot be held", call->number);
    break;
  case OFFER: {
    microsip_media m;
    MICROSIP_ZERO(m);
    m.update = draw(2) ? MICROSIP_ON : MICROSIP_OFF;
    CHECK(microsip_reoffer(phone[side], end->call, &m, token) == MICROSIP_OK, "call %u cannot be offered anew", call->number);
    break;
  }
  default:
    CHECK(microsip_conference_member_set(phone[side], room[side], end->call, NULL) == MICROSIP_OK, "call %u cannot join", call->number);
    CHECK(info_of(phone[side], end->call).conference == room[side], "call %u is in no conference", call->number);
  }
  return 0;
}

/* What there is to do for a call now. */
static void go_on(struct call *call) {
  unsigned side, ready = 0, heard = 0;
  if (!call->used || !call->end[0].connected || !call->end[1].connected) return;
  if (call->end[0].ended && call->end[1].ended) {
    call->used = 0;
    over++;
    return;
  }
  if (call->closing) return;
  for (side = 0; side < ENDS; side++) ready += (unsigned)changed(call, side);
  if (ready < ENDS) return;
  for (side = 0; side < ENDS; side++) {
    struct end *end = &call->end[side];
    uint64_t now = received(phone[side], end->call);
    if (!call->marked) end->mark = now;
    heard += now >= end->mark + HEARD;
  }
  call->marked = 1;
  if (heard < ENDS) return;
  call->closing = 1;
  side = draw(2);
  CHECK(microsip_hangup(phone[side], call->end[side].call, NULL) == MICROSIP_OK, "call %u cannot be ended", call->number);
}

static void stuck(void) {
  unsigned n, side;
  for (n = 0; n < AT_ONCE; n++)
    for (side = 0; calls[n].used && side < ENDS; side++) {
      struct end *end = &calls[n].end[side];
      fprintf(stderr, "call %u, end %u of caller %u: connected %u, %u of %u changes, out %u, closing %u, ended %u, %llu packets\n", calls[n].number, side, calls[n].caller,
              end->connected, end->done, end->count, end->out, calls[n].closing, end->ended, (unsigned long long)(end->call ? received(phone[side], end->call) : 0));
    }
  fail("nothing has happened for %.0f s, %u of %u calls are over", PATIENCE_S, over, wanted);
}

int main(int argc, char **argv) {
  unsigned n, side;
  long warm = 0, three_quarters = 0, late;
  double began, cpu;
  if (argc < 4) return fprintf(stderr, "usage: many ADDR:PORT CALLS SEED\n"), 2;
  wanted = (unsigned)atoi(argv[2]);
  chance = strtoull(argv[3], NULL, 10) * 2654435769u + 1;
  CHECK(wanted > WARM && wanted <= MAX_CALLS, "%u calls: more than %d are wanted", wanted, WARM);
  for (side = 0; side < ENDS; side++) {
    phone[side] = phone_at(argv[1], side ? "two" : "one", 2 * AT_ONCE, NULL, &account[side]);
    CHECK(microsip_conference_create(phone[side], 0, &room[side]) == MICROSIP_OK, "no conference");
  }
  last = began = seconds();
  while (registered < ENDS) {
    CHECK(seconds() - last < PATIENCE_S, "not registered");
    events(phone, ENDS, 100, told);
  }
  for (last = began = seconds(), cpu = cpu_seconds(); over < wanted;) {
    for (n = 0; n < AT_ONCE; n++) {
      if (!calls[n].used && begun < wanted) begin(&calls[n]);
      go_on(&calls[n]);
    }
    if (!warm && over >= WARM) warm = resident_kb();
    if (!three_quarters && over >= wanted / 4 * 3) three_quarters = resident_kb();
    if (seconds() - last > PATIENCE_S) stuck();
    events(phone, ENDS, 20, told);
  }
  late = resident_kb();
  for (side = 0; side < ENDS; side++) {
    microsip_info info;
    microsip_counters counters;
    MICROSIP_ZERO(info);
    MICROSIP_ZERO(counters);
    CHECK(microsip_info_get(phone[side], &info) == MICROSIP_OK && microsip_counters_get(phone[side], &counters) == MICROSIP_OK, "no numbers");
    CHECK(info.calls == 0, "%u calls are left at phone %u", info.calls, side);
    CHECK(counters.refused_full + counters.evicted_ended + counters.lost_events == 0, "phone %u refused %u, evicted %u and lost %u events", side, counters.refused_full,
          counters.evicted_ended, counters.lost_events);
  }
  CHECK(held >= wanted / 2 && offered >= wanted / 2 && joined >= wanted / 2, "%u held, %u offered anew, %u joined", held, offered, joined);
  printf("%u calls in %.1f s, seed %s: 0 stuck, 0 lost; %u held and resumed, %u offered anew, %u in a conference; %.2f CPU s, resident %ld kB after %d, %ld kB after three quarters and %ld kB at the end\n", over,
         seconds() - began, argv[3], held, offered, joined, cpu_seconds() - cpu, warm, WARM, three_quarters, late);
  CHECK(late - warm <= GROWTH_KB, "memory grew by %ld kB after %d calls", late - warm, WARM);
  CHECK(wanted < LONG || late - three_quarters <= FLAT_KB, "memory grew by %ld kB in the last quarter", late - three_quarters);
  for (side = 0; side < ENDS; side++) microsip_destroy(phone[side]);
  return 0;
}
