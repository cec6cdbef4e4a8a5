//! Valid SIP messages from a seed.

use microsip_core::base::rng::Rng;

/// The meaning that a message was given.
#[derive(Clone, Debug, Default)]
pub(crate) struct Meant {
    pub(crate) method: String,
    pub(crate) number: u32,
    pub(crate) call_id: String,
    pub(crate) from_tag: String,
    pub(crate) to_tag: Option<String>,
    pub(crate) branch: String,
    pub(crate) contact: Option<String>,
}

/// Makes messages.
pub(crate) struct Generator {
    rng: Rng,
    meant: Meant,
    /// No odd white space, case or compact names in this message.
    plain: bool,
}

const METHODS: &[&str] = &[
    "INVITE",
    "ACK",
    "BYE",
    "CANCEL",
    "OPTIONS",
    "REGISTER",
    "SUBSCRIBE",
    "NOTIFY",
    "MESSAGE",
    "INFO",
    "REFER",
    "PRACK",
    "UPDATE",
    "PUBLISH",
];
const USERS: &[&str] = &[
    "alice",
    "bob.smith",
    "+49-30-123",
    "1234;phone-context=example.org",
    "a%20b",
    "j%C3%BCrgen",
    "user:pass",
    "x!~*'()&=+$,?/",
];
const HOSTS: &[&str] =
    &["example.org", "10.0.0.1", "a.b-c.example", "[2001:db8::1]", "192.0.2.254", "EXAMPLE.com", "localhost"];
const PARAMETERS: &[&str] = &[
    "",
    ";transport=udp",
    ";lr",
    ";user=phone;transport=tcp",
    ";maddr=192.0.2.1;ttl=15",
    ";x-odd=%3B%3d",
    ";method=INVITE",
];
const NAMES: &[&str] = &[
    "",
    "Alice ",
    "\"Bob \\\"B\\\" Smith\" ",
    "\"\" ",
    "\"Anna, of <here>;tag=no\" ",
    "\"Jürgen Müller\" ",
    "Mr. Watson ",
];
const TOKEN: &[u8] = b"abcXYZ019-.!%*_+`'~";
const WORD: &[u8] = b"abcXYZ019-.!%*_+`'~()<>:\\\"/[]?{}";

impl Generator {
    pub(crate) fn new(seed: u32) -> Self {
        let mut bytes = [7; 32];
        bytes[..4].copy_from_slice(&seed.to_le_bytes());
        Self { rng: Rng::new(&bytes), meant: Meant::default(), plain: false }
    }

    /// The meaning of the last message.
    pub(crate) fn meant(&self) -> &Meant {
        &self.meant
    }

    fn one<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.rng.below(of.len() as u32) as usize]
    }

    /// The first is the usual way to write it.
    fn way<'t>(&mut self, of: &[&'t str]) -> &'t str {
        if self.plain { of[0] } else { self.one(of) }
    }

    fn chance(&mut self, of_100: u32) -> bool {
        self.rng.below(100) < of_100
    }

    fn letters(&mut self, from: &[u8], most: u32) -> String {
        (0..=self.rng.below(most)).map(|_| from[self.rng.below(from.len() as u32) as usize] as char).collect()
    }

    fn uri(&mut self) -> String {
        let scheme = self.way(&["sip", "sip", "sip", "sips", "SIP"]);
        let user = if self.chance(80) { format!("{}@", self.one(USERS)) } else { String::new() };
        let port = if self.chance(40) { format!(":{}", 1 + self.rng.below(65_535)) } else { String::new() };
        format!("{scheme}:{user}{}{port}{}", self.one(HOSTS), self.one(PARAMETERS))
    }

    /// A header's name: as it is written, in another case, or compact.
    fn name(&mut self, name: &str, compact: &str) -> String {
        match self.rng.below(10) {
            _ if self.plain => name.to_owned(),
            0 => name.to_ascii_lowercase(),
            1 => name.to_ascii_uppercase(),
            2 if !compact.is_empty() => compact.to_owned(),
            _ => name.to_owned(),
        }
    }

    /// The separator between name and value.
    fn colon(&mut self) -> &'static str {
        self.way(&[": ", ": ", ": ", ": ", ":", " : ", ":  ", ":\t", "\t:\t ", ":\r\n "])
    }

    fn party(&mut self, tag: Option<&str>) -> String {
        let tag = tag
            .map(|tag| format!("{}tag{}{tag}", self.way(&[";", ";", " ; "]), self.way(&["=", "=", " = "])))
            .unwrap_or_default();
        let odd = self.way(&["", "", ";x=y", ";q-odd=\"a;tag=no\""]);
        if self.chance(15) {
            // addr-spec: parameters behind it are the header's, so the URI has none
            let bare = self.one(&["sip:alice@example.org", "sip:10.0.0.1:5070", "sips:bob@[2001:db8::2]"]);
            return if self.chance(50) { format!("{bare}{tag}{odd}") } else { format!("{bare}{odd}{tag}") };
        }
        let (name, uri) = (self.one(NAMES), self.uri());
        if self.chance(50) { format!("{name}<{uri}>{tag}{odd}") } else { format!("{name}<{uri}>{odd}{tag}") }
    }

    fn via(&mut self, branch: &str) -> String {
        let transport = self.one(&["UDP", "UDP", "TCP", "TLS", "SCTP"]);
        let slash = self.way(&["SIP/2.0/", "SIP/2.0/", "SIP/2.0/", "SIP / 2.0 / "]);
        let port = if self.chance(50) { format!(":{}", 1 + self.rng.below(65_535)) } else { String::new() };
        let before = self.one(&[
            "",
            ";rport",
            ";received=192.0.2.7",
            ";rport=5070;received=10.1.1.1",
            ";ttl=3",
            ";maddr=224.0.1.75",
        ]);
        let host = self.one(HOSTS);
        let (semi, equals) = (self.way(&[";", ";", " ; "]), self.way(&["=", "=", " = "]));
        let name = self.way(&["branch", "branch", "branch", "Branch"]);
        if self.chance(50) {
            format!("{slash}{transport} {host}{port}{before}{semi}{name}{equals}{branch}")
        } else {
            format!("{slash}{transport} {host}{port}{semi}{name}{equals}{branch}{before}")
        }
    }

    /// A valid message.
    pub(crate) fn message(&mut self) -> String {
        self.plain = self.chance(50);
        let method = if self.chance(5) { self.letters(b"ABCXYZ", 8) + "X" } else { self.one(METHODS).to_owned() };
        let response = self.chance(40);
        let number = self.rng.next_u32() >> (1 + self.rng.below(31));
        let from_tag = self.letters(TOKEN, 20);
        let to_tag = if self.chance(60) { Some(self.letters(TOKEN, 20)) } else { None };
        let call_id = if self.chance(50) {
            format!("{}@{}", self.letters(WORD, 20), self.letters(WORD, 12))
        } else {
            self.letters(WORD, 30)
        };
        let branch = format!("z9hG4bK{}", self.letters(TOKEN, 25));
        let contact = if self.chance(70) || method == "INVITE" { Some(self.uri()) } else { None };
        let mut vias = vec![self.via(&branch)];
        // rfc3261#8.1.3.3: what comes back to us has one Via, ours
        for _ in 0..if response { 0 } else { self.rng.below(3) } {
            let other = format!("z9hG4bK{}", self.letters(TOKEN, 10));
            vias.push(self.via(&other));
        }
        let mut lines = Vec::new();
        if !self.plain && self.chance(30) {
            let joint = self.one(&[",", ", ", " , "]);
            let line = format!("{}{}{}", self.name("Via", "v"), self.colon(), vias.join(joint));
            lines.push(vec![line]);
        } else {
            let each = vias.iter().map(|via| format!("{}{}{via}", self.name("Via", "v"), self.colon())).collect();
            lines.push(each);
        }
        let from = self.party(Some(&from_tag));
        let to = self.party(to_tag.as_deref());
        lines.push(vec![format!("{}{}{from}", self.name("From", "f"), self.colon())]);
        lines.push(vec![format!("{}{}{to}", self.name("To", "t"), self.colon())]);
        lines.push(vec![format!("{}{}{call_id}", self.name("Call-ID", "i"), self.colon())]);
        let gap = self.way(&[" ", " ", " ", "  ", "\t"]);
        lines.push(vec![format!("{}{}{number}{gap}{method}", self.name("CSeq", ""), self.colon())]);
        if !response || self.chance(20) {
            lines.push(vec![format!("{}{}{}", self.name("Max-Forwards", ""), self.colon(), self.rng.below(256))]);
        }
        if let Some(uri) = &contact {
            let more = self.one(&["", ";expires=300", ";q=0.7;expires=60", ";+sip.instance=\"<urn:uuid:1>\""]);
            let name = self.one(NAMES);
            let second = if self.chance(15) { ", <sip:other@192.0.2.9>;q=0.1" } else { "" };
            lines.push(vec![format!("{}{}{name}<{uri}>{more}{second}", self.name("Contact", "m"), self.colon())]);
        }
        for extra in [
            "Subject: a: b; c=\"d\", e",
            "s: short",
            "User-Agent: x/1.0 (a; b)",
            "X-Unknown: Ünïcödé <>;,\"",
            "Supported: 100rel, timer",
            "k:",
            "Allow: INVITE, ACK",
            "Expires: 300",
            "Date: Sat, 21 Nov 2026 08:09:34 GMT",
            "Record-Route: <sip:p1.example.org;lr>, <sip:p2.example.org;lr>",
            "Warning: 399 x \"why \\\" not\"",
            "Accept:",
        ] {
            if self.chance(15) {
                lines.push(vec![extra.to_owned()]);
            }
        }
        // header fields may stand in any order; those of one name keep theirs
        for place in (1..lines.len()).rev() {
            lines.swap(place, self.rng.below(place as u32 + 1) as usize);
        }
        let body = self.one(&["", "", "v=0\r\n", "line\r\n\r\nFrom: <sip:not@a.header>;tag=no\r\n", "ü"]);
        let length = match (body, self.rng.below(4)) {
            ("", 0) => String::new(),
            _ => format!("{}{}{}\r\n", self.name("Content-Length", "l"), self.colon(), body.len()),
        };
        let kind = if body.is_empty() { "" } else { "Content-Type: text/plain\r\n" };
        let start = if response {
            let status = 100 + self.rng.below(600);
            format!("SIP/2.0 {status} {}", self.one(&["OK", "", "Not Found", "Ein Grund: \"ja\"", "Überlastet"]))
        } else {
            format!("{method} {} SIP/2.0", self.uri())
        };
        self.meant = Meant { method, number, call_id, from_tag, to_tag, branch, contact };
        let head: String = lines.into_iter().flatten().map(|line| line + "\r\n").collect();
        format!("{start}\r\n{head}{kind}{length}\r\n{body}")
    }
}
