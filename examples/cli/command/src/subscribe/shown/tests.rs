use super::*;

fn told(lamp: u32, value: u32) -> Watching {
    Watching { lamp, value, ..Watching::default() }
}

#[test]
fn presence_has_its_activity_and_its_note() {
    let entry = Entry { note: "At lunch".to_owned(), uri: "sip:bob@desk".to_owned(), ..Entry::default() };
    let open = told(c::MICROSIP_LAMP_OPEN, c::MICROSIP_ACTIVITY_AWAY);
    assert_eq!(words(&Package::Presence, &open, std::slice::from_ref(&entry)), "open, away, \"At lunch\"");
    assert_eq!(words(&Package::Presence, &told(c::MICROSIP_LAMP_CLOSED, 0), &[Entry::default()]), "closed");
    assert_eq!(words(&Package::Presence, &told(c::MICROSIP_LAMP_UNKNOWN, 0), &[]), "unknown");
    let mut map = Map::new();
    fields(&mut map, &Package::Presence, &open, &[entry]);
    let wanted =
        json!({ "lamp": "open", "activity": "away", "note": "At lunch", "contact": "sip:bob@desk", "left_out": 0 });
    assert_eq!(Value::Object(map), wanted);
}

#[test]
fn calls_say_who_talks_to_whom() {
    let entry = |lamp, uri: &str, name: &str| Entry { lamp, uri: uri.into(), name: name.into(), ..Entry::default() };
    let both = [
        entry(c::MICROSIP_LAMP_HELD, "sip:carol@x", "Carol"),
        entry(c::MICROSIP_LAMP_RINGING, "sip:dave@x", ""),
        entry(c::MICROSIP_LAMP_TRYING, "", ""),
    ];
    let held = Watching { left_out: 2, ..told(c::MICROSIP_LAMP_HELD, 3) };
    assert_eq!(
        words(&Package::Dialog, &held, &both),
        "held: holds Carol <sip:carol@x>; is called by sip:dave@x; calls somebody; 2 more, for which there was no room"
    );
    assert_eq!(words(&Package::Dialog, &told(c::MICROSIP_LAMP_IDLE, 0), &[]), "idle");
}

#[test]
fn a_mailbox_counts_by_class() {
    let voice = Entry { message_class: 1, messages: [2, 8, 1, 0], uri: "sip:box@x".to_owned(), ..Entry::default() };
    let fax = Entry { message_class: 2, messages: [0, 1, 0, 1], ..Entry::default() };
    assert_eq!(
        words(&Package::MessageSummary, &told(c::MICROSIP_LAMP_OPEN, 2), &[voice.clone(), fax]),
        "2 new messages; voice 2 new (1 urgent), 8 old; fax 0 new, 1 old (1 urgent)"
    );
    assert_eq!(words(&Package::MessageSummary, &told(c::MICROSIP_LAMP_OPEN, 0), &[]), "something new waits");
    assert_eq!(words(&Package::MessageSummary, &told(c::MICROSIP_LAMP_CLOSED, 0), &[]), "no new messages");
    let mut map = Map::new();
    fields(&mut map, &Package::MessageSummary, &told(c::MICROSIP_LAMP_OPEN, 2), &[voice]);
    let wanted = json!({
        "lamp": "open", "new": 2, "account": "sip:box@x",
        "messages": [{ "class": "voice", "new": 2, "old": 8, "new_urgent": 1, "old_urgent": 0 }], "left_out": 0,
    });
    assert_eq!(Value::Object(map), wanted);
}
