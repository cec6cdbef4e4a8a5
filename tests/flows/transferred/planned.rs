//! The policy that follows a REFER of an account's calls dials no more than the account's rules for numbers let a person
//! dial, and nobody for help.

use super::*;

const ELSEWHERE: &str = "10.0.0.10:5060";

/// An account with a dial plan, in a call with Bob, who is behind its server; the server, and a peer at another host.
fn planned(refer: TransferPolicy, dial_plan: &'static str) -> (Lab, Peer, [Peer; 2]) {
    let config = AccountConfig {
        refer,
        dial_plan,
        dial_prefix: "7",
        emergency: "112, 8112",
        registrar: "sip:10.0.0.9",
        no_register: true,
        ..anna()
    };
    let mut lab = Lab::new(&[Options { capacity: Capacity::host(4, 2, 2048).writing(8), ..Options::default() }]);
    lab.audio = false;
    lab.names.insert("example.org".into(), vec![REGISTRAR.parse().unwrap()]);
    let now = lab.now;
    let id = lab.ends[0].phone.account_add(now, &config).unwrap();
    let mut bob = Peer::new(&mut lab, "10.0.0.9:5070", 0);
    let mut others = [REGISTRAR, ELSEWHERE].map(|at| Peer::new(&mut lab, at, 0));
    // its way is found, and with it the hosts that are its own
    let now = lab.now;
    let first = lab.ends[0].phone.dial(now, id, "sip:x@example.org", &DialOptions::default()).unwrap();
    let [server, _] = &mut others;
    let invite = server.wait(&mut lab, "INVITE");
    server.respond(&mut lab, &invite, 486, "");
    lab.run_for(Duration::from_secs(1));
    assert!(ended(&lab, first).is_some());
    bob.target = "sip:anna@10.0.0.1:5060".into();
    bob.call(&mut lab, 0);
    (lab, bob, others)
}

/// A REFER; its status, and the Request-URI of the INVITE that it made, which is refused.
fn outcome(lab: &mut Lab, bob: &mut Peer, others: &mut [Peer], to: &str) -> (u16, String) {
    let before: Vec<_> = others.iter().map(|peer| peer.all(lab, "INVITE").len()).collect();
    let asked = refer(lab, bob, to, "Refer-Sub: false\r\n").number();
    lab.run_for(Duration::from_millis(50));
    let mut uri = String::new();
    for (peer, before) in others.iter_mut().zip(before) {
        if let Some(invite) = peer.all(lab, "INVITE").into_iter().nth(before) {
            uri = invite.uri();
            peer.respond(lab, &invite, 486, "");
        }
    }
    lab.run_for(Duration::from_secs(1));
    let all = bob.all(lab, "SIP/2.0 ");
    (all.iter().find(|sip| sip.number() == asked).map_or(0, Sip::status), uri)
}

const PLAN: &str = "[1-7]x.|<9:44>x.|+49x.";

#[test]
fn the_plan_decides_for_numbers_of_the_accounts_own_hosts() {
    let (mut lab, mut bob, mut others) = planned(TransferPolicy::Follow, PLAN);
    for (to, dialled) in [
        // as they stand, for a whole address needs no prefix
        ("<sip:123456@example.org>", "sip:123456@example.org"),
        ("<sip:123456;x=1@example.org:5060;user=phone>", "sip:123456;x=1@example.org:5060;user=phone"),
        ("<sip:+49123@example.org>", "sip:+49123@example.org"),
        // as the plan says
        ("<sip:955;x=1@example.org;user=phone>", "sip:4455;x=1@example.org;user=phone"),
        ("<sip:9-5-5@10.0.0.9>", "sip:4455@10.0.0.9"),
        // blocked, however it is written
        ("<sip:0900123@example.org>", ""),
        ("<sip:0900123@EXAMPLE.ORG.:5060;user=phone>", ""),
        ("<sip:%30900123@example.org>", ""),
        ("<sip:0900-123@example.org>", ""),
        ("<sip:0900123;phone-context=example.org@example.org>", ""),
        ("<sip:0900123:secret@example.org>", ""),
        ("<sip:0900123@10.0.0.9>", ""),
        ("<sip:0900123@example.org;maddr=10.0.0.9>", ""),
        ("<sip:0900123@10.0.0.9?Replaces=a%3Bto-tag%3D1%3Bfrom-tag%3D2>", ""),
        ("<sip:+39123@example.org>", ""),
        // numbers by themselves have the prefix and the plan
        ("<tel:+49-123>", "sip:749123@example.org;user=phone"),
        // names, and other hosts
        ("<sip:carol@example.org>", "sip:carol@example.org"),
        ("<sip:example.org>", "sip:example.org"),
        ("<sip:0900123@10.0.0.10:5060>", "sip:0900123@10.0.0.10:5060"),
    ] {
        let status = if dialled.is_empty() { 603 } else { 200 };
        assert_eq!(outcome(&mut lab, &mut bob, &mut others, to), (status, dialled.to_owned()), "{to}");
    }
    assert_eq!(lab.ends[0].phone.calls().filter(|call| is_up(&lab, *call)).count(), 1, "the call goes on");
    let refused = told(&lab, EventKind::Refer).into_iter().filter(|told| told.sip_code == 603).count();
    assert_eq!(refused, 10, "and each is told");
}

#[test]
fn a_plan_that_dials_for_help_is_not_followed() {
    let (mut lab, mut bob, mut others) = planned(TransferPolicy::Follow, "<3:11>2|<4:811>2|x.");
    for to in ["<sip:32@example.org>", "<sip:42@example.org>", "<sip:112@example.org>"] {
        assert_eq!(outcome(&mut lab, &mut bob, &mut others, to), (603, String::new()), "{to}");
    }
    assert_eq!(outcome(&mut lab, &mut bob, &mut others, "<sip:113@example.org>").0, 200);
}

#[test]
fn nobody_is_called_for_help_because_of_a_refer() {
    let (mut lab, mut bob, mut others) = planned(TransferPolicy::Follow, "");
    for to in [
        "<sip:112@example.org>",
        "<sip:%31%312@example.org;user=phone>",
        "<sip:1-1-2;x=1@example.org>",
        "<sip:112@10.0.0.9>",
        "<sip:112@example.org;maddr=10.0.0.9>",
        "<tel:112;phone-context=example.org>",
    ] {
        assert_eq!(outcome(&mut lab, &mut bob, &mut others, to), (603, String::new()), "{to}");
    }
    // 7 before it, by the prefix, is another number
    assert_eq!(outcome(&mut lab, &mut bob, &mut others, "<sip:7112@example.org>").0, 200);
    let lines = "<sip:112@10.0.0.10:5060>";
    assert_eq!(outcome(&mut lab, &mut bob, &mut others, lines), (200, "sip:112@10.0.0.10:5060".into()), "nor there");
}

// the call is refused by the redirection that would have gone around
#[test]
fn a_redirection_of_such_a_call_goes_no_further() {
    let contacts = ["sip:0900123@example.org", "sip:112@10.0.0.9", "sip:955@example.org", "sip:123@example.org"];
    for (to, follows) in contacts.into_iter().zip([false, false, false, true]) {
        let (mut lab, mut bob, mut others) = planned(TransferPolicy::Follow, PLAN);
        refer(&mut lab, &mut bob, &format!("<sip:x@{ELSEWHERE}>"), "");
        assert_eq!(notified(&mut lab, &mut bob).1, "SIP/2.0 100 Trying\r\n");
        let [server, elsewhere] = &mut others;
        let invite = elsewhere.wait(&mut lab, "INVITE");
        elsewhere.respond_with(&mut lab, &invite, 302, &format!("Contact: <{to}>\r\n"), "");
        lab.run_for(Duration::from_millis(100));
        let went: Vec<_> = server.all(&lab, "INVITE").iter().skip(1).map(Sip::uri).collect();
        assert_eq!(went, if follows { vec![to.to_owned()] } else { vec![] });
        if !follows {
            assert!(notified(&mut lab, &mut bob).1.starts_with("SIP/2.0 302 "));
        }
    }
}

// whoever is asked has seen the target, and decides
#[test]
fn an_application_that_is_asked_may_follow() {
    let (mut lab, mut bob, [server, _]) = planned(TransferPolicy::Ask, PLAN);
    refer(&mut lab, &mut bob, "<sip:0900123@example.org>", "");
    lab.run_for(Duration::from_millis(50));
    let message = came(&lab);
    follow(&mut lab, message).unwrap();
    lab.run_for(Duration::from_millis(50));
    assert_eq!(server.all(&lab, "INVITE").pop().unwrap().uri(), "sip:0900123@example.org");
}
