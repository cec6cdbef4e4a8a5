use super::*;

#[test]
fn addresses_cross_whole() {
    let mut ip = [0; 16];
    ip[..4].copy_from_slice(&[192, 0, 2, 7]);
    let v4 = c::microsip_addr { family: 4, port: 5060, scope: 0, ip };
    assert_eq!(socket_address(&v4).to_string(), "192.0.2.7:5060");
    let local: Ipv6Addr = "fe80::1".parse().unwrap();
    let v6 = c::microsip_addr { family: 6, port: 5060, scope: 3, ip: local.octets() };
    assert_eq!(socket_address(&v6).to_string(), "[fe80::1%3]:5060");
}
