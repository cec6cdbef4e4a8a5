//! A message: between its command, or its arrival, and its release, or the need for its slot.

#[cfg(feature = "imdn")]
use super::status::Status;
use crate::base::slots::Handle;
use crate::base::text::Span;
use crate::base::time::Instant;
use crate::phone::Cause;
use crate::phone::MessageState;

/// [`Message::pending`]: it came, or the far end was refused since nobody answered it.
pub(super) const PENDING_NEWS: u8 = 1;
/// [`Message::pending`]: one of ours has ended.
pub(super) const PENDING_END: u8 = 2;
/// [`Message::pending`]: notices of one of ours came.
#[cfg(feature = "imdn")]
pub(super) const PENDING_NOTICE: u8 = 4;

/// The parts of a message of ours, in its block.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Parts {
    /// The URI that it goes to.
    pub(super) target: Span,
    /// Header lines of the application's.
    pub(super) lines: Span,
    pub(super) content_type: Span,
    pub(super) body: Span,
}

impl Parts {
    /// Their bytes, which stand one behind the other.
    pub(super) const fn len(&self) -> usize {
        self.target.len() + self.lines.len() + self.content_type.len() + self.body.len()
    }
}

/// A message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Message {
    pub(super) state: MessageState,
    pub(super) incoming: bool,
    /// It is a REFER.
    #[cfg(feature = "refer")]
    pub(super) refer: bool,
    /// It is an INFO.
    #[cfg(feature = "info")]
    pub(super) info: bool,
    /// It is direct, came, and may not give way: it stands under its source.
    pub(super) counted: bool,
    /// Its account; none: it is direct.
    pub(super) account: Handle,
    /// The call that it belongs to; none: it is in no dialog.
    pub(super) call: Handle,
    /// The leg that it leaves by: its own, from its turn on, or its call's dialog.
    pub(super) dialog: Handle,
    /// Our request, while it runs.
    pub(super) request: Handle,
    /// Their request, while it owes its response.
    pub(super) server: Handle,
    /// The one to the same far end that waits for the end of this one.
    pub(super) next: Handle,
    /// A hash of its far end: those with the same one leave one after the other.
    pub(super) peer: u64,
    pub(super) tag: u64,
    pub(super) token: u64,
    /// The time of its arrival or command.
    pub(super) began: Instant,
    /// The time of its end, or of its last news.
    pub(super) changed: Instant,
    /// The end of the patience with the application, or the time of the next try to find a slot.
    pub(super) due: Instant,
    pub(super) pending: u8,
    pub(super) sip_code: u16,
    pub(super) result: Cause,
    /// Of one that came: its bytes. Of one of ours: those of its response's head, behind its parts.
    pub(super) len: u16,
    /// Of one of ours.
    pub(super) parts: Parts,
    /// It says that a message is being written, or what became of one; or that is asked of it.
    #[cfg(feature = "imdn")]
    pub(super) status: Status,
}

impl Message {
    /// A free slot's content, and that of one which is being made.
    pub(super) const EMPTY: Self = Self {
        state: MessageState::Queued,
        incoming: false,
        #[cfg(feature = "refer")]
        refer: false,
        #[cfg(feature = "info")]
        info: false,
        counted: false,
        account: Handle::NONE,
        call: Handle::NONE,
        dialog: Handle::NONE,
        request: Handle::NONE,
        server: Handle::NONE,
        next: Handle::NONE,
        peer: 0,
        tag: 0,
        token: 0,
        began: Instant::ZERO,
        changed: Instant::ZERO,
        due: Instant::NEVER,
        pending: 0,
        sip_code: 0,
        result: Cause::Normal,
        len: 0,
        parts: Parts { target: Span::EMPTY, lines: Span::EMPTY, content_type: Span::EMPTY, body: Span::EMPTY },
        #[cfg(feature = "imdn")]
        status: Status::NONE,
    };

    /// It waits for a response: ours for theirs, theirs for ours.
    pub(super) const fn is_under_way(&self) -> bool {
        matches!(self.state, MessageState::Unread | MessageState::Queued | MessageState::Sending)
    }

    /// It is a REFER.
    pub(super) const fn is_refer(&self) -> bool {
        #[cfg(feature = "refer")]
        return self.refer;
        #[cfg(not(feature = "refer"))]
        false
    }

    /// It is an INFO.
    pub(super) const fn is_info(&self) -> bool {
        #[cfg(feature = "info")]
        return self.info;
        #[cfg(not(feature = "info"))]
        false
    }

    /// The refusal of one that nobody answered, or that found no room. rfc5057#5.1: a 480 would be about the call that an
    /// INFO is of.
    pub(super) const fn unread(&self) -> u16 {
        if self.is_info() { 500 } else { 480 }
    }

    /// The success of one that is kept before anybody has read it: rfc3428#7, and rfc6086#4.2.2 for an INFO.
    pub(super) const fn kept(&self) -> u16 {
        if self.is_info() { 200 } else { 202 }
    }

    /// It is one of ours, and its end was not fetched.
    pub(super) const fn owes_end(&self) -> bool {
        self.pending & PENDING_END != 0
    }

    /// It may give way: it is over, the application knows, and nobody was told that it is kept.
    pub(super) const fn may_go(&self) -> bool {
        matches!(self.state, MessageState::Over) && self.pending == 0 && !self.is_active()
    }

    /// It says that a message is being written, and its state is active.
    pub(super) const fn is_active(&self) -> bool {
        #[cfg(feature = "imdn")]
        return self.status.active;
        #[cfg(not(feature = "imdn"))]
        false
    }

    /// It is one of ours that the application did not send: nothing is told of it.
    pub(super) const fn is_quiet(&self) -> bool {
        #[cfg(feature = "imdn")]
        return !self.incoming && !matches!(self.status.kind, super::status::Kind::Text);
        #[cfg(not(feature = "imdn"))]
        false
    }
}
