//! The mailbox that an account is for others: the application counts its messages.

use super::Watchers;
use crate::base::slots::Handle;
use crate::phone::context::Context;
use crate::phone::subscription::Package;
use crate::wire::body::message_summary::{CLASSES, Count};

/// A mailbox.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mailbox {
    /// The account's generation; 0: there is none.
    generation: u32,
    counts: [Count; CLASSES.len()],
    /// The application has given it: it is there, though it may be empty.
    given: bool,
}

crate::base::zeroed::zeroed!(Mailbox);

impl Watchers<'_> {
    fn place(&self, account: Handle) -> usize {
        if account.is_none() { self.mailboxes.len().saturating_sub(1) } else { account.index as usize }
    }

    /// The messages in an account's mailbox; `None`: it has none.
    pub(super) fn mailbox(&self, account: Handle) -> Option<&[Count; CLASSES.len()]> {
        let mailbox = self.mailboxes.get(self.place(account))?;
        (mailbox.given && mailbox.generation == account.generation).then_some(&mailbox.counts)
    }

    /// Sets the messages of a class in an account's mailbox, by its place in a summary; `None`: it is empty. False: no
    /// watcher could be told of it.
    pub(in crate::phone) fn set_mailbox(
        &mut self,
        cx: &mut Context<'_>,
        account: Handle,
        set: Option<(usize, Count)>,
    ) -> bool {
        let place = self.place(account);
        let Some(mailbox) = self.mailboxes.get_mut(place) else { return false };
        let before = *mailbox;
        if mailbox.generation != account.generation || set.is_none() {
            *mailbox = Mailbox { generation: account.generation, ..Mailbox::default() };
        }
        mailbox.given = true;
        if let Some((class, count)) = set
            && let Some(counts) = mailbox.counts.get_mut(class)
        {
            *counts = count;
        }
        if !before.given || before.counts != mailbox.counts {
            self.changed(cx, account, Package::MessageSummary);
        }
        true
    }
}
