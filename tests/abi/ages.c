/* Built with an older header's structs, which lack later members, and with a newer one's, which have a member more at the end: an engine of each. */
#include "microsip.h"
#include <stdio.h>

int main(void) {
  static uint64_t memory[MICROSIP_ENGINE_BYTES(1, 1, 1500) / 8 + 1];
  microsip_engine_config c;
  microsip_engine *e;
  microsip_event ev;
  microsip_call_info info;
  microsip_id call;
  int32_t made, told, known;
  MICROSIP_ZERO(c);
  c.seed[0] = 1;
  made = microsip_engine_init(MICROSIP_ABI_VERSION, memory, sizeof memory, &c, 0, &e);
  if (made != MICROSIP_OK || microsip_engine_dial(e, 1, 0, "sip:x@127.0.0.1", NULL, &call) != MICROSIP_OK) return 1;
  MICROSIP_ZERO(ev);
  told = microsip_engine_poll_event(e, 1, &ev);
  memset(&info, 0xff, sizeof info);
  info.size = (uint32_t)sizeof info;
  known = microsip_engine_call_info_get(e, 1, call, &info);
  printf("event %u, call info %u bytes: %d, %d, state %u, in call info %u\n", (unsigned)sizeof ev, (unsigned)sizeof info, (int)told, (int)known,
      (unsigned)ev.state, (unsigned)info.state);
  return !(told == MICROSIP_OK && known == MICROSIP_OK && ev.state == MICROSIP_CALLING && info.state == MICROSIP_CALLING && info.call == call);
}
