//! Early media that the account's own proxy authorises (RFC 5009).

use super::lines;
use microsip_core::base::time::Duration;
use microsip_core::media::G711;
use microsip_core::phone::{AccountConfig, AccountId, Bus, DialOptions};
use microsip_core::wire::rtp;
use microsip_tests::{Lab, Options, Peer, Sip};

/// A call by an account whose proxy is the peer, or by none.
fn calls(by_account: bool) -> (Lab, Peer, Sip) {
    let mut lab = Lab::new(&[Options::default()]);
    lab.audio = false;
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    lab.open_raw("10.0.0.9:40000");
    let now = lab.now;
    let phone = &mut lab.ends[0].phone;
    let config = AccountConfig {
        uri: "sip:anna@example.org",
        proxy: "sip:10.0.0.9",
        no_register: true,
        ..AccountConfig::default()
    };
    let account = if by_account { phone.account_add(now, &config).unwrap() } else { AccountId::NONE };
    phone.dial(now, account, "sip:bob@10.0.0.9", &DialOptions::default()).unwrap();
    lab.drain();
    let invite = peer.wait(&mut lab, "INVITE");
    (lab, peer, invite)
}

/// In 200 ms: we send, the far end is heard, ringback sounds.
fn media(lab: &mut Lab) -> (bool, bool, bool) {
    let sent = |lab: &Lab| lab.media_sent.get(&"10.0.0.9:40000".parse().unwrap()).copied().unwrap_or_default();
    let before = sent(lab);
    let to = lab.ends[0].media.values().next().unwrap().0;
    let (mut loud, mut quiet) = (false, 0);
    let first = (lab.now.millis() / 20) as u16;
    for sequence in first..first + 20 {
        let mut packet = vec![0; 12];
        rtp::write_header(&mut packet, 0, false, sequence, u32::from(sequence) * 160, 7).unwrap();
        // one loud value all the time: a tone swings
        packet.resize(172, 0x00);
        lab.send_raw("10.0.0.9:40000".parse().unwrap(), to, &packet);
        for _ in 0..2 {
            lab.run_for(Duration::from_millis(10));
            let (now, mut out) = (lab.now, [0i16; 80]);
            lab.ends[0].phone.audio(now, Bus::Device, &mut G711, &mut (), &[0; 80], &mut out);
            lab.drain();
            let (least, most) = (*out.iter().min().unwrap(), *out.iter().max().unwrap());
            loud |= least < -20_000;
            quiet += usize::from(least >= -20_000 && most > 500);
        }
    }
    (sent(lab) > before + 5, loud, quiet > 10)
}

#[test]
fn what_the_proxy_says_opens_and_closes_early_media() {
    for (said, sends, hears) in [
        ("", true, true),
        ("P-Early-Media: sendrecv\r\n", true, true),
        ("P-Early-Media: sendonly\r\n", false, true),
        ("P-Early-Media: RecvOnly\r\n", true, false),
        ("P-Early-Media: inactive, gated\r\n", false, false),
        // rfc5009#8: words that are none are passed over, and without any it says nothing
        ("P-Early-Media: moon, inactive, sendrecv\r\n", false, false),
        ("P-Early-Media: gated\r\n", true, true),
        ("P-Early-Media: supported\r\n", true, true),
    ] {
        let (mut lab, mut peer, invite) = calls(true);
        assert_eq!(invite.header("P-Early-Media"), "supported");
        let body = peer.sdp();
        peer.respond_with(&mut lab, &invite, 180, said, &body);
        lab.run_for(Duration::from_millis(50));
        assert_eq!(media(&mut lab), (sends, hears, !hears), "{said}");
        // the next one without the header changes nothing
        peer.respond_with(&mut lab, &invite, 180, "", &body);
        lab.run_for(Duration::from_millis(50));
        assert_eq!(media(&mut lab), (sends, hears, !hears), "{said}");
        // the answer authorises all
        peer.respond(&mut lab, &invite, 200, &body);
        peer.wait(&mut lab, "ACK");
        assert_eq!(media(&mut lab), (true, true, false), "{said}");
        let call = lab.ends[0].last_call();
        peer.be_hung_up(&mut lab, 0, call);
        lab.assert_settled();
    }
}

#[test]
fn nobody_else_is_believed() {
    let (mut lab, mut peer, invite) = calls(false);
    assert!(invite.header("P-Early-Media").is_empty());
    let body = peer.sdp();
    peer.respond_with(&mut lab, &invite, 183, "P-Early-Media: inactive\r\n", &body);
    lab.run_for(Duration::from_millis(50));
    assert_eq!(media(&mut lab), (true, true, false));
}

#[test]
fn each_early_dialog_has_its_own_and_an_update_changes_it() {
    let (mut lab, mut peer, invite) = calls(true);
    let body = peer.sdp();
    peer.respond_with(&mut lab, &invite, 183, &format!("{}P-Early-Media: inactive\r\n", lines(1)), &body);
    let prack = peer.wait(&mut lab, "PRACK");
    assert_eq!(media(&mut lab), (false, false, false));
    // rfc5009#8: the 2xx to a PRACK may say it
    peer.respond_with(&mut lab, &prack, 200, "P-Early-Media: recvonly\r\n", "");
    lab.run_for(Duration::from_millis(50));
    assert_eq!(media(&mut lab), (true, false, false));
    let contact = format!("Contact: <{}>\r\nP-Early-Media: sendonly\r\n", peer.contact);
    let update = peer.request("UPDATE", &contact, "");
    peer.send(&mut lab, &update);
    peer.wait(&mut lab, "SIP/2.0 200");
    assert_eq!(media(&mut lab), (false, true, false));
    // another branch, of which nothing was said
    peer.tag = "other".into();
    peer.respond(&mut lab, &invite, 183, &body);
    lab.run_for(Duration::from_millis(50));
    assert_eq!(media(&mut lab), (true, true, false));
    peer.respond(&mut lab, &invite, 486, "");
    peer.wait(&mut lab, "ACK");
    lab.run_for(Duration::from_secs(40));
    lab.assert_settled();
}
