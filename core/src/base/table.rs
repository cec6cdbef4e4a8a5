//! A keyed hash, and chains of slots under it: found by key, without a walk over all slots.
//!
//! The key comes from the seed, so an attacker cannot make many messages fall into one chain.

/// A text of so many bytes, or of more, has its count in a word of its own: the byte for it holds no more.
const LONG: u64 = 255;

/// A 64-bit keyed hash (the rounds of SipHash-1-3, enough against chosen inputs for a table's chains). Each text begins
/// a word of its own, so only its last bytes are taken one by one.
#[derive(Clone, Copy)]
pub struct Hasher {
    v0: u64,
    v1: u64,
    v2: u64,
    v3: u64,
}

impl core::fmt::Debug for Hasher {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Hasher") // the key is a secret
    }
}

impl Hasher {
    /// Keyed.
    // four constants of 64 bits: they stand in one place on a machine of 32
    #[cfg_attr(target_pointer_width = "32", inline(never))]
    #[must_use]
    pub const fn new(key: (u64, u64)) -> Self {
        Self {
            v0: key.0 ^ 0x736f_6d65_7073_6575,
            v1: key.1 ^ 0x646f_7261_6e64_6f6d,
            v2: key.0 ^ 0x6c79_6765_6e65_7261,
            v3: key.1 ^ 0x7465_6462_7974_6573,
        }
    }

    fn round(&mut self) {
        self.v0 = self.v0.wrapping_add(self.v1);
        self.v2 = self.v2.wrapping_add(self.v3);
        self.v1 = self.v1.rotate_left(13) ^ self.v0;
        self.v3 = self.v3.rotate_left(16) ^ self.v2;
        self.v0 = self.v0.rotate_left(32);
        self.v2 = self.v2.wrapping_add(self.v1);
        self.v0 = self.v0.wrapping_add(self.v3);
        self.v1 = self.v1.rotate_left(17) ^ self.v2;
        self.v3 = self.v3.rotate_left(21) ^ self.v0;
        self.v2 = self.v2.rotate_left(32);
    }

    fn word(&mut self, word: u64) {
        self.v3 ^= word;
        self.round();
        self.v0 ^= word;
    }

    /// Adds bytes and their count, so that ("ab", "c") and ("a", "bc") differ.
    #[must_use]
    pub fn with(mut self, bytes: &[u8]) -> Self {
        let mut rest = bytes;
        while let Some((eight, after)) = rest.split_first_chunk::<8>() {
            self.word(u64::from_le_bytes(*eight));
            rest = after;
        }
        // The last word has seven bytes at most, and the count above them. A count that does not fit there has a word
        // of its own before it, so from a last word backwards it is known where its text begins.
        let count = (bytes.len() as u64).min(LONG);
        if count == LONG {
            self.word(bytes.len() as u64);
        }
        // on a board flash is dearer
        let last = if cfg!(feature = "tables") { bytes.last_chunk::<8>() } else { None };
        let tail = match last {
            // the bytes that were taken already are shifted out
            Some(last) if !rest.is_empty() => u64::from_le_bytes(*last) >> (64 - 8 * rest.len()),
            _ => rest.iter().rev().fold(0, |tail, byte| (tail << 8) | u64::from(*byte)),
        };
        self.word(tail | (count << 56));
        self
    }

    /// The hash.
    #[must_use]
    pub fn finish(mut self) -> u64 {
        self.v2 ^= 0xff;
        for _ in 0..3 {
            self.round();
        }
        self.v0 ^ self.v1 ^ self.v2 ^ self.v3
    }
}

/// A slot's links in its chain; the table's heads and links lie in one lent slice.
#[derive(Clone, Copy, Debug, Default)]
pub struct TableCell {
    /// By bucket: first slot of its chain + 1.
    head: u32,
    /// By slot: the next of its chain + 1.
    next: u32,
    /// By slot: the hash it stands under.
    hash: u32,
}

crate::base::zeroed::zeroed!(TableCell);

/// Chains of slots by hash; as many buckets as slots, so it cannot be full.
#[derive(Debug)]
pub struct Table<'a> {
    cells: &'a mut [TableCell],
}

impl<'a> Table<'a> {
    /// Over one zeroed cell a slot.
    pub const fn new(cells: &'a mut [TableCell]) -> Self {
        Self { cells }
    }

    fn bucket(&self, hash: u32) -> usize {
        hash as usize % self.cells.len().max(1)
    }

    /// Puts a slot, that stands nowhere yet, under a hash.
    pub fn insert(&mut self, hash: u64, slot: u32) {
        let hash = hash as u32;
        let bucket = self.bucket(hash);
        let Some(first) = self.cells.get(bucket).map(|cell| cell.head) else { return };
        let Some(cell) = self.cells.get_mut(slot as usize) else { return };
        cell.next = first;
        cell.hash = hash;
        if let Some(cell) = self.cells.get_mut(bucket) {
            cell.head = slot + 1;
        }
    }

    /// Takes a slot out.
    pub fn remove(&mut self, slot: u32) {
        let Some((next, hash)) = self.cells.get(slot as usize).map(|cell| (cell.next, cell.hash)) else { return };
        let bucket = self.bucket(hash);
        let Some(mut at) = self.cells.get(bucket).map(|cell| cell.head) else { return };
        if at == slot + 1 {
            if let Some(cell) = self.cells.get_mut(bucket) {
                cell.head = next;
            }
            return;
        }
        while at > 0 {
            let Some(cell) = self.cells.get_mut(at as usize - 1) else { return };
            if cell.next == slot + 1 {
                cell.next = next;
                return;
            }
            at = cell.next;
        }
    }

    /// The slots that stand under a hash (or share its low 32 bits: the caller compares the rest).
    pub fn find(&self, hash: u64) -> impl Iterator<Item = u32> + '_ {
        let hash = hash as u32;
        let mut at = self.cells.get(self.bucket(hash)).map_or(0, |cell| cell.head);
        core::iter::from_fn(move || {
            while at > 0 {
                let cell = self.cells.get(at as usize - 1)?;
                let slot = at - 1;
                at = cell.next;
                if cell.hash == hash {
                    return Some(slot);
                }
            }
            None
        })
    }
}

#[cfg(test)]
mod tests;
