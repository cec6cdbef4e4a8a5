//! Subscriptions: commands, numbers and what they were told.

use super::texts::{check, pointer, text};
use super::{Failure, Handle, Id, c};

/// A state to watch.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Watch<'a> {
    /// MICROSIP_PRESENCE to MICROSIP_OTHER.
    pub(crate) package: u32,
    /// Of MICROSIP_OTHER: its name, and the types of its bodies.
    pub(crate) event: Option<&'a str>,
    pub(crate) accept: Option<&'a str>,
    /// Seconds; 0: the library's.
    pub(crate) expires: u32,
    /// It is fetched once.
    pub(crate) once: bool,
    /// Header lines, each with its end.
    pub(crate) headers: &'a str,
}

/// A subscription in numbers.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Watching {
    /// MICROSIP_SUB_*.
    pub(crate) state: u32,
    /// MICROSIP_LAMP_*.
    pub(crate) lamp: u32,
    pub(crate) value: u32,
    pub(crate) left_out: u32,
    pub(crate) sip_code: u32,
    pub(crate) result: i32,
    pub(crate) cause: u32,
    /// It was told something.
    pub(crate) notified: bool,
    /// Its entries are parties, each with its own behind it.
    pub(crate) list: bool,
    /// The status that refused its last document, which cannot be read; 0: it was taken.
    pub(crate) unread: u32,
}

/// A tuple, a call or a class of messages.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Entry {
    pub(crate) lamp: u32,
    pub(crate) activity: u32,
    pub(crate) called: bool,
    pub(crate) message_class: u32,
    /// New and old messages, and the urgent ones of each.
    pub(crate) messages: [u32; 4],
    pub(crate) uri: String,
    pub(crate) name: String,
    pub(crate) note: String,
    pub(crate) replaces: String,
    /// Of a list: MICROSIP_RESOURCE_PARTY or _LIST, with its URI, and why nothing is known of it. 0: it is of the one before.
    pub(crate) resource: u32,
    pub(crate) of: String,
    pub(crate) reason: String,
}

impl Handle {
    pub(crate) fn subscribe(self, account: Id, to: &str, watch: &Watch) -> Result<Id, Failure> {
        let (to, headers) = (text(to)?, text(watch.headers)?);
        let [event, accept] = [watch.event, watch.accept].map(|given| given.map(text).transpose());
        let (event, accept) = (event?, accept?);
        let subscription = c::microsip_subscription {
            size: size_of::<c::microsip_subscription>() as u32,
            package: watch.package,
            expires: watch.expires,
            once: if watch.once { c::MICROSIP_ON } else { c::MICROSIP_OFF },
            tag: 0,
            uri: to.as_ptr(),
            event: pointer(event.as_ref()),
            accept: pointer(accept.as_ref()),
            headers: headers.as_ptr(),
        };
        let mut id = 0;
        // SAFETY: the texts live until the call has copied them.
        check(unsafe { c::microsip_subscription_add(self.0, account, &raw const subscription, &raw mut id) })
            .map(|()| id)
    }

    /// Takes it back, or gives the slot of one that has ended back. One that is gone is no failure.
    pub(crate) fn unsubscribe(self, subscription: Id) {
        c::microsip_subscription_remove(self.0, subscription);
    }

    /// A subscription in numbers; none: it is not there any more.
    pub(crate) fn watching(self, subscription: Id) -> Option<Watching> {
        // SAFETY: all-zero is a valid microsip_subscription_info.
        let mut info: c::microsip_subscription_info = unsafe { std::mem::zeroed() };
        info.size = size_of::<c::microsip_subscription_info>() as u32;
        // SAFETY: `info` is ours, with its size set.
        let code = unsafe { c::microsip_subscription_info_get(self.0, subscription, &raw mut info) };
        (code == c::MICROSIP_OK).then_some(Watching {
            state: info.state,
            lamp: info.lamp,
            value: info.value,
            left_out: info.left_out,
            sip_code: info.sip_code,
            result: info.result,
            cause: info.cause,
            notified: info.notified_us != u64::MAX,
            list: info.list != 0,
            unread: info.unread,
        })
    }

    /// All that it was told of.
    pub(crate) fn entries(self, subscription: Id) -> Vec<Entry> {
        (0..).map_while(|index| self.entry(subscription, index)).collect()
    }

    fn entry(self, subscription: Id, index: u32) -> Option<Entry> {
        let text = |which| self.text_of(subscription, which, index);
        // SAFETY: the struct is ours, with its size set.
        let entry = read(|out| unsafe { c::microsip_subscription_entry_get(self.0, subscription, index, out) })?;
        Some(Entry {
            uri: text(c::MICROSIP_TXT_ENTRY_URI),
            name: text(c::MICROSIP_TXT_ENTRY_NAME),
            note: text(c::MICROSIP_TXT_NOTE),
            replaces: text(c::MICROSIP_TXT_REPLACES),
            of: text(c::MICROSIP_TXT_ENTRY_RESOURCE),
            reason: text(c::MICROSIP_TXT_ENTRY_REASON),
            ..entry
        })
    }

    /// The mailbox of an account, as its server describes it: its lamp and number, its classes, and its address.
    pub(crate) fn mailbox(self, account: Id) -> (Watching, Vec<Entry>, String) {
        // SAFETY: all-zero is a valid microsip_account_info.
        let mut info: c::microsip_account_info = unsafe { std::mem::zeroed() };
        info.size = size_of::<c::microsip_account_info>() as u32;
        // SAFETY: `info` is ours, with its size set.
        let _ = unsafe { c::microsip_account_info_get(self.0, account, &raw mut info) };
        // SAFETY: the struct is ours, with its size set.
        let class = |index| read(|out| unsafe { c::microsip_account_mailbox_get(self.0, account, index, out) });
        let told = Watching { lamp: info.mailbox, value: info.new_messages, ..Watching::default() };
        (told, (0..).map_while(class).collect(), self.text_of(account, c::MICROSIP_TXT_MAILBOX, 0))
    }
}

/// The numbers of an entry, which a function fills; none: there is no such entry.
fn read(fill: impl FnOnce(*mut c::microsip_entry) -> i32) -> Option<Entry> {
    // SAFETY: all-zero is a valid microsip_entry.
    let mut entry: c::microsip_entry = unsafe { std::mem::zeroed() };
    entry.size = size_of::<c::microsip_entry>() as u32;
    (fill(&raw mut entry) == c::MICROSIP_OK).then(|| Entry {
        lamp: entry.lamp,
        activity: entry.activity,
        called: entry.called != 0,
        message_class: entry.message_class,
        resource: entry.resource,
        messages: [entry.new_messages, entry.old_messages, entry.new_urgent, entry.old_urgent],
        ..Entry::default()
    })
}
