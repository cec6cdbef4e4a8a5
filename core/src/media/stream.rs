//! One call's audio: packets in and out, PCM in and out.

mod config;

pub use config::{Component, MediaTransmit, StreamBuffers, StreamConfig, StreamStats};

use crate::base::time::Instant;
use crate::media::CodecBank;
use core::net::SocketAddr;

/// One call's audio.
#[derive(Debug)]
pub struct Stream {
    config: StreamConfig,
}

#[allow(missing_docs, unused_variables)]
impl Stream {
    pub const EMPTY: Self = Self { config: StreamConfig::EMPTY };
    pub fn start(&mut self, now: Instant, config: &StreamConfig) {
        self.config = *config;
    }
    pub fn update(&mut self, now: Instant, config: &StreamConfig) {}
    pub fn confirm(&mut self) {}
    pub fn stop(&mut self) {}
    pub fn handle_rtp(&mut self, now: Instant, from: SocketAddr, packet: &[u8], buffers: &mut StreamBuffers<'_>) {}
    pub fn handle_rtcp(&mut self, now: Instant, from: SocketAddr, packet: &[u8]) {}
    pub fn send_quantum(&mut self, now: Instant, codecs: &mut dyn CodecBank, pcm: &[i16]) {}
    pub fn receive_quantum(&mut self, now: Instant, codecs: &mut dyn CodecBank, out: &mut [i16], buffers: &mut StreamBuffers<'_>) {}
    pub fn poll_transmit(&mut self, now: Instant, buffer: &mut [u8]) -> Option<MediaTransmit> {
        None
    }
    #[must_use]
    pub fn owes(&self) -> bool {
        false
    }
    #[must_use]
    pub fn next_timeout(&self) -> Instant {
        Instant::NEVER
    }
    pub fn handle_timeout(&mut self, now: Instant) {}
    pub fn send_digit(&mut self, digit: u8, duration_ms: u16) -> bool {
        false
    }
    pub fn pause(&mut self, ms: u16) -> bool {
        false
    }
    pub fn poll_digit(&mut self) -> Option<(u8, u16)> {
        None
    }
    #[must_use]
    pub fn digits_idle(&self) -> bool {
        true
    }
    #[must_use]
    pub fn stats(&self, now: Instant) -> StreamStats {
        StreamStats::default()
    }
}
