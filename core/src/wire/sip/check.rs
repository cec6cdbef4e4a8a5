//! The checks of a message that need no state.

use super::flaw::Flaw;
use super::mandatory::Mandatory;
use super::message::Message;
use super::method::Method;
use super::name::Name;
use super::start::Start;
use super::typed::{Fault, HeaderError};
use super::uri::{Scheme, Uri};

/// A fault, and the status to refuse it with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Objection {
    /// The status of the response; 0 means silence.
    pub status: u16,
    /// The reason, for the reason phrase, the trace and people.
    pub reason: &'static str,
}

/// Header fields that must not come twice (rfc3261#7.3.1, rfc4475#3.3.8).
const SINGLE: &[Name] = &[
    Name::MaxForwards,
    Name::ContentType,
    Name::ContentDisposition,
    Name::Expires,
    Name::Event,
    Name::ReferTo,
    Name::Replaces,
    Name::RAck,
    Name::RSeq,
    Name::SessionExpires,
    Name::MinSe,
];

impl<'a> Message<'a> {
    /// The checks of rfc3261#8.1.3, #8.2, #18.1.2 and #20 that need no state. Unknown methods, extensions and body
    /// types are the user's business.
    ///
    /// # Errors
    /// [`Objection`]: the status that a request must be refused with, or 0 where no response may be sent: bad
    /// responses, bad ACKs, and requests that have no CSeq or whose Via does not tell where a response goes (see
    /// [`Message::via_for_response`]).
    pub fn check(&self) -> Result<(), Objection> {
        self.check_with(&self.mandatory())
    }

    /// The same with its mandatory header fields, which have been read.
    ///
    /// # Errors
    /// As [`Message::check`].
    pub fn check_with(&self, mandatory: &Result<Mandatory<'a>, HeaderError>) -> Result<(), Objection> {
        let mandatory = mandatory.as_ref().map_err(|error| bad(*error));
        match self.start {
            Start::Request { method, uri } => {
                self.check_request(method, uri, mandatory).map_err(|objection| self.or_silence(method, objection))
            }
            Start::Response { .. } => {
                self.check_response(mandatory).map_err(|objection| Objection { status: 0, ..objection })
            }
        }
    }

    fn or_silence(&self, method: Method<'a>, objection: Objection) -> Objection {
        // rfc3261#17: an ACK gets no response; without Via a response finds no way, without CSeq no transaction
        if method == Method::Ack || !self.has(Name::CSeq) || self.via_for_response().is_none() {
            Objection { status: 0, ..objection }
        } else {
            objection
        }
    }

    fn check_request(
        &self,
        method: Method<'a>,
        uri: &'a [u8],
        mandatory: Result<&Mandatory<'a>, Objection>,
    ) -> Result<(), Objection> {
        self.check_flaw()?;
        if mandatory?.cseq.method != method {
            return Err(objection("CSeq names another method than the start line"));
        }
        self.max_forwards().map_err(bad)?;
        self.contact().map_err(bad)?;
        if SINGLE.iter().any(|name| self.is_repeated(*name)) {
            return Err(objection("a header that must not be repeated is"));
        }
        if !self.body().is_empty() && self.has(Name::ContentType) && self.content_type().is_none() {
            return Err(objection("Content-Type is malformed"));
        }
        check_request_uri(uri)
    }

    fn check_response(&self, mandatory: Result<&Mandatory<'a>, Objection>) -> Result<(), Objection> {
        // a registrar lists every binding (rfc3261#10.3), in as many fields as it likes
        if self.flaw != Flaw::Fields {
            self.check_flaw()?;
        }
        mandatory?;
        // rfc3261#8.1.3.3: a second Via is another element's; this response was sent to us by mistake
        if self.values(Name::Via).nth(1).is_some() {
            return Err(objection("a response with somebody else's Via"));
        }
        Ok(())
    }

    fn check_flaw(&self) -> Result<(), Objection> {
        let (status, reason) = match self.flaw {
            Flaw::None => return Ok(()),
            Flaw::Version => (505, "only SIP/2.0 is spoken here"),
            Flaw::Start => (400, "the start line is malformed"),
            Flaw::Field => (400, "a header field is malformed"),
            Flaw::Fields => (400, "too many header fields"),
            Flaw::Length => (400, "Content-Length is wrong"),
            // rfc3261#21.5.7
            Flaw::TooLong => (513, "Message Too Large"),
        };
        Err(Objection { status, reason })
    }
}

fn check_request_uri(uri: &[u8]) -> Result<(), Objection> {
    let broken = objection("the Request-URI is malformed");
    match Scheme::of(uri) {
        None => Err(broken),
        // rfc3261#8.2.2.1
        Some(Scheme::Other) => Err(Objection { status: 416, reason: "the Request-URI's scheme is not known here" }),
        Some(Scheme::Sip | Scheme::Sips | Scheme::Tel) => match Uri::parse(uri) {
            // rfc3261#19.1.1: headers are not allowed in a Request-URI
            Ok(uri) if uri.headers.is_empty() => Ok(()),
            _ => Err(broken),
        },
    }
}

const fn objection(reason: &'static str) -> Objection {
    Objection { status: 400, reason }
}

fn bad(error: HeaderError) -> Objection {
    let reason = match error.kind {
        Fault::Missing => "a header that is needed is missing",
        Fault::Malformed => "a header is malformed",
        Fault::Repeated => "a header that must not be repeated is",
    };
    objection(reason)
}
