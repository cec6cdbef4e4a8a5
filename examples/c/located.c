/* Calls argv[1] and says where the caller is (RFC 6442), plays a tone for two seconds once the call is answered, hangs up. */
#include "microsip.h"
#include <stdio.h>

/* RFC 5491: a point. The library carries it as it is, and does not look into it. */
static const char here[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
    "<presence xmlns=\"urn:ietf:params:xml:ns:pidf\" entity=\"pres:caller@example.org\">\r\n"
    "<tuple id=\"a\"><status>\r\n"
    "<gp:geopriv xmlns:gp=\"urn:ietf:params:xml:ns:pidf:geopriv10\"><gp:location-info>\r\n"
    "<gml:Point xmlns:gml=\"http://www.opengis.net/gml\" srsName=\"urn:ogc:def:crs:EPSG::4326\"><gml:pos>52.52 13.40</gml:pos></gml:Point>\r\n"
    "</gp:location-info><gp:usage-rules/></gp:geopriv>\r\n"
    "</status></tuple></presence>\r\n";

static int fail(microsip_id phone) {
  char why[300] = "";
  uint32_t needed;
  microsip_last_error(why, sizeof why, &needed);
  fprintf(stderr, "located: %s\n", why);
  microsip_destroy(phone);
  return 1;
}

int main(int argc, char **argv) {
  microsip_config config;
  microsip_options options;
  microsip_event event;
  microsip_id phone = 0, call = 0;
  int played = 0;
  if (argc < 2) return fprintf(stderr, "usage: located sip:user@host[:port]\n"), 2;
  MICROSIP_ZERO(config);
  MICROSIP_ZERO(options);
  MICROSIP_ZERO(event);
  config.flags = MICROSIP_NULL_AUDIO | MICROSIP_ALLOW_DIRECT;
  options.location = here;
  if (microsip_create(MICROSIP_ABI_VERSION, &config, &phone) < 0) return fail(phone);
  if (microsip_dial(phone, 0, argv[1], &options, &call) < 0) return fail(phone);
  for (;;) {
    if (microsip_event_next(phone, &event, MICROSIP_FOREVER) < 0) return fail(phone);
    if (event.object != call) continue;
    if (event.type == MICROSIP_EV_DONE && event.op == MICROSIP_OP_TONE) {
      played = event.result == MICROSIP_OK;
      microsip_hangup(phone, call, NULL);
    } else if (event.type == MICROSIP_EV_CALL && event.state == MICROSIP_CONNECTED) {
      if (microsip_tone_play(phone, call, MICROSIP_TONE_DIAL, 2000, 1) < 0) return fail(phone);
    } else if (event.type == MICROSIP_EV_CALL && event.state == MICROSIP_ENDED) {
      printf("ended: SIP %u, %s\n", (unsigned)event.sip_code, microsip_strerror(event.result));
      break;
    }
  }
  microsip_destroy(phone);
  return played ? 0 : 1;
}
