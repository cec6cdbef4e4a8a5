use super::{Composing, write};
use crate::base::cursor::Cursor;

// rfc3994#5
#[test]
fn an_indication_is_read() {
    let text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
        <isComposing xmlns=\"urn:ietf:params:xml:ns:im-iscomposing\"\n\
        xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"\n\
        xsi:schemaLocation=\"urn:ietf:params:xml:ns:im-composing iscomposing.xsd\">\n\
        <state>active</state>\n<contenttype>text/plain</contenttype>\n<refresh>90</refresh>\n\
        <lastactive>2003-01-27T10:43:00Z</lastactive></isComposing>";
    let read = Composing::parse(text.as_bytes()).unwrap();
    assert!(read.active && read.content_type.is("text/plain") && read.refresh == Some(90));
    assert!(read.last_active.is("2003-01-27T10:43:00Z"));
    for (from, to, active, refresh) in [
        ("active</", "idle</", false, Some(90)),
        ("active</", " active\n</", true, Some(90)),
        // rfc3994#3.4: any other state is idle
        ("active</", "thinking</", false, Some(90)),
        ("active</", "</", false, Some(90)),
        ("<refresh>90</refresh>", "", true, None),
        ("<refresh>90</refresh>", "<refresh>-1</refresh>", true, None),
        ("<refresh>90</refresh>", "<x><state>idle</state></x>", true, None),
    ] {
        let text = text.replace(from, to);
        let read = Composing::parse(text.as_bytes()).unwrap();
        assert_eq!((read.active, read.refresh), (active, refresh), "{text}");
    }
    for (from, to) in [
        ("<state>active</state>", ""),
        ("isComposing", "presence"),
        ("</isComposing>", ""),
        ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<!DOCTYPE lolz [<!ENTITY lol \"lol\">]>"),
    ] {
        assert!(Composing::parse(text.replace(from, to).as_bytes()).is_err(), "{to}");
    }
}

#[test]
fn an_indication_of_ours_is_read_as_it_was_written() {
    for (active, refresh) in [(true, Some(90)), (false, None)] {
        let mut room = [0; 512];
        let mut out = Cursor::new(&mut room);
        write(active, "text/<plain>", 90, &mut out);
        let read = Composing::parse(out.written()).unwrap();
        assert_eq!((read.active, read.refresh), (active, refresh));
        assert_eq!(read.content_type.raw(), b"text/&lt;plain&gt;");
    }
}
