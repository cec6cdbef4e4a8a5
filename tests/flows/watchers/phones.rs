//! Phones of ours on both sides: lamps that follow a call, and a call that is picked up by what a lamp tells.

use super::*;
use microsip_core::phone::{
    DialOptions, Lamp, NewSubscription, Source, SubscriptionId, SubscriptionText, TransferPolicy,
};

fn watch(lab: &mut Lab, end: usize, new: &NewSubscription<'_>, uri: &str) -> SubscriptionId {
    let now = lab.now;
    let made = lab.ends[end].phone.subscription_add(now, AccountId::NONE, uri, new).unwrap();
    lab.drain();
    lab.run_for(Duration::from_secs(2));
    made
}

fn lamp(lab: &Lab, end: usize, made: SubscriptionId) -> Lamp {
    lab.ends[end].phone.subscription_info(made).unwrap().lamp
}

fn entry(lab: &Lab, made: SubscriptionId, which: SubscriptionText) -> String {
    let mut room = [0; 256];
    let mut out = Cursor::new(&mut room);
    lab.ends[0].phone.subscription_text(made, which, 0, &mut out).unwrap();
    String::from_utf8_lossy(out.written()).into_owned()
}

/// Three phones: the second and third are watched by whoever asks, and the third's calls may be taken over.
fn office() -> Lab {
    let open = Options { watchers: (WatcherPolicy::Follow, None), ..Options::default() };
    let handed = Options { transfers: (TransferPolicy::Inherited, TransferPolicy::Follow), ..open.clone() };
    Lab::new(&[Options::default(), open, handed])
}

fn silent() -> DialOptions<'static> {
    DialOptions { source: Source::Silence, ..DialOptions::default() }
}

#[test]
fn a_lamp_follows_a_call() {
    let mut lab = office();
    let new = NewSubscription { package: Package::Dialog, expires: 600, ..NewSubscription::default() };
    let made = watch(&mut lab, 0, &new, "sip:10.0.0.2");
    assert_eq!(lamp(&lab, 0, made), Lamp::Idle);
    let call = lab.dial(2, "sip:10.0.0.2");
    lab.run_for(Duration::from_secs(2));
    assert_eq!(lamp(&lab, 0, made), Lamp::Ringing);
    let (now, rings) = (lab.now, lab.ends[1].last_call());
    lab.ends[1].phone.answer(now, rings, 200).unwrap();
    lab.drain();
    lab.run_for(Duration::from_secs(2));
    assert_eq!(lamp(&lab, 0, made), Lamp::Busy);
    let now = lab.now;
    lab.ends[2].phone.hangup(now, call).unwrap();
    lab.drain();
    lab.run_for(Duration::from_secs(2));
    assert_eq!(lamp(&lab, 0, made), Lamp::Idle);
    assert_eq!(lab.ends[0].phone.subscription_info(made).unwrap().entries, 0);
    let now = lab.now;
    lab.ends[0].phone.subscription_remove(now, made).unwrap();
    lab.assert_settled();
}

// rfc4235#6.2, rfc3891#3
#[test]
fn a_call_that_rings_there_is_picked_up_here() {
    let mut lab = office();
    let new = NewSubscription { package: Package::Dialog, expires: 600, ..NewSubscription::default() };
    let made = watch(&mut lab, 0, &new, "sip:10.0.0.2");
    lab.dial(2, "sip:10.0.0.2");
    lab.run_for(Duration::from_secs(2));
    assert_eq!(lamp(&lab, 0, made), Lamp::Ringing);
    let (replaces, uri) =
        (entry(&lab, made, SubscriptionText::Replaces), entry(&lab, made, SubscriptionText::EntryUri));
    assert!(replaces.ends_with(";early-only"), "{replaces}");
    let now = lab.now;
    let options = DialOptions { replaces: &replaces, ..silent() };
    lab.ends[0].phone.dial(now, AccountId::NONE, &uri, &options).unwrap();
    lab.drain();
    lab.run_for(Duration::from_secs(2));
    assert!(lab.ends[0].reached(CallState::Connected), "{:?}", lab.ends[0].events);
    assert!(lab.ends[1].ended().is_some(), "it rings there no more");
    assert_eq!(lamp(&lab, 0, made), Lamp::Idle);
    let now = lab.now;
    lab.ends[0].phone.hangup_all(now);
    lab.ends[0].phone.subscription_remove(now, made).unwrap();
    lab.drain();
    lab.assert_settled();
}
