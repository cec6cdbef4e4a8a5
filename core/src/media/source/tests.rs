use super::*;

fn after(sequences: &[u16]) -> Source {
    let mut source = Source::EMPTY;
    for sequence in sequences {
        source.update(7, *sequence);
    }
    source
}

#[test]
fn packets_in_order_with_a_wrap() {
    let mut source = Source::EMPTY;
    assert_eq!(source.update(7, 65_534), Verdict::Restart);
    assert_eq!(source.extend(65_534), 0x1_fffe);
    assert_eq!(source.update(7, 65_535), Verdict::Ahead);
    assert_eq!(source.update(7, 0), Verdict::Ahead);
    assert_eq!(source.extend(0), 0x2_0000);
    assert_eq!(source.extend(65_535), 0x1_ffff, "the one before the wrap");
    assert_eq!((source.lost(), source.report(Instant::ZERO).unwrap().highest_sequence), (0, 0x1_0000));
}

#[test]
fn lost_behind_and_double() {
    let mut source = after(&[10, 11, 14]);
    assert_eq!(source.lost(), 2);
    assert_eq!(source.update(7, 12), Verdict::Behind);
    assert_eq!(source.update(7, 12), Verdict::Duplicate);
    assert_eq!(source.update(7, 14), Verdict::Duplicate);
    assert_eq!(source.lost(), 1);
    // packets from before the first one are no gain
    assert_eq!(source.update(7, 9), Verdict::Behind);
    assert_eq!(source.lost(), 1);
}

#[test]
fn a_jump_wants_two_in_sequence() {
    let mut source = after(&[10, 11]);
    assert_eq!(source.update(7, 40_000), Verdict::Probation);
    assert_eq!(source.update(7, 12), Verdict::Ahead);
    assert_eq!(source.update(7, 40_001), Verdict::Probation, "the one before was long ago");
    assert_eq!(source.update(7, 40_002), Verdict::Restart);
    assert_eq!(source.lost(), 0);
}

#[test]
fn another_source_wants_two_in_sequence() {
    let mut source = after(&[10, 12]);
    assert_eq!(source.update(8, 500), Verdict::Probation);
    assert_eq!(source.update(9, 501), Verdict::Probation);
    assert_eq!(source.update(8, 502), Verdict::Probation);
    assert_eq!(source.ssrc(), Some(7));
    assert_eq!(source.update(8, 503), Verdict::Restart);
    assert_eq!((source.ssrc(), source.lost()), (Some(8), 1), "what the first one lost stays counted");
    source.reopen();
    assert_eq!(source.update(9, 1), Verdict::Restart);
    assert_eq!(source.lost(), 1);
}

#[test]
fn the_fraction_is_of_the_last_interval() {
    // rfc3550#A.3
    let mut source = after(&[0, 1, 2, 3]);
    assert_eq!(source.report(Instant::ZERO).unwrap().fraction_lost, 0);
    for sequence in [4, 5, 7, 8, 9, 11] {
        source.update(7, sequence);
    }
    let report = source.report(Instant::ZERO).unwrap();
    assert_eq!((report.fraction_lost, report.lost, report.highest_sequence), (64, 2, 11));
    assert_eq!(source.report(Instant::ZERO).unwrap().fraction_lost, 0, "nothing expected since");
    assert!(after(&[]).report(Instant::ZERO).is_none());
}

#[test]
fn jitter_by_the_rfcs_sum() {
    // rfc3550#A.8, by hand: transit changes of +80, -80 and 0 ticks
    let mut source = after(&[0]);
    source.arrived(Instant::from_millis(0), 1000, 8000);
    assert_eq!(source.jitter(), 0);
    source.arrived(Instant::from_millis(30), 1160, 8000);
    assert_eq!(source.jitter_scaled, 80);
    source.arrived(Instant::from_millis(40), 1320, 8000);
    assert_eq!(source.jitter_scaled, 80 + 80 - ((80 + 8) >> 4));
    // a jump of the clock is no jitter
    let before = source.jitter_scaled;
    source.arrived(Instant::from_millis(60), 900_000_000, 8000);
    assert_eq!(source.jitter_scaled, before);
}

#[test]
fn the_delay_since_the_senders_report() {
    let mut source = after(&[0]);
    source.report_came(Instant::from_millis(1000), 0x0102_0304_0506_0708);
    let report = source.report(Instant::from_millis(2500)).unwrap();
    assert_eq!((report.last_report, report.delay), (0x0304_0506, 0x1_8000));
}
