//! G.722 and L16 in calls, and the choice of codecs for a phone, an account and a call.

mod narrowed;
mod reoffered;
mod theirs;

use microsip_core::base::cursor::Cursor;
use microsip_core::base::time::Duration;
use microsip_core::media::detect::Detector;
use microsip_core::media::{Codec, CodecList, CodecOrder};
use microsip_core::phone::{
    AccountChange, AccountConfig, AccountId, CallId, CallState, CallText, Capacity, CommandError, DialOptions, Source,
};
use microsip_core::wire::rtp;
use microsip_tests::{Lab, Options};
use std::cell::Cell;
use std::rc::Rc;

const PCMU: &[Codec] = &[Codec::Pcmu];

/// A phone with these codecs, at this rate, and room for them.
fn speaking(codecs: &[Codec], rate: u32) -> Options {
    let codecs = CodecList::of(codecs);
    Options { codecs, rate, capacity: Capacity::host(4, 2, 2048).speaking(&codecs), ..Options::default() }
}

/// An account that calls the other phone, without a registrar.
fn account(lab: &mut Lab, end: usize, codecs: CodecOrder) -> AccountId {
    let now = lab.now;
    let config = AccountConfig { uri: "sip:anna@10.0.0.2", no_register: true, codecs, ..AccountConfig::default() };
    lab.ends[end].phone.account_add(now, &config).unwrap()
}

fn dial(lab: &mut Lab, account: AccountId, codecs: CodecOrder) -> Result<CallId, CommandError> {
    let now = lab.now;
    let options = DialOptions { source: Source::Application, codecs, ..DialOptions::default() };
    lab.ends[0].phone.dial(now, account, "sip:x@10.0.0.2", &options)
}

fn rings(lab: &mut Lab) -> CallId {
    lab.run_until("it rings", |lab| lab.ends[1].reached(CallState::Incoming));
    lab.ends[1].last_call()
}

fn answer(lab: &mut Lab, call: CallId) {
    let now = lab.now;
    lab.ends[1].phone.set_source(call, Source::Application).unwrap();
    lab.ends[1].phone.answer(now, call, 200).unwrap();
    lab.run_until("connected", |lab| lab.ends[0].reached(CallState::Connected));
}

fn codec(lab: &Lab, end: usize, call: CallId) -> String {
    let mut room = [0; 32];
    let mut out = Cursor::new(&mut room);
    lab.ends[end].phone.call_text(call, CallText::Codec, &mut out).unwrap();
    String::from_utf8(out.written().to_vec()).unwrap()
}

/// The formats of the last INVITE's audio line.
fn offered(lab: &Lab) -> String {
    let invite = lab.sent.iter().rev().find(|sent| sent.text.starts_with("INVITE ")).unwrap();
    let line = invite.text.lines().find(|line| line.starts_with("m=audio ")).unwrap();
    line.split("RTP/AVP ").nth(1).unwrap().to_owned()
}

#[test]
fn wideband_is_heard_both_ways() {
    for (codec_used, name, bytes, hertz) in [
        (Codec::G722, "G722/8000", 160, 6000),
        (Codec::L16At8, "L16/8000", 320, 3000),
        (Codec::L16At16, "L16/16000", 640, 6000),
        (Codec::L16At44, "L16/44100", 882, 6000),
        (Codec::L16At48, "L16/48000", 960, 6000),
    ] {
        for rate in [16_000, 48_000] {
            let mut lab = Lab::new(&[speaking(&[codec_used], rate), speaking(&[Codec::Pcma, codec_used], rate)]);
            let last = Rc::new(Cell::new(0));
            let seen = Rc::clone(&last);
            lab.filter = Some(Box::new(move |packet| {
                if let Some(voice) = rtp::Packet::parse(&packet.bytes).filter(|_| !rtp::is_rtcp(&packet.bytes)) {
                    seen.set(voice.payload.len());
                }
                true
            }));
            let ours = dial(&mut lab, AccountId::NONE, CodecOrder::EMPTY).unwrap();
            let theirs = rings(&mut lab);
            answer(&mut lab, theirs);
            lab.ends[0].sound.play = hertz;
            lab.ends[1].sound.play = 440;
            lab.run_for(Duration::from_millis(400));
            lab.ends.iter_mut().for_each(|end| end.sound.heard.clear());
            lab.run_for(Duration::from_millis(500));
            for (end, call, hertz) in [(0, ours, 440), (1, theirs, hertz)] {
                let mut detector = Detector::new(hertz, rate);
                detector.feed(&lab.ends[end].sound.heard[&call.raw()]);
                assert!(detector.longest_ms() >= 450, "{name} at {rate}: {hertz} Hz, {}", detector.longest_ms());
                assert_eq!(codec(&lab, end, call), name);
                let stats = lab.ends[end].phone.call_stats(lab.now, call).unwrap();
                assert_eq!((stats.oversize, stats.lost, stats.concealed_ms, stats.unknown_type), (0, 0, 0, 0));
            }
            assert_eq!(last.get(), bytes, "{name} at {rate}");
        }
    }
}

/// The last of our descriptions that has this line.
fn described<'l>(lab: &'l Lab, start: &str) -> Vec<&'l str> {
    let text = lab.sent.iter().rev().map(|sent| sent.text.as_str()).find(|text| text.contains("\r\nm=audio ")).unwrap();
    text.lines().filter(|line| line.starts_with(start)).collect()
}

#[test]
fn descriptions_say_clock_type_and_packet_time() {
    let all = [Codec::L16At48, Codec::L16At44, Codec::L16At16, Codec::L16At8, Codec::G722, Codec::Pcmu, Codec::Pcma];
    let mut lab = Lab::new(&[speaking(&all, 8000), speaking(&all, 8000)]);
    dial(&mut lab, AccountId::NONE, CodecOrder::EMPTY).unwrap();
    lab.run_until("offered", |lab| lab.count("INVITE") > 0);
    assert_eq!(offered(&lab), "118 11 116 115 9 0 8 111 103 102 101");
    assert_eq!(
        described(&lab, "a=rtpmap:"),
        [
            "a=rtpmap:118 L16/48000",
            "a=rtpmap:11 L16/44100",
            "a=rtpmap:116 L16/16000",
            "a=rtpmap:115 L16/8000",
            // rfc3551#4.5.2
            "a=rtpmap:9 G722/8000",
            "a=rtpmap:0 PCMU/8000",
            "a=rtpmap:8 PCMA/8000",
            // rfc4733#2.1: events at each clock
            "a=rtpmap:111 telephone-event/48000",
            "a=rtpmap:103 telephone-event/44100",
            "a=rtpmap:102 telephone-event/16000",
            "a=rtpmap:101 telephone-event/8000",
        ]
    );
    // 10 ms of the first one fill a packet; 20 of any are taken
    assert_eq!(
        (described(&lab, "a=ptime"), described(&lab, "a=maxptime")),
        (vec!["a=ptime:10"], vec!["a=maxptime:20"])
    );
}

#[test]
fn the_calls_choice_goes_before_the_accounts_and_that_before_the_phones() {
    let mut lab = Lab::new(&[Options::default(), Options::default()]);
    let calls = [
        (CodecOrder::EMPTY, CodecOrder::EMPTY, "0 8 101"),
        (CodecOrder::of(&[Codec::G722, Codec::Pcma]), CodecOrder::EMPTY, "9 8 101"),
        (CodecOrder::of(&[Codec::G722, Codec::Pcma]), CodecOrder::of(&[Codec::Pcma]), "8 101"),
        (CodecOrder::EMPTY, CodecOrder::of(&[Codec::Pcma, Codec::G722, Codec::Pcmu]), "8 9 0 101"),
    ];
    for (of_account, of_call, formats) in calls {
        let account = account(&mut lab, 0, of_account);
        let call = dial(&mut lab, account, of_call).unwrap();
        lab.run_for(Duration::from_millis(20));
        assert_eq!(offered(&lab), formats);
        let now = lab.now;
        lab.ends[0].phone.hangup(now, call).unwrap();
        lab.ends[0].phone.account_remove(now, account).unwrap();
        lab.run_for(Duration::from_secs(40));
    }
    let account = account(&mut lab, 0, CodecOrder::of(&[Codec::Pcma]));
    let change = |codecs| AccountChange { codecs: Some(codecs), ..AccountChange::default() };
    for (codecs, formats) in [(CodecOrder::of(&[Codec::G722, Codec::Pcma]), "9 8 101"), (CodecOrder::EMPTY, "0 8 101")]
    {
        let now = lab.now;
        lab.ends[0].phone.account_update(now, account, &change(codecs)).unwrap();
        let call = dial(&mut lab, account, CodecOrder::EMPTY).unwrap();
        lab.run_for(Duration::from_millis(20));
        assert_eq!(offered(&lab), formats);
        let now = lab.now;
        lab.ends[0].phone.hangup(now, call).unwrap();
        lab.run_for(Duration::from_secs(40));
    }
}

#[test]
fn an_answer_has_its_own_choice() {
    let all = &[Codec::Pcmu, Codec::G722, Codec::Pcma];
    for (chosen, used) in [(&[Codec::Pcma][..], "PCMA/8000"), (&[Codec::Pcma, Codec::G722], "G722/8000")] {
        let mut lab = Lab::new(&[speaking(all, 16_000), speaking(PCMU, 16_000)]);
        let ours = dial(&mut lab, AccountId::NONE, CodecOrder::EMPTY).unwrap();
        let theirs = rings(&mut lab);
        lab.ends[1].phone.call_set_codecs(theirs, CodecOrder::of(chosen)).unwrap();
        answer(&mut lab, theirs);
        assert_eq!((codec(&lab, 0, ours).as_str(), codec(&lab, 1, theirs).as_str()), (used, used));
        let again = lab.ends[1].phone.call_set_codecs(theirs, CodecOrder::EMPTY);
        assert_eq!(again, Err(CommandError::State));
        assert_eq!(lab.ends[0].phone.call_set_codecs(ours, CodecOrder::EMPTY), Err(CommandError::State));
    }
    // none of the offer's: nothing changes, and it rings on
    let mut lab = Lab::new(&[speaking(PCMU, 8000), speaking(PCMU, 8000)]);
    let ours = dial(&mut lab, AccountId::NONE, CodecOrder::EMPTY).unwrap();
    let theirs = rings(&mut lab);
    let refused = lab.ends[1].phone.call_set_codecs(theirs, CodecOrder::of(&[Codec::G722]));
    assert_eq!(refused, Err(CommandError::Codec));
    answer(&mut lab, theirs);
    assert_eq!(codec(&lab, 0, ours), "PCMU/8000");
}

#[test]
fn an_accounts_callers_are_answered_with_its_choice() {
    let mut lab = Lab::new(&[speaking(&[Codec::G722, Codec::Pcma, Codec::Pcmu], 8000), Options::default()]);
    let config = AccountConfig {
        uri: "sip:bert@10.0.0.2",
        trusted: "10.0.0.1",
        no_register: true,
        codecs: CodecOrder::of(&[Codec::Pcmu, Codec::G722]),
        ..AccountConfig::default()
    };
    let now = lab.now;
    lab.ends[1].phone.account_add(now, &config).unwrap();
    let options = DialOptions { source: Source::Silence, ..DialOptions::default() };
    let ours = lab.ends[0].phone.dial(now, AccountId::NONE, "sip:bert@10.0.0.2", &options).unwrap();
    let theirs = rings(&mut lab);
    answer(&mut lab, theirs);
    // rfc3264#6.1: the caller's order
    assert_eq!(codec(&lab, 0, ours), "G722/8000");
}

#[test]
fn a_codec_that_has_no_room_is_refused() {
    let mut lab = Lab::new(&[Options::default(), Options::default()]);
    let large = CodecOrder::of(&[Codec::Pcmu, Codec::L16At48]);
    assert_eq!(dial(&mut lab, AccountId::NONE, large), Err(CommandError::Codec));
    let now = lab.now;
    let config =
        AccountConfig { uri: "sip:anna@10.0.0.2", no_register: true, codecs: large, ..AccountConfig::default() };
    assert_eq!(lab.ends[0].phone.account_add(now, &config), Err(CommandError::Codec));
    let account = account(&mut lab, 0, CodecOrder::EMPTY);
    let change = AccountChange { codecs: Some(large), ..AccountChange::default() };
    assert_eq!(lab.ends[0].phone.account_update(now, account, &change), Err(CommandError::Codec));
    assert_eq!(lab.ends[0].phone.calls().count(), 0);
}
