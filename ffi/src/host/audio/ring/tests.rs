use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use super::{Wake, ring};

#[test]
fn write_takes_what_fits_and_read_what_is_there() {
    let (mut writer, mut reader) = ring(8, 1, None);
    assert_eq!(writer.write(&[1, 2, 3, 4, 5, 6]), 6);
    assert_eq!(writer.write(&[7, 8, 9]), 2);
    assert_eq!((writer.len(), writer.free(), reader.len(), reader.capacity()), (8, 0, 8, 8));
    let mut out = [0; 5];
    assert_eq!(reader.read(&mut out), 5);
    assert_eq!(out, [1, 2, 3, 4, 5]);
    // Around the end.
    assert_eq!(writer.write(&[9, 10]), 2);
    let mut out = [0; 8];
    assert_eq!(reader.read(&mut out), 5);
    assert_eq!(out[..5], [6, 7, 8, 9, 10]);
    assert_eq!(reader.read(&mut out), 0);
    assert_eq!((writer.overrun(), reader.underrun()), (0, 0));
}

#[test]
fn push_drops_the_oldest_and_counts_it() {
    let (mut writer, mut reader) = ring(4, 1, None);
    writer.push(&[1, 2, 3]);
    writer.push(&[4, 5, 6]);
    assert_eq!(writer.overrun(), 2);
    let mut out = [0; 4];
    assert_eq!(reader.read(&mut out), 4);
    assert_eq!(out, [3, 4, 5, 6]);
    writer.push(&[1, 2, 3, 4, 5, 6, 7]);
    assert_eq!((writer.overrun(), reader.overrun()), (5, 5));
    assert_eq!(reader.read(&mut out), 4);
    assert_eq!(out, [4, 5, 6, 7]);
}

#[test]
fn fill_gives_silence_and_counts_it() {
    let (mut writer, mut reader) = ring(8, 1, None);
    writer.push(&[5, 6]);
    let mut out = [9; 5];
    assert_eq!(reader.fill(&mut out), 2);
    assert_eq!(out, [5, 6, 0, 0, 0]);
    assert_eq!((reader.underrun(), writer.underrun()), (3, 3));
}

#[test]
fn both_ends_can_clear_and_the_reader_can_skip() {
    let (mut writer, mut reader) = ring(8, 1, None);
    writer.push(&[1, 2, 3, 4]);
    assert_eq!(reader.skip(3), 3);
    assert_eq!(reader.skip(3), 1);
    writer.push(&[1, 2]);
    assert_eq!(reader.clear(), 2);
    writer.push(&[1, 2, 3]);
    assert_eq!(writer.clear(), 3);
    assert!(reader.is_empty() && writer.is_empty());
    assert!(!reader.is_closed());
    writer.push(&[7]);
    drop(writer);
    assert!(reader.is_closed());
    assert_eq!(reader.read(&mut [0; 2]), 1);
}

#[test]
fn wakes_from_the_mark_on() {
    let count = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&count);
    let wake: Wake = Arc::new(move || {
        seen.fetch_add(1, Ordering::Relaxed);
    });
    let (mut writer, mut reader) = ring(16, 4, Some(wake));
    writer.push(&[1, 2, 3]);
    assert_eq!(count.load(Ordering::Relaxed), 0);
    writer.push(&[4]);
    assert_eq!(count.load(Ordering::Relaxed), 1);
    reader.read(&mut [0; 4]);
    writer.push(&[5]);
    assert_eq!(count.load(Ordering::Relaxed), 1);
}

#[test]
fn two_threads_lose_nothing_with_write() {
    let (mut writer, mut reader) = ring(64, 1, None);
    const TOTAL: usize = 200_000;
    let source = std::thread::spawn(move || {
        let mut sent = 0usize;
        while sent < TOTAL {
            let piece: Vec<i16> = (sent..TOTAL.min(sent + 1 + sent % 37)).map(|n| n as i16).collect();
            let taken = writer.write(&piece);
            sent += taken;
            if taken == 0 {
                std::thread::yield_now();
            }
        }
    });
    let (mut got, mut out) = (0usize, [0i16; 29]);
    while got < TOTAL {
        let count = reader.read(&mut out);
        for sample in &out[..count] {
            assert_eq!(*sample, got as i16);
            got += 1;
        }
        if count == 0 {
            std::thread::yield_now();
        }
    }
    source.join().unwrap();
}

#[test]
fn two_threads_never_see_torn_or_turned_sound_with_push() {
    let (mut writer, mut reader) = ring(64, 1, None);
    const TOTAL: u32 = 30_000;
    // 15 bits of a count: a read piece must be consecutive, whatever was dropped before it.
    let source = std::thread::spawn(move || {
        for n in 0..TOTAL {
            writer.push(&[(n & 0x7fff) as i16]);
            if n % 512 == 0 {
                std::thread::yield_now();
            }
        }
        writer.overrun()
    });
    let (mut got, mut last, mut out) = (0usize, -1i32, [0i16; 48]);
    loop {
        let closed = reader.is_closed();
        let count = reader.read(&mut out);
        if let Some(first) = out[..count].first() {
            assert!(i32::from(*first) > last, "{first} after {last}");
            for pair in out[..count].windows(2) {
                assert_eq!(i32::from(pair[1]), i32::from(pair[0]) + 1);
            }
            last = i32::from(out[count - 1]);
        }
        got += count;
        if closed && count == 0 {
            break;
        }
    }
    assert_eq!(last, TOTAL as i32 - 1);
    assert_eq!(got + source.join().unwrap(), TOTAL as usize);
}
