//! Events as tests compare them: flat, as the C ABI has them.

use microsip_core::base::time::Instant;
use microsip_core::phone::{
    self, AccountId, AccountState, CallId, CallState, Cause, ConferenceId, EndCause, EndedBy, Event, Member, MessageId,
    Op, SubscriptionId, WatcherId,
};

/// The kind of an event.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum EventKind {
    /// A call changed its state.
    Call,
    /// An account changed its state.
    Account,
    /// A digit has begun.
    DigitBegun,
    /// A digit was received.
    Digit,
    /// A digit has left.
    DigitSent,
    /// A command ended.
    Done,
    /// A call's media changed, or could not be.
    Media,
    /// A request left by a datagram that is too long.
    Datagram,
    /// A challenge got no credentials.
    Challenge,
    /// A member joined a conference (state 1), or left it.
    Member,
    /// Another member talks in a conference.
    Talker,
    /// The far end of a call is another, or has another name.
    Identity,
    /// A call for help left without its document.
    LocationLeft,
    /// A message came, or was not answered.
    Message,
    /// A message of ours ended.
    Sent,
    /// A far end writes (state 1), or does not any more (2).
    Composing,
    /// A notice of what became of a message of ours.
    Delivery,
    /// A REFER came, or was answered without the application.
    Refer,
    /// A transfer of ours goes on.
    Transfer,
    /// A subscription of ours changed its state.
    Subscription,
    /// A watcher came, was let in, or watches no more.
    Watcher,
    /// A watched state changed.
    Notify,
    /// An account's mailbox changed.
    Mailbox,
    /// The publication of an account's presence changed its state.
    Publication,
    /// An account's settings are to be read again.
    CheckSync,
    /// Objects gave way.
    Lost,
}

/// An event.
#[derive(Clone, Copy, Debug)]
pub struct Told {
    /// Its kind.
    pub kind: EventKind,
    /// Its account.
    pub account: AccountId,
    /// Its call.
    pub call: CallId,
    /// Its conference.
    pub conference: ConferenceId,
    /// Its subscription.
    pub subscription: SubscriptionId,
    /// Its watcher.
    pub watcher: WatcherId,
    /// Its message.
    pub message: MessageId,
    /// A member of it.
    pub member: Option<Member>,
    /// The application's number.
    pub tag: u64,
    /// The token of a command.
    pub token: u64,
    /// The command.
    pub op: Option<Op>,
    /// Its time.
    pub at: Instant,
    /// The time of its fetch.
    pub fetched: Instant,
    /// State of a call or account.
    pub state: u32,
    /// The states reached.
    pub reached: u32,
    /// The SIP status.
    pub sip_code: u16,
    /// The result.
    pub result: Cause,
    /// The cause of a call's end.
    pub cause: EndCause,
    /// The side that ended it.
    pub ended_by: EndedBy,
    /// A digit, bits, or a number.
    pub value: u32,
}

impl Told {
    /// Flattens an event that is fetched now.
    pub fn new(event: &Event, fetched: Instant) -> Self {
        let blank = Self {
            kind: EventKind::Challenge,
            account: event.account,
            call: event.call,
            conference: ConferenceId::NONE,
            subscription: SubscriptionId::NONE,
            watcher: WatcherId::NONE,
            message: MessageId::NONE,
            member: None,
            tag: event.tag,
            token: 0,
            op: None,
            at: event.at,
            fetched,
            state: 0,
            reached: 0,
            sip_code: 0,
            result: Cause::Normal,
            cause: EndCause::None,
            ended_by: EndedBy::Nobody,
            value: 0,
        };
        match event.kind {
            phone::EventKind::Call { state, reached, sip_code, result, cause, ended_by, rule, alert } => {
                let value = rule.map_or(alert.0, |rule| rule as u32);
                let kind = EventKind::Call;
                Self { kind, state: state as u32, reached, sip_code, result, cause, ended_by, value, ..blank }
            }
            phone::EventKind::Account { state, reached, sip_code, result } => {
                Self { kind: EventKind::Account, state: state as u32, reached, sip_code, result, ..blank }
            }
            phone::EventKind::DigitBegun { digit, method } => {
                Self { kind: EventKind::DigitBegun, value: u32::from(digit), state: method as u32, ..blank }
            }
            phone::EventKind::Digit { digit, ms, method } => Self {
                kind: EventKind::Digit,
                value: u32::from(digit),
                state: method as u32,
                reached: u32::from(ms),
                ..blank
            },
            phone::EventKind::DigitSent { digit, method, left } => Self {
                kind: EventKind::DigitSent,
                value: u32::from(digit),
                state: method as u32,
                reached: u32::from(left),
                ..blank
            },
            phone::EventKind::Done { op, token, sip_code, result, ended_by, conference } => {
                Self { kind: EventKind::Done, op: Some(op), token, sip_code, result, ended_by, conference, ..blank }
            }
            phone::EventKind::Media { media, result, sip_code } => {
                Self { kind: EventKind::Media, value: media, result, sip_code, ..blank }
            }
            phone::EventKind::Member { conference, member, joined } => {
                Self { kind: EventKind::Member, conference, member: Some(member), state: joined.into(), ..blank }
            }
            phone::EventKind::Identity => Self { kind: EventKind::Identity, ..blank },
            phone::EventKind::LocationLeft { bytes } => {
                Self { kind: EventKind::LocationLeft, value: u32::from(bytes), ..blank }
            }
            phone::EventKind::Datagram { bytes } => {
                Self { kind: EventKind::Datagram, value: u32::from(bytes), ..blank }
            }
            phone::EventKind::Talker { conference, talker } => {
                Self { kind: EventKind::Talker, conference, member: talker, ..blank }
            }
            phone::EventKind::Message { message, state, sip_code, result } => {
                Self { kind: EventKind::Message, message, state: state as u32, sip_code, result, ..blank }
            }
            phone::EventKind::Composing { message, active } => {
                Self { kind: EventKind::Composing, message, state: if active { 1 } else { 2 }, ..blank }
            }
            phone::EventKind::Delivery { message, disposition } => {
                Self { kind: EventKind::Delivery, message, state: disposition as u32, ..blank }
            }
            phone::EventKind::Refer { message, state, sip_code, result } => {
                Self { kind: EventKind::Refer, message, state: state as u32, sip_code, result, ..blank }
            }
            phone::EventKind::Transfer { state, sip_code, result, token } => {
                Self { kind: EventKind::Transfer, state: state as u32, sip_code, result, token, ..blank }
            }
            phone::EventKind::Sent { message, token, sip_code, result } => {
                Self { kind: EventKind::Sent, message, token, sip_code, result, ..blank }
            }
            phone::EventKind::Subscription { subscription, state, sip_code, result } => {
                Self { kind: EventKind::Subscription, subscription, state: state as u32, sip_code, result, ..blank }
            }
            phone::EventKind::Watcher { watcher, package, state, sip_code, result } => {
                let (kind, value) = (EventKind::Watcher, package as u32);
                Self { kind, watcher, state: state as u32, sip_code, result, value, ..blank }
            }
            phone::EventKind::Notify { subscription, lamp, value } => {
                Self { kind: EventKind::Notify, subscription, state: lamp as u32, value, ..blank }
            }
            phone::EventKind::Publication { state, sip_code, result } => {
                Self { kind: EventKind::Publication, state: state as u32, sip_code, result, ..blank }
            }
            phone::EventKind::Mailbox { lamp, value } => {
                Self { kind: EventKind::Mailbox, state: lamp as u32, value, ..blank }
            }
            phone::EventKind::CheckSync { reboot } => {
                Self { kind: EventKind::CheckSync, value: reboot.map_or(0, |reboot| 1 + u32::from(reboot)), ..blank }
            }
            phone::EventKind::Challenge(result) => Self { result, ..blank },
            phone::EventKind::Lost(count) => Self { kind: EventKind::Lost, value: count, ..blank },
        }
    }

    /// It tells the end of a command that has a token; the steps of a transfer have it, too.
    pub fn ends_command(&self) -> bool {
        self.token > 0 && self.kind != EventKind::Transfer
    }

    /// It is the event of a call with this state.
    pub fn call_is(&self, state: CallState) -> bool {
        self.kind == EventKind::Call && self.state == state as u32
    }

    /// It is the event of an account with this state.
    pub fn account_is(&self, state: AccountState) -> bool {
        self.kind == EventKind::Account && self.state == state as u32
    }
}
