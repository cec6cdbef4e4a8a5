//! The dialog of a message; and a call's further dialogs, which are a chain behind its first one.

use super::{Dialogs, Leg};
#[cfg(feature = "refer")]
use crate::base::cursor::Cursor;
use crate::base::slots::Handle;
use crate::phone::Flow;
use crate::sip::dialog::Dialog;
use crate::sip::tag::Tag;
#[cfg(feature = "refer")]
use crate::wire::sip::DialogName;
use crate::wire::sip::{Mandatory, Message, Scheme, Uri};

impl Dialogs<'_> {
    /// The dialog that a To tag of ours names, if the request is of it.
    pub(in crate::phone) fn find(&self, tag: Tag, request: &Mandatory<'_>) -> Option<Handle> {
        let (theirs, call_id) = (request.from.tag().unwrap_or_default(), request.call_id);
        let mut at = tag.handle;
        if self.dialog(at)?.local_tag != tag {
            return None;
        }
        while let Some(leg) = self.slots.get(at) {
            if !leg.left && leg.dialog.is_of(self.text(at), call_id, theirs) {
                return Some(at);
            }
            // rfc6665#4.4.1: a NOTIFY may make the dialog before the 2xx does
            #[cfg(feature = "subscribe")]
            if !leg.subscription.is_none() && !leg.dialog.confirmed && leg.dialog.has_id(self.text(at), call_id) {
                return Some(at);
            }
            at = leg.sibling;
        }
        None
    }

    /// The dialog that a tag is ours in.
    #[cfg(any(feature = "refer", feature = "rules"))]
    pub(in crate::phone) fn of_own_tag(&self, tag: Option<&[u8]>) -> Option<Handle> {
        let tag = Tag::read(tag?)?;
        self.dialog(tag.handle).is_some_and(|dialog| dialog.local_tag == tag).then_some(tag.handle)
    }

    /// The dialog of these names, whatever has become of it.
    #[cfg(feature = "refer")]
    pub(in crate::phone) fn by_name(&self, name: &DialogName<'_>) -> Option<Handle> {
        let tag = Tag::read(name.local_tag)?;
        let mut at = tag.handle;
        if self.dialog(at)?.local_tag != tag {
            return None;
        }
        while let Some(leg) = self.slots.get(at) {
            if leg.dialog.is_of(self.text(at), name.call_id, name.remote_tag) {
                return Some(at);
            }
            at = leg.sibling;
        }
        None
    }

    /// The name of a dialog.
    #[cfg(feature = "refer")]
    pub(in crate::phone) fn write_replaces(&self, handle: Handle, out: &mut Cursor<'_>) {
        let (Some(dialog), text) = (self.dialog(handle), self.text(handle)) else { return };
        let (call_id, remote_tag, ours) =
            (dialog.call_id.of(text), dialog.remote_tag.of(text), dialog.local_tag.digits());
        DialogName { call_id, local_tag: &ours, remote_tag, early_only: false }.write_replaces(out);
    }

    /// The first dialog of the call that a From tag of ours names, if the response is of it.
    pub(in crate::phone) fn of_response(&self, response: &Message<'_>) -> Option<Handle> {
        let tag = response.from().ok()?.tag().and_then(Tag::read)?;
        let dialog = self.dialog(tag.handle)?;
        let call_id = dialog.call_id.of(self.text(tag.handle));
        (dialog.local_tag == tag && response.call_id().is_ok_and(|id| id == call_id)).then_some(tag.handle)
    }

    /// The dialog of a call that has this remote tag.
    pub(in crate::phone) fn with_tag(&self, first: Handle, tag: &[u8]) -> Option<Handle> {
        let mut at = first;
        while let Some(leg) = self.slots.get(at) {
            if leg.dialog.remote_tag.of(self.text(at)) == tag {
                return Some(at);
            }
            at = leg.sibling;
        }
        None
    }

    /// The next dialog of the same call.
    pub(in crate::phone) fn next(&self, handle: Handle) -> Option<Handle> {
        self.slots.get(handle).map(|leg| leg.sibling)
    }

    /// It is the only one of its call.
    pub(in crate::phone) fn is_alone(&self, handle: Handle) -> bool {
        self.slots.get(handle).is_some_and(|leg| leg.sibling.is_none() && !leg.chained)
    }

    /// The far end's tag, routes and target are those of this response. False: they do not fit, and nothing
    /// changed.
    #[must_use]
    pub(in crate::phone) fn learn(&mut self, handle: Handle, response: &Message<'_>, tag: &[u8]) -> bool {
        self.two(handle).is_some_and(|(dialog, text)| dialog.learn_from_response(text, response, tag))
    }

    /// A dialog's INVITE is not written again.
    pub(in crate::phone) fn drop_headers(&mut self, handle: Handle) {
        if let Some((dialog, text)) = self.two(handle) {
            dialog.drop_headers(text);
        }
    }

    /// A dialog that has just got its slot is another branch's: it has the first one's texts, and those of the
    /// response. It is chained behind the first. False: it does not fit.
    pub(in crate::phone) fn chain(&mut self, first: Handle, fork: Handle, response: &Message<'_>, tag: &[u8]) -> bool {
        self.text.copy(first.index, fork.index);
        #[cfg(any(feature = "identity", all(feature = "info", feature = "message")))]
        if let Some((dialog, text)) = self.two(fork) {
            dialog.leave_to_branch(text);
        }
        self.drop_headers(fork);
        if !self.learn(fork, response, tag) {
            self.slots.remove(fork);
            return false;
        }
        if let Some(first) = self.slots.get_mut(first) {
            first.sibling = fork;
        }
        true
    }

    /// The winner of a fork moves to the first dialog's slot, which our tag names. Gives the look-up that comes with
    /// it.
    pub(in crate::phone) fn win(&mut self, first: Handle, winner: Handle) -> Option<Handle> {
        let won = self.slots.get(winner).copied()?;
        let slot = self.slots.get_mut(first)?;
        let (local_tag, usages, sibling) = (slot.dialog.local_tag, slot.usages, slot.sibling);
        let dialog = Dialog { local_tag, ..won.dialog };
        #[cfg(feature = "identity")]
        let (added, room) = (slot.added, self.text.get(first.index).len().saturating_sub(slot.added.len()));
        *slot = Leg { dialog, usages, sibling, chained: false, bye_owed: false, ..won };
        // the application's lines are the call's, whichever branch wins: its BYE may cross our CANCEL
        #[cfg(feature = "identity")]
        let kept = if won.dialog.used() <= room {
            slot.added = added;
            added.len()
        } else {
            0
        };
        #[cfg(not(feature = "identity"))]
        let kept = 0;
        self.text.copy_but(winner.index, first.index, kept);
        // one that had lost an earlier try, and whose BYE has not left yet, is wanted now
        if let Some(won) = self.slots.get_mut(winner) {
            won.bye_owed = false;
            won.lookup = Handle::NONE;
        }
        Some(won.lookup)
    }

    /// The chain behind a dialog is empty.
    pub(in crate::phone) fn end_chain(&mut self, first: Handle) {
        if let Some(first) = self.slots.get_mut(first) {
            first.sibling = Handle::NONE;
        }
    }

    /// A dialog is taken out of the chain that its tag leads to.
    pub(in crate::phone) fn take_out(&mut self, loser: Handle) {
        let Some((tag, next)) = self.slots.get(loser).map(|leg| (leg.dialog.local_tag, leg.sibling)) else { return };
        let mut at = tag.handle;
        while let Some(leg) = self.slots.get_mut(at) {
            if leg.sibling == loser {
                leg.sibling = next;
                break;
            }
            at = leg.sibling;
        }
    }

    /// Takes it off its chain. True: a chain held it.
    pub(in crate::phone) fn unchain(&mut self, handle: Handle) -> bool {
        self.slots.get_mut(handle).is_some_and(|leg| core::mem::take(&mut leg.chained))
    }

    /// Its target is refreshed; without one it stays. One for which there is no room is passed over.
    pub(in crate::phone) fn renew_target(&mut self, handle: Handle, target: &[u8]) {
        if let Some((dialog, text)) = self.two(handle)
            && !target.is_empty()
            && dialog.refresh_target(text, target)
        {
            self.find_next_hop(handle);
        }
    }

    /// The way of a dialog's next requests: an address in its next hop's URI is taken as it is; a name keeps the way
    /// that is known.
    pub(in crate::phone) fn find_next_hop(&mut self, handle: Handle) {
        let (Some(leg), text) = (self.slots.get_mut(handle), self.text.get(handle.index)) else { return };
        let Some(Flow::Udp { socket, remote }) = leg.flow else { return };
        let Ok(uri) = Uri::parse(leg.dialog.next_hop(text)) else { return };
        let datagram =
            uri.transport().is_none_or(|name| name.eq_ignore_ascii_case(b"udp")) && uri.scheme == Scheme::Sip;
        let ip = uri.maddr().unwrap_or(uri.host).ip();
        if let (Some(ip), true) = (ip, datagram)
            && ip.is_ipv4() == remote.is_ipv4()
        {
            let remote = core::net::SocketAddr::new(ip, uri.port.unwrap_or(5060));
            leg.flow = Some(Flow::Udp { socket, remote });
        }
    }
}
