use super::*;
use crate::base::features;
use crate::base::time::Instant;
use crate::media::{Codec, CodecList};
use crate::phone::tests::support::Boxes;
use crate::phone::{Phone, Setup, SetupError};
use std::{println, vec::Vec};

/// Counts the bytes lent, a line for each slice.
#[derive(Default)]
struct Count {
    bytes: usize,
    lines: Vec<(usize, usize)>,
}

impl<'a> Lender<'a> for Count {
    fn lend<T: Clone + 'a>(&mut self, count: usize, _empty: T) -> &'a mut [T] {
        self.bytes += count * size_of::<T>();
        self.lines.push((count, size_of::<T>()));
        &mut []
    }

    fn is_short(&self) -> bool {
        false
    }
}

#[test]
fn a_desk_phone_fits_its_budget() {
    let mut count = Count::default();
    Storage::lend(&Capacity::metal(2, 1, 1500), &mut count).unwrap();
    println!("{} bytes: {:?}; phone {}", count.bytes, count.lines, size_of::<Phone<'_>>());
    // a board of 32 KB has no L16, whose four codecs stand in two streams, three dialogs and the phone, and whose
    // 44.1 kHz has a filter in each stream
    let of_hosts = if cfg!(feature = "l16") { 6 * 16 + 2 * 64 } else { 0 };
    // nor has it dial plans, whose texts stand in an account the digits behind a number in two calls,
    // the last call for help in an account and the end of one that gave way to it in two calls, nor the targets of the last
    // calls, of an account and without one; nor identities, nor where a caller is, which three dialogs, an account and the
    // phone know
    let of_hosts = of_hosts + if cfg!(feature = "numbers") { 12 + 2 * (36 + 24) + 24 + 2 * 136 + 24 } else { 0 };
    let of_hosts = of_hosts + if cfg!(feature = "identity") { 16 + 3 * 8 + 16 + 40 } else { 0 };
    // nor tones: two signals being made, the ring that a call asks for, what is played by hand, and into two calls
    let of_hosts = of_hosts + if cfg!(feature = "tones") { 264 + 2 * 92 } else { 0 };
    // nor session timers, which stand in three dialogs, two calls, an account and the phone
    let of_hosts = of_hosts + if cfg!(feature = "timers") { 3 * 96 + 2 * 16 + 2 * 24 } else { 0 };
    // nor reliable responses, of which the last is remembered in three dialogs, and its PRACK; nor offers before the
    // answer: what was offered and settled in each of them, and in two calls the UPDATE and the INVITE's offer
    let of_hosts = of_hosts + if cfg!(feature = "reliable") { 3 * (16 + 32) + 2 * 24 } else { 0 };
    // nor the hosts that UPDATEs name, in three dialogs
    let of_hosts = of_hosts + if cfg!(all(feature = "sdp-hosts", feature = "reoffer")) { 3 * 24 } else { 0 };
    // nor keys that are held, and settings of digits: in two streams, two calls, an account and the phone
    let of_hosts = of_hosts + if cfg!(feature = "info") { 2 * (8 + 72) + 2 * 8 + 8 + 8 } else { 0 };
    // nor offers in a call that is up, of which the next one, and music on hold, stand in two calls
    let of_hosts = of_hosts + if cfg!(feature = "reoffer") { 2 * 24 } else { 0 };
    // nor messages: the one that goes by each of three dialogs, the tags of two responses, and their room
    let of_hosts = of_hosts + if cfg!(feature = "message") { 3 * 8 + 2 * 16 + 104 } else { 0 };
    // nor packages of INFO, which each of three dialogs, an account and the phone know
    let of_packages = if cfg!(all(feature = "info", feature = "message")) { 3 * 16 + 8 + 136 } else { 0 };
    let of_hosts = of_hosts + of_packages;
    // nor subscriptions, one of which may use each of three dialogs, and their room; nor the mailbox of an account, with
    // its URI
    let of_hosts = of_hosts + if cfg!(feature = "subscribe") { 3 * 8 + 112 + 136 + 128 + 24 } else { 0 };
    // nor transfers, the tellings of them, and places that are taken: in two calls, and both ends of a REFER in three dialogs
    let of_hosts = of_hosts + if cfg!(feature = "refer") { 2 * (56 + 48 + 16) + 3 * 16 + 16 } else { 0 };
    // nor presence of its own, of an account; its note has no room
    let told = cfg!(any(feature = "publish", feature = "notify"));
    let of_hosts = of_hosts + if told { 8 + 16 } else { 0 };
    // nor those who watch us, one of whom may use each of three dialogs, their room, and the calls that change for them
    let of_hosts = of_hosts + if cfg!(feature = "notify") { 3 * 8 + 96 + 32 + 24 } else { 0 };
    // nor publications, whose PUBLISH goes by each of three dialogs, and their room; an account knows its own
    let of_hosts = of_hosts + if cfg!(feature = "publish") { 3 * 8 + 8 + 56 } else { 0 };
    // 32 KB less receive and transmit buffer (one, 1500) and 5 KB of stack
    assert!(count.bytes + size_of::<Phone<'_>>() <= 32 * 1024 - 1500 - 5 * 1024 + of_hosts, "{}", count.bytes);
}

#[test]
fn a_codec_needs_its_room_and_one_of_another_rate_the_resampler() {
    let longest = |capacity: &Capacity, codecs: &[Codec]| {
        let storage = Storage::lend(capacity, &mut Boxes).unwrap();
        let setup = Setup { seed: [1; 32], codecs: CodecList::of(codecs), ..Setup::default() };
        Phone::new(storage, capacity, &setup, Instant::ZERO).map(|phone| phone.lower.cx.fixed.longest_ms(&setup.codecs))
    };
    let of_others = |result| if features::RESAMPLE { result } else { Err(SetupError::Rate) };
    let (metal, host) = (Capacity::metal(1, 1, 1500), Capacity::host(1, 1, 1500));
    assert_eq!(longest(&metal, &[Codec::Pcmu]), Ok(20));
    assert_eq!(longest(&host, &[Codec::Pcmu, Codec::Framed]), of_others(Ok(60)));
    // 16,000 samples a second, and then a payload of 960 bytes in 10 ms, are too much
    assert_eq!(longest(&metal, &[Codec::Split]), of_others(Err(SetupError::Capacity)));
    assert_eq!(longest(&host, &[Codec::Linear]), of_others(Err(SetupError::Capacity)));
    assert_eq!(longest(&Capacity { payload: 1920, ..host }, &[Codec::Linear, Codec::Pcmu]), of_others(Ok(20)));
}

#[cfg(feature = "g722")]
#[test]
fn a_codec_with_a_memory_is_spoken_where_the_bank_has_some() {
    let capacity = Capacity::host(1, 1, 1500);
    for (codecs, codec_memory, speaks) in
        [(&[Codec::Pcmu][..], false, false), (&[Codec::Pcmu], true, true), (&[Codec::G722], false, true)]
    {
        let storage = Storage::lend(&capacity, &mut Boxes).unwrap();
        let setup = Setup { seed: [1; 32], codecs: CodecList::of(codecs), codec_memory, ..Setup::default() };
        let phone = Phone::new(storage, &capacity, &setup, Instant::ZERO).unwrap();
        assert_eq!(phone.lower.cx.fixed.speaks(Codec::G722), speaks, "{codecs:?}");
        assert!(phone.lower.cx.fixed.speaks(Codec::Pcma));
    }
}

/// Lends boxes, and counts their bytes.
struct Carved(usize);

impl<'a> Lender<'a> for Carved {
    fn lend<T: Clone + 'a>(&mut self, count: usize, empty: T) -> &'a mut [T] {
        self.0 += count * size_of::<T>();
        Boxes.lend(count, empty)
    }

    fn is_short(&self) -> bool {
        false
    }
}

#[test]
fn counting_and_carving_agree() {
    let (mut count, mut carved) = (Count::default(), Carved(0));
    Storage::lend(&Capacity::host(4, 2, 2048), &mut count).unwrap();
    Storage::lend(&Capacity::host(4, 2, 2048), &mut carved).unwrap();
    assert_eq!(count.bytes, carved.0);
}

/// Lends boxes as long as there is room for them.
struct Room(usize, bool);

impl<'a> Lender<'a> for Room {
    fn lend<T: Clone + 'a>(&mut self, count: usize, empty: T) -> &'a mut [T] {
        let Some(rest) = self.0.checked_sub(count * size_of::<T>()) else {
            self.1 = true;
            return &mut [];
        };
        self.0 = rest;
        Boxes.lend(count, empty)
    }

    fn is_short(&self) -> bool {
        self.1
    }
}

#[test]
fn where_the_lender_is_short_there_is_no_storage() {
    let capacity = Capacity::metal(1, 1, 1000);
    let mut count = Count::default();
    Storage::lend(&capacity, &mut count).unwrap();
    assert!(Storage::lend(&capacity, &mut Room(count.bytes, false)).is_some());
    for bytes in [0, 1, count.bytes / 2, count.bytes - 1] {
        assert!(Storage::lend(&capacity, &mut Room(bytes, false)).is_none(), "{bytes}");
    }
}
