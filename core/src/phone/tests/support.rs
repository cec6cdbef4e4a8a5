//! The phone of the tests in this crate, and a driver that grants what it wishes for.

use crate::base::time::Instant;
use crate::phone::{Capacity, Failure, Flow, Lender, Patch, Phone, Reply, Setup, Storage, Target, Transmit, Via, Wish};
use std::boxed::Box;
use std::format;
use std::string::String;
use std::vec;
use std::vec::Vec;

/// The time at which the phone is made.
pub(in crate::phone) const START: Instant = Instant::from_millis(1000);
/// More than the largest message of any phone here.
const PACKET: usize = 8192;

/// Lends storage that lives as long as the test.
pub(in crate::phone) struct Boxes;

impl<'a> Lender<'a> for Boxes {
    fn lend<T: Clone + 'a>(&mut self, count: usize, empty: T) -> &'a mut [T] {
        Box::leak(vec![empty; count].into_boxed_slice())
    }

    fn is_short(&self) -> bool {
        false
    }
}

/// Neither plays into a call nor hears it.
pub(in crate::phone) struct Nothing;

impl Patch for Nothing {}

/// A phone at 10.0.0.1.
pub(in crate::phone) fn phone(capacity: &Capacity, setup: &Setup<'_>) -> Phone<'static> {
    let setup = Setup { seed: [7; 32], ..*setup };
    let mut phone = Phone::new(Storage::lend(capacity, &mut Boxes).unwrap(), capacity, &setup, START).unwrap();
    phone.socket_up(0, "10.0.0.1:5060".parse().unwrap());
    phone
}

/// The way to a host of its network.
pub(in crate::phone) fn flow(host: u8) -> Flow {
    Flow::Udp { socket: 0, remote: format!("10.0.0.{host}:5060").parse().unwrap() }
}

/// Grants wishes until there are none: names are those of 10.0.0.9. Gives the number of names asked for, and the
/// wishes that need no reply.
pub(in crate::phone) fn granted(phone: &mut Phone<'_>, now: Instant) -> (u32, Vec<String>) {
    let (mut names, mut others) = (0, vec![]);
    while let Some(wish) = phone.poll_wish() {
        match wish {
            Wish::Locate { id, .. } => {
                names += 1;
                let target = Target { flow: flow(9), priority: 0, weight: 0, lifetime: 0 };
                phone.handle_reply(now, id, Reply::Hops(&[target]));
            }
            Wish::Connect { id, .. } => phone.handle_reply(now, id, Reply::Failed(Failure::Unsupported)),
            Wish::OpenMedia { id, .. } => phone.handle_reply(now, id, Reply::Media { rtp: 4000, rtcp: 4001 }),
            other => others.push(format!("{other:?}")),
        }
    }
    (names, others)
}

/// The SIP messages that leave now.
pub(in crate::phone) fn sent(phone: &mut Phone<'_>, now: Instant) -> Vec<String> {
    let (mut out, mut buffer) = (vec![], [0; PACKET]);
    while let Transmit::Packet { via, len } = phone.poll_transmit(now, &mut buffer) {
        if matches!(via, Via::Sip(_)) {
            out.push(String::from_utf8(buffer[..len].to_vec()).unwrap());
        }
    }
    out
}
