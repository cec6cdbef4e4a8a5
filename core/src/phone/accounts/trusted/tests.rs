use super::{is_in, names};

#[test]
fn a_list_has_addresses_networks_and_names() {
    assert_eq!(names(b""), Some(0));
    assert_eq!(names(b"10.0.0.0/8, sbc.example, 2001:db8::/32, [2001:db8::1],192.0.2.1 ,"), Some(1));
    assert_eq!(names(b"a.example,b.example"), Some(2));
    for wrong in [
        "10.0.0.0/33",
        "10.0.0.0/x",
        "10.0.0.0/",
        "2001:db8::/129",
        "sbc.example/24",
        "a b",
        "sip:a.example",
        "a.example:5060",
        "*",
    ] {
        assert_eq!(names(wrong.as_bytes()), None, "{wrong}");
    }
    let many =
        |count: usize| (0..count).fold(std::string::String::new(), |text, nth| text + &std::format!("192.0.2.{nth},"));
    assert_eq!((names(many(16).as_bytes()), names(many(17).as_bytes())), (Some(0), None));
}

#[test]
fn a_network_has_its_first_bits_in_common() {
    let within = |ip: &str, network: &str, bits| is_in(ip.parse().unwrap(), network.parse().unwrap(), bits);
    assert!(within("10.255.0.1", "10.0.0.0", 8) && !within("11.0.0.1", "10.0.0.0", 8));
    assert!(within("192.0.2.1", "192.0.2.1", 32) && !within("192.0.2.2", "192.0.2.1", 32));
    assert!(within("8.8.8.8", "0.0.0.0", 0) && !within("2001:db8::1", "0.0.0.0", 0));
    assert!(within("2001:db8:ffff::1", "2001:db8::", 32) && !within("2001:db9::1", "2001:db8::", 32));
    assert!(within("2001:db8::1", "2001:db8::1", 128) && !within("2001:db8::2", "2001:db8::1", 128));
}
