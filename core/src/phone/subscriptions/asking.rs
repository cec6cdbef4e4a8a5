//! SUBSCRIBE: the first, refreshes, the last, and another first one where the dialog is gone.

use super::Subscriptions;
use super::events::known;
use super::slot::{PENDING_STATE, Slot};
use crate::base::cursor::Cursor;
use crate::base::limits::{SLOT_RETRY_MS, SUBSCRIPTION, SUBSCRIPTION_LEAST, TARGET};
use crate::base::slots::Handle;
use crate::base::text::Packer;
use crate::base::time::{Duration, Instant};
use crate::phone::dialogs::Leg;
use crate::phone::header_lines;
use crate::phone::object::Object;
use crate::phone::requests::Asking;
use crate::phone::subscription::NewSubscription;
#[cfg(feature = "lists")]
use crate::phone::subscription::Package;
use crate::phone::target::address;
use crate::phone::transactions::request::{Owner, Sending};
use crate::phone::{Cause, CommandError, DialOptions, Flow, Lower};
use crate::sip::dialog::contact_uri;
use crate::sip::subscription::{Refusal, Step, Subscription};
#[cfg(feature = "lists")]
use crate::wire::sip::token_list;
use crate::wire::sip::{MediaType, Message, Name, elements};

/// Bytes of the lines that each SUBSCRIBE has beside those of its application: Event, Accept, Supported and Expires.
const LINES: usize = 384;

/// Bytes of a package's name with its id, and of the types of its bodies. The longest that are registered have 60.
const VALUE: usize = 106;

/// rfc4662#4.1, #4.3: whoever takes lists says so in each SUBSCRIBE, for no URI tells whether it names one; the types of
/// its bodies stand beside those of the package.
#[cfg(feature = "lists")]
const LISTS: (&str, &str) = (", multipart/related, application/rlmi+xml", "\r\nSupported: eventlist");

impl Subscriptions<'_> {
    /// Subscribes; see [`crate::phone::Phone::subscription_add`].
    pub(in crate::phone) fn add(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        account: Handle,
        target: &str,
        new: &NewSubscription<'_>,
    ) -> Result<Handle, CommandError> {
        header_lines::check(new.headers, &[Name::Event, Name::Expires, Name::Accept])?;
        let own = known(new.package);
        match own {
            Some(_) if !(new.event.is_empty() && new.accept.is_empty()) => return Err(CommandError::Given),
            None if !is_event(new.event) => return Err(CommandError::Event),
            None if !are_types(new.accept) => return Err(CommandError::Accept),
            _ => {}
        }
        let (event, accept) = own.map_or((new.event, new.accept.as_bytes()), |(event, accept)| (event, accept));
        let event = event.as_bytes();
        let mut room = [0u8; TARGET];
        let uri = address(&lower.accounts, account, target, &mut room)?;
        // no slot is taken for what cannot be
        let texts = [uri, event, accept, new.headers.as_bytes()];
        if texts.iter().map(|text| text.len()).sum::<usize>() > self.text.each() {
            return Err(CommandError::Text);
        }
        lower.can_begin(account, uri)?;
        let handle = self.slots.insert(Slot::EMPTY).ok_or(CommandError::Full)?;
        let wanted = match new.expires {
            _ if new.once => 0,
            0 => SUBSCRIPTION,
            seconds => seconds.max(SUBSCRIPTION_LEAST),
        };
        let made = self.pack(handle, texts).and_then(|slot| {
            let (machine, package, tag) = (Subscription::new(wanted), new.package, new.tag);
            let leg = Self::begin(lower, handle, account, uri)?;
            Ok(Slot { machine, package, account, tag, changed: now, dialog: leg, ..slot })
        });
        match (made, self.slots.get_mut(handle)) {
            (Ok(made), Some(slot)) => *slot = made,
            (made, _) => {
                self.slots.remove(handle);
                return Err(made.err().unwrap_or(CommandError::Full));
            }
        }
        self.ask(lower, now, handle);
        Ok(handle)
    }

    fn pack(&mut self, handle: Handle, texts: [&[u8]; 4]) -> Result<Slot, CommandError> {
        let mut packer = Packer::new(self.text.get_mut(handle.index), 0);
        let mut add = |text: &[u8]| packer.add(text).ok_or(CommandError::Text);
        let [target, event, accept, lines] = texts;
        let (target, event, accept, lines) = (add(target)?, add(event)?, add(accept)?, add(lines)?);
        let start = packer.used() as u16;
        Ok(Slot { target, event, accept, lines, start, end: start, ..Slot::EMPTY })
    }

    /// A leg for a first SUBSCRIBE.
    fn begin(lower: &mut Lower<'_>, handle: Handle, account: Handle, uri: &[u8]) -> Result<Handle, CommandError> {
        let make = |tag, own_hop| Leg::of_subscription(handle, account, tag, own_hop);
        lower.begin_leg(account, uri, &DialOptions::default(), make, |_| b"")
    }

    /// A SUBSCRIBE leaves, in the dialog that there is, or in one that begins.
    pub(super) fn ask(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        let Some(slot) = self.slots.get_mut(handle) else { return };
        if !slot.request.is_none() {
            return; // one is under way, and what it brings is looked at
        }
        if slot.dialog.is_none() {
            let uri = slot.target.of(self.text.get(handle.index));
            match Self::begin(lower, handle, slot.account, uri) {
                Ok(leg) => slot.dialog = leg,
                Err(_) => return self.ask_later(lower, now, handle),
            }
        }
        let (dialog, account) = (slot.dialog, slot.account);
        let Some(request) = lower.dialog_request(dialog, Sending::Subscribe) else {
            return self.ask_later(lower, now, handle);
        };
        let expires = slot.machine.ask(now);
        slot.request = request;
        let block = self.text.get(handle.index);
        let mut lines = [0; LINES];
        let mut out = Cursor::new(&mut lines);
        out.put_str("Event: ");
        out.put(slot.event.of(block));
        if !slot.accept.is_empty() {
            out.put_str("\r\nAccept: ");
            out.put(slot.accept.of(block));
        }
        // of a package that is not known the application reads the bodies: it takes lists where it names their type
        #[cfg(feature = "lists")]
        if slot.package != Package::Other {
            out.put_str(LISTS.0);
            out.put_str(LISTS.1);
        } else if names_lists(slot.accept.of(block)) {
            out.put_str(LISTS.1);
        }
        out.put_str("\r\nExpires: ");
        out.put_number(expires.into());
        out.put_str("\r\n");
        let (own, all) = (out.written(), slot.lines.of(block));
        if own.is_empty() || lower.transactions.carry_lines(&mut lower.cx, request, [own, all], (b"", b"")).is_err() {
            return self.failed(lower, now, handle, request, Cause::Full);
        }
        let within = lower.dialogs.is_confirmed(dialog);
        let way = if within {
            lower.way_within(dialog)
        } else {
            let own = lower.dialogs.get(dialog).is_some_and(Leg::own_hop);
            lower.accounts.fresh_hop(now, account).filter(|_| own).map(|hop| (hop.flow(), true))
        };
        self.wake(&mut lower.cx, handle);
        if let Asking::Failed { request, cause } = lower.go(now, request, way) {
            self.failed(lower, now, handle, request, cause);
        }
    }

    /// There was no slot: a moment later.
    fn ask_later(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        if let Some(slot) = self.slots.get_mut(handle) {
            slot.machine.ask_at(now + Duration::from_millis(SLOT_RETRY_MS));
        }
        self.wake(&mut lower.cx, handle);
    }

    /// A response to a SUBSCRIBE of ours came by this leg.
    pub(in crate::phone) fn response(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        (dialog, flow): (Handle, Flow),
        request: Handle,
        response: &Message<'_>,
        status: u16,
    ) {
        if status < 200 {
            return;
        }
        let handle = lower.dialogs.subscription_of(dialog);
        let within = lower.dialogs.is_confirmed(dialog);
        lower.end_request(request);
        if self.slots.get(handle).is_none_or(|slot| slot.request != request) {
            return;
        }
        self.keep_head(handle, response.head(), None);
        let Some(slot) = self.slots.get_mut(handle) else { return };
        slot.request = Handle::NONE;
        slot.sip_code = status;
        let step = match status {
            200..=299 => {
                slot.result = Cause::Normal;
                let tag = response.to().ok().and_then(|to| to.tag()).unwrap_or_default();
                let other = within && lower.dialogs.with_tag(dialog, tag).is_none();
                // rfc6665#4.4.1: the dialog is that of the first NOTIFY, and one 2xx comes for all branches: that of
                // another one says nothing of this one but that it was accepted
                slot.machine.accepted(now, response.expires().filter(|_| !other));
                if !within {
                    // where no NOTIFY has come, the 2xx shows the dialog
                    Self::learn(lower, dialog, flow, response, tag);
                } else if !other {
                    // rfc3261#12.2.1.2
                    lower.dialogs.renew_target(dialog, contact_uri(response).unwrap_or_default());
                }
                Step::Nothing
            }
            423 if response.seconds(Name::MinExpires).is_some_and(|least| slot.machine.lengthen(least)) => {
                return self.ask(lower, now, handle);
            }
            _ => {
                slot.result = match status {
                    401 | 407 => lower.accounts.refusal(slot.account),
                    408 => Cause::Timeout,
                    489 => Cause::Unsupported,
                    _ => Cause::Refused,
                };
                let after = response.seconds(Name::RetryAfter);
                // a realm may be learnt yet, by the account's REGISTER
                let hopeless = slot.result.is_about_credentials() && slot.result != Cause::Realm;
                slot.machine.refused(now, Refusal { status, after, within, hopeless }, &mut lower.cx.rng)
            }
        };
        self.take_step(lower, now, handle, step);
    }

    /// The dialog is that of this response.
    fn learn(lower: &mut Lower<'_>, dialog: Handle, flow: Flow, response: &Message<'_>, tag: &[u8]) {
        if lower.dialogs.learn(dialog, response, tag) {
            lower.dialogs.accept(dialog);
            lower.dialogs.set_flow(dialog, flow);
            lower.dialogs.find_next_hop(dialog);
        } else {
            lower.cx.too_long();
        }
    }

    /// A SUBSCRIBE of ours came to nothing without a final response.
    pub(in crate::phone) fn request_failed(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        request: Handle,
        cause: Cause,
    ) {
        let Some((Owner::Dialog(dialog), _)) = lower.came_to_nothing(request) else {
            return lower.end_request(request); // its leg gave way
        };
        let handle = lower.dialogs.subscription_of(dialog);
        self.failed(lower, now, handle, request, cause);
    }

    /// A call for help was dialled. A SUBSCRIBE that gave way to it leaves anew in a second; a subscription whose dialog
    /// did begins anew later, as after one that nobody answered.
    #[cfg(feature = "numbers")]
    pub(in crate::phone) fn way_was_made(&mut self, lower: &mut Lower<'_>, now: Instant) {
        for index in 0..self.slots.capacity() as u32 {
            let Some(handle) = self.slots.handle_at(index) else { continue };
            let Some(slot) = self.slots.get_mut(handle) else { continue };
            let (dialog, request) = (slot.dialog, slot.request);
            if !dialog.is_none() && lower.dialogs.get(dialog).is_none() {
                slot.came_to_nothing(Cause::Full);
                let step = slot.machine.silent(now, &mut lower.cx.rng);
                self.take_step(lower, now, handle, step);
            } else if !request.is_none() && lower.transactions.request(request).is_none() {
                slot.request = Handle::NONE;
                self.ask_later(lower, now, handle);
            }
        }
    }

    fn failed(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle, request: Handle, cause: Cause) {
        lower.end_request(request);
        let Some(slot) = self.slots.get_mut(handle).filter(|slot| slot.request == request) else { return };
        slot.request = Handle::NONE;
        slot.came_to_nothing(cause);
        let step = match cause {
            // a transport that is not there, such as that of sips:
            Cause::Unsupported => slot.machine.give_up(),
            _ => slot.machine.silent(now, &mut lower.cx.rng),
        };
        self.take_step(lower, now, handle, step);
    }

    /// The step that follows, and what the application is to know of it.
    pub(super) fn take_step(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle, step: Step) {
        match step {
            Step::Nothing => {}
            Step::Refresh => self.ask(lower, now, handle),
            Step::Anew => {
                self.drop_dialog(lower, handle);
                self.ask(lower, now, handle);
            }
            Step::Rest | Step::End => self.drop_dialog(lower, handle),
        }
        let Some(slot) = self.slots.get_mut(handle) else { return };
        let seen = slot.seen();
        if slot.removed && slot.is_over() {
            return self.free(&mut lower.cx, handle);
        }
        let changed = core::mem::replace(&mut slot.state, seen) != seen || step == Step::Rest;
        if changed && !slot.removed {
            slot.pending |= PENDING_STATE;
            slot.changed = now;
            lower.cx.tell(Object::Subscription(handle.index));
        }
        self.wake(&mut lower.cx, handle);
    }

    /// Its dialog is gone, and with it what runs there.
    fn drop_dialog(&mut self, lower: &mut Lower<'_>, handle: Handle) {
        let Some(slot) = self.slots.get_mut(handle) else { return };
        let (request, dialog) =
            (core::mem::take(&mut slot.request), core::mem::replace(&mut slot.dialog, Handle::NONE));
        slot.version = None;
        lower.end_request(request);
        lower.dialogs.set_subscription(dialog, Handle::NONE);
        lower.release_dialog(dialog);
    }

    /// A deadline of a subscription.
    pub(in crate::phone) fn due(&mut self, lower: &mut Lower<'_>, now: Instant, index: u32) {
        let Some(handle) = self.slots.handle_at(index) else { return };
        let Some(slot) = self.slots.get_mut(handle) else { return };
        let step = slot.machine.due(now, &mut lower.cx.rng);
        if matches!(step, Step::Rest | Step::End) {
            slot.came_to_nothing(Cause::Timeout);
        }
        self.take_step(lower, now, handle, step);
    }

    /// Takes one back: it ends at the far end, too, and goes with that.
    pub(in crate::phone) fn remove(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        handle: Handle,
    ) -> Result<(), CommandError> {
        let slot = self.slots.get_mut(handle).filter(|slot| !slot.removed).ok_or(CommandError::Stale)?;
        // the application may have freed what its number names
        (slot.removed, slot.pending) = (true, 0);
        if slot.is_over() {
            self.free(&mut lower.cx, handle);
            return Ok(());
        }
        self.leave(lower, now, handle);
        Ok(())
    }

    fn leave(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        let Some(slot) = self.slots.get_mut(handle) else { return };
        if slot.machine.is_leaving() {
            return; // its last SUBSCRIBE is under way
        }
        let step = slot.machine.leave();
        // a refresh that is under way would be overtaken: the last SUBSCRIBE goes instead of it
        let under_way = core::mem::take(&mut slot.request);
        lower.end_request(under_way);
        self.take_step(lower, now, handle, step);
    }

    /// An account goes (`None`: the phone does): its subscriptions are taken back.
    pub(in crate::phone) fn leave_all(&mut self, lower: &mut Lower<'_>, now: Instant, account: Option<Handle>) {
        for index in 0..self.slots.capacity() as u32 {
            let Some(handle) = self.slots.handle_at(index) else { continue };
            let Some(slot) = self.slots.get(handle).filter(|slot| !slot.is_over()) else { continue };
            if account.is_none_or(|account| account == slot.account) {
                self.leave(lower, now, handle);
            }
        }
    }

    /// An account has other credentials: its subscriptions that failed for want of them are asked for at once.
    pub(in crate::phone) fn has_credentials(&mut self, lower: &mut Lower<'_>, now: Instant, account: Handle) {
        for index in 0..self.slots.capacity() as u32 {
            let Some(handle) = self.slots.handle_at(index) else { continue };
            let Some(slot) = self.slots.get_mut(handle).filter(|slot| slot.account == account && !slot.removed) else {
                continue;
            };
            if slot.request.is_none() && slot.result.is_about_credentials() {
                let step = slot.machine.again(now);
                self.take_step(lower, now, handle, step);
            }
        }
    }

    /// The host's addresses changed: each far end is to learn ours.
    pub(in crate::phone) fn moved(&mut self, lower: &mut Lower<'_>, now: Instant) {
        for index in 0..self.slots.capacity() as u32 {
            let Some(handle) = self.slots.handle_at(index) else { continue };
            let Some(slot) = self.slots.get_mut(handle) else { continue };
            let step = slot.machine.moved();
            if step == Step::Nothing {
                continue;
            }
            // one that left from an address that is gone gets no response
            let under_way = core::mem::take(&mut slot.request);
            lower.end_request(under_way);
            self.take_step(lower, now, handle, step);
        }
    }
}

/// A package's name, with parameters or without (rfc6665#8.4).
fn is_event(text: &str) -> bool {
    let name = text.split_once(';').map_or(text, |(name, _)| name);
    is_value(text) && header_lines::is_token(name.trim())
}

/// Types of bodies, separated by commas, with parameters or without (rfc3261#20.1), or none.
fn are_types(text: &str) -> bool {
    is_value(text) && (text.is_empty() || elements(text.as_bytes()).all(|text| MediaType::parse(text).is_some()))
}

/// The types of lists are among these.
#[cfg(feature = "lists")]
fn names_lists(types: &[u8]) -> bool {
    token_list(types).any(|text| MediaType::parse(text).is_some_and(|kind| kind.is(b"application", b"rlmi+xml")))
}

/// A header's value can be written.
fn is_value(text: &str) -> bool {
    text.len() < VALUE && text.bytes().all(|byte| byte >= 0x20 && byte != 0x7f)
}
