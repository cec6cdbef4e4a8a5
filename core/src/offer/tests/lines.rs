//! The lines of a session, each at its index.
use super::*;

// rfc3264#6
#[test]
fn other_lines_stay_in_place_with_port_0() {
    let (agreed, text) = answered(
        "v=0\no=jdoe 1 1 IN IP4 198.51.100.9\ns=talk\nc=IN IP4 198.51.100.9\nt=2873397496 2873404696\nm=video 51372 RTP/AVP 31 34\n\
         a=rtpmap:31 H261/90000\nm=audio 49170 RTP/SAVP 0\nm=audio 49172 RTP/AVP 97 8 96 0\na=rtpmap:97 opus/48000/2\na=rtpmap:96 Telephone-Event/8000\n\
         m=audio 49180 RTP/AVP 0\nm=x-holo 5 foo/bar a b\n",
        &local(),
    )
    .unwrap();
    assert_eq!(
        text,
        "v=0\r\no=- 42 7 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=2873397496 2873404696\r\nm=video 0 RTP/AVP 31 34\r\n\
         m=audio 0 RTP/SAVP 0\r\nm=audio 4000 RTP/AVP 8 0 96\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n\
         a=rtpmap:96 telephone-event/8000\r\na=fmtp:96 0-15\r\na=ptime:20\r\na=maxptime:60\r\na=sendrecv\r\nm=audio 0 RTP/AVP 0\r\n\
         m=x-holo 0 foo/bar a b\r\n"
    );
    assert_eq!((agreed.codec, agreed.payload_type), (Codec::Pcma, 8));
    assert_eq!((agreed.dtmf_send, events(&agreed)), (Some(96), [(96, 8000)].to_vec()));
    assert_eq!(agreed.remote_rtp, at("198.51.100.9:49172"));
    assert_eq!((agreed.lines.len(), agreed.lines.audio()), (5, 2));

    // rfc3264#8: our later offer keeps the indexes and rfc3264#8.3.2 the numbers.
    let again = Local { version: 8, direction: Direction::SendOnly, ..local() }.continuing(&agreed);
    assert_eq!(
        offered(&again, &agreed.lines),
        "v=0\r\no=- 42 8 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=video 0 RTP/AVP 0\r\nm=audio 0 RTP/SAVP 0\r\n\
         m=audio 4000 RTP/AVP 0 8 96\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:96 telephone-event/8000\r\na=fmtp:96 0-15\r\n\
         a=ptime:20\r\na=maxptime:60\r\na=sendonly\r\nm=audio 0 RTP/AVP 0\r\nm=application 0 RTP/AVP 0\r\n"
    );
}

// rfc3264#6: the lines of an answer are the offer's, one by one
#[test]
fn only_the_line_where_our_audio_stood_answers_it() {
    let ours = OfferState::of(peer("m=video 0 RTP/AVP 31\r\nm=audio 9 RTP/AVP 0\r\n").as_bytes()).unwrap();
    let read = |lines: &str, ours: &OfferState| accept_answer(peer(lines).as_bytes(), &local(), ours);
    // the first line was offered with port 0: whatever stands there now, our audio is the second
    let agreed = read("m=audio 1000 RTP/AVP 0\r\nm=audio 2000 RTP/AVP 8\r\nm=audio 3000 RTP/AVP 0\r\n", &ours).unwrap();
    assert_eq!((agreed.remote_rtp.port(), agreed.codec, agreed.lines), (2000, Codec::Pcma, ours));
    // our audio refused at its index is refused, though another line could carry it
    let agreed = read("m=audio 0 RTP/AVP 0\r\nm=audio 2000 RTP/AVP 0\r\n", &OfferState::EMPTY).unwrap();
    assert!(!agreed.accepted());
    // our line is not in the answer at all
    assert_eq!(read("m=audio 1000 RTP/AVP 0\r\n", &ours), Err(OfferError::NoAudio));
    assert_eq!(read("m=video 1000 RTP/AVP 31\r\n", &OfferState::EMPTY), Err(OfferError::NoAudio));
}

// rfc3264#8.2
#[test]
fn a_removed_stream_is_answered_by_port_0() {
    let offer = peer("m=audio 0 RTP/AVP 0 8\r\nm=video 0 RTP/AVP 31\r\n");
    let (agreed, text) = answered(&offer, &local()).unwrap();
    assert!(!agreed.accepted() && !agreed.send && !agreed.receive);
    assert!(text.ends_with("t=0 0\r\nm=audio 0 RTP/AVP 0 8\r\nm=video 0 RTP/AVP 31\r\n"), "{text}");
    assert_eq!(agreed.lines.len(), 2);
    assert!(!accept_answer(offer.as_bytes(), &local(), &OfferState::EMPTY).unwrap().accepted());
    // No c= line is needed for a line that is not in use.
    assert!(answered(&offer.replace("c=IN IP4 198.51.100.9\r\n", ""), &local()).is_ok());
}

// rfc3264#6, rfc3264#8
#[test]
fn as_many_lines_as_a_conference_has_are_answered_one_by_one() {
    let kinds =
        ["video 9 RTP/AVP 31", "image 9 udptl t38", "text 9 RTP/AVP 98", "audio 9 RTP/SAVP 0", "message 9 TCP/MSRP *"];
    let mut lines: Vec<&str> = kinds.iter().copied().cycle().take(SDP_MEDIA - 1).collect();
    lines.push("audio 9 RTP/AVP 0");
    let offer = peer(&lines.iter().map(|line| format!("m={line}\r\n")).collect::<String>());
    let (agreed, text) = answered(&offer, &local()).unwrap();
    let came = |text: &str| -> Vec<String> {
        text.lines().filter_map(|line| line.strip_prefix("m=")).map(String::from).collect()
    };
    let mut expected: Vec<String> = lines.iter().map(|line| line.replacen(" 9 ", " 0 ", 1)).collect();
    expected.pop();
    expected.push("audio 4000 RTP/AVP 0".into());
    assert_eq!(came(&text), expected);
    assert_eq!((agreed.lines.len(), agreed.lines.audio()), (SDP_MEDIA, SDP_MEDIA - 1));
    // a later offer of ours has them at their indexes
    let again = came(&offered(&local().continuing(&agreed), &agreed.lines));
    let kind = |line: &String| String::from(line.split(' ').next().unwrap());
    assert!(again.iter().map(kind).eq(expected.iter().map(kind)), "{again:?}");
    assert_eq!(again.iter().filter(|line| line.split(' ').nth(1) != Some("0")).count(), 1);
    assert!(again[0].ends_with(" RTP/AVP 0") && again[1].ends_with(" udptl t38") && again[4].ends_with(" TCP/MSRP *"));
}
