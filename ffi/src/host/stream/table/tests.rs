use super::*;
use crate::host::stream::limits::IDLE;
use std::collections::VecDeque;

const MESSAGE: usize = 1024;

/// A carrier that a test feeds, and that takes so many bytes.
#[derive(Default)]
struct Wire {
    comes: VecDeque<u8>,
    ended: bool,
    takes: usize,
    went: Vec<u8>,
}

impl ByteStream for Wire {
    fn begin(&mut self) -> io::Result<bool> {
        Ok(true)
    }

    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if self.comes.is_empty() {
            return if self.ended { Ok(0) } else { Err(io::ErrorKind::WouldBlock.into()) };
        }
        let count = room.len().min(self.comes.len());
        room.iter_mut().zip(self.comes.drain(..count)).for_each(|(place, byte)| *place = byte);
        Ok(count)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = bytes.len().min(self.takes);
        if count == 0 {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        self.takes -= count;
        self.went.extend_from_slice(&bytes[..count]);
        Ok(count)
    }

    fn wants_write(&self) -> bool {
        false
    }
}

fn at(seconds: u64) -> Instant {
    Instant::from_millis(1000 + seconds * 1000)
}

fn remote(host: u8, port: u16) -> SocketAddr {
    SocketAddr::from(([10, 0, 0, host], port))
}

fn streams() -> Streams<Wire> {
    Streams::new(2, 1, MESSAGE)
}

fn accepted(streams: &mut Streams<Wire>, now: Instant, host: u8, port: u16) -> usize {
    assert_eq!(streams.judge(remote(host, port)), Accepted::Yes);
    streams.open(now, Wire::default(), remote(host, port), 0, None).unwrap()
}

fn wish(slot: u64) -> WishId {
    WishId::from_raw((5 << 48) | (1 << 20) | slot).unwrap()
}

#[test]
fn a_far_end_has_one_stream_for_all_wishes() {
    let mut streams = streams();
    assert_eq!(streams.reach(wish(1), remote(9, 5060), 0), Connected::Missing);
    let slot = streams.open(at(0), Wire::default(), remote(9, 5060), 0, Some(wish(1))).unwrap();
    assert_eq!(streams.reach(wish(2), remote(9, 5060), 0), Connected::Waits);
    assert_eq!(streams.reach(wish(2), remote(9, 5060), 0), Connected::Waits, "the same one again");
    assert_eq!(streams.reach(wish(3), remote(9, 5070), 0), Connected::Missing, "another port");
    assert_eq!(streams.reach(wish(3), remote(9, 5060), 1), Connected::Missing, "another local address");
    let flow = streams.flow(slot).unwrap();
    assert_eq!(streams.find(flow), None, "it is not there yet");
    assert!(streams.begin(at(1), slot).unwrap());
    assert!(!streams.begin(at(1), slot).unwrap(), "said once");
    let mut waited: Vec<_> = core::iter::from_fn(|| streams.waited(slot)).collect();
    waited.sort_unstable_by_key(|wish| wish.slot());
    assert_eq!(waited, [wish(1), wish(2)]);
    assert_eq!(streams.reach(wish(3), remote(9, 5060), 0), Connected::Flow(flow));
    assert_eq!(streams.find(flow), Some(slot));
    // the slot's next stream is another one
    streams.close(slot);
    let again = streams.open(at(2), Wire::default(), remote(9, 5060), 0, None).unwrap();
    assert_eq!((again, streams.find(flow)), (slot, None));
}

#[test]
fn what_goes_out_keeps_its_order_and_a_room_that_is_full_is_the_end() {
    let mut streams = streams();
    let slot = accepted(&mut streams, at(0), 9, 4000);
    let mut expected = Vec::new();
    for number in 0..8u8 {
        let bytes = vec![number; MESSAGE / 2];
        streams.get_mut(slot).unwrap().carrier.takes = 100;
        assert_eq!(streams.push(at(0), slot, &bytes), Ok(()));
        expected.extend(bytes);
    }
    assert_eq!(streams.take_change(slot), Some(true));
    assert_eq!(streams.push(at(0), slot, &[9; MESSAGE]), Err(End::Slow), "800 bytes have gone");
    streams.get_mut(slot).unwrap().carrier.takes = usize::MAX;
    assert_eq!(streams.flush(at(1), slot), Ok(()));
    assert_eq!(streams.get_mut(slot).unwrap().carrier.went, expected);
    assert_eq!((streams.take_change(slot), streams.take_change(slot)), (Some(false), None));
}

#[test]
fn what_comes_in_is_kept_until_it_is_taken_and_what_is_too_long_is_passed_over() {
    let mut streams = streams();
    let slot = accepted(&mut streams, at(0), 9, 4000);
    streams.get_mut(slot).unwrap().carrier.comes.extend([1; 3000]);
    assert_eq!(streams.read(at(0), slot), Ok(true));
    assert_eq!(streams.input(slot).len(), MESSAGE);
    assert!(!streams.lacks(at(0), slot), "there is no room for more");
    // the core refuses a message of 2500 bytes: the rest of it is dropped
    streams.taken(slot, 2500);
    let mut rest = 0;
    while streams.read(at(0), slot).unwrap() {
        rest += streams.input(slot).len();
        streams.taken(slot, streams.input(slot).len());
    }
    assert_eq!(rest, 500);
    streams.get_mut(slot).unwrap().carrier.ended = true;
    assert_eq!(streams.read(at(0), slot), Err(End::Closed));
}

#[test]
fn a_dribble_ends_after_32_seconds_and_a_talker_does_not() {
    let mut streams = streams();
    let (silent, dribble) = (accepted(&mut streams, at(0), 9, 1), accepted(&mut streams, at(0), 8, 2));
    let (talker, stuck) = (accepted(&mut streams, at(0), 7, 3), accepted(&mut streams, at(0), 6, 4));
    for slot in [dribble, talker, stuck] {
        streams.taken(slot, 0);
    }
    assert_eq!(streams.push(at(0), stuck, b"x"), Ok(()));
    let mut gone = Vec::new();
    for second in 1..=40 {
        streams.get_mut(dribble).into_iter().for_each(|stream| stream.carrier.comes.push_back(b'x'));
        if streams.read(at(second), dribble).unwrap() {
            streams.lacks(at(second), dribble);
        }
        // half a ping is no message
        streams.get_mut(talker).unwrap().carrier.comes.extend(*b"\r\n");
        streams.read(at(second), talker).unwrap();
        streams.lacks(at(second), talker);
        while let Some(slot) = streams.overdue(at(second)) {
            streams.close(slot);
            gone.push((second, slot));
        }
    }
    gone.sort_unstable();
    assert_eq!(gone, [(32, silent), (32, stuck), (33, dribble)]);
    let last = streams.next().expect("the talker has an end, too");
    assert!(last <= at(40) + IDLE && last > at(39));
}

#[test]
fn one_host_has_its_share_and_some_slots_are_left_to_us() {
    let mut streams = streams(); // 22 slots
    for port in 0..11 {
        accepted(&mut streams, at(0), 9, port);
    }
    assert_eq!(streams.judge(remote(9, 99)), Accepted::TooMany);
    for port in 0..6 {
        accepted(&mut streams, at(1), 8, port);
    }
    assert_eq!(streams.judge(remote(7, 1)), Accepted::Full, "a quarter is ours");
    assert!(!streams.is_full());
    assert_eq!((streams.quietest(at(31), None), streams.quietest(at(32), None)), (None, Some(0)));
    for port in 0..5 {
        assert!(streams.open(at(2), Wire::default(), remote(6, port), 0, Some(wish(u64::from(port)))).is_some());
    }
    assert!(streams.is_full());
    assert!(streams.open(at(2), Wire::default(), remote(6, 9), 0, Some(wish(9))).is_none());
    assert_eq!(Streams::<Wire>::none().judge(remote(9, 1)), Accepted::TooMany);
}

#[test]
fn a_source_that_has_too_many_takes_nothing_from_others() {
    let mut streams = streams();
    let quiet = accepted(&mut streams, at(0), 8, 1);
    for port in 0..11 {
        accepted(&mut streams, at(100), 9, port);
    }
    assert_eq!(streams.judge(remote(9, 99)), Accepted::TooMany);
    let own = Some(remote(9, 99).ip());
    assert_eq!(streams.quietest(at(110), own), None, "its own have spoken lately");
    assert_eq!(streams.quietest(at(132), own), Some(quiet + 1));
    assert_eq!(streams.quietest(at(110), None), Some(quiet));
}
