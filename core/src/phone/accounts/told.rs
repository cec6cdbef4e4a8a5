//! News of an account: texts, numbers, events.

use super::Accounts;
use crate::base::slots::Handle;
use crate::base::text::Span;
use crate::base::time::Instant;
use crate::media::CodecOrder;
#[cfg(feature = "info")]
use crate::media::digits::DigitSettings;
use crate::phone::context::Context;
use crate::phone::context::done::Ended;
use crate::phone::event::Op;
use crate::phone::media_timeout::Patience;
use crate::phone::object::Object;
#[cfg(feature = "refer")]
use crate::phone::understood::Tags;
use crate::phone::{
    AccountId, AccountInfo, AccountState, AccountText, CallId, Cause, CommandError, EndCause, Event, EventKind,
};
#[cfg(feature = "identity")]
use crate::phone::{DialOptions, Privacy, identity::Identity};
#[cfg(feature = "timers")]
use crate::sip::session::timer::Wanted;
use crate::wire::sip::reason_phrase;

/// [`super::account::Account::pending`]: a challenge was refused.
pub(super) const PENDING_CHALLENGE: u32 = 1 << 31;
/// The same: a REGISTER left by a datagram that is too long.
#[cfg(feature = "stream")]
const PENDING_DATAGRAM: u32 = 1 << 30;

impl Accounts<'_> {
    /// Its address of record, as it was written.
    pub(in crate::phone) fn uri(&self, handle: Handle) -> Option<&[u8]> {
        self.text_of(handle, |account| account.uri)
    }

    /// The host of its URI, with the port.
    pub(in crate::phone) fn domain(&self, handle: Handle) -> Option<&[u8]> {
        self.text_of(handle, |account| account.domain)
    }

    pub(in crate::phone) fn registrar(&self, handle: Handle) -> Option<&[u8]> {
        self.text_of(handle, |account| account.registrar)
    }

    /// Its outbound proxy; empty where it has none.
    pub(in crate::phone) fn proxy(&self, handle: Handle) -> &[u8] {
        self.text_of(handle, |account| account.proxy).unwrap_or_default()
    }

    pub(in crate::phone) fn display_name(&self, handle: Handle) -> &[u8] {
        self.text_of(handle, |account| account.display_name).unwrap_or_default()
    }

    /// The identity of a call of its, or of no account's.
    #[cfg(feature = "identity")]
    pub(in crate::phone) fn identity<'c>(&'c self, handle: Handle, options: &DialOptions<'c>) -> Identity<'c> {
        let account = self.slots.get(handle);
        let [identity, _, headers] = account.map_or([Span::EMPTY; 3], |account| account.said);
        let text = self.text_of(handle, |_| Span::EMPTY).map_or(b"".as_slice(), |_| self.text.get(handle.index));
        Identity {
            privacy: options.privacy.or(account.map_or(Privacy::Inherited, |account| account.privacy)),
            caller: options.caller.as_bytes(),
            preferred: if options.identity.is_empty() { identity.of(text) } else { options.identity.as_bytes() },
            headers: headers.of(text),
        }
    }

    fn dial_plan(&self, handle: Handle) -> &[u8] {
        #[cfg(feature = "numbers")]
        let plan = self.numbers(handle).plan;
        #[cfg(not(feature = "numbers"))]
        let plan = self.text_of(handle, |_| Span::EMPTY).unwrap_or_default();
        plan
    }

    /// Its rules for numbers; of no account: none.
    #[cfg(feature = "numbers")]
    pub(in crate::phone) fn numbers(&self, handle: Handle) -> crate::numbers::Rules<'_> {
        let Some(account) = self.slots.get(handle) else { return crate::numbers::Rules::default() };
        let [prefix, plan, emergency] = account.numbers.map(|span| span.of(self.text.get(handle.index)));
        crate::numbers::Rules { prefix, plan, emergency }
    }

    /// A call of its for help in an emergency has begun.
    #[cfg(all(feature = "numbers", feature = "rules"))]
    pub(in crate::phone) fn help_begins(&mut self, handle: Handle) {
        if let Some(account) = self.slots.get_mut(handle) {
            account.helped.0 = account.helped.0.saturating_add(1);
        }
    }

    /// Such a call is over.
    #[cfg(all(feature = "numbers", feature = "rules"))]
    pub(in crate::phone) fn help_ends(&mut self, now: Instant, handle: Handle) {
        if let Some(account) = self.slots.get_mut(handle) {
            account.helped = (account.helped.0.saturating_sub(1), now);
        }
    }

    /// The time since its last call for help; none: it made none.
    #[cfg(all(feature = "numbers", feature = "rules"))]
    pub(in crate::phone) fn helped(&self, now: Instant, handle: Handle) -> Option<crate::base::time::Duration> {
        match self.slots.get(handle)?.helped {
            (0, Instant::NEVER) => None,
            (0, ended) => Some(now.since(ended)),
            _ => Some(crate::base::time::Duration::ZERO),
        }
    }

    /// User part of our Contact in calls.
    pub(in crate::phone) fn call_user(&self, handle: Handle) -> Option<&[u8]> {
        self.text_of(handle, super::account::Account::call_user)
    }

    pub(in crate::phone) fn tag(&self, handle: Handle) -> Option<u64> {
        self.slots.get(handle).map(|account| account.tag)
    }

    /// False: there is no such account.
    pub(in crate::phone) fn set_tag(&mut self, handle: Handle, tag: u64) -> bool {
        let account = self.slots.get_mut(handle);
        account.map(|account| account.tag = tag).is_some()
    }

    /// Media of its calls may come from any host.
    pub(in crate::phone) fn media_any_host(&self, handle: Handle) -> bool {
        self.slots.get(handle).is_some_and(|account| account.media_any_host)
    }

    /// The choice of codecs of its calls.
    pub(in crate::phone) fn codecs(&self, handle: Handle) -> CodecOrder {
        self.slots.get(handle).map_or(CodecOrder::EMPTY, |account| account.codecs)
    }

    /// The codecs of answers in its calls, or in those of no account's; what is not set is as the phone has it.
    #[cfg(feature = "codecs")]
    pub(in crate::phone) fn answering(&self, cx: &Context<'_>, handle: Handle) -> crate::offer::Answering {
        let own = self.slots.get(handle).map(|account| account.answering).unwrap_or_default();
        own.or(cx.fixed.answering)
    }

    /// Reliable provisional responses in its calls, or in those of no account's; where it does not say, as the phone.
    #[cfg(feature = "reliable")]
    pub(in crate::phone) fn reliable(&self, cx: &Context<'_>, handle: Handle) -> crate::phone::Reliable {
        let own = self.slots.get(handle).map(|account| account.reliable).unwrap_or_default();
        own.or(cx.fixed.reliable)
    }

    /// The settings of digits of its calls, or of those of no account's; where it gives none, the phone's.
    #[cfg(feature = "info")]
    pub(in crate::phone) fn digits(&self, cx: &Context<'_>, handle: Handle) -> DigitSettings {
        let own = self.slots.get(handle).map(|account| account.digits).unwrap_or_default();
        own.or(cx.fixed.digits)
    }

    /// The INFO packages that its calls take, or those of no account's; where it does not say, the phone's. `None`: they
    /// know no packages.
    #[cfg(all(feature = "info", feature = "message"))]
    pub(in crate::phone) fn packages<'t>(&'t self, cx: &'t Context<'_>, handle: Handle) -> Option<&'t [u8]> {
        let own = self.slots.get(handle).and_then(|account| account.packages);
        let usual = || cx.fixed.packages.as_ref().map(crate::phone::packages::Usual::names);
        own.map(|names| names.of(self.text.get(handle.index))).or_else(usual)
    }

    /// The treatment of messages that come for it, or for no account; where it does not say, as the phone.
    #[cfg(feature = "message")]
    pub(in crate::phone) fn messages(&self, cx: &Context<'_>, handle: Handle) -> crate::phone::MessagePolicy {
        let own = self.slots.get(handle).map(|account| account.messages).unwrap_or_default();
        own.or(cx.fixed.messages)
    }

    /// A message that an account's caller wants it of is told to be delivered, without the application. Others are not told
    /// anything by themselves.
    #[cfg(feature = "imdn")]
    pub(in crate::phone) fn tells_delivery(&self, cx: &Context<'_>, handle: Handle) -> bool {
        let own = self.slots.get(handle).map(|account| account.notices);
        own.is_some_and(|own| own.or(cx.fixed.notices) == crate::phone::NoticePolicy::Delivery)
    }

    /// The treatment of REFER, and of Replaces, in its calls, or in those of no account's.
    #[cfg(feature = "refer")]
    pub(in crate::phone) fn transfers(
        &self,
        cx: &Context<'_>,
        handle: Handle,
    ) -> (crate::phone::TransferPolicy, crate::phone::TransferPolicy) {
        use crate::phone::TransferPolicy::{Ask, Follow, Refuse};
        let own = self.slots.get(handle);
        let (refer, replaces) = own.map(|account| account.transfers).unwrap_or_default();
        let usual = if own.is_some() { (Ask, Follow) } else { (Refuse, Refuse) };
        (refer.or(cx.fixed.transfers.0).or(usual.0), replaces.or(cx.fixed.transfers.1).or(usual.1))
    }

    /// The treatment of those who would watch it.
    #[cfg(feature = "notify")]
    pub(in crate::phone) fn watchers(&self, cx: &Context<'_>, handle: Handle) -> crate::phone::WatcherPolicy {
        self.slots.get(handle).map(|account| account.watchers.0).unwrap_or_default().or(cx.fixed.watchers.0)
    }

    /// Watchers of its calls are told who talks to whom: a lamp with which a call can be taken over needs that.
    #[cfg(feature = "notify")]
    pub(in crate::phone) fn tells_parties(&self, cx: &Context<'_>, handle: Handle) -> bool {
        let own = self.slots.get(handle).and_then(|account| account.watchers.1);
        own.or(cx.fixed.watchers.1).unwrap_or(true)
    }

    /// The extensions of transfers that its calls know: those which are not refused.
    #[cfg(feature = "refer")]
    pub(in crate::phone) fn transfer_tags(&self, cx: &Context<'_>, handle: Handle) -> Tags {
        let (refer, replaces) = self.transfers(cx, handle);
        let refuse = crate::phone::TransferPolicy::Refuse;
        Tags::REFER.when(refer != refuse).and(Tags::REPLACES.when(replaces != refuse))
    }

    /// The media timeout of its calls.
    pub(in crate::phone) fn patience(&self, handle: Handle) -> Option<Patience> {
        self.slots.get(handle).map(|account| account.patience)
    }

    /// The session timer of its calls.
    #[cfg(feature = "timers")]
    pub(in crate::phone) fn session_timer(&self, handle: Handle) -> Option<Wanted> {
        self.slots.get(handle).map(|account| account.session_timer)
    }

    /// The account in numbers.
    pub(in crate::phone) fn info(&self, handle: Handle) -> Option<AccountInfo> {
        let slot = self.slots.get(handle)?;
        Some(AccountInfo {
            account: AccountId(handle),
            tag: slot.tag,
            state: slot.state,
            expires: slot.registration.expires,
            sip_code: slot.sip_code,
            result: slot.cause,
            cause: EndCause::of(slot.cause, slot.sip_code),
            retry: if slot.state == AccountState::Failed { slot.registration.next } else { Instant::NEVER },
        })
    }

    /// One of its texts, empty where it has none; `None`: there is no such account.
    pub(in crate::phone) fn text(&self, handle: Handle, which: AccountText) -> Option<&[u8]> {
        let slot = self.slots.get(handle)?;
        let text = self.text.get(handle.index);
        let span = match which {
            AccountText::Uri => slot.uri,
            AccountText::RefusedRealm => slot.refused_realm,
            AccountText::DialPlan => return Some(self.dial_plan(handle)),
            #[cfg(feature = "subscribe")]
            AccountText::Mailbox => return Some(self.mailbox_uri(handle)),
            #[cfg(not(feature = "subscribe"))]
            AccountText::Mailbox => Span::EMPTY,
            AccountText::NextHop if slot.proxy.is_empty() => slot.registrar,
            AccountText::NextHop => slot.proxy,
            AccountText::Reason if slot.sip_code == 0 => Span::EMPTY,
            AccountText::Reason if slot.reason_len == 0 => return Some(reason_phrase(slot.sip_code).as_bytes()),
            AccountText::Reason => return Some(slot.reason(text)),
        };
        Some(span.of(text))
    }

    /// A command has been taken; it joins one that asks for the same.
    ///
    /// # Errors
    /// [`CommandError::Full`]: its end could not be kept.
    pub(in crate::phone) fn begin(
        &mut self,
        cx: &mut Context<'_>,
        handle: Handle,
        op: Op,
        token: u64,
    ) -> Result<(), CommandError> {
        let account = self.slots.get_mut(handle).ok_or(CommandError::Stale)?;
        let joins = token == 0 && cx.joins(account.commands, op);
        if joins { Ok(()) } else { cx.begin(&mut account.commands, handle, op, token) }
    }

    /// The account may have another state: it has an event, and so have the ends of commands that asked for it, or that
    /// another one overtook.
    pub(in crate::phone) fn tell(&self, cx: &mut Context<'_>, handle: Handle) {
        let Some(account) = self.slots.get(handle) else { return };
        let mut news = account.pending != 0;
        let (result, sip_code, wanted) = (account.cause, account.sip_code, account.registration.wanted);
        let (ours, other) = if wanted { (Op::Register, Op::Unregister) } else { (Op::Unregister, Op::Register) };
        let reached = match account.state {
            AccountState::Registering => None,
            AccountState::Registered | AccountState::Failed => Some(Op::Register),
            AccountState::Unregistered => Some(Op::Unregister),
        };
        if reached == Some(ours) {
            news |= cx.end(account.commands, ours, u32::MAX, Ended { result, sip_code });
        }
        if reached.is_some() {
            news |= cx.end(account.commands, other, u32::MAX, Ended { result: Cause::Cancelled, sip_code: 0 });
        }
        if news {
            cx.tell(Object::Account(handle.index));
        }
    }

    /// A REGISTER left by a datagram that is longer than one should be.
    #[cfg(feature = "stream")]
    pub(in crate::phone) fn sent_long(&mut self, cx: &mut Context<'_>, handle: Handle, bytes: u16) {
        let Some(account) = self.slots.get_mut(handle) else { return };
        account.pending |= PENDING_DATAGRAM;
        account.datagram = bytes;
        cx.tell(Object::Account(handle.index));
    }

    /// Its next event.
    pub(in crate::phone) fn poll_event(&mut self, cx: &mut Context<'_>, handle: Handle) -> Option<Event> {
        let (latest, account) = (cx.latest, self.slots.get_mut(handle)?);
        if let Some(done) = cx.poll_done(&mut account.commands) {
            return Some(done.event(
                latest,
                (AccountId(handle), CallId::NONE, crate::phone::EndedBy::Nobody),
                account.tag,
            ));
        }
        if account.pending == 0 {
            #[cfg(feature = "subscribe")]
            if let Some((at, kind)) = account.unsolicited.poll() {
                return Some(Event { at, account: AccountId(handle), call: CallId::NONE, tag: account.tag, kind });
            }
            return None;
        }
        #[cfg(feature = "stream")]
        if account.pending & PENDING_DATAGRAM != 0 {
            account.pending &= !PENDING_DATAGRAM;
            let (tag, kind) = (account.tag, EventKind::Datagram { bytes: account.datagram });
            return Some(Event { at: latest, account: AccountId(handle), call: CallId::NONE, tag, kind });
        }
        let (at, kind) = if account.pending & PENDING_CHALLENGE != 0 {
            account.pending &= !PENDING_CHALLENGE;
            (account.challenged_at, EventKind::Challenge(account.refused))
        } else {
            let reached = core::mem::take(&mut account.pending);
            let (state, sip_code, result) = (account.state, account.sip_code, account.cause);
            (account.changed_at, EventKind::Account { state, reached, sip_code, result })
        };
        let (at, tag) = (latest.back_to(at), account.tag);
        Some(Event { at, account: AccountId(handle), call: CallId::NONE, tag, kind })
    }
}
