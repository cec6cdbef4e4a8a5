//! Events, read out of the header's struct.

use crate::abi as c;
use crate::digits::DigitsBy;
use crate::phone::Id;

/// A call's states, as the header numbers them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum CallState {
    Calling,
    Incoming,
    Early,
    Connected,
    Ended,
    Unknown,
}

/// An account's states, as the header numbers them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum AccountState {
    Unregistered,
    Registering,
    Registered,
    Failed,
    Unknown,
}

/// A transfer's states, as the header numbers them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum TransferState {
    Pending,
    Trying,
    Ringing,
    Done,
    Failed,
    Unknown,
}

/// An event's type and values. Types that this program does not know are `Other`, to be ignored.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Happened {
    Call {
        state: CallState,
        sip_code: u32,
        result: i32,
    },
    Account {
        state: AccountState,
        sip_code: u32,
        result: i32,
    },
    Digit {
        digit: char,
        by: Option<DigitsBy>,
        /// 0: not known.
        ms: u32,
    },
    /// Its key is held.
    DigitBegun {
        digit: char,
        by: Option<DigitsBy>,
    },
    /// One of ours has left, and `left` of its kind wait.
    DigitSent {
        digit: char,
        by: Option<DigitsBy>,
        left: u32,
    },
    DigitsSent {
        sip_code: u32,
        result: i32,
    },
    Played(i32),
    /// The far end is another, or has another name.
    Identity,
    /// A challenge got no credentials, or they were refused.
    Challenge(i32),
    RecordFailed(i32),
    /// The far end has sent nothing for too long.
    Silent,
    /// The media changed, or the far end sends again: a set of MICROSIP_MEDIA_*.
    Media(u32),
    /// The far end does not agree to our hold, or to its end.
    HoldFailed {
        sip_code: u32,
        result: i32,
    },
    /// The media was offered anew, or the far end does not agree to it.
    Reoffered {
        sip_code: u32,
        result: i32,
    },
    /// The far end has our new identity, or does not take it.
    Identified {
        sip_code: u32,
        result: i32,
    },
    /// A transfer of ours goes on.
    Transfer {
        state: TransferState,
        sip_code: u32,
        result: i32,
    },
    /// It is over.
    Transferred {
        sip_code: u32,
        result: i32,
    },
    /// The far end wants us to call somebody else: `refer` waits for an answer, or has got one without us.
    Refer {
        refer: Id,
        waits: bool,
        sip_code: u32,
    },
    Device {
        which: u32,
        result: i32,
    },
    /// The machine's addresses changed: their number now, and whether one reaches other machines.
    Network {
        addresses: u32,
        result: i32,
    },
    Lost(u32),
    /// A call, or MICROSIP_SELF, joined a conference, or left it.
    Member {
        conference: Id,
        member: Id,
        joined: bool,
    },
    /// It talks there; 0: nobody does.
    Talker {
        conference: Id,
        member: Id,
    },
    /// A request left by UDP that is too long for it.
    Datagram {
        bytes: u32,
    },
    /// A message came, or nobody answered it in time: MICROSIP_UNREAD to MICROSIP_OVER.
    Message {
        state: u32,
    },
    /// A far end writes, or does not any more.
    Composing {
        active: bool,
    },
    /// A notice of a message of ours: MICROSIP_NOTICE_*.
    Delivery {
        state: u32,
    },
    /// A message of ours has its final response, or came to nothing.
    Sent {
        sip_code: u32,
        result: i32,
    },
    /// A subscription has another state: MICROSIP_SUB_*.
    Subscription {
        state: u32,
    },
    /// A watcher came, or does not watch any more: MICROSIP_SUB_*, and MICROSIP_PRESENCE to MICROSIP_MESSAGE_SUMMARY.
    Watcher {
        state: u32,
        package: u32,
        result: i32,
    },
    /// The state that it watches has changed.
    Notified,
    /// The publication of the account's presence has another state, or has failed once more: MICROSIP_SUB_*.
    Publication {
        state: u32,
        sip_code: u32,
        result: i32,
    },
    /// The command that published it has its end.
    Published {
        sip_code: u32,
        result: i32,
    },
    /// The account's mailbox has changed, as its server says by itself.
    Mailbox,
    /// The account's server wants its settings to be read again; and the phone to begin anew, or not, where it says so.
    CheckSync {
        reboot: Option<bool>,
    },
    /// A call for help left without the document that says where the caller is.
    LocationLeft {
        bytes: u32,
    },
    Closed,
    Poisoned,
    Other,
}

/// An event and the objects it names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Event {
    pub(crate) what: Happened,
    pub(crate) object: Id,
    /// The same, where it is a call, or that of a REFER; else 0.
    pub(crate) call: Id,
    /// The command that it ends.
    pub(crate) token: u64,
}

impl Event {
    pub(crate) fn read(event: &c::microsip_event) -> Self {
        let what = match event.r#type {
            c::MICROSIP_EV_CALL => {
                Happened::Call { state: CallState::read(event.state), sip_code: event.sip_code, result: event.result }
            }
            c::MICROSIP_EV_ACCOUNT => Happened::Account {
                state: AccountState::read(event.state),
                sip_code: event.sip_code,
                result: event.result,
            },
            c::MICROSIP_EV_DIGIT => Happened::Digit {
                digit: char::from_u32(event.value).unwrap_or('?'),
                by: DigitsBy::read(event.state),
                ms: event.reached,
            },
            c::MICROSIP_EV_DIGIT_BEGUN => Happened::DigitBegun {
                digit: char::from_u32(event.value).unwrap_or('?'),
                by: DigitsBy::read(event.state),
            },
            c::MICROSIP_EV_DIGIT_SENT => Happened::DigitSent {
                digit: char::from_u32(event.value).unwrap_or('?'),
                by: DigitsBy::read(event.state),
                left: event.reached,
            },
            c::MICROSIP_EV_DONE if event.op == c::MICROSIP_OP_DIGITS => {
                Happened::DigitsSent { sip_code: event.sip_code, result: event.result }
            }
            c::MICROSIP_EV_DONE if event.op == c::MICROSIP_OP_SEND => {
                Happened::Sent { sip_code: event.sip_code, result: event.result }
            }
            c::MICROSIP_EV_DONE if event.op == c::MICROSIP_OP_PUBLISH => {
                Happened::Published { sip_code: event.sip_code, result: event.result }
            }
            // one that its call's end stopped is not printed
            c::MICROSIP_EV_DONE if event.result == c::MICROSIP_E_CANCELLED => Happened::Other,
            c::MICROSIP_EV_DONE if event.op == c::MICROSIP_OP_PLAY => Happened::Played(event.result),
            c::MICROSIP_EV_DONE if event.op == c::MICROSIP_OP_RECORD => Happened::RecordFailed(event.result),
            c::MICROSIP_EV_DONE if event.op == c::MICROSIP_OP_HOLD && event.result != c::MICROSIP_OK => {
                Happened::HoldFailed { sip_code: event.sip_code, result: event.result }
            }
            c::MICROSIP_EV_DONE if event.op == c::MICROSIP_OP_REOFFER => {
                Happened::Reoffered { sip_code: event.sip_code, result: event.result }
            }
            c::MICROSIP_EV_DONE if event.op == c::MICROSIP_OP_IDENTIFY => {
                Happened::Identified { sip_code: event.sip_code, result: event.result }
            }
            c::MICROSIP_EV_DONE if event.op == c::MICROSIP_OP_TRANSFER => {
                Happened::Transferred { sip_code: event.sip_code, result: event.result }
            }
            c::MICROSIP_EV_TRANSFER => Happened::Transfer {
                state: TransferState::read(event.state),
                sip_code: event.sip_code,
                result: event.result,
            },
            c::MICROSIP_EV_REFER => Happened::Refer {
                refer: event.object,
                waits: event.state == c::MICROSIP_UNREAD,
                sip_code: event.sip_code,
            },
            c::MICROSIP_EV_MEDIA if event.result == c::MICROSIP_E_MEDIA_LOST => Happened::Silent,
            c::MICROSIP_EV_MEDIA if event.result == c::MICROSIP_OK => Happened::Media(event.value),
            c::MICROSIP_EV_IDENTITY => Happened::Identity,
            c::MICROSIP_EV_MEMBER => {
                Happened::Member { conference: event.object, member: event.other, joined: event.state != 0 }
            }
            c::MICROSIP_EV_TALKER => Happened::Talker { conference: event.object, member: event.other },
            c::MICROSIP_EV_LOCATION => Happened::LocationLeft { bytes: event.value },
            c::MICROSIP_EV_DATAGRAM => Happened::Datagram { bytes: event.value },
            c::MICROSIP_EV_DEVICE => Happened::Device { which: event.value, result: event.result },
            c::MICROSIP_EV_NETWORK => Happened::Network { addresses: event.value, result: event.result },
            c::MICROSIP_EV_LOST => Happened::Lost(event.value),
            c::MICROSIP_EV_CHALLENGE => Happened::Challenge(event.result),
            c::MICROSIP_EV_MESSAGE => Happened::Message { state: event.state },
            c::MICROSIP_EV_COMPOSING => Happened::Composing { active: event.state == c::MICROSIP_COMPOSING_ACTIVE },
            c::MICROSIP_EV_DELIVERY => Happened::Delivery { state: event.state },
            c::MICROSIP_EV_SUBSCRIPTION => Happened::Subscription { state: event.state },
            c::MICROSIP_EV_WATCHER => {
                Happened::Watcher { state: event.state, package: event.value, result: event.result }
            }
            c::MICROSIP_EV_NOTIFY => Happened::Notified,
            c::MICROSIP_EV_MAILBOX => Happened::Mailbox,
            c::MICROSIP_EV_PUBLICATION => {
                Happened::Publication { state: event.state, sip_code: event.sip_code, result: event.result }
            }
            c::MICROSIP_EV_CHECK_SYNC => Happened::CheckSync {
                reboot: match event.value {
                    c::MICROSIP_ON => Some(true),
                    c::MICROSIP_OFF => Some(false),
                    _ => None,
                },
            },
            c::MICROSIP_EV_CLOSED => Happened::Closed,
            c::MICROSIP_EV_POISONED => Happened::Poisoned,
            _ => Happened::Other,
        };
        // a REFER belongs to a call
        let of = if event.r#type == c::MICROSIP_EV_REFER { event.owner } else { event.object };
        Self {
            what,
            object: event.object,
            call: if of >> 48 == u64::from(c::MICROSIP_KIND_CALL) { of } else { 0 },
            token: event.token,
        }
    }
}

impl CallState {
    fn read(state: u32) -> Self {
        match state {
            c::MICROSIP_CALLING => Self::Calling,
            c::MICROSIP_INCOMING => Self::Incoming,
            c::MICROSIP_EARLY => Self::Early,
            c::MICROSIP_CONNECTED => Self::Connected,
            c::MICROSIP_ENDED => Self::Ended,
            _ => Self::Unknown,
        }
    }
}

impl TransferState {
    /// For JSON.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Trying => "trying",
            Self::Ringing => "ringing",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }

    fn read(state: u32) -> Self {
        match state {
            c::MICROSIP_TRANSFER_PENDING => Self::Pending,
            c::MICROSIP_TRANSFER_TRYING => Self::Trying,
            c::MICROSIP_TRANSFER_RINGING => Self::Ringing,
            c::MICROSIP_TRANSFER_DONE => Self::Done,
            c::MICROSIP_TRANSFER_FAILED => Self::Failed,
            _ => Self::Unknown,
        }
    }
}

impl AccountState {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Unregistered => "unregistered",
            Self::Registering => "registering",
            Self::Registered => "registered",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }

    fn read(state: u32) -> Self {
        match state {
            c::MICROSIP_UNREGISTERED => Self::Unregistered,
            c::MICROSIP_REGISTERING => Self::Registering,
            c::MICROSIP_REGISTERED => Self::Registered,
            c::MICROSIP_REG_FAILED => Self::Failed,
            _ => Self::Unknown,
        }
    }
}
