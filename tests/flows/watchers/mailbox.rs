//! A mailbox that the phone is for others (RFC 3842).

use super::*;
use microsip_core::wire::body::message_summary::Count;

fn set(lab: &mut Lab, count: Option<(u32, Count)>) -> Result<(), CommandError> {
    let now = lab.now;
    let set = lab.ends[0].phone.mailbox_set(now, AccountId::NONE, count);
    lab.drain();
    set
}

fn voice(new: u32, old: u32) -> Option<(u32, Count)> {
    Some((1, Count { new, old, ..Count::default() }))
}

#[test]
fn it_is_told_as_it_is_counted() {
    let (mut lab, mut peer) = watched(WatcherPolicy::Follow);
    set(&mut lab, None).unwrap();
    accepted(&mut lab, &mut peer, "message-summary", "600");
    let first = notified(&mut lab, &mut peer);
    assert_eq!(first.header("Content-Type"), "application/simple-message-summary");
    let account = format!("Message-Account: {}\r\n", peer.other.trim_matches(['<', '>']));
    assert_eq!(first.body(), format!("Messages-Waiting: no\r\n{account}"));
    lab.run_for(Duration::from_secs(1));
    set(&mut lab, voice(2, 8)).unwrap();
    assert_eq!(
        notified(&mut lab, &mut peer).body(),
        format!("Messages-Waiting: yes\r\n{account}Voice-Message: 2/8 (0/0)\r\n")
    );
    // what is said within a second is one, and what is no change is none
    set(&mut lab, voice(2, 8)).unwrap();
    set(&mut lab, Some((2, Count { new: 0, old: 1, new_urgent: 0, old_urgent: 1 }))).unwrap();
    set(&mut lab, voice(0, 10)).unwrap();
    peer.silence(&mut lab, "NOTIFY", Duration::from_millis(800));
    assert_eq!(
        notified(&mut lab, &mut peer).body(),
        format!("Messages-Waiting: no\r\n{account}Voice-Message: 0/10 (0/0)\r\nFax-Message: 0/1 (0/1)\r\n")
    );
    for class in [0, 7, u32::MAX] {
        assert_eq!(set(&mut lab, Some((class, Count::default()))), Err(CommandError::Range));
    }
    set(&mut lab, voice(0, 10)).unwrap();
    peer.silence(&mut lab, "NOTIFY", Duration::from_secs(3));
    finish(lab, peer, "message-summary");
}
