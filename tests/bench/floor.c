/* floor PORT SECONDS EVERY_MS WAKE: what the least program costs that sends 50 packets of a G.711 call a second to 127.0.0.1:PORT and reads what
 * comes back. It looks at the clock each EVERY_MS (10 or 20). WAKE 1: each packet that comes wakes it too; 0: packets are read when it looks.
 * Prints the CPU time it took, in microseconds a second. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

static long long now(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int main(int argc, char **argv) {
  struct sockaddr_in to = {0};
  unsigned char packet[172] = {0x80, 0}, heard[2048];
  long long next, end, every, began;
  int s, wake, look = 0, sent = 0, got = 0;
  if (argc < 5) return 2;
  every = atoi(argv[3]) * 1000000LL;
  wake = atoi(argv[4]);
  s = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  to.sin_family = AF_INET;
  to.sin_port = htons((unsigned short)atoi(argv[1]));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  next = now(CLOCK_MONOTONIC);
  end = next + atoi(argv[2]) * 1000000000LL;
  began = now(CLOCK_PROCESS_CPUTIME_ID);
  while (next < end) {
    struct pollfd fd = {s, POLLIN, 0};
    long long left = next - now(CLOCK_MONOTONIC);
    if (left > 0) {
      struct timespec wait = {left / 1000000000LL, left % 1000000000LL};
      if (ppoll(&fd, wake ? 1 : 0, &wait, NULL) > 0) {
        if (recvfrom(s, heard, sizeof heard, 0, NULL, NULL) > 0) got++;
        continue;
      }
    }
    if (!wake)
      while (recvfrom(s, heard, sizeof heard, 0, NULL, NULL) > 0) got++;
    if (every == 20000000LL || look++ % 2 == 0) {
      packet[3] = (unsigned char)++sent;
      memset(packet + 12, sent & 0x7f, 160);
      sendto(s, packet, sizeof packet, 0, (struct sockaddr *)&to, sizeof to);
    }
    next += every;
  }
  printf("%lld %d %d\n", (now(CLOCK_PROCESS_CPUTIME_ID) - began) / 1000 / atoi(argv[2]), sent, got);
  return 0;
}
