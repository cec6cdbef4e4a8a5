use super::{Disposition, Notice, write};
use crate::base::cursor::Cursor;
use std::format;

fn notice(kind: &str, status: &str) -> std::string::String {
    format!(
        "<?xml version=\"1.0\"?>\n<imdn xmlns=\"urn:ietf:params:xml:ns:imdn\">\n <message-id>34jk324j</message-id>\n \
         <datetime>2008-04-04T12:16:49-05:00</datetime>\n <recipient-uri>im:bob@example.com</recipient-uri>\n \
         <{kind}-notification>\n  <status>\n   {status}\n  </status>\n </{kind}-notification>\n</imdn>\n"
    )
}

// rfc5438#7.2.1, #11.1
#[test]
fn each_disposition_is_read() {
    for (kind, status, wanted) in [
        ("delivery", "<delivered/>", Disposition::Delivered),
        ("delivery", "<failed></failed>", Disposition::Failed),
        ("delivery", "<forbidden/>", Disposition::Forbidden),
        ("processing", "<processed/>", Disposition::Processed),
        ("processing", "<stored/>", Disposition::Processed),
        ("display", "<displayed/>", Disposition::Displayed),
        ("display", "<error/>", Disposition::Error),
        ("display", "<x:new xmlns:x=\"urn:x\"><displayed/></x:new><displayed/>", Disposition::Displayed),
    ] {
        let text = notice(kind, status);
        let read = Notice::parse(text.as_bytes()).unwrap();
        assert_eq!((read.message_id.raw(), read.disposition), (b"34jk324j".as_slice(), wanted), "{text}");
    }
}

#[test]
fn what_is_no_notice_is_refused() {
    let whole = notice("delivery", "<delivered/>");
    for (from, to) in [
        ("<delivered/>", ""),
        ("<delivered/>", "<unheard/>"),
        ("34jk324j", " "),
        ("<imdn ", "<presence "),
        ("<?xml version=\"1.0\"?>", "<!DOCTYPE imdn [<!ENTITY a \"b\">]>"),
        ("</imdn>", "</imdn><imdn/>"),
        ("</status>", ""),
    ] {
        assert!(Notice::parse(whole.replace(from, to).as_bytes()).is_err(), "{to}");
    }
    for cut in 0..whole.trim_end().len() {
        assert!(Notice::parse(&whole.as_bytes()[..cut]).is_err(), "cut at {cut}");
    }
}

#[test]
fn a_notice_of_ours_is_read_as_it_was_written() {
    for (displayed, wanted) in [(false, Disposition::Delivered), (true, Disposition::Displayed)] {
        let mut room = [0; 1024];
        let mut out = Cursor::new(&mut room);
        write(b"a<&b", b"2026-11-29T22:00:00Z", b"sip:b&b@example.org", displayed, &mut out);
        let read = Notice::parse(out.written()).unwrap();
        assert_eq!(read.disposition, wanted);
        let mut plain = [0; 16];
        let mut text = Cursor::new(&mut plain);
        read.message_id.write(&mut text);
        assert_eq!(text.written(), b"a<&b");
    }
}

#[test]
fn a_set_gives_each_once() {
    let mut set =
        [Disposition::Displayed, Disposition::Delivered, Disposition::Error].iter().fold(0, |all, one| all | one.bit());
    let mut order = std::vec::Vec::new();
    while let Some(one) = Disposition::first(set) {
        order.push(one);
        set &= !one.bit();
    }
    assert_eq!(order, [Disposition::Delivered, Disposition::Displayed, Disposition::Error]);
}
