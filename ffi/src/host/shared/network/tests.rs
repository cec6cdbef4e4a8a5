use super::*;
use crate::host::network::Network;
use crate::host::ready::Ready;
use crate::host::sockets::{Follow, SOCKETS, Socket, Transports};
use crate::host::table;
use crate::phone::*;
use core::net::SocketAddr;
use std::net::UdpSocket;
use std::sync::Arc;

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn locals(list: &[(usize, &str)]) -> Locals {
    let mut locals = Locals::default();
    for (number, address) in list {
        locals.all[*number] = Some(SocketAddr::new(ip(address), 5060));
    }
    locals
}

#[test]
fn what_came_and_what_went() {
    let have = locals(&[(0, "192.0.2.1"), (1, "127.0.0.1"), (4, "2001:db8::1")]);
    let same = Difference::of(&have, &[ip("127.0.0.1"), ip("2001:db8::1"), ip("192.0.2.1")]);
    assert_eq!(same, Difference { gone: vec![], new: vec![] }, "the order says nothing");
    let moved = Difference::of(&have, &[ip("198.51.100.7"), ip("127.0.0.1")]);
    assert_eq!(moved, Difference { gone: vec![0, 4], new: vec![ip("198.51.100.7")] });
    assert_eq!(Difference::of(&have, &[]), Difference { gone: vec![0, 1, 4], new: vec![] });
    assert_eq!(
        Difference::of(&Locals::default(), &[ip("192.0.2.1")]),
        Difference { gone: vec![], new: vec![ip("192.0.2.1")] }
    );
}

#[test]
fn an_address_of_two_interfaces_is_one_and_there_are_at_most_as_many_as_sockets() {
    let all = Follow { v4_only: false, port: 0, fall_back: false, dscp: 0, transports: Transports::default() };
    assert_eq!(all.wanted(&[ip("192.0.2.1"), ip("::1"), ip("192.0.2.1")]), [ip("192.0.2.1"), ip("::1")]);
    let v4 = Follow { v4_only: true, ..all };
    assert_eq!(v4.wanted(&[ip("::1"), ip("192.0.2.1")]), [ip("192.0.2.1")]);
    let many: Vec<_> = (0..40).map(|last| ip(&format!("192.0.2.{last}"))).collect();
    assert_eq!(all.wanted(&many).len(), SOCKETS);
}

#[test]
fn a_number_that_became_free_rests() {
    let mut have = locals(&[(0, "192.0.2.1"), (1, "127.0.0.1")]);
    assert_eq!(free(&have, SOCKETS - 1), Some(2));
    have.all[0] = None;
    assert_eq!(free(&have, 2), Some(3));
    assert_eq!(free(&have, SOCKETS - 1), Some(0), "its turn again");
    have.all = [Some(SocketAddr::new(ip("192.0.2.1"), 1)); SOCKETS];
    assert_eq!(free(&have, 3), None);
}

#[test]
fn what_comes_and_goes_before_the_engine_looks_is_never_its_business() {
    let network = Network::new(None, &Locals::default());
    let ready = Ready::new().unwrap();
    let mut new = Sockets::default();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let socket = Socket { udp: Some(socket), listener: None };
    watch(&ready, &socket, 3).unwrap();
    new[3] = Some(socket);
    assert!(network.take().is_none());
    network.hand_over(&ready, &[1], new);
    network.hand_over(&ready, &[3], Sockets::default());
    let change = network.take().unwrap();
    assert_eq!(change.gone, 1 << 1);
    assert!(change.new.iter().all(Option::is_none));
    UdpSocket::bind(address).expect("it was closed");
    assert!(network.take().is_none());
}

struct Made(u64);

impl Made {
    fn new(bind: &core::ffi::CStr) -> Self {
        let config = microsip_config {
            size: size_of::<microsip_config>() as u32,
            flags: MICROSIP_NULL_AUDIO | MICROSIP_ALLOW_DIRECT,
            bind: bind.as_ptr(),
            // SAFETY: zero is valid in all of it.
            ..unsafe { core::mem::zeroed() }
        };
        let mut phone = 0;
        // SAFETY: all of it is there.
        assert_eq!(unsafe { microsip_create(MICROSIP_ABI_VERSION, &raw const config, &raw mut phone) }, MICROSIP_OK);
        Self(phone)
    }

    fn shared(&self) -> Arc<Shared> {
        table::find(self.0).ok().unwrap()
    }

    fn reads(&self, list: &[&str]) -> bool {
        let list = list.iter().map(|address| ip(address)).collect();
        self.shared().read_network(|| Ok(list)).ok().unwrap()
    }

    fn next(&self, kind: u32, wait_ms: u32) -> Option<microsip_event> {
        let mut event = microsip_event { size: size_of::<microsip_event>() as u32, ..microsip_event::default() };
        // SAFETY: an event is there.
        while unsafe { microsip_event_next(self.0, &raw mut event, wait_ms) } == MICROSIP_OK {
            if event.r#type == kind {
                return Some(event);
            }
        }
        None
    }

    fn address(&self) -> Option<(Vec<u8>, u16)> {
        let mut address = microsip_addr::default();
        // SAFETY: an address is there.
        let code = unsafe { microsip_address_get(self.0, MICROSIP_ADDRESS_V4, &raw mut address) };
        (code == MICROSIP_OK).then(|| (address.ip[..4].to_vec(), address.port))
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        assert_eq!(microsip_destroy(self.0), MICROSIP_OK);
    }
}

/// The engine's thread has closed the old socket, once the port can be bound again.
fn until_free(address: SocketAddr) {
    let start = std::time::Instant::now();
    while UdpSocket::bind(address).is_err() {
        assert!(start.elapsed().as_secs() < 10, "{address} is still bound");
        std::thread::yield_now();
    }
}

#[test]
#[cfg(target_os = "linux")]
fn sockets_follow_and_those_that_stay_are_not_touched() {
    let (phone, peer) = (Made::new(c"0.0.0.0:0"), Made::new(c"127.0.0.1:0"));
    phone.reads(&["127.0.0.1"]);
    while phone.next(MICROSIP_EV_NETWORK, 0).is_some() {}
    let (first, port) = phone.address().unwrap();
    assert_eq!(first, [127, 0, 0, 1]);

    // nothing has changed: no event, and the socket is the one it was
    assert!(!phone.reads(&["127.0.0.1"]));
    assert_eq!(phone.address().unwrap(), (first.clone(), port));
    assert!(phone.next(MICROSIP_EV_NETWORK, 0).is_none());

    assert!(phone.reads(&["127.0.0.2", "127.0.0.1"]));
    let event = phone.next(MICROSIP_EV_NETWORK, 5000).unwrap();
    assert_eq!((event.value, event.result), (2, MICROSIP_E_UNREACHABLE), "loopback leaves no machine");
    assert_eq!(phone.address().unwrap(), (first, port), "what stayed is told as before");

    assert!(phone.reads(&["127.0.0.2"]));
    assert_eq!(phone.next(MICROSIP_EV_NETWORK, 5000).unwrap().value, 1);
    until_free(SocketAddr::new(ip("127.0.0.1"), port));
    let (second, port) = phone.address().unwrap();
    assert_eq!(second, [127, 0, 0, 2]);

    // the new socket is there: a call reaches it
    let uri = std::ffi::CString::new(format!("sip:x@127.0.0.2:{port}")).unwrap();
    let mut call = 0;
    // SAFETY: all of it is there.
    assert_eq!(unsafe { microsip_dial(peer.0, 0, uri.as_ptr(), core::ptr::null(), &raw mut call) }, MICROSIP_OK);
    assert_eq!(phone.next(MICROSIP_EV_CALL, 5000).unwrap().state, MICROSIP_INCOMING);

    // all gone, and one back
    assert!(phone.reads(&[]));
    let event = phone.next(MICROSIP_EV_NETWORK, 5000).unwrap();
    assert_eq!((event.value, event.result), (0, MICROSIP_E_UNREACHABLE));
    assert_eq!(phone.address(), None);
    assert!(phone.reads(&["127.0.0.3"]));
    assert_eq!(phone.address().unwrap().0, [127, 0, 0, 3]);
}

#[test]
fn an_address_of_ones_own_is_kept() {
    let phone = Made::new(c"127.0.0.1:0");
    let before = phone.address();
    assert!(!phone.reads(&["127.0.0.9"]));
    assert_eq!(microsip_network_changed(phone.0), MICROSIP_NOTHING);
    assert_eq!(phone.address(), before);
}

#[test]
#[cfg(target_os = "linux")]
fn a_port_that_is_taken_at_a_new_address_is_said_and_the_others_do() {
    let taken = UdpSocket::bind("127.0.0.6:0").unwrap();
    let phone = Made::new(
        std::ffi::CString::new(format!("0.0.0.0:{}", taken.local_addr().unwrap().port())).unwrap().as_c_str(),
    );
    let list = vec![ip("127.0.0.6"), ip("127.0.0.7")];
    let fail = phone.shared().read_network(|| Ok(list)).unwrap_err();
    assert_eq!(fail.code, MICROSIP_E_PORT_IN_USE);
    assert_eq!(phone.address().unwrap().0, [127, 0, 0, 7]);
    // nor are the addresses lost that could not be read
    assert!(phone.shared().read_network(|| Err(io::Error::other("no descriptor"))).is_err());
    assert_eq!(phone.address().unwrap().0, [127, 0, 0, 7]);
}
