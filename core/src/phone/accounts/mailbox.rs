//! The mailbox of an account as its own server describes it, and the server's wish that settings be read again: values,
//! with what of them was not told yet.

use crate::base::time::Instant;
use crate::phone::event::{EventKind, Lamp};
use crate::phone::{MailboxInfo, Watched};
use crate::wire::body::message_summary::{CLASSES, Count, Summary};

/// A mailbox, as it was described last.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Mailbox {
    /// [`Lamp::Unknown`]: it was not described.
    lamp: Lamp,
    /// Bytes of its URI, in a block beside; 0: there was none, or it had no room.
    uri: u8,
    /// A bit for each class that the description named.
    named: u8,
    /// New messages of all classes.
    new: u32,
    counts: [Count; CLASSES.len()],
}

impl Mailbox {
    const UNKNOWN: Self = Self {
        lamp: Lamp::Unknown,
        uri: 0,
        named: 0,
        new: 0,
        counts: [Count { new: 0, old: 0, new_urgent: 0, old_urgent: 0 }; CLASSES.len()],
    };

    fn of(summary: &Summary<'_>, uri: u8) -> Self {
        let named = (0u8..).zip(&summary.counts).filter(|(_, count)| count.is_some());
        Self {
            lamp: if summary.waiting { Lamp::Open } else { Lamp::Closed },
            uri,
            named: named.fold(0, |bits, (class, _)| bits | 1 << class),
            new: summary.new_messages(),
            counts: summary.counts.map(Option::unwrap_or_default),
        }
    }
}

/// All that an account was told without having asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unsolicited {
    mailbox: Mailbox,
    /// The mailbox is the account's own without a doubt: its description names the account, or nothing.
    own: bool,
    /// It has changed, which was not told.
    changed: bool,
    /// A wish was not told, and whether the phone is to begin anew with it.
    wished: bool,
    reboot: Option<bool>,
    /// The times of the last description, and of the first wish that was not told.
    described: Instant,
    wished_at: Instant,
}

impl Unsolicited {
    pub(super) const NONE: Self = Self {
        mailbox: Mailbox::UNKNOWN,
        own: false,
        changed: false,
        wished: false,
        reboot: None,
        described: Instant::NEVER,
        wished_at: Instant::NEVER,
    };

    /// The mailbox is another one, or nobody would tell of a change in it any more.
    pub(super) fn forget_mailbox(&mut self) {
        *self = Self { wished: self.wished, reboot: self.reboot, wished_at: self.wished_at, ..Self::NONE };
    }

    /// A description came that names a mailbox by `uri`, which is this account's `own` or not. `room` keeps the URI.
    /// True: there is news.
    pub(super) fn describe(
        &mut self,
        now: Instant,
        summary: &Summary<'_>,
        (uri, own): (&[u8], bool),
        room: &mut [u8],
    ) -> bool {
        // rfc3842#3.5: a mailbox of a group comes with its name. Many PBXs name the number there by which messages are
        // heard, so another name is taken, too, until the server has shown that it names this account's
        if self.own && !own {
            return false;
        }
        let fits = uri.len() <= room.len() && uri.iter().all(u8::is_ascii_graphic);
        let uri = if fits { uri } else { b"" };
        let mailbox = Mailbox::of(summary, uri.len() as u8);
        let place = room.get_mut(..uri.len()).unwrap_or_default();
        let same = mailbox == self.mailbox && place == uri;
        place.copy_from_slice(uri);
        (self.mailbox, self.own, self.described) = (mailbox, own, now);
        self.changed |= !same;
        !same
    }

    /// The server wants settings to be read again. Repeated before it was told, it is one wish, and the strongest.
    pub(super) fn wish(&mut self, now: Instant, reboot: Option<bool>) {
        if !self.wished {
            (self.wished, self.wished_at) = (true, now);
        }
        self.reboot = self.reboot.max(reboot);
    }

    /// The next event.
    pub(super) fn poll(&mut self) -> Option<(Instant, EventKind)> {
        if core::mem::take(&mut self.changed) {
            let kind = EventKind::Mailbox { lamp: self.mailbox.lamp, value: self.mailbox.new };
            return Some((self.described, kind));
        }
        let wished = core::mem::take(&mut self.wished);
        wished.then(|| (self.wished_at, EventKind::CheckSync { reboot: self.reboot.take() }))
    }

    /// The mailbox in numbers.
    pub(super) fn info(&self) -> MailboxInfo {
        let Mailbox { lamp, named, new, .. } = self.mailbox;
        MailboxInfo { lamp, new_messages: new, entries: named.count_ones(), described: self.described }
    }

    /// A class that its description named, from 0.
    pub(super) fn entry(&self, nth: u32) -> Option<Watched> {
        let named = |class: &usize| self.mailbox.named & 1 << class != 0;
        let class = (0..CLASSES.len()).filter(named).nth(nth as usize)?;
        self.mailbox.counts.get(class).map(|count| Watched::of_class(class, count))
    }

    /// Bytes of its URI.
    pub(super) fn uri_len(&self) -> usize {
        self.mailbox.uri.into()
    }
}
