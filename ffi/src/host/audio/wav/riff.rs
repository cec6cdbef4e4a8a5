//! The header of a WAV file: the format of its samples and their position.
//!
//! Read here and not by hound, which refuses the sizes of a program that cannot seek back, takes no pad byte into
//! account, reads 24 bits in 32 from the wrong end, and knows no G.711.

use std::io::{self, Read, Seek, SeekFrom};

/// A size from here on is written by a program that cannot know it: 0x7FFFF000 (sox), 0xFFFFFFFF (ffmpeg) and sizes
/// between.
const ENDLESS: u32 = 0x7fff_f000;
/// Chunks before the sound; a file with more is none.
const CHUNKS: usize = 1000;
/// Rates that the resampling filter is made for.
const RATES: core::ops::RangeInclusive<u32> = 1_000..=768_000;

/// The format of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// One byte is unsigned; two, three or four are signed, the first the lowest. Padding of a container stands in its
    /// lowest bits.
    Integer,
    Float,
    Alaw,
    Ulaw,
}

/// The contents of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sound {
    kind: Kind,
    width: usize,
    pub(super) channels: u16,
    pub(super) rate: u32,
    /// Offset of the samples in the file.
    pub(super) start: u64,
    /// Bytes of samples; `None`: up to the end of the file.
    pub(super) bytes: Option<u64>,
}

/// The reason for which a file cannot be read.
#[derive(Debug)]
pub(super) enum Wrong {
    Io(io::Error),
    Format(String),
}

impl From<io::Error> for Wrong {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Format("it ends before its sound begins".to_owned()),
            _ => Self::Io(error),
        }
    }
}

fn word(bytes: &[u8; 40], at: usize) -> u16 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |pair| u16::from_le_bytes(*pair))
}

fn long(bytes: &[u8; 40], at: usize) -> u32 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |four| u32::from_le_bytes(*four))
}

impl Sound {
    /// Reads the header, and stops at the first sample.
    pub(super) fn read(input: &mut (impl Read + Seek + ?Sized)) -> Result<Self, Wrong> {
        let mut head = [0u8; 12];
        input.read_exact(&mut head)?;
        let [b'R', b'I', b'F', b'F', size @ .., b'W', b'A', b'V', b'E'] = head else {
            return Err(Wrong::Format("it does not begin as one".to_owned()));
        };
        let riff = u32::from_le_bytes(size);
        let mut format = None;
        for _ in 0..CHUNKS {
            let mut chunk = [0u8; 8];
            input.read_exact(&mut chunk)?;
            let [name @ .., a, b, c, d] = chunk;
            let size = u32::from_le_bytes([a, b, c, d]);
            // a chunk of odd length is followed by a byte that does not count
            let mut skip = i64::from(size) + i64::from(size & 1);
            match &name {
                b"data" => {
                    let sound: Self =
                        format.ok_or_else(|| Wrong::Format("its samples come before their description".to_owned()))?;
                    let start = input.stream_position()?;
                    // a header that was written first and never mended says that nothing follows
                    let unmended = size == 0 && (riff >= ENDLESS || u64::from(riff) + 8 <= start);
                    let bytes = (size < ENDLESS && !unmended).then_some(u64::from(size));
                    return Ok(Self { start, bytes, ..sound });
                }
                b"fmt " => {
                    let mut bytes = [0u8; 40];
                    let len = size.min(40);
                    input.read_exact(bytes.get_mut(..len as usize).unwrap_or_default())?;
                    skip -= i64::from(len);
                    format = Some(Self::described(&bytes, len).map_err(Wrong::Format)?);
                }
                _ => {}
            }
            input.seek(SeekFrom::Current(skip))?;
        }
        Err(Wrong::Format("no sound is in it".to_owned()))
    }

    fn described(bytes: &[u8; 40], len: u32) -> Result<Self, String> {
        if len < 16 {
            return Err("its description is too short".to_owned());
        }
        let (mut tag, channels, rate) = (word(bytes, 0), word(bytes, 2), long(bytes, 4));
        let (frame, bits) = (usize::from(word(bytes, 12)), usize::from(word(bytes, 14)));
        // WAVE_FORMAT_EXTENSIBLE: the true one stands at the beginning of a GUID
        if tag == 0xfffe && len >= 26 {
            tag = word(bytes, 24);
        }
        if !RATES.contains(&rate) {
            return Err(format!("a rate of {rate} Hz, which does not lie between 1 and 768 kHz"));
        }
        let kind = match tag {
            1 => Kind::Integer,
            3 => Kind::Float,
            6 => Kind::Alaw,
            7 => Kind::Ulaw,
            other => return Err(format!("it is compressed, in a format of number {other}")),
        };
        let width = frame.checked_div(usize::from(channels)).unwrap_or(0);
        let known = match kind {
            Kind::Integer => (1..=4).contains(&width),
            Kind::Float => matches!(width, 4 | 8),
            Kind::Alaw | Kind::Ulaw => width == 1,
        };
        if known && width * usize::from(channels) == frame && bits <= width * 8 {
            Ok(Self { kind, width, channels, rate, start: 0, bytes: None })
        } else {
            Err(format!("{channels} channels of {bits} bits in {frame} bytes"))
        }
    }

    /// Bytes of one sample of every channel.
    pub(super) fn frame(&self) -> usize {
        self.width * usize::from(self.channels)
    }

    /// The mean of the channels, for each whole frame in `bytes`; full scale is that of 16 bits.
    pub(super) fn frames(&self, bytes: &[u8], mut each: impl FnMut(f32)) {
        let (kind, channels) = (self.kind, f32::from(self.channels));
        for frame in bytes.chunks_exact(self.frame().max(1)) {
            let sum: f32 = frame.chunks_exact(self.width.max(1)).map(|bytes| sample(kind, bytes)).sum();
            each(sum / channels);
        }
    }
}

fn sample(kind: Kind, bytes: &[u8]) -> f32 {
    match (kind, bytes) {
        (Kind::Integer, &[a, b]) => f32::from(i16::from_le_bytes([a, b])),
        (Kind::Integer, &[a]) => (f32::from(a) - 128.0) * 256.0,
        (Kind::Integer, &[a, b, c]) => i32::from_le_bytes([0, a, b, c]) as f32 / 65_536.0,
        (Kind::Integer, &[a, b, c, d]) => i32::from_le_bytes([a, b, c, d]) as f32 / 65_536.0,
        (Kind::Float, &[a, b, c, d]) => f32::from_le_bytes([a, b, c, d]) * 32_768.0,
        (Kind::Float, &[a, b, c, d, e, f, g, h]) => f64::from_le_bytes([a, b, c, d, e, f, g, h]) as f32 * 32_768.0,
        (Kind::Alaw, &[a]) => f32::from(microsip_core::media::codec::alaw_decode(a)),
        (Kind::Ulaw, &[a]) => f32::from(microsip_core::media::codec::ulaw_decode(a)),
        // `described` lets no other width through
        _ => 0.0,
    }
}
