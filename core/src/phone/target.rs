//! The target of a dial: a text that people type becomes a whole URI.

#[cfg(any(feature = "message", feature = "subscribe"))]
use super::accounts::Accounts;
use super::header_lines::has_controls;
use super::{CommandError, Transport};
use crate::base::copying::copy_within;
use crate::base::cursor::Cursor;
use crate::base::limits::TARGET;
#[cfg(any(feature = "message", feature = "subscribe"))]
use crate::base::slots::Handle;
use crate::numbers::{is_number, is_separator};
use crate::wire::sip::{Address, Host, Method, Scheme, Uri, write_user};

/// A target as a whole URI, by the account's rules for numbers, for what has no use for digits behind a number.
///
/// # Errors
/// [`CommandError::Uri`] and [`CommandError::NoAccount`] as for a call; [`CommandError::Uri`] for digits, too.
#[cfg(any(feature = "message", feature = "subscribe"))]
// never inlined: a number's room is no part of a board's deepest way
#[inline(never)]
pub(super) fn address<'r>(
    accounts: &Accounts<'_>,
    account: Handle,
    target: &str,
    room: &'r mut [u8; TARGET],
) -> Result<&'r [u8], CommandError> {
    let domain = accounts.domain(account);
    #[cfg(feature = "numbers")]
    let mut number = [0u8; TARGET];
    #[cfg(feature = "numbers")]
    let target = {
        let dialled = crate::numbers::dialled(&accounts.numbers(account), domain.is_some(), target, &mut number)?;
        if !dialled.digits.is_empty() {
            return Err(CommandError::Uri);
        }
        dialled.target
    };
    complete(domain, accounts.transport(account), target, room)
}

/// A whole URI that somebody else has us call, by the account's rules: at the account's own hosts, a user part that is a
/// number is what its dial plan makes of it, without a prefix, and help is not called. Others stay as they are.
///
/// # Errors
/// [`CommandError::Blocked`]; [`CommandError::Text`].
#[cfg(all(feature = "refer", feature = "numbers"))]
// never inlined: its rooms are no part of another command's stack
#[inline(never)]
pub(super) fn allowed<'r>(
    accounts: &Accounts<'_>,
    account: Handle,
    asked: &'r [u8],
    room: &'r mut [u8; TARGET],
) -> Result<&'r [u8], CommandError> {
    let mut decoded = [0u8; TARGET];
    let Some((number, parameters)) = own_number(accounts, account, asked, &mut decoded)? else { return Ok(asked) };
    let rules = accounts.numbers(account);
    let mut planned = [0u8; TARGET];
    let mut planned = Cursor::new(&mut planned);
    if rules.is_emergency(number) || !rules.allow(number, &mut planned) || rules.is_emergency(planned.written()) {
        return Err(CommandError::Blocked);
    }
    let behind = asked.iter().position(|byte| *byte == b'@').and_then(|at| asked.get(at..)).unwrap_or_default();
    if rules.plan.is_empty() || planned.written() == number {
        return Ok(asked);
    }
    let mut out = Cursor::new(room);
    out.put_str("sip:");
    write_user(&mut out, planned.written());
    write_user(&mut out, parameters);
    out.put(behind);
    let len = out.finish().map_err(|_| CommandError::Text)?;
    Ok(room.get(..len).unwrap_or_default())
}

/// A far end's address, a whole URI, is that of help: a listed number at any of the account's own hosts.
#[cfg(all(feature = "refer", feature = "numbers"))]
// never inlined: its room is no part of another command's stack
#[inline(never)]
pub(super) fn is_help(accounts: &Accounts<'_>, account: Handle, uri: &[u8]) -> bool {
    let mut decoded = [0u8; TARGET];
    let number = own_number(accounts, account, uri, &mut decoded).ok().flatten();
    number.is_some_and(|(number, _)| accounts.numbers(account).is_emergency(number))
}

/// A number, and its parameters.
#[cfg(all(feature = "refer", feature = "numbers"))]
type OwnNumber<'r> = (&'r [u8], &'r [u8]);

/// The number of a whole URI at one of the account's own hosts.
#[cfg(all(feature = "refer", feature = "numbers"))]
fn own_number<'r>(
    accounts: &Accounts<'_>,
    account: Handle,
    uri: &[u8],
    decoded: &'r mut [u8; TARGET],
) -> Result<Option<OwnNumber<'r>>, CommandError> {
    let mut uri = Uri::parse(uri).map_err(|_| CommandError::Uri)?;
    // a name with the dot of the root behind it is the same
    if let Host::Name(name) = uri.host
        && let Some(host) = name.strip_suffix(b".").and_then(Host::parse)
    {
        uri.host = host;
    }
    let mut user = Cursor::new(decoded);
    uri.decoded_user(&mut user);
    let len = user.written().len();
    let user = decoded.get(..len).unwrap_or_default();
    // rfc3966#3: the parameters of a number stand behind it in the user part
    let end = user.iter().position(|byte| *byte == b';').unwrap_or(len);
    let (number, parameters) = user.split_at_checked(end).unwrap_or_default();
    let is_one = is_number(number) || number.first() == Some(&b'+');
    let is_own = uri.scheme == Scheme::Sip && is_one && accounts.names_own_host(account, &uri);
    Ok(is_own.then_some((number, parameters)))
}

/// A target as a whole URI. `domain`: that of the account that calls; `transport`: the account's, where it has one.
pub(super) fn complete<'r>(
    domain: Option<&[u8]>,
    transport: Option<Transport>,
    target: &str,
    room: &'r mut [u8; TARGET],
) -> Result<&'r [u8], CommandError> {
    let target = target.trim_ascii();
    // in a name, too
    if has_controls(target) {
        return Err(CommandError::Uri);
    }
    let target = bare(target).ok_or(CommandError::Uri)?;
    let number = is_number(target.as_bytes());
    if !number
        && (target.is_empty()
            || target.bytes().any(|byte| byte == b' ' || byte == b'<' || byte == b'>' || byte == b'"'))
    {
        return Err(CommandError::Uri);
    }
    let mut out = Cursor::new(room);
    #[cfg(feature = "numbers")]
    if crate::numbers::is_service(target) {
        // rfc5031#4: the name stands in the request line as it is, and the account's server finds who is behind it
        domain.ok_or(CommandError::NoAccount)?;
        out.put_str(target);
        let len = out.finish().map_err(|_| CommandError::Text)?;
        return Ok(room.get(..len).unwrap_or_default());
    }
    match Scheme::of(target.as_bytes()) {
        Some(Scheme::Sip | Scheme::Sips) if Uri::parse(target.as_bytes()).is_ok() => out.put_str(target),
        Some(Scheme::Tel) => {
            // rfc3261#19.1.6: a number becomes the user part, its parameters with it
            let domain = domain.ok_or(CommandError::NoAccount)?;
            out.put_str("sip:");
            out.put(target.as_bytes().get(4..).unwrap_or_default());
            out.put_str("@");
            out.put(domain);
            out.put_str(";user=phone");
            put_transport(&mut out, transport);
        }
        // another scheme, or a password: neither is for us
        _ if has_scheme(target) => return Err(CommandError::Uri),
        _ if target.split_once('@').is_some_and(|(user, _)| user.contains(':')) => return Err(CommandError::Uri),
        _ if target.contains('@') => {
            out.put_str("sip:");
            out.put_str(target);
        }
        _ => match domain {
            Some(domain) => {
                out.put_str("sip:");
                for byte in target.bytes().filter(|byte| !(number && is_separator(*byte))) {
                    write_user(&mut out, &[byte]);
                }
                out.put_str("@");
                out.put(domain);
                put_transport(&mut out, transport);
            }
            // without an account a bare host is a target: the far end itself
            None if Host::parse(host_and_port(target.as_bytes())).is_some() => {
                out.put_str("sip:");
                out.put_str(target);
            }
            None => return Err(CommandError::NoAccount),
        },
    }
    let len = out.finish().map_err(|_| CommandError::Text)?;
    let parsed = Uri::parse(room.get(..len).unwrap_or_default()).map_err(|_| CommandError::Uri)?;
    if !can_be_called(&parsed) || !matches!(parsed.scheme, Scheme::Sip | Scheme::Sips) {
        return Err(CommandError::Uri);
    }
    let [first, second] = parsed.for_request().map(<[u8]>::len);
    copy_within(room, len - second..len, first);
    Ok(room.get(..first + second).unwrap_or_default())
}

/// The URI says that it is reached over a stream (rfc3261#19.1.1).
fn put_transport(out: &mut Cursor<'_>, transport: Option<Transport>) {
    out.put_str(match transport {
        Some(Transport::Tcp) => ";transport=tcp",
        Some(Transport::Tls) => ";transport=tls",
        Some(Transport::Udp) | None => "",
    });
}

/// We make INVITEs of URIs, and put nothing in for them (rfc3261#19.1.5: then rather none than another one).
pub(super) fn can_be_called(uri: &Uri<'_>) -> bool {
    uri.headers.is_empty() && uri.method().is_none_or(|method| method == Method::Invite)
}

/// The URI in a name-addr: `"Bob" <sip:bob@example.org>`.
fn bare(target: &str) -> Option<&str> {
    if !target.contains('<') {
        return Some(target);
    }
    let address = Address::parse(target.as_bytes()).filter(|address| address.params.is_empty())?;
    let known = matches!(Scheme::of(address.uri), Some(Scheme::Sip | Scheme::Sips | Scheme::Tel));
    core::str::from_utf8(address.uri).ok().filter(|_| known)
}

/// rfc3986#3.1: a name before a colon is a scheme, unless it is a host before its port.
fn has_scheme(text: &str) -> bool {
    let Some((name, rest)) = text.split_once(':') else { return false };
    let port = !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit());
    let named = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    named && !port && Host::parse(text.as_bytes()).is_none()
}

/// The host of `host:port`.
fn host_and_port(text: &[u8]) -> &[u8] {
    match text.iter().rposition(|byte| *byte == b':') {
        Some(at)
            if text.last() != Some(&b']')
                && text.get(at + 1..).is_some_and(|port| port.iter().all(u8::is_ascii_digit)) =>
        {
            text.get(..at).unwrap_or_default()
        }
        _ => text,
    }
}

#[cfg(feature = "numbers")]
impl From<crate::numbers::Fault> for CommandError {
    fn from(fault: crate::numbers::Fault) -> Self {
        match fault {
            crate::numbers::Fault::Blocked => Self::Blocked,
            crate::numbers::Fault::Long => Self::Text,
            crate::numbers::Fault::Text => Self::Uri,
        }
    }
}
