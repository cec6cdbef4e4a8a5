//! Several branches with reliable provisional responses, each with its early dialog.

use super::{dial, lines};
use microsip_core::base::time::Duration;
use microsip_core::phone::{CallState, Reliable};
use microsip_core::wire::rtp;
use microsip_tests::{Lab, Options, Peer, Sip, sdp};
use std::net::SocketAddr;

/// Two branches behind a proxy, each of which has answered the INVITE reliably with a 183.
struct Fork {
    lab: Lab,
    branches: [Peer; 2],
    invite: Sip,
}

const LEFT: usize = 0;
const RIGHT: usize = 1;

fn media_of(branch: usize) -> SocketAddr {
    ["10.0.0.21:4000", "10.0.0.22:4000"][branch].parse().unwrap()
}

impl Fork {
    fn new() -> Self {
        let mut lab = Lab::new(&[Options::default()]);
        let mut proxy = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        let mut branches = ["10.0.0.21:5060", "10.0.0.22:5060"].map(|at| Peer::new(&mut lab, at, 0));
        let invite = dial(&mut lab, &mut proxy, Reliable::Supported);
        for (nth, branch) in branches.iter_mut().enumerate() {
            lab.open_raw(&media_of(nth).to_string());
            branch.respond_with(&mut lab, &invite, 183, &lines(10 * nth as u32 + 1), &Self::description(nth));
            let prack = branch.wait(&mut lab, "PRACK");
            let rack = format!("{} {} INVITE", 10 * nth + 1, invite.number());
            assert_eq!((prack.to_tag(), prack.header("RAck")), (branch.tag.clone(), rack));
            branch.respond(&mut lab, &prack, 200, "");
        }
        lab.run_for(Duration::from_millis(50));
        Self { lab, branches, invite }
    }

    fn description(branch: usize) -> String {
        sdp(&media_of(branch).ip().to_string(), media_of(branch).port(), "")
    }

    /// The packets of ten that this branch sends which count as the far end's.
    fn heard(&mut self, branch: usize) -> u32 {
        let received =
            |lab: &Lab| lab.ends[0].phone.call_stats(lab.now, lab.ends[0].last_call()).unwrap().received_packets;
        let before = received(&self.lab);
        let to = self.lab.ends[0].media.values().next().unwrap().0;
        let first = (self.lab.now.millis() / 20) as u16;
        for sequence in first..first + 10 {
            let mut packet = vec![0; 12];
            rtp::write_header(&mut packet, 0, false, sequence, u32::from(sequence) * 160, branch as u32 + 7).unwrap();
            packet.resize(172, 0);
            self.lab.send_raw(media_of(branch), to, &packet);
            self.lab.run_for(Duration::from_millis(20));
        }
        received(&self.lab) - before
    }

    /// The packets that go there in 200 ms.
    fn told(&mut self, branch: usize) -> u64 {
        let sent = |lab: &Lab| lab.media_sent.get(&media_of(branch)).copied().unwrap_or_default();
        let before = sent(&self.lab);
        self.lab.run_for(Duration::from_millis(200));
        sent(&self.lab) - before
    }
}

#[test]
fn the_losers_sound_is_not_heard_behind_the_200() {
    for winner in [LEFT, RIGHT] {
        let mut f = Fork::new();
        // of two that have answered, the one that did last is heard
        assert_eq!(f.heard(LEFT), 0);
        assert!(f.heard(RIGHT) >= 9 && f.told(RIGHT) >= 9 && f.told(LEFT) == 0);
        let loser = 1 - winner;
        // the answer has come in the 183
        f.branches[winner].respond(&mut f.lab, &f.invite, 200, "");
        assert_eq!(f.branches[winner].wait(&mut f.lab, "ACK").to_tag(), f.branches[winner].tag);
        assert!(f.lab.ends[0].reached(CallState::Connected));
        f.lab.run_for(Duration::from_millis(100));
        assert_eq!(f.heard(loser), 0, "{winner}");
        assert!(f.heard(winner) >= 9 && f.told(winner) >= 9, "{winner}");
        assert_eq!((f.told(loser), f.heard(loser)), (0, 0), "{winner}");
        // another description of the loser's changes nothing, nor does its 200
        f.branches[loser].respond_with(&mut f.lab, &f.invite, 183, &lines(10 * loser as u32 + 2), "");
        f.branches[loser].respond(&mut f.lab, &f.invite, 200, &Fork::description(loser));
        f.branches[loser].wait(&mut f.lab, "ACK");
        let bye = f.branches[loser].wait(&mut f.lab, "BYE");
        f.branches[loser].respond(&mut f.lab, &bye, 200, "");
        assert_eq!((f.told(loser), f.heard(loser)), (0, 0), "{winner}");
        assert!(f.heard(winner) >= 9, "{winner}");
        let call = f.lab.ends[0].last_call();
        f.branches[winner].be_hung_up(&mut f.lab, 0, call);
        f.lab.assert_settled();
    }
}

#[test]
fn a_branch_whose_answer_is_complete_may_update_and_its_200_is_another_branchs() {
    // each early dialog has its offers and answers
    let mut f = Fork::new();
    let contact = format!("Contact: <{}>\r\n", f.branches[LEFT].contact);
    f.branches[LEFT].theirs = f.invite.from_tag();
    let update = f.branches[LEFT].request("UPDATE", &contact, &sdp("10.0.0.21", 4000, "sendonly"));
    f.branches[LEFT].send(&mut f.lab, &update);
    assert!(f.branches[LEFT].wait(&mut f.lab, "SIP/2.0 200").body().contains("a=recvonly"));
    f.branches[RIGHT].respond(&mut f.lab, &f.invite, 200, "");
    f.branches[RIGHT].wait(&mut f.lab, "ACK");
    f.lab.run_for(Duration::from_millis(100));
    assert!(f.told(RIGHT) >= 9, "the winner was not held");
    assert_eq!(f.heard(LEFT), 0);
    let call = f.lab.ends[0].last_call();
    f.branches[RIGHT].be_hung_up(&mut f.lab, 0, call);
    f.lab.assert_settled();
}

/// Twenty branches ring, and two answer: those whose early dialogs found a slot, one of them, or others.
#[test]
fn twenty_branches_ring_and_two_answer_with_one_dialog_more_than_calls() {
    for calls in [1, 2, 4] {
        for reliable in [false, true] {
            for answering in [[0, 1], [1, 0], [0, 13], [13, 0], [7, 13], [19, 18]] {
                let what = format!("{calls} {reliable} {answering:?}");
                let mut options = Options::default();
                (options.capacity.calls, options.capacity.dialogs) = (calls, calls + 1);
                let mut lab = Lab::new(&[options]);
                let mut proxy = Peer::new(&mut lab, "10.0.0.9:5060", 0);
                let invite = dial(&mut lab, &mut proxy, Reliable::Supported);
                let mut branches: Vec<Peer> =
                    (0..20).map(|nth| Peer::new(&mut lab, &format!("10.0.1.{nth}:5060"), 0)).collect();
                let extra = if reliable { lines(1) } else { String::new() };
                for branch in &mut branches {
                    let body = branch.sdp();
                    branch.respond_with(&mut lab, &invite, 183, &extra, &body);
                    lab.run_for(Duration::from_millis(10));
                    if let Some(prack) = branch.all(&lab, "PRACK").pop() {
                        branch.respond(&mut lab, &prack, 200, "");
                    }
                }
                lab.run_for(Duration::from_millis(100));
                for nth in answering {
                    let body = branches[nth].sdp();
                    branches[nth].respond(&mut lab, &invite, 200, &body);
                    lab.run_for(Duration::from_millis(10));
                    assert_eq!(branches[nth].all(&lab, "ACK").len(), 1, "{what}: {nth}");
                }
                let [winner, loser] = answering;
                assert!(lab.ends[0].reached(CallState::Connected) && lab.ends[0].ended().is_none(), "{what}");
                let bye = branches[loser].wait(&mut lab, "BYE");
                branches[loser].respond(&mut lab, &bye, 200, "");
                assert!(branches.iter().all(|branch| branch.at == bye.from || branch.all(&lab, "BYE").len() <= 1));
                let to: SocketAddr = format!("10.0.1.{winner}:40000").parse().unwrap();
                let before = lab.media_sent.get(&to).copied().unwrap_or_default();
                lab.run_for(Duration::from_secs(40));
                assert!(lab.media_sent[&to] - before > 1000, "{what}: the winner is heard");
                assert_eq!(lab.ends[0].phone.in_use().dialogs, 1, "{what}");
                let call = lab.ends[0].last_call();
                branches[winner].be_hung_up(&mut lab, 0, call);
                lab.assert_settled();
            }
        }
    }
}

#[test]
fn branches_that_let_everything_wait_leave_requests_to_other_calls() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let invite = dial(&mut lab, &mut peer, Reliable::Inherited);
    lab.ends[0].grant = false; // a name server that does not answer
    for nth in 0..20 {
        peer.tag = format!("branch-{nth}");
        peer.respond_with(&mut lab, &invite, 183, &lines(1), &sdp("slow.example", 40_000, ""));
        lab.run_for(Duration::from_millis(2));
    }
    lab.ends[0].grant = true;
    for port in 1..4 {
        let mut other = Peer::new(&mut lab, &format!("10.0.0.8:{}", 5060 + port), 0);
        dial(&mut lab, &mut other, Reliable::Inherited);
    }
}
