// Two phones that end with their scope: one echoes its calls, by a handler, the other calls it, plays a tone, listens for it, and hangs up.
#include "microsip.hpp"

#include <cmath>
#include <cstdio>
#include <string>

namespace {

const double PI = 3.14159265358979;
const unsigned RATE = 8000;
const double HERTZ = 440;

microsip_config local() {
  microsip_config config = microsip::zero<microsip_config>();
  config.flags = MICROSIP_NULL_AUDIO | MICROSIP_ALLOW_DIRECT;
  config.bind = "127.0.0.1:0";
  return config;
}

// Answers every call and echoes its sound.
void echo(microsip::phone &phone, const microsip_event &event) {
  if (event.type != MICROSIP_EV_CALL) return;
  if (event.state == MICROSIP_INCOMING) {
    microsip_options options = microsip::zero<microsip_options>();
    options.source = MICROSIP_SRC_ECHO;
    phone.answer(event.object, 200, &options);
  } else if (event.state == MICROSIP_ENDED) {
    phone.release(event.object);
  }
}

// Goertzel's filter over 100 ms.
bool is_tone(const std::int16_t *pcm, unsigned samples) {
  const double coefficient = 2 * std::cos(2 * PI * HERTZ / RATE);
  double one = 0, two = 0, total = 0;
  for (unsigned i = 0; i < samples; i++) {
    const double next = pcm[i] + coefficient * one - two;
    two = one;
    one = next;
    total += static_cast<double>(pcm[i]) * pcm[i];
  }
  return total > 90000.0 * samples && (one * one + two * two - coefficient * one * two) * 2 / samples > 0.75 * total;
}

// Talks for a second and a half; returns the milliseconds for which the tone came back.
unsigned talk(microsip::phone &phone, microsip_id call) {
  std::int16_t mouth[160], ear[160], window[800];
  unsigned position = 0, filled = 0, heard = 0;
  for (unsigned round = 0; round < 75; round++) {
    for (unsigned i = 0; i < 160; i++, position++) mouth[i] = static_cast<std::int16_t>(12000 * std::sin(2 * PI * HERTZ * position / RATE));
    phone.write(call, mouth, 160, 100);
    const unsigned got = phone.read(call, ear, 160, 20);
    for (unsigned i = 0; i < got; i++) {
      window[filled++] = ear[i];
      if (filled == 800) {
        heard += is_tone(window, filled) ? 100 : 0;
        filled = 0;
      }
    }
  }
  return heard;
}

int call(microsip::phone &phone, const std::string &target) {
  microsip_event event = microsip::zero<microsip_event>();
  const microsip_id call = phone.dial(target, 0, MICROSIP_SRC_PCM);
  unsigned heard = 0;
  bool talked = false;
  while (phone.next_event(event, 15000)) {
    if (event.type != MICROSIP_EV_CALL || event.object != call) continue;
    if (event.state == MICROSIP_CONNECTED && !talked) {
      talked = true;
      std::printf("connected to %s, %s\n", phone.text(call, MICROSIP_TXT_REMOTE_URI).c_str(), phone.text(call, MICROSIP_TXT_CODEC).c_str());
      heard = talk(phone, call);
      phone.hangup(call);
    } else if (event.state == MICROSIP_ENDED) {
      std::printf("ended: %s; the tone came back for %u ms\n", microsip_strerror(event.result), heard);
      return heard >= 500 ? 0 : 1;
    }
  }
  std::fprintf(stderr, "the call was not over in time\n");
  return 1;
}

} // namespace

int main() try {
  microsip::phone far(local(), echo), near(local());
  const int result = call(near, "sip:echo@127.0.0.1:" + std::to_string(far.address().port));
  far.shutdown(0);
  return result;
} catch (const microsip::error &error) {
  std::fprintf(stderr, "%s (%d)\n", error.what(), static_cast<int>(error.code()));
  return 1;
}
