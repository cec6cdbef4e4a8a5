//! The limits of a REFER: one call at a time in each dialog, of the slots that direct calls have, and no time for ever.

use super::*;

// every slot of requests is in use when it ends
#[test]
fn a_report_ends_though_no_slot_is_free_at_its_time() {
    let capacity = Capacity { requests: 2, messages: 4, ..Capacity::host(4, 2, 2048) };
    let (mut lab, mut bob, mut carol, _) = talking(Options { capacity, ..following() });
    let mut dora = Peer::new(&mut lab, "10.0.0.11:5060", 0);
    lab.audio = false;
    refer(&mut lab, &mut bob, CAROL, "");
    notified(&mut lab, &mut bob);
    let invite = carol.wait(&mut lab, "INVITE");
    let begun = lab.now;
    carol.respond(&mut lab, &invite, 180, "");
    notified(&mut lab, &mut bob);
    while lab.now.since(begun).millis() + 60_000 < REPORT_MS {
        lab.run_for(Duration::from_secs(50));
        carol.respond(&mut lab, &invite, 180, "");
    }
    lab.dial(0, "sip:dora@10.0.0.11:5060");
    let second = dora.wait(&mut lab, "INVITE");
    dora.respond(&mut lab, &second, 180, "");
    lab.run_for(Duration::from_secs(90));
    assert!(lab.now.since(begun).millis() > REPORT_MS + 10_000);
    bob.silence(&mut lab, "NOTIFY", Duration::from_millis(10));
    dora.respond(&mut lab, &second, 486, "");
    let free = lab.now;
    lab.patience = Duration::from_secs(60);
    assert_eq!(notified(&mut lab, &mut bob), ("terminated;reason=timeout".into(), "SIP/2.0 180 Ringing\r\n".into()));
    assert!(lab.now.since(free).millis() < 35_000, "as soon as the refused INVITE has gone");
    bob.silence(&mut lab, "NOTIFY", Duration::from_secs(40));
}
