//! Sound cards through cpal. The callbacks here run on the sound system's threads: they touch the rings, the filter and
//! a few atomics, take no lock and never allocate; all they need is made before the stream starts.

use core::str::FromStr;
use core::sync::atomic::{AtomicU32, Ordering};
use core::time::Duration;
use std::sync::Arc;

use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{
    BufferSize, ErrorKind, FromSample, SampleFormat, SizedSample, StreamConfig, SupportedBufferSize,
    SupportedStreamConfig,
};

use super::device::{Device, DeviceCode, DeviceError, Side};
use super::resample::Resampler;
use super::ring::{Reader, Wake, Writer};
use super::wav::to_i16;

#[cfg(test)]
mod tests;

/// Longest wait for the sound system to make a stream.
const BUILD: Duration = Duration::from_secs(4);
/// Longest wait for the sound system to close one.
const CLOSE: Duration = Duration::from_secs(1);
/// Of a card with more channels only so many are used.
const CHANNELS: usize = 2;
/// Names in ALSA's list that are no card: "null" has no clock and would spin (ours has one), the others are filters
/// with nothing behind them.
const NO_CARDS: [&str; 8] = ["null", "lavrate", "samplerate", "speexrate", "speex", "upmix", "vdownmix", "oss"];
/// Samples moved between ring and callback in one go.
const PIECE: usize = 64;

/// State that a card's callbacks share with the outside.
pub(super) struct Health {
    beats: AtomicU32,
    frames: AtomicU32,
    fault: AtomicU32,
    bit: u32,
    faults: Arc<AtomicU32>,
    errand: Wake,
}

impl Health {
    pub(super) fn new(bit: u32, faults: &Arc<AtomicU32>, errand: &Wake) -> Self {
        let [beats, frames, fault] = [0, 0, 0].map(AtomicU32::new);
        Self { beats, frames, fault, bit, faults: Arc::clone(faults), errand: Arc::clone(errand) }
    }

    /// Callbacks so far.
    pub(super) fn beats(&self) -> u32 {
        self.beats.load(Ordering::Relaxed)
    }

    /// The error of the stream, if it is dead.
    pub(super) fn fault(&self) -> Option<&'static str> {
        match self.fault.load(Ordering::Acquire) {
            0 => None,
            1 => Some("unplugged or taken away"),
            2 => Some("the sound system went away"),
            _ => Some("the sound system reported an error"),
        }
    }

    /// Frames moved so far (wraps).
    pub(super) fn frames(&self) -> u32 {
        self.frames.load(Ordering::Relaxed)
    }

    fn beat(&self, frames: usize) {
        self.beats.fetch_add(1, Ordering::Relaxed);
        self.frames.fetch_add(frames as u32, Ordering::Relaxed);
    }

    fn failed(&self, kind: ErrorKind) {
        let fault = match kind {
            // The stream goes on by itself after these.
            ErrorKind::DeviceChanged | ErrorKind::RealtimeDenied | ErrorKind::Xrun => return,
            ErrorKind::DeviceNotAvailable => 1,
            ErrorKind::HostUnavailable | ErrorKind::StreamInvalidated => 2,
            _ => 3,
        };
        self.fault.store(fault, Ordering::Release);
        self.faults.fetch_or(self.bit, Ordering::AcqRel);
        (self.errand)();
    }
}

/// An open stream; dropping it closes it, which can take a while.
pub(super) struct Card {
    stream: Option<cpal::Stream>,
    /// Frames a second.
    pub(super) rate: u32,
}

impl Drop for Card {
    /// Closing can hang for ever: cpal joins its threads, and one that played to a sink which PulseAudio took away
    /// never ends (seen with cpal 0.18.2). So a thread of its own closes, and is left alone when it does not come back.
    fn drop(&mut self) {
        let Some(stream) = self.stream.take() else { return };
        let (done, closed) = std::sync::mpsc::channel();
        let closing = std::thread::Builder::new().name("microsip-close".into()).spawn(move || {
            drop(stream);
            let _ = done.send(());
        });
        if closing.is_ok() {
            let _ = closed.recv_timeout(CLOSE);
        }
    }
}

pub(super) fn open_input(
    name: &str,
    rate: u32,
    buffer_ms: u32,
    ring: Writer,
    health: &Arc<Health>,
) -> Result<Card, DeviceError> {
    open(Side::Input, name, buffer_ms, move |device, config, format| {
        let capture = || Capture::new(config.sample_rate, rate, ring.share());
        let channels = usize::from(config.channels);
        match format {
            SampleFormat::F32 => input::<f32>(device, config, channels, capture(), health),
            SampleFormat::I16 => input::<i16>(device, config, channels, capture(), health),
            SampleFormat::I32 => input::<i32>(device, config, channels, capture(), health),
            SampleFormat::I24 => input::<cpal::I24>(device, config, channels, capture(), health),
            SampleFormat::U16 => input::<u16>(device, config, channels, capture(), health),
            SampleFormat::U8 => input::<u8>(device, config, channels, capture(), health),
            SampleFormat::F64 => input::<f64>(device, config, channels, capture(), health),
            _ => Err(ErrorKind::UnsupportedConfig.into()),
        }
    })
}

pub(super) fn open_output(
    name: &str,
    rate: u32,
    buffer_ms: u32,
    ring: Reader,
    health: &Arc<Health>,
) -> Result<Card, DeviceError> {
    open(Side::Output, name, buffer_ms, move |device, config, format| {
        let playback = || Playback::new(rate, config.sample_rate, ring.share());
        let channels = usize::from(config.channels);
        match format {
            SampleFormat::F32 => output::<f32>(device, config, channels, playback(), health),
            SampleFormat::I16 => output::<i16>(device, config, channels, playback(), health),
            SampleFormat::I32 => output::<i32>(device, config, channels, playback(), health),
            SampleFormat::I24 => output::<cpal::I24>(device, config, channels, playback(), health),
            SampleFormat::U16 => output::<u16>(device, config, channels, playback(), health),
            SampleFormat::U8 => output::<u8>(device, config, channels, playback(), health),
            SampleFormat::F64 => output::<f64>(device, config, channels, playback(), health),
            _ => Err(ErrorKind::UnsupportedConfig.into()),
        }
    })
}

/// Finds the device, tries a buffer of that length and then the system's own choice, and starts the stream.
fn open(
    side: Side,
    name: &str,
    buffer_ms: u32,
    build: impl Fn(&cpal::Device, StreamConfig, SampleFormat) -> Result<cpal::Stream, cpal::Error>,
) -> Result<Card, DeviceError> {
    quiet();
    let device = find(side, name)?;
    let failed = |error: cpal::Error| {
        let code = match error.kind() {
            ErrorKind::DeviceBusy => DeviceCode::Busy,
            ErrorKind::PermissionDenied => DeviceCode::Denied,
            ErrorKind::UnsupportedConfig => DeviceCode::Format,
            ErrorKind::DeviceNotAvailable | ErrorKind::HostUnavailable => DeviceCode::Missing,
            _ => DeviceCode::System,
        };
        if code == DeviceCode::Missing {
            return DeviceError::missing(side, name, &list());
        }
        let why = error.to_string();
        DeviceError::new(
            code,
            side,
            name,
            format_args!("{}; choose another device, or \"null\"", why.trim_end_matches('.')),
        )
    };
    let offered = match side {
        Side::Input => device.default_input_config(),
        Side::Output => device.default_output_config(),
    }
    .map_err(failed)?;
    let mut config = offered.config();
    config.buffer_size = buffer(&offered, buffer_ms);
    let stream = build(&device, config, offered.sample_format()).or_else(|_| {
        config.buffer_size = BufferSize::Default;
        build(&device, config, offered.sample_format())
    });
    let stream = stream.map_err(failed)?;
    stream.play().map_err(failed)?;
    Ok(Card { stream: Some(stream), rate: offered.sample_rate() })
}

/// The default sizes of some sound systems are seconds long.
fn buffer(offered: &SupportedStreamConfig, ms: u32) -> BufferSize {
    let frames = offered.sample_rate().saturating_mul(ms) / 1000;
    match *offered.buffer_size() {
        SupportedBufferSize::Range { min, max } => BufferSize::Fixed(frames.clamp(min, max.max(min))),
        SupportedBufferSize::Unknown => BufferSize::Fixed(frames),
    }
}

fn input<T>(
    device: &cpal::Device,
    config: StreamConfig,
    channels: usize,
    mut capture: Capture,
    health: &Arc<Health>,
) -> Result<cpal::Stream, cpal::Error>
where
    T: SizedSample,
    f32: FromSample<T>,
{
    let (beat, fault) = (Arc::clone(health), Arc::clone(health));
    device.build_input_stream(
        config,
        move |data: &[T], _| {
            beat.beat(data.len() / channels.max(1));
            for frame in data.chunks_exact(channels.max(1)) {
                let used = frame.len().min(CHANNELS);
                let sum: f32 = frame.iter().take(used).map(|sample| f32::from_sample_(*sample)).sum();
                capture.add(sum / used as f32);
            }
            capture.flush();
        },
        move |error| fault.failed(error.kind()),
        Some(BUILD),
    )
}

fn output<T>(
    device: &cpal::Device,
    config: StreamConfig,
    channels: usize,
    mut playback: Playback,
    health: &Arc<Health>,
) -> Result<cpal::Stream, cpal::Error>
where
    T: SizedSample + FromSample<f32>,
{
    let (beat, fault) = (Arc::clone(health), Arc::clone(health));
    device.build_output_stream(
        config,
        move |data: &mut [T], _| {
            let frames = data.len() / channels.max(1);
            beat.beat(frames);
            playback.begin(frames);
            for frame in data.chunks_exact_mut(channels.max(1)) {
                let sample = T::from_sample_(playback.next());
                for (channel, slot) in frame.iter_mut().enumerate() {
                    *slot = if channel < CHANNELS { sample } else { T::EQUILIBRIUM };
                }
            }
        },
        move |error| fault.failed(error.kind()),
        Some(BUILD),
    )
}

/// From the card's frames to the ring, at the phone's rate.
struct Capture {
    ring: Writer,
    resampler: Option<Resampler>,
    piece: [i16; PIECE],
    filled: usize,
}

impl Capture {
    fn new(from: u32, to: u32, ring: Writer) -> Self {
        Self { ring, resampler: (from != to).then(|| Resampler::new(from, to)), piece: [0; PIECE], filled: 0 }
    }

    fn add(&mut self, sample: f32) {
        let Self { ring, resampler, piece, filled } = self;
        let mut emit = |value: f32| {
            if let Some(slot) = piece.get_mut(*filled) {
                *slot = to_i16(value * 32_768.0);
                *filled += 1;
            }
            if *filled == PIECE {
                ring.push(piece);
                *filled = 0;
            }
        };
        match resampler {
            Some(resampler) => resampler.push(sample, emit),
            None => emit(sample),
        }
    }

    fn flush(&mut self) {
        let filled = core::mem::take(&mut self.filled);
        self.ring.push(self.piece.get(..filled).unwrap_or_default());
    }
}

/// From the ring to the card's frames, following the card's clock by trimming the filter.
struct Playback {
    ring: Reader,
    resampler: Resampler,
    piece: [i16; PIECE],
    filled: usize,
    used: usize,
    /// Sound flows; if not, silence until the ring has reached its aim.
    primed: bool,
    rate: (u32, u32),
    /// Samples the ring should hold when a callback comes.
    aim: usize,
    level: f32,
}

impl Playback {
    fn new(from: u32, to: u32, ring: Reader) -> Self {
        let resampler = Resampler::new(from, to);
        Self {
            ring,
            resampler,
            piece: [0; PIECE],
            filled: 0,
            used: 0,
            primed: false,
            rate: (from, to),
            aim: 0,
            level: 0.0,
        }
    }

    /// A callback asks for so many frames.
    fn begin(&mut self, frames: usize) {
        let (from, to) = (self.rate.0 as usize, self.rate.1.max(1) as usize);
        let wanted = frames * from / to;
        let quantum = from / 100;
        // Enough for this callback and a quantum that may be late, and no less than 20 ms.
        self.aim = self.aim.max((wanted + quantum).max(2 * quantum)).min(self.ring.capacity() / 2);
        let held = self.ring.len();
        if !self.primed {
            if held < self.aim {
                return;
            }
            self.primed = true;
            self.level = self.aim as f32;
        }
        if held > self.aim + 8 * quantum {
            self.ring.skip(held - self.aim);
            self.level = self.aim as f32;
        } else {
            self.level += (held as f32 - self.level) / 64.0;
        }
        // A tenth of the error a second, at most 0.3 %: that cannot be heard.
        let excess = (self.level - self.aim as f32) / from.max(1) as f32;
        self.resampler.trim((excess * 100_000.0).clamp(-3_000.0, 3_000.0) as i32);
    }

    fn next(&mut self) -> f32 {
        if !self.primed {
            return 0.0;
        }
        let Self { ring, resampler, piece, filled, used, primed, .. } = self;
        let value = resampler.pull(|| {
            if *used == *filled {
                (*filled, *used) = (ring.read(piece), 0);
            }
            if let Some(sample) = piece.get(..*filled).and_then(|held| held.get(*used)) {
                *used += 1;
                return f32::from(*sample);
            }
            ring.starved(1);
            *primed = false;
            0.0
        });
        (value / 32_768.0).clamp(-1.0, 1.0)
    }
}

fn find(side: Side, name: &str) -> Result<cpal::Device, DeviceError> {
    let found = if name.is_empty() {
        let host = cpal::default_host();
        match side {
            Side::Input => host.default_input_device(),
            Side::Output => host.default_output_device(),
        }
    } else {
        by_id(name).filter(|device| has(device, side)).or_else(|| by_name(side, name))
    };
    found.ok_or_else(|| DeviceError::missing(side, name, &list()))
}

fn by_id(name: &str) -> Option<cpal::Device> {
    let id = cpal::DeviceId::from_str(name).ok()?;
    cpal::host_from_id(id.host()).ok()?.device_by_id(&id)
}

/// People also type the id without the sound system before it, or the name that they see.
fn by_name(side: Side, name: &str) -> Option<cpal::Device> {
    hosts().into_iter().flat_map(devices).find(|device| {
        let id = device.id().is_ok_and(|id| id.id() == name);
        (id || device.description().is_ok_and(|d| d.name() == name)) && has(device, side)
    })
}

fn has(device: &cpal::Device, side: Side) -> bool {
    match side {
        Side::Input => device.supports_input(),
        Side::Output => device.supports_output(),
    }
}

/// The sound systems, the preferred one first.
fn hosts() -> Vec<cpal::Host> {
    let first = cpal::default_host();
    let id = first.id();
    let others = cpal::available_hosts()
        .into_iter()
        .filter(|other| *other != id)
        .filter_map(|other| cpal::host_from_id(other).ok());
    core::iter::once(first).chain(others).collect()
}

fn devices(host: cpal::Host) -> Vec<cpal::Device> {
    host.devices()
        .into_iter()
        .flatten()
        .filter(|device| device.id().is_ok_and(|id| !NO_CARDS.contains(&id.id())))
        .collect()
}

/// See [`super::list`].
pub(super) fn list() -> Vec<Device> {
    quiet();
    let host = cpal::default_host();
    let default =
        [host.default_input_device(), host.default_output_device()].map(|device| device.and_then(|d| d.id().ok()));
    let [default_input, default_output] = default;
    let mut all: Vec<Device> = Vec::new();
    for device in hosts().into_iter().flat_map(devices) {
        let Ok(id) = device.id() else { continue };
        let text = id.to_string();
        let (input, output) = (device.supports_input(), device.supports_output());
        if let Some(known) = all.iter_mut().find(|known| known.id == text) {
            known.input |= input;
            known.output |= output;
        } else if input || output {
            let name = device.description().map_or_else(|_| text.clone(), |d| d.name().to_owned());
            let (default_input, default_output) =
                (default_input.as_ref() == Some(&id), default_output.as_ref() == Some(&id));
            all.push(Device { id: text, name, input, output, default_input, default_output, plugin: false });
        }
    }
    mark_plugins(&mut all);
    all
}

/// Marks all of ALSA's list but the names that people look for: the system's default, sound servers, and the cards
/// themselves.
fn mark_plugins(all: &mut [Device]) {
    fn alsa(device: &Device) -> Option<&str> {
        device.id.strip_prefix("alsa:")
    }
    // cards stand there by name and by number
    let numbered =
        |id: &str| id.strip_prefix("hw:CARD=").is_some_and(|card| card.starts_with(|c: char| c.is_ascii_digit()));
    let named = all.iter().filter_map(alsa).any(|id| id.starts_with("hw:") && !numbered(id));
    for device in all {
        let Some(id) = alsa(device) else { continue };
        device.plugin = match id.split(':').next() {
            Some("default" | "pulse" | "pipewire") => false,
            Some("hw") => named && numbered(id),
            _ => !(device.default_input || device.default_output),
        };
    }
}

/// libasound prints its complaints to standard error, which is the application's; on this thread they go to a buffer
/// instead.
fn quiet() {
    #[cfg(target_os = "linux")]
    let _ = alsa::Output::local_error_handler();
}
