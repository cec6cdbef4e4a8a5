//! A leg: a dialog, and all else that the phone keeps with it.

#[cfg(feature = "identity")]
use super::added::Added;
#[cfg(all(feature = "sdp-hosts", feature = "reoffer"))]
use super::named::Named;
#[cfg(all(feature = "info", feature = "message"))]
use super::packages::Packages;
use super::usage::Usage;
use crate::base::limits::CHALLENGES;
use crate::base::slots::Handle;
use crate::phone::Flow;
use crate::phone::credential::Credential;
#[cfg(feature = "identity")]
use crate::phone::location::Location;
#[cfg(feature = "reliable")]
use crate::phone::reliable::Reliable;
use crate::sip::dialog::Dialog;
use crate::sip::tag::Tag;

/// The reason for which the phone ends a call by itself, which its BYE or CANCEL says.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(in crate::phone) enum Lost {
    #[default]
    Nothing,
    /// The far end's media.
    Media,
    /// Its session ran out.
    #[cfg(feature = "timers")]
    Session,
    /// It gave way to a call for help.
    #[cfg(feature = "numbers")]
    Way,
}

/// A leg.
#[derive(Clone, Copy, Debug)]
pub(in crate::phone) struct Leg {
    pub(super) dialog: Dialog,
    /// Its use.
    pub(super) usage: Usage,
    /// The account it belongs to; none for a direct one.
    pub(super) account: Handle,
    /// The INVITE's number, for its ACK.
    pub(super) invite_number: u32,
    /// The way to the next hop, kept resolved.
    pub(super) flow: Option<Flow>,
    /// Uses of it (RFC 5057): the call, requests under way.
    pub(super) usages: u8,
    /// The next one of the same call (a fork).
    pub(super) sibling: Handle,
    /// It is such a sibling, and used as one.
    pub(super) chained: bool,
    /// An ACK of a 2xx is to be sent.
    pub(super) ack_owed: bool,
    /// A BYE is to be sent when the ACK of our 2xx has come (rfc3261#15).
    pub(super) bye_owed: bool,
    /// The far end has fallen silent, was not heard of in time, or had to give way; the BYE to it gives that as its reason.
    pub(super) lost: Lost,
    /// The far end has sent BYE: for its further requests there is no dialog, though its texts can still be read.
    pub(super) left: bool,
    /// The INVITE that is acknowledged was one within the dialog.
    pub(super) renewed: bool,
    /// The flow is the account's own hop, so challenges that come over it may be answered.
    pub(super) own_hop: bool,
    /// The request that looks up the host which its last description names.
    pub(super) lookup: Handle,
    /// The host that an UPDATE's offer names: with [`Named::Sought`], that request looks it up.
    #[cfg(all(feature = "sdp-hosts", feature = "reoffer"))]
    pub(super) named: Named,
    /// Our last PRACK in it.
    #[cfg(feature = "reliable")]
    pub(super) prack: Handle,
    /// Nonce counts of the INVITE's credentials, by the challenge's slot; the ACK repeats them.
    pub(super) credentials: [Credential; CHALLENGES],
    /// The wish for reliable responses to our INVITE.
    #[cfg(feature = "reliable")]
    pub(super) reliable: Reliable,
    /// Header lines of the application's for a message to come.
    #[cfg(feature = "identity")]
    pub(super) added: Added,
    /// The document in its INVITE.
    #[cfg(feature = "identity")]
    pub(super) location: Location,
    /// INFO packages.
    #[cfg(all(feature = "info", feature = "message"))]
    pub(super) packages: Packages,
    /// The MESSAGE of ours that goes by it; they leave one after the other.
    #[cfg(feature = "message")]
    pub(super) message: Handle,
    /// The subscription of ours that uses it.
    #[cfg(feature = "subscribe")]
    pub(super) subscription: Handle,
    /// The watcher that uses it.
    #[cfg(feature = "notify")]
    pub(super) watcher: Handle,
    /// The publication of ours whose PUBLISH goes by it.
    #[cfg(feature = "publish")]
    pub(super) publication: Handle,
    /// The REFER that came by it and is not answered.
    #[cfg(feature = "refer")]
    pub(super) asked: Handle,
    /// The call that was dialled last for a REFER which came by it: it may tell here how it goes.
    #[cfg(feature = "refer")]
    pub(super) reporter: Handle,
}

impl Leg {
    /// A free slot's content.
    pub(in crate::phone) const EMPTY: Self = Self {
        dialog: Dialog::EMPTY,
        usage: Usage::None,
        account: Handle::NONE,
        invite_number: 0,
        flow: None,
        usages: 0,
        sibling: Handle::NONE,
        chained: false,
        ack_owed: false,
        bye_owed: false,
        lost: Lost::Nothing,
        left: false,
        renewed: false,
        own_hop: false,
        lookup: Handle::NONE,
        #[cfg(all(feature = "sdp-hosts", feature = "reoffer"))]
        named: Named::Nothing,
        #[cfg(feature = "reliable")]
        prack: Handle::NONE,
        credentials: [Credential { challenge: 0, count: 0 }; CHALLENGES],
        #[cfg(feature = "reliable")]
        reliable: Reliable::Inherited,
        #[cfg(feature = "identity")]
        added: Added::NONE,
        #[cfg(feature = "identity")]
        location: Location::NONE,
        #[cfg(all(feature = "info", feature = "message"))]
        packages: Packages::NONE,
        #[cfg(feature = "message")]
        message: Handle::NONE,
        #[cfg(feature = "subscribe")]
        subscription: Handle::NONE,
        #[cfg(feature = "notify")]
        watcher: Handle::NONE,
        #[cfg(feature = "publish")]
        publication: Handle::NONE,
        #[cfg(feature = "refer")]
        asked: Handle::NONE,
        #[cfg(feature = "refer")]
        reporter: Handle::NONE,
    };

    /// The leg of an INVITE of ours: the call uses it.
    pub(in crate::phone) const fn outgoing(call: Handle, account: Handle, local_tag: Tag, own_hop: bool) -> Self {
        let dialog = Dialog { local_tag, ..Dialog::EMPTY };
        Self { dialog, usage: Usage::Call(call), account, usages: 1, own_hop, ..Self::EMPTY }
    }

    /// The leg of a message in no dialog, which uses it until its response has come.
    #[cfg(feature = "message")]
    pub(in crate::phone) const fn of_message(message: Handle, account: Handle, local_tag: Tag, own_hop: bool) -> Self {
        let dialog = Dialog { local_tag, ..Dialog::EMPTY };
        Self { dialog, account, usages: 1, own_hop, message, ..Self::EMPTY }
    }

    /// The leg of a subscription of ours, which uses it.
    #[cfg(feature = "subscribe")]
    pub(in crate::phone) const fn of_subscription(
        subscription: Handle,
        account: Handle,
        local_tag: Tag,
        own_hop: bool,
    ) -> Self {
        let dialog = Dialog { local_tag, ..Dialog::EMPTY };
        Self { dialog, account, usages: 1, own_hop, subscription, ..Self::EMPTY }
    }

    /// The leg of a SUBSCRIBE that came in no dialog over this flow: its 200 makes the dialog, which the watcher uses.
    /// `number`: of the SUBSCRIBE.
    #[cfg(feature = "notify")]
    pub(in crate::phone) const fn of_watcher(
        watcher: Handle,
        account: Handle,
        local_tag: Tag,
        number: u32,
        (flow, own_hop): (Flow, bool),
    ) -> Self {
        let dialog = Dialog { local_tag, remote_number: Some(number), confirmed: true, ..Dialog::EMPTY };
        Self { dialog, account, flow: Some(flow), usages: 1, own_hop, watcher, ..Self::EMPTY }
    }

    /// The leg of a PUBLISH, which uses it until its response has come.
    #[cfg(feature = "publish")]
    pub(in crate::phone) const fn of_publication(
        publication: Handle,
        account: Handle,
        local_tag: Tag,
        own_hop: bool,
    ) -> Self {
        let dialog = Dialog { local_tag, ..Dialog::EMPTY };
        Self { dialog, account, usages: 1, own_hop, publication, ..Self::EMPTY }
    }

    /// The leg of a REFER that came in no dialog over this flow: its answer makes the dialog, which it uses while it is
    /// told how it goes. `number`: of the REFER.
    #[cfg(feature = "refer")]
    pub(in crate::phone) const fn referred(
        account: Handle,
        local_tag: Tag,
        number: u32,
        (flow, own_hop): (Flow, bool),
    ) -> Self {
        let dialog = Dialog { local_tag, remote_number: Some(number), confirmed: true, ..Dialog::EMPTY };
        Self { dialog, account, flow: Some(flow), usages: 1, own_hop, ..Self::EMPTY }
    }

    /// The same, whose INVITE says this of reliable responses.
    #[cfg(feature = "reliable")]
    pub(in crate::phone) const fn wishing(self, reliable: Reliable) -> Self {
        Self { reliable, ..self }
    }

    /// The wish for reliable responses to our INVITE.
    #[cfg(feature = "reliable")]
    pub(in crate::phone) const fn reliable(&self) -> Reliable {
        self.reliable
    }

    /// The leg of an INVITE that came in over this flow: the call uses it, and its INVITE. `number`: of that one.
    pub(in crate::phone) const fn incoming(
        call: Handle,
        account: Handle,
        local_tag: Tag,
        number: u32,
        (flow, own_hop): (Flow, bool),
    ) -> Self {
        let dialog = Dialog { local_tag, remote_number: Some(number), ..Dialog::EMPTY };
        Self { dialog, usage: Usage::Call(call), account, flow: Some(flow), usages: 2, own_hop, ..Self::EMPTY }
    }

    /// The leg of another branch of the same INVITE, before its response is read. It has our side, and none of the
    /// state that the first one has gained since.
    #[cfg_attr(target_os = "none", inline(never))] // on a board flash is dearer
    pub(in crate::phone) const fn branch(&self) -> Self {
        Self {
            dialog: self.dialog.branch(),
            usages: 1,
            chained: true,
            ack_owed: false,
            bye_owed: false,
            lost: Lost::Nothing,
            left: false,
            renewed: false,
            lookup: Handle::NONE,
            #[cfg(all(feature = "sdp-hosts", feature = "reoffer"))]
            named: Named::Nothing,
            #[cfg(feature = "reliable")]
            prack: Handle::NONE,
            #[cfg(all(feature = "info", feature = "message"))]
            packages: self.packages.branch(),
            #[cfg(feature = "message")]
            message: Handle::NONE,
            #[cfg(feature = "subscribe")]
            subscription: Handle::NONE,
            #[cfg(feature = "notify")]
            watcher: Handle::NONE,
            #[cfg(feature = "publish")]
            publication: Handle::NONE,
            #[cfg(feature = "refer")]
            asked: Handle::NONE,
            #[cfg(feature = "refer")]
            reporter: Handle::NONE,
            ..*self
        }
    }

    /// As [`Leg::branch`], of a branch that lost: its 2xx came over this flow, and its ACK has this number. No call
    /// uses it.
    pub(in crate::phone) const fn lost_branch(&self, flow: Flow, number: u32) -> Self {
        let kept = self.branch();
        let dialog = Dialog { confirmed: true, accepted: true, ..kept.dialog };
        Self { dialog, usage: Usage::None, flow: Some(flow), own_hop: false, invite_number: number, ..kept }
    }

    /// The dialog.
    pub(in crate::phone) const fn dialog(&self) -> &Dialog {
        &self.dialog
    }

    /// The call that uses it.
    pub(in crate::phone) const fn call(&self) -> Handle {
        self.usage.call()
    }

    /// Its account; none for a direct one.
    pub(in crate::phone) const fn account(&self) -> Handle {
        self.account
    }

    /// The number of the INVITE that its ACK is of.
    pub(in crate::phone) const fn invite_number(&self) -> u32 {
        self.invite_number
    }

    /// The way to the next hop.
    pub(in crate::phone) const fn flow(&self) -> Option<Flow> {
        self.flow
    }

    /// That way is the account's own, so challenges that come over it may be answered.
    pub(in crate::phone) const fn own_hop(&self) -> bool {
        self.own_hop
    }

    /// An ACK of a 2xx is to be sent.
    pub(in crate::phone) const fn owes_ack(&self) -> bool {
        self.ack_owed
    }

    /// A BYE is to be sent.
    pub(in crate::phone) const fn owes_bye(&self) -> bool {
        self.bye_owed
    }

    /// It is a further dialog of its call's INVITE.
    #[cfg(feature = "numbers")]
    pub(in crate::phone) const fn is_chained(&self) -> bool {
        self.chained
    }

    /// A message, a subscription or a publication of ours goes by it, or somebody watches us by it. Their rooms look for it
    /// when a call for help has begun.
    #[cfg(feature = "numbers")]
    pub(in crate::phone) const fn is_of_another_room(&self) -> bool {
        #[cfg(feature = "message")]
        if !self.message.is_none() {
            return true;
        }
        #[cfg(feature = "subscribe")]
        if !self.subscription.is_none() {
            return true;
        }
        #[cfg(feature = "notify")]
        if !self.watcher.is_none() {
            return true;
        }
        #[cfg(feature = "publish")]
        if !self.publication.is_none() {
            return true;
        }
        false
    }

    /// The reason that its BYE gives.
    pub(in crate::phone) const fn lost(&self) -> Lost {
        self.lost
    }

    /// The look-up of the host that an UPDATE's offer names is over, or gives way.
    pub(super) const fn forget_sought(&mut self) {
        #[cfg(all(feature = "sdp-hosts", feature = "reoffer"))]
        if matches!(self.named, Named::Sought(_)) {
            self.named = Named::Nothing;
        }
    }

    /// A host that its last answer names is being looked up.
    pub(in crate::phone) const fn looks_up(&self) -> bool {
        #[cfg(all(feature = "sdp-hosts", feature = "reoffer"))]
        if matches!(self.named, Named::Sought(_)) {
            return false;
        }
        !self.lookup.is_none()
    }

    /// Our last PRACK in it, which may be over.
    #[cfg(feature = "reliable")]
    pub(in crate::phone) const fn prack(&self) -> Handle {
        self.prack
    }

    /// The credentials of the INVITE that its ACK is of.
    pub(in crate::phone) const fn credentials(&self) -> &[Credential; CHALLENGES] {
        &self.credentials
    }

    /// The Request-URI of the INVITE that is acknowledged, for requests that repeat its credentials: the one that made
    /// the dialog, or one within it.
    pub(in crate::phone) fn invite_uri<'b>(&self, block: &'b [u8]) -> &'b [u8] {
        if self.renewed { self.dialog.request_uri(block) } else { self.dialog.invite_uri(block) }
    }
}
