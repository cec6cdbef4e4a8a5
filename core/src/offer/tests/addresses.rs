//! The addresses of media.
use super::*;

// rfc3264#8.4, rfc6337#5.4, rfc6157#3.1
#[test]
fn the_unspecified_address_holds() {
    let offer = "v=0\r\no=- 1 2 IN IP4 198.51.100.9\r\ns=-\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n";
    let (agreed, text) = answered(offer, &local()).unwrap();
    assert_eq!((agreed.send, agreed.receive, agreed.held, agreed.accepted()), (false, true, true, true));
    assert_eq!(agreed.remote_rtp, at("0.0.0.0:9"));
    assert!(agreed.remote_rtcp.ip().is_unspecified());
    // The answer's direction follows the offer's, not its address.
    assert!(text.ends_with("a=sendrecv\r\n") && text.contains("c=IN IP4 192.0.2.1\r\n"), "{text}");
    for address in ["IP6 ::", "IP4 0.0.0.0", "IP6 nowhere.INVALID"] {
        let (agreed, _) = answered(&offer.replace("IP4 0.0.0.0", address), &local6()).unwrap();
        assert_eq!((agreed.send, agreed.held, agreed.remote_rtp), (false, true, at("[::]:9")), "{address}");
    }
}

// rfc3605#2.1
#[test]
fn rtcp_goes_where_it_is_wanted() {
    let rtcp = |port: u16, attributes: &str| accepted(&format!("m=audio {port} RTP/AVP 0\r\n{attributes}")).remote_rtcp;
    assert_eq!(rtcp(9000, ""), at("198.51.100.9:9001"));
    assert_eq!(rtcp(9000, "a=rtcp:53020\r\n"), at("198.51.100.9:53020"));
    assert_eq!(rtcp(9000, "a=rtcp:53020 IN IP4 126.16.64.4\r\n"), at("126.16.64.4:53020"));
    // An address of no use leaves RTCP without one; a port of 0 says nothing.
    for address in ["IP6 2001:db8::1", "IP4 233.252.0.1", "IP4 0.0.0.0", "IP4 host.example.com"] {
        assert_eq!(rtcp(9000, &format!("a=rtcp:53020 IN {address}\r\n")).port(), 0, "{address}");
    }
    assert_eq!(rtcp(9000, "a=rtcp:0\r\n"), at("198.51.100.9:9001"));
    assert_eq!(rtcp(65535, "").port(), 0);
}

// rfc8866#5.7
#[test]
#[cfg(feature = "sdp-hosts")]
fn a_host_name_is_looked_up_where_it_counts() {
    let offer = peer(
        "m=audio 7 RTP/SAVP 0\r\nm=audio 9 RTP/AVP 18 0\r\nc=IN IP4 media.example.com\r\na=rtcp:19 IN IP4 media.example.com\r\n",
    );
    assert_eq!(answered(&offer, &local()), Err(OfferError::HostName));
    assert_eq!(host_to_find(offer.as_bytes(), &local(), None), Some("media.example.com"));
    let found = |ip: &str| Local { found: Some(ip.parse().unwrap()), ..local() };
    let (agreed, _) = answered(&offer, &found("198.51.100.77")).unwrap();
    assert_eq!(
        (agreed.remote_rtp, agreed.remote_rtcp, agreed.send),
        (at("198.51.100.77:9"), at("198.51.100.77:19"), true)
    );
    // a name of its own for RTCP is not looked up too
    let other = offer.replace("19 IN IP4 media", "19 IN IP4 reports");
    assert_eq!(answered(&other, &found("198.51.100.77")).unwrap().0.remote_rtcp.port(), 0);
    // the address found must be one host's, of our family; unlike in c=, the unspecified address is no hold
    for ip in ["2001:db8::1", "233.252.0.1", "0.0.0.0", "127.255.255.255"] {
        let alone = offer.replace("m=audio 7 RTP/SAVP 0\r\n", "");
        assert_eq!(answered(&alone, &found(ip)).map(|_| ()), Err(OfferError::UnsupportedAddress), "{ip}");
    }
    // an answer's counts where our audio stood
    let ours = OfferState::of(peer("m=video 0 RTP/AVP 31\r\nm=audio 9 RTP/AVP 0\r\n").as_bytes()).unwrap();
    assert_eq!(accept_answer(offer.as_bytes(), &local(), &ours), Err(OfferError::HostName));
    assert_eq!(host_to_find(offer.as_bytes(), &local(), Some(&ours)), Some("media.example.com"));
    assert_eq!(
        accept_answer(offer.as_bytes(), &found("198.51.100.77"), &ours).unwrap().remote_rtp,
        at("198.51.100.77:9")
    );
    // none is looked up for a line that is not taken: another codec, no port, another one before it
    for lines in [
        "m=audio 9 RTP/AVP 18\r\nc=IN IP4 a.example\r\n",
        "m=audio 0 RTP/AVP 0\r\nc=IN IP4 a.example\r\n",
        "m=video 9 RTP/AVP 31\r\nc=IN IP4 a.example\r\n",
        "m=audio 9 RTP/AVP 0\r\nm=audio 9 RTP/AVP 0\r\nc=IN IP4 a.example\r\n",
        "m=audio 9 RTP/AVP 0\r\nc=IN IP6 nobody.invalid\r\n",
        "m=audio 9 RTP/AVP 0\r\nc=IN IP7 a.example\r\n",
        "m=audio 9 RTP/AVP 0\r\nc=IN IP4 300.1.1.1\r\n",
    ] {
        assert_ne!(answered(&peer(lines), &local()).map(|_| ()), Err(OfferError::HostName), "{lines}");
        assert_eq!(host_to_find(peer(lines).as_bytes(), &local(), None), None, "{lines}");
    }
}
