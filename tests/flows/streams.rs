//! The same transactions over a stream: nothing is sent twice but the 2xx (rfc3261#17, #18.3, #13.3.1.4).

use microsip_core::base::time::{Duration, Instant};
use microsip_core::phone::{Cause, Flow, Transmit, Transport, Usage, Via};
use microsip_tests::{Lab, Options, Peer};

fn flow() -> Flow {
    Flow::Stream { slot: 3, generation: 1, transport: Transport::Tcp, remote: "10.0.0.9:33000".parse().unwrap(), socket: 0 }
}

/// What leaves over the stream now.
fn sent(lab: &mut Lab, now: Instant) -> Vec<String> {
    let mut room = vec![0; 4000];
    let mut out = Vec::new();
    loop {
        match lab.ends[0].phone.poll_transmit(now, &mut room) {
            Transmit::Packet { via: Via::Sip(via), len } => {
                assert_eq!(via, flow());
                out.push(String::from_utf8_lossy(&room[..len]).into_owned());
            }
            Transmit::Packet { .. } => {}
            Transmit::Needs(needed) => panic!("{needed}"),
            Transmit::Nothing => return out,
        }
    }
}

/// Runs the phone's own timers; gives what left, with the milliseconds after `from`.
fn run(lab: &mut Lab, from: Instant, for_ms: u64) -> Vec<(u64, String)> {
    let until = from + Duration::from_millis(for_ms);
    let mut out = Vec::new();
    while let Some(at) = lab.ends[0].phone.poll_timeout().filter(|at| *at <= until) {
        let at = at.max(lab.now);
        lab.now = at;
        lab.ends[0].phone.handle_timeout(at);
        for text in sent(lab, at) {
            out.push((at.millis() - from.millis(), text.lines().next().unwrap().to_owned()));
        }
    }
    lab.now = until;
    out
}

fn give(lab: &mut Lab, text: &str) -> Vec<String> {
    let now = lab.now;
    assert_eq!(lab.ends[0].phone.handle_sip(now, flow(), text.as_bytes()), text.len());
    sent(lab, now)
}

fn ringing() -> (Lab, Peer, String) {
    let mut lab = Lab::new(&[Options::default()]);
    lab.ends[0].grant = false;
    let mut peer = Peer::new(&mut lab, "10.0.0.9:33000", 0);
    let body = peer.sdp();
    let text = peer.request("INVITE", "", &body).replace("SIP/2.0/UDP", "SIP/2.0/TCP");
    // in pieces
    let now = lab.now;
    for cut in [1, 50, 300, text.len() - 1] {
        assert_eq!(lab.ends[0].phone.handle_sip(now, flow(), &text.as_bytes()[..cut]), 0);
    }
    let out = give(&mut lab, &text);
    assert!(out.len() == 1 && out[0].starts_with("SIP/2.0 180"), "{out:?}");
    assert!(out[0].contains(";transport=tcp>"), "{}", out[0]);
    lab.drain();
    (lab, peer, text)
}

fn call(lab: &Lab) -> microsip_core::phone::CallId {
    lab.ends[0].phone.calls().next().unwrap()
}

#[test]
fn a_refusal_is_sent_once_and_waits_for_its_ack() {
    let (mut lab, _, _) = ringing();
    let (now, call) = (lab.now, call(&lab));
    lab.ends[0].phone.reject(now, call, 486).unwrap();
    assert_eq!(sent(&mut lab, now).len(), 1);
    assert_eq!(run(&mut lab, now, 60_000), []);
    lab.drain();
    lab.drain();
    assert_eq!(lab.ends[0].phone.in_use(), Usage::default());
}

#[test]
fn a_2xx_is_repeated_there_too() {
    // rfc3261#13.3.1.4: behind the next hop may be datagrams
    let (mut lab, _, _) = ringing();
    lab.ends[0].grant = true;
    lab.drain();
    let (now, call) = (lab.now, call(&lab));
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    assert!(sent(&mut lab, now)[0].starts_with("SIP/2.0 200"));
    let out = run(&mut lab, now, 33_000);
    let times: Vec<u64> = out.iter().filter(|(_, line)| line.starts_with("SIP/2.0 200")).map(|(at, _)| *at).collect();
    assert_eq!(times, [500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
    assert_eq!(out.last().unwrap().0, 32_000);
    assert!(out.last().unwrap().1.starts_with("BYE "));
    assert_eq!(run(&mut lab, now + Duration::from_secs(33), 60_000), [], "BYE is sent once");
}

#[test]
fn a_stream_that_breaks_is_told_once() {
    let (mut lab, _, _) = ringing();
    let now = lab.now;
    let broken = b"INVITE sip:a@b SIP/2.0\r\nContent-Length: x\r\n\r\n";
    assert_eq!(lab.ends[0].phone.handle_sip(now, flow(), broken), broken.len());
    assert_eq!(lab.ends[0].phone.counters().malformed, 1);
    assert_eq!(lab.ends[0].phone.handle_sip(now, flow(), b"\r\n\r\n"), 4);
}

#[test]
fn our_bye_over_a_broken_stream_takes_another_way_and_ends() {
    let (mut lab, mut peer, _) = ringing();
    lab.ends[0].grant = true;
    lab.drain();
    let (now, call) = (lab.now, call(&lab));
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    let ok = sent(&mut lab, now).remove(0);
    let tag = ok.split("To: ").nth(1).unwrap().split(";tag=").nth(1).unwrap().split("\r\n").next().unwrap().to_owned();
    peer.theirs = tag;
    let ack = peer.request("ACK", "", "");
    assert_eq!(give(&mut lab, &ack), Vec::<String>::new());
    lab.ends[0].phone.hangup(now, call).unwrap();
    assert!(sent(&mut lab, now)[0].starts_with("BYE "));
    lab.ends[0].phone.handle_flow_failed(now, flow());
    lab.drain();
    lab.drain();
    assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Normal);
    // the driver has no stream there any more, and says so
    assert_eq!(lab.count("BYE"), 1);
    assert!(lab.sent.last().unwrap().text.contains("Via: SIP/2.0/UDP "));
    // nobody answers there either
    lab.assert_settled();
}
