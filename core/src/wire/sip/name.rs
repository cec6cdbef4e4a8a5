//! Header names: found by length and hash, compact forms folded in.

mod frequent;

macro_rules! names {
    ($($variant:ident = $text:literal,)*) => {
        /// A header field's name.
        #[allow(missing_docs)] // each variant is named as its header is
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        #[repr(u8)]
        pub enum Name {
            $($variant,)*
            /// One this table does not know; its text stands in the message.
            Other,
        }

        impl Name {
            /// Every known name.
            pub const ALL: &'static [Name] = &[$(Name::$variant,)*];

            /// The name as it is written; empty for [`Name::Other`].
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self {
                    $(Name::$variant => $text,)*
                    Name::Other => "",
                }
            }
        }

        const KNOWN: usize = Name::ALL.len();
        const TEXTS: [&[u8]; KNOWN] = [$($text.as_bytes(),)*];
        /// All texts one behind the other: with a pointer and a length for each they would take twice as much.
        static JOINED: &[u8] = concat!($($text,)*).as_bytes();
    };
}

names! {
    Via = "Via",
    From = "From",
    To = "To",
    CallId = "Call-ID",
    CSeq = "CSeq",
    Contact = "Contact",
    MaxForwards = "Max-Forwards",
    Route = "Route",
    RecordRoute = "Record-Route",
    ContentType = "Content-Type",
    ContentLength = "Content-Length",
    Expires = "Expires",
    MinExpires = "Min-Expires",
    RetryAfter = "Retry-After",
    WwwAuthenticate = "WWW-Authenticate",
    ProxyAuthenticate = "Proxy-Authenticate",
    Authorization = "Authorization",
    ProxyAuthorization = "Proxy-Authorization",
    AuthenticationInfo = "Authentication-Info",
    ProxyAuthenticationInfo = "Proxy-Authentication-Info",
    Require = "Require",
    ProxyRequire = "Proxy-Require",
    Supported = "Supported",
    Unsupported = "Unsupported",
    Allow = "Allow",
    Accept = "Accept",
    AcceptEncoding = "Accept-Encoding",
    AcceptLanguage = "Accept-Language",
    UserAgent = "User-Agent",
    Server = "Server",
    Subject = "Subject",
    Organization = "Organization",
    Priority = "Priority",
    Date = "Date",
    Timestamp = "Timestamp",
    Warning = "Warning",
    Reason = "Reason",
    ReferTo = "Refer-To",
    ReferSub = "Refer-Sub",
    Event = "Event",
    SubscriptionState = "Subscription-State",
    AllowEvents = "Allow-Events",
    Path = "Path",
    ServiceRoute = "Service-Route",
    RSeq = "RSeq",
    RAck = "RAck",
    SessionExpires = "Session-Expires",
    MinSe = "Min-SE",
    Replaces = "Replaces",
    ReferredBy = "Referred-By",
    Join = "Join",
    TargetDialog = "Target-Dialog",
    AlertInfo = "Alert-Info",
    CallInfo = "Call-Info",
    ErrorInfo = "Error-Info",
    InReplyTo = "In-Reply-To",
    ReplyTo = "Reply-To",
    MimeVersion = "MIME-Version",
    PAssertedIdentity = "P-Asserted-Identity",
    PPreferredIdentity = "P-Preferred-Identity",
    PAssociatedUri = "P-Associated-URI",
    PCalledPartyId = "P-Called-Party-ID",
    PAccessNetworkInfo = "P-Access-Network-Info",
    Privacy = "Privacy",
    RemotePartyId = "Remote-Party-ID",
    Diversion = "Diversion",
    HistoryInfo = "History-Info",
    SipEtag = "SIP-ETag",
    SipIfMatch = "SIP-If-Match",
    ContentEncoding = "Content-Encoding",
    ContentDisposition = "Content-Disposition",
    ContentLanguage = "Content-Language",
    ContentTransferEncoding = "Content-Transfer-Encoding",
    AcceptContact = "Accept-Contact",
    RejectContact = "Reject-Contact",
    RequestDisposition = "Request-Disposition",
    Identity = "Identity",
    IdentityInfo = "Identity-Info",
    AcceptResourcePriority = "Accept-Resource-Priority",
    ResourcePriority = "Resource-Priority",
    SecurityClient = "Security-Client",
    SecurityServer = "Security-Server",
    SecurityVerify = "Security-Verify",
    FlowTimer = "Flow-Timer",
    Geolocation = "Geolocation",
    AnswerMode = "Answer-Mode",
    InfoPackage = "Info-Package",
    RecvInfo = "Recv-Info",
    MaxBreadth = "Max-Breadth",
    SessionId = "Session-ID",
    UserToUser = "User-to-User",
    FeatureCaps = "Feature-Caps",
    PEarlyMedia = "P-Early-Media",
}

const BUCKETS: usize = 512;

/// Few instructions, and no two known names in one bucket: the compiler checks it below.
#[inline(always)]
const fn hash(first: [u8; 4], last: [u8; 4], len: usize) -> usize {
    const CASE: u32 = 0x2020_2020;
    let first = (u32::from_le_bytes(first) | CASE).wrapping_mul(5);
    let key = (u32::from_le_bytes(last) | CASE).wrapping_add(first).wrapping_add(len as u32);
    (key.wrapping_mul(0x2852_0dab) >> 23) as usize
}

static TABLE: [Name; BUCKETS] = table();

/// The start of each name's text, and the end of the last.
static STARTS: [u16; KNOWN + 1] = starts();

#[allow(clippy::indexing_slicing)] // evaluated by the compiler only
const fn starts() -> [u16; KNOWN + 1] {
    let mut starts = [0; KNOWN + 1];
    let mut at = 0;
    while at < KNOWN {
        starts[at + 1] = starts[at] + TEXTS[at].len() as u16;
        at += 1;
    }
    starts
}

#[allow(clippy::indexing_slicing, clippy::panic)] // evaluated by the compiler only
const fn table() -> [Name; BUCKETS] {
    let mut table = [Name::Other; BUCKETS];
    let mut at = 0;
    while at < KNOWN {
        if let (Some(first), Some(last)) = (TEXTS[at].first_chunk::<4>(), TEXTS[at].last_chunk::<4>()) {
            let bucket = hash(*first, *last, TEXTS[at].len());
            assert!(matches!(table[bucket], Name::Other), "two names share a bucket: choose another factor");
            table[bucket] = Name::ALL[at];
        }
        at += 1;
    }
    table
}

impl Name {
    /// The name that this text is, in any case; compact forms are the long ones.
    #[must_use]
    #[inline]
    pub fn find(text: &[u8]) -> Self {
        if text.len() <= 3 {
            return Self::find_short(text);
        }
        if !cfg!(feature = "tables") {
            let mut known = Self::ALL.iter().copied();
            return known.find(|name| name.bytes().eq_ignore_ascii_case(text)).unwrap_or(Self::Other);
        }
        let (Some(first), Some(last)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) else { return Self::Other };
        let found = TABLE.get(hash(*first, *last, text.len())).copied().unwrap_or(Self::Other);
        if same_token(found.bytes(), text) { found } else { Self::Other }
    }

    const fn find_short(text: &[u8]) -> Self {
        match text {
            [letter] => Self::compact(*letter),
            [b'T' | b't', b'O' | b'o'] => Self::To,
            [b'V' | b'v', b'I' | b'i', b'A' | b'a'] => Self::Via,
            _ => Self::Other,
        }
    }

    pub(super) fn bytes(self) -> &'static [u8] {
        let [start, end] = [0, 1].map(|next| STARTS.get(self as usize + next).copied().map_or(0, usize::from));
        JOINED.get(start..end).unwrap_or_default()
    }

    /// rfc3261#7.3.3, and the letters that later documents took.
    const fn compact(letter: u8) -> Self {
        match letter | 0x20 {
            b'a' => Self::AcceptContact,
            b'b' => Self::ReferredBy,
            b'c' => Self::ContentType,
            b'd' => Self::RequestDisposition,
            b'e' => Self::ContentEncoding,
            b'f' => Self::From,
            b'i' => Self::CallId,
            b'j' => Self::RejectContact,
            b'k' => Self::Supported,
            b'l' => Self::ContentLength,
            b'm' => Self::Contact,
            b'n' => Self::IdentityInfo,
            b'o' => Self::Event,
            b'r' => Self::ReferTo,
            b's' => Self::Subject,
            b't' => Self::To,
            b'u' => Self::AllowEvents,
            b'v' => Self::Via,
            b'x' => Self::SessionExpires,
            b'y' => Self::Identity,
            _ => Self::Other,
        }
    }

    /// Several values of it may stand in one field, joined by commas (rfc3261#7.3.1).
    #[must_use]
    pub const fn is_list(self) -> bool {
        matches!(
            self,
            Self::Via
                | Self::Contact
                | Self::Route
                | Self::RecordRoute
                | Self::Require
                | Self::ProxyRequire
                | Self::Supported
                | Self::Unsupported
                | Self::Allow
                | Self::Accept
                | Self::AcceptEncoding
                | Self::AcceptLanguage
                | Self::Warning
                | Self::Reason
                | Self::AllowEvents
                | Self::Path
                | Self::ServiceRoute
                | Self::AlertInfo
                | Self::CallInfo
                | Self::ErrorInfo
                | Self::InReplyTo
                | Self::PAssertedIdentity
                | Self::PPreferredIdentity
                | Self::PAssociatedUri
                | Self::PAccessNetworkInfo
                | Self::RemotePartyId
                | Self::Diversion
                | Self::HistoryInfo
                | Self::ContentEncoding
                | Self::ContentLanguage
                | Self::AcceptContact
                | Self::RejectContact
                | Self::RequestDisposition
                | Self::AcceptResourcePriority
                | Self::ResourcePriority
                | Self::SecurityClient
                | Self::SecurityServer
                | Self::SecurityVerify
                | Self::Geolocation
                | Self::AnswerMode
                | Self::RecvInfo
                | Self::UserToUser
                | Self::FeatureCaps
                | Self::SipIfMatch
        )
    }
}

/// Case-blind, eight bytes at a time: the known side holds nothing but letters, which may differ in bit 5, and hyphens,
/// which may not.
#[inline]
fn same_token(known: &[u8], text: &[u8]) -> bool {
    const fn differ(known: u64, text: u64) -> bool {
        const LETTERS: u64 = 0x4040_4040_4040_4040;
        (known ^ text) & !((known & LETTERS) >> 1) != 0
    }
    if known.len() != text.len() {
        return false;
    }
    let (Some(known_end), Some(text_end)) = (known.last_chunk::<8>(), text.last_chunk::<8>()) else {
        let four = |bytes: &[u8; 4]| u64::from(u32::from_le_bytes(*bytes));
        return match (
            known.first_chunk::<4>(),
            text.first_chunk::<4>(),
            known.last_chunk::<4>(),
            text.last_chunk::<4>(),
        ) {
            (Some(a), Some(b), Some(c), Some(d)) => !differ(four(a), four(b)) && !differ(four(c), four(d)),
            _ => false,
        };
    };
    if differ(u64::from_le_bytes(*known_end), u64::from_le_bytes(*text_end)) {
        return false;
    }
    let (mut known, mut text) = (known, text);
    while let (Some((a, known_rest)), Some((b, text_rest))) =
        (known.split_first_chunk::<8>(), text.split_first_chunk::<8>())
    {
        if differ(u64::from_le_bytes(*a), u64::from_le_bytes(*b)) {
            return false;
        }
        known = known_rest;
        text = text_rest;
    }
    true
}
