//! Digits to send; those that came have a file of their own.

mod heard;
mod received;

use super::*;
use crate::wire::dtmf::Event;

#[test]
fn a_pause_waits_and_lengths_have_bounds() {
    let mut queue = DigitQueue::EMPTY;
    assert!(queue.pause(50) && queue.digit(b'1', 1) && queue.digit(b'2', 0) && queue.digit(b'3', u16::MAX));
    let mut steps = std::vec::Vec::new();
    for quantum in 0..3000u32 {
        steps.push(queue.step(quantum * 80, 80, 2, true, true, 8000));
        if queue.idle() {
            break;
        }
    }
    assert!(queue.idle());
    assert!(steps[..5].iter().all(|step| *step == Step::Voice), "the voice goes on in a pause");
    let durations: std::vec::Vec<u16> = steps
        .iter()
        .filter_map(|step| match step {
            Step::Send { event, marker: false, .. } if event.end => Some(event.duration),
            _ => None,
        })
        .collect();
    // 40 ms at least, 160 usually, and 20470 in three segments
    assert_eq!(durations, [320, 320, 320, 1280, 1280, 1280, 32_610, 32_610, 32_610]);
}
