use super::*;

fn exit(connected: bool, gave_up: bool, interrupted: bool, sip_code: u32, result: i32) -> Exit {
    verdict(connected, gave_up, interrupted, sip_code, result, "so").map_or_else(|stop| stop.exit, |()| Exit::Ok)
}

#[test]
fn exit_codes_follow_how_a_call_ended() {
    assert_eq!(exit(true, false, false, 200, 0), Exit::Ok);
    assert_eq!(exit(true, false, true, 200, -104), Exit::Ok);
    assert_eq!(exit(true, false, false, 200, -104), Exit::CallFailed);
    assert_eq!(exit(false, false, false, 486, -202), Exit::CallFailed);
    assert_eq!(exit(false, false, false, 480, -202), Exit::NoAnswer);
    assert_eq!(exit(false, true, false, 487, 0), Exit::NoAnswer);
    assert_eq!(exit(false, false, false, 0, -104), Exit::NoAnswer);
    assert_eq!(exit(false, false, false, 0, -103), Exit::CallFailed);
    assert_eq!(exit(false, false, true, 487, 0), Exit::CallFailed);
}

#[test]
fn a_refusal_says_what_to_do() {
    let stop = verdict(false, false, false, 0, -103, "unreachable").unwrap_err();
    assert!(stop.text.contains("check host and port"), "{}", stop.text);
}
