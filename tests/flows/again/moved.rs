//! Each flow with the network changing in the middle, those of messages, subscriptions, publications and transfers at each step: one of
//! its phones has another address, over another socket or the same one, at once or after a while without any. Nothing
//! hangs, no slot stays taken, each command has its end; and a subscription that stood is asked for from the new address.

use super::{Flow, messages, play, publications, stage, subscriptions, transfers, watchers};
use microsip_core::base::time::Duration;
use microsip_core::phone::SubscriptionState;
use microsip_tests::{EventKind, Lab, Move, Network, ladder};
use std::net::SocketAddr;

/// The flows, and the places in each at which the network changes, at most: all of those of messages, subscriptions,
/// publications and transfers, which nothing but this shows to survive it; of the others a few.
fn flows() -> impl Iterator<Item = (Flow, usize)> {
    let close = transfers::FLOWS.into_iter().chain(subscriptions::FLOWS).chain(messages::FLOWS);
    let close = close.chain(watchers::FLOWS).chain(publications::FLOWS);
    let names: Vec<_> = close.map(|flow| flow.name).collect();
    super::flows().map(move |flow| if names.contains(&flow.name) { (flow, 24) } else { (flow, 4) })
}

/// Another socket at once, the same one elsewhere (as an engine has it), and a time without a network that is shorter than
/// that of a transaction, or longer.
const WAYS: [(u8, Duration); 4] =
    [(1, Duration::ZERO), (0, Duration::ZERO), (1, Duration::from_secs(3)), (1, Duration::from_secs(45))];

fn place(end: usize, way: usize) -> SocketAddr {
    SocketAddr::from(([10, 0, 1, (10 * end + way + 1) as u8], 5060))
}

/// A subscription stood at the change, and was not taken back before it or within two seconds of it; and no SUBSCRIBE left
/// from the new address.
fn forgotten(lab: &Lab, change: &Move) -> bool {
    let Some(moved) = lab.moved else { return false };
    let soon = moved + Duration::from_secs(2);
    let states = || lab.ends[change.end].events.iter().filter(|event| event.kind == EventKind::Subscription);
    let before = states().rfind(|event| event.at < moved);
    let stood = before.is_some_and(|event| event.state == SubscriptionState::Active as u32);
    let subscribes = || lab.sent.iter().filter(|sent| sent.text.starts_with("SUBSCRIBE "));
    let taken_back = subscribes().any(|sent| sent.at <= moved && sent.text.contains("\r\nExpires: 0\r\n"));
    let over = taken_back || states().any(|event| event.at >= moved && event.at < soon);
    stood && !over && !subscribes().any(|sent| sent.from == change.to.1 && sent.at >= moved && sent.at < soon)
}

#[test]
fn each_flow_where_the_network_changes_at_each_step() {
    let mut wrong = Vec::new();
    let mut runs = 0;
    for (flow, places) in flows() {
        let mut plain = stage(&flow, |_| {}, Network::default(), 77);
        play(&flow, &mut plain, "where nothing changes");
        let (steps, every) = (plain.launched, plain.launched.div_ceil(places).max(1));
        for (way, (socket, nowhere)) in WAYS.into_iter().enumerate() {
            for end in 0..3 {
                for after in (0..steps).step_by(every) {
                    let change = Move { after, end, to: (socket, place(end, way)), nowhere };
                    let mut lab = stage(&flow, |_| {}, Network::default(), 77);
                    lab.moves = Some(change);
                    play(&flow, &mut lab, &format!("{change:?}"));
                    runs += 1;
                    if lab.moved.is_none() {
                        wrong.push(format!("{}: {change:?} never came", flow.name));
                    }
                    if forgotten(&lab, &change) {
                        wrong.push(format!("{}: {change:?} is not followed\n{}", flow.name, ladder::draw(&lab)));
                    }
                }
            }
        }
    }
    println!("{runs} runs");
    super::assert_none(&wrong);
}
