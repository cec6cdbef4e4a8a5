use super::*;

fn dialog(block: &mut [u8]) -> Dialog {
    let mut dialog = Dialog::EMPTY;
    dialog.set_fixed(block, &[b"<sip:me@a>"], &[b"<sip:you@b>"], b"call-id", &[b"X-A: 1\r\n"]).unwrap();
    assert!(dialog.set_remote(block, b"tag", [b"<sip:r;lr>".as_slice()].into_iter(), b"sip:you@192.0.2.1"));
    dialog
}

fn texts(dialog: &Dialog, block: &[u8]) -> [std::string::String; 6] {
    [dialog.local, dialog.remote, dialog.call_id, dialog.remote_tag, dialog.routes, dialog.target]
        .map(|span| std::string::String::from_utf8(span.of(block).to_vec()).unwrap())
}

#[test]
fn a_name_that_is_taken_replaces_the_old_one_without_loss_of_room() {
    let mut block = [0; 120];
    let mut dialog = dialog(&mut block);
    let used = dialog.used();
    for round in 0..50 {
        let name = if round % 2 == 0 { b"<sip:other@a>".as_slice() } else { b"<sip:me@a>" };
        assert!(dialog.rename_local(&mut block, &[name]));
        assert_ne!(dialog.local.of(&block), name, "not yet");
        dialog.renamed_local(&mut block, true);
        assert_eq!(dialog.local.of(&block), name);
        let [_, rest @ ..] = texts(&dialog, &block);
        assert_eq!(rest, ["<sip:you@b>", "call-id", "tag", "<sip:r;lr>", "sip:you@192.0.2.1"]);
    }
    assert_eq!(dialog.used(), used);
}

#[test]
fn a_name_that_is_refused_or_too_long_changes_nothing() {
    let mut block = [0; 120];
    let mut dialog = dialog(&mut block);
    let (before, used) = (texts(&dialog, &block), dialog.used());
    assert!(dialog.rename_local(&mut block, &[b"<sip:one@a>"]));
    assert!(dialog.rename_local(&mut block, &[b"\"Two\" ", b"<sip:two@a>"]), "the second takes the place of the first");
    dialog.renamed_local(&mut block, false);
    assert_eq!((texts(&dialog, &block), dialog.used()), (before.clone(), used));
    assert!(!dialog.rename_local(&mut block, &[&[b'x'; 120]]));
    assert_eq!(texts(&dialog, &block), before);
}
