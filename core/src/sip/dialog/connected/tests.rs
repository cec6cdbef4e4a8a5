use super::super::Dialog;
use crate::wire::sip::Address;

const ROUTE: &[u8] = b"<sip:p;lr>";

fn dialog(block: &mut [u8]) -> Dialog {
    let mut dialog = Dialog::EMPTY;
    dialog.set_fixed(block, &[b"<sip:me@a>"], &[b"<sip:bob@a>"], b"call-id", &[b"X: 1\r\n"]).unwrap();
    assert!(dialog.set_remote(block, b"tag", [ROUTE].into_iter(), b"sip:bob@10.0.0.2"));
    dialog
}

fn all(dialog: &Dialog, block: &[u8]) -> [std::string::String; 7] {
    let text = |bytes: &[u8]| std::string::String::from_utf8(bytes.to_vec()).unwrap();
    [
        text(dialog.local.of(block)),
        text(dialog.call_id.of(block)),
        text(dialog.headers.of(block)),
        text(dialog.remote_tag.of(block)),
        text(dialog.routes.of(block)),
        text(dialog.target.of(block)),
        text(dialog.redirected.of(block)),
    ]
}

fn address(text: &str) -> Address<'_> {
    Address::parse(text.as_bytes()).unwrap()
}

#[test]
fn another_identity_leaves_the_other_texts_as_they_are() {
    let mut block = [0u8; 256];
    let mut dialog = dialog(&mut block);
    assert!(dialog.redirect(&mut block, [ROUTE].into_iter(), b"sip:c@a"));
    assert!(dialog.set_remote(&mut block, b"tag", [ROUTE].into_iter(), b"sip:bob@10.0.0.2"));
    let before = all(&dialog, &block);
    for (asserted, shown) in [
        ("\"Bob B\" <sip:bob@a>;x=1", "\"Bob B\" <sip:bob@a>"),
        ("Carol <sip:carol@example.org>", "Carol <sip:carol@example.org>"),
        ("<sip:d@a>", "<sip:d@a>"),
    ] {
        assert!(dialog.connect(&mut block, &address(asserted)), "{asserted}");
        assert!(!dialog.connect(&mut block, &address(asserted)), "{asserted}: it is the same");
        assert_eq!(dialog.shown(&block), shown.as_bytes());
        assert_eq!(dialog.remote.of(&block), b"<sip:bob@a>");
        assert_eq!(all(&dialog, &block), before, "{asserted}");
    }
    assert!(dialog.rename(&mut block, &address("Eve <sip:eve@example.com>;tag=tag")));
    assert_eq!((dialog.remote.of(&block), dialog.connected(&block)), (&b"Eve <sip:eve@example.com>"[..], &b""[..]));
    assert!(!dialog.rename(&mut block, &address("<sip:eve@example.com>;tag=tag")), "no name is no other name");
    assert_eq!(all(&dialog, &block), before);
    assert!(dialog.refresh_target(&mut block, b"sip:longer@10.0.0.234"));
    assert_eq!(dialog.remote.of(&block), b"Eve <sip:eve@example.com>");
}

#[test]
fn header_lines_leave_their_room_though_an_identity_stands_behind_them() {
    // a 180 asserts the far end, then the call is answered
    let mut block = [0u8; 256];
    let mut dialog = dialog(&mut block);
    assert!(dialog.connect(&mut block, &address("<sip:carol@example.org>")));
    let (used, lines) = (dialog.used(), dialog.headers.len());
    dialog.drop_headers(&mut block);
    assert_eq!((dialog.used(), dialog.headers.len()), (used - lines, 0));
    assert_eq!(dialog.shown(&block), b"<sip:carol@example.org>");
    assert_eq!((dialog.routes.of(&block), dialog.target.of(&block)), (ROUTE, &b"sip:bob@10.0.0.2"[..]));
}

#[test]
fn one_that_does_not_fit_changes_nothing() {
    let mut block = [0u8; 80];
    let mut dialog = dialog(&mut block);
    let before = (all(&dialog, &block), block);
    let long = address("\"A very long name\" <sip:a-very-long-user-part@a-very-long-host.example.org>");
    assert!(!dialog.connect(&mut block, &long));
    assert!(!dialog.rename(&mut block, &long));
    assert_eq!((all(&dialog, &block), block), before);
}
