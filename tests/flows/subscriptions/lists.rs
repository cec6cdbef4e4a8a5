//! Lists (RFC 4662): one subscription, and a lamp for each party that the list names.

use super::*;
use core::fmt::Write as _;

const BOUNDARY: &str = "50UBfW7LSCVLtggUPe5z";
pub(crate) const RELATED: &str = "Require: eventlist\r\nContent-Type: multipart/related;type=\"application/rlmi+xml\";\
                                  start=\"<root@x>\";boundary=\"50UBfW7LSCVLtggUPe5z\"\r\n";

/// A body of parts: their Content-IDs, their types and their bytes.
fn related(boundary: &str, parts: &[(&str, &str, &str)]) -> String {
    let mut body = String::new();
    for (name, kind, text) in parts {
        let _ = write!(
            body,
            "--{boundary}\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <{name}>\r\nContent-Type: {kind}\r\n\r\n{text}\r\n"
        );
    }
    body + &format!("--{boundary}--\r\n")
}

fn rlmi(version: u32, full: bool, resources: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<list xmlns=\"urn:ietf:params:xml:ns:rlmi\" uri=\"sip:box@10.0.0.9\" version=\"{version}\" \
         fullState=\"{full}\"><name xml:lang=\"en\">All</name>{resources}</list>"
    )
}

/// A resource with one instance, whose part has its name.
fn resource(name: &str) -> String {
    format!(
        "<resource uri=\"sip:{name}@x.test\"><name>{name} &amp; Co</name><instance id=\"i\" state=\"active\" cid=\"{name}@x\"/></resource>"
    )
}

/// A notification of a list: its document, and a part for each of these parties.
pub(crate) fn list(version: u32, full: bool, resources: &str, kind: &str, parts: &[(&str, &str)]) -> String {
    let (document, names) =
        (rlmi(version, full, resources), parts.iter().map(|(name, _)| format!("{name}@x")).collect::<Vec<_>>());
    let mut all = vec![("root@x", "application/rlmi+xml;charset=\"UTF-8\"", &*document)];
    all.extend(names.iter().zip(parts).map(|(name, (_, text))| (&**name, kind, *text)));
    related(BOUNDARY, &all)
}

/// The same where each party has a part.
pub(crate) fn listed(version: u32, full: bool, kind: &str, parts: &[(&str, &str)]) -> String {
    let resources: String = parts.iter().map(|(name, _)| resource(name)).collect();
    list(version, full, &resources, kind, parts)
}

const PIDF: &str = "application/pidf+xml";
pub(crate) const DIALOGS: &str = "application/dialog-info+xml";
const BOX: &str = "application/simple-message-summary";

fn pidf(basic: &str, note: &str) -> String {
    format!(
        "<presence entity=\"pres:other\"><tuple id=\"t\"><status><basic>{basic}</basic></status><contact>sip:desk@x</contact>\
         <note>{note}</note></tuple></presence>"
    )
}

fn presence() -> NewSubscription<'static> {
    NewSubscription { package: Package::Presence, expires: 600, ..NewSubscription::default() }
}

/// A subscription that has been accepted.
fn accepted(new: &NewSubscription<'_>) -> (Lab, Peer, SubscriptionId) {
    let (mut lab, mut peer, made) = subscribing(new);
    let first = peer.wait(&mut lab, "SUBSCRIBE");
    assert!(first.headers("Supported").iter().any(|field| field == "eventlist"), "rfc4662#4.1");
    accept(&mut lab, &mut peer, &first, 600);
    (lab, peer, made)
}

fn tell(lab: &mut Lab, peer: &mut Peer, event: &str, body: &str) -> u16 {
    notify(lab, peer, event, "active;expires=600", RELATED, body)
}

/// The entries as an application sees them: of each its resource, its lamp, and why nothing is known, or the party of a call.
fn seen(lab: &Lab, made: SubscriptionId) -> Vec<String> {
    let info = lab.ends[0].phone.subscription_info(made).unwrap();
    (0..info.entries)
        .map(|nth| {
            let entry = lab.ends[0].phone.subscription_entry(made, nth).unwrap();
            let text = |which| text(lab, made, which, nth).unwrap_or_default();
            let of = text(SubscriptionText::EntryResource);
            let of = of.trim_start_matches("sip:").split('@').next().unwrap();
            let lamp = format!("{:?}", entry.lamp);
            match entry.resource {
                Resource::None => format!("  {of} {lamp} {}", text(SubscriptionText::EntryUri)),
                Resource::Party => format!("{of} {lamp} {}", text(SubscriptionText::EntryReason)),
                Resource::List => format!("{of}: {lamp} {}", text(SubscriptionText::EntryReason)),
            }
            .trim_end()
            .to_owned()
        })
        .collect()
}

// rfc4662#5.6.1
#[test]
fn each_party_of_a_list_has_its_lamp() {
    let (mut lab, mut peer, made) = accepted(&presence());
    let (bob, dave) = (pidf("open", "here"), pidf("closed", ""));
    let more = "<resource uri=\"sip:ed@x.test\"/><resource uri=\"sip:jim@x.test\"><instance id='a' state='terminated' \
                reason='rejected'/></resource><resource uri=\"sip:ann@x.test\"><instance id='a' state='pending'/></resource>";
    let both = format!("{}{}{more}", resource("bob"), resource("dave"));
    let body = list(0, true, &both, PIDF, &[("bob", &bob), ("dave", &dave)]);
    assert_eq!(tell(&mut lab, &mut peer, "presence", &body), 200);
    let all = ["bob Open", "dave Closed", "ed Unknown", "jim Unknown rejected", "ann Unknown pending"];
    assert_eq!(seen(&lab, made), all);
    let info = lab.ends[0].phone.subscription_info(made).unwrap();
    assert_eq!((info.lamp, info.value, info.list, info.left_out), (Lamp::Open, 0, true, 0), "the brightest");
    assert_eq!(text(&lab, made, SubscriptionText::EntryResource, 0).unwrap(), "sip:bob@x.test");
    assert_eq!(text(&lab, made, SubscriptionText::EntryName, 0).unwrap(), "bob & Co");
    assert_eq!(text(&lab, made, SubscriptionText::Note, 0).unwrap(), "here");
    assert_eq!(text(&lab, made, SubscriptionText::EntryUri, 0).unwrap(), "sip:desk@x");
    assert_eq!(text(&lab, made, SubscriptionText::EntryReason, 0), Err(CommandError::Nothing));
    assert_eq!(events(&lab, EventKind::Notify).len(), 1);
    // a part of it: the others stay, and each keeps its place
    let body = listed(1, false, PIDF, &[("dave", &bob), ("ann", &dave)]);
    assert_eq!(tell(&mut lab, &mut peer, "presence", &body), 200);
    assert_eq!(seen(&lab, made), ["bob Open", "dave Open", "ed Unknown", "jim Unknown rejected", "ann Closed"]);
    // one that came before, and one before that
    for version in [1, 0] {
        let body = listed(version, false, PIDF, &[("bob", &dave)]);
        assert_eq!(tell(&mut lab, &mut peer, "presence", &body), 200);
    }
    assert_eq!(seen(&lab, made)[0], "bob Open");
    assert_eq!(events(&lab, EventKind::Notify).len(), 2);
    // the whole: who is not named is gone
    let body = listed(2, true, PIDF, &[("ann", &dave), ("bob", &dave)]);
    assert_eq!(tell(&mut lab, &mut peer, "presence", &body), 200);
    assert_eq!(seen(&lab, made), ["bob Closed", "ann Closed"]);
    assert_eq!(lab.ends[0].phone.subscription_info(made).unwrap().lamp, Lamp::Closed);
    peer.silence(&mut lab, "SUBSCRIBE", Duration::from_secs(60));
    finish(lab, peer, made, "presence");
}

// rfc4662#5.6.2
#[test]
fn a_part_that_is_missing_before_another_is_asked_for() {
    let (mut lab, mut peer, made) = accepted(&presence());
    let (open, closed) = (pidf("open", ""), pidf("closed", ""));
    assert_eq!(tell(&mut lab, &mut peer, "presence", &listed(0, true, PIDF, &[("bob", &open), ("ann", &open)])), 200);
    lab.run_for(Duration::from_secs(10));
    // the second one went missing
    assert_eq!(tell(&mut lab, &mut peer, "presence", &listed(2, false, PIDF, &[("ann", &closed)])), 200);
    assert_eq!(seen(&lab, made), ["bob Open", "ann Closed"], "it is taken all the same");
    let anew = peer.wait(&mut lab, "SUBSCRIBE");
    assert!(anew.to_tag() == peer.tag && anew.headers("Supported").iter().any(|field| field == "eventlist"));
    peer.respond_with(&mut lab, &anew, 200, "Expires: 600\r\nRequire: eventlist\r\n", "");
    assert_eq!(tell(&mut lab, &mut peer, "presence", &listed(3, true, PIDF, &[("bob", &closed)])), 200);
    assert_eq!(seen(&lab, made), ["bob Closed"]);
    peer.silence(&mut lab, "SUBSCRIBE", Duration::from_secs(60));
    finish(lab, peer, made, "presence");
}

// rfc4662#4.6, rfc4235#4.3: each party's documents have numbers of their own
#[test]
fn busy_lines_are_watched_by_parts_of_their_documents() {
    let (mut lab, mut peer, made) = accepted(&watching());
    let idle = dialogs(7, "full", "");
    let ringing = dialogs(3, "full", RINGS);
    let body = listed(0, true, DIALOGS, &[("bob", &idle), ("ann", &ringing)]);
    assert_eq!(tell(&mut lab, &mut peer, "dialog", &body), 200);
    assert_eq!(seen(&lab, made), ["bob Idle", "ann Ringing", "  ann Ringing sip:carol@example.net"]);
    let info = lab.ends[0].phone.subscription_info(made).unwrap();
    assert_eq!((info.lamp, info.value), (Lamp::Ringing, 1));
    assert_eq!(text(&lab, made, SubscriptionText::Replaces, 2).unwrap(), "c1;to-tag=r1;from-tag=l1;early-only");
    assert_eq!(lab.ends[0].phone.subscription_entry(made, 1).unwrap().counts, [0; 4], "its number is no message");
    // the same name of a dialog at another party is another dialog
    let body = listed(1, false, DIALOGS, &[("bob", &dialogs(8, "partial", RINGS))]);
    assert_eq!(tell(&mut lab, &mut peer, "dialog", &body), 200);
    let up = "<dialog id=\"a\"><state>confirmed</state></dialog><dialog id=\"b\"><state>trying</state></dialog>";
    let body = listed(2, false, DIALOGS, &[("ann", &dialogs(4, "partial", up))]);
    assert_eq!(tell(&mut lab, &mut peer, "dialog", &body), 200);
    let both = ["bob Ringing", "  bob Ringing sip:carol@example.net", "ann Busy", "  ann Busy", "  ann Trying"];
    assert_eq!(seen(&lab, made), both);
    let over = "<dialog id=\"a\"><state>terminated</state></dialog>";
    let body = listed(3, false, DIALOGS, &[("bob", &dialogs(9, "partial", over))]);
    assert_eq!(tell(&mut lab, &mut peer, "dialog", &body), 200);
    assert_eq!(seen(&lab, made), ["bob Idle", "ann Busy", "  ann Busy", "  ann Trying"]);
    // an old one changes nothing, and is of ann alone
    let body =
        listed(4, false, DIALOGS, &[("ann", &dialogs(4, "partial", over)), ("bob", &dialogs(10, "partial", up))]);
    assert_eq!(tell(&mut lab, &mut peer, "dialog", &body), 200);
    assert_eq!(lab.ends[0].phone.subscription_info(made).unwrap().value, 4);
    peer.silence(&mut lab, "SUBSCRIBE", Duration::from_secs(60));
    // one is missing for ann: all is asked for, and the rest is shown meanwhile
    let body = listed(5, false, DIALOGS, &[("ann", &dialogs(6, "partial", over))]);
    assert_eq!(tell(&mut lab, &mut peer, "dialog", &body), 200);
    assert_eq!(seen(&lab, made)[3..], ["ann Trying", "  ann Trying"]);
    let anew = peer.wait(&mut lab, "SUBSCRIBE");
    peer.respond_with(&mut lab, &anew, 200, "Expires: 600\r\n", "");
    // a whole list may bring the change of a party's document alone (rfc4662#4.6)
    let body = listed(6, true, DIALOGS, &[("bob", &dialogs(11, "partial", over)), ("ann", &dialogs(7, "full", ""))]);
    assert_eq!(tell(&mut lab, &mut peer, "dialog", &body), 200);
    assert_eq!(seen(&lab, made), ["bob Trying", "  bob Trying", "ann Idle"]);
    peer.silence(&mut lab, "SUBSCRIBE", Duration::from_secs(60));
    finish(lab, peer, made, "dialog");
}

#[test]
fn mailboxes_are_watched_together() {
    let (mut lab, mut peer, made) = accepted(&mailbox());
    let (some, none) = (
        "Messages-Waiting: yes\r\nVoice-Message: 3/1 (1/0)\r\nFax-Message: 1/0\r\n",
        "Messages-Waiting: no\r\nVoice-Message: 0/9\r\n",
    );
    let body = listed(0, true, BOX, &[("sales", some), ("help", none)]);
    assert_eq!(tell(&mut lab, &mut peer, "message-summary", &body), 200);
    assert_eq!(seen(&lab, made), ["sales Open", "  sales Open", "  sales Open", "help Closed", "  help Closed"]);
    let info = lab.ends[0].phone.subscription_info(made).unwrap();
    assert_eq!((info.lamp, info.value), (Lamp::Open, 4));
    let counts = |nth| lab.ends[0].phone.subscription_entry(made, nth).unwrap().counts;
    assert_eq!((counts(0), counts(1), counts(2), counts(3)), ([4, 1, 1, 0], [3, 1, 1, 0], [1, 0, 0, 0], [0, 9, 0, 0]));
    let body = listed(1, false, BOX, &[("sales", none)]);
    assert_eq!(tell(&mut lab, &mut peer, "message-summary", &body), 200);
    assert_eq!(seen(&lab, made), ["sales Closed", "  sales Closed", "help Closed", "  help Closed"]);
    finish(lab, peer, made, "message-summary");
}

// rfc4662#5.5: several notifiers of one party, and lists in lists
#[test]
fn instances_and_a_list_in_a_list() {
    let (mut lab, mut peer, made) = accepted(&watching());
    let both = "<resource uri='sip:bob@x.test'><instance id='1' state='active' cid='bob@x'/><instance id='2' state='active' \
                cid='more@x'/><instance id='3' state='terminated' reason='timeout'/></resource>";
    let (one, two) = (dialogs(0, "full", RINGS), dialogs(5, "full", ""));
    let body = list(0, true, both, DIALOGS, &[("bob", &one), ("more", &two)]);
    assert_eq!(tell(&mut lab, &mut peer, "dialog", &body), 200);
    assert_eq!(seen(&lab, made), ["bob Ringing", "  bob Ringing sip:carol@example.net", "bob Idle"]);
    // one of them is gone: what is said of a party is all of it
    let one = "<resource uri='sip:bob@x.test'><instance id='2' state='active' cid='more@x'/></resource>";
    let body = list(1, false, one, DIALOGS, &[("more", &dialogs(6, "partial", RINGS))]);
    assert_eq!(tell(&mut lab, &mut peer, "dialog", &body), 200);
    assert_eq!(seen(&lab, made), ["bob Ringing", "  bob Ringing sip:carol@example.net"]);

    let inner = |version, full, names: &[(&str, &str)]| {
        let resources: String = names.iter().map(|(name, _)| resource(name)).collect();
        let (document, ids) = (rlmi(version, full, &resources), names.iter().map(|(name, _)| format!("{name}@x")));
        let (document, ids): (_, Vec<_>) = (document, ids.collect());
        let mut parts = vec![("inner@x", "application/rlmi+xml", &*document)];
        parts.extend(ids.iter().zip(names).map(|(id, (_, text))| (&**id, DIALOGS, *text)));
        // its boundary begins with the other
        related(&format!("{BOUNDARY}2"), &parts)
    };
    let outer = |version, full, resources: &str, inside: &str, bob: &str| {
        let (document, kind) = (
            rlmi(version, full, resources),
            format!("multipart/related;type=\"application/rlmi+xml\";boundary=\"{BOUNDARY}2\""),
        );
        let more =
            [("root@x", "application/rlmi+xml", &*document), ("team@x", &*kind, inside), ("bob@x", DIALOGS, bob)];
        related(BOUNDARY, &more)
    };
    let (team, idle) = (format!("{}{}", resource("team"), resource("bob")), dialogs(9, "full", ""));
    let inside = inner(0, true, &[("dora", &dialogs(2, "full", RINGS)), ("erik", &dialogs(0, "full", ""))]);
    let body = outer(2, true, &team, &inside, &idle);
    assert_eq!(tell(&mut lab, &mut peer, "dialog", &body), 200);
    let all = ["bob Idle", "team: Ringing", "dora Ringing", "  dora Ringing sip:carol@example.net", "erik Idle"];
    assert_eq!(seen(&lab, made), all);
    // a part of the inner one
    let inside = inner(1, false, &[("erik", &dialogs(1, "partial", RINGS))]);
    let body = outer(3, false, &resource("team"), &inside, "");
    assert_eq!(tell(&mut lab, &mut peer, "dialog", &body), 200);
    assert_eq!(seen(&lab, made)[4..], ["erik Ringing", "  erik Ringing sip:carol@example.net"]);
    let inside = inner(2, true, &[("erik", &dialogs(2, "full", ""))]);
    let body = outer(4, false, &resource("team"), &inside, "");
    assert_eq!(tell(&mut lab, &mut peer, "dialog", &body), 200);
    assert_eq!(seen(&lab, made), ["bob Idle", "team: Idle", "erik Idle"]);
    assert_eq!(lab.ends[0].phone.subscription_info(made).unwrap().value, 0);
    peer.silence(&mut lab, "SUBSCRIBE", Duration::from_secs(60));
    // one that lies deeper is not read
    let deeper = related(
        &format!("{BOUNDARY}2"),
        &[
            ("inner@x", "application/rlmi+xml", &rlmi(3, true, &resource("deep"))),
            (
                "deep@x",
                "multipart/related;boundary=z",
                &related("z", &[("r", "application/rlmi+xml", &rlmi(0, true, ""))]),
            ),
        ],
    );
    let body = outer(5, false, &resource("team"), &deeper, "");
    assert_eq!(tell(&mut lab, &mut peer, "dialog", &body), 200);
    assert_eq!(seen(&lab, made), ["bob Idle", "team: Unknown", "deep Unknown unreadable"]);
    finish(lab, peer, made, "dialog");
}

#[test]
fn a_part_that_is_broken_or_not_there_puts_out_one_lamp() {
    let (mut lab, mut peer, made) = accepted(&presence());
    let open = pidf("open", "");
    let four = ["bob", "ann", "dora", "erik"].map(|name| (name, &*open));
    assert_eq!(tell(&mut lab, &mut peer, "presence", &listed(0, true, PIDF, &four)), 200);
    assert_eq!(seen(&lab, made), ["bob Open", "ann Open", "dora Open", "erik Open"]);
    lab.run_for(Duration::from_secs(10));
    // two name one part, one has none, one is broken
    let shared = "<resource uri='sip:erik@x.test'><instance id='i' state='active' cid='bob@x'/></resource>";
    let all = format!("{}{}{}{shared}", resource("bob"), resource("ann"), resource("dora"));
    let body = list(1, true, &all, PIDF, &[("bob", &open), ("dora", "<presence>"), ("bob", "<presence/>")]);
    assert_eq!(tell(&mut lab, &mut peer, "presence", &body), 200);
    // the second part of that name
    let wanted = ["bob Open", "ann Unknown missing", "dora Unknown unreadable", "erik Unknown"];
    assert_eq!(seen(&lab, made), wanted);
    peer.silence(&mut lab, "SUBSCRIBE", Duration::from_secs(60));
    // of a change alone the part that is missing is asked for
    let body = list(2, false, &resource("bob"), PIDF, &[]);
    assert_eq!(tell(&mut lab, &mut peer, "presence", &body), 200);
    assert_eq!(seen(&lab, made)[0], "bob Unknown missing");
    let anew = peer.wait(&mut lab, "SUBSCRIBE");
    peer.respond_with(&mut lab, &anew, 200, "Expires: 600\r\n", "");
    // a part of another type, and one that is coded
    let body = listed(3, true, "text/plain", &[("bob", &open)]);
    assert_eq!(tell(&mut lab, &mut peer, "presence", &body), 200);
    assert_eq!(seen(&lab, made), ["bob Unknown unreadable"]);
    let body = listed(4, true, PIDF, &[("bob", &open)]).replace("binary", "base64");
    assert_eq!(tell(&mut lab, &mut peer, "presence", &body), 415, "its root is coded");
    assert_eq!(lab.ends[0].phone.subscription_info(made).unwrap().unread, 415);
    // one that is named without a part stays as it was
    let body = listed(5, true, PIDF, &[("bob", &open)]);
    assert_eq!(tell(&mut lab, &mut peer, "presence", &body), 200);
    assert_eq!(lab.ends[0].phone.subscription_info(made).unwrap().unread, 0);
    let same = "<resource uri='sip:bob@x.test'><instance id='i' state='active'/></resource>";
    assert_eq!(tell(&mut lab, &mut peer, "presence", &list(6, true, same, PIDF, &[])), 200);
    assert_eq!(seen(&lab, made), ["bob Open"]);
    finish(lab, peer, made, "presence");
}

#[test]
fn a_list_that_cannot_be_read_changes_nothing() {
    let (mut lab, mut peer, made) = accepted(&presence());
    let open = pidf("open", "");
    assert_eq!(tell(&mut lab, &mut peer, "presence", &listed(0, true, PIDF, &[("bob", &open)])), 200);
    let told = events(&lab, EventKind::Notify).len();
    let good = listed(1, true, PIDF, &[("ann", &open)]);
    for (body, status) in [
        (good.replace("</list>", ""), 400),
        (good.replace("version=", "edition="), 400),
        (good.replace("uri=\"sip:ann@x.test\"", ""), 400),
        (good.replace(&format!("--{BOUNDARY}--"), ""), 400),
        (good.replace(BOUNDARY, "other"), 400),
        (good.replace("<root@x>", "<other@x>"), 400),
        (good.replace("application/rlmi+xml", "application/xml"), 415),
        ("x".repeat(60_000), 400),
        (format!("--{BOUNDARY}\r\n").repeat(2000) + &format!("--{BOUNDARY}--\r\n"), 400),
    ] {
        assert_eq!(tell(&mut lab, &mut peer, "presence", &body), status, "{}", &body[..body.len().min(300)]);
    }
    // rfc4662#4.5: a list stays one
    assert_eq!(notify(&mut lab, &mut peer, "presence", "active", &format!("Content-Type: {PIDF}\r\n"), &open), 415);
    assert_eq!((seen(&lab, made), events(&lab, EventKind::Notify).len()), (vec!["bob Open".to_owned()], told));
    let unread = states(&lab).len();
    assert_eq!(states(&lab), [(ACTIVE, 200, Cause::Normal); 2], "what cannot be read is told once");
    assert_eq!(tell(&mut lab, &mut peer, "presence", &good), 200);
    assert_eq!((seen(&lab, made), states(&lab).len()), (vec!["ann Open".to_owned()], unread));
    // lists are of NOTIFY alone
    let text = peer.request("OPTIONS", "Require: eventlist\r\n", "");
    peer.send(&mut lab, &text);
    assert_eq!(peer.wait(&mut lab, "SIP/2.0 420").header("Unsupported"), "eventlist");
    finish(lab, peer, made, "presence");
}

// rfc4662#4.5: another dialog is another subscription, to what may be no list any more
#[test]
fn a_list_becomes_a_party_in_another_dialog() {
    let (mut lab, mut peer, made) = accepted(&watching());
    let body = listed(0, true, DIALOGS, &[("bob", &dialogs(5, "full", RINGS)), ("ann", &dialogs(0, "full", ""))]);
    assert_eq!(tell(&mut lab, &mut peer, "dialog", &body), 200);
    assert_eq!(notify(&mut lab, &mut peer, "dialog", "terminated;reason=deactivated", "", ""), 200);
    assert_eq!(seen(&lab, made).len(), 3, "it is shown until another document comes");
    let anew = peer.wait(&mut lab, "SUBSCRIBE");
    accept(&mut lab, &mut peer, &anew, 600);
    assert_eq!(notify(&mut lab, &mut peer, "dialog", "active", INFO, "<dialog-info>"), 400);
    assert_eq!(seen(&lab, made).len(), 3);
    assert_eq!(notify(&mut lab, &mut peer, "dialog", "active", INFO, &dialogs(1, "partial", RINGS)), 200);
    assert_eq!(seen(&lab, made), ["Ringing sip:carol@example.net"].map(|entry| format!("   {entry}")));
    assert!(!lab.ends[0].phone.subscription_info(made).unwrap().list);
    // and a list again
    assert_eq!(notify(&mut lab, &mut peer, "dialog", "terminated;reason=timeout", "", ""), 200);
    let anew = peer.wait(&mut lab, "SUBSCRIBE");
    accept(&mut lab, &mut peer, &anew, 600);
    let body = listed(0, true, DIALOGS, &[("ann", &dialogs(0, "full", ""))]);
    assert_eq!(tell(&mut lab, &mut peer, "dialog", &body), 200);
    assert_eq!(seen(&lab, made), ["ann Idle"]);
    finish(lab, peer, made, "dialog");
}

// rfc4662#4.5: the numbers of a new dialog say nothing of the documents of the one before
#[test]
fn a_list_in_another_dialog_is_counted_anew() {
    let up = "<dialog id=\"b\"><state>confirmed</state></dialog>";
    for (first, second, wanted) in [
        // the server's own subscriptions begin anew, and so do their numbers
        (dialogs(57, "full", RINGS), dialogs(0, "full", up), vec!["bob Busy", "  bob Busy"]),
        (dialogs(57, "full", RINGS), dialogs(57, "partial", up), vec!["bob Busy", "  bob Busy"]),
        // no change of the old one, though its number follows
        (dialogs(0, "full", RINGS), dialogs(1, "partial", up), vec!["bob Busy", "  bob Busy"]),
    ] {
        for full in [true, false] {
            let (mut lab, mut peer, made) = accepted(&watching());
            let body = listed(9, true, DIALOGS, &[("bob", &first)]);
            assert_eq!(tell(&mut lab, &mut peer, "dialog", &body), 200);
            assert_eq!(seen(&lab, made)[0], "bob Ringing");
            assert_eq!(notify(&mut lab, &mut peer, "dialog", "terminated;reason=deactivated", "", ""), 200);
            let anew = peer.wait(&mut lab, "SUBSCRIBE");
            accept(&mut lab, &mut peer, &anew, 600);
            let body = listed(0, full, DIALOGS, &[("bob", &second)]);
            assert_eq!(tell(&mut lab, &mut peer, "dialog", &body), 200);
            assert_eq!(seen(&lab, made), wanted, "{full} {second}");
            finish(lab, peer, made, "dialog");
        }
    }
}

#[test]
fn a_row_that_becomes_a_list_or_a_party_is_counted_anew() {
    let (mut lab, mut peer, made) = accepted(&watching());
    let nested = |version: u32, outer: u32, text: &str| {
        let (document, id) = (rlmi(version, true, &resource("dora")), "dora@x");
        let inside =
            related(&format!("{BOUNDARY}2"), &[("inner@x", "application/rlmi+xml", &document), (id, DIALOGS, text)]);
        let kind = format!("multipart/related;type=\"application/rlmi+xml\";boundary=\"{BOUNDARY}2\"");
        list(outer, true, &resource("team"), &kind, &[("team", &inside)])
    };
    let (rings, idle) = (dialogs(3, "full", RINGS), dialogs(0, "full", ""));
    assert_eq!(tell(&mut lab, &mut peer, "dialog", &nested(9, 0, &idle)), 200);
    assert_eq!(seen(&lab, made), ["team: Idle", "dora Idle"]);
    assert_eq!(tell(&mut lab, &mut peer, "dialog", &listed(1, true, DIALOGS, &[("team", &rings)])), 200);
    assert_eq!(seen(&lab, made), ["team Ringing", "  team Ringing sip:carol@example.net"], "its number was the list's");
    assert_eq!(tell(&mut lab, &mut peer, "dialog", &nested(2, 2, &idle)), 200);
    assert_eq!(seen(&lab, made), ["team: Idle", "dora Idle"], "its number was the party's");
    finish(lab, peer, made, "dialog");
}

// Entries left out of a party's document are no count of a list's that comes in another dialog.
#[test]
fn what_was_left_out_before_is_not_counted_of_a_list() {
    let (mut lab, mut peer, made) = accepted(&watching());
    let many: String = (0..140).map(|nth| format!("<dialog id=\"{nth}\"><state>trying</state></dialog>")).collect();
    assert_eq!(notify(&mut lab, &mut peer, "dialog", "active", INFO, &dialogs(0, "full", &many)), 200);
    assert_eq!(lab.ends[0].phone.subscription_info(made).unwrap().left_out, 12);
    assert_eq!(notify(&mut lab, &mut peer, "dialog", "terminated;reason=deactivated", "", ""), 200);
    let anew = peer.wait(&mut lab, "SUBSCRIBE");
    accept(&mut lab, &mut peer, &anew, 600);
    let body = listed(1, false, DIALOGS, &[("bob", &dialogs(0, "full", ""))]);
    assert_eq!(tell(&mut lab, &mut peer, "dialog", &body), 200);
    let info = lab.ends[0].phone.subscription_info(made).unwrap();
    assert_eq!((seen(&lab, made), info.left_out), (vec!["bob Idle".to_owned()], 0));
    finish(lab, peer, made, "dialog");
}

// One notification is dealt with under the phone's lock, so it has a bounded number of changes.
#[test]
fn a_list_of_thousands_changes_what_is_kept_and_no_more() {
    let (mut lab, mut peer, made) = accepted(&watching());
    let names: Vec<String> = (0..128).map(|nth| format!("<resource uri='{nth}'/>")).collect();
    assert_eq!(tell(&mut lab, &mut peer, "dialog", &list(0, true, &names.concat(), DIALOGS, &[])), 200);
    let info = lab.ends[0].phone.subscription_info(made).unwrap();
    assert_eq!((info.entries, info.left_out), (128, 0));
    // the same resource over and over, and another one behind
    let over = "<resource uri='1'/>".repeat(3000);
    let body = list(1, true, &format!("{}{over}<resource uri='last'/>", names.concat()), DIALOGS, &[]);
    assert!(body.len() < 64_000 && tell(&mut lab, &mut peer, "dialog", &body) == 200);
    let info = lab.ends[0].phone.subscription_info(made).unwrap();
    assert_eq!((info.entries, info.left_out), (128, 3001 - 128), "256 are read");
    // the instances of one resource; each that is read may be a row
    let many: String = (0..1300).map(|nth| format!("<instance id='{nth}' state='active' cid='1'/>")).collect();
    let body = list(2, true, &format!("<resource uri='1'>{many}</resource>"), DIALOGS, &[]);
    assert!(body.len() < 64_000 && tell(&mut lab, &mut peer, "dialog", &body) == 200);
    let info = lab.ends[0].phone.subscription_info(made).unwrap();
    assert!(info.entries <= 128 && info.left_out >= 1300 - 256, "{info:?}");
    // of a change the rest is asked for
    lab.run_for(Duration::from_secs(10));
    let body = list(3, false, &over, DIALOGS, &[]);
    assert_eq!(tell(&mut lab, &mut peer, "dialog", &body), 200);
    let anew = peer.wait(&mut lab, "SUBSCRIBE");
    peer.respond_with(&mut lab, &anew, 200, "Expires: 600\r\n", "");
    // a list of usual length shows all of it again
    assert_eq!(tell(&mut lab, &mut peer, "dialog", &list(4, true, &names.concat(), DIALOGS, &[])), 200);
    let info = lab.ends[0].phone.subscription_info(made).unwrap();
    assert_eq!((info.entries, info.left_out), (128, 0));
    finish(lab, peer, made, "dialog");
}

// rfc4662#4.1: of a package that is not known the application reads the bodies
#[test]
fn another_package_takes_lists_where_its_types_say_so() {
    for (accept, says) in [
        ("a/b, multipart/related, Application/RLMI+XML;q=1", true),
        ("multipart/related", false),
        // rfc3261#25.1: a quoted value may have commas
        ("text/x;q=\"a,application/rlmi+xml\"", false),
        ("text/x;q=\"a,b\", application/rlmi+xml", true),
    ] {
        let other = NewSubscription { package: Package::Other, event: "x", accept, ..NewSubscription::default() };
        let (mut lab, mut peer, made) = subscribing(&other);
        let first = peer.wait(&mut lab, "SUBSCRIBE");
        assert_eq!(first.headers("Supported").iter().any(|field| field == "eventlist"), says, "{}", first.text());
        assert_eq!(first.header("Accept"), accept);
        super::accept(&mut lab, &mut peer, &first, 600);
        let body = listed(0, true, "a/b", &[("bob", "x")]);
        assert_eq!(tell(&mut lab, &mut peer, "x", &body), 200);
        assert_eq!(lab.ends[0].phone.subscription_body(made).unwrap(), body.as_bytes());
        assert!(!lab.ends[0].phone.subscription_info(made).unwrap().list);
        finish(lab, peer, made, "x");
    }
}

#[test]
fn a_long_list_fills_its_room_and_no_more() {
    let (mut lab, mut peer, made) = accepted(&watching());
    let names: Vec<String> = (0..200).map(|nth| format!("extension-{nth}")).collect();
    let ringing = dialogs(0, "full", RINGS);
    let parts: Vec<(&str, &str)> = names.iter().map(|name| (&**name, &*ringing)).collect();
    let first: Vec<_> = parts.iter().take(60).copied().collect();
    let body = listed(0, true, DIALOGS, &first);
    assert!(body.len() > 30_000 && tell(&mut lab, &mut peer, "dialog", &body) == 200);
    let info = lab.ends[0].phone.subscription_info(made).unwrap();
    assert!(info.entries > 80 && info.left_out < 60, "{info:?}");
    assert_eq!((info.lamp, info.entries + info.left_out), (Lamp::Ringing, 120));
    // who is not named by a change stays counted
    let over = dialogs(1, "full", "");
    let body = listed(1, false, DIALOGS, &[(&names[0], &over), (&names[59], &over)]);
    assert_eq!(tell(&mut lab, &mut peer, "dialog", &body), 200);
    let all: String = names.iter().map(|name| format!("<resource uri=\"sip:{name}@x.test\"/>")).collect();
    assert_eq!(tell(&mut lab, &mut peer, "dialog", &list(2, true, &all, DIALOGS, &[])), 200);
    let info = lab.ends[0].phone.subscription_info(made).unwrap();
    assert_eq!((info.entries, info.left_out, info.lamp), (128, 72, Lamp::Unknown));
    // another list has all the room of this one
    let others: String = (0..128).map(|nth| format!("<resource uri=\"sip:other-{nth}@x.test\"/>")).collect();
    assert_eq!(tell(&mut lab, &mut peer, "dialog", &list(3, true, &others, DIALOGS, &[])), 200);
    let info = lab.ends[0].phone.subscription_info(made).unwrap();
    assert_eq!((info.entries, info.left_out), (128, 0));
    // a document that names far more than that
    let many: String = (0..1500).map(|nth| format!("<resource uri='sip:other-{nth}@x.test'/>")).collect();
    assert_eq!(tell(&mut lab, &mut peer, "dialog", &list(4, true, &many, DIALOGS, &[])), 200);
    let info = lab.ends[0].phone.subscription_info(made).unwrap();
    assert_eq!((info.entries, info.left_out), (128, 1500 - 128));
    let instances: String = (0..1000).map(|nth| format!("<instance id='{nth}' state='active' cid='x'/>")).collect();
    let one = format!("<resource uri='sip:one@x.test'>{instances}</resource>");
    assert_eq!(tell(&mut lab, &mut peer, "dialog", &list(5, true, &one, DIALOGS, &[])), 200);
    let info = lab.ends[0].phone.subscription_info(made).unwrap();
    assert_eq!(info.entries, 128);
    finish(lab, peer, made, "dialog");
}
