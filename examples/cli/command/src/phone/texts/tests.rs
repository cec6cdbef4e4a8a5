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

#[test]
fn a_far_ends_text_commands_no_terminal() {
    let read = |text: &[u8]| {
        read_text(|buf, cap, needed| {
            // SAFETY: as the library does it.
            unsafe {
                needed.write(text.len() as u32 + 1);
                if text.len() >= cap as usize {
                    return c::MICROSIP_E_BUFFER;
                }
                buf.cast::<u8>().copy_from_nonoverlapping(text.as_ptr(), text.len());
                buf.add(text.len()).write(0);
            }
            c::MICROSIP_OK
        })
        .unwrap()
    };
    assert_eq!(read("Zo\u{eb} \u{5d0}".as_bytes()), "Zo\u{eb} \u{5d0}");
    assert_eq!(read(b"\x1b[2J\x1b]0;x\x07\r\ncall from boss\xc2\x9b1m\xff"), "·[2J·]0;x···call from boss·1m\u{fffd}");
    assert_eq!(read("a\u{202e}b\u{2066}c\u{2028}d".as_bytes()), "a·b·c·d");
    assert_eq!(read(&[b'\x1b'; 300]), "·".repeat(300));
}
