//! A scripted peer: a socket of no phone that reads with the core's own parser and sends what a test tells it to.

use crate::lab::Lab;
use crate::repeating::acknowledgement;
use microsip_core::base::time::{Duration, Instant};
use microsip_core::phone::CallId;
use microsip_core::wire::sip::{Message, Start};
use std::fmt::Write as _;
use std::net::SocketAddr;

/// A SIP message that came to a peer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Sip {
    /// The time of its arrival.
    pub at: Instant,
    /// Its source.
    pub from: SocketAddr,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Sip {
    /// As the core reads it.
    #[track_caller]
    pub fn message(&self) -> Message<'_> {
        Message::parse(&self.bytes).expect("a SIP message")
    }

    /// As text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// Its status; 0 for a request.
    pub fn status(&self) -> u16 {
        match self.message().start() {
            Start::Response { status, .. } => status,
            Start::Request { .. } => 0,
        }
    }

    /// Its Request-URI.
    pub fn uri(&self) -> String {
        match self.message().start() {
            Start::Request { uri, .. } => String::from_utf8_lossy(uri).into_owned(),
            Start::Response { .. } => String::new(),
        }
    }

    /// The values of a header, a string a field line.
    pub fn headers(&self, name: &str) -> Vec<String> {
        let text = self.text();
        let head = text.split("\r\n\r\n").next().unwrap_or_default();
        let fields = head.split("\r\n").skip(1).filter_map(|line| line.split_once(':'));
        fields.filter(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned()).collect()
    }

    /// The fields of this name, together, list this token.
    pub fn lists(&self, name: &str, token: &str) -> bool {
        self.headers(name).iter().flat_map(|list| list.split(',')).any(|listed| listed.trim() == token)
    }

    /// The first value of a header, or nothing.
    pub fn header(&self, name: &str) -> String {
        self.headers(name).into_iter().next().unwrap_or_default()
    }

    /// The tag of From.
    pub fn from_tag(&self) -> String {
        self.message()
            .from()
            .ok()
            .and_then(|from| from.tag())
            .map(|tag| String::from_utf8_lossy(tag).into_owned())
            .unwrap_or_default()
    }

    /// The tag of To.
    pub fn to_tag(&self) -> String {
        self.message()
            .to()
            .ok()
            .and_then(|to| to.tag())
            .map(|tag| String::from_utf8_lossy(tag).into_owned())
            .unwrap_or_default()
    }

    /// The branch of the top Via.
    pub fn branch(&self) -> String {
        self.message()
            .via()
            .ok()
            .and_then(|via| via.branch())
            .map(|branch| String::from_utf8_lossy(branch).into_owned())
            .unwrap_or_default()
    }

    /// The number of CSeq.
    pub fn number(&self) -> u32 {
        self.message().cseq().map(|cseq| cseq.number).unwrap_or_default()
    }

    /// Its body.
    pub fn body(&self) -> String {
        String::from_utf8_lossy(self.message().body()).into_owned()
    }

    /// The URI of its Contact, without the angle brackets.
    pub fn contact(&self) -> String {
        let contact = self.header("Contact");
        contact.split(['<', '>']).nth(1).unwrap_or(&contact).to_owned()
    }
}

/// A session description with G.711 and digits. `way` is a direction attribute, or empty.
pub fn sdp(address: &str, port: u16, way: &str) -> String {
    let way = if way.is_empty() { String::new() } else { format!("a={way}\r\n") };
    format!(
        "v=0\r\no=peer 1 {port} IN IP4 10.0.0.9\r\ns=-\r\nc=IN IP4 {address}\r\nt=0 0\r\nm=audio {port} RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n{way}"
    )
}

/// A scripted peer. It keeps one dialog; forks are made by changing its tag.
#[derive(Clone, Debug)]
pub struct Peer {
    /// Its socket.
    pub at: SocketAddr,
    /// The phone it talks with.
    pub phone: SocketAddr,
    /// Its tag.
    pub tag: String,
    /// The phone's tag.
    pub theirs: String,
    /// Call-ID of its dialog.
    pub call_id: String,
    /// Number of its last request.
    pub number: u32,
    /// Request-URI of its requests.
    pub target: String,
    /// The URI in its Contact.
    pub contact: String,
    /// Its From.
    pub own: String,
    /// Its To.
    pub other: String,
    /// Record-Route lines of its responses and its INVITE.
    pub record_routes: Vec<String>,
    /// Route lines of its requests.
    pub routes: Vec<String>,
    branches: u32,
    read: usize,
    obliged: usize,
}

impl Peer {
    /// A peer at this address, for the lab's phone `end`.
    pub fn new(lab: &mut Lab, at: &str, end: usize) -> Self {
        let at = lab.open_raw(at);
        let phone = lab.ends[end].address;
        Self {
            at,
            phone,
            tag: format!("peer-{}", at.to_string().replace(['.', ':'], "-")),
            theirs: String::new(),
            call_id: format!("call-of-{at}"),
            number: 100,
            target: format!("sip:bob@{phone}"),
            contact: format!("sip:peer@{at}"),
            own: format!("<sip:peer@{at}>"),
            other: format!("<sip:bob@{phone}>"),
            record_routes: Vec::new(),
            routes: Vec::new(),
            branches: 0,
            read: 0,
            obliged: 0,
        }
    }

    /// Its session description.
    pub fn sdp(&self) -> String {
        sdp(&self.at.ip().to_string(), 40_000, "")
    }

    /// The messages that came and begin so.
    pub fn all(&self, lab: &Lab, start: &str) -> Vec<Sip> {
        let came = lab.raw[&self.at].iter().filter(|(_, _, bytes)| bytes.starts_with(start.as_bytes()));
        came.map(|(at, from, bytes)| Sip { at: *at, from: *from, bytes: bytes.clone() }).collect()
    }

    /// The times of the messages that begin so, in milliseconds after the first. They have the same bytes.
    #[track_caller]
    pub fn times(&self, lab: &Lab, start: &str) -> Vec<u64> {
        let came = self.all(lab, start);
        let Some(first) = came.first() else { return Vec::new() };
        assert!(
            came.iter().all(|sip| sip.bytes == first.bytes),
            "retransmissions of {start} are identical byte for byte"
        );
        came.iter().map(|sip| sip.at.millis() - first.at.millis()).collect()
    }

    /// Waits for the next message that begins so. Messages before it are passed over.
    #[track_caller]
    pub fn wait(&mut self, lab: &mut Lab, start: &str) -> Sip {
        let (at, from) = (self.at, self.read);
        let find =
            |lab: &Lab| lab.raw[&at].iter().skip(from).position(|(_, _, bytes)| bytes.starts_with(start.as_bytes()));
        lab.run_until(start, |lab| find(lab).is_some());
        let place = from + find(lab).unwrap_or_default();
        self.read = place + 1;
        let (at, source, bytes) = lab.raw[&self.at][place].clone();
        Sip { at, from: source, bytes }
    }

    /// Nothing that begins so comes within this time.
    #[track_caller]
    pub fn silence(&mut self, lab: &mut Lab, start: &str, duration: Duration) {
        lab.run_for(duration);
        let came = lab.raw[&self.at].iter().skip(self.read).find(|(_, _, bytes)| bytes.starts_with(start.as_bytes()));
        assert!(came.is_none(), "{start} came\n{}", crate::ladder::draw(lab));
        self.read = lab.raw[&self.at].len();
    }

    /// Sends text to its phone.
    pub fn send(&self, lab: &mut Lab, text: &str) {
        lab.send_raw(self.at, self.phone, text.as_bytes());
    }

    /// A response to a request, as text. `extra` are header lines; a body is a session description.
    pub fn response_text(&self, request: &Sip, status: u16, extra: &str, body: &str) -> String {
        let mut out = format!("SIP/2.0 {status} As Scripted\r\n");
        for name in ["Via", "From", "Call-ID", "CSeq"] {
            for value in request.headers(name) {
                let _ = write!(out, "{name}: {value}\r\n");
            }
        }
        let to = request.header("To");
        let tagged = status == 100 || self.tag.is_empty() || !request.to_tag().is_empty();
        let _ = if tagged { write!(out, "To: {to}\r\n") } else { write!(out, "To: {to};tag={}\r\n", self.tag) };
        if request.text().starts_with("INVITE") && (101..300).contains(&status) {
            for route in &self.record_routes {
                let _ = write!(out, "Record-Route: {route}\r\n");
            }
            if !self.contact.is_empty() {
                let _ = write!(out, "Contact: <{}>\r\n", self.contact);
            }
        }
        out.push_str(extra);
        finish(&mut out, body);
        out
    }

    /// Sends a response to a request, and learns the dialog from an INVITE.
    pub fn respond(&mut self, lab: &mut Lab, request: &Sip, status: u16, body: &str) {
        self.respond_with(lab, request, status, "", body);
    }

    /// The same with further header lines.
    pub fn respond_with(&mut self, lab: &mut Lab, request: &Sip, status: u16, extra: &str, body: &str) {
        if request.text().starts_with("INVITE") {
            self.theirs = request.from_tag();
            self.call_id = request.header("Call-ID");
            self.target = request.contact();
            self.own = request.header("To").split(";tag=").next().unwrap_or_default().to_owned();
            self.other = request.header("From").split(";tag=").next().unwrap_or_default().to_owned();
        }
        let text = self.response_text(request, status, extra, body);
        lab.send_raw(self.at, request.from, text.as_bytes());
    }

    /// Agrees to all that it is asked within dialogs since the last time: 200 to each request, with its description to
    /// an offer.
    pub fn oblige(&mut self, lab: &mut Lab) {
        while let Some((at, from, bytes)) = lab.raw[&self.at].get(self.obliged).cloned() {
            self.obliged += 1;
            // a ping (rfc5626#3.5.1)
            if bytes.trim_ascii().is_empty() {
                continue;
            }
            let request = Sip { at, from, bytes };
            let method = request.text().split(' ').next().unwrap_or_default().to_owned();
            if request.status() > 0 || request.to_tag().is_empty() || method == "ACK" {
                continue;
            }
            let body = if method == "INVITE" || !request.body().is_empty() && method != "INFO" {
                self.sdp()
            } else {
                String::new()
            };
            let text = self.response_text(&request, 200, "", &body);
            lab.send_raw(self.at, from, text.as_bytes());
        }
    }

    /// A request of its dialog, as text: a new number (but for ACK and CANCEL), a new branch (but for CANCEL).
    pub fn request(&mut self, method: &str, extra: &str, body: &str) -> String {
        if !matches!(method, "ACK" | "CANCEL") {
            self.number += 1;
        }
        if method != "CANCEL" {
            self.branches += 1;
        }
        let branch = format!("z9hG4bK-{}-{}", self.at.port(), self.branches);
        self.request_with(method, &format!("SIP/2.0/UDP {};rport;branch={branch}", self.at), extra, body)
    }

    /// A request with a Via of the test's own.
    pub fn request_with(&self, method: &str, via: &str, extra: &str, body: &str) -> String {
        let mut out = format!("{method} {} SIP/2.0\r\nVia: {via}\r\nMax-Forwards: 70\r\n", self.target);
        for route in &self.routes {
            let _ = write!(out, "Route: {route}\r\n");
        }
        let tag = |text: &str, tag: &str| if tag.is_empty() { text.to_owned() } else { format!("{text};tag={tag}") };
        let _ = write!(
            out,
            "From: {}\r\nTo: {}\r\n",
            tag(&self.own, &self.tag),
            tag(&self.other, if method == "CANCEL" { "" } else { &self.theirs })
        );
        let _ = write!(out, "Call-ID: {}\r\nCSeq: {} {method}\r\n", self.call_id, self.number);
        if method == "INVITE" {
            for route in &self.record_routes {
                let _ = write!(out, "Record-Route: {route}\r\n");
            }
            if !self.contact.is_empty() {
                let _ = write!(out, "Contact: <{}>\r\n", self.contact);
            }
        }
        out.push_str(extra);
        finish(&mut out, body);
        out
    }

    /// Sends an INVITE with its description; gives its text.
    pub fn invite(&mut self, lab: &mut Lab) -> String {
        let body = self.sdp();
        let text = self.request("INVITE", "", &body);
        self.send(lab, &text);
        text
    }

    /// Learns the phone's tag and Contact from its response.
    pub fn learn(&mut self, response: &Sip) {
        self.theirs = response.to_tag();
        if !response.contact().is_empty() {
            self.target = response.contact();
        }
    }

    /// Acknowledges a 2xx.
    pub fn ack(&mut self, lab: &mut Lab, body: &str) {
        let text = self.request("ACK", "", body);
        self.send(lab, &text);
    }

    /// The ACK of a refusal of this INVITE: its Request-URI, branch, From, Call-ID and number, and the response's To.
    pub fn ack_refusal(&self, lab: &mut Lab, invite: &str, refusal: &Sip) {
        let ack = acknowledgement(invite.as_bytes(), &refusal.bytes);
        lab.send_raw(self.at, self.phone, &ack);
    }

    /// Calls the phone, which answers; the ACK is still owed. The phone's call is its last one. Gives the 2xx.
    #[track_caller]
    pub fn call_without_ack(&mut self, lab: &mut Lab, end: usize) -> Sip {
        self.invite(lab);
        self.wait(lab, "SIP/2.0 180");
        let (call, now) = (lab.ends[end].last_call(), lab.now);
        lab.ends[end].phone.answer(now, call, 200).expect("an incoming call");
        let ok = self.wait(lab, "SIP/2.0 200");
        self.learn(&ok);
        ok
    }

    /// Calls the phone, which answers; both sides are connected then. The phone's call is its last one.
    #[track_caller]
    pub fn call(&mut self, lab: &mut Lab, end: usize) {
        self.call_without_ack(lab, end);
        self.ack(lab, "");
        lab.run_for(Duration::from_millis(10));
    }

    /// Is called by the phone and answers; both sides are connected then. Gives the INVITE.
    #[track_caller]
    pub fn be_called(&mut self, lab: &mut Lab, end: usize) -> Sip {
        let uri = format!("sip:peer@{}", self.at);
        lab.dial(end, &uri);
        let invite = self.wait(lab, "INVITE");
        let body = self.sdp();
        self.respond(lab, &invite, 180, "");
        self.respond(lab, &invite, 200, &body);
        self.wait(lab, "ACK");
        invite
    }

    /// The phone hangs this call up; the peer agrees. Gives the BYE.
    #[track_caller]
    pub fn be_hung_up(&mut self, lab: &mut Lab, end: usize, call: CallId) -> Sip {
        let now = lab.now;
        lab.ends[end].phone.hangup(now, call).expect("hung up");
        let bye = self.wait(lab, "BYE");
        self.respond(lab, &bye, 200, "");
        bye
    }
}

fn finish(out: &mut String, body: &str) {
    if !body.is_empty() && !out.contains("Content-Type:") {
        out.push_str("Content-Type: application/sdp\r\n");
    }
    let _ = write!(out, "Content-Length: {}\r\n\r\n{body}", body.len());
}
