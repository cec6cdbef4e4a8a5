//! An account from options and a file, and its password from a file, the environment or standard input.

use std::fs;
use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};

use crate::abi as c;
use crate::args::{Account as Options, Privacy, Transport};
use crate::digits::{DigitLook, DigitsBy, digit_gap, digit_length, digit_level};
use crate::phone::AccountTexts;
use crate::session::number;

/// The environment variable that may hold the password.
const PASSWORD: &str = "MICROSIP_PASSWORD";
/// The longest line that is taken for a password: more than the library keeps of one.
const PASSWORD_LINE: u64 = 1024;
/// The largest account file; ten lines of it are needed.
const ACCOUNT_FILE: u64 = 64 << 10;

/// The account of options and file; none where neither gives a URI.
///
/// `dials`: what others see of a caller is then its calls', without an account.
pub(crate) fn read(options: &Options, dials: bool) -> Result<Option<AccountTexts>, String> {
    let mut file = File::default();
    if let Some(path) = &options.account_file {
        let text = whole(path).map_err(|error| format!("cannot read the account file {}: {error}", path.display()))?;
        file = parse(&text).map_err(|wrong| format!("{}: {wrong}", path.display()))?;
    }
    let Some(uri) = options.uri.clone().or(file.uri) else {
        return options.first(dials).map_or(Ok(None), |name| {
            let uri = "give --uri sip:user@domain, or `uri = …` in the account file";
            Err(format!("{name} is an account's, and an account needs its address: {uri}"))
        });
    };
    let password = match (&options.password_file, options.password_stdin) {
        (Some(path), _) => Some(first_line_of(path)?),
        (None, true) => Some(first_line(io::stdin().lock(), "standard input")?),
        (None, false) => {
            match (std::env::var(PASSWORD).ok().filter(|p| !p.is_empty()), file.password, file.password_file) {
                (Some(password), _, _) | (None, Some(password), _) => Some(password),
                (None, None, Some(path)) => Some(first_line_of(&path)?),
                (None, None, None) => None,
            }
        }
    };
    Ok(Some(AccountTexts {
        uri,
        registrar: options.registrar.clone().or(file.registrar),
        proxy: options.proxy.clone().or(file.proxy),
        realms: if options.realm.is_empty() { file.realm } else { Some(options.realm.join(",")) },
        trusted: if options.trust.is_empty() { file.trust } else { Some(options.trust.join(",")) },
        privacy: privacy(options.privacy.or(file.privacy)),
        identity: options.identity.clone().or(file.identity),
        headers: lines(&file.register_header) + &lines(&options.register_header),
        call_headers: lines(&file.call_header) + &lines(&options.call_header),
        dtmf: file.digits_by.map_or(0, DigitsBy::number),
        digits: file.digits,
        dial_plan: options.dial_plan.clone().or(file.dial_plan),
        dial_prefix: options.dial_prefix.clone().or(file.dial_prefix),
        emergency: if options.emergency.is_empty() { file.emergency } else { Some(options.emergency.join(",")) },
        username: options.username.clone().or(file.username),
        password,
        display_name: options.display_name.clone().or(file.display_name),
        contact_user: options.contact_user.clone().or(file.contact_user),
        transport: number(options.transport.or(file.transport)),
        expires: options.expires.or(file.expires).unwrap_or(0),
        no_register: options.no_register,
        publish: false,
        media_any_host: options.media_any_host || file.media_any_host,
    }))
}

impl Options {
    /// The first that was given, and needs an account.
    fn first(&self, dials: bool) -> Option<&'static str> {
        let seen = [(self.privacy.is_some(), "--privacy"), (self.display_name.is_some(), "--display-name")];
        let own = [
            (self.account_file.is_some(), "--account-file"),
            (self.registrar.is_some(), "--registrar"),
            (self.identity.is_some(), "--identity"),
            (self.proxy.is_some(), "--proxy"),
            (self.transport.is_some(), "--transport"),
            (!self.realm.is_empty(), "--realm"),
            (!self.trust.is_empty(), "--trust"),
            (self.dial_plan.is_some(), "--dial-plan"),
            (self.dial_prefix.is_some(), "--dial-prefix"),
            (!self.emergency.is_empty(), "--emergency"),
            (!self.register_header.is_empty(), "--register-header"),
            (!self.call_header.is_empty(), "--call-header"),
            (self.username.is_some(), "--username"),
            (self.contact_user.is_some(), "--contact-user"),
            (self.expires.is_some(), "--expires"),
            (self.no_register, "--no-register"),
            (self.media_any_host, "--media-any-host"),
            (self.password_file.is_some(), "--password-file"),
            (self.password_stdin, "--password-stdin"),
        ];
        let mut given = own.iter().chain(seen.iter().filter(|_| !dials)).filter(|(given, _)| *given);
        given.next().map(|(_, name)| *name)
    }
}

/// MICROSIP_PRIVACY_*; 0: everything is shown.
pub(crate) fn privacy(wish: Option<Privacy>) -> u32 {
    match wish {
        None => 0,
        Some(Privacy::Id) => c::MICROSIP_PRIVACY_ID,
        Some(Privacy::Anonymous) => c::MICROSIP_PRIVACY_ANONYMOUS,
    }
}

/// Header lines as the library takes them.
pub(crate) fn lines(headers: &[String]) -> String {
    headers.iter().map(|line| format!("{line}\r\n")).collect()
}

/// The contents of an account file.
#[derive(Default)]
struct File {
    uri: Option<String>,
    registrar: Option<String>,
    proxy: Option<String>,
    realm: Option<String>,
    trust: Option<String>,
    dial_plan: Option<String>,
    dial_prefix: Option<String>,
    emergency: Option<String>,
    username: Option<String>,
    password: Option<String>,
    password_file: Option<PathBuf>,
    display_name: Option<String>,
    contact_user: Option<String>,
    transport: Option<Transport>,
    expires: Option<u32>,
    media_any_host: bool,
    digits_by: Option<DigitsBy>,
    digits: DigitLook,
    privacy: Option<Privacy>,
    identity: Option<String>,
    register_header: Vec<String>,
    call_header: Vec<String>,
}

/// `name = value` lines; `#` or `;` begins a comment line, `[section]` lines are passed over, values may stand in
/// double quotes.
fn parse(text: &str) -> Result<File, String> {
    let mut file = File::default();
    for (number, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let (line, number) = (line.trim(), number + 1);
        if line.is_empty() || line.starts_with(['#', ';', '[']) {
            continue;
        }
        // The line itself is never repeated in an error: it may hold the password.
        let (name, value) = line.split_once('=').ok_or_else(|| format!("line {number} is no `name = value`"))?;
        let (name, value) = (name.trim(), unquoted(value.trim()).to_owned());
        match name {
            "uri" => file.uri = Some(value),
            "registrar" => file.registrar = Some(value),
            "proxy" => file.proxy = Some(value),
            "realm" => file.realm = Some(value),
            "trust" => file.trust = Some(value),
            "dial_plan" => file.dial_plan = Some(value),
            "dial_prefix" => file.dial_prefix = Some(value),
            "emergency" => file.emergency = Some(value),
            "username" => file.username = Some(value),
            "password" => file.password = Some(value),
            "password_file" => file.password_file = Some(PathBuf::from(value)),
            "display_name" => file.display_name = Some(value),
            "contact_user" => file.contact_user = Some(value),
            "identity" => file.identity = Some(value),
            "register_header" => file.register_header.push(value),
            "call_header" => file.call_header.push(value),
            "privacy" => {
                file.privacy = match value.as_str() {
                    "id" => Some(Privacy::Id),
                    "anonymous" => Some(Privacy::Anonymous),
                    _ => return Err(format!("line {number}: privacy is id or anonymous")),
                }
            }
            "expires" => {
                file.expires =
                    Some(value.parse().map_err(|_| format!("line {number}: expires is a number of seconds"))?)
            }
            "transport" => {
                file.transport = match value.as_str() {
                    "udp" => Some(Transport::Udp),
                    "tcp" => Some(Transport::Tcp),
                    _ => return Err(format!("line {number}: transport is udp or tcp")),
                }
            }
            "digits_by" => {
                file.digits_by = Some(DigitsBy::named(&value).ok_or_else(|| {
                    format!("line {number}: digits_by is auto, auto-info, rtp, info, info-plain or inband")
                })?);
            }
            "digit_length" | "digit_gap" | "digit_level" => {
                let given = match name {
                    "digit_length" => digit_length(&value).map(|time| DigitLook::new(Some(time), None, None)),
                    "digit_gap" => digit_gap(&value).map(|time| DigitLook::new(None, Some(time), None)),
                    _ => digit_level(&value).map(|level| DigitLook::new(None, None, Some(level))),
                };
                file.digits = given.map_err(|wrong| format!("line {number}: {name} {wrong}"))?.or(file.digits);
            }
            "media_any_host" => {
                file.media_any_host = match value.as_str() {
                    "yes" | "on" | "true" | "1" => true,
                    "no" | "off" | "false" | "0" => false,
                    _ => return Err(format!("line {number}: media_any_host is yes or no")),
                }
            }
            _ => {
                let known = "uri, registrar, proxy, realm, trust, username, password, password_file, display_name, contact_user, transport, expires, media_any_host, dial_plan, dial_prefix, emergency, digits_by, digit_length, digit_gap, digit_level, privacy, identity, register_header, call_header";
                return Err(format!(
                    "line {number}: \"{}\" is not known; use {known}",
                    name.chars().take(40).collect::<String>()
                ));
            }
        }
    }
    Ok(file)
}

fn unquoted(value: &str) -> &str {
    value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value)
}

fn first_line_of(path: &Path) -> Result<String, String> {
    let file =
        fs::File::open(path).map_err(|error| format!("cannot read the password file {}: {error}", path.display()))?;
    first_line(io::BufReader::new(file), &path.display().to_string())
}

/// The contents of a file below a limit: one without end would be read for ever.
fn whole(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    fs::File::open(path)?.take(ACCOUNT_FILE + 1).read_to_string(&mut text)?;
    if text.len() as u64 > ACCOUNT_FILE {
        Err(io::Error::other(format!("it is longer than {ACCOUNT_FILE} bytes")))
    } else {
        Ok(text)
    }
}

fn first_line(from: impl BufRead, name: &str) -> Result<String, String> {
    let mut line = String::new();
    from.take(PASSWORD_LINE + 1)
        .read_line(&mut line)
        .map_err(|error| format!("cannot read the password from {name}: {error}"))?;
    let password = line.trim_end_matches(['\r', '\n']);
    if password.len() as u64 > PASSWORD_LINE {
        return Err(format!(
            "the first line of {name} is longer than {PASSWORD_LINE} bytes; it must hold the password"
        ));
    }
    if password.is_empty() {
        Err(format!("the first line of {name} is empty; it must hold the password"))
    } else {
        Ok(password.to_owned())
    }
}

#[cfg(test)]
#[path = "account/tests.rs"]
mod tests;
