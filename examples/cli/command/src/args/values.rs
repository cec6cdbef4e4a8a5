//! The values of options, as people write them.

use std::net::SocketAddr;
use std::time::Duration;

use clap::ValueEnum;

use crate::abi as c;

/// A use of the caller's location.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum LocationUse {
    /// Servers may read it to find who is called
    Routing,
    /// They may not
    NoRouting,
    /// It goes to whom a redirection names, too
    Follows,
}

/// The privacy of a caller.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Privacy {
    Id,
    Anonymous,
}

/// A line of a header, as the library takes it; the names that are its own it knows by itself.
pub(crate) fn header_line(text: &str) -> Result<String, String> {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&byte);
    match text.split_once(':') {
        Some((name, value))
            if !name.is_empty()
                && name.bytes().all(token)
                && !value.bytes().any(|byte| byte.is_ascii_control() && byte != b'\t') =>
        {
            Ok(text.to_owned())
        }
        _ => Err(format!("\"{text}\" is no header line: write \"Name: value\"")),
    }
}

/// `10s`, `500ms`, `2m`, `1h`, or seconds.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("\"{text}\" is no time; write 500ms, 10s, 1.5s, 2m or 1h");
    let split = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let number: f64 = number.trim().parse().map_err(|_| wrong())?;
    let seconds = match unit {
        "ms" => number / 1000.0,
        "" | "s" => number,
        "m" | "min" => number * 60.0,
        "h" => number * 3600.0,
        _ => return Err(wrong()),
    };
    Duration::try_from_secs_f64(seconds).ok().filter(|d| d.as_secs() < 1_000_000).ok_or_else(wrong)
}

/// The time for which a far end may send nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Silence {
    Seconds(u32),
    Never,
}

/// A transport of SIP.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Transport {
    Udp,
    Tcp,
}

/// The place to listen at, and the one transport there; none: all.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Listen {
    pub(crate) address: SocketAddr,
    pub(crate) transport: Option<Transport>,
}

/// The action about a far end that has sent nothing for too long.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Lost {
    End,
    Tell,
}

/// The use of session timers.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum TimerUse {
    Off,
    Supported,
    Always,
    Required,
}

/// The treatment of a far end that wants us to call somebody else.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Refer {
    Follow,
    Refuse,
}

/// The treatment of those who would watch us.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Watchers {
    Follow,
    Refuse,
}

/// The side that refreshes a session.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Refresher {
    Either,
    Us,
    Them,
}

/// The wish for reliable provisional responses.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Reliable {
    Off,
    Supported,
    Required,
}

pub(super) fn silence(text: &str) -> Result<Silence, String> {
    if text == "never" {
        return Ok(Silence::Never);
    }
    let time = duration(text)?;
    match u32::try_from(time.as_secs()) {
        Ok(seconds @ 1..=65_535) if time.subsec_nanos() == 0 => Ok(Silence::Seconds(seconds)),
        _ => Err(format!("\"{text}\" is not within 1 to 65535 whole seconds; write 30s, 5m, or never")),
    }
}

/// A time for which a session may last.
pub(super) fn session(text: &str) -> Result<u32, String> {
    let time = duration(text)?;
    match u32::try_from(time.as_secs()) {
        Ok(seconds @ 90..) if time.subsec_nanos() == 0 => Ok(seconds),
        _ => Err(format!("\"{text}\" is not at least 90 whole seconds (RFC 4028); write 90s, 30m, 1h")),
    }
}

/// A time for which a call that came in may ring: the library ends it after ten minutes.
pub(super) fn ringing(text: &str) -> Result<Duration, String> {
    let time = duration(text)?;
    if time < Duration::from_secs(600) {
        Ok(time)
    } else {
        Err(format!("\"{text}\" is too long: an unanswered call rings for ten minutes at most"))
    }
}

/// A tone for a call: its number in the library, or the ASCII code of a key.
pub(super) fn call_tone(text: &str) -> Result<u32, String> {
    let number = match text {
        "dial" => c::MICROSIP_TONE_DIAL,
        "ringback" => c::MICROSIP_TONE_RINGBACK,
        "busy" => c::MICROSIP_TONE_BUSY,
        "congestion" => c::MICROSIP_TONE_CONGESTION,
        "waiting" => c::MICROSIP_TONE_WAITING,
        "beep" => c::MICROSIP_TONE_BEEP,
        _ => match text.as_bytes() {
            [key @ (b'0'..=b'9' | b'*' | b'#' | b'A'..=b'D')] => u32::from(*key),
            _ => {
                let tones = "dial, ringback, busy, congestion, waiting, beep, or a key: 0-9 * # A-D";
                return Err(format!("\"{text}\" is no tone for a call; use {tones}"));
            }
        },
    };
    Ok(number)
}

/// A time for which a tone may last.
pub(super) fn tone_length(text: &str) -> Result<Duration, String> {
    let time = duration(text)?;
    if (Duration::from_millis(1)..=Duration::from_secs(86_400)).contains(&time) {
        Ok(time)
    } else {
        Err(format!("\"{text}\" is no length of a tone: write 1ms to 24h"))
    }
}

/// A URI with or without a name, as a From has it; the library reads it anew.
pub(super) fn identity(text: &str) -> Result<String, String> {
    let wrong = || format!("\"{text}\" is nobody's address: write sip:user@host, or a name and \"<sip:user@host>\"");
    let uri = match text.split_once('<') {
        None => text,
        Some((_, rest)) => rest.strip_suffix('>').ok_or_else(wrong)?,
    };
    let known = ["sip:", "sips:", "tel:"].iter().find_map(|scheme| {
        uri.get(..scheme.len())
            .is_some_and(|own| own.eq_ignore_ascii_case(scheme))
            .then(|| uri.split_at(scheme.len()).1)
    });
    match known {
        Some(rest) if !rest.is_empty() && !text.contains(char::is_control) && !rest.contains([' ', '<', '>', '"']) => {
            Ok(text.to_owned())
        }
        _ => Err(wrong()),
    }
}

/// A number, with what people write between its digits.
pub(crate) fn is_number(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '*' | '#' | '-' | '.' | '(' | ')' | ' '))
}

/// A party to be called: a URI, a number or a name; the library reads it anew.
pub(super) fn whom(text: &str) -> Result<String, String> {
    let wrong =
        || format!("\"{text}\" is no address: write sip:user@host, or a number that the domain of --uri completes");
    let given = text.trim();
    let user = given.split_once('@').map_or(given, |(user, _)| user);
    if identity(given).is_ok() || is_number(given) {
        Ok(text.to_owned())
    } else if given.is_empty()
        || given.contains(|c: char| c.is_control() || matches!(c, ' ' | '<' | '>' | '"'))
        || given.contains("://")
        // a scheme that cannot be called, or a password
        || user.len() < given.len() && user.contains(':')
        || ["sip:", "sips:", "tel:"].iter().any(|scheme| given.eq_ignore_ascii_case(scheme))
    {
        Err(wrong())
    } else {
        Ok(text.to_owned())
    }
}

pub(super) fn answer_code(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(code @ (180 | 183 | 200 | 300..=699)) => Ok(code),
        _ => Err(format!("\"{text}\" cannot be answered; use 200, 180, 183, or 300 to 699 to refuse")),
    }
}

/// A first port, or the first and the last of a range.
pub(super) fn ports(text: &str) -> Result<(u16, u16), String> {
    let (first, last) = text.split_once('-').unwrap_or((text, "65535"));
    let (Ok(first), Ok(last)) = (first.trim().parse::<u16>(), last.trim().parse::<u16>()) else {
        return Err(format!("\"{text}\" is no range of ports; write 4000-4999, or 4000 for 4000-65535"));
    };
    if first < 1024 {
        Err(format!("port {first} is kept for the system; begin at 1024 or above"))
    } else if u32::from(last) <= u32::from(first).next_multiple_of(2) {
        Err(format!("\"{text}\" holds no even port with the next one; a call needs both"))
    } else {
        Ok((first, last))
    }
}

pub(super) fn listen(text: &str) -> Result<Listen, String> {
    let (transport, place) = match text.split_once(':') {
        Some(("udp", place)) => (Some(Transport::Udp), place),
        Some(("tcp", place)) => (Some(Transport::Tcp), place),
        _ => (None, text),
    };
    let address = place.parse().map_err(|_| {
        format!(
            "\"{text}\" is no address; write 127.0.0.1:5060, [::1]:5060 or tcp:127.0.0.1:5060 (port 0: any free one)"
        )
    })?;
    Ok(Listen { address, transport })
}
