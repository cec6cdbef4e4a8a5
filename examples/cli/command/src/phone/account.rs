//! Accounts, and the rules for incoming calls.

use super::texts::{check, pointer, read_text, text};
use super::{Failure, Handle, Id, c};
use crate::digits::DigitLook;

/// An account, ready for the library. The password is in no Debug output.
#[derive(Default)]
pub(crate) struct AccountTexts {
    pub(crate) uri: String,
    pub(crate) registrar: Option<String>,
    pub(crate) proxy: Option<String>,
    /// Comma separated.
    pub(crate) realms: Option<String>,
    pub(crate) trusted: Option<String>,
    /// MICROSIP_PRIVACY_*; 0: everything is shown.
    pub(crate) privacy: u32,
    pub(crate) identity: Option<String>,
    /// Header lines of its REGISTERs and of its INVITEs, each with its end.
    pub(crate) headers: String,
    pub(crate) call_headers: String,
    /// MICROSIP_DTMF_*; 0: auto.
    pub(crate) dtmf: u32,
    pub(crate) digits: DigitLook,
    pub(crate) dial_plan: Option<String>,
    pub(crate) dial_prefix: Option<String>,
    pub(crate) emergency: Option<String>,
    pub(crate) username: Option<String>,
    pub(crate) password: Option<String>,
    pub(crate) display_name: Option<String>,
    pub(crate) contact_user: Option<String>,
    /// MICROSIP_UDP or MICROSIP_TCP; 0: the library's choice.
    pub(crate) transport: u32,
    pub(crate) expires: u32,
    pub(crate) no_register: bool,
    /// It publishes its presence by itself.
    pub(crate) publish: bool,
    pub(crate) media_any_host: bool,
}

/// Presence of our own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OwnPresence<'a> {
    /// MICROSIP_LAMP_OPEN or _CLOSED.
    pub(crate) state: u32,
    /// MICROSIP_ACTIVITY_*; 0: none.
    pub(crate) activity: u32,
    pub(crate) note: &'a str,
}

impl Handle {
    /// Publishes an account's presence.
    pub(crate) fn publish(self, account: Id, own: &OwnPresence, token: u64) -> Result<(), Failure> {
        let note = text(own.note)?;
        // SAFETY: all-zero is a valid microsip_presence.
        let mut entry: c::microsip_presence = unsafe { std::mem::zeroed() };
        entry.size = size_of::<c::microsip_presence>() as u32;
        (entry.state, entry.activity) = (own.state, own.activity);
        entry.note = note.as_ptr();
        // SAFETY: the text lives until the call has copied it.
        check(unsafe { c::microsip_account_publish(self.0, account, &raw const entry, token) })
    }

    pub(crate) fn account_add(self, account: &AccountTexts) -> Result<Id, Failure> {
        let uri = text(&account.uri)?;
        let optional = |text: &Option<String>| text.as_deref().map(self::text).transpose();
        let registrar = optional(&account.registrar)?;
        let proxy = optional(&account.proxy)?;
        let realms = optional(&account.realms)?;
        let username = optional(&account.username)?;
        let password = optional(&account.password)?;
        let display_name = optional(&account.display_name)?;
        let contact_user = optional(&account.contact_user)?;
        let trusted = optional(&account.trusted)?;
        let identity = optional(&account.identity)?;
        let headers = text(&account.headers)?;
        let call_headers = text(&account.call_headers)?;
        let dial_plan = optional(&account.dial_plan)?;
        let dial_prefix = optional(&account.dial_prefix)?;
        let emergency = optional(&account.emergency)?;
        // SAFETY: all-zero is a valid microsip_account.
        let mut entry: c::microsip_account = unsafe { std::mem::zeroed() };
        entry.size = size_of::<c::microsip_account>() as u32;
        entry.expires = account.expires;
        entry.transport = account.transport;
        let switch = |on| if on { c::MICROSIP_ON } else { c::MICROSIP_OFF };
        entry.registers = switch(!account.no_register);
        entry.publish = switch(account.publish);
        entry.media_any_host = switch(account.media_any_host);
        entry.uri = uri.as_ptr();
        entry.registrar = pointer(registrar.as_ref());
        entry.proxy = pointer(proxy.as_ref());
        entry.realms = pointer(realms.as_ref());
        entry.username = pointer(username.as_ref());
        entry.password = pointer(password.as_ref());
        entry.display_name = pointer(display_name.as_ref());
        entry.contact_user = pointer(contact_user.as_ref());
        entry.trusted = pointer(trusted.as_ref());
        entry.privacy = account.privacy;
        entry.dtmf = account.dtmf;
        let DigitLook { ms, gap_ms, level_db } = account.digits;
        (entry.dtmf_ms, entry.dtmf_gap_ms, entry.dtmf_level_db) = (ms, gap_ms, level_db);
        entry.identity = pointer(identity.as_ref());
        entry.headers = headers.as_ptr();
        entry.call_headers = call_headers.as_ptr();
        entry.dial_plan = pointer(dial_plan.as_ref());
        entry.dial_prefix = pointer(dial_prefix.as_ref());
        entry.emergency = pointer(emergency.as_ref());
        let mut id = 0;
        // SAFETY: the texts live until the call has copied them.
        check(unsafe { c::microsip_account_add(self.0, &raw const entry, &raw mut id) }).map(|()| id)
    }

    /// Rules for incoming calls of which none is set.
    pub(crate) fn no_rules(self) -> c::microsip_rules {
        // SAFETY: all-zero is a valid microsip_rules.
        let mut rules: c::microsip_rules = unsafe { std::mem::zeroed() };
        rules.size = size_of::<c::microsip_rules>() as u32;
        rules
    }

    /// Sets the phone's rules for incoming calls.
    pub(crate) fn rules(
        self,
        mut rules: c::microsip_rules,
        [forward, busy, no_answer]: [Option<&str>; 3],
        deny: &str,
        allow: &str,
    ) -> Result<(), Failure> {
        let [forward, busy, no_answer] = [forward, busy, no_answer].map(|to| to.map(text).transpose());
        let (forward, busy, no_answer) = (forward?, busy?, no_answer?);
        let (deny, allow) = (text(deny)?, text(allow)?);
        rules.forward_to = pointer(forward.as_ref());
        rules.forward_busy_to = pointer(busy.as_ref());
        rules.forward_no_answer_to = pointer(no_answer.as_ref());
        (rules.deny, rules.allow) = (deny.as_ptr(), allow.as_ptr());
        // SAFETY: the texts live until the call has copied them.
        check(unsafe { c::microsip_rules_set(self.0, c::MICROSIP_SELF, &raw const rules) })
    }

    /// The realm of the challenge that was refused last.
    pub(crate) fn refused_realm(self, account: Id) -> String {
        let which = c::MICROSIP_TXT_REALM;
        // SAFETY: the library writes at most `cap` bytes to `buf`.
        read_text(|buf, cap, needed| unsafe { c::microsip_text_get(self.0, account, which, 0, buf, cap, needed) })
            .unwrap_or_default()
    }
}
