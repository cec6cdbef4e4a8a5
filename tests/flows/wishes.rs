//! A driver that is slow with its wishes, and one that cannot fulfil them.

use crate::strangers::request;
use microsip_core::base::time::Duration;
use microsip_core::phone::{CallState, Capacity, Cause, Failure, Flow, Phone, Reply, Taken, Transmit, Wish, WishId};
use microsip_tests::peer::Peer;
use microsip_tests::{Lab, Options, ladder};
use std::net::SocketAddr;

const FAR: &str = "10.0.0.9:5060";

fn give(lab: &mut Lab, text: &str) {
    let now = lab.now;
    let flow = Flow::Udp { socket: 0, remote: FAR.parse().unwrap() };
    assert_eq!(lab.ends[0].phone.handle_sip(now, flow, text.as_bytes()), Taken::Bytes(text.len()));
    sent(lab);
}

/// The phone's messages, without fulfilling its wishes.
fn sent(lab: &mut Lab) -> Vec<String> {
    let (now, mut buffer, mut out) = (lab.now, [0; 2048], Vec::new());
    while let Transmit::Packet { len, .. } = lab.ends[0].phone.poll_transmit(now, &mut buffer) {
        out.push(String::from_utf8_lossy(&buffer[..len]).into_owned());
    }
    while lab.ends[0].phone.poll_event().is_some() {}
    out
}

/// The next wish: its id, and whether it is to open or to close ports, with their name.
fn wish(phone: &mut Phone<'static>) -> Option<(Option<WishId>, u64)> {
    loop {
        match phone.poll_wish()? {
            Wish::OpenMedia { id, media, .. } => return Some((Some(id), media.raw())),
            Wish::CloseMedia { media } => return Some((None, media.raw())),
            Wish::AudioOn | Wish::AudioOff => {}
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn ports_that_come_too_late_are_closed_and_the_next_call_gets_its_own() {
    let mut lab = Lab::new(&[Options { capacity: Capacity::host(1, 1, 2048), ..Options::default() }]);
    let far: SocketAddr = FAR.parse().unwrap();
    let mut ids = Vec::new();
    for nth in 0..3 {
        let invite = request("INVITE", far, "sip:x@10.0.0.1", nth);
        give(&mut lab, &invite);
        if let Some((Some(id), media)) = wish(&mut lab.ends[0].phone) {
            ids.push((id, media));
        }
        let cancel = request("CANCEL", far, "sip:x@10.0.0.1", nth);
        give(&mut lab, &cancel);
    }
    assert_eq!(ids.len(), 1, "one reply is waited for, the slot's next calls wait with it");
    let invite = request("INVITE", far, "sip:x@10.0.0.1", 9);
    give(&mut lab, &invite);
    let call = lab.ends[0].phone.calls().next().unwrap();
    let now = lab.now;
    let phone = &mut lab.ends[0].phone;
    assert_eq!(wish(phone), None);
    phone.answer(now, call, 200).unwrap();
    let (first, media) = ids[0];
    phone.handle_reply(now, first, Reply::Media { rtp: 10_000, rtcp: 10_001 });
    phone.handle_reply(now, first, Reply::Media { rtp: 10_000, rtcp: 10_001 });
    assert_eq!(wish(phone), Some((None, media)), "ports that no call needs are closed, once");
    let (second, own) = wish(phone).unwrap();
    assert_ne!(media, own);
    phone.handle_reply(now, second.unwrap(), Reply::Media { rtp: 10_002, rtcp: 10_003 });
    assert_eq!(wish(phone), None);
    let said = sent(&mut lab);
    assert!(said.iter().any(|text| text.starts_with("SIP/2.0 200") && text.contains("m=audio 10002")), "{said:?}");
}

#[test]
fn a_call_without_ports_is_refused_or_ended() {
    let mut lab = Lab::new(&[Options::default()]);
    lab.ends[0].no_ports = true;
    let mut peer = Peer::new(&mut lab, FAR, 0);
    let invite = peer.invite(&mut lab);
    let refusal = peer.wait(&mut lab, "SIP/2.0 503");
    peer.ack_refusal(&mut lab, &invite, &refusal);
    assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Port);
    lab.ends[0].events.clear();
    lab.dial(0, "sip:peer@10.0.0.9:5060");
    lab.run_for(Duration::from_secs(1));
    assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Port);
    assert_eq!(peer.all(&lab, "INVITE").len(), 0, "{}", ladder::draw(&lab));
    lab.assert_settled();
}

#[test]
fn a_redirection_to_a_name_without_addresses_ends_the_call() {
    for contact in [
        "<sip:x@nowhere.example>",
        "<sip:x@10.0.0.9;maddr=\u{fc}>",
        "<sip:x@10.0.0.9;maddr=%zz>",
        "<sip:x@[::ffff]:0>",
        "<sip:@@>",
        "<sip:>",
    ] {
        let mut lab = Lab::new(&[Options::default()]);
        let mut peer = Peer::new(&mut lab, FAR, 0);
        lab.dial(0, "sip:peer@10.0.0.9:5060");
        let invite = peer.wait(&mut lab, "INVITE");
        peer.respond_with(&mut lab, &invite, 302, &format!("Contact: {contact}\r\n"), "");
        lab.run_for(Duration::from_secs(60));
        assert_eq!(lab.ends[0].ended().unwrap().state, CallState::Ended as u32, "{contact}");
        lab.assert_settled();
    }
}

#[test]
fn replies_of_the_wrong_kind_or_with_another_id_do_nothing() {
    let mut lab = Lab::new(&[Options::default()]);
    let now = lab.now;
    let options =
        microsip_core::phone::DialOptions { source: microsip_core::phone::Source::Silence, ..Default::default() };
    let call =
        lab.ends[0].phone.dial(now, microsip_core::phone::AccountId::NONE, "sip:x@far.example", &options).unwrap();
    let phone = &mut lab.ends[0].phone;
    let Some(Wish::Locate { id, .. }) = phone.poll_wish() else { panic!("no wish") };
    phone.handle_reply(now, id, Reply::Media { rtp: 1, rtcp: 2 });
    let other = WishId::from_raw(id.raw() + (1 << 20)).unwrap();
    phone.handle_reply(now, other, Reply::Failed(Failure::Name));
    for raw in [1u64 << 20 | 3 << 50, u64::MAX >> 11, 5 << 48 | 0xf_ffff | 1 << 20] {
        if let Ok(id) = WishId::from_raw(raw) {
            phone.handle_reply(now, id, Reply::Failed(Failure::Name));
            phone.handle_reply(now, id, Reply::Media { rtp: 1, rtcp: 2 });
        }
    }
    assert_eq!(phone.call_info(call).unwrap().state, CallState::Calling);
    phone.handle_reply(now, id, Reply::Failed(Failure::Name));
    assert_eq!(phone.call_info(call).unwrap().result, Cause::Name);
    phone.handle_reply(now, id, Reply::Failed(Failure::Name));
}
