use super::*;

fn packet(sequence: u32, payload: &[u8]) -> Arrival<'_> {
    Arrival { sequence, payload_type: Some(0), timestamp: sequence.wrapping_mul(160), payload, tick_bytes: 1 }
}

const WAITS: Stored = Stored::Waits { dropped: 0 };

/// The number of packets missing at the head, and the timestamp of the one behind them.
fn behind(ring: &Ring, cells: &Cells<'_>) -> Option<(u32, u32)> {
    ring.behind_hole(cells).map(|(missing, cell)| (missing, cell.timestamp))
}

#[test]
fn packets_come_out_in_order() {
    let mut memory = [0u8; 4 * 24];
    let mut cells = Cells::new(&mut memory, 24);
    let mut ring = Ring::EMPTY;
    assert_eq!((cells.count(), cells.room()), (4, 12));
    assert_eq!(ring.head(&cells), None);
    for sequence in [100u32, 102, 101] {
        assert_eq!(ring.store(&mut cells, &packet(sequence, &[sequence as u8; 3])), WAITS);
    }
    for sequence in 100..103u32 {
        let head = ring.head(&cells).unwrap();
        assert_eq!(
            (head.payload, head.timestamp, head.payload_type),
            (&[sequence as u8; 3][..], sequence * 160, Some(0))
        );
        assert!(ring.waits());
        ring.advance(&mut cells);
    }
    assert!(!ring.waits());
    assert_eq!(ring.store(&mut cells, &packet(101, &[1])), Stored::Late);
}

#[test]
fn memory_that_held_something_else_is_void() {
    let mut memory = [0x01u8; 4 * 24];
    let mut cells = Cells::new(&mut memory, 24);
    let mut ring = Ring::EMPTY;
    ring.store(&mut cells, &packet(5, &[1]));
    ring.advance(&mut cells);
    assert_eq!(ring.head(&cells), None);
    ring.restart();
    ring.store(&mut cells, &packet(0x0101_0101, &[1]));
    assert_eq!(ring.behind_hole(&cells), None);
}

#[test]
fn a_hole_is_seen_and_passed() {
    let mut memory = [0u8; 4 * 24];
    let mut cells = Cells::new(&mut memory, 24);
    let mut ring = Ring::EMPTY;
    ring.store(&mut cells, &packet(5, &[1]));
    ring.advance(&mut cells);
    assert_eq!(ring.behind_hole(&cells), None);
    ring.store(&mut cells, &packet(8, &[8]));
    assert_eq!((ring.head(&cells), behind(&ring, &cells)), (None, Some((2, 8 * 160))));
    ring.skip(2);
    assert_eq!(ring.head(&cells).unwrap().payload, [8]);
}

#[test]
fn a_full_ring_drops_the_oldest_even_far_ahead() {
    let mut memory = [0u8; 4 * 24];
    let mut cells = Cells::new(&mut memory, 24);
    let mut ring = Ring::EMPTY;
    for sequence in 0..4 {
        assert_eq!(ring.store(&mut cells, &packet(sequence, &[1])), WAITS);
    }
    assert_eq!(ring.store(&mut cells, &packet(4, &[1])), Stored::Waits { dropped: 1 });
    assert_eq!(ring.store(&mut cells, &packet(2000, &[9])), Stored::Waits { dropped: 4 });
    assert_eq!(behind(&ring, &cells), Some((3, 320_000)));
}

#[test]
fn a_long_packet_is_cut_over_cells() {
    let mut memory = [0u8; 6 * 24];
    let mut cells = Cells::new(&mut memory, 24);
    let mut ring = Ring::EMPTY;
    ring.store(&mut cells, &packet(5, &[1; 4]));
    ring.advance(&mut cells);
    let long: [u8; 20] = core::array::from_fn(|n| n as u8);
    assert_eq!(ring.store(&mut cells, &packet(6, &long)), WAITS);
    assert_eq!(ring.head(&cells).unwrap().payload, &long[..12]);
    ring.advance(&mut cells);
    let head = ring.head(&cells).unwrap();
    assert_eq!((head.payload, head.timestamp), (&long[12..], 6 * 160 + 12));
    ring.advance(&mut cells);
    // a short one keeps its two cells
    assert_eq!(ring.store(&mut cells, &packet(7, &[3])), WAITS);
    ring.advance(&mut cells);
    assert_eq!(ring.head(&cells).unwrap().payload_type, None);
    // codecs with frames cannot be cut; nothing may fill the ring alone
    assert_eq!(ring.store(&mut cells, &Arrival { tick_bytes: 0, ..packet(8, &long) }), Stored::Oversize);
    assert_eq!(ring.store(&mut cells, &packet(8, &[0; 37])), Stored::Oversize);
}

#[test]
fn odd_memory_is_stood() {
    for (length, stride) in [(0, 0), (0, 172), (100, 0), (100, 12), (100, 13), (13, 13), (12, 13), (200, 172)] {
        let mut memory = std::vec![0xffu8; length];
        let mut cells = Cells::new(&mut memory, stride);
        let mut ring = Ring::EMPTY;
        for sequence in [0, u32::MAX, 1, 5, 0x8000_0000] {
            ring.store(&mut cells, &packet(sequence, &[1]));
            let _ = (ring.head(&cells), ring.behind_hole(&cells));
            ring.advance(&mut cells);
        }
    }
}
