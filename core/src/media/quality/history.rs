//! A value for each second of a call, in lent memory.

/// The values of a call's seconds. When the memory is full, each two seconds become one, with the worse of both: so the
/// whole call stays in view, and no dip is lost.
#[derive(Clone, Copy, Debug)]
pub struct History {
    /// Values kept.
    len: u16,
    /// A value stands for 2^doubled seconds.
    doubled: u8,
    /// Seconds of the value that is not whole yet, and the worst of them.
    under_way: u32,
    worst: u16,
}

impl History {
    /// None.
    pub const EMPTY: Self = Self { len: 0, doubled: 0, under_way: 0, worst: 0 };

    /// A second is over; `value` 0: nothing was to be heard in it.
    pub fn push(&mut self, kept: &mut [u16], value: u16) {
        let capacity = kept.len().min(usize::from(u16::MAX)) & !1;
        self.worst = worse(self.worst, value);
        self.under_way += 1;
        if capacity == 0 || self.under_way < self.seconds_each() {
            return;
        }
        if usize::from(self.len) >= capacity {
            for nth in 0..capacity / 2 {
                let pair = [kept.get(2 * nth), kept.get(2 * nth + 1)].map(|value| value.copied().unwrap_or(0));
                if let Some(place) = kept.get_mut(nth) {
                    *place = worse(pair[0], pair[1]);
                }
            }
            self.len = (capacity / 2) as u16;
            // a call does not last for 2^24 times its memory's seconds
            self.doubled = (self.doubled + 1).min(24);
            return; // the value under way has half of its seconds
        }
        if let Some(place) = kept.get_mut(usize::from(self.len)) {
            *place = self.worst;
        }
        self.len += 1;
        self.under_way = 0;
        self.worst = 0;
    }

    /// The values, the oldest first; 0: nothing was to be heard.
    #[must_use]
    pub fn values<'k>(&self, kept: &'k [u16]) -> &'k [u16] {
        kept.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// The seconds that each value stands for.
    #[must_use]
    pub const fn seconds_each(&self) -> u32 {
        1 << self.doubled
    }
}

/// The worse of two values of which 0 is none.
const fn worse(one: u16, other: u16) -> u16 {
    if one == 0 || other != 0 && other < one { other } else { one }
}
