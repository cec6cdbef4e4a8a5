use super::*;

#[test]
fn a_file_is_lines_of_names_and_values() {
    let file =
        parse("\u{feff}# mine\n[account]\nuri = sip:100@pbx.example\n password=\"a = b #\" \r\nexpires = 60\nmedia_any_host = yes\nprivacy = id\ncall_header = X-A: 1\ncall_header = X-B: 2\n; end\n")
            .unwrap();
    assert_eq!((file.privacy, file.call_header.len()), (Some(Privacy::Id), 2));
    assert_eq!(file.uri.as_deref(), Some("sip:100@pbx.example"));
    assert_eq!(file.password.as_deref(), Some("a = b #"));
    assert_eq!(file.expires, Some(60));
    assert!(file.media_any_host);
}

#[test]
fn digits_have_a_length_a_gap_and_a_level_of_the_accounts() {
    let file =
        parse("uri = sip:a@b\ndigits_by = inband\ndigit_length = 200ms\ndigit_gap = 0.1\ndigit_level = 0\n").unwrap();
    assert_eq!(file.digits, DigitLook { ms: 200, gap_ms: 100, level_db: c::MICROSIP_NONE });
    // an option goes before the file, each alone
    let option = DigitLook::new(None, Some(std::time::Duration::from_millis(70)), None);
    assert_eq!(option.or(file.digits), DigitLook { ms: 200, gap_ms: 70, level_db: c::MICROSIP_NONE });
    for (line, right) in [
        ("digit_length = 39ms", "line 1: digit_length \"39ms\" is not within 40ms to 20s, in steps of 10ms"),
        ("digit_gap = 3s", "line 1: digit_gap \"3s\" is not within 40ms to 2.5s, in steps of 10ms"),
        ("digit_level = 64", "line 1: digit_level \"64\" is not within 0 to 63, dB below 0 dBm0"),
        ("digit_level = -3", "line 1: digit_level \"-3\" is not within 0 to 63, dB below 0 dBm0"),
    ] {
        assert_eq!(parse(line).err().unwrap(), right);
    }
}

#[test]
fn realms_of_options_go_over_the_files() {
    let path = std::env::temp_dir().join(format!("microsip-realms-{}", std::process::id()));
    fs::write(&path, "uri = sip:100@pbx.example\nrealm = asterisk, proxy\n").unwrap();
    let from_file = Options { account_file: Some(path.clone()), ..Options::default() };
    assert_eq!(read(&from_file, false).unwrap().unwrap().realms.as_deref(), Some("asterisk, proxy"));
    let given = Options { realm: vec!["one".into(), "two".into()], ..from_file };
    assert_eq!(read(&given, false).unwrap().unwrap().realms.as_deref(), Some("one,two"));
    fs::remove_file(path).unwrap();
}

#[test]
fn errors_name_the_line_and_never_show_a_secret() {
    let wrong = |text| parse(text).err().unwrap();
    assert_eq!(wrong("uri = sip:a@b\nhunter2"), "line 2 is no `name = value`");
    assert!(wrong("pasword = hunter2").contains("\"pasword\" is not known; use uri"));
    assert!(!wrong("pasword = hunter2").contains("hunter2"));
    assert!(wrong("expires = soon").contains("number of seconds"));
    assert!(wrong("media_any_host = maybe").contains("yes or no"));
}

#[test]
fn options_go_over_the_file_and_no_uri_is_no_account() {
    assert!(read(&Options::default(), false).unwrap().is_none());
    let named = Options { username: Some("a".into()), ..Options::default() };
    assert!(read(&named, false).err().unwrap().contains("--uri sip:user@domain"));
    let named = Options { proxy: Some("sip:a".into()), ..Options::default() };
    assert!(read(&named, true).err().unwrap().starts_with("--proxy is an account's"));
    let hidden = Options { privacy: Some(Privacy::Id), ..Options::default() };
    assert!(read(&hidden, true).unwrap().is_none() && read(&hidden, false).is_err());
    let missing = Options { account_file: Some("/nonexistent/account".into()), ..Options::default() };
    assert!(read(&missing, false).err().unwrap().contains("/nonexistent/account"));
}

#[test]
fn a_password_is_a_first_line() {
    assert_eq!(first_line(&b"se cret\r\nmore"[..], "x"), Ok("se cret".to_owned()));
    assert!(first_line(&b"\n"[..], "x").is_err());
}

#[cfg(unix)]
#[test]
fn files_without_end_are_refused() {
    let zero = PathBuf::from("/dev/zero");
    let options = Options { uri: Some("sip:a@b".into()), password_file: Some(zero.clone()), ..Options::default() };
    assert!(read(&options, false).err().unwrap().contains("longer than 1024 bytes"));
    let options = Options { account_file: Some(zero), ..Options::default() };
    assert!(read(&options, false).err().unwrap().contains("longer than 65536 bytes"));
}
