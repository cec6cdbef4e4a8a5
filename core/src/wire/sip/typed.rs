//! Typed headers, read when asked for.

use super::address::{Address, Contact};
use super::chars::{Scan, TOKEN, WORD, all, number, trim};
use super::message::Message;
use super::method::Method;
use super::name::Name;
use super::params::Params;
use super::via::Via;

/// The fault of a header.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    /// It is not there.
    Missing,
    /// It is there and breaks the grammar.
    Malformed,
    /// It is there more than once and must not be.
    Repeated,
}

/// A header that could not be read, and its fault.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct HeaderError {
    /// The header.
    pub name: Name,
    /// Its fault.
    pub kind: Fault,
}

/// CSeq: a number and a method.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CSeq<'a> {
    /// The sequence number.
    pub number: u32,
    /// The method.
    pub method: Method<'a>,
}

impl<'a> CSeq<'a> {
    /// A whole value.
    #[must_use]
    pub fn parse(text: &'a [u8]) -> Option<Self> {
        let (number, mut scan) = number_before(text)?;
        let method = scan.run(TOKEN);
        scan.lws();
        (!method.is_empty() && scan.rest.is_empty()).then(|| Self { number, method: Method::parse(method) })
    }
}

/// A number, and the text behind the white space that follows it.
fn number_before(text: &[u8]) -> Option<(u32, Scan<'_>)> {
    let mut scan = Scan::new(text);
    let number = u32::try_from(scan.number()?).ok()?;
    let before = scan.rest.len();
    scan.lws();
    (scan.rest.len() < before).then_some((number, scan))
}

/// RAck: the number of a reliable provisional response, and the CSeq of its request (rfc3262#7.2).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RAck<'a> {
    /// The response's number, from its RSeq.
    pub number: u32,
    /// The request's CSeq.
    pub cseq: CSeq<'a>,
}

impl<'a> RAck<'a> {
    /// A whole value.
    #[must_use]
    pub fn parse(text: &'a [u8]) -> Option<Self> {
        let (number, scan) = number_before(text)?;
        Some(Self { number, cseq: CSeq::parse(scan.rest)? })
    }
}

/// Event: a package's name and its parameters.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct EventType<'a> {
    /// The name, which is compared byte by byte (rfc6665#8.2.1).
    pub name: &'a [u8],
    /// Its parameters.
    pub params: Params<'a>,
}

impl<'a> EventType<'a> {
    /// Of a whole value.
    #[must_use]
    pub fn of(value: &'a [u8]) -> Self {
        let end = value.iter().position(|byte| *byte == b';').unwrap_or(value.len());
        let (name, params) = value.split_at_checked(end).unwrap_or_default();
        Self { name: name.trim_ascii(), params: Params::new(params) }
    }
}

/// Content-Type: `application/sdp` and its parameters.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct MediaType<'a> {
    /// The type, before the slash.
    pub kind: &'a [u8],
    /// The subtype, behind it.
    pub subtype: &'a [u8],
    /// Its parameters.
    pub params: Params<'a>,
}

impl<'a> MediaType<'a> {
    /// A whole value.
    #[must_use]
    pub fn parse(text: &'a [u8]) -> Option<Self> {
        let mut scan = Scan::new(text);
        scan.lws();
        let kind = scan.run(TOKEN);
        scan.lws();
        if !scan.eat(b'/') {
            return None;
        }
        scan.lws();
        let subtype = scan.run(TOKEN);
        let params = Params::read(&mut scan, |_, _| ()).ok()?;
        (!kind.is_empty() && !subtype.is_empty() && scan.rest.is_empty()).then_some(Self { kind, subtype, params })
    }

    /// Is it this type? Both halves in any case: `is(b"application", b"sdp")`.
    #[must_use]
    pub fn is(&self, kind: &[u8], subtype: &[u8]) -> bool {
        self.kind.eq_ignore_ascii_case(kind) && self.subtype.eq_ignore_ascii_case(subtype)
    }
}

impl<'a> Message<'a> {
    /// The only field of this name.
    #[inline]
    fn only(&self, name: Name) -> Result<&'a [u8], HeaderError> {
        if self.is_repeated(name) {
            return Err(HeaderError { name, kind: Fault::Repeated });
        }
        self.header(name).ok_or(HeaderError { name, kind: Fault::Missing })
    }

    fn only_address(&self, name: Name) -> Result<Address<'a>, HeaderError> {
        Address::parse(self.only(name)?).ok_or(HeaderError { name, kind: Fault::Malformed })
    }

    /// The top Via.
    ///
    /// # Errors
    /// Missing or malformed.
    pub fn via(&self) -> Result<Via<'a>, HeaderError> {
        let value = self.header(Name::Via).ok_or(HeaderError { name: Name::Via, kind: Fault::Missing })?;
        Via::read(&mut Scan::new(value)).ok_or(HeaderError { name: Name::Via, kind: Fault::Malformed })
    }

    /// The part of the top Via that a response needs: the request's source. Broken parameters are left out, so
    /// that a request can be refused for them (rfc4475#3.1.2.1).
    #[must_use]
    pub fn via_for_response(&self) -> Option<Via<'a>> {
        self.via().ok().or_else(|| Via::read_sent_by(&mut Scan::new(self.header(Name::Via)?)))
    }

    /// From.
    ///
    /// # Errors
    /// Missing, malformed or repeated.
    pub fn from(&self) -> Result<Address<'a>, HeaderError> {
        self.only_address(Name::From)
    }

    /// To.
    ///
    /// # Errors
    /// Missing, malformed or repeated.
    pub fn to(&self) -> Result<Address<'a>, HeaderError> {
        self.only_address(Name::To)
    }

    /// Call-ID.
    ///
    /// # Errors
    /// Missing, malformed or repeated.
    pub fn call_id(&self) -> Result<&'a [u8], HeaderError> {
        let value = self.only(Name::CallId)?;
        // rfc3261#25.1: word [ "@" word ]; further @ do no harm and are seen in practice
        if value.is_empty() || !all(value, WORD) {
            return Err(HeaderError { name: Name::CallId, kind: Fault::Malformed });
        }
        Ok(value)
    }

    /// CSeq.
    ///
    /// # Errors
    /// Missing, malformed (a number above 2^32 - 1 too) or repeated.
    pub fn cseq(&self) -> Result<CSeq<'a>, HeaderError> {
        CSeq::parse(self.only(Name::CSeq)?).ok_or(HeaderError { name: Name::CSeq, kind: Fault::Malformed })
    }

    /// The number of a reliable provisional response (rfc3262#7.1); `None`: it has none, or more than one, or 0.
    #[must_use]
    pub fn rseq(&self) -> Option<u32> {
        let number = number(trim(self.only(Name::RSeq).ok()?))?;
        u32::try_from(number).ok().filter(|number| *number > 0)
    }

    /// RAck.
    ///
    /// # Errors
    /// Missing, malformed or repeated.
    pub fn rack(&self) -> Result<RAck<'a>, HeaderError> {
        RAck::parse(self.only(Name::RAck)?).ok_or(HeaderError { name: Name::RAck, kind: Fault::Malformed })
    }

    /// The first Contact, if there is one.
    ///
    /// # Errors
    /// Malformed.
    pub fn contact(&self) -> Result<Option<Contact<'a>>, HeaderError> {
        let Some(value) = self.header(Name::Contact) else { return Ok(None) };
        if value == b"*" {
            return Ok(Some(Contact::Any));
        }
        match Address::read(&mut Scan::new(value)) {
            Some(address) => Ok(Some(Contact::Address(address))),
            None => Err(HeaderError { name: Name::Contact, kind: Fault::Malformed }),
        }
    }

    /// The only Contact, if there is one.
    ///
    /// # Errors
    /// Malformed, or repeated.
    pub fn only_contact(&self) -> Result<Option<Contact<'a>>, HeaderError> {
        let name = Name::Contact;
        let value = match self.only(name) {
            Ok(value) => value,
            Err(HeaderError { kind: Fault::Missing, .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        Contact::parse(value).map(Some).ok_or(HeaderError { name, kind: Fault::Malformed })
    }

    /// Every Contact, in order.
    pub fn contacts(&self) -> impl Iterator<Item = Result<Contact<'a>, HeaderError>> {
        let malformed = HeaderError { name: Name::Contact, kind: Fault::Malformed };
        self.values(Name::Contact).map(move |value| Contact::parse(value).ok_or(malformed))
    }

    /// Every address of a list header: Route, Record-Route, Path, P-Asserted-Identity …, in order.
    pub fn addresses(&self, name: Name) -> impl Iterator<Item = Result<Address<'a>, HeaderError>> {
        self.values(name).map(move |value| Address::parse(value).ok_or(HeaderError { name, kind: Fault::Malformed }))
    }

    /// Max-Forwards, if it is there (RFC 2543's requests have none).
    ///
    /// # Errors
    /// Malformed (above 255 too) or repeated.
    pub fn max_forwards(&self) -> Result<Option<u8>, HeaderError> {
        let name = Name::MaxForwards;
        match self.only(name) {
            Ok(value) => {
                let hops = number(value).and_then(|hops| u8::try_from(hops).ok());
                hops.map(Some).ok_or(HeaderError { name, kind: Fault::Malformed })
            }
            Err(HeaderError { kind: Fault::Missing, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Expires in seconds; a malformed or overlarge value counts as 3600 (rfc3261#10.3).
    #[must_use]
    pub fn expires(&self) -> Option<u32> {
        self.header(Name::Expires)
            .map(|value| number(value).and_then(|seconds| u32::try_from(seconds).ok()).unwrap_or(3600))
    }

    /// A header that is one number of seconds and perhaps parameters or a comment: Retry-After, Min-Expires, Min-SE,
    /// Session-Expires.
    #[must_use]
    pub fn seconds(&self, name: Name) -> Option<u32> {
        let mut scan = Scan::new(self.header(name)?);
        u32::try_from(scan.number()?).ok()
    }

    /// Content-Type, if it is there and well-formed.
    #[must_use]
    pub fn content_type(&self) -> Option<MediaType<'a>> {
        MediaType::parse(trim(self.header(Name::ContentType)?))
    }

    /// Its body is coded (Content-Encoding), and we read none that is.
    #[must_use]
    pub fn is_coded(&self) -> bool {
        self.header(Name::ContentEncoding).is_some_and(|coding| !coding.eq_ignore_ascii_case(b"identity"))
    }
}
