//! NOTIFY: each leaves when its subscription says so, written from the state that there is then; and what became of it.

use super::slot::Slot;
use super::{Source, Watchers, entity, named};
use crate::base::cursor::Cursor;
use crate::base::limits::{DISPLAY_NAME, SLOT_RETRY_MS, TARGET};
use crate::base::slots::Handle;
use crate::base::time::{Duration, Instant};
use crate::phone::media::Media;
use crate::phone::requests::Asking;
use crate::phone::subscription::Package;
use crate::phone::transactions::request::Sending;
use crate::phone::write::{contact_user, patch_length, write_length_place, write_target_uri};
use crate::phone::{Cause, CommandError, Lower, MEDIA_HOLDING};
use crate::phone::{accounts::Accounts, context::Context, dialogs::Dialogs};
use crate::sip::notifier::{Ending, Said, Step};
use crate::wire::body::dialog_info::{self, DialogState, Named};
use crate::wire::body::message_summary;
use crate::wire::sip::{Address, Message, Name, Writer};

/// A mailbox without messages.
const EMPTY: [message_summary::Count; message_summary::CLASSES.len()] =
    [message_summary::Count { new: 0, old: 0, new_urgent: 0, old_urgent: 0 }; message_summary::CLASSES.len()];

/// The rooms that a document is written from.
struct View<'v, 'a> {
    cx: &'v Context<'a>,
    accounts: &'v Accounts<'a>,
    dialogs: &'v Dialogs<'a>,
    media: &'v Media<'a>,
    calls: &'v dyn Source,
}

/// The contents of a document.
struct Told {
    /// It named all calls.
    full: bool,
    /// The last change that it tells.
    seen: u64,
    /// There are changes behind that, for which it had no room.
    more: bool,
}

impl Watchers<'_> {
    /// A deadline of a watcher.
    pub(in crate::phone) fn due(&mut self, lower: &mut Lower<'_>, source: &dyn Source, now: Instant, index: u32) {
        if let Some(handle) = self.slots.handle_at(index) {
            self.go(lower, source, now, handle);
        }
    }

    /// The step that follows by itself.
    pub(super) fn go(&mut self, lower: &mut Lower<'_>, source: &dyn Source, now: Instant, handle: Handle) {
        let Some(slot) = self.slots.get_mut(handle) else { return };
        let step = slot.machine.due(now);
        self.take_step(lower, source, now, handle, step);
    }

    fn take_step(&mut self, lower: &mut Lower<'_>, source: &dyn Source, now: Instant, handle: Handle, step: Step) {
        match step {
            Step::Nothing => {}
            Step::Notify => self.send(lower, source, now, handle),
            Step::End => self.ended(lower, handle),
        }
        self.tell(lower, now, handle);
        self.wake(&mut lower.cx, handle);
    }

    /// One has ended: with the last of all nothing is looked at any more.
    fn ended(&mut self, lower: &mut Lower<'_>, handle: Handle) {
        if self.slots.get(handle).is_some_and(|slot| slot.released) {
            self.free(lower, handle);
        }
        if self.live() == 0 {
            lower.cx.watched = false;
            while lower.cx.changed.pop().is_some() {}
        }
    }

    fn send(&mut self, lower: &mut Lower<'_>, source: &dyn Source, now: Instant, handle: Handle) {
        let Some(slot) = self.slots.get_mut(handle) else { return };
        let leg = slot.leg;
        // far ends that say nothing hold a request for 32 s each: the last one is left to calls and registrations
        let least = 2.min(lower.transactions.request_capacity() as usize);
        let request = Some(leg).filter(|_| lower.transactions.has_rooms_to_ask(least));
        let Some(request) = request.and_then(|leg| lower.dialog_request(leg, Sending::Notify)) else {
            slot.machine.later(now + Duration::from_millis(SLOT_RETRY_MS));
            return;
        };
        let whole = slot.machine.is_whole();
        let told = slot.machine.is_told();
        let said = slot.machine.notify(now);
        slot.request = request;
        let slot = *slot;
        let room = lower.notify_room(leg);
        let up = source.is_up(slot.account);
        let mailbox = self.mailbox(slot.account);
        let Lower { cx, transactions, accounts, dialogs, media } = &mut *lower;
        let mut out = Cursor::new(transactions.lend(request).0);
        let (name, kind) = named(slot.package);
        write_state(&mut out, name, &slot, said);
        let mut after = None;
        // rfc6665#4.2.2: one that waits, or was rejected, learns nothing
        let state = |noted, out: &mut Cursor<'_>| match slot.package {
            Package::MessageSummary => {
                let account = entity(accounts, slot.account, dialogs.our_side(leg));
                message_summary::write(account, mailbox.unwrap_or(&EMPTY), out);
            }
            Package::Presence => {
                let _ = accounts.write_presence(cx, slot.account, (up, noted), out); // it is there, as was looked at
            }
            Package::Dialog | Package::Other => {}
        };
        let begins = out.needed();
        let fits = |noted| {
            let mut out = Cursor::new(&mut []);
            Writer::new(&mut out).header_bytes(Name::ContentType, kind);
            write_length_place(&mut out);
            state(noted, &mut out);
            begins + out.needed() <= room.1
        };
        // what finds no room is left out, for a NOTIFY leaves in any case (rfc6665#4.2.1.2): the note first
        let noted = fits(true);
        // rfc6665#4.2.2: one that waits, or was rejected, learns nothing
        if told && has_something(accounts, mailbox.is_some(), &slot) && (noted || fits(false)) {
            Writer::new(&mut out).header_bytes(Name::ContentType, kind);
            let at = write_length_place(&mut out);
            let begin = out.needed();
            if matches!(slot.package, Package::Dialog | Package::Other) {
                let view = View { cx, accounts, dialogs, media, calls: source };
                after = Some(self.write_dialogs(&view, &slot, whole, room, &mut out));
            } else {
                state(noted, &mut out);
            }
            let len = out.needed() - begin;
            patch_length(&mut out, at, len);
        } else {
            Writer::new(&mut out).end();
        }
        let needed = out.finish();
        let carried = transactions.carried(cx, request, needed);
        if let Some(slot) = self.slots.get_mut(handle) {
            slot.up = up;
            if let Some(Told { full, seen, more }) = after {
                slot.version = slot.version.wrapping_add(1);
                slot.base = if full { self.number } else { slot.base };
                slot.seen = seen;
                if more {
                    slot.machine.changed();
                }
            }
        }
        if carried.is_err() {
            return self.failed(lower, now, handle, request, Cause::Full);
        }
        let way = lower.dialogs.get(leg).and_then(|leg| Some((leg.flow()?, leg.own_hop())));
        let way = way.filter(|(flow, _)| lower.cx.local_of(flow.socket()).is_some());
        if let Asking::Failed { request, cause } = lower.go(now, request, way) {
            self.failed(lower, now, handle, request, cause);
        }
    }

    /// The calls of an account, or what changed of them since a watcher was told last, in the order of their changes. What
    /// finds no room is the next NOTIFY's. It walks the calls.
    fn write_dialogs(
        &self,
        view: &View<'_, '_>,
        slot: &Slot,
        whole: bool,
        (soft, hard): (usize, usize),
        out: &mut Cursor<'_>,
    ) -> Told {
        let full = whole || slot.seen.max(slot.base) < self.gone;
        let side = view.dialogs.our_side(slot.leg);
        let party = entity(view.accounts, slot.account, side);
        dialog_info::write_head(out, slot.version, full, party);
        let mut details = view.accounts.tells_parties(view.cx, slot.account);
        // nothing follows that could tell the rest: rather all calls than the parties of some (rfc4235#3.2)
        let last = slot.machine.is_ending();
        if last && details {
            let all = self.cells.iter().enumerate().filter(|(_, cell)| cell.is_news(slot.account, 0, full));
            let shown = all.filter_map(|(index, cell)| {
                let shown = view.calls.shown(view.media, index as u32);
                let shown = shown.filter(|shown| shown.generation == cell.generation);
                shown.map(|shown| measure(view, slot, (index as u32, cell.generation), Some(shown), true))
            });
            details = out.needed() + shown.sum::<usize>() + dialog_info::END.len() <= soft;
        }
        // a datagram that is cut into fragments says more than one that leaves calls out
        let most = if last { hard } else { soft };
        let mut told = Told { full, seen: if full { 0 } else { slot.seen }, more: false };
        let mut is_first = true;
        loop {
            let all = self.cells.iter().enumerate();
            let later = all.filter(|(_, cell)| cell.is_news(slot.account, told.seen, full));
            let Some((index, cell)) = later.min_by_key(|(_, cell)| cell.number) else { break };
            let shown = view.calls.shown(view.media, index as u32);
            let shown =
                shown.filter(|shown| shown.generation == cell.generation && shown.state != DialogState::Terminated);
            let id = (index as u32, cell.generation);
            let mut with = details && shown.is_some();
            let fits =
                |with, room| out.needed() + measure(view, slot, id, shown, with) + dialog_info::END.len() <= room;
            if is_first {
                // who cannot be told all is told the least
                with = with && fits(with, hard);
            } else if !fits(with, most) {
                told.more = true;
                break;
            }
            write_dialog(view, slot, id, shown, with, out);
            (is_first, told.seen) = (false, cell.number);
        }
        if !told.more {
            told.seen = self.number;
        }
        out.put_str(dialog_info::END);
        told
    }

    /// A response to a NOTIFY of ours came by this leg.
    pub(in crate::phone) fn response(
        &mut self,
        lower: &mut Lower<'_>,
        source: &dyn Source,
        now: Instant,
        (dialog, request): (Handle, Handle),
        (response, status): (&Message<'_>, u16),
    ) {
        if status < 200 {
            return;
        }
        let handle = lower.dialogs.watcher_of(dialog);
        lower.end_request(request);
        let Some(slot) = self.slots.get_mut(handle).filter(|slot| slot.request == request) else { return };
        slot.request = Handle::NONE;
        slot.sip_code = status;
        if status < 300 {
            // rfc3261#12.2.1.2
            lower.dialogs.renew_target(dialog, crate::sip::dialog::contact_uri(response).unwrap_or_default());
        }
        // rfc6665#4.2.2: a watcher that took itself back may have forgotten it, which is no failure
        let was_ending = slot.machine.is_ending();
        let step = slot.machine.responded(now, status, response.seconds(Name::RetryAfter));
        if step == Step::End && status >= 300 && !was_ending {
            slot.result = Cause::Refused;
        }
        self.take_step(lower, source, now, handle, step);
    }

    /// A NOTIFY of ours came to nothing without a final response.
    pub(in crate::phone) fn request_failed(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        (dialog, request): (Handle, Handle),
        cause: Cause,
    ) {
        let _ = lower.came_to_nothing(request);
        let handle = lower.dialogs.watcher_of(dialog);
        self.failed(lower, now, handle, request, cause);
    }

    fn failed(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle, request: Handle, cause: Cause) {
        lower.end_request(request);
        let Some(slot) = self.slots.get_mut(handle).filter(|slot| slot.request == request) else { return };
        slot.request = Handle::NONE;
        let was_ending = slot.machine.is_ending();
        let _ = slot.machine.lost(); // it has ended
        if !was_ending {
            (slot.sip_code, slot.result) = (0, cause);
        }
        self.ended(lower, handle);
        self.tell(lower, now, handle);
        self.wake(&mut lower.cx, handle);
    }

    /// The application lets one that waits in (200 to 299), or refuses it, also later (300 to 699).
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::State`] for one that does not wait, and for one that has ended;
    /// [`CommandError::Range`].
    pub(in crate::phone) fn answer(
        &mut self,
        lower: &mut Lower<'_>,
        source: &dyn Source,
        now: Instant,
        handle: Handle,
        status: u16,
    ) -> Result<(), CommandError> {
        let slot = self.slots.get_mut(handle).ok_or(CommandError::Stale)?;
        if !(200..700).contains(&status) {
            return Err(CommandError::Range);
        }
        if slot.machine.is_ending() || status < 300 && !slot.machine.allow(now) {
            return Err(CommandError::State);
        }
        if status >= 300 {
            slot.machine.end(Ending::Rejected);
        }
        self.go(lower, source, now, handle);
        Ok(())
    }

    /// Gives the slot of one back that has ended: at once, or as soon as its watcher has been told.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::State`] for one that has not ended.
    pub(in crate::phone) fn release(&mut self, lower: &mut Lower<'_>, handle: Handle) -> Result<(), CommandError> {
        let slot = self.slots.get_mut(handle).filter(|slot| !slot.released).ok_or(CommandError::Stale)?;
        if !slot.machine.is_ending() {
            return Err(CommandError::State);
        }
        (slot.pending, slot.released) = (false, true); // its event is not lost, but given up
        if slot.is_over() {
            self.free(lower, handle);
        }
        Ok(())
    }

    /// An account goes, or is another one from now on; or the phone goes (no account). Those who watch it are told.
    pub(in crate::phone) fn leave_all(
        &mut self,
        lower: &mut Lower<'_>,
        source: &dyn Source,
        now: Instant,
        (account, ending): (Option<Handle>, Ending),
    ) {
        for index in 0..self.slots.capacity() as u32 {
            let Some(handle) = self.slots.handle_at(index) else { continue };
            let Some(slot) = self.slots.get_mut(handle).filter(|slot| !slot.is_over()) else { continue };
            if account.is_none_or(|account| account == slot.account) {
                slot.machine.end(ending);
                self.go(lower, source, now, handle);
            }
        }
    }

    /// The host's addresses changed: each watcher is to learn ours, by the Contact of a NOTIFY.
    pub(in crate::phone) fn moved(&mut self, lower: &mut Lower<'_>, source: &dyn Source, now: Instant) {
        for index in 0..self.slots.capacity() as u32 {
            let Some(handle) = self.slots.handle_at(index) else { continue };
            let Some(slot) = self.slots.get_mut(handle).filter(|slot| !slot.is_over()) else { continue };
            // one that left from an address that is gone gets no response
            let under_way = core::mem::take(&mut slot.request);
            slot.machine.moved(now);
            lower.end_request(under_way);
            self.go(lower, source, now, handle);
        }
    }

    /// A call for help was dialled. A NOTIFY that gave way to it leaves anew in a second; a watcher whose dialog did is told
    /// no more.
    #[cfg(feature = "numbers")]
    pub(in crate::phone) fn way_was_made(&mut self, lower: &mut Lower<'_>, now: Instant) {
        for index in 0..self.slots.capacity() as u32 {
            let Some(handle) = self.slots.handle_at(index) else { continue };
            let Some(slot) = self.slots.get_mut(handle) else { continue };
            if !slot.leg.is_none() && lower.dialogs.get(slot.leg).is_none() {
                (slot.leg, slot.request) = (Handle::NONE, Handle::NONE);
                if !slot.is_over() {
                    let _ = slot.machine.over(); // it has ended
                    (slot.sip_code, slot.result) = (0, Cause::Full);
                    self.ended(lower, handle);
                }
            } else if !slot.request.is_none() && lower.transactions.request(slot.request).is_none() {
                slot.request = Handle::NONE;
                slot.machine.moved(now);
                slot.machine.later(now + Duration::from_millis(SLOT_RETRY_MS));
            }
            self.tell(lower, now, handle);
            self.wake(&mut lower.cx, handle);
        }
    }
}

/// The state that a watcher may be told is there.
fn has_something(accounts: &Accounts<'_>, mailbox: bool, slot: &Slot) -> bool {
    match slot.package {
        Package::MessageSummary => mailbox,
        Package::Presence => accounts.uri(slot.account).is_some(),
        _ => true,
    }
}

/// Event and Subscription-State.
fn write_state(out: &mut Cursor<'_>, name: &str, slot: &Slot, said: Said) {
    out.put_str("Event: ");
    out.put_str(name);
    // rfc6665#4.5.2
    if !slot.id.get().is_empty() {
        out.put_str(";id=");
        out.put(slot.id.get());
    }
    out.put_str("\r\nSubscription-State: ");
    match said {
        Said::Active(left) | Said::Pending(left) => {
            out.put_str(if matches!(said, Said::Active(_)) { "active;expires=" } else { "pending;expires=" });
            out.put_number(left.into());
        }
        Said::Terminated(ending) => {
            out.put_str("terminated;reason=");
            out.put_str(ending.text());
        }
    }
    out.put_str("\r\n");
}

type Id = (u32, u32);

fn measure(view: &View<'_, '_>, slot: &Slot, id: Id, shown: Option<super::Shown>, details: bool) -> usize {
    let mut out = Cursor::new(&mut []);
    write_dialog(view, slot, id, shown, details, &mut out);
    out.needed()
}

/// One call; none: it is over. `details`: with both parties, and the name by which it may be taken over.
// never inlined: its texts are on the stack once
#[inline(never)]
fn write_dialog(
    view: &View<'_, '_>,
    slot: &Slot,
    id: Id,
    shown: Option<super::Shown>,
    details: bool,
    out: &mut Cursor<'_>,
) {
    let Some(shown) = shown else {
        return dialog_info::Own { id, ..Default::default() }.write(out);
    };
    let own = dialog_info::Own { id, state: shown.state, called: shown.called, ..Default::default() };
    let Some(leg) = view.dialogs.get(shown.dialog).filter(|_| details) else { return own.write(out) };
    let (dialog, text) = (leg.dialog(), view.dialogs.text(shown.dialog));
    let tag = dialog.local_tag.digits();
    let mut name = [0; DISPLAY_NAME];
    let mut display = Cursor::new(&mut name);
    let remote = Address::parse(dialog.remote.of(text));
    if let Some(remote) = &remote {
        remote.display_text(&mut display);
    }
    let side = dialog.local.of(text);
    let mut place = [0; TARGET];
    let mut target = Cursor::new(&mut place);
    if let Some((flow, local)) = leg.flow().and_then(|flow| Some((flow, view.cx.local_of(flow.socket())?))) {
        let user = view.accounts.call_user(shown.account);
        let user = contact_user(user, view.cx.fixed.direct_user.get(), side);
        write_target_uri(&mut target, user, flow, local);
    }
    dialog_info::Own {
        call_id: dialog.call_id.of(text),
        local_tag: &tag,
        remote_tag: dialog.remote_tag.of(text),
        local: Named {
            identity: entity(view.accounts, slot.account, side),
            target: target.written(),
            holds: shown.ways & MEDIA_HOLDING != 0,
            ..Named::default()
        },
        remote: Named {
            identity: remote.map_or(b"", |remote| remote.uri),
            display: display.written(),
            target: dialog.target.of(text),
            holds: false,
        },
        ..own
    }
    .write(out);
}
