//! States of others: fetched or watched, told by a far end of the test's own.

use super::messages::{echoed, far, hears, of_type};
use super::*;
use std::net::SocketAddr;

const PRESENCE: (&str, &str) = (
    "application/pidf+xml",
    "<presence xmlns=\"urn:ietf:params:xml:ns:pidf\" entity=\"sip:bob@x\"><tuple id=\"a\"><status><basic>open</basic>\
     </status><contact>sip:bob@desk</contact><note>At lunch</note></tuple></presence>",
);
const TALKS: (&str, &str) = (
    "application/dialog-info+xml",
    "<dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\" version=\"0\" state=\"full\" entity=\"sip:bob@x\">\
     <dialog id=\"1\" call-id=\"c\" local-tag=\"l\" remote-tag=\"r\" direction=\"recipient\"><state>confirmed</state><remote>\
     <identity display=\"Carol\">sip:carol@x</identity></remote></dialog></dialog-info>",
);
const HANGS_UP: (&str, &str) = (
    "application/dialog-info+xml",
    "<dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\" version=\"1\" state=\"partial\" entity=\"sip:bob@x\">\
     <dialog id=\"1\"><state>terminated</state></dialog></dialog-info>",
);
const MAILBOX: (&str, &str) = (
    "application/simple-message-summary",
    "Messages-Waiting: yes\r\nMessage-Account: sip:box@x\r\nVoice-Message: 2/8 (1/0)\r\nFax-Message: 0/1\r\n",
);
const NOTHING: (&str, &str) = ("", "");

/// A far end that is watched.
struct Watched {
    socket: UdpSocket,
    uri: String,
    numbers: u32,
}

/// One subscription of our command's there.
struct Taken {
    request: String,
    from: SocketAddr,
}

impl Watched {
    fn new() -> Self {
        let (socket, uri) = far();
        Self { socket, uri, numbers: 0 }
    }

    fn subscribed(&self) -> Taken {
        let (request, from) = hears(&self.socket, "SUBSCRIBE ");
        Taken { request, from }
    }

    fn respond(&self, taken: &Taken, status: &str, more: &str) {
        let lines = echoed(&taken.request);
        // a To that has a tag is of the dialog
        let lines: String = lines
            .split_inclusive("\r\n")
            .map(|line| {
                let tagged = !line.starts_with("To:") || line.contains(";tag=");
                if tagged { line.to_owned() } else { format!("{};tag=far\r\n", line.trim_end()) }
            })
            .collect();
        let contact = format!("Contact: <{}>\r\n", self.uri);
        let response = format!("SIP/2.0 {status}\r\n{lines}{contact}{more}Content-Length: 0\r\n\r\n");
        self.socket.send_to(response.as_bytes(), taken.from).unwrap();
    }

    /// Notifies, and gives the status of the response.
    fn notify(&mut self, taken: &Taken, event: &str, state: &str, (kind, body): (&str, &str)) -> u32 {
        self.numbers += 1;
        let line = |name: &str| {
            let found = taken.request.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
            found.unwrap_or_default().to_owned()
        };
        let (us, contact) = (self.socket.local_addr().unwrap(), line("Contact"));
        let target = contact.trim_start_matches('<').split('>').next().unwrap();
        let to = line("To");
        let from = if to.contains(";tag=") { to } else { format!("{to};tag=far") };
        let kind = if kind.is_empty() { String::new() } else { format!("Content-Type: {kind}\r\n") };
        let request = format!(
            "NOTIFY {target} SIP/2.0\r\nVia: SIP/2.0/UDP {us};branch=z9hG4bKn{number}\r\nMax-Forwards: 70\r\nFrom: {from}\r\n\
             To: {}\r\nCall-ID: {}\r\nCSeq: {number} NOTIFY\r\nContact: <{}>\r\nEvent: {event}\r\n\
             Subscription-State: {state}\r\n{kind}Content-Length: {}\r\n\r\n{body}",
            line("From"),
            line("Call-ID"),
            self.uri,
            body.len(),
            number = self.numbers,
        );
        self.socket.send_to(request.as_bytes(), taken.from).unwrap();
        let (response, _) = hears(&self.socket, "SIP/2.0 ");
        response.split(' ').nth(1).unwrap().parse().unwrap()
    }
}

/// Our command, printing JSON.
struct Ours {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
    told: Vec<Value>,
}

impl Drop for Ours {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ours {
    fn start(far: &Watched, command: &str, arguments: &[&str]) -> Self {
        let mut ours = microsip(&[command, &far.uri, "--json", "--listen", "127.0.0.1:0"]);
        let mut child = ours.args(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines, told: Vec::new() }
    }

    /// Until it has printed so many objects of this type: what comes sooner behind another is told with it.
    fn has_told(&mut self, kind: &str, count: usize) -> &mut Self {
        while of_type(&self.told, kind).len() < count {
            let mut line = String::new();
            assert!(self.lines.read_line(&mut line).unwrap() > 0, "no {kind} number {count}: {:?}", self.told);
            self.told.extend(objects(&line));
        }
        self
    }

    /// Its exit code, once it ends.
    fn ended(&mut self) -> Option<i32> {
        let rest: Vec<String> = (&mut self.lines).lines().map(Result::unwrap).collect();
        self.told.extend(objects(&rest.join("\n")));
        self.child.wait().unwrap().code()
    }

    fn of(&self, kind: &str) -> Vec<Value> {
        of_type(&self.told, kind)
    }

    /// The states of its subscriptions, in order.
    fn states(&self) -> Vec<String> {
        self.of("subscription").iter().map(|told| told["state"].as_str().unwrap().to_owned()).collect()
    }
}

#[test]
fn presence_is_fetched_once() {
    let mut far = Watched::new();
    let mut ours = Ours::start(&far, "presence", &[]);
    let taken = far.subscribed();
    assert!(taken.request.contains("\r\nExpires: 0\r\n") && taken.request.contains("\r\nEvent: presence\r\n"));
    far.respond(&taken, "200 OK", "Expires: 0\r\n");
    assert_eq!(far.notify(&taken, "presence", "terminated;reason=timeout", PRESENCE), 200);
    let (code, told) = (ours.ended(), ours.told.clone());
    let state = &of_type(&told, "notify")[0];
    assert_eq!(code, Some(0), "{told:?}");
    assert_eq!(
        (&state["lamp"], &state["note"], &state["contact"], &state["event"]),
        (&"open".into(), &"At lunch".into(), &"sip:bob@desk".into(), &"presence".into())
    );
    // the same for people; and of somebody of whom nothing is known
    for (body, wanted) in [(PRESENCE, "open, \"At lunch\""), (NOTHING, "unknown")] {
        let mut command =
            microsip(&["subscribe", &far.uri, "--event", "presence", "--once", "--listen", "127.0.0.1:0"]);
        let ours = command.stdout(Stdio::piped()).spawn().unwrap();
        let taken = far.subscribed();
        far.respond(&taken, "200 OK", "Expires: 0\r\n");
        far.notify(&taken, "presence", "terminated;reason=timeout", body);
        let output = ours.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", out(&output));
        assert!(out(&output).contains(&format!("{}: {wanted}", far.uri)), "{}", out(&output));
    }
}

/// A document that cannot be read is told, and is no success.
#[test]
fn a_document_that_cannot_be_read_is_no_answer() {
    let broken = ("application/pidf+xml", "<broken");
    for once in [true, false] {
        let mut far = Watched::new();
        let mut ours = Ours::start(&far, "presence", if once { &[] } else { &["--watch", "--for", "1500ms"] });
        let taken = far.subscribed();
        far.respond(&taken, "200 OK", if once { "Expires: 0\r\n" } else { "Expires: 600\r\n" });
        let state = if once { "terminated;reason=timeout" } else { "active;expires=600" };
        assert_eq!(far.notify(&taken, "presence", state, broken), 400);
        if !once {
            let last = far.subscribed();
            far.respond(&last, "200 OK", "Expires: 0\r\n");
            far.notify(&last, "presence", "terminated;reason=timeout", NOTHING);
        }
        let (code, told) = (ours.ended(), ours.told.clone());
        assert_eq!((code, of_type(&told, "notify").len()), (Some(4), 0), "{told:?}");
        let fault = &of_type(&told, "error")[0];
        assert!(fault["text"].as_str().unwrap().contains("cannot be read"), "{told:?}");
        assert_eq!(ours.states().iter().any(|state| state == "unread"), !once, "{told:?}");
    }
}

#[test]
fn calls_are_watched_until_the_time_is_over_and_it_is_taken_back() {
    let mut far = Watched::new();
    let arguments = ["--event", "dialog", "--for", "1500ms", "--header", "X-Panel: 7", "--subscription-expires", "10m"];
    let mut ours = Ours::start(&far, "subscribe", &arguments);
    let taken = far.subscribed();
    assert!(taken.request.contains("\r\nX-Panel: 7\r\n") && taken.request.contains("\r\nExpires: 600\r\n"));
    // it overtakes its 200
    assert_eq!(far.notify(&taken, "dialog", "active;expires=600", TALKS), 200);
    far.respond(&taken, "200 OK", "Expires: 600\r\n");
    ours.has_told("notify", 1);
    // the same once more is no news
    assert_eq!(far.notify(&taken, "dialog", "active;expires=600", TALKS), 200);
    assert_eq!(far.notify(&taken, "dialog", "active;expires=599", HANGS_UP), 200);
    let last = far.subscribed();
    assert!(last.request.contains("\r\nExpires: 0\r\n"), "{}", last.request);
    far.respond(&last, "200 OK", "Expires: 0\r\n");
    far.notify(&last, "dialog", "terminated;reason=timeout", NOTHING);
    let (code, told) = (ours.ended(), ours.told.clone());
    assert_eq!(code, Some(0), "{told:?}");
    let states = of_type(&told, "notify");
    assert_eq!((&states[0]["lamp"], &states[1]["lamp"], states.len()), (&"busy".into(), &"idle".into(), 2), "{told:?}");
    let call = &states[0]["calls"][0];
    assert_eq!(
        (&call["party"], &call["name"], &call["called"]),
        (&"sip:carol@x".into(), &"Carol".into(), &true.into())
    );
    assert_eq!(call["replaces"], "c;to-tag=r;from-tag=l");
}

#[test]
fn a_mailbox_and_another_package_are_shown() {
    let mut far = Watched::new();
    let mut ours = Ours::start(&far, "subscribe", &["--event", "message-summary", "--once"]);
    let taken = far.subscribed();
    far.respond(&taken, "200 OK", "Expires: 0\r\n");
    far.notify(&taken, "message-summary", "terminated;reason=timeout", MAILBOX);
    let (code, told) = (ours.ended(), ours.told.clone());
    let state = &of_type(&told, "notify")[0];
    assert_eq!((code, &state["new"], &state["account"]), (Some(0), &2.into(), &"sip:box@x".into()), "{told:?}");
    assert_eq!((&state["messages"][0]["class"], &state["messages"][0]["new_urgent"]), (&"voice".into(), &1.into()));
    assert_eq!((&state["messages"][1]["class"], &state["messages"][1]["old"]), (&"fax".into(), &1.into()));

    let mut ours = Ours::start(&far, "subscribe", &["--event", "weather", "--accept", "text/plain", "--once"]);
    let taken = far.subscribed();
    assert!(taken.request.contains("\r\nAccept: text/plain\r\n"), "{}", taken.request);
    far.respond(&taken, "200 OK", "Expires: 0\r\n");
    far.notify(&taken, "weather", "terminated;reason=timeout", ("text/plain", "rain\r\nsnow"));
    let (code, told) = (ours.ended(), ours.told.clone());
    let state = &of_type(&told, "notify")[0];
    assert_eq!((code, &state["text"]), (Some(0), &"rain\r\nsnow".into()), "{told:?}");
    assert!(state["content_type"] == "text/plain" && state.get("lamp").is_none(), "{told:?}");
}

/// A list of parties: the document that names them, and a part for each.
fn list(version: u32, parties: &[(&str, (&'static str, &str))]) -> String {
    let (mut rows, mut parts) = (String::new(), String::new());
    for (name, (kind, text)) in parties {
        let cid = if text.is_empty() { String::new() } else { format!(" cid=\"{name}\"") };
        let state = if text.is_empty() { "terminated\" reason=\"rejected" } else { "active" };
        rows += &format!("<resource uri=\"sip:{name}@x\"><instance id=\"1\" state=\"{state}\"{cid}/></resource>");
        if !text.is_empty() {
            parts += &format!("--b\r\nContent-ID: <{name}>\r\nContent-Type: {kind}\r\n\r\n{text}\r\n");
        }
    }
    format!(
        "--b\r\nContent-Type: application/rlmi+xml\r\n\r\n<list uri=\"sip:all@x\" version=\"{version}\" fullState=\"true\">{rows}\
         </list>\r\n{parts}--b--\r\n"
    )
}

#[test]
fn each_party_of_a_list_is_shown_when_it_changes() {
    let mut far = Watched::new();
    let mut ours = Ours::start(&far, "subscribe", &["--event", "dialog", "--for", "2s"]);
    let taken = far.subscribed();
    assert!(taken.request.contains("\r\nSupported: eventlist\r\n"), "{}", taken.request);
    far.respond(&taken, "200 OK", "Expires: 3600\r\n");
    let kind = "multipart/related; type=\"application/rlmi+xml\"; boundary=b";
    let first = list(0, &[("dora", TALKS), ("erik", HANGS_UP), ("jim", ("", ""))]);
    assert_eq!(far.notify(&taken, "dialog", "active;expires=3600", (kind, &first)), 200);
    ours.has_told("notify", 4);
    let second = list(1, &[("dora", HANGS_UP), ("erik", HANGS_UP)]);
    assert_eq!(far.notify(&taken, "dialog", "active;expires=3600", (kind, &second)), 200);
    ours.has_told("notify", 7);
    // a list that cannot be read is told, too
    assert_eq!(far.notify(&taken, "dialog", "active;expires=3600", (kind, "x")), 400);
    let last = far.subscribed();
    far.respond(&last, "200 OK", "Expires: 0\r\n");
    far.notify(&last, "dialog", "terminated;reason=timeout", NOTHING);
    let (code, told) = (ours.ended(), ours.told.clone());
    assert_eq!((code, ours.states()), (Some(0), vec!["asking".into(), "active".into(), "unread".into()]), "{told:?}");
    let states = of_type(&told, "notify");
    let seen: Vec<_> = states.iter().map(|told| (told["uri"].as_str(), told["lamp"].as_str())).collect();
    let all = Some(&*far.uri);
    let wanted = [
        (Some("sip:dora@x"), Some("busy")),
        (Some("sip:erik@x"), Some("idle")),
        (Some("sip:jim@x"), Some("unknown")),
        (all, None),
        (Some("sip:dora@x"), Some("idle")),
        (Some("sip:jim@x"), Some("unknown")),
        (all, None),
    ];
    assert_eq!(seen, wanted, "{told:?}");
    assert_eq!((states[0]["list"].as_str(), &states[0]["calls"][0]["party"]), (all, &"sip:carol@x".into()), "{told:?}");
    assert_eq!((&states[2]["reason"], &states[5]["reason"]), (&"rejected".into(), &"removed".into()), "{told:?}");
    assert_eq!((&states[3]["parties"], &states[6]["parties"]), (&3.into(), &2.into()), "{told:?}");
}

#[test]
fn a_refusal_is_an_exit_code_and_words() {
    for (status, exit, words) in [
        ("403 Forbidden", 1, "refused the subscription: 403"),
        ("489 Bad Event", 1, "489"),
        ("480 Gone", 4, "was not reached: 480"),
    ] {
        let far = Watched::new();
        let mut ours = Ours::start(&far, "subscribe", &["--event", "dialog"]);
        far.respond(&far.subscribed(), status, "");
        let (code, told) = (ours.ended(), ours.told.clone());
        let fault = &of_type(&told, "error")[0];
        assert_eq!((code, fault["exit"].as_i64()), (Some(exit), Some(i64::from(exit))), "{told:?}");
        assert!(fault["text"].as_str().unwrap().contains(words), "{told:?}");
        let state = &of_type(&told, "subscription")[1];
        assert_eq!(state["sip_code"].as_u64(), status.split(' ').next().unwrap().parse().ok(), "{told:?}");
    }
    let (_socket, port) = closed();
    let nobody = format!("sip:bob@127.0.0.1:{port}");
    let output = run(microsip(&["presence", &nobody, "--listen", "127.0.0.1:0"]));
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains("was not asked: unreachable"), "{}", err(&output));
}

#[test]
fn the_far_end_may_end_it_for_good() {
    let mut far = Watched::new();
    let mut ours = Ours::start(&far, "subscribe", &["--event", "dialog"]);
    let taken = far.subscribed();
    far.respond(&taken, "200 OK", "Expires: 3600\r\n");
    far.notify(&taken, "dialog", "active;expires=3600", TALKS);
    ours.has_told("subscription", 2);
    far.notify(&taken, "dialog", "terminated;reason=noresource", NOTHING);
    let (code, told) = (ours.ended(), ours.told.clone());
    assert_eq!((code, of_type(&told, "notify").len()), (Some(1), 1), "{told:?}");
    let fault = &of_type(&told, "error")[0];
    assert!(fault["text"].as_str().unwrap().contains("ended the subscription"), "{told:?}");
    assert_eq!(ours.states(), ["asking", "active", "ended"], "{told:?}");
}

#[test]
fn an_end_for_a_time_is_told_and_it_is_tried_again_when_it_is_welcome() {
    let mut far = Watched::new();
    let mut ours = Ours::start(&far, "subscribe", &["--event", "dialog", "--for", "4s"]);
    let taken = far.subscribed();
    far.respond(&taken, "200 OK", "Expires: 3600\r\n");
    far.notify(&taken, "dialog", "terminated;reason=probation;retry-after=1", NOTHING);
    let began = Instant::now();
    let again = far.subscribed();
    assert!(began.elapsed() >= Duration::from_millis(900), "too early: {:?}", began.elapsed());
    far.respond(&again, "200 OK", "Expires: 3600\r\n");
    far.notify(&again, "dialog", "active;expires=3600", TALKS);
    let last = far.subscribed();
    far.respond(&last, "200 OK", "Expires: 0\r\n");
    far.notify(&last, "dialog", "terminated;reason=timeout", NOTHING);
    let (code, told) = (ours.ended(), ours.told.clone());
    assert_eq!(code, Some(0), "{told:?}");
    assert_eq!(ours.states(), ["asking", "retrying", "active"], "{told:?}");
    assert_eq!(of_type(&told, "notify")[0]["lamp"], "busy");
}

#[test]
fn somebody_who_tells_nothing_in_time_is_no_answer() {
    let far = Watched::new();
    let mut ours = Ours::start(&far, "presence", &["--watch", "--for", "300ms"]);
    far.subscribed();
    let (code, told) = (ours.ended(), ours.told.clone());
    assert_eq!(code, Some(4), "{told:?}");
    assert!(of_type(&told, "error")[0]["text"].as_str().unwrap().contains("told nothing in time"), "{told:?}");
    // one that has to ask somebody first
    let mut far = Watched::new();
    let mut ours = Ours::start(&far, "presence", &["--watch", "--for", "1s"]);
    let taken = far.subscribed();
    far.respond(&taken, "202 Accepted", "Expires: 3600\r\n");
    far.notify(&taken, "presence", "pending;expires=3600", NOTHING);
    far.respond(&far.subscribed(), "200 OK", "Expires: 0\r\n");
    far.notify(&taken, "presence", "terminated;reason=timeout", NOTHING);
    let (code, told) = (ours.ended(), ours.told.clone());
    assert_eq!(code, Some(4), "{told:?}");
    assert!(of_type(&told, "error")[0]["text"].as_str().unwrap().contains("has not agreed in time"), "{told:?}");
    assert_eq!(ours.states(), ["asking", "pending"], "{told:?}");
}

#[test]
fn several_are_watched_at_once_and_a_refusal_leaves_the_others() {
    let (mut one, two) = (Watched::new(), Watched::new());
    let mut ours = Ours::start(&one, "subscribe", &[&two.uri, "--event", "dialog", "--for", "1s"]);
    two.respond(&two.subscribed(), "404 Not Found", "");
    let taken = one.subscribed();
    one.respond(&taken, "200 OK", "Expires: 3600\r\n");
    one.notify(&taken, "dialog", "active;expires=3600", TALKS);
    one.respond(&one.subscribed(), "200 OK", "Expires: 0\r\n");
    one.notify(&taken, "dialog", "terminated;reason=timeout", NOTHING);
    let (code, told) = (ours.ended(), ours.told.clone());
    assert_eq!((code, of_type(&told, "error").len()), (Some(1), 1), "{told:?}");
    assert_eq!(of_type(&told, "notify")[0]["uri"].as_str(), Some(&*one.uri), "{told:?}");
}

#[test]
fn what_cannot_be_watched_is_refused_before_anything_leaves() {
    let far = Watched::new();
    for (arguments, wanted) in [
        (&["subscribe", &*far.uri][..], "--event <PACKAGE>"),
        (&["subscribe", "--event", "dialog"], "<URI>"),
        (&["subscribe", &far.uri, "--event", "two words"], "use presence, dialog, message-summary"),
        (&["subscribe", &far.uri, "--event", "x;y=1"], "is no package"),
        (&["subscribe", &far.uri, "--event", "dialog", "--accept", "a/b"], "dialog brings the type of its bodies"),
        (&["subscribe", &far.uri, "--event", "x", "--accept", "ab"], "\"ab\" is no type"),
        (&["subscribe", &far.uri, "--event", "dialog", "--subscription-expires", "0"], "write 60s, 10m or 1h"),
        (
            &["subscribe", &far.uri, "--event", "dialog", "--once", "--subscription-expires", "60"],
            "cannot be used with",
        ),
        (&["subscribe", &far.uri, "--event", "dialog", "--for", "soon"], "write 500ms, 10s"),
        (&["subscribe", &far.uri, "--event", "dialog", "--header", "X"], "write \"Name: value\""),
        (&["subscribe", &far.uri, "--event", "dialog", "--header", "Event: x"], "--header"),
        (&["presence", &far.uri, "--subscription-expires", "60s"], "give --watch, too"),
        (&["presence", "100"], "give --uri sip:user@domain, or write a whole address"),
        (&["presence", "http://x"], "the address \"http://x\" is no address"),
        (&["presence", &far.uri, "--realm", "x"], "--realm is an account's"),
    ] {
        let output = run(microsip(&[arguments, &["--listen", "127.0.0.1:0"]].concat()));
        let text = err(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {text}");
        assert!(text.contains(wanted), "{arguments:?}: {text}");
        assert!(!text.contains("->") && !text.to_lowercase().contains("microsip_"), "it speaks C: {text}");
    }
    far.socket.set_nonblocking(true).unwrap();
    assert!(far.socket.recv(&mut [0; 100]).is_err(), "something left");
}

#[cfg(unix)]
#[test]
fn ctrl_c_takes_a_subscription_back() {
    let mut far = Watched::new();
    let mut ours = Ours::start(&far, "presence", &["--watch"]);
    let taken = far.subscribed();
    far.respond(&taken, "200 OK", "Expires: 3600\r\n");
    far.notify(&taken, "presence", "active;expires=3600", PRESENCE);
    ours.has_told("notify", 1);
    // SAFETY: our own child, not waited for yet.
    unsafe { libc::kill(ours.child.id() as i32, libc::SIGINT) };
    let last = far.subscribed();
    assert!(last.request.contains("\r\nExpires: 0\r\n"), "{}", last.request);
    far.respond(&last, "200 OK", "Expires: 0\r\n");
    far.notify(&last, "presence", "terminated;reason=timeout", NOTHING);
    let (code, told) = (ours.ended(), ours.told.clone());
    assert_eq!(code, Some(0), "{told:?}");
}
