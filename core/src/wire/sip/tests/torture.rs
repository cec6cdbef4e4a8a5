//! The traps of RFC 4475 and RFC 5118, each with a message of our own and the objection to it.

use std::string::String;
use std::vec::Vec;

use crate::wire::sip::*;

/// The right outcome for a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Verdict {
    /// No objection here.
    Fine,
    /// Refused with this status.
    Refused(u16),
    /// Dropped, nothing sent.
    Silence,
}
use Verdict::{Fine, Refused, Silence};

fn verdict(bytes: &[u8]) -> Verdict {
    match Message::parse(bytes).map(|message| message.check().map_err(|objection| objection.status)) {
        Ok(Ok(())) => Fine,
        Ok(Err(0)) | Err(_) => Silence,
        Ok(Err(status)) => Refused(status),
    }
}

/// A plain request with some lines changed: a line that begins like one of its own takes its place, "-Name" takes one
/// away, all others are added. A line beginning with "=" is the start line, one with "|" is the body.
fn request(changes: &[&str]) -> Vec<u8> {
    let mut lines: Vec<String> = [
        "INVITE sip:wanda@pool.example.org SIP/2.0",
        "Via: SIP/2.0/UDP 192.0.2.77:5070;branch=z9hG4bKx81m",
        "Max-Forwards: 70",
        "From: <sip:otto@lake.example.org>;tag=ot7",
        "To: <sip:wanda@pool.example.org>",
        "Call-ID: torture.19@192.0.2.77",
        "CSeq: 12 INVITE",
        "Contact: <sip:otto@192.0.2.77:5070>",
    ]
    .map(String::from)
    .into();
    let mut body = "";
    for change in changes {
        if let Some(start) = change.strip_prefix('=') {
            lines[0] = start.into();
        } else if let Some(text) = change.strip_prefix('|') {
            body = text;
        } else if let Some(name) = change.strip_prefix('-') {
            lines.retain(|line| !line.starts_with(name));
        } else {
            let name = change.split(':').next().unwrap();
            match lines.iter_mut().skip(1).find(|line| line.split(':').next() == Some(name)) {
                Some(line) => *line = (*change).into(),
                None => lines.push((*change).into()),
            }
        }
    }
    let mut bytes = lines.join("\r\n").into_bytes();
    bytes.extend_from_slice(b"\r\n\r\n");
    bytes.extend_from_slice(body.as_bytes());
    bytes
}

#[test]
fn rfc4475_requests() {
    let long = String::from_utf8(std::vec![b'a'; 900]).unwrap();
    let long_name = std::format!("Unheard-Of-{}: {long}", "very-long-".repeat(30));
    let long_user = std::format!("To: \"{long}\" <sip:{long}@pool.example.org;{long}={long}>");
    let table: &[(&str, &[&str], Verdict)] = &[
        // 3.1.1 valid messages
        (
            "3.1.1.1 white space and folding everywhere",
            &[
                "-From",
                "-To",
                "-CSeq",
                "-Via",
                "-Max",
                "-Contact",
                "TO :\r\n  sip:wanda@pool.example.org ;  tag  = t\t1",
                "-TO",
                "tO :\r\n sip:wanda@pool.example.org ;  tag  =\r\n  t1",
                "fRoM  : \"O. \\\\\\\"\"   <sip:otto@lake.example.org>\r\n  ;\r\n tag = q",
                "mAX-fORWARDS: 0070",
                "cseq: 0012\r\n   INVITE",
                "Via  : SIP  /  2.0\r\n /UDP\r\n   192.0.2.78;branch=old",
                "s :",
                "Never-Heard: ;;,,;\r\n  more",
                "v: SIP / 2.0 / TCP  spin.example.org  ;\r\n branch =  z9hG4bK1  ,\r\n SIP/2.0/UDP 192.0.2.79; branch=\r\n  z9hG4bK2",
                "m:\"Q \\\"\\\"\" <sip:otto@lake.example.org> ; n =\r\n   v ;\r\n  second ; q = 0.5",
            ],
            Fine,
        ),
        (
            "3.1.1.2 every character that a token, a word, a URI may hold",
            &[
                "=A-b.c!d%20e*f_g+h`i'j~ sip:1_x.y~(a!b)&c'd+e$f/g?,h;i*:&j+k=l,m!*n$o~p.(q'r)@pool.example.org SIP/2.0",
                "CSeq: 12 A-b.c!d%20e*f_g+h`i'j~",
                "Via: SIP/2.0/TCP h.example.org;branch=z9hG4bK-.!%66*_+`'~",
                "To: \"BEL:\\\u{7} NUL:\\\u{0} DEL:\\\u{7f}\" <sip:w@pool.example.org>",
                "From: one~` two'+_ three*%!.- <sip:otto@lake.example.org>;p''~+*_!.-%=\"\u{442}\u{435}\u{441}\u{442}\";tag=_x~1'+`*%!-.",
                "Call-ID: w%ZK-!.*_+'@x`~)(><:\\/\"][?}{",
                "ext-!.%*+_`'~: \u{5927}",
            ],
            Fine,
        ),
        (
            "3.1.1.3 escapes in URIs",
            &[
                "=INVITE sip:sip%3Ab%40c@pool.example.org SIP/2.0",
                "Contact: <sip:c%6Cr@h.example.org;%6C%72;n%61=v%25%34%31>",
            ],
            Fine,
        ),
        (
            "3.1.1.4 escaped NULs",
            &["To: sip:n-%00-n@pool.example.org", "Contact: <sip:%00@h.example.org>", "m: <sip:%00%00@h.example.org>"],
            Fine,
        ),
        (
            "3.1.1.5 a percent sign that escapes nothing",
            &[
                "=IN%56ITE sip:wanda@pool.example.org SIP/2.0",
                "CSeq: 12 IN%56ITE",
                "C%6Fntact: <sip:x@y.example.org>",
                "To: \"%Z%45\" <sip:w@pool.example.org>",
            ],
            Fine,
        ),
        ("3.1.1.6 no space before the bracket", &["From: otto<sip:otto@lake.example.org>;tag=1"], Fine),
        ("3.1.1.7 long values", &[&long_name, &long_user, &long_name], Fine),
        ("3.1.1.8 bytes behind the body", &["Content-Length: 0", "|INVITE sip:x@y SIP/2.0\r\n\r\n"], Fine),
        (
            "3.1.1.9 semicolons in the user part",
            &["=OPTIONS sip:wanda;par=x%40y@pool.example.org SIP/2.0", "CSeq: 12 OPTIONS"],
            Fine,
        ),
        (
            "3.1.1.10 transports nobody knows",
            &["Via: SIP/2.0/WARP w.example.org;branch=z9hG4bK1", "v: SIP/2.0/SCTP s.example.org;branch=z9hG4bK2"],
            Fine,
        ),
        // 3.1.2 invalid messages
        ("3.1.2.1 separators that separate nothing (Via)", &["Via: SIP/2.0/UDP 192.0.2.77;;,;,,"], Refused(400)),
        (
            "3.1.2.1 separators that separate nothing (Contact)",
            &["Contact: \"O\" <sip:otto@lake.example.org>;;;"],
            Refused(400),
        ),
        ("3.1.2.2 Content-Length beyond the end", &["Content-Length: 9999", "|v=0\r\n"], Refused(400)),
        ("3.1.2.3 negative Content-Length", &["Content-Length: -4", "|v=0\r\n"], Refused(400)),
        ("3.1.2.3 Content-Length in words", &["Content-Length: four", "|v=0\r\n"], Refused(400)),
        ("3.1.2.4 CSeq beyond 32 bits", &["CSeq: 36893488147419103233 INVITE"], Refused(400)),
        ("3.1.2.4 CSeq just beyond 32 bits", &["CSeq: 4294967296 INVITE"], Refused(400)),
        ("3.1.2.4 Max-Forwards beyond 255", &["Max-Forwards: 256"], Refused(400)),
        ("3.1.2.4 Expires beyond 32 bits is the default", &["Expires: 10000000000000000000000000000000"], Fine),
        ("3.1.2.6 a quote that does not end", &["To: \"W. Pool <sip:wanda@pool.example.org>"], Refused(400)),
        ("3.1.2.7 Request-URI in brackets", &["=INVITE <sip:wanda@pool.example.org> SIP/2.0"], Refused(400)),
        ("3.1.2.8 white space in the Request-URI", &["=INVITE sip:wanda@pool.example.org; lr SIP/2.0"], Refused(400)),
        ("3.1.2.9 two spaces in the request line", &["=INVITE  sip:wanda@pool.example.org  SIP/2.0"], Refused(400)),
        ("3.1.2.10 a space behind the version", &["=INVITE sip:wanda@pool.example.org SIP/2.0  "], Refused(400)),
        (
            "3.1.2.11 headers in the Request-URI",
            &["=INVITE sip:wanda@pool.example.org?Route=%3Csip:x.example.org%3E SIP/2.0"],
            Refused(400),
        ),
        ("3.1.2.12 a time zone that is not GMT harms nobody", &["Date: Fri, 01 Jan 2010 16:00:00 EST"], Fine),
        (
            "3.1.2.13 a URI that needs its brackets",
            &["Contact: sip:otto@lake.example.org?Route=%3Csip:x.example.org%3E"],
            Refused(400),
        ),
        (
            "3.1.2.14 white space between the brackets",
            &["To: \"Pool, Wanda\" < sip:wanda@pool.example.org >"],
            Refused(400),
        ),
        (
            "3.1.2.15 a comma in an unquoted display name",
            &["From: Otto, Lake <sip:otto@lake.example.org>;tag=1"],
            Refused(400),
        ),
        (
            "3.1.2.16 another version",
            &["=OPTIONS sip:wanda@pool.example.org SIP/7.0", "CSeq: 12 OPTIONS"],
            Refused(505),
        ),
        ("3.1.2.17 CSeq names another method", &["CSeq: 12 OPTIONS"], Refused(400)),
        ("3.1.2.18 the same with an unknown method", &["=NEWMETHOD sip:wanda@pool.example.org SIP/2.0"], Refused(400)),
        // 3.2, 3.3 meaning
        (
            "3.2.1 a branch that is the cookie only is for the transaction layer",
            &["Via: SIP/2.0/UDP 192.0.2.77;branch=z9hG4bK"],
            Fine,
        ),
        ("3.3.1 no Call-ID, From, To", &["-Call-ID", "-From", "-To"], Refused(400)),
        ("3.3.1 no CSeq: no transaction to respond in", &["-CSeq"], Silence),
        ("3.3.1 no Via: no way back for a response", &["-Via"], Silence),
        ("3.3.2 an unknown scheme", &["=INVITE nobodyKnowsIt:opaque SIP/2.0"], Refused(416)),
        ("3.3.3 a known scheme that is not ours", &["=INVITE soap.beep://192.0.2.10:3002 SIP/2.0"], Refused(416)),
        (
            "3.3.4 unknown schemes in headers",
            &["To: isbn:2983792873", "From: <http://www.example.com>;tag=3", "Contact: <name:Otto_Lake>"],
            Fine,
        ),
        (
            "3.3.5 unknown extensions are the user's business",
            &["Require: nothingSupportsThis, orThis", "Proxy-Require: nor-this"],
            Fine,
        ),
        (
            "3.3.6 unknown body types are the user's business",
            &["Content-Type: application/unknownformat", "Content-Length: 7", "|<audio>"],
            Fine,
        ),
        ("3.3.7 an unknown authorization scheme", &["Authorization: NoOneKnowsThisScheme opaque-data=here"], Fine),
        ("3.3.8 two Call-IDs", &["i: another@192.0.2.77"], Refused(400)),
        ("3.3.8 two CSeqs", &["CSEQ: 13 INVITE"], Refused(400)),
        ("3.3.8 two Froms", &["f: <sip:x@y.example.org>;tag=2"], Refused(400)),
        ("3.3.8 two Tos", &["t: <sip:x@y.example.org>"], Refused(400)),
        ("3.3.8 two Max-Forwards", &["MAX-FORWARDS: 5"], Refused(400)),
        ("3.3.9 two Content-Lengths that differ", &["Content-Length: 4", "l: 5", "|v=0\r\n"], Refused(400)),
        ("3.3.9 two that agree are one", &["Content-Length: 5", "l: 5", "|v=0\r\n"], Fine),
        ("3.3.11 Max-Forwards of zero is for who forwards", &["Max-Forwards: 0"], Fine),
        ("3.3.12 a parameter of Contact", &["Contact: sip:otto@lake.example.org;unknown"], Fine),
        ("3.3.13 a parameter of the URI", &["Contact: <sip:otto@lake.example.org;unknown>"], Fine),
        (
            "3.3.14 escaped headers in a Contact",
            &["Contact: <sip:otto@lake.example.org?Route=%3Csip:x.example.org%3E>"],
            Fine,
        ),
        (
            "3.4.1 as RFC 2543 wrote it",
            &[
                "Via: SIP/2.0/UDP h.example.org",
                "-Max",
                "From: sip:otto@lake.example.org",
                "To: sip:wanda@pool.example.org",
            ],
            Fine,
        ),
        // beside the documents
        ("an ACK gets no response", &["=ACK sip:wanda@pool.example.org SIP/2.0", "CSeq: 12 INVITE"], Silence),
        ("a line that is no field", &["this is no header field"], Refused(400)),
        ("a field without a name", &[": value"], Refused(400)),
        ("a CR alone", &["Subject: a\rVia: b"], Refused(400)),
        ("a user part that is empty", &["=INVITE sip:@pool.example.org SIP/2.0"], Refused(400)),
        ("a host that is no address", &["=INVITE sip:wanda@192.0.2.256 SIP/2.0"], Refused(400)),
        ("a port beyond 65535", &["=INVITE sip:wanda@pool.example.org:65536 SIP/2.0"], Refused(400)),
        ("an escape that is none", &["=INVITE sip:wan%4@pool.example.org SIP/2.0"], Refused(400)),
        ("a star for Contact", &["Contact: *"], Fine),
        ("a tel URI", &["=INVITE tel:+49-30-123 SIP/2.0"], Fine),
        ("a local number without its context", &["=INVITE tel:123 SIP/2.0"], Refused(400)),
        ("a Via without a host", &["Via: SIP/2.0/UDP ;branch=z9hG4bK1"], Silence),
    ];
    for (what, changes, expected) in table {
        let bytes = request(changes);
        assert_eq!(verdict(&bytes), *expected, "{what}\n{}", String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn rfc4475_responses() {
    let response = |start: &str, changes: &[&str]| {
        let mut all = std::vec![std::format!("={start}")];
        all.extend(changes.iter().map(|change| String::from(*change)));
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        verdict(&request(&all))
    };
    assert_eq!(response("SIP/2.0 200 OK", &[]), Fine);
    assert_eq!(response("SIP/2.0 200 = 2**3 * 5**2 \u{43d}\u{43e}", &[]), Fine, "3.1.1.12 an unusual reason phrase");
    assert_eq!(response("SIP/2.0 100 ", &[]), Fine, "3.1.1.13 an empty reason phrase");
    assert_eq!(response("SIP/2.0 100", &[]), Fine, "3.1.1.13 and its space forgotten");
    assert_eq!(
        response("SIP/2.0 503 Busy", &["CSeq: 9292394834772304023312 INVITE"]),
        Silence,
        "3.1.2.5 overlarge CSeq"
    );
    assert_eq!(response("SIP/2.0 4294967301 better not", &[]), Silence, "3.1.2.19 overlarge status");
    assert_eq!(response("SIP/2.0 099 low", &[]), Silence);
    assert_eq!(response("SIP/2.0 700 high", &[]), Silence);
    assert_eq!(response("SIP/3.0 200 OK", &[]), Silence);
    assert_eq!(
        response("SIP/2.0 200 OK", &["v: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK2"]),
        Silence,
        "3.3.10 another's Via"
    );
    assert_eq!(response("SIP/2.0 200 OK", &["-To"]), Silence);
    assert_eq!(response("SIP/2.0 200 OK", &["Content-Length: 10"]), Silence);
}

#[test]
fn rfc4475_no_messages_at_all() {
    for (bytes, why) in [
        (&b""[..], Malformed::Empty),
        (b"\r\n\r\n", Malformed::Empty),
        (b"GET / HTTP/1.1\r\n\r\n", Malformed::NotSip),
        (b"\x80\x60\x00\x01\x00\x00\x00\xa0", Malformed::NotSip),
        (b"INVITE sip:a@b SIP/2.0", Malformed::NotSip),
        (b"INVITE sip:a@b SIP/2.0\r\n", Malformed::Unterminated),
        (b"INVITE sip:a@b SIP/2.0\r\nVia: x\r\n", Malformed::Unterminated),
        (b"INVITE sip:a@b SIP/2.0\r\nVia: x\r\n more", Malformed::Unterminated),
        (b"INVITE\r\n\r\n", Malformed::NotSip),
    ] {
        assert_eq!(Message::parse(bytes).map(|_| ()), Err(why), "{bytes:?}");
    }
    assert_eq!(Message::parse(&std::vec![b'x'; 70_000]).map(|_| ()), Err(Malformed::TooLarge));
}

#[test]
fn rfc5118() {
    let table: &[(&str, &[&str], Verdict)] = &[
        (
            "4.1 references in brackets",
            &[
                "=INVITE sip:[2001:db8::77] SIP/2.0",
                "Via: SIP/2.0/UDP [2001:db8::9];branch=z9hG4bK1",
                "Contact: \"O\" <sip:otto@[2001:db8::1]>",
            ],
            Fine,
        ),
        ("4.2 no brackets", &["=INVITE sip:2001:db8::77 SIP/2.0"], Refused(400)),
        ("4.2 no brackets behind a user", &["=INVITE sip:w@2001:db8::77 SIP/2.0"], Refused(400)),
        (
            "4.2 no brackets in Via: no way back for a response",
            &["Via: SIP/2.0/UDP 2001:db8::9;branch=z9hG4bK1"],
            Silence,
        ),
        ("4.3 a port inside the brackets is an address", &["=INVITE sip:[2001:db8::77:5070] SIP/2.0"], Fine),
        ("4.4 a port behind them", &["=INVITE sip:[2001:db8::77]:5070 SIP/2.0"], Fine),
        (
            "4.5 received with brackets",
            &["Via: SIP/2.0/UDP [2001:db8::9];received=[2001:db8::fe];branch=z9hG4bK1"],
            Fine,
        ),
        ("4.5 received without", &["Via: SIP/2.0/UDP [2001:db8::9];received=2001:db8::fe;branch=z9hG4bK1"], Fine),
        (
            "4.7 both families",
            &[
                "Via: SIP/2.0/UDP [2001:db8::9]:6050;branch=z9hG4bK1",
                "v: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK2,SIP/2.0/TCP [2001:db8::fe];branch=z9hG4bK3;received=192.0.2.200",
            ],
            Fine,
        ),
        (
            "4.9 IPv4-mapped",
            &["Via: SIP/2.0/UDP [::ffff:192.0.2.10]:19823;branch=z9hG4bK1", "Contact: <sip:t@[::ffff:192.0.2.2]>"],
            Fine,
        ),
        ("4.10 the grammar's third colon", &["=INVITE sip:w@[2001:db8:::192.0.2.1] SIP/2.0"], Fine),
        ("4.10 and as it should be", &["=INVITE sip:w@[2001:db8::192.0.2.1] SIP/2.0"], Fine),
        ("a bracket that does not close", &["=INVITE sip:w@[2001:db8::1 SIP/2.0"], Refused(400)),
        ("no address between brackets", &["=INVITE sip:w@[] SIP/2.0"], Refused(400)),
        ("three colons without IPv4", &["=INVITE sip:w@[2001:db8:::1] SIP/2.0"], Refused(400)),
    ];
    for (what, changes, expected) in table {
        let bytes = request(changes);
        assert_eq!(verdict(&bytes), *expected, "{what}\n{}", String::from_utf8_lossy(&bytes));
    }
    let v6 = |text: &str| Host::V6(text.parse().unwrap());
    assert_eq!(
        Uri::parse(b"sip:[2001:db8::10:5070]").map(|uri| (uri.host, uri.port)),
        Ok((v6("2001:db8::10:5070"), None))
    );
    assert_eq!(
        Uri::parse(b"sip:[2001:db8::10]:5070").map(|uri| (uri.host, uri.port)),
        Ok((v6("2001:db8::10"), Some(5070)))
    );
    assert_eq!(Uri::parse(b"sip:[2001:db8:::192.0.2.1]").map(|uri| uri.host), Ok(v6("2001:db8::192.0.2.1")));
    for received in ["[2001:db8::9:255]", "2001:db8::9:255"] {
        let text = std::format!("SIP/2.0/UDP [2001:db8::9:1];received={received};branch=z9hG4bKas3");
        assert_eq!(Via::parse(text.as_bytes()).unwrap().received(), Some("2001:db8::9:255".parse().unwrap()));
    }
}

/// rfc4475#3.1.1.11: parts of a body, one of them binary.
#[test]
fn rfc4475_multipart() {
    let mut bytes = request(&["Content-Type: multipart/mixed;boundary=\"7a9c\""]);
    bytes.extend_from_slice(
        b"preamble\r\n--7a9c\r\nContent-Type: text/plain\r\n\r\nHello\r\n--7a9cX is not it\r\n--7a9c\r\n",
    );
    bytes.extend_from_slice(b"Content-Type : application/sdp\r\n\r\nv=0\r\n\r\n--7a9c  \r\nContent-Type: application/octet-stream\r\n\r\n\x00\xff\r\n--7a9c--\r\nepilogue");
    let message = Message::parse(&bytes).unwrap();
    message.check().unwrap();
    let parts: Vec<Part<'_>> = Parts::new(&message.content_type().unwrap(), message.body()).unwrap().collect();
    assert_eq!(parts.len(), 3);
    assert_eq!(parts[0].body, b"Hello\r\n--7a9cX is not it");
    assert_eq!(message.described(), Described { description: Some(b"v=0\r\n"), flaw: None });
    assert_eq!(parts[2].body, b"\x00\xff");
}

/// rfc5621#4.1, #6.1, #8.1: the description that counts, and why a body is refused.
#[cfg(feature = "identity")]
#[test]
fn a_description_is_found_among_parts() {
    const SDP: &str = "Content-Type: application/sdp\r\n\r\nv=0";
    const FOUND: Described<'_> = Described { description: Some(b"v=0"), flaw: None };
    let flawed = |flaw| Described { description: None, flaw: Some(flaw) };
    let found_but = |flaw| Described { flaw: Some(flaw), ..FOUND };
    let parts = |boundary: &str, parts: &[&str]| {
        let parts: String = parts.iter().map(|part| std::format!("--{boundary}\r\n{part}\r\n")).collect();
        std::format!("{parts}--{boundary}--\r\n")
    };
    let of = |kind: &str, inner: &[&str]| {
        std::format!("Content-Type: multipart/{kind};\r\n boundary=in\r\n\r\n{}", parts("in", inner))
    };
    let coded = |line: &str| std::format!("{line}\r\n{SDP}");
    let other =
        |handling: &str| std::format!("Content-Type: image/png\r\nContent-Disposition: icon{handling}\r\n\r\n\u{1}");
    let read = |kind: &str, body: &str| {
        let mut bytes = request(&[&std::format!("Content-Type: multipart/{kind}")]);
        bytes.extend_from_slice(body.as_bytes());
        let message = Message::parse(&bytes).unwrap();
        let described = message.described();
        (described.description.map(<[u8]>::to_vec), described.flaw)
    };
    let is = |described: Described<'_>| (described.description.map(<[u8]>::to_vec), described.flaw);
    let (nested, deep) =
        (of("alternative", &[SDP, &other("")]), of("mixed", &[&of("alternative", &[SDP]).replace("in", "deep")]));
    let (many, most) = ([SDP; 17], [SDP; 16]);
    let (long, longest) = ("b".repeat(71), "b".repeat(70));
    let broken = "Content-Type: multipart/mixed\r\n\r\n--in\r\n";
    let optional = "Content-Type: multipart/mixed\r\nContent-Disposition: render;handling=optional\r\n\r\nx";
    for (kind, body, expected) in [
        ("mixed;boundary=b", parts("b", &[SDP]), FOUND),
        // an unknown kind is read as mixed is (rfc2046#5.1.3)
        ("odd;boundary=b", parts("b", &["\r\ntext", SDP]), FOUND),
        ("mixed;boundary=b", parts("b", &[&nested, &other("")]), FOUND),
        ("alternative;boundary=b", parts("b", &[SDP, &other(";handling=required")]), FOUND),
        ("alternative;boundary=b", parts("b", &["Content-Type: application/sdp\r\n\r\nold", SDP]), FOUND),
        ("mixed;boundary=b", parts("b", &[SDP, "Content-Type: application/sdp\r\n\r\nnext"]), FOUND),
        // one level in another, no more
        ("mixed;boundary=b", parts("b", &[&deep]), flawed(Flaw::Unknown)),
        ("mixed;boundary=b", parts("b", &[SDP, &deep]), FOUND),
        // the handling of a part, which is passed over where it says nothing
        ("mixed;boundary=b", parts("b", &[SDP, &other("")]), FOUND),
        ("mixed;boundary=b", parts("b", &[SDP, &other(";handling=optional")]), FOUND),
        ("mixed;boundary=b", parts("b", &[SDP, &other("; Handling=REQUIRED")]), found_but(Flaw::Unknown)),
        ("mixed;boundary=b", parts("b", &[&other("")]), flawed(Flaw::Unknown)),
        ("mixed;boundary=b", parts("b", &[SDP, optional]), FOUND),
        ("mixed;boundary=b", parts("b", &[SDP, broken]), found_but(Flaw::Malformed)),
        ("mixed;boundary=b", parts("b", &[&other(";handling=required"), broken, SDP]), found_but(Flaw::Malformed)),
        // another use than the session's, and codings
        ("mixed;boundary=b", parts("b", &[&coded("Content-Disposition: session;handling=required")]), FOUND),
        ("mixed;boundary=b", parts("b", &[&coded("Content-Disposition: early-session")]), flawed(Flaw::Unknown)),
        ("mixed;boundary=b", parts("b", &[&coded("Content-Transfer-Encoding: 8BIT")]), FOUND),
        ("mixed;boundary=b", parts("b", &[&coded("Content-Transfer-Encoding: base64")]), flawed(Flaw::Unknown)),
        ("mixed;boundary=b", parts("b", &[&coded("Content-Encoding: gzip")]), flawed(Flaw::Unknown)),
        // the form and its limits
        (&std::format!("mixed;boundary={longest}"), parts(&longest, &[SDP]), FOUND),
        (&std::format!("mixed;boundary={long}"), parts(&long, &[SDP]), flawed(Flaw::Malformed)),
        ("mixed", parts("b", &[SDP]), flawed(Flaw::Malformed)),
        ("mixed;boundary=\"\"", parts("", &[SDP]), flawed(Flaw::Malformed)),
        ("mixed;boundary=b", "--c--\r\n".into(), flawed(Flaw::Malformed)),
        ("mixed;boundary=b", parts("b", &[SDP]).replace("--b--", ""), flawed(Flaw::Malformed)),
        ("mixed;boundary=b", parts("b", &[]), flawed(Flaw::Unknown)),
        ("mixed;boundary=b", parts("b", &most), FOUND),
        ("mixed;boundary=b", parts("b", &many), flawed(Flaw::Malformed)),
    ] {
        assert_eq!(read(kind, &body), is(expected), "{kind}\n{body}");
    }
}

/// Quoted strings where the grammar has none, as peers write them: they are read as peers read them.
#[test]
fn quoted_strings_of_peers() {
    for line in [
        "From: \"\"unknown\"\" <sip:caller@192.0.2.9>;tag=1",
        "To: \"Front\" Desk \"2\" <sip:vivekg@example.com>",
        "Contact: <sip:caller@192.0.2.9;+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF>\";ob>",
        "Contact: \"\"a b\"\" <sip:caller@192.0.2.9;x=\"a;b\">;+sip.instance=\"<urn:uuid:1>\"",
        "Record-Route: <sip:p1.example.com;lr;x=\"<1>, <2>\">, <sip:p2.example.com;lr>",
        "From: <sip:caller@192.0.2.9;x=\"<sip:who@there>\">;tag=1;y=\"<>,;\"",
        "Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1;x=\"a, b;c\", SIP/2.0/UDP 192.0.2.8;branch=z9hG4bK2;y=\"\"",
        "=INVITE sip:vivekg@example.com;x=\"<y>\" SIP/2.0",
    ] {
        let bytes = request(&[line]);
        assert_eq!(verdict(&bytes), Fine, "{line}");
        let message = Message::parse(&bytes).unwrap();
        if line.starts_with("Record-Route") {
            let routes: Vec<Vec<u8>> =
                message.addresses(Name::RecordRoute).map(|route| route.unwrap().uri.to_vec()).collect();
            assert_eq!(routes, [&b"sip:p1.example.com;lr;x=\"<1>, <2>\""[..], b"sip:p2.example.com;lr"]);
        }
        if line.starts_with("Via") {
            assert_eq!(message.values(Name::Via).count(), 2);
        }
    }
}

/// Every message of the tables cut at every byte, and with every byte changed: no panic in any getter.
#[test]
fn broken_anywhere() {
    let base = request(&[
        "v: SIP/2.0/TCP [2001:db8::1];received=2001:db8::2;rport;branch=\"x\\\"y\"",
        "Contact: \"A \\\"B\" <sip:a%20b:c@[::1]:5;x=y?h=v>;q=0.1, sip:b@c;d",
        "Route: <sip:a;lr;x=\"<\\\">, \">,\r\n\t\"\"b\"\" c <sip:b;lr>",
        "WWW-Authenticate: Digest realm=\"a,b\\\"\", nonce=\"n\", qop=\"auth\", stale",
        "Content-Type: multipart/mixed; boundary=b",
        "Content-Length: 20",
        "|--b\r\n\r\nx\r\n--b--\r\n....",
    ]);
    let source = "[2001:db8::5]:5060".parse().unwrap();
    let ask = |bytes: &[u8]| {
        let _ = cut(bytes, 1500);
        let Ok(message) = Message::parse(bytes) else { return };
        let mut room = [0; 2048];
        let mut out = crate::base::cursor::Cursor::new(&mut room);
        let _ = (message.check(), message.via_for_response(), message.max_forwards(), message.described());
        echo_with_routes(&message, message.via().ok().as_ref(), source, &mut out);
        for (name, _, value) in message.all() {
            let _ = (
                message.values(name).count(),
                Address::parse(value).map(|address| address.parsed_uri()),
                Via::parse(value),
            );
            let _ = (
                AuthParams::new(value).count(),
                Params::new(value).count(),
                Uri::parse(value).map(|uri| uri.equal(&uri)),
            );
            write_unescaped(value, &mut out);
        }
        let _ = message.contacts().count();
    };
    for end in 0..base.len() {
        ask(&base[..end]);
        let mut changed = base.clone();
        for byte in [0, b'\r', b'\n', b' ', b'"', b'\\', b'<', b'>', b';', b',', b':', b'=', b'%', b'[', b'0', 0xff] {
            changed[end] = byte;
            ask(&changed);
        }
    }
}
