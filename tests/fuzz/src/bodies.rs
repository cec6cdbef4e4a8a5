//! The bodies of notifications: presence, dialogs, mailboxes, transfers, over the reader of XML; the names of dialogs; and
//! what messages say of each other, in their envelopes.

use crate::world::broken;
use microsip_core::base::cursor::Cursor;
use microsip_core::wire::body::composing::Composing;
use microsip_core::wire::body::cpim::{Cpim, read_id, write_id};
use microsip_core::wire::body::dialog_info::Document;
use microsip_core::wire::body::imdn::{self, Notice};
use microsip_core::wire::body::message_summary::Summary;
use microsip_core::wire::body::pidf::Presence;
use microsip_core::wire::body::rlmi::List;
use microsip_core::wire::body::sipfrag;
use microsip_core::wire::body::xml::{DEPTH, NAME, Node, Reader, Text};
use microsip_core::wire::sip::{DialogName, MediaType, Related};

/// A text is written, and is no longer than the document: an entity has more bytes than its character.
fn write(text: &Text<'_>, all: &[u8]) {
    let mut room = vec![0; all.len()];
    let mut out = Cursor::new(&mut room);
    text.write(&mut out);
    assert!(out.finish().is_ok(), "a text is longer than its document");
    let _ = (text.number(), text.is_blank(), text.trimmed().is("open"), text.is_any_case("yes"));
}

fn xml(bytes: &[u8]) {
    let mut reader = Reader::new(bytes);
    for _ in 0..=bytes.len() {
        match reader.next_node() {
            Ok(Some(Node::Open(element))) => {
                assert!(element.name.len() <= NAME, "a name of {} bytes", element.name.len());
                for name in ["id", "state", "entity", "version"] {
                    element.attribute(name).iter().for_each(|value| write(value, bytes));
                }
            }
            Ok(Some(Node::Text(text))) => write(&text, bytes),
            Ok(Some(Node::Close)) => {}
            Ok(None) | Err(_) => return,
        }
        assert!(reader.depth() <= DEPTH, "deeper than {DEPTH}");
    }
    broken("more nodes than bytes in", &String::from_utf8_lossy(bytes));
}

fn dialogs(bytes: &[u8]) {
    let Ok(mut document) = Document::parse(bytes) else { return };
    for _ in 0..=bytes.len() {
        let Ok(Some(dialog)) = document.next_dialog() else { return };
        let (local, remote) = (dialog.local, dialog.remote);
        let parties = [local.identity, local.display, local.target, remote.identity, remote.display, remote.target];
        let names = [dialog.id, dialog.call_id, dialog.local_tag, dialog.remote_tag];
        parties.iter().chain(&names).for_each(|text| write(text, bytes));
    }
    broken("more dialogs than bytes in", &String::from_utf8_lossy(bytes));
}

fn mailbox(bytes: &[u8]) {
    let Some(summary) = Summary::parse(bytes) else { return };
    assert!(!summary.waiting || summary.new_messages() > 0, "what waits is one message at least");
    assert!(summary.account.len() < bytes.len());
}

fn transfer(bytes: &[u8]) {
    if let Some((status, words)) = sipfrag::status(bytes) {
        assert!((100..700).contains(&status), "a status of {status}");
        let mut room = vec![0; bytes.len() + 128];
        let mut out = Cursor::new(&mut room);
        sipfrag::write(status, words, &mut out);
        let again = sipfrag::status(out.written());
        assert_eq!(again.map(|(status, _)| status), Some(status), "what is written is read as it was");
        assert!(words.is_empty() || again.is_some_and(|(_, said)| said == words), "its words, too");
    }
}

/// An envelope is opened to parts of it; a name of ours is written as it was read.
fn envelope(bytes: &[u8]) {
    let Some(opened) = Cpim::parse(bytes) else { return };
    let parts = opened.from.len() + opened.date_time.len() + opened.message_id.len();
    assert!(parts + opened.content_type.len() + opened.body.len() < bytes.len(), "its parts are more than it");
    assert!(bytes.ends_with(opened.body), "what is in it is its end");
    if let Some(id) = read_id(opened.message_id) {
        let mut room = [0; 32];
        let mut out = Cursor::new(&mut room);
        write_id(id, &mut out);
        assert_eq!(out.written(), opened.message_id);
    }
    about_messages(opened.body);
}

/// Bodies of messages about other messages.
fn about_messages(bytes: &[u8]) {
    if let Ok(said) = Composing::parse(bytes) {
        [said.content_type, said.last_active].iter().for_each(|text| write(text, bytes));
    }
    let Ok(notice) = Notice::parse(bytes) else { return };
    write(&notice.message_id, bytes);
    assert!(!notice.message_id.is_blank(), "a notice is about a message");
    // whatever is quoted in a notice of ours stays what it was
    let mut room = vec![0; 6 * bytes.len() + 512];
    let mut out = Cursor::new(&mut room);
    imdn::write(notice.message_id.raw(), b"", bytes, true, &mut out);
    assert!(Notice::parse(out.written()).is_ok(), "a notice of ours that cannot be read");
}

fn names(bytes: &[u8]) {
    let _ = DialogName::target_dialog(bytes);
    if let Some(name) = DialogName::replaces(bytes) {
        let mut room = vec![0; bytes.len() + 64];
        let mut out = Cursor::new(&mut room);
        name.write_replaces(&mut out);
        let Some(theirs) = DialogName::replaces(out.written()) else {
            return broken("a name that cannot be read again:", &String::from_utf8_lossy(out.written()));
        };
        let zero: &[u8] = if name.remote_tag.is_empty() { b"0" } else { name.remote_tag };
        let ours: &[u8] = if name.local_tag == b"0" { b"" } else { name.local_tag };
        assert_eq!((theirs.local_tag, theirs.remote_tag), (zero, ours), "each side sees the other's tag");
        assert_eq!((theirs.call_id, theirs.early_only), (name.call_id, name.early_only));
    }
}

/// The parties of a list: a document, or a body of parts whose boundary is `b`.
fn lists(bytes: &[u8]) {
    parties(bytes);
    for kind in ["multipart/related;boundary=b", "multipart/related;boundary=b;start=\"<a>\""] {
        let Some(kind) = MediaType::parse(kind.as_bytes()) else { continue };
        let Some(mut parts) = Related::parse(&kind, bytes) else { continue };
        let root = *parts.root();
        assert!(root.body.len() + root.head.len() <= bytes.len());
        // each byte is read for one party at most
        let mut read = root.body.len();
        for cid in parties(root.body).into_iter().chain([b"a".to_vec(), b"<a>".to_vec(), Vec::new()]) {
            if let Some(part) = parts.take(&cid) {
                read += part.body.len();
                let _ = part.is_coded();
            }
        }
        assert!(read <= bytes.len(), "{read} bytes of {}", bytes.len());
    }
}

/// The names of the parts that a document names.
fn parties(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let Ok(mut list) = List::parse(bytes) else { return found };
    write(&list.head.uri, bytes);
    for _ in 0..=bytes.len() {
        let Ok(Some(mut resource)) = list.next_resource() else { return found };
        [resource.uri, resource.name].iter().for_each(|text| write(text, bytes));
        assert!(!resource.uri.is_blank(), "a party has a name");
        while let Some(instance) = resource.next_instance() {
            [instance.id, instance.reason, instance.cid].iter().for_each(|text| write(text, bytes));
            found.push(instance.cid.raw().to_vec());
            assert!(found.len() <= bytes.len(), "more instances than bytes");
        }
    }
    broken("more parties than bytes in", &String::from_utf8_lossy(bytes));
    found
}

/// One body, read as each kind.
pub fn bodies(bytes: &[u8]) {
    lists(bytes);
    xml(bytes);
    if let Ok(presence) = Presence::parse(bytes) {
        [presence.entity, presence.note, presence.contact].iter().for_each(|text| write(text, bytes));
    }
    dialogs(bytes);
    mailbox(bytes);
    transfer(bytes);
    names(bytes);
    envelope(bytes);
    about_messages(bytes);
}
