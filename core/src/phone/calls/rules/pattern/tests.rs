use super::{Caller, names};
use std::format;

fn of(list: &str, user: &str, host: &str) -> bool {
    names(list.as_bytes(), Caller { user: user.as_bytes(), host: host.as_bytes() })
}

#[test]
fn patterns_name_callers() {
    for (list, user, host, is) in [
        ("100", "100", "a", true),
        ("100", "1000", "a", false),
        ("", "", "", false),
        (" , ;", "", "", false),
        ("1, 100", "100", "a", true),
        ("1;100", "100", "a", true),
        ("2??", "212", "a", true),
        ("2??", "21", "a", false),
        ("2??", "2123", "a", false),
        ("*", "", "a", true),
        ("*@example.com", "x", "EXAMPLE.com", true),
        ("*@example.com", "x", "example.org", false),
        ("*@*.example.com", "x", "a.b.example.com", true),
        ("bob@*", "Bob", "here", true),
        ("@10.0.0.1", "", "10.0.0.1", true),
        ("@10.0.0.1", "x", "10.0.0.1", false),
        ("a*b*c", "aXbYbZc", "", true),
        ("a*b*c", "aXbYbZ", "", false),
        ("+49*", "+4930", "", true),
        // written another way, it is the same user
        ("100", "%31%30%30", "a", true),
        ("1%30", "1%2530", "a", true),
        ("10%", "10%", "a", true),
    ] {
        assert_eq!(of(list, user, host), is, "{list} {user}@{host}");
    }
}

#[test]
fn a_hard_pattern_takes_bounded_work() {
    let text = "a".repeat(4000);
    assert!(!of(&format!("{}b", "a*".repeat(200)), &text, ""));
}
