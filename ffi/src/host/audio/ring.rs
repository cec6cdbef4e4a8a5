//! A ring of samples between exactly two threads: one writes, one reads, neither waits.
//!
//! The samples are relaxed atomics (plain loads and stores on every target), the two positions count up for ever. Only
//! the writer moves `head`. `tail` is moved by compare-and-swap, because two may move it: the reader when it has read,
//! and the writer when it must drop the oldest ([`Writer::push`]) or throws away samples that were not played yet
//! ([`Writer::clear`]). A reader whose copy was overtaken sees its swap fail and copies again, so it never hands out
//! torn audio. (The well-known ring crates refuse the new sample when full; live audio has to drop the old one, hence
//! our own.)

use core::sync::atomic::{AtomicBool, AtomicI16, AtomicUsize, Ordering};
use std::sync::Arc;

#[cfg(test)]
mod tests;

/// Wakes a thread from a device's or another thread. It must not block, lock or allocate.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

struct Shared {
    slots: Box<[AtomicI16]>,
    head: AtomicUsize,
    tail: AtomicUsize,
    overrun: AtomicUsize,
    underrun: AtomicUsize,
    closed: AtomicBool,
    mark: usize,
    wake: Option<Wake>,
}

/// A ring that holds at least `capacity` samples (rounded up to a power of two). When `mark` or more samples lie in it
/// after a write, `wake` is called. All memory is taken here.
#[must_use]
pub fn ring(capacity: usize, mark: usize, wake: Option<Wake>) -> (Writer, Reader) {
    let size = capacity.clamp(2, 1 << 28).next_power_of_two();
    let shared = Arc::new(Shared {
        slots: (0..size).map(|_| AtomicI16::new(0)).collect(),
        head: AtomicUsize::new(0),
        tail: AtomicUsize::new(0),
        overrun: AtomicUsize::new(0),
        underrun: AtomicUsize::new(0),
        closed: AtomicBool::new(false),
        mark: mark.clamp(1, size),
        wake,
    });
    (Writer { shared: Arc::clone(&shared) }, Reader { shared })
}

impl Shared {
    /// `tail` first: it can then only be behind, never before, the head read after it.
    fn span(&self) -> (usize, usize) {
        let tail = self.tail.load(Ordering::Acquire);
        let used = self.head.load(Ordering::Acquire).wrapping_sub(tail);
        (tail, used.min(self.slots.len()))
    }

    fn slots_from(&self, position: usize, count: usize) -> impl Iterator<Item = &AtomicI16> {
        let at = position & (self.slots.len() - 1);
        let (wrapped, straight) = self.slots.split_at_checked(at).unwrap_or((&[], &self.slots));
        straight.iter().chain(wrapped).take(count)
    }

    /// Moves the tail from where it was seen; false if the other side moved it meanwhile.
    fn advance(&self, tail: usize, by: usize) -> bool {
        self.tail.compare_exchange(tail, tail.wrapping_add(by), Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    fn clear(&self) -> usize {
        loop {
            let (tail, used) = self.span();
            if self.advance(tail, used) {
                return used;
            }
        }
    }
}

/// The writing end. One thread's.
pub struct Writer {
    shared: Arc<Shared>,
}

/// The reading end. One thread's.
pub struct Reader {
    shared: Arc<Shared>,
}

impl Writer {
    /// Another handle on the same end, for a device that is opened again. The caller sees to it that one at a time is
    /// used; two at once would garble the sound, no more.
    #[cfg_attr(not(feature = "device"), allow(dead_code))]
    pub(super) fn share(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }

    /// Takes as many samples as fit and returns their number; nothing is dropped.
    pub fn write(&mut self, samples: &[i16]) -> usize {
        let taken = samples.len().min(self.free());
        self.store(samples.get(..taken).unwrap_or_default());
        taken
    }

    /// Takes every sample; when there is no room the oldest ones go, and are counted as overrun.
    pub fn push(&mut self, samples: &[i16]) {
        let size = self.shared.slots.len();
        let excess = samples.len().saturating_sub(size);
        let samples = samples.get(excess..).unwrap_or_default();
        let mut dropped = excess;
        // Each failed swap means that the reader made room meanwhile, so this ends.
        loop {
            let (tail, used) = self.shared.span();
            let over = (used + samples.len()).saturating_sub(size);
            if over == 0 {
                break;
            }
            if self.shared.advance(tail, over) {
                dropped += over;
                break;
            }
        }
        if dropped > 0 {
            self.shared.overrun.fetch_add(dropped, Ordering::Relaxed);
        }
        self.store(samples);
    }

    fn store(&mut self, samples: &[i16]) {
        let shared = &*self.shared;
        let head = shared.head.load(Ordering::Relaxed);
        for (slot, sample) in shared.slots_from(head, samples.len()).zip(samples) {
            slot.store(*sample, Ordering::Relaxed);
        }
        shared.head.store(head.wrapping_add(samples.len()), Ordering::Release);
        if let Some(wake) = shared.wake.as_ref().filter(|_| shared.span().1 >= shared.mark) {
            wake();
        }
    }

    /// Throws away the samples that have not been read yet (a barge-in) and returns their number.
    pub fn clear(&mut self) -> usize {
        self.shared.clear()
    }

    /// Samples waiting to be read.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shared.span().1
    }

    /// True: no sample waits to be read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Samples that [`Writer::write`] would take now.
    #[must_use]
    pub fn free(&self) -> usize {
        self.shared.slots.len() - self.len()
    }

    /// Samples dropped by [`Writer::push`] so far (wraps).
    #[must_use]
    pub fn overrun(&self) -> usize {
        self.shared.overrun.load(Ordering::Relaxed)
    }

    /// Samples of silence that [`Reader::fill`] had to put in so far (wraps).
    #[must_use]
    pub fn underrun(&self) -> usize {
        self.shared.underrun.load(Ordering::Relaxed)
    }
}

impl Writer {
    /// Nothing more comes: the reader is told so, as when the writer goes.
    pub fn close(&mut self) {
        let closed = self.shared.closed.swap(true, Ordering::Release);
        if let Some(wake) = self.shared.wake.as_ref().filter(|_| !closed) {
            wake();
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.close();
    }
}

impl Reader {
    /// As [`Writer::share`].
    #[cfg_attr(not(feature = "device"), allow(dead_code))]
    pub(super) fn share(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }

    /// Copies out the samples that wait, at most `out.len()`, and returns their number.
    pub fn read(&mut self, out: &mut [i16]) -> usize {
        // A swap fails only when the writer dropped the samples being copied; a writer that does so eight times in
        // a row is one ring ahead of us each time, and then silence is the honest answer.
        for _ in 0..8 {
            let (tail, used) = self.shared.span();
            let count = used.min(out.len());
            for (sample, slot) in out.iter_mut().zip(self.shared.slots_from(tail, count)) {
                *sample = slot.load(Ordering::Relaxed);
            }
            if self.shared.advance(tail, count) {
                return count;
            }
        }
        0
    }

    /// Fills all of `out`: samples that wait, then silence, which is counted as underrun. Returns the number that
    /// waited.
    pub fn fill(&mut self, out: &mut [i16]) -> usize {
        let count = self.read(out);
        if let Some(rest) = out.get_mut(count..).filter(|rest| !rest.is_empty()) {
            rest.fill(0);
            self.starved(rest.len());
        }
        count
    }

    /// Counts silence that a reader put in by itself.
    pub(super) fn starved(&self, samples: usize) {
        self.shared.underrun.fetch_add(samples, Ordering::Relaxed);
    }

    /// Throws away the oldest `count` samples (or as many as wait) and returns their number.
    pub fn skip(&mut self, count: usize) -> usize {
        let (tail, used) = self.shared.span();
        let count = count.min(used);
        if self.shared.advance(tail, count) { count } else { 0 }
    }

    /// Throws away all samples that wait and returns their number.
    pub fn clear(&mut self) -> usize {
        self.shared.clear()
    }

    /// Samples waiting.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shared.span().1
    }

    /// True: nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Samples the ring holds at most.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.shared.slots.len()
    }

    /// True: the writer has gone; its samples can still be read.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.shared.closed.load(Ordering::Acquire)
    }

    /// Samples dropped by the writer so far (wraps).
    #[must_use]
    pub fn overrun(&self) -> usize {
        self.shared.overrun.load(Ordering::Relaxed)
    }

    /// Samples of silence put in so far (wraps).
    #[must_use]
    pub fn underrun(&self) -> usize {
        self.shared.underrun.load(Ordering::Relaxed)
    }
}
