//! The demo: its ladder, its codes, its JSON.

use super::*;

#[test]
fn the_demo_succeeds_and_shows_a_ladder() {
    let output = run(microsip(&["demo"]));
    let text = out(&output);
    assert_eq!(output.status.code(), Some(0), "{text}\n{}", err(&output));
    for part in [
        "INVITE sip:bob@",
        "180 Ringing (INVITE)",
        "200 OK (INVITE)",
        "├─ ACK",
        "├─ BYE",
        "200 OK (BYE)",
        "digits 12#",
        "digits *9A",
        "packets sent",
    ] {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
}

#[test]
fn the_demo_fails_when_no_media_arrives() {
    let output = run(microsip(&["demo", "--cut-media"]));
    assert_eq!(output.status.code(), Some(5), "{}\n{}", out(&output), err(&output));
    assert!(err(&output).contains("did not reach"), "{}", err(&output));
}

#[test]
fn the_demo_speaks_json() {
    let output = run(microsip(&["demo", "--json"]));
    let objects = objects(&out(&output));
    for kind in ["trace", "tone", "digit", "arrived", "stats", "result"] {
        assert!(objects.iter().any(|object| object["type"] == kind), "no {kind}");
    }
    assert_eq!(objects.last().unwrap()["ok"], true);
}
