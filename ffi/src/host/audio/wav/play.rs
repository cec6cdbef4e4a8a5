//! A file that is played: read in blocks and converted by its [`Feed`], through a ring, to the tick's [`Player`].

use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use super::riff::{Sound, Wrong};
use super::{FileCode, FileError, to_i16};
use crate::host::audio::resample::Resampler;
use crate::host::audio::ring::{Reader, Wake, Writer, ring};

/// Seconds of sound that lie ready. They are made up when half is gone, so two remain while the thread of errands opens
/// a device or waits for a disk.
const AHEAD_SECONDS: u64 = 4;
/// Bytes that are read at once.
const BLOCK: usize = 16 << 10;
/// The most that is taken from a pipe, which can be read only once: it is read to its end when it is opened, for it may
/// stop at any time.
const PIPE_BYTES: u64 = 64 << 20;

/// The most samples of a file that is kept as a whole: 64 MB.
const LOADED: usize = 32 << 20;

/// The outcome of [`Player::fill`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Played {
    /// Samples of the file that were put in; behind them is silence.
    pub samples: usize,
    /// The file, all its rounds included, has been played out. Stays true.
    pub finished: bool,
    /// It is finished because it could not be read on.
    pub failed: bool,
}

/// State that the two halves share beside the samples.
#[derive(Default)]
struct Status {
    /// The player is gone.
    abandoned: AtomicBool,
    /// The file could not be read on.
    failed: AtomicBool,
}

/// The tick's half of a file that is played. Free it on a thread that may call the allocator.
pub struct Player {
    ring: Reader,
    status: Arc<Status>,
    wake: Option<Wake>,
}

/// The errands thread's half: the file.
pub struct Feed {
    input: Box<dyn Input>,
    path: PathBuf,
    sound: Sound,
    rate: u32,
    /// Rounds that are left, this one included; `None`: without end.
    rounds: Option<u32>,
    /// Bytes of this round that have not been read.
    left: u64,
    block: Box<[u8]>,
    /// Bytes at the beginning of the block: a part of a frame.
    held: usize,
    mono: Mono,
    ring: Writer,
    status: Arc<Status>,
    /// Silence that was reported already.
    starved: usize,
}

/// The state of a file that is played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Feeding {
    /// Call again then.
    Until(Instant),
    /// All of it is in the ring, or the player is gone. The ring is closed: the feed may go or stay.
    Finished,
    /// It could not be read on. The part that was read is played, and the ring is closed.
    Failed(FileError),
}

/// The source of the bytes.
pub(super) trait Input: Read + Seek + Send {}
impl<T: Read + Seek + Send> Input for T {}

/// Opens a file: any WAV file of 8, 16, 24 or 32 bits, float or G.711, with any number of channels (mixed to one) and
/// any rate. `times` rounds are played, 0 is without end. The ring is filled once, so that it can be heard at once; a
/// file that fits needs no [`Feed`]. `wake` is called when the player goes.
///
/// # Errors
/// The file is missing, unreadable, or no WAV file.
pub fn open(path: &Path, rate: u32, times: u32, wake: Option<Wake>) -> Result<(Player, Option<Feed>), FileError> {
    start(input(path)?, path, rate, times, wake)
}

/// The same for a file that has been opened.
pub(super) fn start(
    mut input: Box<dyn Input>,
    path: &Path,
    rate: u32,
    times: u32,
    wake: Option<Wake>,
) -> Result<(Player, Option<Feed>), FileError> {
    let sound = Sound::read(&mut *input).map_err(|wrong| match wrong {
        Wrong::Io(error) => FileError::io(path, &error, false),
        Wrong::Format(why) => FileError::format(path, &why),
    })?;
    let ahead = u64::from(rate) * AHEAD_SECONDS;
    let whole = sound.bytes.filter(|_| times != 0).map_or(ahead, |bytes| {
        let frames = bytes / sound.frame() as u64;
        (frames * u64::from(rate) / u64::from(sound.rate) + 1).saturating_mul(times.into())
    });
    let (writer, reader) = ring(ahead.min(whole) as usize, usize::MAX, None);
    let status = Arc::new(Status::default());
    let frame = sound.frame();
    let mut feed = Feed {
        input,
        path: path.to_owned(),
        sound,
        rate,
        rounds: if times == 0 { None } else { Some(times) },
        left: sound.bytes.unwrap_or(u64::MAX),
        block: vec![0; BLOCK.next_multiple_of(frame)].into(),
        held: 0,
        mono: Mono::new(sound.rate, rate),
        ring: writer,
        status: Arc::clone(&status),
        starved: 0,
    };
    let feed = match feed.tend(Instant::now()) {
        Feeding::Until(_) => Some(feed),
        Feeding::Finished => None,
        Feeding::Failed(error) => return Err(error),
    };
    if reader.is_empty() {
        return Err(FileError::new(FileCode::Format, path, "holds no sound", "choose a file with samples in it"));
    }
    Ok((Player { ring: reader, status, wake }, feed))
}

/// The whole sound of a file at this rate, as [`open`] reads it.
///
/// # Errors
/// As [`open`]; a sound of more than [`LOADED`] samples.
pub fn load(path: &Path, rate: u32) -> Result<Arc<[i16]>, FileError> {
    let (mut player, mut feed) = open(path, rate, 1, None)?;
    let (mut sound, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        let played = player.fill(&mut piece);
        sound.extend_from_slice(piece.get(..played.samples).unwrap_or_default());
        if sound.len() > LOADED {
            let why = format_args!("has more than {} minutes of sound", LOADED / rate as usize / 60);
            return Err(FileError::new(FileCode::Format, path, why, "choose a shorter file"));
        }
        if played.finished {
            return Ok(sound.into());
        }
        if played.samples == 0
            && let Some(Feeding::Failed(error)) = feed.as_mut().map(|feed| feed.tend(Instant::now()))
        {
            return Err(error);
        }
    }
}

/// Checks that a file can be played, by its beginning; a file that can be read only once is not touched.
///
/// # Errors
/// As [`open`].
pub fn check(path: &Path, rate: u32) -> Result<(), FileError> {
    match std::fs::metadata(path) {
        Ok(about) if !about.is_file() && !about.is_dir() => Ok(()),
        _ => open(path, rate, 1, None).map(drop),
    }
}

fn input(path: &Path) -> Result<Box<dyn Input>, FileError> {
    let failed = |error: io::Error| FileError::io(path, &error, false);
    let file = File::open(path).map_err(failed)?;
    let about = file.metadata().map_err(failed)?;
    if about.is_dir() {
        return Err(failed(io::ErrorKind::IsADirectory.into()));
    }
    if about.is_file() {
        return Ok(Box::new(file));
    }
    let mut bytes = Vec::new();
    file.take(PIPE_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > PIPE_BYTES {
        let why = format_args!("is no file, and holds more than {} MB", PIPE_BYTES >> 20);
        return Err(FileError::new(
            FileCode::Io,
            path,
            why,
            "save it as a file, or write its sound into the call as PCM",
        ));
    }
    Ok(Box::new(Cursor::new(bytes)))
}

impl Player {
    /// Puts the next piece into `out` and silence behind it. For the tick: copies, nothing else.
    pub fn fill(&mut self, out: &mut [i16]) -> Played {
        // before the ring is emptied: samples written before the end are then surely seen
        let ended = self.ring.is_closed();
        let samples = self.ring.read(out);
        let finished = ended && self.ring.is_empty();
        if let Some(rest) = out.get_mut(samples..).filter(|rest| !rest.is_empty()) {
            rest.fill(0);
            if !finished {
                self.ring.starved(rest.len());
            }
        }
        Played { samples, finished, failed: finished && self.status.failed.load(Ordering::Acquire) }
    }

    /// Adds the next piece to the sound in `out`. For the tick, as [`Player::fill`].
    pub fn mix(&mut self, out: &mut [i16]) -> Played {
        let mut all = Played { samples: 0, finished: false, failed: false };
        let mut piece = [0i16; 160];
        for out in out.chunks_mut(160) {
            let played = self.fill(piece.get_mut(..out.len()).unwrap_or_default());
            for (sum, sample) in out.iter_mut().zip(&piece) {
                *sum = sum.saturating_add(*sample);
            }
            all = Played { samples: all.samples + played.samples, ..played };
        }
        all
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        self.status.abandoned.store(true, Ordering::Release);
        if let Some(wake) = &self.wake {
            wake();
        }
    }
}

impl Feed {
    /// Fills the ring, and closes it at the end of the sound. May block on the disk.
    pub fn tend(&mut self, now: Instant) -> Feeding {
        let feeding = self.fill(now);
        if !matches!(feeding, Feeding::Until(_)) {
            self.ring.close();
        }
        feeding
    }

    fn fill(&mut self, now: Instant) -> Feeding {
        if self.status.abandoned.load(Ordering::Acquire) {
            return Feeding::Finished;
        }
        loop {
            let taken = self.ring.write(&self.mono.out);
            self.mono.out.drain(..taken);
            if !self.mono.out.is_empty() {
                let samples = self.ring.len() as u64 / 2;
                return Feeding::Until(now + Duration::from_millis(samples * 1000 / u64::from(self.rate)));
            }
            match self.advance() {
                Ok(true) => {}
                Ok(false) => return Feeding::Finished,
                Err(error) => {
                    self.status.failed.store(true, Ordering::Release);
                    return Feeding::Failed(FileError::io(&self.path, &error, false));
                }
            }
        }
    }

    /// Milliseconds of silence since the last time, because the disk or this thread was too slow.
    pub fn late_ms(&mut self) -> usize {
        let starved = self.ring.underrun();
        let fresh = starved.wrapping_sub(core::mem::replace(&mut self.starved, starved));
        (fresh * 1000).div_ceil(self.rate as usize)
    }

    /// The file's path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads and converts a block, or goes into the next round. False: there is none.
    fn advance(&mut self) -> io::Result<bool> {
        let Self { block, held, left, mono, .. } = self;
        let room = block.get_mut(*held..).unwrap_or_default();
        let wanted = usize::try_from(*left).unwrap_or(usize::MAX).min(room.len());
        let got = read(&mut *self.input, room.get_mut(..wanted).unwrap_or_default())?;
        if got > 0 {
            *left -= got as u64;
            let there = *held + got;
            let whole = there - there % self.sound.frame();
            self.sound.frames(block.get(..whole).unwrap_or_default(), |sample| mono.add(sample));
            block.copy_within(whole..there, 0);
            *held = there - whole;
            return Ok(true);
        }
        // a file that was emptied meanwhile, or is shorter than a sample at the phone's rate, would go round for ever
        let silent = !mono.finish();
        self.rounds = self.rounds.map(|left| left.saturating_sub(1));
        if silent || self.rounds == Some(0) {
            return Ok(!mono.out.is_empty());
        }
        self.input.seek(SeekFrom::Start(self.sound.start))?;
        self.left = self.sound.bytes.unwrap_or(u64::MAX);
        self.held = 0;
        Ok(true)
    }
}

fn read(input: &mut dyn Input, into: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(into) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

/// One channel in, at the file's rate; out at the phone's.
struct Mono {
    from: u32,
    to: u32,
    resampler: Option<Resampler>,
    out: Vec<i16>,
    /// In and out, in this round.
    frames: u64,
    made: u64,
}

impl Mono {
    fn new(from: u32, to: u32) -> Self {
        Self {
            from,
            to,
            resampler: (from != to).then(|| Resampler::new(from, to)),
            out: Vec::new(),
            frames: 0,
            made: 0,
        }
    }

    fn add(&mut self, sample: f32) {
        self.frames += 1;
        let Self { out, made, .. } = self;
        match &mut self.resampler {
            None => out.push(to_i16(sample)),
            Some(resampler) => resampler.push(sample, |value| {
                out.push(to_i16(value));
                *made += 1;
            }),
        }
    }

    /// The end of a round: lets the filter's delay run out, and begins anew. False: the round had no sound.
    fn finish(&mut self) -> bool {
        let wanted = self.frames * u64::from(self.to) / u64::from(self.from);
        let Self { out, made, .. } = self;
        if let Some(resampler) = &mut self.resampler {
            while *made < wanted {
                resampler.push(0.0, |value| {
                    if *made < wanted {
                        out.push(to_i16(value));
                        *made += 1;
                    }
                });
            }
            resampler.reset();
        }
        let sounded = wanted > 0 || *made > 0;
        (self.frames, self.made) = (0, 0);
        sounded
    }
}
