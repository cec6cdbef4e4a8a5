//! The state of a dialog and its texts: its beginning, and the changes that its messages make.

use super::{Dialogs, Leg, Lost};
use crate::base::limits::CHALLENGES;
use crate::base::slots::Handle;
#[cfg(feature = "subscribe")]
use crate::phone::arrived::Arrived;
use crate::phone::credential::Credential;
#[cfg(feature = "subscribe")]
use crate::sip::dialog::contact_uri;
use crate::sip::dialog::target_len;
use crate::wire::sip::{Address, Mandatory, Message, Name};

/// The texts of a dialog that never change, each in the parts that it is made of.
pub(in crate::phone) struct Texts<'t> {
    /// From or To of ours, without the tag.
    pub(in crate::phone) local: &'t [&'t [u8]],
    /// From or To of the far end, without the tag.
    pub(in crate::phone) remote: &'t [&'t [u8]],
    pub(in crate::phone) call_id: &'t [u8],
    /// Extra header lines of its first request.
    pub(in crate::phone) headers: &'t [&'t [u8]],
}

impl Dialogs<'_> {
    /// Bytes for the texts of each.
    pub(in crate::phone) const fn text_room(&self) -> usize {
        self.text.each()
    }

    /// A dialog of ours would have room for these texts, this route and this target, and so many bytes more.
    pub(in crate::phone) fn fits(&self, texts: &Texts<'_>, route: Option<&[u8]>, target: &[u8], more: usize) -> bool {
        let lists = [texts.local, texts.remote, texts.headers].into_iter().flatten();
        let fixed = lists.map(|part| part.len()).sum::<usize>() + texts.call_id.len();
        fixed + route.map_or(0, <[u8]>::len) + target_len(target) + more <= self.text.each()
    }

    /// A dialog begins: its slot has this leg, and its block these texts. `None`: they do not fit.
    pub(in crate::phone) fn begin<'m>(
        &mut self,
        handle: Handle,
        leg: Leg,
        texts: &Texts<'_>,
        remote_tag: &[u8],
        routes: impl Iterator<Item = &'m [u8]> + Clone,
        target: &[u8],
    ) -> Option<()> {
        *self.slots.get_mut(handle)? = leg;
        let (dialog, block) = self.two(handle)?;
        dialog.set_fixed(block, texts.local, texts.remote, texts.call_id, texts.headers)?;
        dialog.set_remote(block, remote_tag, routes, target).then_some(())
    }

    /// A request of the far end's begins a dialog. False: its texts do not fit.
    pub(in crate::phone) fn begin_with(
        &mut self,
        handle: Handle,
        leg: Leg,
        (request, mandatory): (&Message<'_>, &Mandatory<'_>),
        target: &[u8],
    ) -> bool {
        let Mandatory { from, to, call_id, .. } = mandatory;
        let texts = Texts { local: &pieces(to), remote: &pieces(from), call_id, headers: &[] };
        let (tag, routes) = (from.tag().unwrap_or_default(), request.values(Name::RecordRoute));
        self.begin(handle, leg, &texts, tag, routes, target).is_some()
    }

    /// Our side of a direct call is known. False: it does not fit, and stays as it was.
    pub(in crate::phone) fn set_local(&mut self, handle: Handle, local: &[u8]) -> bool {
        self.two(handle).is_some_and(|(dialog, text)| dialog.set_local(text, local).is_some())
    }

    /// Its INVITE, or one within it, is written with these credentials, which its ACK repeats. `number`: of the first
    /// one, whose ACK has it too.
    pub(in crate::phone) fn invited(
        &mut self,
        handle: Handle,
        credentials: [Credential; CHALLENGES],
        number: Option<u32>,
    ) {
        let Some(leg) = self.slots.get_mut(handle) else { return };
        leg.credentials = credentials;
        leg.invite_number = number.unwrap_or(leg.invite_number);
    }

    /// A 2xx made it whole.
    pub(in crate::phone) fn accept(&mut self, handle: Handle) {
        if let Some(leg) = self.slots.get_mut(handle) {
            leg.dialog.confirmed = true;
            leg.dialog.accepted = true;
        }
    }

    /// A 2xx came behind its transaction's end. True: it is no repetition.
    pub(in crate::phone) fn hear_success(&mut self, handle: Handle) -> bool {
        self.slots.get_mut(handle).is_some_and(|leg| !core::mem::replace(&mut leg.dialog.accepted, true))
    }

    /// A re-INVITE of ours got its 2xx, whose ACK has this number.
    pub(in crate::phone) fn renew(&mut self, handle: Handle, number: u32) {
        if let Some(leg) = self.slots.get_mut(handle) {
            leg.invite_number = number;
            leg.renewed = true;
            // the called side's dialog has had no 2xx before
            leg.dialog.accepted = true;
        }
    }

    /// A target refresh with this one would fit.
    pub(in crate::phone) fn has_room_for(&self, handle: Handle, target: &[u8]) -> bool {
        let room = self.text(handle);
        #[cfg(feature = "identity")]
        let room = room.get(..room.len() - self.get(handle).map_or(0, |leg| leg.added.len())).unwrap_or_default();
        self.dialog(handle).is_none_or(|dialog| dialog.has_room_for(room, target))
    }

    /// rfc3261#12.2.1.2, #12.2.2: a target refresh. False: it does not fit, and the old one stays.
    pub(in crate::phone) fn refresh_target(&mut self, handle: Handle, target: &[u8]) -> bool {
        self.two(handle).is_none_or(|(dialog, text)| dialog.refresh_target(text, target))
    }

    /// The INVITE goes elsewhere (rfc3261#8.1.3.4). False: that does not fit, and its texts are as they
    /// were.
    #[must_use]
    pub(in crate::phone) fn redirect(&mut self, handle: Handle, route: Option<&[u8]>, target: &[u8]) -> bool {
        // a PRACK of ours went to another
        #[cfg(feature = "reliable")]
        self.set_prack(handle, Handle::NONE);
        #[cfg(all(feature = "info", feature = "message"))]
        self.forget_packages(handle);
        self.two(handle).is_some_and(|(dialog, text)| dialog.redirect(text, route.into_iter(), target))
    }

    /// No far end is known any more: the INVITE leaves anew by these routes.
    pub(in crate::phone) fn forget_remote<'m>(
        &mut self,
        handle: Handle,
        routes: impl Iterator<Item = &'m [u8]> + Clone,
        target: &[u8],
    ) {
        // a PRACK of ours went to another
        #[cfg(feature = "reliable")]
        self.set_prack(handle, Handle::NONE);
        #[cfg(all(feature = "info", feature = "message"))]
        self.forget_packages(handle);
        if let Some((dialog, text)) = self.two(handle) {
            dialog.forget_said(text);
            // the texts fitted before, and nothing is left of what came since, so they fit again
            let fits = dialog.set_remote(text, b"", routes, target);
            debug_assert!(fits);
        }
    }

    /// A NOTIFY makes a subscription's dialog (rfc6665#4.4.1): its From tag, its Record-Routes in their order, its Contact.
    /// False: they do not fit, or there is no Contact to send to.
    #[cfg(feature = "subscribe")]
    pub(in crate::phone) fn begin_from_request(&mut self, arrived: &Arrived<'_, '_>) -> bool {
        let Arrived { request, mandatory, dialog: handle, flow, .. } = *arrived;
        let (tag, routes) = (mandatory.from.tag().unwrap_or_default(), request.values(Name::RecordRoute));
        let Some(target) = contact_uri(request) else { return false };
        if !self.two(handle).is_some_and(|(dialog, text)| dialog.set_remote(text, tag, routes, target)) {
            return false;
        }
        self.accept(handle);
        self.set_flow(handle, flow);
        self.find_next_hop(handle);
        true
    }

    /// The phone ends it by itself, and its BYE is to say why.
    pub(in crate::phone) fn lose(&mut self, handle: Handle, lost: Lost) {
        if let Some(leg) = self.slots.get_mut(handle) {
            leg.lost = lost;
        }
    }
}

/// An address without its tag and other parameters, in the parts that it is made of.
fn pieces<'a>(address: &Address<'a>) -> [&'a [u8]; 5] {
    let gap: &[u8] = if address.display.is_empty() { b"" } else { b" " };
    [address.display, gap, b"<", address.uri, b">"]
}
