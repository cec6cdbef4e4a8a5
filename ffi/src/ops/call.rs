//! Calls.

use super::account::privacy;
use super::media::source_of;
use super::options::{For, apply, built, directs, does_not_apply, names_caller};
use super::{Done, ENDED, account_id, call_id, range, refused, status, transfer};
use crate::abi::code::*;
use crate::abi::types::*;
use crate::abi::{Fail, Value, pointer, text};
use core::ffi::c_char;
#[cfg(feature = "host")]
use microsip_core::base::cursor::Cursor;
use microsip_core::base::features;
use microsip_core::base::limits::{DISPLAY_NAME, PHRASE, REASON, TARGET};
use microsip_core::base::time::Instant;
use microsip_core::media::digits::DigitSettings;
use microsip_core::offer::Direction;
#[cfg(feature = "host")]
use microsip_core::phone::AccountText;
use microsip_core::phone::{
    AccountId, CallId, CallState, CommandError, ConferenceId, DialOptions, EndOptions, MessageId, NotYet, Phone,
    Privacy, Redial, Reliable, Reoffer, SessionTimer, is_identity,
};
use microsip_core::wire::sip::Name;

/// Bytes of the longest text of a Reason header: with a cause in front of it, and quotes.
const LONGEST_REASON: usize = REASON - "Reason: Q.850;cause=16;text=\"\"\r\n".len();

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn dial(
    phone: &mut Phone<'_>,
    now: Instant,
    account: u64,
    uri: *const c_char,
    o: *const microsip_options,
    call: *mut microsip_id,
) -> Done {
    let id = if account == 0 { AccountId::NONE } else { account_id(account)? };
    // SAFETY: by contract.
    let (target, given) = unsafe { (text::optional(uri, "uri")?, pointer::read_or_zero(o, "o")?) };
    let call = pointer::must(call, "call")?;
    let directed = features::REFER && directs(&given);
    let redials = features::NUMBERS && target.is_none() && !directed;
    let again = if redials { Some(again(phone, id, account)?) } else { None };
    let (id, target) = match (target, &again) {
        (Some(target), _) => (id, target),
        (None, Some(again)) => (again.account(), again.target()),
        (None, None) if features::REFER && given.refer | given.replaces != 0 => (id, ""),
        (None, None) => return Err(Fail::no_text("uri")),
    };
    if !features::IDENTITY && names_caller(&given) {
        let argument = "o->privacy, o->caller, o->identity or o->location";
        return Err(Fail::command(CommandError::Unsupported, argument, Value::None));
    }
    built(&given)?;
    apply(&given, For::Dial)?;
    // SAFETY: by contract.
    let location = if features::IDENTITY { unsafe { text::optional(given.location, "o->location")? } } else { None };
    let own = features::IDENTITY && location.is_none() && phone.account_location_len(id) > 0;
    let location_routing = routing_of(given.location_use, own || location.is_some_and(|text| !text.is_empty()))?;
    // SAFETY: by contract.
    let options = unsafe {
        DialOptions {
            source: source_of(given.source)?,
            tag: given.tag,
            display_name: text::or_empty(given.display_name, "o->display_name")?,
            headers: text::or_empty(given.headers, "o->headers")?,
            codecs: super::codecs::chosen(given.codecs, "o->codecs")?.unwrap_or_default(),
            reliable: super::reliable::wish(given.reliable, "o->reliable")?,
            session_timer: super::timers::said!(given, "o->")?,
            privacy: if features::IDENTITY { privacy(given.privacy, "o->privacy")? } else { Privacy::Inherited },
            caller: if features::IDENTITY { text::or_empty(given.caller, "o->caller")? } else { "" },
            identity: if features::IDENTITY { text::or_empty(given.identity, "o->identity")? } else { "" },
            digits: super::digits::said!(given, "o->")?,
            location,
            location_routing,
            location_follows: given.location_use & MICROSIP_LOCATION_FOLLOWS != 0,
            info_packages: if features::PACKAGES {
                text::optional(given.info_packages, "o->info_packages")?
            } else {
                None
            },
            replaces: "",
            refer: MessageId::NONE, // as `transfer::dial` finds them
        }
    };
    let made = if directed {
        // SAFETY: by contract.
        unsafe { transfer::dial(phone, now, id, target, (&given, &options), not_dialled)? }
    } else {
        phone.dial(now, id, target, &options).map_err(|error| not_dialled(phone, error, id, target, &options))?
    };
    // SAFETY: not NULL.
    unsafe { pointer::put(call, made.raw()) };
    Ok(())
}

/// A call that cannot be dialled: the argument at fault.
fn not_dialled(phone: &Phone<'_>, error: CommandError, id: AccountId, target: &str, options: &DialOptions<'_>) -> Fail {
    match error {
        CommandError::Stale => Fail::command(error, "account", Value::Id(id.raw())),
        CommandError::Full => Fail::command(error, "max_calls", Value::None),
        CommandError::Text if cfg!(feature = "sentences") => unfit(phone, target, options),
        CommandError::Unsupported
            if cfg!(feature = "sentences")
                && phone.text_rooms().location == 0
                && options.location.is_some_and(|text| !text.is_empty()) =>
        {
            Fail::new(MICROSIP_E_UNSUPPORTED, "o->location", Value::None, super::texts::NO_LOCATION)
        }
        CommandError::Location { most } => match options.location {
            Some(document) => Fail::command(error, "o->location", Value::bytes(document.len(), most.bytes())),
            None => {
                let len = phone.account_location_len(id);
                Fail::command(error, "location of the account", Value::bytes(len, most.bytes()))
            }
        },
        CommandError::Uri if features::IDENTITY && cfg!(feature = "sentences") => misnamed(target, options),
        CommandError::NoAccount if features::NUMBERS && target.starts_with("urn:service:") => {
            let fix = "is a service, which only an account's server can find: pass an account";
            Fail::new(MICROSIP_E_ARG, "uri", Value::text(target), fix)
        }
        CommandError::Codec => Fail::command(error, "o->codecs", Value::None),
        CommandError::Packages | CommandError::Unheld => {
            Fail::command(error, "o->info_packages", Value::text(options.info_packages.unwrap_or_default()))
        }
        CommandError::HeaderLine | CommandError::HeaderOwned => {
            super::texts::lines(error, ("o->headers", options.headers), &[])
        }
        CommandError::Blocked => blocked(phone, id, target),
        _ => Fail::command(error, "uri", Value::text(target)),
    }
}

/// The text of a dial that is too long, or has control characters: together they stand in the block of a call.
fn unfit(phone: &Phone<'_>, target: &str, options: &DialOptions<'_>) -> Fail {
    let place = ("o->location", options.location.unwrap_or_default());
    let odd = super::texts::with_controls(&[("o->display_name", options.display_name)]);
    if let Some(odd) = odd.or_else(|| super::texts::location_controls(place)) {
        return odd;
    }
    if target.len() > TARGET {
        return Fail::new(MICROSIP_E_TEXT, "uri", Value::bytes(target.len(), TARGET), "shorten it");
    }
    let texts = [
        ("o->headers", options.headers),
        ("o->display_name", options.display_name),
        ("o->caller", options.caller),
        ("o->identity", options.identity),
        ("uri", target),
    ];
    if options.display_name.len() > DISPLAY_NAME - "\"\"".len() {
        let (name, most) = (options.display_name.len(), DISPLAY_NAME);
        let fix = "with its quotes and what is escaped in it: shorten it";
        return Fail::new(MICROSIP_E_TEXT, "o->display_name", Value::bytes(name, most), fix);
    }
    let fix = "with the call's other texts and its account's there is no room for it: shorten it";
    super::texts::together(&texts, phone.text_rooms().call, fix)
}

/// The address of a dial that is none.
fn misnamed(target: &str, options: &DialOptions<'_>) -> Fail {
    let wrong = [("o->caller", options.caller), ("o->identity", options.identity)]
        .into_iter()
        .find(|(_, text)| !text.is_empty() && !is_identity(text));
    let (argument, text) = wrong.unwrap_or(("uri", target));
    if wrong.is_some() {
        let fix = "is no address of a caller: write sip:user@host, with a name as \"Anna\" <sip:anna@example.org>";
        return Fail::new(MICROSIP_E_URI, argument, Value::text(text), fix);
    }
    if text.trim_ascii().bytes().any(|byte| byte < 0x20 || byte == 0x7f) {
        return Fail::new(MICROSIP_E_URI, argument, Value::text(text), "has control characters: leave them out");
    }
    Fail::command(CommandError::Uri, argument, Value::text(text))
}

/// The leave of servers on the way to read a location. `there`: the call has one.
fn routing_of(set: u32, there: bool) -> Result<Option<bool>, Fail> {
    let (yes, no) = (set & MICROSIP_LOCATION_ROUTING != 0, set & MICROSIP_LOCATION_NO_ROUTING != 0);
    let known = MICROSIP_LOCATION_ROUTING | MICROSIP_LOCATION_FOLLOWS | MICROSIP_LOCATION_NO_ROUTING;
    if set & !known != 0 || yes && no {
        let fix = "is no set of MICROSIP_LOCATION_*, or says both yes and no to routing";
        return Err(Fail::new(MICROSIP_E_ARG, "o->location_use", Value::Number(i64::from(set)), fix));
    }
    if set != 0 && !there {
        let fix = "is set, and there is no location that it is about: set o->location, or the account's";
        return Err(Fail::new(MICROSIP_E_ARG, "o->location_use", Value::Number(i64::from(set)), fix));
    }
    Ok(if yes {
        Some(true)
    } else if no {
        Some(false)
    } else {
        None
    })
}

/// The target that was dialled last by an account, or by any.
fn again(phone: &Phone<'_>, id: AccountId, account: u64) -> Result<Redial, Fail> {
    phone.redial(id).map_err(|error| match error {
        CommandError::Stale => Fail::command(error, "account", Value::Id(account)),
        _ => {
            let fix = "is NULL, and no target that was dialled before is kept: pass a text";
            Fail::new(MICROSIP_E_STATE, "uri", Value::None, fix)
        }
    })
}

/// A number that the dial plan does not allow: both are told.
#[cfg(feature = "host")]
fn blocked(phone: &Phone<'_>, account: AccountId, target: &str) -> Fail {
    let mut room = [0; TARGET];
    let mut out = Cursor::new(&mut room);
    out.put_str(target);
    out.put_str("\" with the plan \"");
    let _ = phone.account_text(account, AccountText::DialPlan, &mut out);
    let said = core::str::from_utf8(out.written()).unwrap_or(target);
    Fail::command(CommandError::Blocked, "uri", Value::text(said))
}

#[cfg(not(feature = "host"))]
fn blocked(_: &Phone<'_>, _: AccountId, target: &str) -> Fail {
    Fail::command(CommandError::Blocked, "uri", Value::text(target))
}

/// Options of an answer, a refusal or a hang-up.
///
/// # Safety
/// Pointers as the C function documents them.
unsafe fn options_of(o: *const microsip_options, to: For) -> Result<microsip_options, Fail> {
    // SAFETY: by contract.
    let given = unsafe { pointer::read_or_zero(o, "o")? };
    built(&given)?;
    apply(&given, to).map(|()| given)
}

/// The additions to a refusal, a BYE or a CANCEL.
///
/// # Safety
/// Pointers as the C function documents them; its texts live as long as they are used.
unsafe fn additions<'c>(o: *const microsip_options, to: For) -> Result<EndOptions<'c>, Fail> {
    // SAFETY: by contract, as the following.
    let given = unsafe { options_of(o, to)? };
    // SAFETY: as above.
    unsafe {
        Ok(EndOptions {
            headers: text::or_empty(given.headers, "o->headers")?,
            reason: text::or_empty(given.reason, "o->reason")?,
            contacts: text::or_empty(given.contacts, "o->contacts")?,
        })
    }
}

/// The text of additions that is too long, or has control characters. `most`: the longest reason.
fn unadded(options: &EndOptions<'_>, most: usize) -> Fail {
    if let Some(odd) = super::texts::with_controls(&[("o->reason", options.reason)]) {
        return odd;
    }
    if options.reason.len() > most {
        return Fail::new(MICROSIP_E_TEXT, "o->reason", Value::bytes(options.reason.len(), most), "shorten it");
    }
    let texts = [("o->headers", options.headers), ("o->contacts", options.contacts), ("o->reason", options.reason)];
    let (argument, text) = texts.into_iter().max_by_key(|(_, text)| text.len()).unwrap_or_default();
    let fix = "(its bytes): the message or the call's texts have no room for so many: shorten it";
    Fail::new(MICROSIP_E_TEXT, argument, Value::Number(text.len() as i64), fix)
}

/// The refusal of additions, or of what they are added to. `most`: the longest reason.
fn not_added(call: u64, options: &EndOptions<'_>, most: usize) -> impl Fn(CommandError) -> Fail {
    let contacts = Value::text(options.contacts);
    move |error| match error {
        CommandError::HeaderLine | CommandError::HeaderOwned => {
            let more: &[Name] = if options.reason.is_empty() { &[] } else { &[Name::Reason] };
            super::texts::lines(error, ("o->headers", options.headers), more)
        }
        CommandError::Uri | CommandError::NoAccount | CommandError::Blocked => {
            Fail::command(error, "o->contacts", contacts)
        }
        CommandError::Text if cfg!(feature = "sentences") => unadded(options, most),
        CommandError::Unsupported => Fail::command(error, "o->headers, o->reason or o->contacts", Value::None),
        _ => refused("call", call)(error),
    }
}

/// The session timer of an answer.
fn set_timer(phone: &mut Phone<'_>, call: CallId, given: &microsip_options) -> Done {
    let timer = super::timers::said!(given, "o->")?;
    if given.min_se != 0 {
        return Err(range("o->min_se", given.min_se, "is set, and an answer has taken the caller's interval"));
    }
    if !features::TIMERS || timer == SessionTimer::default() {
        return Ok(());
    }
    phone.call_set_session_timer(call, timer).map_err(|error| match error {
        CommandError::Unsupported => {
            let fix = "is MICROSIP_TIMER_REQUIRED, and the caller knows none (RFC 4028)";
            Fail::new(MICROSIP_E_UNSUPPORTED, "o->session_timer", Value::None, fix)
        }
        _ => refused("call", call.raw())(error),
    })
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn answer(
    phone: &mut Phone<'_>,
    now: Instant,
    call: u64,
    code: u32,
    o: *const microsip_options,
) -> Done {
    let fix = "is not 180, 183 or 200";
    let code = if code == 0 { 200 } else { status(code, fix)? };
    // SAFETY: by contract.
    let given = unsafe { options_of(o, For::Answer)? };
    let (id, source) = (call_id(call)?, source_of(given.source)?);
    // SAFETY: by contract.
    let (codecs, headers) =
        unsafe { (super::codecs::chosen(given.codecs, "o->codecs")?, text::or_empty(given.headers, "o->headers")?) };
    let reliable = super::reliable::wish(given.reliable, "o->reliable")?;
    let digits = super::digits::said!(given, "o->")?;
    let act = |phone: &mut Phone<'_>| {
        if let Some(codecs) = codecs {
            phone.call_set_codecs(id, codecs).map_err(|error| match error {
                CommandError::Codec => Fail::command(error, "o->codecs", Value::None),
                CommandError::State => unanswered(phone, id),
                _ => refused("call", call)(error),
            })?;
        }
        set_timer(phone, id, &given)?;
        if features::RELIABLE && reliable != Reliable::Inherited {
            phone.call_set_reliable(id, reliable).map_err(|error| match error {
                CommandError::Unsupported => {
                    let fix = "is required, and the caller does not know it (RFC 3262)";
                    Fail::new(MICROSIP_E_UNSUPPORTED, "o->reliable", Value::Number(i64::from(given.reliable)), fix)
                }
                _ => refused("call", call)(error),
            })?;
        }
        phone.answer_with(now, id, code, headers).map_err(|error| match error {
            CommandError::Range => range("code", u32::from(code), fix),
            CommandError::State => unanswered(phone, id),
            _ => not_added(call, &EndOptions { headers, ..EndOptions::default() }, 0)(error),
        })
    };
    // a member that is refused leaves the others as they were; a board has none that could be
    if features::CODECS || features::TIMERS || features::RELIABLE {
        phone.all_or_nothing(id, act)?
    } else {
        act(phone)?
    }
    // 0 leaves both as they are
    if given.source != 0 {
        phone.set_source(id, source).map_err(refused("call", call))?;
    }
    if features::INFO && digits != DigitSettings::NONE {
        phone.call_set_digits(id, digits).map_err(refused("call", call))?;
    }
    if given.tag != 0 {
        phone.call_set_tag(id, given.tag).map_err(refused("call", call))?;
    }
    Ok(())
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn reject(
    phone: &mut Phone<'_>,
    now: Instant,
    call: u64,
    code: u32,
    o: *const microsip_options,
) -> Done {
    let fix = "is not within 300 to 699";
    let code = status(code, fix)?;
    // SAFETY: by contract.
    let options = unsafe { additions(o, For::Reject)? };
    let id = call_id(call)?;
    phone.reject_with(now, id, code, &options).map_err(|error| match error {
        CommandError::Range if (300..=699).contains(&code) => {
            range("code", u32::from(code), "is not within 300 to 399, which o->contacts needs")
        }
        CommandError::Range => range("code", u32::from(code), fix),
        CommandError::State => unanswered(phone, id),
        _ => not_added(call, &options, PHRASE)(error),
    })
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn hangup(phone: &mut Phone<'_>, now: Instant, call: u64, o: *const microsip_options) -> Done {
    // SAFETY: by contract.
    let options = unsafe { additions(o, For::Hangup)? };
    if features::CONFERENCE
        && let Ok(conference) = ConferenceId::from_raw(call)
    {
        let set = [("o->headers", options.headers), ("o->reason", options.reason)];
        if let Some((member, _)) = set.into_iter().find(|(_, text)| !text.is_empty()) {
            return Err(does_not_apply(member));
        }
        return phone.conference_hangup(now, conference).map_err(refused("call", call));
    }
    let id = call_id(call)?;
    phone.hangup_with(now, id, &options).map_err(|error| match error {
        CommandError::State => Fail::new(MICROSIP_E_STATE, "call", Value::Id(call), ENDED),
        // a call that is not answered is refused
        _ => {
            let refused = cfg!(feature = "sentences")
                && phone.call_info(id).is_ok_and(|info| info.incoming && info.state != CallState::Connected);
            not_added(call, &options, if refused { PHRASE } else { LONGEST_REASON })(error)
        }
    })
}

/// A call that cannot be released: its state is told.
pub(crate) fn not_over(phone: &Phone<'_>, id: CallId) -> Fail {
    let fix = match phone.call_info(id).map(|info| info.state) {
        Ok(CallState::Calling) => {
            "is MICROSIP_CALLING: only one that is MICROSIP_ENDED can be released; microsip_hangup gives it up"
        }
        Ok(CallState::Incoming) => {
            "is MICROSIP_INCOMING: only one that is MICROSIP_ENDED can be released; microsip_reject refuses it"
        }
        Ok(CallState::Early) => {
            "is MICROSIP_EARLY: only one that is MICROSIP_ENDED can be released; microsip_hangup gives it up"
        }
        _ => "is MICROSIP_CONNECTED: only one that is MICROSIP_ENDED can be released; microsip_hangup ends it",
    };
    Fail::new(MICROSIP_E_STATE, "object", Value::Id(id.raw()), fix)
}

/// A call that cannot be answered so, or refused: its state is told, and what is legal in it.
fn unanswered(phone: &Phone<'_>, id: CallId) -> Fail {
    let fix = match phone.call_info(id).map(|info| (info.state, info.incoming)) {
        Ok((CallState::Calling, _)) => {
            "is MICROSIP_CALLING: only one that came in can be answered or refused; microsip_hangup gives it up"
        }
        Ok((CallState::Early, false)) => {
            "is MICROSIP_EARLY, and was dialled: only one that came in can be answered or refused; microsip_hangup \
             gives it up"
        }
        Ok((CallState::Connected, _)) => "is MICROSIP_CONNECTED: it has been answered; microsip_hangup ends it",
        Ok((CallState::Ended, _)) => ENDED,
        _ => "has described its media: answer it without o->codecs and o->reliable, or reject it",
    };
    Fail::new(MICROSIP_E_STATE, "call", Value::Id(id.raw()), fix)
}

/// The reason for which a call that is not up takes no offer of ours yet (RFC 3311, 5.1), and what would be legal.
fn not_yet(phone: &Phone<'_>, id: CallId) -> &'static str {
    let incoming = phone.call_info(id).is_ok_and(|info| info.incoming);
    match phone.call_not_yet(id, true) {
        Some(NotYet::Dialog) => {
            "has no early dialog: wait until the far end has answered the offer in a reliable 183 (RFC 3262), or for \
             MICROSIP_CONNECTED"
        }
        Some(NotYet::Prack) => {
            "is MICROSIP_INCOMING, and no reliable response of ours has its PRACK: microsip_answer it with 183 where the \
             caller takes those (RFC 3262), or with 200; or reject it"
        }
        Some(NotYet::Update) => {
            "is not MICROSIP_CONNECTED, and its far end has not said that it takes UPDATE before that (Allow, RFC 3311): \
             wait for the answer"
        }
        Some(NotYet::Answer) if incoming => {
            "has an offer that is not answered: microsip_answer it with 183 where the caller takes reliable responses \
             (RFC 3262), or with 200"
        }
        Some(NotYet::Answer) => {
            "is MICROSIP_EARLY, and its far end has not answered the offer in a reliable response (RFC 3311, 5.1): wait \
             for that, or for MICROSIP_CONNECTED"
        }
        Some(NotYet::Built) => {
            "is not MICROSIP_CONNECTED, which it has to be in a library without MICROSIP_HAS_RELIABLE"
        }
        _ => "is being given up: only microsip_hangup fits",
    }
}

/// The refusal of a change of a call's media: its state is told, and the one that it needs.
fn unchanged(phone: &Phone<'_>, id: CallId, error: CommandError) -> Fail {
    let fix = match (error, phone.call_info(id).map(|info| info.state)) {
        (CommandError::State, Ok(CallState::Ended)) => ENDED,
        (CommandError::State, Ok(_)) if features::REOFFER => not_yet(phone, id),
        (CommandError::Unsupported, _) => "needs the feature reoffer, which this library was built without",
        _ => return Fail::command(error, "call", Value::Id(id.raw())),
    };
    let code = if error == CommandError::State { MICROSIP_E_STATE } else { MICROSIP_E_UNSUPPORTED };
    Fail::new(code, "call", Value::Id(id.raw()), fix)
}

pub(crate) fn hold(phone: &mut Phone<'_>, now: Instant, call: u64, on: u32, token: u64) -> Done {
    let id = call_id(call)?;
    let done = phone.hold(now, id, super::on(on)?, token);
    done.map_err(|error| unchanged(phone, id, error))
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn identify(
    phone: &mut Phone<'_>,
    now: Instant,
    call: u64,
    caller: *const c_char,
    token: u64,
) -> Done {
    let id = call_id(call)?;
    // SAFETY: by contract.
    let caller = unsafe { text::needed(caller, "caller")? };
    phone.identify(now, id, caller, token).map_err(|error| match error {
        CommandError::Text => {
            let fix = "with the call's other texts there is no room for it: shorten it";
            super::texts::together(&[("caller", caller)], phone.text_rooms().call, fix)
        }
        CommandError::Uri => Fail::command(error, "caller", Value::text(caller)),
        CommandError::Unsupported if features::IDENTITY => Fail::new(
            MICROSIP_E_UNSUPPORTED,
            "call",
            Value::Id(call),
            "has a far end that has not said that it takes another identity (Supported: from-change, RFC 4916)",
        ),
        CommandError::State => {
            let fix = match (phone.call_not_yet(id, false), phone.call_info(id).map(|info| info.state)) {
                (_, Ok(CallState::Ended)) => ENDED,
                (Some(NotYet::Dialog), _) => {
                    "was dialled, and has no early dialog: wait for MICROSIP_EARLY, or for MICROSIP_CONNECTED"
                }
                (Some(NotYet::Update | NotYet::Over | NotYet::Built), _) => not_yet(phone, id),
                (Some(NotYet::Name), _) => {
                    "is not MICROSIP_CONNECTED, and its far end has not said that it takes another identity (Supported: \
                     from-change, RFC 4916): wait for the answer"
                }
                _ => "has a change of identity on its way: wait for its MICROSIP_EV_DONE",
            };
            Fail::new(MICROSIP_E_STATE, "call", Value::Id(call), fix)
        }
        _ => refused("call", call)(error),
    })
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn reoffer(
    phone: &mut Phone<'_>,
    now: Instant,
    call: u64,
    m: *const microsip_media,
    token: u64,
) -> Done {
    // SAFETY: by contract.
    let given = unsafe { pointer::read_or_zero(m, "m")? };
    let direction = match given.direction {
        0 => None,
        MICROSIP_SENDRECV => Some(Direction::SendReceive),
        MICROSIP_SENDONLY => Some(Direction::SendOnly),
        MICROSIP_RECVONLY => Some(Direction::ReceiveOnly),
        MICROSIP_INACTIVE => Some(Direction::Inactive),
        other => return Err(range("m->direction", other, "is neither 0 nor MICROSIP_SENDRECV to MICROSIP_INACTIVE")),
    };
    let by_update = super::switch(given.update, "m->update")?;
    if given.reserved != 0 {
        return Err(Fail::new(MICROSIP_E_NEWER, "m->reserved", Value::None, "is not 0: use MICROSIP_ZERO"));
    }
    // SAFETY: by contract.
    let codecs = unsafe { super::codecs::chosen(given.codecs, "m->codecs")?.unwrap_or_default() };
    let id = call_id(call)?;
    let done = phone.reoffer(now, id, &Reoffer { direction, codecs, by_update }, token);
    done.map_err(|error| match error {
        CommandError::Codec => Fail::command(error, "m->codecs", Value::None),
        _ => unchanged(phone, id, error),
    })
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn info(phone: &Phone<'_>, call: u64, out: *mut microsip_call_info) -> Done {
    // SAFETY: by contract.
    let out = unsafe { pointer::Out::check(out, "out")? };
    let info = phone.call_info(call_id(call)?).map_err(refused("call", call))?;
    out.put(microsip_call_info {
        size: 0,
        state: info.state as u32,
        account: info.account.raw(),
        call: info.call.raw(),
        tag: info.tag,
        started_us: info.started.micros(),
        ringing_us: info.ringing.micros(),
        connected_us: info.connected.micros(),
        ended_us: info.ended.micros(),
        incoming: u32::from(info.incoming),
        sip_code: u32::from(info.sip_code),
        result: info.result as i32,
        source: info.source as u32,
        muted: u32::from(info.muted),
        media: info.ways,
        volume_in: u32::from(info.volume_in),
        volume_out: u32::from(info.volume_out),
        cause: info.cause as u32,
        ended_by: info.ended_by as u32,
        conference: info.conference.raw(),
        rule: info.rule.map_or(0, |rule| rule as u32),
        transfer: transfer::state_of(phone, info.call),
        session_expires_us: info.session_expires.micros(),
        session_expires: info.session_interval,
        session_refresher: info.session_refresher as u32,
        alert: if features::TONES { info.alert.0 } else { 0 },
        music: if features::REOFFER { info.music as u32 } else { 0 },
        replaces: if features::REFER { info.replaces.raw() } else { 0 },
        refer: if features::REFER { info.refer.raw() } else { 0 },
    });
    Ok(())
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn stats(
    phone: &Phone<'_>,
    now: Instant,
    call: u64,
    pcm: (u32, u32),
    out: *mut microsip_stats,
) -> Done {
    // SAFETY: by contract.
    let out = unsafe { pointer::Out::check(out, "out")? };
    let stats = phone.call_stats(now, call_id(call)?).map_err(refused("call", call))?;
    out.put(microsip_stats {
        size: 0,
        confirmed: u32::from(stats.confirmed),
        sent: u64::from(stats.sent_packets),
        received: u64::from(stats.received_packets),
        lost: u64::from(stats.lost),
        late: u64::from(stats.late),
        duplicate: u64::from(stats.duplicate),
        reordered: u64::from(stats.reordered),
        concealed_ms: u64::from(stats.concealed_ms),
        silent_us: stats.silent_us,
        jitter_us: stats.jitter_us,
        rtt_us: stats.rtt_us,
        level_in: u32::from(stats.level_in),
        level_out: u32::from(stats.level_out),
        pcm_underrun: pcm.0,
        pcm_overrun: pcm.1,
        remote_lost: stats.remote_lost,
        remote_jitter_us: stats.remote_jitter_us,
        remote_lost_256: u32::from(stats.remote_fraction_lost),
        playout_ms: stats.ring_ms,
        strangers: stats.strangers,
        malformed: stats.malformed,
        mos_x100: u32::from(stats.mos_x100),
        mos_lately_x100: u32::from(stats.mos_lately_x100),
        remote_mos_x100: u32::from(stats.remote_mos_x100),
        delay_ms: stats.delay_ms,
    });
    Ok(())
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn quality(
    phone: &Phone<'_>,
    call: u64,
    mos_x100: *mut u32,
    cap: u32,
    needed: *mut u32,
    seconds_each: *mut u32,
) -> Done {
    let (values, each) = phone.call_quality(call_id(call)?).map_err(refused("call", call))?;
    // SAFETY: by contract.
    let room = unsafe { pointer::slice_mut(mos_x100, cap, "mos_x100")? };
    for (place, value) in room.iter_mut().zip(values) {
        *place = u32::from(*value);
    }
    // SAFETY: by contract.
    unsafe {
        pointer::put(needed, values.len() as u32);
        pointer::put(seconds_each, each);
    }
    if values.len() > room.len() {
        let fix = "is less than the values that there are, as needed says";
        return Err(Fail::new(MICROSIP_E_BUFFER, "cap", Value::Number(i64::from(cap)), fix));
    }
    Ok(())
}
