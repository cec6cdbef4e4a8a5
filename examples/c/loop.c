/* The engine without a runtime: this program owns the memory, the sockets, the clock and the loop. The engine opens nothing, reads no clock
   and calls nobody. Dials argv[1] on this machine (sip:user@127.0.0.1:port, for its sockets
   are on the loopback interface; with ;transport=tcp by a stream of this program's), says a 440 Hz tone for two seconds
   once answered, hangs up. */
#define _POSIX_C_SOURCE 200809L
#include "microsip.h"
#include <arpa/inet.h>
#include <errno.h>
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

/* The one stream that this program holds: its number for the engine is 1. */
static int stream = -1, connecting;
static uint64_t stream_ask;
static microsip_addr stream_far;
static uint8_t held[4096]; /* what came and was not taken yet: as much as max_message is enough */
static uint32_t holds, skips;

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

/* Tells the engine what became of the stream. */
static void tell(uint64_t now, uint32_t state, int32_t why) {
  microsip_flow flow;
  MICROSIP_ZERO(flow);
  flow.flow = 1;
  flow.ask = stream_ask;
  flow.state = state;
  flow.transport = MICROSIP_TCP;
  flow.result = why;
  flow.local = local[SIP];
  flow.remote = stream_far;
  stream_ask = 0;
  if (state != MICROSIP_FLOW_UP) {
    close(stream);
    stream = -1;
    holds = skips = 0;
  }
  check(microsip_engine_flow(engine, now, &flow), "flow");
}

/* Begins to connect; it is told when it is done. */
static void open_stream(const microsip_ask *ask, uint64_t now) {
  struct sockaddr_in in = posix(&ask->addr);
  stream_ask = ask->ask;
  stream_far = ask->addr;
  connecting = 1;
  stream = socket(AF_INET, SOCK_STREAM, 0);
  if (stream < 0 || fcntl(stream, F_SETFL, O_NONBLOCK) < 0 ||
      (connect(stream, (struct sockaddr *)&in, sizeof in) < 0 && errno != EINPROGRESS)) {
    tell(now, MICROSIP_FLOW_DOWN, MICROSIP_E_UNREACHABLE);
  }
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
    } else if (ask.kind == MICROSIP_ASK_CONNECT && stream < 0) {
      open_stream(&ask, now);
      continue;
    } else if (ask.kind == MICROSIP_ASK_DISCONNECT) {
      close(stream);
      stream = -1;
      continue;
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

static void transmit(uint64_t now);

/* Bytes came over the stream, or it is connected, or gone. */
static void streamed(uint64_t now) {
  microsip_origin path;
  uint32_t taken;
  int32_t code;
  ssize_t got;
  if (connecting) {
    int error = 0;
    socklen_t length = sizeof error;
    connecting = 0;
    if (getsockopt(stream, SOL_SOCKET, SO_ERROR, &error, &length) < 0 || error != 0) tell(now, MICROSIP_FLOW_DOWN, MICROSIP_E_UNREACHABLE);
    else tell(now, MICROSIP_FLOW_UP, MICROSIP_OK);
    return;
  }
  got = recv(stream, held + holds, sizeof held - holds, 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    tell(now, MICROSIP_FLOW_DOWN, MICROSIP_E_UNREACHABLE);
    return;
  }
  holds += (uint32_t)got;
  MICROSIP_ZERO(path);
  path.flow = 1;
  while (holds > 0) {
    if (skips > 0) { /* the rest of a message that was too long */
      taken = skips < holds ? skips : holds;
      skips -= taken;
    } else {
      taken = 0;
      code = microsip_engine_sip(engine, now, &path, held, holds, &taken);
      if (code == MICROSIP_MORE) return;
      if (code == MICROSIP_CLOSE) {
        tell(now, MICROSIP_FLOW_DOWN, MICROSIP_OK);
        return;
      }
      check(code, "sip");
      if (code == MICROSIP_DRAIN) {
        transmit(now);
        if (stream < 0) return;
        continue;
      }
      if (taken > holds) {
        skips = taken - holds;
        taken = holds;
      }
    }
    memmove(held, held + taken, holds - taken);
    holds -= taken;
  }
}

static void transmit(uint64_t now) {
  static uint8_t packet[4096];
  microsip_out out;
  struct sockaddr_in in;
  int which;
  MICROSIP_ZERO(out);
  while (microsip_engine_poll_transmit(engine, now, &out, packet, sizeof packet) == MICROSIP_OK) {
    if (out.flow != 0) {
      /* a program with many streams keeps what does not go at once; here so little waits that it means a dead far end */
      if (send(stream, packet, out.len, MSG_NOSIGNAL) != (ssize_t)out.len) tell(now, MICROSIP_FLOW_FULL, MICROSIP_E_UNREACHABLE);
      continue;
    }
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
  struct pollfd fds[SOCKETS + 1];
  uint64_t now, tick, when, wake;
  uint32_t bytes = 0;
  void *memory;
  int random, which, hung_up = 0;
  if (argc < 2) return fprintf(stderr, "usage: loop sip:user@1.2.3.4:port\n"), 2;
  MICROSIP_ZERO(config);
  config.rate = RATE;
  config.flags = MICROSIP_ALLOW_DIRECT;
  config.max_flows = microsip_features() & MICROSIP_HAS_STREAM ? 1 : 0;
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
    fds[SOCKETS].fd = stream;
    fds[SOCKETS].events = connecting ? POLLOUT : POLLIN;
    if (poll(fds, SOCKETS + 1, wake > now ? (int)((wake - now + 999) / 1000) : 0) < 0) return perror("loop: poll"), 1;
    now = now_us();
    for (which = 0; which < SOCKETS; which++)
      if (fds[which].revents & POLLIN) received(which, now);
    if (stream >= 0 && fds[SOCKETS].revents != 0) streamed(now);
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
