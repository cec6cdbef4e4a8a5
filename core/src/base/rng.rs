//! All randomness comes from one 32-byte seed.
//!
//! ChaCha20's block function (RFC 8439 §2.3) in counter mode: tags, branches, nonces and SSRCs must be hard to guess.

/// A stream of random numbers from a seed.
#[derive(Clone)]
pub struct Rng {
    key: [u32; 8],
    counter: u64,
    block: [u32; 16],
    used: usize,
}

impl core::fmt::Debug for Rng {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Rng") // the state is a secret
    }
}

impl Rng {
    /// From a seed that the driver drew from the system's entropy.
    #[must_use]
    pub fn new(seed: &[u8; 32]) -> Self {
        let mut key = [0u32; 8];
        for (word, bytes) in key.iter_mut().zip(seed.as_chunks().0) {
            *word = u32::from_le_bytes(*bytes);
        }
        Self { key, counter: 0, block: [0; 16], used: 16 }
    }

    /// 32 random bits.
    pub fn next_u32(&mut self) -> u32 {
        if self.used >= 16 {
            self.block = block(&self.key, self.counter);
            self.counter = self.counter.wrapping_add(1);
            self.used = 0;
        }
        let word = self.block.get(self.used).copied().unwrap_or(0);
        if let Some(spent) = self.block.get_mut(self.used) {
            *spent = 0;
        }
        self.used += 1;
        word
    }

    /// 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        (u64::from(self.next_u32()) << 32) | u64::from(self.next_u32())
    }

    /// A number from 0 to `below` - 1 (0 when `below` is 0); the bias of the multiplication is below 2^-32 per value.
    pub fn below(&mut self, below: u32) -> u32 {
        ((u64::from(self.next_u32()) * u64::from(below)) >> 32) as u32
    }
}

fn quarter(s: &mut [u32; 16], a: usize, b: usize, c: usize, d: usize) {
    let (mut x, mut y, mut z, mut w) = match (s.get(a), s.get(b), s.get(c), s.get(d)) {
        (Some(x), Some(y), Some(z), Some(w)) => (*x, *y, *z, *w),
        _ => return,
    };
    x = x.wrapping_add(y);
    w = (w ^ x).rotate_left(16);
    z = z.wrapping_add(w);
    y = (y ^ z).rotate_left(12);
    x = x.wrapping_add(y);
    w = (w ^ x).rotate_left(8);
    z = z.wrapping_add(w);
    y = (y ^ z).rotate_left(7);
    for (at, value) in [(a, x), (b, y), (c, z), (d, w)] {
        if let Some(cell) = s.get_mut(at) {
            *cell = value;
        }
    }
}

fn block(key: &[u32; 8], counter: u64) -> [u32; 16] {
    let [k0, k1, k2, k3, k4, k5, k6, k7] = *key;
    let start = [
        0x6170_7865,
        0x3320_646e,
        0x7962_2d32,
        0x6b20_6574,
        k0,
        k1,
        k2,
        k3,
        k4,
        k5,
        k6,
        k7,
        counter as u32,
        (counter >> 32) as u32,
        0,
        0,
    ];
    let mut s = start;
    for _ in 0..10 {
        quarter(&mut s, 0, 4, 8, 12);
        quarter(&mut s, 1, 5, 9, 13);
        quarter(&mut s, 2, 6, 10, 14);
        quarter(&mut s, 3, 7, 11, 15);
        quarter(&mut s, 0, 5, 10, 15);
        quarter(&mut s, 1, 6, 11, 12);
        quarter(&mut s, 2, 7, 8, 13);
        quarter(&mut s, 3, 4, 9, 14);
    }
    for (word, first) in s.iter_mut().zip(start) {
        *word = word.wrapping_add(first);
    }
    s
}
