//! MD5 (RFC 1321): digest authentication asks for it. Its 64 steps are a loop: the crates write them out one by one, which
//! nobody notices at a digest a request, and takes 2 KB more of a board's flash.

/// rfc1321#3.4: the whole part of 2^32 times the sine of 1 to 64, without its sign.
const SINES: [u32; 64] = [
    0xd76a_a478,
    0xe8c7_b756,
    0x2420_70db,
    0xc1bd_ceee,
    0xf57c_0faf,
    0x4787_c62a,
    0xa830_4613,
    0xfd46_9501,
    0x6980_98d8,
    0x8b44_f7af,
    0xffff_5bb1,
    0x895c_d7be,
    0x6b90_1122,
    0xfd98_7193,
    0xa679_438e,
    0x49b4_0821,
    0xf61e_2562,
    0xc040_b340,
    0x265e_5a51,
    0xe9b6_c7aa,
    0xd62f_105d,
    0x0244_1453,
    0xd8a1_e681,
    0xe7d3_fbc8,
    0x21e1_cde6,
    0xc337_07d6,
    0xf4d5_0d87,
    0x455a_14ed,
    0xa9e3_e905,
    0xfcef_a3f8,
    0x676f_02d9,
    0x8d2a_4c8a,
    0xfffa_3942,
    0x8771_f681,
    0x6d9d_6122,
    0xfde5_380c,
    0xa4be_ea44,
    0x4bde_cfa9,
    0xf6bb_4b60,
    0xbebf_bc70,
    0x289b_7ec6,
    0xeaa1_27fa,
    0xd4ef_3085,
    0x0488_1d05,
    0xd9d4_d039,
    0xe6db_99e5,
    0x1fa2_7cf8,
    0xc4ac_5665,
    0xf429_2244,
    0x432a_ff97,
    0xab94_23a7,
    0xfc93_a039,
    0x655b_59c3,
    0x8f0c_cc92,
    0xffef_f47d,
    0x8584_5dd1,
    0x6fa8_7e4f,
    0xfe2c_e6e0,
    0xa301_4314,
    0x4e08_11a1,
    0xf753_7e82,
    0xbd3a_f235,
    0x2ad7_d2bb,
    0xeb86_d391,
];

/// rfc1321#3.4: how far each step of a round turns, again and again.
const TURNS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];

pub(super) struct Md5 {
    state: [u32; 4],
    block: [u8; 64],
    len: u64,
}

impl Md5 {
    pub(super) const fn new() -> Self {
        // rfc1321#3.3
        Self { state: [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476], block: [0; 64], len: 0 }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        for byte in bytes {
            let at = (self.len % 64) as usize;
            if let Some(cell) = self.block.get_mut(at) {
                *cell = *byte;
            }
            self.len += 1;
            if at == 63 {
                self.block_is_full();
            }
        }
    }

    pub(super) fn finish(mut self) -> [u8; 16] {
        // rfc1321#3.1, rfc1321#3.2: a bit, zeros up to the last eight bytes of a block, and there the length in bits
        let bits = self.len.wrapping_mul(8);
        self.update(&[0x80]);
        while self.len % 64 != 56 {
            self.update(&[0]);
        }
        self.update(&bits.to_le_bytes());
        let mut digest = [0; 16];
        for (bytes, word) in digest.as_chunks_mut().0.iter_mut().zip(self.state) {
            *bytes = word.to_le_bytes();
        }
        digest
    }

    /// rfc1321#3.4
    fn block_is_full(&mut self) {
        let words = self.block.as_chunks().0;
        let [mut a, mut b, mut c, mut d] = self.state;
        for (step, sine) in SINES.into_iter().enumerate() {
            let round = step / 16;
            let (mixed, word) = match round {
                0 => ((b & c) | (!b & d), step),
                1 => ((b & d) | (c & !d), 5 * step + 1),
                2 => (b ^ c ^ d, 3 * step + 5),
                _ => (c ^ (b | !d), 7 * step),
            };
            let word = words.get(word % 16).map_or(0, |bytes| u32::from_le_bytes(*bytes));
            let turn = TURNS.get(round).and_then(|turns| turns.get(step % 4)).map_or(0, |turn| *turn);
            let sum = a.wrapping_add(mixed).wrapping_add(sine).wrapping_add(word);
            (a, d, c, b) = (d, c, b, b.wrapping_add(sum.rotate_left(turn)));
        }
        for (word, more) in self.state.iter_mut().zip([a, b, c, d]) {
            *word = word.wrapping_add(more);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;
    use std::{format, string::String};

    fn digits(text: &[u8]) -> String {
        let mut state = Md5::new();
        state.update(text);
        state.finish().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    // rfc1321#A.5
    #[test]
    fn the_suite_of_the_rfc() {
        for (text, digest) in [
            ("", "d41d8cd98f00b204e9800998ecf8427e"),
            ("a", "0cc175b9c0f1b6a831c399e269772661"),
            ("abc", "900150983cd24fb0d6963f7d28e17f72"),
            ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
            ("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
            ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "d174ab98d277d9f5a5611c2c9f419d9f"),
            (
                "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
                "57edf4a22be3c955ac49da2e2107b67a",
            ),
        ] {
            assert_eq!(digits(text.as_bytes()), digest, "{text}");
        }
    }

    #[test]
    fn every_length_is_as_a_second_implementation_has_it() {
        use ::md5::Digest as _;
        let bytes: Vec<u8> = (0..300u32).map(|at| (at * at % 251) as u8).collect();
        for len in 0..bytes.len() {
            let (text, expected) = (&bytes[..len], ::md5::Md5::digest(&bytes[..len]));
            // in parts of each kind: the block is filled from any place
            for part in [1, 7, 64, 300] {
                let mut state = Md5::new();
                text.chunks(part).for_each(|part| state.update(part));
                assert_eq!(state.finish()[..], expected[..], "{len} in parts of {part}");
            }
        }
    }
}
