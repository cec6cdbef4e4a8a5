//! The settings of a phone and an account arrive where they count; and what is told of the end of a call, and of the
//! time of an event.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used)]

mod host;

use core::ffi::CStr;
use core::net::SocketAddr;
use core::time::Duration;
use host::{phone, until};
use microsip::abi::code::*;
use microsip::abi::types::*;
use microsip::phone::*;
use std::ffi::CString;
use std::net::UdpSocket;
use std::time::Instant;

/// A far end at this host.
fn far(host: &str) -> (UdpSocket, SocketAddr) {
    let socket = UdpSocket::bind((host, 0)).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let at = socket.local_addr().unwrap();
    (socket, at)
}

/// The next message that begins so, and where it came from.
fn hears(far: &UdpSocket, start: &str) -> (String, SocketAddr) {
    let mut bytes = [0; 4096];
    loop {
        let (len, from) = far.recv_from(&mut bytes).unwrap_or_else(|error| panic!("no {start}: {error}"));
        let text = String::from_utf8_lossy(&bytes[..len]).into_owned();
        if text.starts_with(start) {
            return (text, from);
        }
    }
}

/// The lines of these headers.
fn lines(text: &str, names: &[&str]) -> String {
    text.split_inclusive("\r\n").filter(|line| names.contains(&line.split(':').next().unwrap())).collect()
}

fn account() -> microsip_account {
    let mut account: microsip_account = unsafe { core::mem::zeroed() };
    account.size = size_of::<microsip_account>() as u32;
    account.uri = c"sip:anna@example.org".as_ptr();
    account.password = c"secret".as_ptr();
    account
}

fn add(phone: u64, account: &microsip_account) {
    let mut id = 0;
    assert_eq!(unsafe { microsip_account_add(phone, account, &mut id) }, MICROSIP_OK);
}

#[test]
fn an_accounts_realms_and_the_user_of_its_contact_count() {
    let (registrar, at) = far("127.0.0.1");
    let phone = phone(|_| ());
    let uri = CString::new(format!("sip:{at}")).unwrap();
    let realms: &CStr = c"mine, own";
    add(
        phone,
        &microsip_account {
            registrar: uri.as_ptr(),
            realms: realms.as_ptr(),
            contact_user: c"desk-7".as_ptr(),
            ..account()
        },
    );
    let (register, from) = hears(&registrar, "REGISTER ");
    assert!(register.contains("\r\nContact: <sip:desk-7@127.0.0.1:"), "{register}");
    let echo = lines(&register, &["Via", "From", "To", "Call-ID", "CSeq"]);
    let challenge = "WWW-Authenticate: Digest realm=\"other\", nonce=\"n\"\r\n";
    let refusal = format!("SIP/2.0 401 Unauthorized\r\n{echo}{challenge}Content-Length: 0\r\n\r\n");
    registrar.send_to(refusal.as_bytes(), from).unwrap();
    assert_eq!(until(phone, MICROSIP_EV_CHALLENGE, 0).result, MICROSIP_E_REALM);
    assert_eq!(microsip_destroy(phone), MICROSIP_OK);
}

/// A trusted host calls; its media comes from a host that nobody vouches for, and stops.
#[cfg(target_os = "linux")] // 127.0.0.2 is this machine, too
#[test]
fn an_accounts_trusted_hosts_its_media_and_its_patience_count() {
    let (caller, at) = far("127.0.0.1");
    let phone = phone(|config| config.flags = MICROSIP_NULL_AUDIO);
    add(
        phone,
        &microsip_account {
            registrar: c"sip:127.0.0.9".as_ptr(),
            trusted: c"192.0.2.0/24, 127.0.0.1".as_ptr(),
            registers: MICROSIP_OFF,
            media_any_host: MICROSIP_ON,
            media_timeout: 3,
            ..account()
        },
    );
    let mut to = microsip_addr::default();
    assert_eq!(unsafe { microsip_address_get(phone, MICROSIP_ADDRESS_V4, &mut to) }, MICROSIP_OK);
    let sdp = "v=0\r\no=- 1 1 IN IP4 10.9.9.9\r\ns=-\r\nc=IN IP4 10.9.9.9\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n";
    let own = format!("From: <sip:bob@{at}>;tag=b\r\nCall-ID: settings\r\nMax-Forwards: 70\r\n");
    let invite = format!(
        "INVITE sip:anna@127.0.0.1:{} SIP/2.0\r\nVia: SIP/2.0/UDP {at};branch=z9hG4bKinvite\r\n{own}To: <sip:anna@example.org>\r\n\
         CSeq: 1 INVITE\r\nContact: <sip:bob@{at}>\r\nContent-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{sdp}",
        to.port,
        sdp.len()
    );
    caller.send_to(invite.as_bytes(), ("127.0.0.1", to.port)).unwrap();
    let call = until(phone, MICROSIP_EV_CALL, MICROSIP_INCOMING).object;
    assert_eq!(unsafe { microsip_answer(phone, call, 200, core::ptr::null()) }, MICROSIP_OK);
    let (ok, from) = hears(&caller, "SIP/2.0 200");
    let ack = format!(
        "ACK sip:anna@{from} SIP/2.0\r\nVia: SIP/2.0/UDP {at};branch=z9hG4bKack\r\n{own}{}CSeq: 1 ACK\r\nContent-Length: 0\r\n\r\n",
        lines(&ok, &["To"])
    );
    caller.send_to(ack.as_bytes(), from).unwrap();
    let port: u16 = ok.split("m=audio ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    let (media, _) = far("127.0.0.2");
    let mut stats = microsip_stats { size: size_of::<microsip_stats>() as u32, ..Default::default() };
    for nth in 0..3000u16 {
        let mut packet = vec![0xff; 172];
        packet[..12].fill(7);
        (packet[0], packet[1]) = (0x80, 0);
        packet[2..4].copy_from_slice(&nth.to_be_bytes());
        packet[4..8].copy_from_slice(&(u32::from(nth) * 160).to_be_bytes());
        media.send_to(&packet, ("127.0.0.1", port)).unwrap();
        std::thread::sleep(Duration::from_millis(20));
        assert_eq!(unsafe { microsip_call_stats_get(phone, call, &mut stats) }, MICROSIP_OK);
        if stats.received > 0 {
            break;
        }
    }
    assert!(stats.received > 0 && stats.strangers > 0, "{stats:?}");
    let ended = until(phone, MICROSIP_EV_CALL, MICROSIP_ENDED);
    let how = (MICROSIP_E_MEDIA_LOST, MICROSIP_CAUSE_MEDIA_LOST, MICROSIP_BY_LIBRARY);
    assert_eq!((ended.result, ended.cause, ended.ended_by), how);
    let mut info = microsip_call_info { size: size_of::<microsip_call_info>() as u32, ..Default::default() };
    assert_eq!(unsafe { microsip_call_info_get(phone, call, &mut info) }, MICROSIP_OK);
    assert_eq!((info.result, info.cause, info.ended_by), how);
    hears(&caller, "BYE ");
    assert_eq!(microsip_destroy(phone), MICROSIP_OK);
}

#[test]
fn times_are_since_the_creation_of_the_phone() {
    let (silent, at) = far("127.0.0.1");
    let before = Instant::now();
    let phone = phone(|_| ());
    let after = Instant::now();
    std::thread::sleep(Duration::from_millis(50));
    let uri = CString::new(format!("sip:x@{at}")).unwrap();
    let (mut call, least) = (0, after.elapsed().as_micros());
    assert_eq!(unsafe { microsip_dial(phone, 0, uri.as_ptr(), core::ptr::null(), &mut call) }, MICROSIP_OK);
    let begun = until(phone, MICROSIP_EV_CALL, MICROSIP_CALLING);
    let most = before.elapsed().as_micros();
    let mut info = microsip_call_info { size: size_of::<microsip_call_info>() as u32, ..Default::default() };
    assert_eq!(unsafe { microsip_call_info_get(phone, call, &mut info) }, MICROSIP_OK);
    for time in [begun.time_us, info.started_us] {
        assert!((least..=most).contains(&u128::from(time)), "{least} µs, {time}, {most}");
    }
    drop(silent);
    assert_eq!(microsip_destroy(phone), MICROSIP_OK);
}

/// A call's wish goes before its account's, and that before the phone's; an answer has its own.
#[test]
fn reliable_provisional_responses_are_a_setting_of_phone_account_and_call() {
    let names = ["Supported", "Require", "RSeq"];
    let (far_end, at) = far("127.0.0.1");
    let phone = phone(|config| {
        (config.reliable, config.session_timer) = (MICROSIP_RELIABLE_OFF, MICROSIP_TIMER_OFF);
    });
    let uri = CString::new(format!("sip:x@{at}")).unwrap();
    let mut account = microsip_account { registers: MICROSIP_OFF, ..account() };
    let (mut inherits, mut requires) = (0, 0);
    assert_eq!(unsafe { microsip_account_add(phone, &account, &mut inherits) }, MICROSIP_OK);
    account.reliable = MICROSIP_RELIABLE_REQUIRED;
    assert_eq!(unsafe { microsip_account_add(phone, &account, &mut requires) }, MICROSIP_OK);
    for (account, wish, wanted) in [
        (0, 0, "Supported: timer, from-change\r\n"),
        (0, MICROSIP_RELIABLE_SUPPORTED, "Supported: 100rel, timer, from-change\r\n"),
        (inherits, 0, "Supported: timer, from-change, replaces, norefersub, tdialog\r\n"),
        (requires, 0, "Supported: timer, from-change, replaces, norefersub, tdialog\r\nRequire: 100rel\r\n"),
        (requires, MICROSIP_RELIABLE_OFF, "Supported: timer, from-change, replaces, norefersub, tdialog\r\n"),
    ] {
        let mut options: microsip_options = unsafe { core::mem::zeroed() };
        options.size = size_of::<microsip_options>() as u32;
        options.reliable = wish;
        let mut call = 0;
        assert_eq!(unsafe { microsip_dial(phone, account, uri.as_ptr(), &options, &mut call) }, MICROSIP_OK);
        let (invite, from) = hears(&far_end, "INVITE ");
        assert_eq!(lines(&invite, &names), wanted, "{account} {wish}");
        let echo = lines(&invite, &["Via", "From", "To", "Call-ID", "CSeq"]);
        far_end.send_to(format!("SIP/2.0 486 Busy Here\r\n{echo}\r\n").as_bytes(), from).unwrap();
        hears(&far_end, "ACK ");
    }
    account.reliable = 4;
    assert_eq!(unsafe { microsip_account_add(phone, &account, &mut requires) }, MICROSIP_E_ARG);
    assert_eq!(microsip_destroy(phone), MICROSIP_OK);
}

/// A call's wish goes before its account's, and that before the phone's.
#[test]
fn a_session_timer_is_a_setting_of_phone_account_and_call() {
    let names = ["Supported", "Require", "Session-Expires", "Min-SE"];
    let (far_end, at) = far("127.0.0.1");
    let phone = phone(|config| {
        (config.reliable, config.session_timer) = (MICROSIP_RELIABLE_OFF, MICROSIP_TIMER_SUPPORTED);
        (config.session_expires, config.session_refresher) = (600, MICROSIP_REFRESHER_THEM);
    });
    let uri = CString::new(format!("sip:x@{at}")).unwrap();
    let mut account = microsip_account { registers: MICROSIP_OFF, ..account() };
    account.session_timer = MICROSIP_TIMER_OFF;
    let mut id = 0;
    assert_eq!(unsafe { microsip_account_add(phone, &account, &mut id) }, MICROSIP_OK);
    // transfers are an account's
    let supported = "Supported: timer, from-change\r\n";
    let of_account = "Supported: timer, from-change, replaces, norefersub, tdialog\r\n";
    for (account, wish, wanted) in [
        (0, [0; 4], format!("{supported}Session-Expires: 600;refresher=uas\r\n")),
        (0, [MICROSIP_TIMER_OFF, 0, 0, 0], supported.into()),
        (id, [0; 4], of_account.into()),
        (
            id,
            [MICROSIP_TIMER_REQUIRED, 120, 100, MICROSIP_REFRESHER_EITHER],
            format!("{of_account}Require: timer\r\nSession-Expires: 120\r\nMin-SE: 100\r\n"),
        ),
    ] {
        let mut options: microsip_options = unsafe { core::mem::zeroed() };
        options.size = size_of::<microsip_options>() as u32;
        [options.session_timer, options.session_expires, options.min_se, options.session_refresher] = wish;
        let mut call = 0;
        assert_eq!(unsafe { microsip_dial(phone, account, uri.as_ptr(), &options, &mut call) }, MICROSIP_OK);
        let (invite, from) = hears(&far_end, "INVITE ");
        assert_eq!(lines(&invite, &names), wanted, "{account} {wish:?}");
        let echo = lines(&invite, &["Via", "From", "To", "Call-ID", "CSeq"]);
        far_end.send_to(format!("SIP/2.0 486 Busy Here\r\n{echo}\r\n").as_bytes(), from).unwrap();
        hears(&far_end, "ACK ");
    }
    for wrong in [[5, 0, 0, 0], [0, 89, 0, 0], [0, 0, 1, 0], [0, 0, 0, 4]] {
        [account.session_timer, account.session_expires, account.min_se, account.session_refresher] = wrong;
        assert_eq!(unsafe { microsip_account_add(phone, &account, &mut id) }, MICROSIP_E_ARG, "{wrong:?}");
    }
    assert_eq!(microsip_destroy(phone), MICROSIP_OK);
}
