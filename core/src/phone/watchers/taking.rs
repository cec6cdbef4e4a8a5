//! SUBSCRIBE: who would watch us is let in or refused, and refreshes.

use super::slot::{Id, Slot};
use super::{Source, Watchers, named};
use crate::base::count;
use crate::base::limits::{
    NOTIFY_GAP_S, NOTIFY_PRESENCE_GAP_S, SUBSCRIPTION, SUBSCRIPTION_LONGEST, WATCHER_FULL_S, WATCHER_LEAST,
};
use crate::base::slots::Handle;
use crate::base::table::Hasher;
use crate::base::time::{Duration, Instant};
use crate::phone::arrived::Arrived;
use crate::phone::dialogs::Leg;
use crate::phone::response::Extra;
use crate::phone::subscription::Package;
use crate::phone::transactions::Transactions;
use crate::phone::watcher::WatcherPolicy;
use crate::phone::write::contact_user;
use crate::phone::{Lower, object::Object};
use crate::sip::dialog::contact_uri;
use crate::sip::notifier::{Ending, Notifier};
use crate::sip::tag::Tag;
use crate::sip::tombstone::{Own, Responded};
use crate::wire::sip::{EventType, Host, Message, Name, Uri};
use core::net::IpAddr;

/// The wish of a SUBSCRIBE.
struct Asks {
    package: Package,
    id: Id,
    seconds: u32,
}

impl Asks {
    /// An error is the status of its refusal.
    fn read(request: &Message<'_>) -> Result<Self, u16> {
        // rfc6665#8.2.1: a SUBSCRIBE without Event is none of ours
        let event = request.header(Name::Event).map(EventType::of).ok_or(489u16)?;
        let all = [Package::Dialog, Package::MessageSummary, Package::Presence];
        let package = all.into_iter().find(|one| named(*one).0.as_bytes() == event.name).ok_or(489u16)?;
        let id = Id::of(event.params.get(b"id")).ok_or(400u16)?;
        let seconds = request.expires().unwrap_or(SUBSCRIPTION);
        // rfc6665#4.2.1.1
        if seconds > 0 && seconds < WATCHER_LEAST {
            return Err(423);
        }
        Ok(Self { package, id, seconds: seconds.min(SUBSCRIPTION_LONGEST) })
    }
}

/// The type of a body is among those that a request accepts; without Accept it is (rfc4235#3.5, rfc3856#6.5, rfc3842#3.5).
fn accepts(request: &Message<'_>, kind: &[u8]) -> bool {
    let Some(group) = kind.iter().position(|byte| *byte == b'/').and_then(|at| kind.get(..at)) else { return false };
    !request.has(Name::Accept)
        || request.tokens(Name::Accept).any(|range| {
            let range = range.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
            let any = range.strip_suffix(b"/*").is_some_and(|of| of == b"*" || of.eq_ignore_ascii_case(group));
            any || range.eq_ignore_ascii_case(kind)
        })
}

/// The party of an address of record, as a number: neither parameters nor another spelling of its host make it another
/// (rfc3261#19.1.4).
fn party_of(hash: Hasher, uri: &[u8]) -> u64 {
    let Ok(uri) = Uri::parse(uri) else { return hash.with(uri).finish() };
    let hash = hash.with(uri.user.unwrap_or_default()).with(b"@");
    match (uri.host, uri.host.ip()) {
        (Host::Name(name), _) => name.iter().fold(hash, |hash, byte| hash.with(&[byte.to_ascii_lowercase()])),
        (_, Some(IpAddr::V4(ip))) => hash.with(&ip.octets()),
        (_, Some(IpAddr::V6(ip))) => hash.with(&ip.octets()),
        (_, None) => hash,
    }
    .finish()
}

/// The refusal of a SUBSCRIBE: its status, and its Retry-After.
pub(in crate::phone) type Refused = (u16, u8);

impl Watchers<'_> {
    /// A SUBSCRIBE came. An error is its refusal.
    pub(in crate::phone) fn subscribed(
        &mut self,
        lower: &mut Lower<'_>,
        source: &dyn Source,
        now: Instant,
        arrived: &Arrived<'_, '_>,
    ) -> Result<(), Refused> {
        let handle = if arrived.dialog.is_none() {
            self.begin(lower, source, now, arrived)?
        } else {
            self.refresh(lower, now, arrived)?
        };
        self.tell(lower, now, handle);
        self.go(lower, source, now, handle);
        Ok(())
    }

    /// A SUBSCRIBE in no dialog.
    fn begin(
        &mut self,
        lower: &mut Lower<'_>,
        source: &dyn Source,
        now: Instant,
        arrived: &Arrived<'_, '_>,
    ) -> Result<Handle, Refused> {
        let Arrived { flow, request, mandatory, account, .. } = *arrived;
        let refused = |status| (status, 0);
        if lower.cx.closing {
            return Err(refused(480));
        }
        let policy = lower.accounts.watchers(&lower.cx, account);
        // rfc6665#4.2.1.3; 603 would speak for other phones there, too
        if policy == WatcherPolicy::Refuse || self.slots.capacity() == 0 {
            return Err(refused(403));
        }
        let Asks { package, id, seconds } = Asks::read(request).map_err(refused)?;
        if !accepts(request, named(package).1) {
            return Err(refused(406));
        }
        // there is nothing of the kind here
        if !self.is_there(lower, account, package) {
            return Err(refused(404));
        }
        let contact = contact_uri(request).ok_or(refused(400))?;
        let [_, key] = lower.cx.keys;
        let party = if account.is_none() {
            Transactions::source(&lower.cx, flow)
        } else {
            party_of(Hasher::new(key), mandatory.from.uri)
        };
        let full = (503, WATCHER_FULL_S);
        if !self.admits(lower, account, party) {
            count::up(&mut lower.cx.counters.refused_full);
            return Err(full);
        }
        self.make_room(lower);
        let leg = lower.new_dialog(Leg::EMPTY).ok_or(full)?;
        let Some(handle) = self.slots.insert(Slot::EMPTY) else {
            lower.dialogs.discard(leg);
            return Err(full);
        };
        let tag = Tag { handle: leg, secret: lower.cx.rng.next_u64() };
        let own_hop = lower.accounts.is_own_flow(account, flow);
        let made = Leg::of_watcher(handle, account, tag, mandatory.cseq.number, (flow, own_hop));
        let fits = lower.dialogs.begin_with(leg, made, (request, mandatory), contact);
        if !fits || !Self::accept(lower, now, arrived, leg, seconds) {
            lower.dialogs.discard(leg);
            self.slots.remove(handle);
            lower.cx.too_long();
            return Err(refused(513));
        }
        lower.dialogs.find_next_hop(leg);
        if !lower.cx.watched {
            lower.cx.watched = true;
            self.look_at_all(lower, source);
        }
        let gap = if package == Package::Presence { NOTIFY_PRESENCE_GAP_S } else { NOTIFY_GAP_S };
        let machine = Notifier::new(now, seconds, policy == WatcherPolicy::Follow, Duration::from_secs(gap));
        if let Some(slot) = self.slots.get_mut(handle) {
            *slot = Slot { machine, package, account, leg, id, party, changed: now, pending: true, ..Slot::EMPTY };
            slot.state = slot.seen_as();
            lower.cx.tell(Object::Watcher(handle.index));
        }
        Ok(handle)
    }

    /// A SUBSCRIBE in a dialog: in that of its own subscription alone (rfc6665#4.5.2).
    fn refresh(&mut self, lower: &mut Lower<'_>, now: Instant, arrived: &Arrived<'_, '_>) -> Result<Handle, Refused> {
        let refused = |status| (status, 0);
        let handle = lower.dialogs.watcher_of(arrived.dialog);
        // a dialog that has other uses: 481 would end those at some far ends (rfc5057#5.1)
        let gone = if handle.is_none() { 489 } else { 481 };
        let slot = self.slots.get_mut(handle).filter(|slot| !slot.machine.is_ending()).ok_or(refused(gone))?;
        let Asks { package, id, seconds } = Asks::read(arrived.request).map_err(refused)?;
        if (package, id) != (slot.package, slot.id) {
            return Err(refused(481));
        }
        // rfc6665#4.2.1.4: as long as it is still allowed
        if lower.accounts.watchers(&lower.cx, slot.account) == WatcherPolicy::Refuse {
            slot.machine.end(Ending::Rejected);
            return Err(refused(403));
        }
        lower.dialogs.renew_target(arrived.dialog, contact_uri(arrived.request).unwrap_or_default());
        if !Self::accept(lower, now, arrived, arrived.dialog, seconds) {
            lower.cx.too_long();
            return Err(refused(513));
        }
        slot.machine.refresh(now, seconds);
        Ok(handle)
    }

    /// There is something of this kind to be watched.
    fn is_there(&self, lower: &Lower<'_>, account: Handle, package: Package) -> bool {
        match package {
            Package::MessageSummary => self.mailbox(account).is_some(),
            Package::Presence => lower.accounts.stays(account),
            _ => true,
        }
    }

    /// A slot is left for it, and its party has not its share yet: half of them, so that one alone cannot have all. Direct
    /// ones leave a quarter to those of accounts.
    fn admits(&self, lower: &Lower<'_>, account: Handle, party: u64) -> bool {
        let (capacity, live) = (self.slots.capacity(), self.live());
        let reserve = if account.is_none() && lower.accounts.used() > 0 { capacity / 4 } else { 0 };
        let same = self.slots.iter().filter(|(_, slot)| !slot.is_over() && slot.party == party).count();
        live + reserve < capacity && same < capacity.div_ceil(2)
    }

    /// The one that ended first gives way, where there is no free slot.
    fn make_room(&mut self, lower: &mut Lower<'_>) {
        if self.slots.is_full() {
            let over = self.slots.iter().filter(|(_, slot)| slot.is_over());
            if let Some((oldest, _)) = over.min_by_key(|(_, slot)| slot.changed) {
                self.free(lower, oldest);
            }
        }
    }

    /// Gives a slot back, with its leg.
    pub(super) fn free(&mut self, lower: &mut Lower<'_>, handle: Handle) {
        let Some(slot) = self.slots.get(handle).copied() else { return };
        lower.dialogs.set_watcher(slot.leg, Handle::NONE);
        lower.release_dialog(slot.leg);
        lower.cx.wake(Object::Watcher(handle.index), Instant::NEVER);
        if slot.pending {
            lower.cx.lose(1);
        }
        self.slots.remove(handle);
    }

    /// The 200 to a SUBSCRIBE. False: it does not fit, and nothing leaves.
    fn accept(lower: &mut Lower<'_>, now: Instant, arrived: &Arrived<'_, '_>, leg: Handle, seconds: u32) -> bool {
        let Lower { cx, transactions, accounts, dialogs, .. } = lower;
        let Some(dialog) = dialogs.dialog(leg) else { return false };
        let direct = cx.fixed.direct_user;
        let user = contact_user(accounts.call_user(dialogs.account_of(leg)), direct.get(), dialogs.our_side(leg));
        let (tag, secret) = (Some(dialog.local_tag), Some(dialog.local_tag.secret));
        let extra = Extra { contact: Some(user), expires: Some(seconds), tag, secret, ..Extra::default() };
        transactions.respond_whole_and_bury(cx, now, arrived, 200, extra)
    }

    /// A SUBSCRIBE is repeated: its response again, of which a tombstone knows no more than the status and the tag.
    pub(in crate::phone) fn subscribed_again(
        &self,
        lower: &mut Lower<'_>,
        now: Instant,
        arrived: &Arrived<'_, '_>,
        responded: Responded,
    ) {
        let Arrived { flow, request, dialog, .. } = *arrived;
        let Lower { cx, transactions, dialogs, accounts, .. } = lower;
        let tag_of = |leg| dialogs.dialog(leg).map(|dialog| dialog.local_tag);
        let is = |slot: &Slot| match responded.own {
            _ if !dialog.is_none() => slot.leg == dialog,
            Own::Tag(secret) => tag_of(slot.leg).is_some_and(|tag| tag.secret == secret),
            Own::MinSe(_) => false,
        };
        let mut all = self.slots.iter().map(|(_, slot)| slot);
        let extra = Extra::again(responded);
        let direct = cx.fixed.direct_user;
        let again = if responded.status == 200 { all.find(|slot| is(slot)) } else { None };
        let extra = match again {
            Some(slot) => {
                // begun seconds are whole ones, so that it says the same again
                let left = slot.machine.ends().since(now).millis().div_ceil(1000);
                let user = accounts.call_user(slot.account);
                let user = contact_user(user, direct.get(), dialogs.our_side(slot.leg));
                Extra { contact: Some(user), expires: Some(left as u32), tag: tag_of(slot.leg), ..extra }
            }
            None => extra,
        };
        transactions.respond_at_once(cx, flow, request, responded.status, extra);
    }
}
