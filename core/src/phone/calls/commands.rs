//! Commands on a call that has begun, and what is told of it.

use super::Calls;
use crate::base::slots::Handle;
use crate::media::digits::DigitSettings;
#[cfg(feature = "tones")]
use crate::phone::Cause;
use crate::phone::context::Context;
#[cfg(feature = "tones")]
use crate::phone::context::done::Ended;
use crate::phone::event::{MEDIA_HELD, Op};
use crate::phone::media::digits::DigitsBy;
#[cfg(feature = "tones")]
use crate::phone::object::Object;
use crate::phone::{AccountId, CallId, CallInfo, CallState, CommandError, ConferenceId, EndedBy, Lower, Member, Side};

/// A tone that was stopped, or gave way to another.
#[cfg(feature = "tones")]
const CANCELLED: Ended = Ended { result: Cause::Cancelled, sip_code: 0 };

impl Calls<'_> {
    /// A call of this account is up.
    #[cfg(any(feature = "publish", feature = "notify"))]
    pub(in crate::phone) fn has_one_up(&self, account: Handle) -> bool {
        self.slots.iter().any(|(_, call)| call.account == account && call.state == CallState::Connected)
    }

    /// Each slot of a call is in use.
    #[cfg(feature = "publish")]
    pub(in crate::phone) fn are_full(&self) -> bool {
        self.slots.is_full()
    }

    /// Sets the application's own number of a call. False: it is not there.
    pub(in crate::phone) fn set_tag(&mut self, call: Handle, tag: u64) -> bool {
        self.slots.get_mut(call).map(|call| call.tag = tag).is_some()
    }

    /// Every call is to be hung up, each at its deadline, which has come.
    pub(in crate::phone) fn leave_all(&mut self, cx: &mut Context<'_>) {
        for index in 0..self.slots.capacity() as u32 {
            let Some(handle) = self.slots.handle_at(index) else { continue };
            if let Some(call) = self.slots.get_mut(handle).filter(|call| !call.is_over()) {
                call.leaving = true;
                self.wake(cx, handle);
            }
        }
    }

    /// Sends digits; see [`crate::phone::Phone::send_digits`].
    pub(in crate::phone) fn send_digits(
        &mut self,
        lower: &mut Lower<'_>,
        call: Handle,
        digits: &str,
        settings: DigitSettings,
        token: u64,
    ) -> Result<(), CommandError> {
        let by = self.digits_by(lower, call, settings)?;
        self.queue_digits(lower, call, digits, by, token)
    }

    /// A key is held; see [`crate::phone::Phone::press_digit`].
    #[cfg(feature = "info")]
    pub(in crate::phone) fn press_digit(
        &mut self,
        lower: &mut Lower<'_>,
        call: Handle,
        digit: u8,
        settings: DigitSettings,
        token: u64,
    ) -> Result<(), CommandError> {
        let by = DigitsBy { held: true, ..self.digits_by(lower, call, settings)? };
        crate::wire::dtmf::event_of(digit).ok_or(CommandError::Range)?;
        let digit = [digit];
        self.queue_digits(lower, call, core::str::from_utf8(&digit).unwrap_or_default(), by, token)
    }

    /// That key is let go.
    #[cfg(feature = "info")]
    pub(in crate::phone) fn release_digit(&self, lower: &mut Lower<'_>, call: Handle) -> Result<(), CommandError> {
        self.get(call).ok_or(CommandError::Stale)?;
        if lower.media.let_go(call) { Ok(()) } else { Err(CommandError::Nothing) }
    }

    fn queue_digits(
        &mut self,
        lower: &mut Lower<'_>,
        call: Handle,
        digits: &str,
        by: DigitsBy,
        token: u64,
    ) -> Result<(), CommandError> {
        let joins = token == 0 && self.get(call).is_some_and(|call| lower.cx.joins(call.commands, Op::Digits));
        let room = joins || lower.cx.can_begin();
        lower.media.queue_digits(call, digits, by, joins, room)?;
        if joins {
            return Ok(());
        }
        let slot = self.get_mut(call).ok_or(CommandError::Stale)?;
        lower.cx.begin(&mut slot.commands, call, Op::Digits, token)
    }

    /// The settings of a command's digits: its own, else those of the call, of its account, of the phone.
    #[cfg(feature = "info")]
    fn digits_by(&self, lower: &Lower<'_>, call: Handle, own: DigitSettings) -> Result<DigitsBy, CommandError> {
        if !own.are_possible() {
            return Err(CommandError::Range);
        }
        let slot = self.get(call).ok_or(CommandError::Stale)?;
        let account = lower.accounts.digits(&lower.cx, slot.account);
        let settings = own.or(slot.digits).or(account);
        Ok(DigitsBy { settings, account: account.method.unwrap_or_default(), held: false })
    }

    /// The same where there is nothing to choose.
    #[cfg(not(feature = "info"))]
    fn digits_by(&self, _: &Lower<'_>, _: Handle, _: DigitSettings) -> Result<DigitsBy, CommandError> {
        Ok(DigitsBy {})
    }

    /// Changes the settings of a call's digits.
    #[cfg(feature = "info")]
    pub(in crate::phone) fn set_digits(&mut self, call: Handle, settings: DigitSettings) -> Result<(), CommandError> {
        if !settings.are_possible() {
            return Err(CommandError::Range);
        }
        let call = self.slots.get_mut(call).ok_or(CommandError::Stale)?;
        call.digits = settings.or(call.digits);
        Ok(())
    }

    /// Bytes for the texts of an account's rules, or the phone's.
    #[cfg(feature = "rules")]
    pub(in crate::phone) const fn rule_text_room(&self) -> usize {
        self.rules.text_room()
    }

    /// A tone plays to the far end; see [`crate::phone::Phone::play_tone`].
    #[cfg(feature = "tones")]
    pub(in crate::phone) fn play_tone(
        &mut self,
        lower: &mut Lower<'_>,
        call: Handle,
        tone: (u8, u32),
        token: u64,
    ) -> Result<(), CommandError> {
        let slot = self.get_mut(call).ok_or(CommandError::Stale)?;
        if slot.state == CallState::Ended {
            return Err(CommandError::State);
        }
        let first = slot.commands;
        lower.cx.begin(&mut slot.commands, call, Op::Tone, token)?;
        if lower.media.lay(&lower.cx, call, tone) && lower.cx.end(first, Op::Tone, 1, CANCELLED) {
            lower.cx.tell(Object::Call(call.index));
        }
        Ok(())
    }

    /// That tone ends. False: none plays.
    #[cfg(feature = "tones")]
    pub(in crate::phone) fn stop_tone(&self, lower: &mut Lower<'_>, call: Handle) -> bool {
        let played = lower.media.lift(call);
        if played && self.get(call).is_some_and(|slot| lower.cx.end(slot.commands, Op::Tone, 1, CANCELLED)) {
            lower.cx.tell(Object::Call(call.index));
        }
        played
    }

    /// A call, in numbers.
    pub(in crate::phone) fn info(&self, lower: &Lower<'_>, call: CallId) -> Result<CallInfo, CommandError> {
        let slot = self.get(call.0).ok_or(CommandError::Stale)?;
        let line = lower.media.line(call.0).ok_or(CommandError::Stale)?;
        let ways = lower.media.ways(call.0);
        let (session_interval, session_refresher, session_expires) = Self::told_timer(lower, slot.dialog);
        Ok(CallInfo {
            call,
            account: AccountId(slot.account),
            tag: slot.tag,
            state: slot.state,
            incoming: slot.incoming,
            started: slot.started,
            ringing: slot.time(slot.rang),
            connected: slot.time(slot.connected),
            ended: slot.time(slot.ended),
            sip_code: slot.sip_code,
            result: slot.cause,
            cause: slot.end_cause,
            ended_by: if slot.state == CallState::Ended { slot.ended_by } else { EndedBy::Nobody },
            rule: slot.plan.rule(),
            alert: slot.alert(),
            #[cfg(feature = "refer")]
            replaces: CallId(slot.place.old),
            #[cfg(not(feature = "refer"))]
            replaces: CallId::NONE,
            #[cfg(feature = "refer")]
            refer: slot.report.refer,
            #[cfg(not(feature = "refer"))]
            refer: crate::phone::MessageId::NONE,
            source: line.source(),
            music: line.music(),
            conference: ConferenceId(lower.media.conference_of(Member::Call(call))),
            muted: line.muted(),
            held: ways & MEDIA_HELD != 0,
            holding: lower.media.is_holding(call.0),
            media: line.is_running(),
            ways: if line.is_running() { ways } else { 0 },
            volume_in: line.volume(Side::Input),
            volume_out: line.volume(Side::Output),
            session_interval,
            session_refresher,
            session_expires,
        })
    }
}
