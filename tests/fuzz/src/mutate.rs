//! Inputs from inputs: the corpus, and deterministic mutations of it.

use std::fs;
use std::path::{Path, PathBuf};

/// A small generator: the same mutations on every machine.
#[derive(Debug)]
pub struct Dice(u64);

impl Dice {
    /// From a seed. Seeds that are near each other make sequences that are not.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `sides`.
    pub const fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % (if sides == 0 { 1 } else { sides })
    }
}

/// Pieces that parsers trip over.
const PIECES: &[&[u8]] = &[
    b"\r\n",
    b"\r\n\r\n",
    b"\n",
    b"\0",
    b"\"",
    b"\\",
    b"<",
    b">",
    b",",
    b";",
    b":",
    b"=",
    b"%00",
    b"%",
    b"[::1]",
    b" ",
    b"\t",
    b"\r\n ",
    b"-1",
    b"4294967296",
    b"99999999999999999999",
    b"0",
    b"\xff\xfe",
    b"\xc3\xa4",
    b"sip:",
    b"tel:+1",
    b"Content-Length: 0\r\n",
    b"m=audio 1 RTP/AVP 0\r\n",
    b"a=",
    b"\x80\x00",
    b"\x80\xc8",
];

/// One of the seeds, changed in a few places.
pub fn mutated(seeds: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let pick = |dice: &mut Dice| seeds.get(dice.roll(seeds.len())).cloned().unwrap_or_default();
    let mut bytes = pick(dice);
    for _ in 0..=dice.roll(6) {
        let at = dice.roll(bytes.len() + 1);
        match dice.roll(7) {
            0 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = dice.roll(256) as u8;
                }
            }
            1 => bytes.truncate(at),
            2 => {
                let piece = PIECES.get(dice.roll(PIECES.len())).copied().unwrap_or_default();
                bytes.splice(at..at, piece.iter().copied());
            }
            3 => {
                let end = (at + dice.roll(40)).min(bytes.len());
                bytes.drain(at..end);
            }
            4 => {
                let end = (at + dice.roll(80)).min(bytes.len());
                let copy: Vec<u8> = bytes.get(at..end).unwrap_or_default().repeat(1 + dice.roll(20));
                bytes.splice(at..at, copy);
            }
            5 => {
                let other = pick(dice);
                bytes.truncate(at);
                bytes.extend_from_slice(other.get(dice.roll(other.len() + 1)..).unwrap_or_default());
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << dice.roll(8);
                }
            }
        }
        bytes.truncate(65_535);
    }
    bytes
}

/// The files of a folder, in the order of their names.
#[must_use]
pub fn seeds(folder: &Path) -> Vec<Vec<u8>> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).map(|entries| entries.flatten().map(|entry| entry.path()).collect()).unwrap_or_default();
    files.sort();
    files.iter().filter_map(|file| fs::read(file).ok()).collect()
}
