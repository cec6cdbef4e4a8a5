//! Transfers: the command, and REFERs that come, which join the rooms of messages and calls.

use super::Cause;
use super::arrived::Arrived;
use super::calls::directed::Followed;
use super::calls::transfer::is_false;
use super::dialogs::Leg;
use super::response::Extra;
#[cfg(feature = "numbers")]
use super::target::allowed;
use super::transactions::Transactions;
use super::write::contact_user;
use super::{
    AccountId, CallId, CommandError, DialOptions, Lower, MessageId, Phone, TransferOptions, TransferPolicy, TransferTo,
};
use crate::base::cursor::Cursor;
use crate::base::limits::{REFER_LINES, TARGET};
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::sip::dialog::contact_uri;
use crate::sip::tag::Tag;
use crate::sip::tombstone::Responded;
use crate::wire::sip::{Address, DialogName, Message, Method, Name, Scheme, Uri, token_list};

/// The wish of a REFER.
struct Wish<'m> {
    /// The party to call.
    uri: Uri<'m>,
    /// Whom it says that it comes from (rfc3892#2), as it stands.
    by: &'m [u8],
}

impl<'m> Wish<'m> {
    /// An error is the status of its refusal.
    fn read(refer: &Message<'m>) -> Result<Self, u16> {
        // rfc3515#2.4.1: exactly one
        let mut all = refer.addresses(Name::ReferTo);
        let (Some(Ok(to)), None) = (all.next(), all.next()) else { return Err(400) };
        let uri = Uri::parse(to.uri).map_err(|_| 400u16)?;
        if !matches!(uri.scheme, Scheme::Sip | Scheme::Tel) {
            return Err(416);
        }
        // a call is all that we make
        if uri.method().is_some_and(|method| method != Method::Invite) {
            return Err(603);
        }
        let by = refer.header(Name::ReferredBy).unwrap_or_default();
        let plain = by.iter().all(|byte| *byte >= 0x20 && *byte != 0x7f) && Address::parse(by).is_some();
        Ok(Self { uri, by: if plain { by } else { b"" } })
    }

    /// The target of the call.
    fn write_target(&self, out: &mut Cursor<'_>) {
        self.uri.for_request().into_iter().for_each(|part| out.put(part));
    }

    /// The call that the new one is to take the place of; empty: none. The flag says that it is to fail where that cannot
    /// be. rfc3261#19.1.5: of the URI's headers these alone are taken, for they do no harm.
    fn replaces<'r>(&self, room: &'r mut [u8; TARGET]) -> Result<(&'r str, bool), CommandError> {
        let mut required = [0u8; TARGET];
        let mut out = Cursor::new(&mut required);
        let requires = self.uri.write_header("Require", &mut out)
            && token_list(out.written()).any(|tag| tag.eq_ignore_ascii_case(b"replaces"));
        let mut out = Cursor::new(room);
        if !self.uri.write_header("Replaces", &mut out) {
            return Ok(("", requires));
        }
        let len = out.finish().map_err(|_| CommandError::Text)?;
        let value = room.get(..len).unwrap_or_default();
        let known = DialogName::replaces(value).is_some() && value.iter().all(|byte| *byte >= 0x20 && *byte != 0x7f);
        let value = core::str::from_utf8(value).ok().filter(|_| known).ok_or(CommandError::HeaderLine)?;
        Ok((value, requires))
    }
}

impl Phone<'_> {
    /// Transfers a call that is up to another party (RFC 3515), or brings its far end together with that of another call
    /// of ours (RFC 5589). [`super::EventKind::Transfer`] tells each step, [`super::EventKind::Done`] the end. When they
    /// talk, our calls with them end ([`super::EndCause::Transferred`]); where it fails, they are as they were. Nobody is
    /// put on hold by it.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::State`] of a call that is not up or is being transferred, of another one that
    /// is neither up nor dialled, and when the phone is closing; [`CommandError::Uri`], [`CommandError::NoAccount`] and [`CommandError::Blocked`] as for
    /// [`Phone::dial`]; [`CommandError::HeaderLine`] and [`CommandError::HeaderOwned`]; [`CommandError::Text`] when it does
    /// not fit a message; [`CommandError::Full`].
    pub fn transfer(
        &mut self,
        now: Instant,
        call: CallId,
        to: TransferTo<'_>,
        options: &TransferOptions<'_>,
    ) -> Result<(), CommandError> {
        self.hear(now);
        self.calls.transfer(&mut self.lower, now, call.0, to, options)
    }

    /// A REFER came.
    pub(super) fn refer_arrived(&mut self, now: Instant, arrived: &Arrived<'_, '_>) {
        if let Err(status) = self.take_refer(now, arrived) {
            let lower = &mut self.lower;
            lower.transactions.respond_and_bury(&mut lower.cx, now, arrived, status, Extra::default());
        }
    }

    /// rfc3261#17.2.2: a REFER in a dialog is repeated, and its transaction gave way. A tombstone has no room for the Contact.
    pub(super) fn refer_again(&mut self, arrived: &Arrived<'_, '_>, responded: Responded) {
        let Arrived { flow, request, dialog, .. } = *arrived;
        let Lower { cx, transactions, accounts, dialogs, .. } = &mut self.lower;
        let followed = responded.status == 200;
        let (account, direct) = (dialogs.account_of(dialog), cx.fixed.direct_user);
        let user = contact_user(accounts.call_user(account), direct.get(), dialogs.our_side(dialog));
        let contact = Some(user).filter(|_| followed);
        let extra = Extra { contact, no_progress: followed && is_false(request), ..Extra::again(responded) };
        transactions.respond_at_once(cx, flow, request, responded.status, extra);
    }

    fn take_refer(&mut self, now: Instant, arrived: &Arrived<'_, '_>) -> Result<(), u16> {
        let Arrived { request, dialog, flow, .. } = *arrived;
        let lower = &self.lower;
        if lower.cx.closing {
            return Err(480);
        }
        let inside = !dialog.is_none();
        let in_call = !lower.dialogs.call_of(dialog).is_none();
        // who only rings here, or at whom we ring, has no call to hand over; rfc5057#5.6: 603 leaves it as it is
        if in_call && !self.is_up(dialog) {
            return Err(603);
        }
        // a subscription whose dialog nobody has made yet
        if inside && !lower.dialogs.is_confirmed(dialog) {
            return Err(481);
        }
        // rfc4538#4: outside a call it may name the one that it is about; one that is not there is ignored
        let about = if in_call { Some(dialog) } else { self.named_call(request) };
        let call = about.map_or(Handle::NONE, |dialog| lower.dialogs.call_of(dialog));
        let account = if inside { lower.dialogs.account_of(dialog) } else { arrived.account };
        if in_call {
            self.calls.keep(&lower.cx, call, request);
        }
        Wish::read(request)?.replaces(&mut [0; TARGET]).map_err(|_| 400u16)?;
        let lower = &mut self.lower;
        let (mut policy, _) = lower.accounts.transfers(&lower.cx, account);
        // outside a call nobody but the account's own server has us dial
        if !in_call && (account.is_none() || !lower.accounts.brought_by_own_server(account, flow, request)) {
            policy = TransferPolicy::Refuse;
        }
        let busy = inside
            && (self.messages.is_open_refer(lower.dialogs.asked_by(dialog))
                || self.calls.is_followed(lower.dialogs.reporter_of(dialog), dialog));
        // one call at a time in each dialog, whether its sender is told or not; rfc5057#5.1: 491 ends nothing
        if busy {
            return Err(491);
        }
        let refused = (policy == TransferPolicy::Refuse).then_some(603);
        let refer = self.messages.take_refer(lower, now, arrived, (account, call), refused)?;
        if refused.is_some() {
            return Ok(());
        }
        lower.dialogs.set_asked(dialog, refer);
        if policy == TransferPolicy::Follow {
            let source = lower.media.line(call).map(|line| line.source()).unwrap_or_default();
            let options = DialOptions { source, refer: MessageId(refer), ..DialOptions::default() };
            // as for an INVITE from there, which takes no more
            let followed = if account.is_none() && !self.calls.direct_fits(&self.lower, flow) {
                Err(CommandError::Full)
            } else {
                self.follow(now, AccountId(account), "", &options, true)
            };
            if let Err(error) = followed {
                let outcome = match error {
                    CommandError::Full => (480, Cause::Full),
                    CommandError::Uri | CommandError::NoAccount | CommandError::Text => (400, Cause::Refused),
                    _ => (603, Cause::Refused),
                };
                self.messages.decline_refer(&mut self.lower, now, refer, outcome);
            }
        }
        Ok(())
    }

    /// A dialog is that of a call which is up.
    fn is_up(&self, dialog: Handle) -> bool {
        let call = self.calls.get(self.lower.dialogs.call_of(dialog));
        call.is_some_and(|call| call.is_up() && call.dialog() == dialog) && self.lower.dialogs.is_confirmed(dialog)
    }

    /// The dialog of a call that Target-Dialog names.
    fn named_call(&self, request: &Message<'_>) -> Option<Handle> {
        let name = DialogName::target_dialog(request.header(Name::TargetDialog)?)?;
        let dialog = self.lower.dialogs.by_name(&name)?;
        self.calls.goes_on(self.lower.dialogs.call_of(dialog)).then_some(dialog)
    }

    /// A call because of a REFER; see [`Phone::dial`]. `unasked`: a policy follows it, and nobody has seen its target.
    // never inlined: its lines are no part of another command's stack
    #[inline(never)]
    pub(super) fn follow(
        &mut self,
        now: Instant,
        account: AccountId,
        target: &str,
        options: &DialOptions<'_>,
        unasked: bool,
    ) -> Result<CallId, CommandError> {
        let refer = options.refer;
        let (owner, sip) = self.messages.open_refer(refer.0)?;
        if !account.is_none() && account.0 != owner {
            return Err(CommandError::State);
        }
        let (Ok(wish), Ok(mandatory)) = (Wish::read(&sip), sip.mandatory()) else { return Err(CommandError::State) };
        let mut room = [0u8; TARGET];
        let mut out = Cursor::new(&mut room);
        wish.write_target(&mut out);
        let len = out.finish().map_err(|_| CommandError::Text)?;
        let asked = room.get(..len).unwrap_or_default();
        let target = if target.is_empty() { asked } else { target.as_bytes() };
        #[cfg(feature = "numbers")]
        let mut planned = [0u8; TARGET];
        #[cfg(feature = "numbers")]
        let target = if unasked { allowed(&self.lower.accounts, owner, target, &mut planned)? } else { target };
        let target = core::str::from_utf8(target).map_err(|_| CommandError::Uri)?;
        let mut lines = [0u8; REFER_LINES];
        let mut out = Cursor::new(&mut lines);
        let mut name = [0u8; TARGET];
        let (replaces, requires) = wish.replaces(&mut name)?;
        if !replaces.is_empty() && !requires {
            out.put_str("Replaces: ");
            out.put_str(replaces);
            out.put_str("\r\n");
        }
        if !wish.by.is_empty() {
            // rfc3892#2.2
            out.put_str("Referred-By: ");
            out.put(wish.by);
            out.put_str("\r\n");
        }
        out.put_str(options.headers);
        let len = out.finish().map_err(|_| CommandError::Text)?;
        let headers = core::str::from_utf8(lines.get(..len).unwrap_or_default()).map_err(|_| CommandError::Text)?;
        let lower = &mut self.lower;
        let server = lower.transactions.server(self.messages.server_of(refer.0)).ok_or(CommandError::State)?;
        let (flow, inside) = (server.flow(), server.has_tag());
        let told = !is_false(&sip);
        // the leg that it came by, or one of its own
        let by = mandatory.to.tag().and_then(Tag::read).filter(|_| inside).map_or(Handle::NONE, |tag| tag.handle);
        let (leg, id) = if inside {
            let leg = lower.dialogs.get(by).map_or(Handle::NONE, |_| by);
            (Some(leg).filter(|leg| !leg.is_none() && told), mandatory.cseq.number)
        } else if told {
            let leg = lower.new_dialog(Leg::EMPTY).ok_or(CommandError::Full)?;
            let tag = Tag { handle: leg, secret: lower.cx.rng.next_u64() };
            let own_hop = lower.accounts.is_own_flow(owner, flow);
            let made = Leg::referred(owner, tag, mandatory.cseq.number, (flow, own_hop));
            let contact = contact_uri(&sip).or(Some(mandatory.from.uri)).unwrap_or_default();
            if !super::calls::begin_from(lower, leg, made, (&sip, &mandatory), contact) {
                lower.dialogs.discard(leg);
                return Err(CommandError::Text);
            }
            lower.dialogs.find_next_hop(leg);
            (Some(leg), 0)
        } else {
            (None, 0)
        };
        // the call that it came by may have to give its slot to the new one, and with that its use of the leg
        let leg = leg.unwrap_or(Handle::NONE);
        if inside {
            lower.dialogs.take(leg);
        }
        let replaces = if requires { replaces } else { options.replaces };
        let options = DialOptions { headers, replaces, ..*options };
        let dialled = self.calls.dial(lower, now, AccountId(owner), target, &options, unasked);
        let dialled = match dialled {
            Ok(dialled) => dialled,
            Err(error) => {
                lower.release_dialog(leg);
                return Err(error);
            }
        };
        // the response leaves before the first NOTIFY
        let tag = lower.dialogs.dialog(leg).map(|dialog| dialog.local_tag);
        let tag = tag.unwrap_or(Tag { handle: Handle::NONE, secret: lower.cx.rng.next_u64() });
        self.messages.accept_refer(lower, now, refer.0, tag, (leg, told));
        lower.dialogs.set_reporter(if inside { by } else { leg }, dialled.0);
        let source = if owner.is_none() { Transactions::source(&lower.cx, flow) } else { 0 };
        self.calls.begin_report(lower, now, dialled.0, Followed { refer, leg, source, id, unasked });
        Ok(dialled)
    }
}
