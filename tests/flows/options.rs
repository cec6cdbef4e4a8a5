//! OPTIONS in a dialog: the response names our capabilities, and nothing else happens (rfc3261#11.2, #12.2.2).

use microsip_core::base::time::Duration;
use microsip_core::phone::CallState;
use microsip_tests::{Lab, Options, Peer, Sip};

fn ask(lab: &mut Lab, peer: &mut Peer, text: &str) -> Sip {
    peer.send(lab, text);
    peer.wait(lab, "SIP/2.0")
}

/// A header of the response for each thing that OPTIONS asks for.
fn abilities(response: &Sip) -> Vec<Vec<String>> {
    ["Allow", "Accept", "Accept-Encoding", "Accept-Language", "Supported"].map(|name| response.headers(name)).into()
}

#[test]
fn in_a_dialog_the_response_is_the_one_outside() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut stranger = Peer::new(&mut lab, "10.0.0.10:5060", 0);
    let outside = stranger.request("OPTIONS", "", "");
    let outside = ask(&mut lab, &mut stranger, &outside);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.call(&mut lab, 0);
    let text = peer.request("OPTIONS", "", "");
    let inside = ask(&mut lab, &mut peer, &text);
    assert_eq!((outside.status(), inside.status()), (200, 200));
    assert_eq!(abilities(&inside), abilities(&outside));
    assert!(abilities(&inside).iter().all(|header| header.len() == 1), "{}", inside.text());
    // the tag is the dialog's, and a repetition gets the same response
    assert_eq!(inside.to_tag(), peer.theirs);
    assert_eq!(ask(&mut lab, &mut peer, &text).bytes, inside.bytes);
}

#[test]
fn in_a_dialog_options_change_nothing_but_the_number() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.call(&mut lab, 0);
    let before = peer.number;
    // rfc3261#12.2: it is no target refresh, whatever its Contact says, and its body is no offer
    let body = peer.sdp().replace("m=audio", "a=inactive\r\nm=audio");
    let elsewhere = "Contact: <sip:elsewhere@10.0.0.77>\r\nContent-Type: application/sdp\r\n";
    let text = peer.request("OPTIONS", elsewhere, &body);
    let response = ask(&mut lab, &mut peer, &text);
    assert_eq!((response.status(), response.body().as_str()), (200, ""));
    let (call, now) = (lab.ends[0].last_call(), lab.now);
    assert_eq!(lab.ends[0].phone.call_info(call).unwrap().state, CallState::Connected);
    // rfc3261#12.2.2: the number is used up
    peer.number = before;
    let old = peer.request("OPTIONS", "", "").replace("branch=z9hG4bK", "branch=z9hG4bKother");
    assert_eq!(ask(&mut lab, &mut peer, &old).status(), 500);
    lab.ends[0].phone.hangup(now, call).unwrap();
    lab.drain();
    let bye = peer.wait(&mut lab, "BYE");
    assert_eq!(bye.uri(), peer.contact);
    peer.respond(&mut lab, &bye, 200, "");
    lab.run_for(Duration::from_secs(1));
    lab.assert_settled();
}

// rfc4579#4.3
#[test]
fn a_focus_says_so_in_a_dialog_and_outside() {
    for focus in [true, false] {
        let mut lab = Lab::new(&[Options { focus, ..Options::default() }]);
        let mut other = Peer::new(&mut lab, "10.0.0.10:5060", 0);
        let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        peer.call(&mut lab, 0);
        for asking in [&mut other, &mut peer] {
            let text = asking.request("OPTIONS", "", "");
            let contact = ask(&mut lab, asking, &text).headers("Contact");
            let says: &[&str] = if focus { &["<sip:10.0.0.1:5060>;isfocus"] } else { &[] };
            assert_eq!(contact, says);
            // rfc3261#17.2.2
            assert_eq!(ask(&mut lab, asking, &text).headers("Contact"), says, "a repetition");
        }
    }
}

#[test]
fn a_busy_phone_accepts_options_in_a_dialog() {
    let mut options = Options::default();
    options.capacity.calls = 1;
    let mut lab = Lab::new(&[options]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.call(&mut lab, 0);
    let mut other = Peer::new(&mut lab, "10.0.0.10:5060", 0);
    let outside = other.request("OPTIONS", "", "");
    assert_eq!(ask(&mut lab, &mut other, &outside).status(), 486);
    let inside = peer.request("OPTIONS", "", "");
    assert_eq!(ask(&mut lab, &mut peer, &inside).status(), 200);
}
