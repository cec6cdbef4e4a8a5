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
use crate::session::{Session, Stop};
use crate::talk::{ready, rings};

/// The end of a tone: it fades, and what the device has of it is played.
const FADES: Duration = Duration::from_millis(200);

#[derive(Args, Debug)]
pub(crate) struct Tones {
    /// The tone; none: the countries are listed
    pub(crate) tone: Option<Tone>,
    /// The country, as DE [default: what ITU-T recommends]
    #[arg(long = "tones", value_name = "COUNTRY")]
    pub(crate) country: Option<String>,
    /// Length: 10s, 500ms
    #[arg(long = "for", value_name = "TIME", default_value = "5s", value_parser = duration)]
    pub(crate) length: Duration,
    /// Loudspeaker, by its id or name in `microsip devices`; null, or wav:F.wav
    #[arg(long, value_name = "DEVICE")]
    pub(crate) output: Option<String>,
    /// The device of the ring, likewise [default: where the loudspeaker is]
    #[arg(long, value_name = "DEVICE")]
    pub(crate) ring_device: Option<String>,
    /// Ring with this WAV file
    #[arg(long, value_name = "F.wav")]
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

pub(crate) fn run(show: &Show, output: &Arc<Output>, tones: &Tones) -> Result<(), Stop> {
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
    app::run(session, output, None, &mut Play { tone, length: tones.length, ends: None, over: None })
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
        app.output.say("tone", || json!({ "tone": name, "ms": ms }), &format!("{name} for {ms} ms"));
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
