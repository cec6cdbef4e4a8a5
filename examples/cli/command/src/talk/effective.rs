//! Options of a call that would have no effect are a mistake, and each says what would give it one.

use std::io::IsTerminal;
use std::net::Ipv4Addr;

use crate::args::{Course, Network, Reliable, is_number};
use crate::digits::DigitsBy;
use crate::phone::AccountTexts;
use crate::session::{Exit, Stop};

/// The side of a call that the command is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Side {
    /// `digits`: a target has some behind a comma.
    Caller {
        digits: bool,
    },
    Called,
}

/// Options of the course of a call.
pub(crate) fn effective(
    course: &Course,
    network: &Network,
    account: Option<&AccountTexts>,
    side: Side,
) -> Result<(), Stop> {
    let keys = course.keys || std::io::stdin().is_terminal();
    nobody(course, account.is_some())
        .or_else(|| wrong(course, network, account.map_or(0, |account| account.dtmf), (side, keys)))
        .map_or(Ok(()), |text| Err(Stop::new(Exit::Usage, text)))
}

/// The text about a number that nothing completes.
fn nobody(course: &Course, has_account: bool) -> Option<String> {
    let to = course.transfer_to.as_deref().filter(|_| !has_account)?.trim();
    let host = to.parse::<Ipv4Addr>().is_ok();
    let number = is_number(to) && !host || to.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("tel:"));
    let fix = "write sip:user@host, or give --uri, whose domain completes it";
    number.then(|| format!("--transfer-to {to} is a number, and there is no account: {fix}"))
}

/// The text about the first that has none. `method`: the account's MICROSIP_DTMF_*, or 0; `keys`: they are read.
fn wrong(course: &Course, network: &Network, method: u32, (side, keys): (Side, bool)) -> Option<String> {
    let offers = course.hold_after.is_some() || course.reoffer_after.is_some();
    let by = course.digits_by.or_else(|| DigitsBy::read(method));
    let by_info = matches!(by, Some(DigitsBy::Info | DigitsBy::InfoPlain));
    let digits = course.dtmf.is_some() || keys || side == Side::Caller { digits: true };
    let unsent = |option: &str| format!("{option} is for digits that are sent: add --dtmf DIGITS, or --keys");
    let after = [
        ("--hold-after", course.hold_after),
        ("--reoffer-after", course.reoffer_after),
        ("--identify-after", course.identify_after),
    ];
    if course.offers_early && !offers && course.identify_after.is_none() {
        let add = "--hold-after, --reoffer-after or --identify-after";
        return Some(format!("--offers-early moves the time of an offer before the answer: add {add}"));
    }
    if course.offers_early && network.reliable == Some(Reliable::Off) && (offers || side == Side::Called) {
        let why = "an offer before the answer needs reliable responses";
        return Some(format!(
            "--offers-early with --100rel off offers nothing early, for {why}: leave one of them out"
        ));
    }
    if course.identify_as.is_some() && course.identify_after.is_none() && !keys {
        let add = "add --identify-after TIME, or --keys for the key i";
        return Some(format!("--identify-as says who we are then, and nothing says when: {add}"));
    }
    if let Some(length) = course.length.filter(|_| !course.offers_early)
        && let Some((option, _)) = after.iter().find(|(_, time)| time.is_some_and(|time| time >= length))
    {
        let long = length.as_secs_f64();
        return Some(format!("{option} comes when the call is over, after {long} s: lower it, or raise --for"));
    }
    if let (Some(after), Some(length)) = (course.transfer_after, course.length)
        && after >= length
    {
        let long = length.as_secs_f64();
        return Some(format!("--transfer-after comes when the call is over, after {long} s: lower it, or raise --for"));
    }
    if course.transfer_to.is_some() && course.transfer_after.is_none() && !keys {
        let add = "add --transfer-after TIME, or --keys for the key t";
        return Some(format!("--transfer-to says to whom, and nothing says when: {add}"));
    }
    if course.hold_music.is_some() && course.hold_after.is_none() && !keys {
        let add = "add --hold-after TIME, or --keys for the key h";
        return Some(format!("--hold-music is for a far end that is on hold, and nothing holds it: {add}"));
    }
    if let Some(option) = network.digits().filter(|_| !digits) {
        return Some(unsent(option));
    }
    if course.digits_by.is_some() && !digits {
        return Some(unsent("--digits-by"));
    }
    if network.digit_level.is_some() && by_info {
        let why = "INFO has no loudness";
        return Some(format!(
            "--digit-level is for digits that are heard, and {why}: use --digits-by rtp, inband or auto"
        ));
    }
    None
}

impl Network {
    /// The first option that is about digits alone.
    pub(crate) fn digits(&self) -> Option<&'static str> {
        let given = [
            (self.digit_length.is_some(), "--digit-length"),
            (self.digit_gap.is_some(), "--digit-gap"),
            (self.digit_level.is_some(), "--digit-level"),
        ];
        given.into_iter().find(|(given, _)| *given).map(|(_, option)| option)
    }

    /// The first option that is about calls alone; [`crate::args::CALLS_ALONE`] names them all.
    pub(crate) fn of_calls(&self) -> Option<&'static str> {
        let given = [
            (self.rtp_port.is_some(), "--rtp-port"),
            (self.codec.is_some(), "--codec"),
            (self.single_codec, "--single-codec"),
            (self.own_order, "--own-order"),
            (self.media_timeout.is_some(), "--media-timeout"),
            (self.media_lost.is_some(), "--media-lost"),
            (self.refer.is_some(), "--refer"),
            (self.info_packages.is_some(), "--info-packages"),
            (self.reliable.is_some(), "--100rel"),
            (self.session_timer.is_some(), "--session-timer"),
            (self.session_expires.is_some(), "--session-expires"),
            (self.min_se.is_some(), "--min-se"),
            (self.refresher.is_some(), "--refresher"),
        ];
        self.digits().or_else(|| given.into_iter().find(|(given, _)| *given).map(|(_, option)| option))
    }
}

#[cfg(test)]
#[path = "effective/tests.rs"]
mod tests;
