use super::Dialog;
use crate::wire::sip::Message;
use std::format;
use std::string::String;

const ROUTES: [&[u8]; 2] = [b"<sip:one.example.org;lr>", b"<sip:two.example.org;lr>"];
const TARGET: &[u8] = b"sip:bob@192.0.2.7;method=INVITE;transport=udp";

fn dialog(block: &mut [u8]) -> Dialog {
    let mut dialog = Dialog::EMPTY;
    dialog.set_fixed(block, &[b"<sip:me@a>"], &[b"<sip:bob@a>"], b"call-id", &[b"X: 1\r\n"]).unwrap();
    assert!(dialog.set_remote(block, b"t", [b"<sip:p;lr>".as_slice()].into_iter(), b"sip:b@c"));
    dialog
}

fn all(dialog: &Dialog, block: &[u8]) -> [String; 8] {
    [
        dialog.local,
        dialog.remote,
        dialog.call_id,
        dialog.headers,
        dialog.remote_tag,
        dialog.routes,
        dialog.target,
        dialog.redirected,
    ]
    .map(|span| String::from_utf8(span.of(block).to_vec()).unwrap())
}

// A request may have to leave by the old texts when the new ones find no room, so there is nothing between both.
#[test]
fn the_far_ends_texts_change_all_at_once_or_not_at_all() {
    let response = format!(
        "SIP/2.0 200 OK\r\nRecord-Route: {}\r\nContact: <{}>\r\n\r\n",
        ROUTES.map(|route| String::from_utf8(route.to_vec()).unwrap()).join(","),
        core::str::from_utf8(TARGET).unwrap(),
    );
    let response = Message::parse(response.as_bytes()).unwrap();
    let mut room = [0; 400];
    let first = dialog(&mut room).used();
    for way in 0..3 {
        let mut fitted = 0;
        for size in first..400 {
            let mut block = [0; 400];
            let mut dialog = dialog(&mut block);
            let block = &mut block[..size];
            let before = (dialog, block.to_vec());
            let fits = match way {
                0 => dialog.set_remote(block, b"remote-tag", ROUTES.into_iter(), TARGET),
                1 => dialog.redirect(block, ROUTES.into_iter(), TARGET),
                _ => dialog.learn_from_response(block, &response, b"remote-tag"),
            };
            if fits {
                fitted += 1;
                let texts = all(&dialog, block);
                let target = "sip:bob@192.0.2.7;transport=udp";
                assert_eq!(texts[..4], ["<sip:me@a>", "<sip:bob@a>", "call-id", "X: 1\r\n"]);
                let routes = ROUTES.map(|route| core::str::from_utf8(route).unwrap());
                let routes = if way == 2 { [routes[1], routes[0]] } else { routes }.join(",");
                let expected = match way {
                    1 => ["", routes.as_str(), target, target],
                    _ => ["remote-tag", routes.as_str(), target, ""],
                };
                assert_eq!(texts[4..], expected, "way {way}, {size} bytes");
                assert!(dialog.used() <= size);
                // it fits as soon as there is room for its bytes
                assert_eq!(fitted == 1, dialog.used() == size, "way {way}, {size} bytes");
            } else {
                assert_eq!(fitted, 0);
                assert_eq!(all(&dialog, block), all(&before.0, &before.1), "way {way}, {size} bytes");
                assert_eq!((dialog.used(), &*block), (before.0.used(), &before.1[..]));
            }
        }
        assert!(fitted > 100);
    }
}

/// All that a far end may say of itself in the block, of so many bytes more: the bytes that it takes.
#[cfg(all(feature = "info", feature = "message", feature = "identity"))]
fn said(dialog: &mut Dialog, block: &mut [u8], more: usize) -> usize {
    let before = dialog.used();
    let (name, user) = ("p".repeat(more), "u".repeat(more));
    assert!(dialog.hear_packages(block, &[b"alpha, ", name.as_bytes()]));
    let asserted = format!("\"Bob\" <sip:{user}@a>");
    assert!(dialog.connect(block, &crate::wire::sip::Address::parse(asserted.as_bytes()).unwrap()));
    dialog.used() - before
}

// The INVITE leaves anew by what it left by before, or elsewhere, or another branch is heard: what one far end has said
// of itself takes no room from that.
#[cfg(all(feature = "info", feature = "message", feature = "identity"))]
#[test]
fn what_a_far_end_has_said_leaves_its_room_to_the_next() {
    let mut room = [0; 400];
    let first = dialog(&mut room).used();
    for more in [0, 1, 20, 100] {
        for way in 0..3 {
            let mut block = [0; 400];
            let mut dialog = dialog(&mut block);
            let taken = said(&mut dialog, &mut block, more);
            if way == 1 {
                assert!(dialog.rename_local(&mut block, &[b"<sip:us@a>"]));
            }
            let taken = taken + dialog.next_local.len();
            assert!(taken >= 2 * more && dialog.used() == first + taken);
            let block = &mut block[..first + taken];
            match way {
                0 => {
                    dialog.forget_said(block);
                    assert_eq!(dialog.used(), first);
                }
                1 => {
                    dialog = dialog.branch();
                    dialog.leave_to_branch(block);
                    assert_eq!(dialog.used(), first);
                }
                _ => {
                    let target = format!("sip:x@{}", "x".repeat(taken / 2));
                    let target = target.as_bytes();
                    // the new Request-URI and its target stand where the texts of the old far end stood
                    assert!(dialog.redirect(block, core::iter::empty(), target), "{more}");
                    assert_eq!((dialog.redirected.of(block), dialog.target.of(block)), (target, target));
                }
            }
            let texts = all(&dialog, block);
            assert_eq!(texts[..4], ["<sip:me@a>", "<sip:bob@a>", "call-id", "X: 1\r\n"], "way {way}");
            if way < 2 {
                assert_eq!(texts[4..], ["t", "<sip:p;lr>", "sip:b@c", ""], "way {way}");
            }
            assert!([dialog.their_packages, dialog.connected, dialog.next_local].iter().all(|span| span.is_empty()));
        }
    }
}
