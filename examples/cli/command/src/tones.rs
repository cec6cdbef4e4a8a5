//! `microsip tones`: the countries whose tones there are, or one of these tones for the person at this machine.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use serde_json::json;

use crate::abi as c;
use crate::app::{self, App, Job};
use crate::args::{Listen, Network, Show, Sound, duration};
use crate::output::Output;
use crate::phone::Id;
use crate::session::{Exit, Session, Stop};
use crate::talk::{ready, rings};

/// The end of a tone: it fades, and what the device has of it is played.
const FADES: Duration = Duration::from_millis(200);

/// The length of a tone without `--for`.
const USUAL: Duration = Duration::from_secs(5);
/// A beep, 400 ms of it, and the time in which a device opens.
const BEEP: Duration = Duration::from_secs(1);

#[derive(Args, Debug)]
pub(crate) struct Tones {
    /// The tone; none: the countries are listed
    pub(crate) tone: Option<Tone>,
    /// The country, as DE [default: what ITU-T recommends]
    #[arg(long = "tones", value_name = "COUNTRY", requires = "tone")]
    pub(crate) country: Option<String>,
    /// Length: 10s, 500ms [default: 5s]; a beep has its own
    #[arg(long = "for", value_name = "TIME", value_parser = duration, requires = "tone")]
    pub(crate) length: Option<Duration>,
    /// Loudspeaker, by its id or name in `microsip devices`; null, or wav:F.wav
    #[arg(long, value_name = "DEVICE", requires = "tone")]
    pub(crate) output: Option<String>,
    /// The device of the ring, likewise [default: where the loudspeaker is]
    #[arg(long, value_name = "DEVICE", requires = "tone")]
    pub(crate) ring_device: Option<String>,
    /// Ring with this WAV file
    #[arg(long, value_name = "F.wav", requires = "tone")]
    pub(crate) ring: Option<PathBuf>,
}

/// A tone of a telephone.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Tone {
    Dial = c::MICROSIP_TONE_DIAL as isize,
    /// The far end rings
    Ringback = c::MICROSIP_TONE_RINGBACK as isize,
    Busy = c::MICROSIP_TONE_BUSY as isize,
    /// There is no way to the far end
    Congestion = c::MICROSIP_TONE_CONGESTION as isize,
    /// Another call waits
    Waiting = c::MICROSIP_TONE_WAITING as isize,
    Ring = c::MICROSIP_TONE_RING as isize,
    /// A confirmation, once
    Beep = c::MICROSIP_TONE_BEEP as isize,
}

/// Options that would have no effect are a mistake.
fn effective(tones: &Tones) -> Result<(), &'static str> {
    let rings = tones.tone == Some(Tone::Ring);
    for (wrong, text) in [
        (tones.length.is_some() && tones.tone == Some(Tone::Beep), "a beep is over by itself: leave out --for"),
        (tones.ring.is_some() && !rings, "--ring goes with the tone `ring`"),
        (tones.ring_device.is_some() && !rings, "--ring-device goes with the tone `ring`"),
        (tones.output.is_some() && tones.ring_device.is_some(), "the ring sounds on --ring-device: leave out --output"),
    ] {
        if wrong && tones.tone.is_some() {
            return Err(text);
        }
    }
    Ok(())
}

pub(crate) fn run(show: &Show, output: &Arc<Output>, tones: &Tones) -> Result<(), Stop> {
    effective(tones).map_err(|text| Stop::new(Exit::Usage, text))?;
    let listen = "127.0.0.1:0".parse().ok().map(|address| Listen { address, transport: None }); // no call is expected
    let network = Network { listen, ..Network::default() };
    let session = Session::open(show, output, &network, 1, tones.tone.is_none(), false)?;
    let sound = Sound { input: Some("null".to_owned()), output: tones.output.clone(), ..Sound::default() };
    ready(session.phone(), &sound)?;
    rings(session.phone(), tones.country.as_deref(), tones.ring.as_deref(), tones.ring_device.as_deref())?;
    let Some(tone) = tones.tone else {
        let countries = session.phone().countries();
        output.say("countries", || json!({ "countries": countries }), &countries.join(" "));
        return Ok(());
    };
    let length = tones.length.unwrap_or(if tone == Tone::Beep { BEEP } else { USUAL });
    app::run(session, output, None, &mut Play { tone, length, ends: None, over: None })
}

/// A tone that plays.
struct Play {
    tone: Tone,
    length: Duration,
    ends: Option<Instant>,
    over: Option<Instant>,
}

impl<'a> Job<'a> for Play {
    fn ready(&mut self, app: &mut App<'a>) -> Result<(), Stop> {
        app.phone.tone_start(self.tone as u32)?;
        let name = self.tone.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        let ms = self.length.as_millis() as u64;
        let text = if self.tone == Tone::Beep { name.clone() } else { format!("{name} for {ms} ms") };
        app.output.say("tone", || json!({ "tone": name, "ms": ms }), &text);
        self.ends = Some(Instant::now() + self.length);
        Ok(())
    }

    fn incoming(&mut self, app: &mut App<'a>, call: Id) -> Result<(), Stop> {
        app.refuse(call, 486, "a tone is played, and no call taken");
        Ok(())
    }

    fn next(&self) -> Option<Instant> {
        self.ends.or(self.over)
    }

    fn due(&mut self, app: &mut App<'a>, now: Instant) {
        if self.ends.take_if(|at| *at <= now).is_some() {
            app.phone.tone_stop();
            self.over = Some(now + FADES);
        }
        if self.over.take_if(|at| *at <= now).is_some() {
            app.finish(Ok(()));
        }
    }
}
