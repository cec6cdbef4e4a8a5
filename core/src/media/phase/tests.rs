use super::*;

/// Ticks each 10 ms from 100 ms on, a packet each 20 ms at this phase. Returns the number of packets before the tick
/// was moved, and its new phase.
fn moved(phase_us: u64, first: bool) -> Option<(u32, u64)> {
    let mut phase = Phase::EMPTY;
    for packet in 1..=200 {
        let tick = 100_000 + u64::from(packet) * 20_000;
        phase.tick(Instant::from_micros(tick));
        phase.arrived(Instant::from_micros(tick + phase_us), first);
        if let Some(at) = phase.better() {
            assert!(phase.better().is_none(), "said once");
            return Some((packet, at.micros() - tick));
        }
        phase.tick(Instant::from_micros(tick + 10_000));
    }
    None
}

#[test]
fn who_moves_first_goes_to_the_middle_between_two_arrivals() {
    assert_eq!(moved(300, true), Some((8, 5300)));
    assert_eq!(moved(9800, true), Some((8, 14_800)));
}

#[test]
fn the_other_moves_when_nobody_did() {
    assert_eq!(moved(300, false), Some((40, 5300)));
}

#[test]
fn in_the_middle_nobody_moves() {
    for phase in [1500, 3000, 5000, 8400] {
        assert_eq!(moved(phase, true), None, "{phase}");
    }
}

#[test]
fn scattered_packets_move_nothing() {
    let mut phase = Phase::EMPTY;
    for packet in 0..400u64 {
        let tick = 100_000 + packet * 20_000;
        phase.tick(Instant::from_micros(tick));
        phase.arrived(Instant::from_micros(tick + packet * 3700 % 10_000), true);
        assert!(phase.better().is_none(), "{packet}");
    }
}

#[test]
fn a_bus_that_does_not_tick_has_no_phase() {
    let mut phase = Phase::EMPTY;
    for packet in 0..100u64 {
        phase.arrived(Instant::from_millis(1000 + packet * 20), true);
        assert!(phase.better().is_none());
    }
}
