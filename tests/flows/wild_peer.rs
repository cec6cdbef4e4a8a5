//! A peer that sends any SIP message at any time, and a user who presses any key: no panic, no slot stays used,
//! INCOMING and ENDED once.

use microsip_core::base::rng::Rng;
use microsip_core::base::time::Duration;
use microsip_core::phone::{AccountConfig, AccountId, CallState, DialOptions, Flow, Source, Usage};
use microsip_tests::{EventKind, Lab, Options, Peer, Sip, ladder, sdp};

use std::net::SocketAddr;

const METHODS: [&str; 9] = ["INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "INFO", "UPDATE", "REGISTER", "FOO"];
const STATUSES: [u16; 18] = [100, 180, 183, 199, 200, 200, 200, 202, 302, 401, 407, 408, 481, 486, 487, 491, 503, 603];

fn body(dice: &mut Rng) -> String {
    match dice.below(8) {
        0 | 1 => String::new(),
        2 => "garbage".into(),
        3 => sdp("0.0.0.0", 4000, ""),
        4 => sdp("10.0.0.9", 4000, "sendonly"),
        5 => sdp("10.0.0.9", 0, ""),
        6 => sdp("10.0.0.77", 4100, "inactive"),
        _ => sdp("10.0.0.9", 4000, ""),
    }
}

fn one(seed: u32) {
    let mut key = [7u8; 32];
    key[..4].copy_from_slice(&seed.to_le_bytes());
    let mut dice = Rng::new(&key);
    let mut options = Options::default();
    options.capacity.calls = 1 + dice.below(3);
    options.capacity.dialogs = 1 + dice.below(5);
    options.capacity.requests = 1 + dice.below(4);
    options.capacity.servers = 1 + dice.below(4);
    let mut lab = Lab::new(&[options]);
    lab.audio = dice.below(4) == 0;
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let mut old: Vec<String> = Vec::new();
    // half of them with an account, whose registrar is the peer too
    let mut account = AccountId::NONE;
    if seed.is_multiple_of(2) {
        let config =
            AccountConfig { uri: "sip:anna@two.example", password: "secret", expires: 60, ..AccountConfig::default() };
        account = lab.ends[0].phone.account_add(lab.now, &config).unwrap();
    }
    for _ in 0..60 {
        lab.run_for(Duration::from_millis([0, 1, 10, 600, 5000, 33_000][dice.below(6) as usize]));
        let now = lab.now;
        let calls: Vec<_> = lab.ends[0].phone.calls().collect();
        let call = calls.get(dice.below(calls.len().max(1) as u32) as usize).copied();
        let mut came: Vec<Sip> = peer.all(&lab, "");
        came.retain(|sip| !sip.text().trim().is_empty()); // keepalives
        match dice.below(22) {
            0 | 1 => {
                let text = ["sip:peer@10.0.0.9", "sip:peer@two.example"][dice.below(2) as usize];
                lab.names.insert("two.example".into(), vec![peer.at, "10.0.0.9:5061".parse().unwrap()]);
                let options = DialOptions { source: Source::Silence, ..DialOptions::default() };
                let from = if dice.below(2) == 0 { account } else { AccountId::NONE };
                let _ = lab.ends[0].phone.dial(now, from, text, &options);
            }
            2 => {
                if let Some(call) = call {
                    let _ = lab.ends[0].phone.answer(now, call, [180, 183, 200, 200][dice.below(4) as usize]);
                }
            }
            3 => {
                if let Some(call) = call {
                    let _ = lab.ends[0].phone.hangup(now, call);
                }
            }
            4 => {
                if let Some(call) = call {
                    let _ = lab.ends[0].phone.reject(now, call, 480);
                }
            }
            5 => lab.ends[0].phone.handle_flow_failed(now, Flow::Udp { socket: 0, remote: peer.at }),
            6 => lab.ends[0].no_ports = !lab.ends[0].no_ports,
            7 if dice.below(2) == 0 => lab.ends[0].fetch = !lab.ends[0].fetch,
            7 => {
                let _ = if dice.below(3) > 0 {
                    lab.ends[0].phone.register(now, account, 0)
                } else {
                    lab.ends[0].phone.unregister(now, account, 0)
                };
            }
            8..=12 => {
                // a response to some request
                let asked: Vec<&Sip> =
                    came.iter().filter(|sip| sip.status() == 0 && !sip.text().starts_with("ACK")).collect();
                if let Some(request) = asked.get(asked.len().saturating_sub(1 + dice.below(3) as usize)) {
                    peer.tag = ["left", "right", "third", ""][dice.below(4) as usize].into();
                    let (status, body) = (STATUSES[dice.below(18) as usize], body(&mut dice));
                    let contact = request.header("Contact");
                    let extra = match status {
                        302 => "Contact: <sip:again@10.0.0.9>\r\n".to_owned(),
                        401 => format!(
                            "WWW-Authenticate: Digest realm=\"two.example\", nonce=\"{}\", qop=\"auth\"\r\n",
                            dice.below(3)
                        ),
                        407 => format!(
                            "Proxy-Authenticate: Digest realm=\"two.example\", nonce=\"{}\", stale=true\r\n",
                            dice.below(3)
                        ),
                        200 if request.text().starts_with("REGISTER") => {
                            format!("Contact: {contact};expires={}\r\n", 1 + dice.below(100))
                        }
                        _ => String::new(),
                    };
                    let routes = ["<sip:10.0.0.9;lr>", "<sip:10.0.0.9>"];
                    peer.record_routes =
                        routes.iter().take(dice.below(3) as usize).map(|route| (*route).to_owned()).collect();
                    let text = peer.response_text(request, status, &extra, &body);
                    old.push(text.clone());
                    peer.send(&mut lab, &text);
                }
            }
            13 => {
                // an old message again
                if let Some(text) = old.get(dice.below(old.len().max(1) as u32) as usize).cloned() {
                    peer.send(&mut lab, &text);
                }
            }
            20 => {
                // the host goes elsewhere: the same socket with another address, another socket, or no network
                let local = (dice.below(2) as u8, SocketAddr::from(([10, 0, 0, 1 + dice.below(3) as u8], 5060)));
                let local = (dice.below(5) > 0).then_some(local);
                lab.ends[0].move_to(now, local);
                peer.phone = lab.ends[0].address;
            }
            _ => {
                // a request: in its dialog as far as it knows it, or outside
                let with_tag: Vec<&Sip> = came.iter().filter(|sip| sip.status() > 100).collect();
                if let Some(response) = with_tag.last() {
                    if dice.below(2) == 0 {
                        peer.theirs = response.to_tag();
                    }
                } else if let Some(request) = came.iter().rfind(|sip| sip.text().starts_with("INVITE")) {
                    peer.theirs = request.from_tag();
                    peer.call_id = request.header("Call-ID");
                }
                match dice.below(8) {
                    0 => peer.theirs.clear(),
                    1 => peer.call_id = format!("call-{}", dice.below(4)),
                    2 => peer.number = peer.number.saturating_sub(dice.below(3)),
                    3 => peer.tag = ["left", "right", "", "peer"][dice.below(4) as usize].into(),
                    _ => {}
                }
                let (method, body) = (METHODS[dice.below(9) as usize], body(&mut dice));
                let text = peer.request(method, "", &body);
                old.push(text.clone());
                peer.send(&mut lab, &text);
            }
        }
        lab.drain();
    }
    lab.ends[0].fetch = true;
    let now = lab.now;
    let _ = lab.ends[0].phone.account_remove(now, account);
    for _ in 0..6 {
        lab.run_for(Duration::from_secs(40));
        let now = lab.now;
        lab.ends[0].phone.hangup_all(now);
        lab.drain();
    }
    let of = |state: CallState| {
        lab.ends[0].events.iter().filter(move |event| event.kind == EventKind::Call && event.state == state as u32)
    };
    for state in [CallState::Incoming, CallState::Ended] {
        let told: Vec<u64> = of(state).map(|event| event.call.raw()).collect();
        let different: std::collections::HashSet<&u64> = told.iter().collect();
        assert_eq!(told.len(), different.len(), "seed {seed}: {state:?} twice\n{}", ladder::draw(&lab));
    }
    let used = {
        lab.run_for(Duration::from_secs(70));
        lab.ends[0].phone.in_use()
    };
    assert_eq!(used, Usage::default(), "seed {seed}\n{}", ladder::draw(&lab));
    assert!(lab.ends[0].phone.is_idle(), "seed {seed}");
    lab.assert_settled();
}

#[test]
fn many_seeds() {
    // more of them: WILD_SEEDS=20000 cargo test --release -p microsip-tests wild_peer
    let seeds = std::env::var("WILD_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(350);
    for seed in 1..=seeds {
        one(seed);
    }
}
