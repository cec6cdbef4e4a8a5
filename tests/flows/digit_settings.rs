//! Length, gap, level and method of digits: the phone, the account, the call and the command give a part of them each,
//! measured on the wire.

use microsip_core::base::time::Duration;
use microsip_core::media::digits::{DigitMethod, DigitSettings};
use microsip_core::media::{Codec, CodecBank, Coded, G711};
use microsip_core::phone::{AccountChange, AccountConfig, CallState, CommandError, DialOptions, Source};
use microsip_core::wire::{dtmf, rtp};
use microsip_tests::{Lab, Options, Peer, sdp};

const MEDIA: &str = "10.0.0.9:40000";

const fn given(ms: u16, gap_ms: u16, level: Option<u8>) -> DigitSettings {
    DigitSettings { method: None, ms, gap_ms, level }
}

/// A phone with these settings, in a call of an account with those, that was dialled with the last.
fn talking([phone, account, call]: [DigitSettings; 3]) -> (Lab, Peer) {
    let mut lab = Lab::new(&[Options { digits: phone, ..Options::default() }]);
    lab.open_raw(MEDIA);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    lab.names.insert("example.org".into(), vec![peer.at]);
    let config =
        AccountConfig { uri: "sip:anna@example.org", no_register: true, digits: account, ..AccountConfig::default() };
    let now = lab.now;
    let id = lab.ends[0].phone.account_add(now, &config).unwrap();
    let options = DialOptions { source: Source::Silence, digits: call, ..DialOptions::default() };
    lab.ends[0].phone.dial(now, id, "bob", &options).unwrap();
    lab.drain();
    let invite = peer.wait(&mut lab, "INVITE");
    peer.respond(&mut lab, &invite, 200, &sdp("10.0.0.9", 40_000, ""));
    peer.wait(&mut lab, "ACK");
    lab.run_for(Duration::from_millis(100));
    (lab, peer)
}

fn send(lab: &mut Lab, digits: &str, settings: DigitSettings) -> Result<(), CommandError> {
    let (now, call) = (lab.now, lab.ends[0].last_call());
    let sent = lab.ends[0].phone.send_digits_by(now, call, digits, settings, 0);
    lab.drain();
    sent
}

/// The events that came to the far end, one each: begin and length in milliseconds, volume.
fn events(lab: &Lab) -> Vec<(u32, u32, u8)> {
    let mut events: Vec<(u32, u32, u8)> = Vec::new();
    for (_, _, bytes) in &lab.raw[&MEDIA.parse().unwrap()] {
        let Some(packet) = rtp::Packet::parse(bytes).filter(|packet| packet.payload_type == 101) else { continue };
        let event = dtmf::Event::parse(packet.payload).unwrap();
        let seen = (packet.timestamp / 8, u32::from(event.duration) / 8, event.volume);
        match events.last_mut().filter(|last| last.0 == seen.0) {
            Some(last) => *last = seen,
            None => events.push(seen),
        }
    }
    events
}

/// Length, gap and volume of the last two.
fn last(lab: &Lab) -> (u32, u32, u8) {
    let events = events(lab);
    let [.., one, other] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((one.1, one.2), (other.1, other.2));
    (one.1, other.0.wrapping_sub(one.0) - one.1, one.2)
}

#[track_caller]
fn finish(mut lab: Lab, mut peer: Peer) {
    let call = lab.ends[0].last_call();
    peer.be_hung_up(&mut lab, 0, call);
    lab.run_until("it is over", |lab| lab.ends[0].reached(CallState::Ended));
    lab.assert_settled();
}

#[test]
fn what_one_does_not_give_comes_from_the_next_outer_one() {
    const NONE: DigitSettings = DigitSettings::NONE;
    let (phone, account, call, own) =
        (given(100, 100, Some(20)), given(120, 200, Some(30)), given(140, 300, Some(40)), given(160, 400, Some(0)));
    for (settings, command, measured) in [
        ([NONE, NONE, NONE], NONE, (160, 50, 10)),
        ([phone, NONE, NONE], NONE, (100, 100, 20)),
        ([phone, account, NONE], NONE, (120, 200, 30)),
        ([phone, account, call], NONE, (140, 300, 40)),
        ([phone, account, call], own, (160, 400, 0)),
        // each a part
        ([phone, given(120, 0, None), given(0, 300, None)], NONE, (120, 300, 20)),
        ([phone, given(0, 0, Some(0)), given(140, 0, None)], given(0, 400, None), (140, 400, 0)),
        ([given(0, 0, Some(63)), given(0, 200, None), NONE], given(40, 0, None), (40, 200, 63)),
    ] {
        let (mut lab, peer) = talking(settings);
        send(&mut lab, "12", command).unwrap();
        lab.run_for(Duration::from_secs(2));
        // an event begins with a packet: a gap is up to one longer
        let (ms, gap, volume) = last(&lab);
        assert!(gap >= measured.1 && gap < measured.1 + 20, "{settings:?}, {command:?}: {gap} ms");
        assert_eq!((ms, volume), (measured.0, measured.2), "{settings:?}, {command:?}");
        finish(lab, peer);
    }
}

#[test]
fn they_change_in_place_for_digits_that_are_not_queued_yet() {
    let (mut lab, peer) = talking([DigitSettings::NONE; 3]);
    let (now, call) = (lab.now, lab.ends[0].last_call());
    let account = lab.ends[0].phone.accounts().next().unwrap();
    send(&mut lab, "12", DigitSettings::NONE).unwrap();
    let change = AccountChange { digits: given(200, 0, Some(33)), ..AccountChange::default() };
    lab.ends[0].phone.account_update(now, account, &change).unwrap();
    lab.run_for(Duration::from_secs(1));
    assert_eq!(last(&lab), (160, 60, 10));
    send(&mut lab, "34", DigitSettings::NONE).unwrap();
    lab.run_for(Duration::from_secs(1));
    assert_eq!(last(&lab), (200, 60, 33));
    lab.ends[0].phone.call_set_digits(call, given(80, 0, None)).unwrap();
    lab.ends[0].phone.call_set_digits(call, given(0, 100, None)).unwrap();
    send(&mut lab, "56", DigitSettings::NONE).unwrap();
    lab.run_for(Duration::from_secs(1));
    assert_eq!(last(&lab), (80, 100, 33));
    finish(lab, peer);
}

#[test]
fn a_pause_of_a_script_is_beside_the_gap() {
    let (mut lab, peer) = talking([given(0, 200, None), DigitSettings::NONE, DigitSettings::NONE]);
    send(&mut lab, "1,2", DigitSettings::NONE).unwrap();
    lab.run_for(Duration::from_secs(2));
    let (ms, gap, _) = last(&lab);
    assert_eq!(ms, 160);
    assert!((1200..1220).contains(&gap), "{gap}");
    finish(lab, peer);
}

#[test]
fn an_info_names_the_length_and_the_next_one_waits_for_length_and_gap() {
    let (mut lab, mut peer) = talking([given(250, 500, Some(3)), DigitSettings::NONE, DigitSettings::NONE]);
    send(&mut lab, "12", DigitMethod::Info.into()).unwrap();
    let mut at = Vec::new();
    for digit in "12".chars() {
        let info = peer.wait(&mut lab, "INFO");
        assert_eq!(info.body(), format!("Signal={digit}\r\nDuration=250\r\n"));
        at.push(info.at);
        peer.respond(&mut lab, &info, 200, "");
    }
    assert!(at[1].since(at[0]).millis().abs_diff(750) <= 30, "{at:?}");
    lab.run_for(Duration::from_secs(1));
    finish(lab, peer);
}

#[test]
fn a_key_that_is_held_has_the_settings_of_its_press() {
    let (mut lab, peer) = talking([DigitSettings::NONE; 3]);
    let (now, call) = (lab.now, lab.ends[0].last_call());
    let settings = given(300, 400, Some(5));
    lab.ends[0].phone.press_digit(now, call, b'1', settings, 0).unwrap();
    lab.run_for(Duration::from_millis(100));
    // the key is on, and behind it nothing of this is for it
    lab.ends[0].phone.call_set_digits(call, given(80, 50, Some(40))).unwrap();
    send(&mut lab, "2", DigitSettings::NONE).unwrap();
    lab.run_for(Duration::from_millis(900));
    let now = lab.now;
    lab.ends[0].phone.release_digit(now, call).unwrap();
    lab.run_for(Duration::from_secs(1));
    let told = events(&lab);
    assert!(told[0].1.abs_diff(1000) <= 20, "{told:?}");
    assert_eq!((told[0].2, told[1].1, told[1].2), (5, 80, 40), "{told:?}");
    assert!((400..420).contains(&(told[1].0 - told[0].0 - told[0].1)), "{told:?}");
    // one that is let go before its turn has the length that it was pressed with
    send(&mut lab, "3", DigitSettings::NONE).unwrap();
    let now = lab.now;
    lab.ends[0].phone.press_digit(now, call, b'4', settings, 0).unwrap();
    lab.ends[0].phone.release_digit(now, call).unwrap();
    lab.run_for(Duration::from_secs(1));
    assert_eq!(events(&lab).last().map(|event| (event.1, event.2)), Some((300, 5)));
    finish(lab, peer);
}

#[test]
fn tones_have_length_gap_and_level_too() {
    let (mut lab, peer) = talking([given(100, 90, Some(20)), DigitSettings::NONE, DigitSettings::NONE]);
    send(&mut lab, "11", DigitMethod::Tones.into()).unwrap();
    lab.run_for(Duration::from_secs(1));
    let mut said = Vec::new();
    for (_, _, bytes) in &lab.raw[&MEDIA.parse().unwrap()] {
        if let Some(packet) = rtp::Packet::parse(bytes).filter(|packet| packet.payload_type == 0) {
            let mut pcm = [0i16; 160];
            G711.decode(0, Codec::Pcmu, Coded::Payload(packet.payload), &mut pcm);
            said.extend(pcm);
        }
    }
    let loud: Vec<bool> = said.chunks(80).map(|piece| piece.iter().any(|sample| sample.abs() > 100)).collect();
    let from = loud.iter().position(|loud| *loud).unwrap();
    let runs: Vec<usize> = loud[from..].chunk_by(|one, other| one == other).map(|run| run.len() * 10).collect();
    assert_eq!(runs[..3], [100, 90, 100]);
    // two sines, each of them 20 dB below 0 dBm0, whose peak is 3.17 dB below the greatest sample
    let burst = &said[from * 80..from * 80 + 720];
    let power: f64 = burst.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / burst.len() as f64;
    let wanted = (32_768.0 * 10f64.powf(-23.17 / 20.0)).powi(2);
    assert!((10.0 * (power / wanted).log10()).abs() < 0.7, "{power} for {wanted}");
    finish(lab, peer);
}

#[test]
fn settings_out_of_their_ranges_are_refused_wherever_they_are_given() {
    let (mut lab, peer) = talking([DigitSettings::NONE; 3]);
    let (now, call) = (lab.now, lab.ends[0].last_call());
    let account = lab.ends[0].phone.accounts().next().unwrap();
    for wrong in
        [given(39, 0, None), given(20_001, 0, None), given(0, 39, None), given(0, 2501, None), given(0, 0, Some(64))]
    {
        let refused = Err(CommandError::Range);
        assert_eq!(send(&mut lab, "1", wrong), refused, "{wrong:?}");
        let phone = &mut lab.ends[0].phone;
        assert_eq!(phone.press_digit(now, call, b'1', wrong, 0), refused);
        assert_eq!(phone.call_set_digits(call, wrong), refused);
        let change = AccountChange { digits: wrong, ..AccountChange::default() };
        assert_eq!(phone.account_update(now, account, &change), refused);
        let config = AccountConfig { uri: "sip:b@example.org", digits: wrong, ..AccountConfig::default() };
        assert_eq!(phone.account_add(now, &config).map(|_| ()), refused);
        let options = DialOptions { digits: wrong, ..DialOptions::default() };
        assert_eq!(phone.dial(now, account, "bob", &options).map(|_| ()), refused);
    }
    lab.run_for(Duration::from_secs(1));
    assert_eq!(events(&lab), []);
    finish(lab, peer);
}
