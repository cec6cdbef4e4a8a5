//! The words and the fields of a refusal or an end, and the time of the next try.

use super::*;

fn header(lab: &Lab, made: SubscriptionId, name: &str) -> Result<String, CommandError> {
    let mut room = [0; 256];
    let mut out = Cursor::new(&mut room);
    lab.ends[0].phone.subscription_header(made, name, 0, &mut out)?;
    Ok(String::from_utf8_lossy(out.written()).into_owned())
}

fn reason(lab: &Lab, made: SubscriptionId) -> Result<String, CommandError> {
    text(lab, made, SubscriptionText::Reason, 0)
}

fn retry(lab: &Lab, made: SubscriptionId) -> Instant {
    lab.ends[0].phone.subscription_info(made).unwrap().retry
}

/// A refusal with words of its own.
fn refuse(lab: &mut Lab, peer: &Peer, subscribe: &Sip, status: u16, phrase: &str, lines: &str) {
    let refusal = peer.response_text(subscribe, status, lines, "").replace("As Scripted", phrase);
    lab.send_raw(peer.at, subscribe.from, refusal.as_bytes());
    lab.run_for(Duration::from_millis(50));
}

#[test]
fn a_refusal_that_lasts_has_its_words_and_no_next_try() {
    let (mut lab, mut peer, made) = subscribing(&mailbox());
    assert_eq!((reason(&lab, made), header(&lab, made, "")), (Err(CommandError::Nothing), Err(CommandError::Nothing)));
    let first = peer.wait(&mut lab, "SUBSCRIBE");
    refuse(&mut lab, &peer, &first, 603, "No Lamps For You", "X-Note: ask anna\r\n");
    assert_eq!(states(&lab), [(ENDED, 603, Cause::Refused)]);
    assert_eq!(reason(&lab, made).unwrap(), "No Lamps For You");
    assert_eq!(header(&lab, made, "").unwrap(), "SIP/2.0 603 No Lamps For You");
    assert_eq!(header(&lab, made, "x-note").unwrap(), "ask anna");
    assert_eq!(header(&lab, made, "Retry-After"), Err(CommandError::Nothing));
    assert_eq!(retry(&lab, made), Instant::NEVER);
    lab.ends[0].phone.subscription_release(made).unwrap();
    assert_eq!((reason(&lab, made), header(&lab, made, "")), (Err(CommandError::Stale), Err(CommandError::Stale)));
}

#[test]
fn one_that_rests_says_when_it_is_asked_again() {
    let (mut lab, mut peer, made) = subscribing(&mailbox());
    let first = peer.wait(&mut lab, "SUBSCRIBE");
    refuse(&mut lab, &peer, &first, 503, "Moving House", "Retry-After: 30\r\n");
    assert_eq!(reason(&lab, made).unwrap(), "Moving House");
    assert_eq!(header(&lab, made, "Retry-After").unwrap(), "30");
    let at = retry(&lab, made);
    let wait = at.since(lab.now);
    assert!(wait > Duration::from_secs(29) && wait <= Duration::from_secs(30), "{wait:?}");
    lab.run_for(Duration::from_millis(29_800));
    assert_eq!(peer.all(&lab, "SUBSCRIBE").len(), 1);
    lab.run_for(Duration::from_millis(400));
    assert_eq!(peer.all(&lab, "SUBSCRIBE").len(), 2, "it is asked then");
    assert_eq!(retry(&lab, made), Instant::NEVER, "it is under way");
    // one that is taken says nothing of that any more
    let second = peer.all(&lab, "SUBSCRIBE").pop().unwrap();
    accept(&mut lab, &mut peer, &second, 600);
    assert_eq!((reason(&lab, made), retry(&lab, made)), (Err(CommandError::Nothing), Instant::NEVER));
    assert_eq!(header(&lab, made, "Expires").unwrap(), "600", "the 2xx is a response, too");
    summary(&mut lab, &mut peer, "active;expires=600", 1);
    assert_eq!(header(&lab, made, "Expires"), Err(CommandError::Nothing), "its place is the contents'");
    assert_eq!(lab.ends[0].phone.subscription_entry(made, 0).unwrap().counts, [1, 2, 1, 0]);
}

// rfc6665#4.1.3
#[test]
fn a_notify_that_ends_it_has_its_reason() {
    for (said, state, waits) in [
        ("rejected", ENDED, None),
        ("noresource", ENDED, None),
        ("invariant", ENDED, None),
        ("giveup;retry-after=40", RETRYING, Some(40)),
        ("probation;retry-after=50", RETRYING, Some(50)),
        ("unheard-of;retry-after=60", RETRYING, Some(60)),
    ] {
        let (mut lab, mut peer, made) = subscribing(&mailbox());
        let first = peer.wait(&mut lab, "SUBSCRIBE");
        accept(&mut lab, &mut peer, &first, 600);
        summary(&mut lab, &mut peer, "active;expires=600", 1);
        assert_eq!(summary(&mut lab, &mut peer, &format!("terminated;reason={said}"), 2), 200);
        assert_eq!(states(&lab).last().map(|told| told.0), Some(state), "{said}");
        let word = said.split(';').next().unwrap();
        let expected = if word == "unheard-of" { Err(CommandError::Nothing) } else { Ok(word.to_owned()) };
        assert_eq!(reason(&lab, made), expected, "{said}");
        assert_eq!(header(&lab, made, "Subscription-State").unwrap(), format!("terminated;reason={said}"));
        assert!(header(&lab, made, "").unwrap().starts_with("NOTIFY sip:"), "{said}");
        let least = waits.map(|seconds| lab.now + Duration::from_secs(seconds - 1));
        match least {
            None => assert_eq!(retry(&lab, made), Instant::NEVER, "{said}"),
            Some(least) => assert!(retry(&lab, made) > least && retry(&lab, made) <= least + Duration::from_secs(1)),
        }
        let entry = lab.ends[0].phone.subscription_entry(made, 0).unwrap();
        assert_eq!(entry.counts, [2, 2, 1, 0], "what it was told stays");
    }
}

#[test]
fn silence_has_no_words_and_a_block_without_room_has_the_reason() {
    // nobody responds to the next try
    let (mut lab, mut peer, made) = subscribing(&mailbox());
    let first = peer.wait(&mut lab, "SUBSCRIBE");
    refuse(&mut lab, &peer, &first, 503, "Moving House", "Retry-After: 30\r\n");
    lab.run_for(Duration::from_secs(65));
    assert_eq!(states(&lab).last(), Some(&(RETRYING, 0, Cause::Timeout)));
    assert_eq!((reason(&lab, made), header(&lab, made, "")), (Err(CommandError::Nothing), Err(CommandError::Nothing)));
    assert!(retry(&lab, made) > lab.now && retry(&lab, made) < Instant::NEVER);

    // a board's block
    let capacity = Capacity { subscriptions: 1, subscription_text: 160, ..Capacity::host(4, 2, 1100) };
    let mut lab = Lab::new(&[Options { capacity, ..Options::default() }]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let (now, new) = (lab.now, mailbox());
    let made = lab.ends[0].phone.subscription_add(now, AccountId::NONE, "sip:box@10.0.0.9:5060", &new).unwrap();
    lab.drain();
    let first = peer.wait(&mut lab, "SUBSCRIBE");
    accept(&mut lab, &mut peer, &first, 600);
    assert_eq!(summary(&mut lab, &mut peer, "terminated;reason=rejected", 1), 200);
    assert_eq!(reason(&lab, made).unwrap(), "rejected");
    assert!(header(&lab, made, "").is_ok() && header(&lab, made, "Subscription-State").is_err(), "it was cut");
}
