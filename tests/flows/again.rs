//! Every flow again, with each pool cut short and over networks that lose: no panic, an end as it is written, nothing
//! left behind; and with the network changing in the middle (`moved`). The scripted peers repeat and absorb as RFC 3261 demands, so that a loss delays them only.

mod accounts;
mod calls;
mod conference;
mod digits;
mod early;
mod files;
mod identity;
mod messages;
mod moved;
mod offers;
mod publications;
mod rules;
mod subscriptions;
mod timers;
mod transfers;
mod watchers;

pub(crate) use accounts::challenged_proxy;

use microsip_core::base::time::{Duration, Instant};
use microsip_core::phone::{AccountId, CallId, CallState, Capacity, Cause, DialOptions, EndCause, Phone, Source};
use microsip_tests::{End, EventKind, Lab, Network, Options, Outcome, Peer, Sip, ladder};

/// A flow of three phones, and of the peers that it makes. What finds no room is passed over.
pub(crate) struct Flow {
    name: &'static str,
    options: fn() -> Options,
    play: fn(&mut Lab),
    /// It went as its name says: where there is room, and nothing is lost for good.
    right: fn(&Lab) -> bool,
}

const fn flow(name: &'static str, play: fn(&mut Lab), right: fn(&Lab) -> bool) -> Flow {
    Flow { name, options: Options::default, play, right }
}

/// Each flow.
fn flows() -> impl Iterator<Item = Flow> {
    calls::FLOWS
        .into_iter()
        .chain(accounts::FLOWS)
        .chain(offers::FLOWS)
        .chain(early::FLOWS)
        .chain(digits::FLOWS)
        .chain(timers::FLOWS)
        .chain(identity::FLOWS)
        .chain(rules::FLOWS)
        .chain(conference::FLOWS)
        .chain(transfers::FLOWS)
        .chain(subscriptions::FLOWS)
        .chain(messages::FLOWS)
        .chain(watchers::FLOWS)
        .chain(publications::FLOWS)
}

/// Longer than a request is repeated.
const PATIENCE: Duration = Duration::from_secs(40);

/// Time passes, and the peers agree to what they are asked, until a condition holds. False: it does not.
pub(crate) fn meanwhile(lab: &mut Lab, peers: &mut [&mut Peer], mut holds: impl FnMut(&Lab) -> bool) -> bool {
    let until = lab.now + PATIENCE;
    loop {
        lab.drain();
        peers.iter_mut().for_each(|peer| peer.oblige(lab));
        if holds(lab) {
            return true;
        }
        if !lab.step(until) {
            lab.now = until;
            return false;
        }
    }
}

/// The same with no peer.
pub(crate) fn wait(lab: &mut Lab, holds: impl FnMut(&Lab) -> bool) -> bool {
    meanwhile(lab, &mut [], holds)
}

/// The message that begins so and came to a peer as the `nth` of them, from 0; `None`: it does not come.
pub(crate) fn heard(lab: &mut Lab, peer: &Peer, start: &str, nth: usize) -> Option<Sip> {
    wait(lab, |lab| peer.all(lab, start).len() > nth);
    peer.all(lab, start).into_iter().nth(nth)
}

/// The calls of an end that are in a state.
fn calls_in(lab: &Lab, end: usize, state: CallState) -> usize {
    let phone = &lab.ends[end].phone;
    phone.calls().filter(|call| phone.call_info(*call).is_ok_and(|info| info.state == state)).count()
}

/// So many calls ring at an end.
pub(crate) fn rings(lab: &mut Lab, end: usize, count: usize) -> bool {
    wait(lab, |lab| calls_in(lab, end, CallState::Incoming) >= count)
}

/// So many calls of an end are up.
pub(crate) fn up(lab: &mut Lab, end: usize, count: usize) -> bool {
    wait(lab, |lab| calls_in(lab, end, CallState::Connected) >= count)
}

/// All calls are over.
fn is_over(lab: &Lab) -> bool {
    lab.ends.iter().all(|end| {
        end.phone.calls().all(|call| end.phone.call_info(call).is_ok_and(|info| info.state == CallState::Ended))
    })
}

/// An end hangs up, the peers agree, and all calls are over.
pub(crate) fn over(lab: &mut Lab, end: usize, peers: &mut [&mut Peer]) {
    hangup_all(lab, end);
    rest(lab, peers);
}

/// The peers agree to what they are asked, until all calls are over and nothing of them is under way.
pub(crate) fn rest(lab: &mut Lab, peers: &mut [&mut Peer]) {
    meanwhile(lab, peers, |lab| {
        is_over(lab) && lab.ends.iter().all(|end| end.phone.in_use().requests + end.phone.in_use().dialogs == 0)
    });
}

/// The calls of an end that were up and ended as they should.
pub(crate) fn talks(lab: &Lab, end: usize) -> usize {
    let told = &lab.ends[end].events;
    let connected = |call| {
        told.iter().any(|event| {
            event.call == call && event.kind == EventKind::Call && event.reached & 1 << CallState::Connected as u32 != 0
        })
    };
    told.iter()
        .filter(|event| event.call_is(CallState::Ended) && event.result == Cause::Normal && connected(event.call))
        .count()
}

/// Requests of this method that a phone has accepted, each counted once, however often its response left.
pub(crate) fn accepted(lab: &Lab, method: &str) -> usize {
    let accepted = |text: &str| {
        let line = |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
        let cseq = line("CSeq: ");
        let counts = text.starts_with("SIP/2.0 200 ") && cseq.split(' ').nth(2) == Some(method);
        counts.then(|| (line("Call-ID: "), line("From: "), cseq))
    };
    lab.sent.iter().filter_map(|sent| accepted(&sent.text)).collect::<std::collections::HashSet<_>>().len()
}

/// Commands of an end that did their work.
pub(crate) fn served(lab: &Lab, end: usize) -> usize {
    lab.ends[end].events.iter().filter(|event| event.ends_command() && event.result == Cause::Normal).count()
}

/// Changes of the media of an end's calls.
pub(crate) fn media_changes(lab: &Lab, end: usize) -> usize {
    lab.ends[end].events.iter().filter(|event| event.kind == EventKind::Media).count()
}

/// The calls of an end that ended with this result.
pub(crate) fn ends(lab: &Lab, end: usize, result: Cause) -> usize {
    lab.ends[end].events.iter().filter(|event| event.call_is(CallState::Ended) && event.result == result).count()
}

/// The calls of an end that ended for this cause.
pub(crate) fn causes(lab: &Lab, end: usize, cause: EndCause) -> usize {
    lab.ends[end].events.iter().filter(|event| event.call_is(CallState::Ended) && event.cause == cause).count()
}

pub(crate) fn dial(lab: &mut Lab, from: usize, uri: &str) -> bool {
    dial_with(lab, from, AccountId::NONE, uri, DialOptions::default())
}

pub(crate) fn dial_with(lab: &mut Lab, from: usize, account: AccountId, uri: &str, options: DialOptions<'_>) -> bool {
    let (now, options) = (lab.now, DialOptions { source: Source::Silence, ..options });
    let done = lab.ends[from].phone.dial(now, account, uri, &options).is_ok();
    lab.drain();
    done
}

/// A command of each call of an end. One that no call takes is in vain.
pub(crate) fn each(lab: &mut Lab, end: usize, act: impl Fn(&mut Phone<'static>, Instant, CallId) -> bool) {
    let (now, calls) = (lab.now, lab.ends[end].phone.calls().collect::<Vec<_>>());
    let mut taken = false;
    for call in calls {
        taken |= act(&mut lab.ends[end].phone, now, call);
    }
    lab.in_vain += usize::from(!taken);
    lab.drain();
}

/// Commands of each call of an end, whose ends have to be told.
pub(crate) fn told_each(lab: &mut Lab, end: usize, act: impl Fn(&mut Phone<'static>, Instant, CallId, u64) -> bool) {
    let (now, calls) = (lab.now, lab.ends[end].phone.calls().collect::<Vec<_>>());
    let before = lab.ends[end].taken.len();
    for call in calls {
        let token = lab.ends[end].taken.len() as u64 + 1;
        if act(&mut lab.ends[end].phone, now, call, token) {
            lab.ends[end].taken.push(token);
        }
    }
    lab.in_vain += usize::from(lab.ends[end].taken.len() == before);
    lab.drain();
}

/// Each command that was taken has its end.
pub(crate) fn done(lab: &mut Lab, peers: &mut [&mut Peer]) -> bool {
    meanwhile(lab, peers, |lab| {
        lab.ends.iter().all(|end| end.events.iter().filter(|event| event.ends_command()).count() == end.taken.len())
    })
}

pub(crate) fn answer_all(lab: &mut Lab, end: usize) {
    each(lab, end, |phone, now, call| phone.answer(now, call, 200).is_ok());
}

pub(crate) fn hangup_all(lab: &mut Lab, end: usize) {
    // a call may have ended by itself
    let (now, calls) = (lab.now, lab.ends[end].phone.calls().collect::<Vec<_>>());
    for call in calls {
        let _ = lab.ends[end].phone.hangup(now, call);
    }
    lab.drain();
}

/// The first phone calls the second, which answers; both are up.
pub(crate) fn talking(lab: &mut Lab) -> bool {
    dial(lab, 0, "sip:bob@10.0.0.2") && rings(lab, 1, 1) && {
        answer_all(lab, 1);
        up(lab, 0, 1) && up(lab, 1, 1)
    }
}

/// A peer that is in a call with the first phone, which it has called; `None`: there is no room for it.
pub(crate) fn called(lab: &mut Lab, lines: &str) -> Option<Peer> {
    let mut peer = Peer::new(lab, "10.0.0.9:5060", 0);
    calls(lab, &mut peer, lines).map(|()| peer)
}

/// The same by a peer that is there.
pub(crate) fn calls(lab: &mut Lab, peer: &mut Peer, lines: &str) -> Option<()> {
    let body = peer.sdp();
    let invite = peer.request("INVITE", lines, &body);
    peer.send(lab, &invite);
    rings(lab, 0, 1);
    answer_all(lab, 0);
    let ok = heard(lab, peer, "SIP/2.0 200", 0)?;
    peer.learn(&ok);
    peer.ack(lab, "");
    up(lab, 0, 1);
    Some(())
}

/// A peer asks something in its dialog, again a while later where it is told to, and has the final response.
pub(crate) fn asks(lab: &mut Lab, peer: &mut Peer, method: &str, lines: &str, body: &str) -> Option<Sip> {
    for _ in 0..4 {
        let text = peer.request(method, lines, body);
        peer.send(lab, &text);
        let cseq = format!("{} {method}", peer.number);
        let final_of = |sip: &Sip| sip.header("CSeq") == cseq && sip.status() >= 200;
        let find = |lab: &Lab| peer.all(lab, "SIP/2.0").into_iter().rfind(final_of);
        wait(lab, |lab| find(lab).is_some());
        let response = find(lab)?;
        if method == "INVITE" && response.status() == 200 {
            let answer = if body.is_empty() { peer.sdp() } else { String::new() };
            peer.ack(lab, &answer);
        }
        // rfc3261#14.1, #14.2
        if response.status() != 491 && response.header("Retry-After").is_empty() {
            return Some(response);
        }
        lab.run_for(Duration::from_secs(3));
    }
    None
}

/// A peer hangs up.
pub(crate) fn ends_it(lab: &mut Lab, peer: &mut Peer) {
    asks(lab, peer, "BYE", "", "");
    wait(lab, is_over);
}

/// A lab of three such phones.
fn stage(flow: &Flow, change: impl Fn(&mut Capacity), network: Network, seed: u8) -> Lab {
    let mut options = (flow.options)();
    change(&mut options.capacity);
    if options.capacity.messages == 0 {
        options.info_packages = options.info_packages.and(Some("")); // what comes by a name needs a message
    }
    let mut lab = Lab::new(&vec![options; 3]).seed(seed).repeat();
    lab.audio = false;
    lab.network = network;
    lab
}

/// A flow, and all that follows it: both sides hang up in any state, every timer runs out, and nothing is left.
fn play(flow: &Flow, lab: &mut Lab, about: &str) -> Outcome {
    (flow.play)(lab);
    for _ in 0..4 {
        lab.run_for(PATIENCE);
        (0..lab.ends.len()).for_each(|end| hangup_all(lab, end));
    }
    // a watcher whose last SUBSCRIBE went to where the phone was stays for its time, ten minutes in these flows
    if lab.moved.is_some() && lab.ends.iter().any(|end| end.phone.in_use().watchers > 0) {
        lab.run_for(Duration::from_secs(660));
    }
    lab.network = Network::default();
    let name = flow.name;
    for end in &lab.ends {
        let calls = || end.events.iter().filter(|event| event.kind == EventKind::Call);
        let ended = calls().filter(|event| event.state == CallState::Ended as u32).count();
        let all: std::collections::HashSet<u64> = calls().map(|event| event.call.raw()).collect();
        assert_eq!(ended, all.len(), "{name} {about}: each call that was told has ended\n{}", ladder::draw(lab));
        let mut told: Vec<u64> =
            end.events.iter().filter(|event| event.ends_command()).map(|event| event.token).collect();
        told.sort_unstable();
        assert_eq!(
            told,
            end.taken,
            "{name} {about}: each command that was taken has its end, once\n{}",
            ladder::draw(lab)
        );
    }
    let outcome = lab.outcome();
    lab.assert_settled();
    outcome
}

/// The first that went wrong, with its messages, and the names of all.
#[track_caller]
fn assert_none(wrong: &[String]) {
    let names: Vec<&str> = wrong.iter().filter_map(|each| each.lines().next()).collect();
    assert!(wrong.is_empty(), "{}\n{} in all: {names:#?}", wrong[0], wrong.len());
}

/// With room for all, and nothing lost, each flow does what its name says.
#[test]
fn each_flow_does_what_its_name_says() {
    let mut wrong = Vec::new();
    for flow in flows() {
        let mut lab = stage(&flow, |_| {}, Network::default(), 77);
        let outcome = play(&flow, &mut lab, "with room");
        let vain = lab.in_vain > 0;
        if vain || !(flow.right)(&lab) || !outcome.unanswered.is_empty() || !outcome.unacknowledged.is_empty() {
            let vain = if vain { ", with a command that no call took" } else { "" };
            wrong.push(format!("{}{vain}: {outcome:?}\n{}", flow.name, ladder::draw(&lab)));
        }
    }
    assert_none(&wrong);
}

/// Changes a pool to a size.
type Cut = fn(&mut Capacity, u32);

/// The pools, and how each is cut: to a count, or to bytes of which some are enough for a few messages.
const POOLS: [(&str, Cut); 22] = [
    ("accounts", |capacity, size| capacity.accounts = size),
    ("account_text", |capacity, size| capacity.account_text = 20 + 40 * size),
    ("calls", |capacity, size| capacity.calls = size),
    ("dialogs", |capacity, size| capacity.dialogs = size),
    ("requests", |capacity, size| capacity.requests = size.max(1)),
    ("servers", |capacity, size| capacity.servers = size.max(1)),
    ("commands", |capacity, size| capacity.commands = size),
    ("tombstones", |capacity, size| capacity.tombstones = 4 + 4 * size),
    ("history", |capacity, size| capacity.history = 50 * size),
    ("dialog_text", |capacity, size| capacity.dialog_text = 60 + 40 * size),
    ("message", |capacity, size| capacity.message = 512 + 100 * size),
    ("conferences", |capacity, size| capacity.conferences = size),
    // the documents of the flows have 11 bytes
    ("location", |capacity, size| capacity.location = 6 * size),
    ("rule_text", |capacity, size| capacity.rule_text = 8 * size),
    ("parameters", |capacity, size| capacity.parameters = 8 * size),
    ("messages", |capacity, size| capacity.messages = size),
    ("subscriptions", |capacity, size| capacity.subscriptions = size),
    ("subscription_text", |capacity, size| capacity.subscription_text = 40 + 60 * size),
    ("watchers", |capacity, size| capacity.watchers = size),
    ("publications", |capacity, size| capacity.publications = size),
    // the note of the flows has 12
    ("presence_note", |capacity, size| capacity.presence_note = 6 * size),
    ("all of a board's", |capacity, size| *capacity = Capacity::metal(size.max(1), 1, 1500)),
];

const BAD: Network = Network { loss: 100, double: 100, delay_ms: 2, delay_us: 0, jitter_ms: 50 };

/// The fault of a flow with a full pool, on a network that loses nothing; `None`: all is as it is written.
fn unwritten(lab: &Lab, pool: &str, outcome: &Outcome) -> Option<String> {
    if !outcome.unanswered.is_empty() {
        return Some(format!("no response to {:?}", outcome.unanswered));
    }
    // a branch that finds no dialog, or none whose texts fit, is counted, and its success gets no ACK
    let full = |end: &End| (end.phone.counters().refused_full + end.phone.counters().oversize) as usize;
    let counted = lab.ends.iter().map(full).sum::<usize>() >= outcome.unacknowledged.len();
    // a reliable response whose PRACK finds no slot counts as not come
    let unheard = pool == "requests" && outcome.unacknowledged.iter().all(|line| line.starts_with("SIP/2.0 1"));
    if !outcome.unacknowledged.is_empty() && !counted && !unheard {
        return Some(format!("no ACK or PRACK to {:?}", outcome.unacknowledged));
    }
    // a refusal for want of a slot says when to come again
    let mut busy = lab.sent.iter().filter(|sent| sent.text.starts_with("SIP/2.0 503"));
    busy.find(|sent| !sent.text.contains("\r\nRetry-After: ")).map(|sent| sent.text.clone())
}

#[test]
fn each_pool_cut_to_nothing_and_upwards() {
    let mut wrong = Vec::new();
    for flow in flows() {
        for (pool, cut) in POOLS {
            for size in 0..4 {
                for network in [Network::default(), BAD] {
                    let mut lab = stage(&flow, |capacity| cut(capacity, size), network, 77);
                    let outcome = play(&flow, &mut lab, &format!("{pool} {size} {network:?}"));
                    let fault = unwritten(&lab, pool, &outcome).filter(|_| network.loss == 0);
                    wrong.extend(
                        fault.map(|fault| format!("{}, {pool} {size}: {fault}\n{}", flow.name, ladder::draw(&lab))),
                    );
                }
            }
        }
    }
    assert_none(&wrong);
}

/// Each fifth packet is lost: each call ends, each command is told its end, no slot stays taken; and but for a few,
/// whose requests were lost each time that they were sent, all went as if nothing had been lost.
#[test]
fn each_flow_where_a_fifth_of_the_packets_is_lost() {
    const SEEDS: u8 = 20;
    let lossy = Network { loss: 200, double: 50, delay_ms: 5, delay_us: 0, jitter_ms: 100 };
    let mut wrong = Vec::new();
    for flow in flows() {
        let mut right = 0;
        for seed in 1..=SEEDS {
            let mut lab = stage(&flow, |_| {}, lossy, seed);
            let outcome = play(&flow, &mut lab, &format!("seed {seed}"));
            let mut ended = lab.ends.iter().flat_map(|end| &end.events).filter(|event| event.call_is(CallState::Ended));
            let given_up = ended.any(|event| matches!(event.result, Cause::Timeout | Cause::Expired));
            let lost = given_up || !outcome.unanswered.is_empty() || !outcome.unacknowledged.is_empty();
            let well = (flow.right)(&lab);
            right += u8::from(well);
            if !well && !lost {
                wrong.push(format!("{} seed {seed}\n{}", flow.name, ladder::draw(&lab)));
            }
        }
        if right < SEEDS - 2 {
            wrong.push(format!("{}: {right} of {SEEDS} seeds end right", flow.name));
        }
    }
    assert_none(&wrong);
}
