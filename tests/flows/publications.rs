//! The presence of an account's own party: its document follows what the application said, and its calls.

use microsip_core::base::cursor::Cursor;
use microsip_core::base::limits::PRESENCE_NOTE;
use microsip_core::base::time::Duration;
use microsip_core::phone::{AccountConfig, AccountId, CallId, CallState, CommandError, DialOptions, Presence, Source};
use microsip_core::wire::body::pidf::{self, Activity};
use microsip_tests::Lab;

/// The document of an account's presence at this moment.
fn document(lab: &Lab, account: AccountId) -> String {
    let mut room = [0; 2048];
    let mut out = Cursor::new(&mut room);
    lab.ends[0].phone.write_presence(account, &mut out).unwrap();
    String::from_utf8(out.written().to_vec()).unwrap()
}

/// The same as a watcher reads it.
fn read(text: &str) -> (Option<bool>, Activity) {
    let read = pidf::Presence::parse(text.as_bytes()).unwrap();
    (read.open, read.activity)
}

/// Two phones, of which the first has an account in the other's domain.
fn neighbours() -> (Lab, AccountId) {
    let mut lab = Lab::pair();
    let (now, config) =
        (lab.now, AccountConfig { uri: "sip:anna@10.0.0.2", no_register: true, ..AccountConfig::default() });
    let account = lab.ends[0].phone.account_add(now, &config).unwrap();
    (lab, account)
}

fn set(lab: &mut Lab, account: AccountId, presence: Option<&Presence<'_>>) -> Result<(), CommandError> {
    let now = lab.now;
    let set = lab.ends[0].phone.set_presence(now, account, presence);
    lab.drain();
    set
}

/// The account calls the other phone, which answers.
fn talk(lab: &mut Lab, account: AccountId) -> CallId {
    let options = DialOptions { source: Source::Silence, ..DialOptions::default() };
    let now = lab.now;
    let call = lab.ends[0].phone.dial(now, account, "sip:bob@10.0.0.2", &options).unwrap();
    lab.run_until("it rings", |lab| lab.ends[1].reached(CallState::Incoming));
    let (now, incoming) = (lab.now, lab.ends[1].last_call());
    lab.ends[1].phone.answer(now, incoming, 200).unwrap();
    lab.run_until("they talk", |lab| lab.ends[0].reached(CallState::Connected));
    call
}

#[test]
fn an_account_has_the_presence_that_it_was_given() {
    let (mut lab, account) = neighbours();
    assert_eq!(read(&document(&lab, account)), (Some(true), Activity::None), "the phone is there, and says no more");
    let away = Presence { open: false, activity: Activity::Away, on_phone: false, note: "back <soon> & \u{e4}" };
    set(&mut lab, account, Some(&away)).unwrap();
    let text = document(&lab, account);
    assert_eq!(read(&text), (Some(false), Activity::Away));
    assert!(text.contains("<note>back &lt;soon&gt; &amp; \u{e4}</note>"), "{text}");
    assert!(text.contains(" entity=\"sip:anna@10.0.0.2\""), "{text}");
    assert_eq!(lab.ends[0].phone.presence(account).unwrap().note, away.note);
    // a note that is not taken changes nothing
    let longest = "n".repeat(PRESENCE_NOTE);
    for note in [format!("{longest}n"), "a\r\nb".into(), "\u{7f}".into()] {
        let wrong = Presence { note: &note, ..Presence::USUAL };
        assert_eq!(set(&mut lab, account, Some(&wrong)), Err(CommandError::Text), "{note:?}");
        assert_eq!(document(&lab, account), text);
    }
    set(&mut lab, account, Some(&Presence { note: &longest, ..away })).unwrap();
    assert!(document(&lab, account).contains(&longest));
    set(&mut lab, account, None).unwrap();
    assert_eq!(read(&document(&lab, account)), (Some(true), Activity::None));
    assert!(!document(&lab, account).contains("note"), "it was taken back as a whole");
    assert_eq!(set(&mut lab, AccountId::NONE, None), Err(CommandError::Stale));
}

// rfc4480#3.2: on-the-phone can be derived
#[test]
fn a_call_of_the_account_is_told_where_that_was_asked_for() {
    let (mut lab, account) = neighbours();
    let told = Presence { activity: Activity::Away, on_phone: true, ..Presence::USUAL };
    set(&mut lab, account, Some(&told)).unwrap();
    // a call of nobody's account says nothing of this one
    let other = lab.dial(0, "sip:bob@10.0.0.2");
    lab.run_until("it rings", |lab| lab.ends[1].reached(CallState::Incoming));
    assert_eq!(read(&document(&lab, account)).1, Activity::Away);
    let now = lab.now;
    lab.ends[0].phone.hangup(now, other).unwrap();
    lab.run_for(Duration::from_secs(1));
    for end in &mut lab.ends {
        end.events.clear();
    }
    let call = talk(&mut lab, account);
    let text = document(&lab, account);
    assert_eq!(read(&text), (Some(true), Activity::Phone));
    assert!(text.contains("<rpid:away/><rpid:on-the-phone/>"), "{text}");
    set(&mut lab, account, Some(&Presence { on_phone: false, ..told })).unwrap();
    assert_eq!(read(&document(&lab, account)).1, Activity::Away, "nobody asked for it");
    set(&mut lab, account, Some(&told)).unwrap();
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    lab.run_for(Duration::from_secs(1));
    assert_eq!(read(&document(&lab, account)).1, Activity::Away);
    lab.assert_settled();
}
