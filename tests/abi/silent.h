/* A far end that receives and sends nothing: ICMP would report a closed port, and the call would end at once. */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* Its URI. */
static char silent[64];
static int be_silent(void) {
  struct sockaddr_in in;
  socklen_t len = sizeof in;
  int s = socket(AF_INET, SOCK_DGRAM, 0);
  memset(&in, 0, sizeof in);
  in.sin_family = AF_INET;
  in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(s, (struct sockaddr *)&in, len) || getsockname(s, (struct sockaddr *)&in, &len)) return 0;
  snprintf(silent, sizeof silent, "sip:nobody@127.0.0.1:%u", (unsigned)ntohs(in.sin_port));
  return 1;
}
