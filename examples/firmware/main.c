/* Bare metal: two phones in one image ring each other, talk, send a digit and hang up, by passing each other's datagrams in memory on a
   virtual clock; before that one of them registers with a password. Prints what one phone needs of RAM and flash, and ends 0 only if tone
   and digit arrived. A real board has one phone: its
   network driver takes the place of post(), its timer the place of `now`, its I2S interrupt the place of the 10 ms tick. */
#include "board.h"
#include "microsip.h"

#define MESSAGE 1500u
#define RATE 8000u
#define QUANTUM 80u /* 10 ms */
#define STATIC __attribute__((aligned(8))) static uint8_t
/* LAMP: one phone watches its mailbox (RFC 3842), for which a library with the feature subscribe is linked. Its texts are the
   subscription's, its URI and one class of messages. */
#ifdef LAMP
#define SUBSCRIPTIONS 1u
#define SUBSCRIPTION_BYTES 128u
#define BESIDE 1400u
#else
#define SUBSCRIPTIONS 0u
#define SUBSCRIPTION_BYTES 0u
#define BESIDE 0u
#endif

STATIC memory[2][MICROSIP_ENGINE_BYTES(2, 1, MESSAGE) + BESIDE];
static uint8_t packet[MESSAGE]; /* one buffer serves sending and receiving */
/* An ask is done with when its reply is written: one room for both. */
static union {
  microsip_ask ask;
  microsip_reply reply;
} room;

struct phone {
  microsip_engine *engine;
  microsip_addr address;
  microsip_id call;
  uint32_t registration, connected, ended, digit, heard; /* heard: quanta in which the far end's tone was recognised */
  uint32_t lamp, waiting;                                 /* of its mailbox: new messages */
  int32_t result;
  /* The tone that it plays and the one it listens for, as 2 cos(2 pi f / rate). */
  float says, listens, say_one, say_two;
};

static struct phone phones[2];
static uint64_t now = 1000000;
static const char *failed;

/* A fault of the library itself: the line in its source. */
void microsip_panic_hook(uint32_t line);
void microsip_panic_hook(uint32_t line) {
  board_print_number("the library panicked at line ", line, "\n");
  board_exit(2);
}

static void check(int32_t result, const char *what) {
  if (result < 0 && failed == 0) failed = what;
}

/* The next 10 ms of a sine, by a resonator: no libm. */
static void say(struct phone *phone, int16_t *pcm) {
  uint32_t i;
  for (i = 0; i < QUANTUM; i++) {
    float next = phone->says * phone->say_one - phone->say_two;
    phone->say_two = phone->say_one;
    phone->say_one = next;
    pcm[i] = (int16_t)next;
  }
}

/* Goertzel's filter: is most of this quantum's energy at the frequency? */
static int hears(float coefficient, const int16_t *pcm) {
  float one = 0, two = 0, total = 0;
  uint32_t i;
  for (i = 0; i < QUANTUM; i++) {
    float sample = (float)pcm[i], next = sample + coefficient * one - two;
    two = one;
    one = next;
    total += sample * sample;
  }
  return total > 90000.0f * QUANTUM && (one * one + two * two - coefficient * one * two) * 2.0f / QUANTUM > 0.75f * total;
}

static int same(const microsip_addr *a, const microsip_addr *b) {
  uint32_t i;
  if (a->family != b->family) return 0;
  for (i = 0; i < 4; i++)
    if (a->ip[i] != b->ip[i]) return 0;
  return 1;
}

/* A registrar that asks for the digest that costs most, and then accepts anything. */
static const microsip_addr registrar = {4, 5060, 0, {10, 0, 0, 9}};
static char answer[1000]; /* the far end's memory, not the phone's */
static uint32_t challenges;

static char *append(char *to, const char *text) {
  while (*text != 0 && to < answer + sizeof answer - 1) *to++ = *text++;
  *to = 0;
  return to;
}

/* The request's header line of that name, as it is. */
static char *copy_header(char *to, const char *request, uint32_t len, const char *name) {
  uint32_t at = 0, i;
  while (at < len) {
    for (i = 0; name[i] != 0 && at + i < len && request[at + i] == name[i]; i++) {}
    if (name[i] == 0)
      while (at < len && to < answer + sizeof answer - 1) {
        *to++ = request[at];
        if (request[at++] == '\n') return to;
      }
    while (at < len && request[at++] != '\n') {}
  }
  return to;
}

/* The registrar's message in `answer`, up to there, goes into the phone. */
static void registrar_sends(struct phone *phone, const char *end) {
  microsip_origin path;
  MICROSIP_ZERO(path);
  path.local = phone->address;
  path.remote = registrar;
  check(MEASURED(microsip_engine_sip(phone->engine, now, &path, (const uint8_t *)answer, (uint32_t)(end - answer), NULL)), "engine_sip");
}

#ifdef LAMP
/* It holds the mailboxes too: three new messages wait. Its tag is in each answer's To by the dialog alone, so the request's is taken. */
static void mailbox_answers(struct phone *phone, const char *request, uint32_t len) {
  static const char *const echoed[] = {"Via:", "From:", "Call-ID:", "CSeq:"};
  static char first[256], second[256], number[128];
  char *to, *end;
  uint32_t i, tags;
  /* the dialog's lines as NOTIFY has them: From and To change places */
  copy_header(answer, request, len, "To: ");
  for (end = first, to = answer + 4; *to != '\r'; to++) *end++ = *to;
  *end = 0;
  copy_header(answer, request, len, "From: ");
  for (end = second, to = answer + 6; *to != '\n'; to++) *end++ = *to;
  *end = 0;
  to = copy_header(number, request, len, "Call-ID:");
  *to = 0;
  for (i = tags = 0; first[i] != 0; i++) tags += first[i] == ';';
  to = append(answer, "SIP/2.0 200 OK\r\n");
  for (i = 0; i < 4; i++) to = copy_header(to, request, len, echoed[i]);
  to = append(append(append(to, "To: "), first), tags ? "\r\n" : ";tag=m\r\n");
  to = append(to, "Contact: <sip:mailbox@10.0.0.9>\r\nExpires: 3600\r\nContent-Length: 0\r\n\r\n");
  registrar_sends(phone, to);
  to = append(answer, "NOTIFY sip:alice@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKmailbox\r\nMax-Forwards: 70\r\nFrom: ");
  to = append(append(to, first), tags ? "\r\n" : ";tag=m\r\n");
  to = append(append(append(to, "To: "), second), "\n");
  to = append(to, number);
  to = append(to, "CSeq: 1 NOTIFY\r\nContact: <sip:mailbox@10.0.0.9>\r\nEvent: message-summary\r\nSubscription-State: active;expires=3600\r\n"
                  "Content-Type: application/simple-message-summary\r\nContent-Length: 47\r\n\r\nMessages-Waiting: yes\r\nVoice-Message: 3/8 (0/2)");
  registrar_sends(phone, to);
}
#endif

static void registrar_answers(struct phone *phone, uint32_t len) {
  static const char *const echoed[] = {"Via:", "From:", "To:", "Call-ID:", "CSeq:", "Contact:"};
  const char *request = (const char *)packet;
  char *authorised = copy_header(answer, request, len, "Authorization:"), *to;
  uint32_t i;
  int known = authorised != answer;
#ifdef LAMP
  if (request[0] == 'S' && request[1] == 'I') return; /* the phone's response to NOTIFY */
  if (request[0] == 'S') {
    mailbox_answers(phone, request, len);
    return;
  }
#endif
  to = append(answer, known ? "SIP/2.0 200 OK\r\n" : "SIP/2.0 401 Unauthorized\r\n");
  for (i = 0; i < 5 + (uint32_t)known; i++) to = copy_header(to, request, len, echoed[i]);
  if (!known) challenges++;
  if (known) to = append(to, "Expires: 300\r\n");
  /* A library with the feature sha2 answers the first, one without it the second. */
  else to = append(append(to, "WWW-Authenticate: Digest realm=\"10.0.0.9\", nonce=\"f84f1cec41e6\", algorithm=SHA-512-256, qop=\"auth\"\r\n"),
                   "WWW-Authenticate: Digest realm=\"10.0.0.9\", nonce=\"f84f1cec41e6\", algorithm=MD5, qop=\"auth\"\r\n");
  registrar_sends(phone, append(to, "Content-Length: 0\r\n\r\n"));
}

/* The network: a datagram of one phone goes into the other at once. */
static void post(struct phone *from, const microsip_out *out) {
  struct phone *to = &phones[same(&out->remote, &phones[0].address) ? 0 : 1];
  microsip_origin path;
  if (same(&out->remote, &registrar)) {
    registrar_answers(from, out->len);
    return;
  }
  if (to == from) return;
  if (out->kind == MICROSIP_OUT_SIP) {
    MICROSIP_ZERO(path);
    path.local = out->remote;
    path.remote = out->local;
    check(MEASURED(microsip_engine_sip(to->engine, now, &path, packet, out->len, NULL)), "engine_sip");
  } else {
    check(MEASURED(microsip_engine_media(to->engine, now, out->remote.port, &out->local, packet, out->len)), "engine_media");
  }
}

static void asked(struct phone *phone) {
  for (;;) {
    uint32_t kind;
    microsip_id ask;
    MICROSIP_ZERO(room.ask);
    if (MEASURED(microsip_engine_poll_ask(phone->engine, now, &room.ask)) != MICROSIP_OK) return;
    kind = room.ask.kind;
    ask = room.ask.ask;
    MICROSIP_ZERO(room.reply);
    room.reply.ask = ask;
    switch (kind) {
    case MICROSIP_ASK_LOCAL:
      room.reply.addr[0] = phone->address;
      room.reply.count = 1;
      break;
    case MICROSIP_ASK_RESOLVE: room.reply.result = MICROSIP_E_NAME; break; /* addresses only: there is no resolver here */
    case MICROSIP_ASK_OPEN_MEDIA: break; /* every port is free in memory */
    default: continue;
    }
    check(MEASURED(microsip_engine_reply(phone->engine, now, &room.reply)), "engine_reply");
  }
}

static void happened(struct phone *phone, const microsip_event *event) {
  if (event->type == MICROSIP_EV_DIGIT) phone->digit = event->value;
  if (event->type == MICROSIP_EV_ACCOUNT) phone->registration = event->state;
  if (event->type == MICROSIP_EV_NOTIFY) {
    phone->lamp = event->state;
    phone->waiting = event->value;
  }
  if (event->type != MICROSIP_EV_CALL) return;
  phone->call = event->object;
  if (event->state == MICROSIP_INCOMING) {
    check(MEASURED(microsip_engine_answer(phone->engine, now, event->object, 200, NULL)), "engine_answer");
  } else if (event->state == MICROSIP_CONNECTED) {
    phone->connected = 1;
  } else if (event->state == MICROSIP_ENDED) {
    phone->ended = 1;
    phone->result = event->result;
  }
}

/* The work of a main loop at each wake-up. */
static void turn(struct phone *phone) {
  microsip_event event;
  microsip_out out;
  MICROSIP_ZERO(event);
  MICROSIP_ZERO(out);
  check(MEASURED(microsip_engine_timeout(phone->engine, now)), "engine_timeout");
  asked(phone);
  while (MEASURED(microsip_engine_poll_event(phone->engine, now, &event)) == MICROSIP_OK) happened(phone, &event);
  while (MEASURED(microsip_engine_poll_transmit(phone->engine, now, &out, packet, sizeof packet)) == MICROSIP_OK) post(phone, &out);
}

/* 10 ms of sound, as an I2S interrupt would bring it. */
static void quantum(struct phone *phone) {
  int16_t mouth[QUANTUM], ear[QUANTUM];
  say(phone, mouth);
  check(MEASURED(microsip_engine_audio(phone->engine, now, MICROSIP_SELF, mouth, ear, QUANTUM)), "engine_audio");
  if (phone->connected && hears(phone->listens, ear)) phone->heard++;
}

static void sizes(microsip_engine_config *config) {
  config->max_calls = 2;
  config->max_accounts = 1;
  config->max_message = MESSAGE;
  config->max_subscriptions = SUBSCRIPTIONS;
  config->subscription_bytes = SUBSCRIPTION_BYTES;
  config->rate = RATE;
}

static void start(uint32_t which, float says, float listens, float first) {
  struct phone *phone = &phones[which];
  microsip_engine_config config;
  uint32_t i;
  MICROSIP_ZERO(config);
  sizes(&config);
  config.flags = MICROSIP_ALLOW_DIRECT;
  config.rtp_port_min = 4000;
  for (i = 0; i < sizeof config.seed; i++) config.seed[i] = (uint8_t)(37 * i + which + 1); /* a real board asks its entropy source */
  phone->address.family = 4;
  phone->address.port = 5060;
  phone->address.ip[0] = 10;
  phone->address.ip[3] = (uint8_t)(which + 1);
  phone->says = says;
  phone->listens = listens;
  phone->say_two = first;
  check(MEASURED(microsip_engine_init(MICROSIP_ABI_VERSION, memory[which], sizeof memory[which], &config, now, &phone->engine)), "engine_init");
}

int main(void) {
  struct phone *alice = &phones[0], *bob = &phones[1];
  microsip_engine_config config;
  microsip_account account;
  microsip_id registered = 0;
  uint64_t answered = 0, tick, end;
  uint32_t needed = 0, together, ms;
  int step = 0;
  /* 2 cos(2 pi f / 8000) and -12000 sin(2 pi f / 8000): 400 and 700 Hz, whole waves in 10 ms. */
  start(0, 1.9021130f, 1.7052803f, -3708.2f);
  start(1, 1.7052803f, 1.9021130f, -6269.9f);
  if (failed) goto over;
  MICROSIP_ZERO(account);
  account.uri = "sip:alice@10.0.0.9";
  account.password = "not a secret here";
  check(MEASURED(microsip_engine_account_add(alice->engine, now, &account, &registered)), "engine_account_add");
  end = now + 10000000u;
  for (tick = now; now < end && !failed && step < 5; now += 1000) {
    if (now >= tick) {
      quantum(alice);
      quantum(bob);
      tick += 10000;
    }
    turn(alice);
    turn(bob);
    if (answered == 0 && alice->connected && bob->connected) answered = now;
    ms = answered ? (uint32_t)(now - answered) / 1000u : 0; /* 32 bits: 64 would link a division */
    if (step == 0 && alice->registration == MICROSIP_REGISTERED) {
      step = 1;
#ifdef LAMP
      microsip_subscription mailbox;
      microsip_id watched = 0;
      MICROSIP_ZERO(mailbox);
      mailbox.package = MICROSIP_MESSAGE_SUMMARY;
      mailbox.uri = account.uri;
      check(MEASURED(microsip_engine_subscription_add(alice->engine, now, registered, &mailbox, &watched)), "engine_subscription_add");
#endif
      check(MEASURED(microsip_engine_dial(alice->engine, now, registered, "sip:bob@10.0.0.2", NULL, &alice->call)), "engine_dial");
    } else if (step == 1 && ms >= 1000) {
      step = 2;
      check(MEASURED(microsip_engine_digits(alice->engine, now, alice->call, "5", NULL, 0)), "engine_digits");
    } else if (step == 2 && ms >= 2000) {
      step = 3;
      check(MEASURED(microsip_engine_hangup(alice->engine, now, alice->call, NULL)), "engine_hangup");
    } else if (step == 3 && alice->ended && bob->ended) {
      step = 4;
      check(MEASURED(microsip_engine_account_unregister(alice->engine, now, registered, 0)), "engine_unregister");
    } else if (step == 4 && alice->registration == MICROSIP_UNREGISTERED) {
      step = 5;
    }
  }
over:
  MICROSIP_ZERO(config);
  sizes(&config);
  microsip_engine_size_get(&config, &needed);
  board_print("one phone (1 account, 2 calls, messages of 1500 bytes):\n");
  board_print_number("  engine              ", needed, " bytes of RAM\n");
  board_print_number("  (ENGINE_BYTES says  ", sizeof memory[0], " for a static array)\n");
  board_print_number("  packet buffer       ", sizeof packet, " bytes of RAM\n");
  board_print_number("  asks and replies    ", sizeof room, " bytes of RAM\n");
  board_print_number("  library's statics   ", library_statics(), " bytes of RAM\n");
  board_print_number("  its stack, deepest  ", stack_deepest(), " bytes of RAM\n");
  together = needed + (uint32_t)(sizeof packet + sizeof room) + library_statics() + stack_deepest();
  board_print_number("  together            ", together, " bytes of RAM\n");
  board_print_number("  library's code      ", library_flash(), " bytes of flash\n");
  board_print_number("alice heard bob for   ", alice->heard * 10, " ms\n");
  board_print_number("bob heard alice for   ", bob->heard * 10, " ms\n");
  board_print_number("bob got digit         ", bob->digit ? bob->digit - '0' : 0, "\n");
  if (failed) {
    board_print("failed: ");
    board_print(failed);
    board_print("\n");
    return 1;
  }
  if (step != 5 || challenges == 0 || alice->result || bob->result || alice->heard < 150 || bob->heard < 100 || bob->digit != '5') {
    board_print("failed: the call was not what it should be\n");
    return 1;
  }
#ifdef LAMP
  board_print_number("new messages          ", alice->waiting, "\n");
  if (alice->lamp != MICROSIP_LAMP_OPEN || alice->waiting != 3) {
    board_print("failed: the lamp of the mailbox is not on\n");
    return 1;
  }
#endif
  if (together > 32768u) {
    board_print("failed: one phone does not fit in 32 KB of RAM any more\n");
    return 1;
  }
  board_print("ok: an account registered with a password; two engines rang, talked, sent a digit and hung up\n");
  return 0;
}
