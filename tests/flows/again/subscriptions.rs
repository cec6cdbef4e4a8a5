//! Subscriptions of the first phone at a peer: a mailbox through refreshes, a line whose documents go missing, one that
//! moves to another place, one that is fetched, and ends by either side.

use super::{Flow, asks, flow, heard, meanwhile, wait};
use crate::subscriptions::lists::{DIALOGS, RELATED, listed};
use crate::subscriptions::{INFO, RINGS, SUMMARY, dialogs, learn};
use microsip_core::base::time::Duration;
use microsip_core::phone::{AccountId, Lamp, NewSubscription, Package, SubscriptionState};
use microsip_tests::{EventKind, Lab, Peer, Sip};

pub(super) const FLOWS: [Flow; 7] = [
    flow("a mailbox watched", mailbox, |lab| values(lab).ends_with(&[2]) && values(lab).contains(&1) && is_clean(lab)),
    flow("a line watched", line, |lab| {
        values(lab).ends_with(&[0]) && lamps(lab).contains(&(Lamp::Ringing as u32)) && is_clean(lab)
    }),
    flow("a list watched", list, |lab| {
        values(lab).ends_with(&[0]) && lamps(lab).contains(&(Lamp::Ringing as u32)) && is_clean(lab)
    }),
    flow("watched elsewhere", elsewhere, |lab| values(lab).ends_with(&[3]) && is_clean(lab)),
    flow("a state fetched", fetched, |lab| values(lab) == [5] && states(lab).ends_with(&[ENDED]) && is_clean(lab)),
    flow("a watch ended by the far end", rejected, |lab| states(lab).ends_with(&[ENDED]) && is_clean(lab)),
    flow("a watch refused", refused, |lab| states(lab) == [ENDED] && is_clean(lab)),
];

const ENDED: u32 = SubscriptionState::Ended as u32;

fn told(lab: &Lab, kind: EventKind) -> impl Iterator<Item = &microsip_tests::Told> {
    lab.ends[0].events.iter().filter(move |event| event.kind == kind)
}

fn values(lab: &Lab) -> Vec<u32> {
    told(lab, EventKind::Notify).map(|event| event.value).collect()
}

fn lamps(lab: &Lab) -> Vec<u32> {
    told(lab, EventKind::Notify).map(|event| event.state).collect()
}

fn states(lab: &Lab) -> Vec<u32> {
    told(lab, EventKind::Subscription).map(|event| event.state).collect()
}

/// No slot of a subscription is taken.
fn is_clean(lab: &Lab) -> bool {
    lab.ends[0].phone.in_use().subscriptions == 0
}

/// The first phone watches a peer, which hears its first SUBSCRIBE; `None`: there is no room for it.
fn watching(lab: &mut Lab, package: Package, once: bool) -> Option<(Peer, Sip)> {
    let peer = Peer::new(lab, "10.0.0.9:5060", 0);
    let new = NewSubscription { package, once, expires: 40, ..NewSubscription::default() };
    let now = lab.now;
    let made = lab.ends[0].phone.subscription_add(now, AccountId::NONE, "sip:box@10.0.0.9:5060", &new);
    lab.in_vain += usize::from(made.is_err());
    lab.drain();
    let first = heard(lab, &peer, "SUBSCRIBE", 0)?;
    Some((peer, first))
}

/// The peer agrees to a SUBSCRIBE, and tells.
fn agree(lab: &mut Lab, peer: &mut Peer, subscribe: &Sip, (event, state): (&str, &str), body: &str) -> Option<Sip> {
    learn(peer, subscribe);
    let extra = format!("Expires: {}\r\nContact: <sip:box@10.0.0.9:5060>\r\n", subscribe.header("Expires"));
    peer.respond_with(lab, subscribe, 200, &extra, "");
    tell(lab, peer, (event, state), body)
}

fn tell(lab: &mut Lab, peer: &mut Peer, (event, state): (&str, &str), body: &str) -> Option<Sip> {
    let kind = match event {
        _ if body.is_empty() => "",
        _ if body.starts_with("--") => RELATED,
        "dialog" => INFO,
        _ => SUMMARY,
    };
    let lines = format!("Event: {event}\r\nSubscription-State: {state}\r\nContact: <sip:box@10.0.0.9:5060>\r\n{kind}");
    asks(lab, peer, "NOTIFY", &lines, body)
}

fn messages(count: u32) -> String {
    format!("Messages-Waiting: yes\r\nVoice-Message: {count}/0\r\n")
}

const BOX: (&str, &str) = ("message-summary", "active");
const LINE: (&str, &str) = ("dialog", "active");
const OVER: &str = "terminated;reason=timeout";

/// The phone takes each back, the peer agrees, and nothing is under way.
fn take_back(lab: &mut Lab, peer: &mut Peer, event: &str) {
    let asked = peer.all(lab, "SUBSCRIBE").len();
    free(lab);
    // one that waits for its next try, or whose time is over, ends without a word
    if let Some(last) = heard(lab, peer, "SUBSCRIBE", asked) {
        agree(lab, peer, &last, (event, OVER), "");
    }
    wait(lab, |lab| is_clean(lab) && lab.ends[0].phone.in_use().requests == 0);
}

fn free(lab: &mut Lab) {
    let (now, all) = (lab.now, lab.ends[0].phone.subscriptions().collect::<Vec<_>>());
    for subscription in all {
        let _ = lab.ends[0].phone.subscription_remove(now, subscription);
    }
    lab.drain();
}

fn mailbox(lab: &mut Lab) {
    if let Some((mut peer, first)) = watching(lab, Package::MessageSummary, false) {
        agree(lab, &mut peer, &first, BOX, &messages(1));
        for nth in 1..3 {
            let Some(refresh) = heard(lab, &peer, "SUBSCRIBE", nth) else { break };
            agree(lab, &mut peer, &refresh, BOX, &messages(2));
        }
        take_back(lab, &mut peer, "message-summary");
    }
    free(lab);
}

fn line(lab: &mut Lab) {
    if let Some((mut peer, first)) = watching(lab, Package::Dialog, false) {
        agree(lab, &mut peer, &first, LINE, &dialogs(0, "full", ""));
        // the second one went missing
        tell(lab, &mut peer, LINE, &dialogs(2, "partial", RINGS));
        if let Some(refresh) = heard(lab, &peer, "SUBSCRIBE", 1) {
            agree(lab, &mut peer, &refresh, LINE, &dialogs(3, "full", RINGS));
            tell(lab, &mut peer, LINE, &dialogs(4, "partial", "<dialog id=\"a\"><state>terminated</state></dialog>"));
        }
        take_back(lab, &mut peer, "dialog");
    }
    free(lab);
}

fn list(lab: &mut Lab) {
    if let Some((mut peer, first)) = watching(lab, Package::Dialog, false) {
        let (idle, rings) = (dialogs(0, "full", ""), dialogs(1, "partial", RINGS));
        let of = |version, whole, name, document: &str| listed(version, whole, DIALOGS, &[(name, document)]);
        let parties = listed(0, true, DIALOGS, &[("bob", &idle), ("ann", &idle)]);
        agree(lab, &mut peer, &first, LINE, &parties);
        tell(lab, &mut peer, LINE, &of(1, false, "bob", &rings));
        // the next one went missing
        tell(lab, &mut peer, LINE, &of(3, false, "ann", &rings));
        if let Some(refresh) = heard(lab, &peer, "SUBSCRIBE", 1) {
            let parties =
                listed(4, true, DIALOGS, &[("bob", &dialogs(2, "full", "")), ("ann", &dialogs(2, "full", RINGS))]);
            agree(lab, &mut peer, &refresh, LINE, &parties);
            let over = dialogs(3, "partial", "<dialog id=\"a\"><state>terminated</state></dialog>");
            tell(lab, &mut peer, LINE, &of(5, false, "ann", &over));
        }
        take_back(lab, &mut peer, "dialog");
    }
    free(lab);
}

fn elsewhere(lab: &mut Lab) {
    if let Some((mut peer, first)) = watching(lab, Package::MessageSummary, false) {
        agree(lab, &mut peer, &first, BOX, &messages(1));
        tell(lab, &mut peer, ("message-summary", "terminated;reason=deactivated"), &messages(2));
        if let Some(anew) = heard(lab, &peer, "SUBSCRIBE", 1) {
            agree(lab, &mut peer, &anew, BOX, &messages(3));
            // its network changes, and the far end hears of it
            let now = lab.now;
            lab.ends[0].phone.handle_local_changed(now);
            lab.drain();
            if let Some(refresh) = heard(lab, &peer, "SUBSCRIBE", 2) {
                agree(lab, &mut peer, &refresh, BOX, &messages(3));
            }
        }
        take_back(lab, &mut peer, "message-summary");
    }
    free(lab);
}

fn fetched(lab: &mut Lab) {
    if let Some((mut peer, first)) = watching(lab, Package::MessageSummary, true) {
        agree(lab, &mut peer, &first, ("message-summary", OVER), &messages(5));
    }
    meanwhile(lab, &mut [], |lab| states(lab).ends_with(&[ENDED]));
    free(lab);
}

fn rejected(lab: &mut Lab) {
    if let Some((mut peer, first)) = watching(lab, Package::MessageSummary, false) {
        agree(lab, &mut peer, &first, BOX, &messages(1));
        tell(lab, &mut peer, ("message-summary", "terminated;reason=rejected"), "");
        lab.run_for(Duration::from_secs(60));
    }
    free(lab);
}

fn refused(lab: &mut Lab) {
    if let Some((mut peer, first)) = watching(lab, Package::MessageSummary, false) {
        peer.respond(lab, &first, 489, "");
        wait(lab, |lab| states(lab).ends_with(&[ENDED]));
    }
    free(lab);
}
