use super::xml::{DEPTH, Fault, NAME, Node, Reader};
use super::{dialog_info, message_summary, pidf, sipfrag};
use crate::base::cursor::Cursor;
use std::format;
use std::string::String;
use std::vec::Vec;

/// The document as a line: `+name`, `-`, `"text"`.
fn outline(document: &str) -> Result<String, Fault> {
    let (mut reader, mut line) = (Reader::new(document.as_bytes()), String::new());
    while let Some(node) = reader.next_node()? {
        match node {
            Node::Open(element) => line.push_str(&format!("+{} ", String::from_utf8_lossy(element.name))),
            Node::Close => line.push_str("- "),
            Node::Text(text) => line.push_str(&format!("{:?} ", plain(text))),
        }
    }
    Ok(line)
}

fn plain(text: super::xml::Text<'_>) -> String {
    let mut room = [0; 256];
    let mut out = Cursor::new(&mut room);
    text.write(&mut out);
    String::from_utf8_lossy(out.written()).into_owned()
}

#[test]
fn elements_text_and_what_is_passed_over() {
    for (document, wanted) in [
        ("<a/>", "+a - "),
        ("<?xml version=\"1.0\"?>\r\n<a>x</a>\r\n", "+a \"x\" - "),
        ("\u{feff}<!-- <b> --><p:a x='>' ><b/>y<!-- - -->z</p:a >", "+a +b - \"y\" \"z\" - "),
        ("<a>&lt;&#x41;&#66;&amp;&unknown;&quot;&</a>", "+a \"<AB&&unknown;\\\"&\" - "),
        ("<a><![CDATA[<&lt;>]]></a>", "+a \"<&lt;>\" - "),
        ("<a>&#0;&#x7;&#xD800;</a>", "+a \"&#0;&#x7;&#xD800;\" - "),
    ] {
        assert_eq!(outline(document).as_deref(), Ok(wanted), "{document}");
    }
}

#[test]
fn what_cannot_be_read_is_refused() {
    let deep = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
    assert!(outline(&deep(DEPTH)).is_ok());
    let long = |len: usize| format!("<{}/>", "n".repeat(len));
    assert!(outline(&long(NAME)).is_ok());
    let documents = [
        "",
        " ",
        "x",
        "<",
        "<a",
        "<a>",
        "<a></b>",
        "<a></a",
        "</a>",
        "<a/><b/>",
        "<a/>x",
        "<a x></a>",
        "<a x=1/>",
        "<a x='1'y='2'/>",
        "<a x=\"<\"/>",
        "<a x='1/>",
        "<!DOCTYPE a><a/>",
        "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>",
        "<![CDATA[x]]><a/>",
        "<a><![CDATA[x</a>",
        "<!-- x",
        "<?x",
        "<1",
        "< a/>",
    ];
    for document in documents.map(String::from).into_iter().chain([deep(DEPTH + 1), long(NAME + 1)]) {
        assert_eq!(outline(&document), Err(Fault), "{document}");
    }
}

#[test]
fn attributes_are_found_by_their_name() {
    let mut reader = Reader::new(b"<a x='1' ns:y = \"a &amp; b\"\n z=''/>");
    let element = reader.child(0).unwrap().unwrap();
    assert_eq!(element.attribute("x").unwrap().number(), Some(1));
    assert_eq!(plain(element.attribute("y").unwrap()), "a & b");
    assert!(element.attribute("z").unwrap().is_blank());
    assert!(element.attribute("w").is_none());
}

const PRESENCE: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<presence xmlns=\"urn:ietf:params:xml:ns:pidf\" xmlns:dm=\"urn:ietf:params:xml:ns:pidf:data-model\"
  xmlns:rpid=\"urn:ietf:params:xml:ns:pidf:rpid\" entity=\"pres:someone@example.com\">
 <tuple id=\"one\"><status><basic>closed</basic></status><contact priority=\"0.8\">im:someone@mobile.example</contact></tuple>
 <tuple id=\"two\"><status><basic> open </basic><extra><basic>closed</basic></extra></status>
  <contact>sip:someone@example.com</contact><note xml:lang=\"en\">Don't disturb &amp; wait</note></tuple>
 <dm:person id=\"p\"><rpid:activities><rpid:away/><rpid:on-the-phone/></rpid:activities></dm:person>
 <note>later</note>
</presence>";

// rfc3863#4.1, rfc4480#3.2
#[test]
fn presence_is_read() {
    let presence = pidf::Presence::parse(PRESENCE.as_bytes()).unwrap();
    assert_eq!((presence.open, presence.activity, presence.tuples), (Some(true), pidf::Activity::Phone, 2));
    assert!(presence.entity.is("pres:someone@example.com") && presence.contact.is("sip:someone@example.com"));
    assert_eq!(plain(presence.note), "Don't disturb & wait");
    let none = pidf::Presence::parse(b"<presence entity='x'/>").unwrap();
    assert_eq!((none.open, none.activity), (None, pidf::Activity::None));
    assert!(pidf::Presence::parse(b"<presences/>").is_err());
    assert!(pidf::Presence::parse(&PRESENCE.as_bytes()[..PRESENCE.len() - 3]).is_err());
}

#[test]
fn activities_are_read() {
    for (name, activity) in [
        ("away", pidf::Activity::Away),
        ("busy", pidf::Activity::Busy),
        ("on-the-phone", pidf::Activity::Phone),
        ("worship", pidf::Activity::Other),
    ] {
        let text = PRESENCE.replace("<rpid:away/><rpid:on-the-phone/>", &format!("<rpid:{name}/>"));
        assert_eq!(pidf::Presence::parse(text.as_bytes()).unwrap().activity, activity, "{name}");
    }
}

fn written(own: &pidf::Own<'_>) -> String {
    let mut room = [0; 2048];
    let mut out = Cursor::new(&mut room);
    own.write(&mut out);
    String::from_utf8(out.written().to_vec()).unwrap()
}

// rfc3863#4.1, rfc4480#3.2
#[test]
fn presence_of_our_own_is_written_as_it_is_read() {
    use pidf::Activity::{Away, Busy, None, Other, Phone};
    for activity in [None, Away, Busy, Phone, Other] {
        for (open, on_phone, note) in
            [(true, false, ""), (false, true, "back <at> \"3\" & 'not' before"), (true, true, "ä\u{1f4de}")]
        {
            let own = pidf::Own { entity: b"sip:a&b'c@example.com;x=1", id: 7, open, activity, on_phone, note };
            let text = written(&own);
            let read = pidf::Presence::parse(text.as_bytes()).unwrap();
            assert_eq!((read.open, read.tuples), (Some(open), 1), "{text}");
            assert_eq!(read.activity, if on_phone { Phone } else { activity }, "{text}");
            assert_eq!(plain(read.entity), "sip:a&b'c@example.com;x=1");
            assert_eq!(plain(read.contact), "sip:a&b'c@example.com;x=1");
            assert_eq!(plain(read.note), note);
            assert_eq!(text.contains("<rpid:other>"), activity == Other, "{text}");
            // no prefix is used that was not declared
            assert_eq!(text.contains("rpid:"), text.contains("xmlns:rpid="), "{text}");
        }
    }
}

// the order of the schemas, and each part in full
#[test]
fn presence_of_our_own_is_one_document() {
    let own = pidf::Own {
        entity: b"sip:alice@example.com",
        id: 0x1f,
        open: true,
        activity: pidf::Activity::Busy,
        on_phone: true,
        note: "in a call",
    };
    let wanted = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n\
        <presence xmlns=\"urn:ietf:params:xml:ns:pidf\" xmlns:dm=\"urn:ietf:params:xml:ns:pidf:data-model\" \
        xmlns:rpid=\"urn:ietf:params:xml:ns:pidf:rpid\" entity=\"sip:alice@example.com\">\
        <tuple id=\"t000000000000001f\"><status><basic>open</basic></status>\
        <contact>sip:alice@example.com</contact><note>in a call</note></tuple>\
        <dm:person id=\"p000000000000001f\"><rpid:activities><rpid:busy/><rpid:on-the-phone/></rpid:activities>\
        </dm:person></presence>\r\n";
    assert_eq!(written(&own), wanted);
}

/// Any text, of whatever bytes, is read again as text: no markup comes of it, and XML's own characters alone stand there.
#[test]
fn any_text_makes_a_document() {
    let put = |text: &[u8]| {
        let mut room = [0; 2048];
        let mut out = Cursor::new(&mut room);
        super::escape::put(&mut out, text);
        String::from_utf8(out.written().to_vec()).unwrap()
    };
    assert_eq!(put(b"<a b=\"c\">'&amp;"), "&lt;a b=&quot;c&quot;&gt;&apos;&amp;amp;");
    assert_eq!(put(b"a\0b\x1fc\xffd\xe2\x82"), "a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}");
    assert_eq!(put("\u{fffe}\u{ffff}\u{fffd}\u{10ffff}".as_bytes()), "\u{fffd}\u{fffd}\u{fffd}\u{10ffff}");
    assert_eq!(put(b"\t\r\n"), "&#9;&#13;&#10;");
    for byte in 0..=255 {
        let text = put(&[b'a', byte, b'z']);
        assert!(text.len() <= 8, "a byte takes six at most: {text}");
        for document in [format!("<a>{text}</a>"), format!("<a b=\"{text}\" c='{text}'/>")] {
            assert!(outline(&document).is_ok(), "{document}");
        }
    }
}

const DIALOGS: &str = "<?xml version=\"1.0\"?>
<dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\" version=\"7\" state=\"partial\" entity=\"sip:alice@example.com\">
 <dialog id=\"as7d900as8\" call-id=\"a84b4c76e66710\" local-tag=\"1928301774\" remote-tag=\"456887766\" direction=\"recipient\">
  <state event=\"x\">early</state>
  <remote><identity display=\"Bob &lt;B&gt;\">sip:bob@example.net</identity><target uri=\"sip:bob@10.0.0.9\"/></remote>
  <local><identity>sip:alice@example.com</identity><target uri=\"sip:alice@pc\"><param pname=\"+sip.rendering\" pval=\"no\"/></target></local>
 </dialog>
 <other><dialog id=\"not\"/></other>
 <dialog id=\"zwei\"><state>terminated</state></dialog>
</dialog-info>";

// rfc4235#4.1
#[test]
fn dialogs_are_read() {
    let mut document = dialog_info::Document::parse(DIALOGS.as_bytes()).unwrap();
    assert_eq!((document.head.version, document.head.full), (7, false));
    assert!(document.head.entity.is("sip:alice@example.com"));
    let first = document.next_dialog().unwrap().unwrap();
    assert_eq!((first.state, first.called), (dialog_info::DialogState::Early, Some(true)));
    assert!(first.call_id.is("a84b4c76e66710") && first.local_tag.is("1928301774") && first.remote_tag.is("456887766"));
    assert_eq!(plain(first.remote.display), "Bob <B>");
    assert!(first.remote.identity.is("sip:bob@example.net") && first.remote.target.is("sip:bob@10.0.0.9"));
    assert!(first.local.holds && !first.remote.holds);
    let second = document.next_dialog().unwrap().unwrap();
    assert_eq!((second.state, second.called), (dialog_info::DialogState::Terminated, None));
    assert_eq!(document.next_dialog(), Ok(None));
    for broken in ["<dialog-info/>", "<dialog-info version='x'/>", "<presence version='1'/>"] {
        assert!(dialog_info::Document::parse(broken.as_bytes()).is_err(), "{broken}");
    }
    let mut cut = dialog_info::Document::parse(&DIALOGS.as_bytes()[..DIALOGS.len() - 20]).unwrap();
    let all: Vec<_> = core::iter::from_fn(|| cut.next_dialog().transpose()).take(5).collect();
    assert!(all.iter().any(Result::is_err), "a document without its end");
}

// rfc3842#5.2
#[test]
fn mailboxes_are_read() {
    let body = b"Messages-Waiting: yes\r\nMessage-Account: sip:alice@vmail.example.com\r\nVoice-Message: 4/8 (1/2)\r\n\
                 Fax-Message: 0/1\r\nX-Other: 1/1\r\n\r\nTo: <alice@atlanta.example.com>\r\n";
    let read = message_summary::Summary::parse(body).unwrap();
    assert!(read.waiting && read.account == b"sip:alice@vmail.example.com");
    let count = |new, old, new_urgent, old_urgent| Some(message_summary::Count { new, old, new_urgent, old_urgent });
    assert_eq!(read.counts, [count(4, 8, 1, 2), count(0, 1, 0, 0), None, None, None, None]);
    assert_eq!(read.new_messages(), 4);
    for (body, waiting, new) in [
        ("Messages-Waiting:no", false, 0),
        ("messages-waiting : YES\nVoice-Message: 0/2", true, 1),
        // rfc3842#3.5: a larger value is to be taken as the largest
        ("Messages-Waiting: yes\r\nVoice-Message: 99999999999/1\r\n", true, u32::MAX),
        ("Messages-Waiting: yes\r\nVoice-Message: 4294967295/1\r\n", true, u32::MAX),
        ("Messages-Waiting: yes\r\nVoice-Message: /1\r\n", true, 1),
        ("Messages-Waiting: yes\r\nVoice-Message: 1/2 (x\r\n", true, 1),
    ] {
        let read = message_summary::Summary::parse(body.as_bytes()).unwrap();
        assert_eq!((read.waiting, read.new_messages()), (waiting, new), "{body}");
    }
    // rfc3842#5.2: an empty line ends the summary; the lines behind it are of the messages, so of those who sent them
    let body =
        b"Messages-Waiting: yes\r\nFax-Message: 2/0\r\n\r\nMessage-Account: sip:mallory@a\r\nVoice-Message: 9/9\r\n";
    let read = message_summary::Summary::parse(body).unwrap();
    assert_eq!((read.account, read.counts[0], read.new_messages()), (b"".as_slice(), None, 2));
    // the first of two lines counts
    let twice = b"Messages-Waiting: no\nMessage-Account: sip:a\nMessage-Account: sip:b\nMessages-Waiting: yes\n";
    let read = message_summary::Summary::parse(twice).unwrap();
    assert_eq!((read.account, read.waiting), (b"sip:a".as_slice(), false));
    for body in ["", "Voice-Message: 1/2", "Messages-Waiting: maybe"] {
        assert_eq!(message_summary::Summary::parse(body.as_bytes()), None, "{body}");
    }
}

// rfc3420#2, rfc3515#2.4.5
#[test]
fn fragments_say_their_status() {
    let of = |body: &'static str| sipfrag::status(body.as_bytes());
    assert_eq!(of("SIP/2.0 100 Trying\r\n"), Some((100, b"Trying".as_slice())));
    assert_eq!(of("\r\nsip/2.0 603 Declined\r\nTo: x\r\n"), Some((603, b"Declined".as_slice())));
    assert_eq!(of("SIP/2.0 200"), Some((200, b"".as_slice())));
    for body in
        ["", "INVITE sip:a SIP/2.0\r\n", "SIP/2.0 99 x", "SIP/2.0 2000 OK", "SIP/2.0 abc", "SIP/2.0", "S 200 OK"]
    {
        assert_eq!(of(body), None, "{body}");
    }
    let mut room = [0; 64];
    let mut out = Cursor::new(&mut room);
    sipfrag::write(180, b"", &mut out);
    assert_eq!(out.written(), b"SIP/2.0 180 Ringing\r\n");
}

/// The parties of a list as a line each.
#[cfg(feature = "lists")]
fn parties(document: &str) -> Result<Vec<String>, Fault> {
    use super::rlmi::List;
    let (mut list, mut lines) = (List::parse(document.as_bytes())?, Vec::new());
    lines.push(format!("{} {} {}", plain(list.head.uri), list.head.version, list.head.full));
    while let Some(mut resource) = list.next_resource()? {
        lines.push(format!("{} {}", plain(resource.uri), plain(resource.name)));
        while let Some(instance) = resource.next_instance() {
            let texts = [instance.id, instance.reason, instance.cid].map(plain);
            lines.push(format!("{:?} {}", instance.state, texts.join(",")));
        }
    }
    Ok(lines)
}

// rfc4662#5.1
#[cfg(feature = "lists")]
#[test]
fn lists_of_parties() {
    let document = "<r:list xmlns:r='urn:ietf:params:xml:ns:rlmi' uri='sip:l@x' version='7' fullState='1' cid='all'>\
                    <r:name xml:lang='en'>Friends</r:name><r:resource uri=' sip:bob@x '><r:instance id='1' state='active' \
                    cid='a&amp;b@x'><more><instance id='9'/></more></r:instance><r:name>Bob</r:name><r:name>Rob</r:name>\
                    <r:instance id='2' state='terminated' reason='giveup'/></r:resource><other><resource uri='sip:no@x'/></other>\
                    <r:resource uri='sip:ed@x'/><r:resource uri='sip:ann@x'><r:instance id='3' state='PENDING'/></r:resource></r:list>";
    let wanted = [
        "sip:l@x 7 true",
        "sip:bob@x Bob",
        "Active 1,,a&b@x",
        "Terminated 2,giveup,",
        "sip:ed@x ",
        "sip:ann@x ",
        "Pending 3,,",
    ];
    assert_eq!(parties(document).unwrap(), wanted);
    for (wrong, right) in
        [("version='7'", ""), ("version='7'", "version='-1'"), ("uri='sip:ed@x'", "uri=' '"), ("</r:list>", "")]
    {
        assert_eq!(parties(&document.replacen(wrong, right, 1)), Err(Fault), "{wrong}");
    }
    assert_eq!(parties("<presence/>"), Err(Fault));
    assert_eq!(parties("<list version='4294967295' fullState='false'/>").unwrap(), [" 4294967295 false"]);
}

// rfc2387#3
#[cfg(feature = "lists")]
#[test]
fn parts_are_found_by_their_names() {
    use crate::wire::sip::{MediaType, Related};
    let part =
        |name: &str, body: &str| format!("--b\r\nX-Content-ID: <no>\r\ncontent-id :\r\n <{name}>\r\n\r\n{body}\r\n");
    let body = format!(
        "preamble\r\n{}{}{}--bb\r\n{}--b--\r\n",
        part("1@x", "one"),
        part("2@x", "two"),
        part("1@x", "again"),
        part("3@x", "")
    );
    let read = |kind: &str| {
        let kind = MediaType::parse(kind.as_bytes()).unwrap();
        let mut found = Related::parse(&kind, body.as_bytes())?;
        let names = ["1@x", "<2@x>", "1@x", "1@x", "3@x", "4@x", ""].map(|name| {
            found.take(name.as_bytes()).map_or("-".into(), |part| String::from_utf8_lossy(part.body).into_owned())
        });
        Some((String::from_utf8_lossy(found.root().body).into_owned(), names.join(",")))
    };
    let all = |root: &str, names: &str| Some((String::from(root), String::from(names)));
    // what follows a line that only begins as a delimiter is of the part before it
    assert_eq!(read("multipart/related;boundary=b"), all("one", "again\r\n--bb,two,-,-,,-,-"));
    assert_eq!(read("Multipart/Related; boundary=\"b\"; start=\"<2@x>\""), all("two", "one,-,again\r\n--bb,-,,-,-"));
    for wrong in [
        "multipart/related",
        "multipart/related;boundary=c",
        "multipart/mixed;boundary=b",
        "multipart/related;boundary=b;start=\"<9>\"",
    ] {
        assert_eq!(read(wrong), None, "{wrong}");
    }
    // as many as there is room for
    let many: String = (0..300).map(|nth| part(&format!("{nth}"), &format!("{nth}"))).collect();
    let kind = MediaType::parse(b"multipart/related;boundary=b").unwrap();
    let many = format!("{many}--b--");
    let mut found = Related::parse(&kind, many.as_bytes()).unwrap();
    let there = [1, 129, 130, 299].map(|nth| found.take(format!("{nth}").as_bytes()).is_some());
    assert_eq!(there, [true, true, false, false]);
}

// rfc4235#4.1, #4.4
#[test]
fn dialogs_of_our_own_are_written_as_they_are_read() {
    use dialog_info::{DialogState, Named, Own};
    let mut room = [0; 2048];
    let mut out = Cursor::new(&mut room);
    dialog_info::write_head(&mut out, 7, false, b"sip:a&b@example.com");
    let own = Own {
        id: (3, 0x1b),
        state: DialogState::Early,
        called: true,
        call_id: b"x<1>@host",
        local_tag: b"l",
        remote_tag: b"r\"",
        local: Named { identity: b"sip:a&b@example.com", target: b"sip:a@10.0.0.1", holds: true, ..Named::default() },
        remote: Named {
            identity: b"sip:bob@b",
            display: b"Bob \"<B>\"",
            target: b"sip:bob@10.0.0.2;x=1",
            holds: false,
        },
    };
    own.write(&mut out);
    Own { id: (4, 1), ..Own::default() }.write(&mut out);
    Own { id: (5, 1), state: DialogState::Confirmed, ..Own::default() }.write(&mut out);
    out.put_str(dialog_info::END);
    let text = String::from_utf8(out.written().to_vec()).unwrap();
    let mut read = dialog_info::Document::parse(text.as_bytes()).unwrap();
    assert_eq!(
        (read.head.version, read.head.full, plain(read.head.entity).as_str()),
        (7, false, "sip:a&b@example.com")
    );
    let first = read.next_dialog().unwrap().unwrap();
    assert_eq!((plain(first.id).as_str(), first.state, first.called), ("00003000001b", DialogState::Early, Some(true)));
    let texts = [first.call_id, first.local_tag, first.remote_tag].map(plain);
    assert_eq!(texts, ["x<1>@host", "l", "r\""]);
    assert_eq!((plain(first.local.target).as_str(), first.local.holds), ("sip:a@10.0.0.1", true));
    let remote = [first.remote.identity, first.remote.display, first.remote.target].map(plain);
    assert_eq!(
        (remote, first.remote.holds),
        (["sip:bob@b", "Bob \"<B>\"", "sip:bob@10.0.0.2;x=1"].map(String::from), false)
    );
    let second = read.next_dialog().unwrap().unwrap();
    assert_eq!(
        (plain(second.id).as_str(), second.state, second.called),
        ("000040000001", DialogState::Terminated, None)
    );
    let third = read.next_dialog().unwrap().unwrap();
    assert_eq!((third.state, third.called, third.call_id.is_blank()), (DialogState::Confirmed, Some(false), true));
    assert_eq!(read.next_dialog(), Ok(None));
}

// rfc4235#4.1.6.2, #5.2: as the RFC has it, and as many phones write it
#[test]
fn a_hold_is_read_in_either_spelling() {
    for (name, value, holds) in [
        ("sip.rendering", "pval", true),
        ("+sip.rendering", "pval", true),
        ("+sip.rendering", "pvalue", true),
        ("sip.audio", "pval", false),
    ] {
        let text = format!(
            "<dialog-info version=\"1\" state=\"full\" entity=\"sip:a\"><dialog id=\"1\"><state>confirmed</state><local>\
             <target uri=\"sip:a\"><param pname=\"{name}\" {value}=\"no\"/></target></local></dialog></dialog-info>"
        );
        let mut read = dialog_info::Document::parse(text.as_bytes()).unwrap();
        assert_eq!(read.next_dialog().unwrap().unwrap().local.holds, holds, "{text}");
    }
}

// rfc3842#5.2
#[test]
fn a_mailbox_of_our_own_is_written_as_it_is_read() {
    use message_summary::{Count, Summary, write};
    let mut counts = [Count::default(); message_summary::CLASSES.len()];
    let written = |counts: &[Count; 6], account: &[u8]| {
        let mut room = [0; 512];
        let mut out = Cursor::new(&mut room);
        write(account, counts, &mut out);
        out.written().to_vec()
    };
    assert_eq!(written(&counts, b""), b"Messages-Waiting: no\r\n");
    for (nth, count) in counts.iter_mut().enumerate() {
        let nth = nth as u32;
        *count = Count { new: nth, old: 10 * nth + 1, new_urgent: nth / 2, old_urgent: u32::MAX };
    }
    let text = written(&counts, b"sip:anna@example.org");
    let read = Summary::parse(&text).unwrap();
    assert_eq!((read.waiting, read.account), (true, b"sip:anna@example.org".as_slice()));
    assert_eq!(read.counts, counts.map(Some));
    assert!(text.windows(23).any(|line| line == b"Fax-Message: 1/11 (0/42"), "{}", String::from_utf8_lossy(&text));
}
