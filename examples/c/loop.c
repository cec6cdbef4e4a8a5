/* The engine without a runtime: this program owns the memory, the sockets, the clock and the loop. The engine opens nothing, reads no clock
   and calls nobody. Dials argv[1] on this machine (sip:user@127.0.0.1:port, for its sockets
   are on the loopback interface), says a 440 Hz tone for two seconds once answered, hangs up. */
#define _POSIX_C_SOURCE 200809L
#include "microsip.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define RATE 8000
#define QUANTUM (RATE / 100)

/* SIP, RTP and RTCP: one call is all that this program holds. */
enum { SIP, RTP, RTCP, SOCKETS };

static int sockets[SOCKETS] = {-1, -1, -1};
static microsip_addr local[SOCKETS];
static microsip_engine *engine;
static microsip_id call;
static uint64_t answered; /* when; 0: not yet */
static int result = 1, over;

static uint64_t now_us(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000u + (uint64_t)time.tv_nsec / 1000u;
}

static void check(int32_t code, const char *what) {
  if (code >= 0) return;
  fprintf(stderr, "loop: %s: %s (%d)\n", what, microsip_strerror(code), (int)code);
  exit(1);
}

static struct sockaddr_in posix(const microsip_addr *address) {
  struct sockaddr_in in;
  memset(&in, 0, sizeof in);
  in.sin_family = AF_INET;
  in.sin_port = htons(address->port);
  memcpy(&in.sin_addr, address->ip, 4);
  return in;
}

static microsip_addr ours(const struct sockaddr_in *in) {
  microsip_addr address;
  memset(&address, 0, sizeof address);
  address.family = 4;
  address.port = ntohs(in->sin_port);
  memcpy(address.ip, &in->sin_addr, 4);
  return address;
}

/* A UDP socket on the loopback interface; 0: any port. */
static int open_socket(int which, uint16_t port) {
  struct sockaddr_in in;
  socklen_t length = sizeof in;
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  memset(&in, 0, sizeof in);
  in.sin_family = AF_INET;
  in.sin_port = htons(port);
  in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd < 0 || fcntl(fd, F_SETFL, O_NONBLOCK) < 0 || bind(fd, (struct sockaddr *)&in, sizeof in) < 0 || getsockname(fd, (struct sockaddr *)&in, &length) < 0) {
    if (fd >= 0) close(fd);
    return -1;
  }
  sockets[which] = fd;
  local[which] = ours(&in);
  return 0;
}

/* An even port and the next, for RTP and RTCP: the engine counts its media ports from the first. */
static uint32_t open_pair(void) {
  uint32_t port;
  for (port = 42000; port < 44000; port += 2) {
    if (open_socket(RTP, (uint16_t)port) != 0) continue;
    if (open_socket(RTCP, (uint16_t)(port + 1)) == 0) return port;
    close(sockets[RTP]);
  }
  fprintf(stderr, "loop: no pair of ports is free from 42000 to 44000\n");
  exit(1);
}

/* Does the engine's asks: here the replies are known at once; where a name has to be looked up, the reply may come any time later. */
static void asked(uint64_t now) {
  microsip_ask ask;
  microsip_reply reply;
  MICROSIP_ZERO(ask);
  while (microsip_engine_poll_ask(engine, now, &ask) == MICROSIP_OK) {
    MICROSIP_ZERO(reply);
    reply.ask = ask.ask;
    if (ask.kind == MICROSIP_ASK_LOCAL) {
      reply.count = 1;
      reply.addr[0] = local[SIP];
    } else if (ask.kind == MICROSIP_ASK_OPEN_MEDIA) {
      reply.result = ask.port == local[RTP].port ? MICROSIP_OK : MICROSIP_E_PORT_IN_USE;
    } else if (ask.kind == MICROSIP_ASK_RESOLVE) {
      fprintf(stderr, "loop: %s is a name; this example takes addresses\n", ask.name);
      reply.result = MICROSIP_E_NAME;
    } else {
      continue; /* audio on and off, media closed: nothing to do here */
    }
    check(microsip_engine_reply(engine, now, &reply), "reply");
  }
}

static void received(int which, uint64_t now) {
  static uint8_t packet[65536];
  struct sockaddr_in in;
  socklen_t length = sizeof in;
  microsip_origin path;
  ssize_t got;
  while ((got = recvfrom(sockets[which], packet, sizeof packet, 0, (struct sockaddr *)&in, &length)) >= 0) {
    MICROSIP_ZERO(path);
    path.local = local[which];
    path.remote = ours(&in);
    if (which == SIP) check(microsip_engine_sip(engine, now, &path, packet, (uint32_t)got, NULL), "sip");
    else check(microsip_engine_media(engine, now, local[which].port, &path.remote, packet, (uint32_t)got), "media");
  }
}

static void transmit(uint64_t now) {
  static uint8_t packet[4096];
  microsip_out out;
  struct sockaddr_in in;
  int which;
  MICROSIP_ZERO(out);
  while (microsip_engine_poll_transmit(engine, now, &out, packet, sizeof packet) == MICROSIP_OK) {
    which = out.kind == MICROSIP_OUT_SIP ? SIP : out.kind == MICROSIP_OUT_RTP ? RTP : RTCP;
    in = posix(&out.remote);
    if (sendto(sockets[which], packet, out.len, 0, (struct sockaddr *)&in, sizeof in) < 0) perror("loop: sendto"); /* the engine sends again */
  }
}

static void happened(void) {
  microsip_event event;
  microsip_stats stats;
  MICROSIP_ZERO(event);
  while (microsip_engine_poll_event(engine, now_us(), &event) == MICROSIP_OK) {
    if (event.type != MICROSIP_EV_CALL || event.object != call) continue;
    if (event.state == MICROSIP_CONNECTED && answered == 0) {
      answered = now_us();
      puts("connected");
    } else if (event.state == MICROSIP_ENDED) {
      MICROSIP_ZERO(stats);
      check(microsip_engine_call_stats_get(engine, now_us(), call, &stats), "call_stats_get");
      printf("ended: SIP %u, %s; %lu packets sent\n", (unsigned)event.sip_code, microsip_strerror(event.result), (unsigned long)stats.sent);
      result = answered != 0 && event.result == MICROSIP_OK && stats.sent > 0 ? 0 : 1;
      over = 1;
    }
  }
}

/* 10 ms of sound: 440 Hz out; the sound that comes in is dropped. */
static void sound(uint64_t now) {
  static unsigned position;
  int16_t mouth[QUANTUM], ear[QUANTUM];
  int i;
  for (i = 0; i < QUANTUM; i++) mouth[i] = (int16_t)(9000 * sin(2 * 3.14159265358979 * 440 * position++ / RATE));
  check(microsip_engine_audio(engine, now, MICROSIP_SELF, mouth, ear, QUANTUM), "audio");
}

int main(int argc, char **argv) {
  microsip_engine_config config;
  struct pollfd fds[SOCKETS];
  uint64_t now, tick, when, wake;
  uint32_t bytes = 0;
  void *memory;
  int random, which, hung_up = 0;
  if (argc < 2) return fprintf(stderr, "usage: loop sip:user@1.2.3.4:port\n"), 2;
  MICROSIP_ZERO(config);
  config.rate = RATE;
  config.flags = MICROSIP_ALLOW_DIRECT;
  random = open("/dev/urandom", O_RDONLY);
  if (random < 0 || read(random, config.seed, sizeof config.seed) != (ssize_t)sizeof config.seed) return perror("loop: /dev/urandom"), 1;
  close(random);
  if (open_socket(SIP, 0) != 0) return perror("loop: socket"), 1;
  config.rtp_port_min = open_pair();
  check(microsip_engine_size_get(&config, &bytes), "engine_size");
  memory = calloc(1, bytes); /* firmware has a static array of MICROSIP_ENGINE_BYTES */
  if (memory == NULL) return perror("loop: calloc"), 1;
  now = now_us();
  check(microsip_engine_init(MICROSIP_ABI_VERSION, memory, bytes, &config, now, &engine), "engine_init");
  check(microsip_engine_dial(engine, now, 0, argv[1], NULL, &call), "dial");
  for (which = 0; which < SOCKETS; which++) {
    fds[which].fd = sockets[which];
    fds[which].events = POLLIN;
  }
  for (tick = now; !over;) {
    /* Drain: asks, events, datagrams to send. */
    asked(now);
    happened();
    transmit(now);
    if (over) break;
    /* Sleep until a datagram, the engine's deadline, or the next 10 ms of sound. */
    wake = answered ? tick : now + 60000000u;
    if (microsip_engine_poll_timeout(engine, now, &when) == MICROSIP_OK && when < wake) wake = when;
    now = now_us();
    if (poll(fds, SOCKETS, wake > now ? (int)((wake - now + 999) / 1000) : 0) < 0) return perror("loop: poll"), 1;
    now = now_us();
    for (which = 0; which < SOCKETS; which++)
      if (fds[which].revents & POLLIN) received(which, now);
    check(microsip_engine_timeout(engine, now), "timeout");
    if (!answered) tick = now;
    for (; answered && tick <= now; tick += 10000) sound(now);
    if (answered && !hung_up && now - answered > 2000000) {
      hung_up = 1;
      check(microsip_engine_hangup(engine, now, call, NULL), "hangup");
    }
  }
  free(memory);
  return result;
}
