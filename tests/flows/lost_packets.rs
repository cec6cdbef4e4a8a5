//! Each message of a call lost once: the timers of rfc3261#17 bring it through all the same.

use microsip_core::base::time::Duration;
use microsip_core::phone::{CallState, Cause};
use microsip_tests::{Lab, ladder};

/// Runs a whole call and loses the first message that begins so and has this CSeq method.
fn call(start: &'static str, method: &'static str, ender: usize) {
    let mut lab = Lab::pair();
    let mut lost = false;
    lab.filter = Some(Box::new(move |packet| {
        let text = String::from_utf8_lossy(&packet.bytes);
        if !lost && text.starts_with(start) && text.contains(&format!(" {method}\r\n")) {
            lost = true;
            return false;
        }
        true
    }));
    lab.dial(0, "sip:bob@10.0.0.2");
    lab.run_until("it rings", |lab| lab.ends[1].reached(CallState::Incoming));
    let (theirs, now) = (lab.ends[1].last_call(), lab.now);
    lab.ends[1].phone.answer(now, theirs, 200).unwrap();
    lab.run_until("connected", |lab| {
        lab.ends[0].reached(CallState::Connected) && lab.ends[1].reached(CallState::Connected)
    });
    lab.run_for(Duration::from_secs(2));
    let (call, now) = (lab.ends[ender].last_call(), lab.now);
    lab.ends[ender].phone.hangup(now, call).unwrap();
    lab.run_until("ended", |lab| lab.ends.iter().all(|end| end.ended().is_some()));
    for end in &lab.ends {
        assert_eq!(end.ended().unwrap().result, Cause::Normal, "{start} {method}\n{}", ladder::draw(&lab));
        for state in [CallState::Incoming, CallState::Connected, CallState::Ended] {
            assert!(
                end.events
                    .iter()
                    .filter(|event| event.state == state as u32 && event.reached & (1 << state as u32) != 0)
                    .count()
                    <= 1
            );
        }
    }
    lab.assert_settled();
}

#[test]
fn any_one_message_may_be_lost() {
    for ender in [0, 1] {
        for (start, method) in [
            ("INVITE", "INVITE"),
            ("SIP/2.0 180", "INVITE"),
            ("SIP/2.0 200", "INVITE"),
            ("ACK", "ACK"),
            ("BYE", "BYE"),
            ("SIP/2.0 200", "BYE"),
        ] {
            call(start, method, ender);
        }
    }
}

#[test]
fn a_cancelled_call_survives_losses_too() {
    for (start, method) in [("CANCEL", "CANCEL"), ("SIP/2.0 200", "CANCEL"), ("SIP/2.0 487", "INVITE"), ("ACK", "ACK")]
    {
        let mut lab = Lab::pair();
        let mut lost = false;
        lab.filter = Some(Box::new(move |packet| {
            let text = String::from_utf8_lossy(&packet.bytes);
            if !lost && text.starts_with(start) && text.contains(&format!(" {method}\r\n")) {
                lost = true;
                return false;
            }
            true
        }));
        let call = lab.dial(0, "sip:bob@10.0.0.2");
        lab.run_until("it rings", |lab| lab.ends[0].reached(CallState::Early));
        let now = lab.now;
        lab.ends[0].phone.hangup(now, call).unwrap();
        lab.run_until("ended", |lab| lab.ends.iter().all(|end| end.ended().is_some()));
        for (end, result) in lab.ends.iter().zip([Cause::Normal, Cause::Cancelled]) {
            assert_eq!((end.ended().unwrap().result, end.ended().unwrap().sip_code), (result, 487), "{start} {method}");
        }
        lab.assert_settled();
    }
}
