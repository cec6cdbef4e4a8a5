//! Settings that stay as they were at creation.

use super::media_timeout::Patience;
use crate::media::CodecList;

/// Bytes of the User-Agent that are kept.
const AGENT: usize = 64;

/// A short text, kept whole.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Short {
    bytes: [u8; AGENT],
    len: u8,
}

impl Short {
    pub(crate) fn new(text: &str) -> Option<Self> {
        let mut bytes = [0; AGENT];
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Some(Self { bytes, len: text.len() as u8 })
    }

    pub(crate) fn get(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }
}

/// Settings that stay as they were at creation.
#[derive(Debug)]
pub(crate) struct Fixed {
    pub(crate) rate: u32,
    /// Seconds from 1900 to the driver's start; 0 when unknown.
    pub(crate) epoch_s: u32,
    pub(crate) agent: Short,
    pub(crate) direct_user: Short,
    pub(crate) allow_direct: bool,
    pub(crate) patience: Patience,
    pub(crate) direct_reserve: usize,
    pub(crate) direct_per_source: usize,
    pub(crate) max_ptime: u8,
    pub(crate) codecs: CodecList,
    pub(crate) history: usize,
    pub(crate) focus: bool,
}
