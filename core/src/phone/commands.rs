//! Commands over calls and the whole phone. Commands are the only functions that return errors; a refused one changes
//! nothing.

#[cfg(feature = "tones")]
use super::Lower;
use super::calls::call::Call;
use super::{
    AccountId, CallId, CallInfo, CommandError, Music, NotYet, Phone, PhoneInfo, Side, Source, ToneTarget, Tones,
    TonesInfo,
};
use crate::base::time::Instant;
use crate::media::StreamStats;
#[cfg(doc)]
use crate::media::digits::DigitMethod;
use crate::media::digits::DigitSettings;
#[cfg(feature = "notify")]
use crate::sip::notifier::Ending;

/// Loudest volume in percent.
const LOUDEST: u32 = 400;

/// The longest time of a tone that is played: in samples at 48 kHz it has to be a number of 32 bits, and a day is more
/// than any caller hears.
#[cfg(feature = "tones")]
const TONE_MS: u32 = 86_400_000;

impl Phone<'_> {
    /// The calls, ended ones that were not released among them.
    pub fn calls(&self) -> impl Iterator<Item = CallId> {
        self.calls.handles().map(CallId)
    }

    /// Ends every call: as many at once as [`Phone::handle_timeout`] serves, the others are due at once.
    pub fn hangup_all(&mut self, now: Instant) {
        self.hear(now);
        self.calls.leave_all(&mut self.lower.cx);
        self.handle_timeout(now);
    }

    /// Begins the end: no new calls, BYE or CANCEL for those that are (see [`Phone::hangup_all`]), registrations
    /// withdrawn. [`Phone::is_idle`] is true when it is done.
    pub fn shutdown(&mut self, now: Instant) {
        self.hear(now);
        self.lower.cx.closing = true;
        self.lower.media.tones().close();
        #[cfg(feature = "message")]
        self.messages.leave_all(&mut self.lower, now, None);
        #[cfg(feature = "subscribe")]
        self.subscriptions.leave_all(&mut self.lower, now, None);
        #[cfg(feature = "publish")]
        self.leave_publications(now);
        self.hangup_all(now);
        #[cfg(feature = "notify")]
        self.watchers.leave_all(&mut self.lower, &self.calls, now, (None, Ending::Deactivated));
        for index in 0..self.lower.accounts.capacity() {
            if let Some(handle) = self.lower.accounts.handle_at(index) {
                self.withdraw(now, handle);
            }
        }
    }

    /// [`Phone::shutdown`] was called: nothing begins any more.
    #[must_use]
    pub const fn is_shut_down(&self) -> bool {
        self.lower.cx.closing
    }

    /// Nothing is under way: no request, no unanswered INVITE, nothing to send.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        #[cfg(feature = "message")]
        if self.messages.are_under_way() {
            return false;
        }
        #[cfg(feature = "subscribe")]
        if self.subscriptions.are_leaving() {
            return false;
        }
        #[cfg(feature = "notify")]
        if self.watchers.are_leaving() {
            return false;
        }
        #[cfg(feature = "publish")]
        if self.publications.are_leaving() {
            return false;
        }
        !self.lower.transactions.is_asking()
            && self.lower.cx.owed.is_empty()
            && !self.lower.transactions.owes_reply()
            && self.calls.going_on() == 0
            && !self.lower.transactions.awaits_ack()
            && !self.lower.dialogs.owe_something()
    }

    pub(super) fn call(&self, call: CallId) -> Result<&Call, CommandError> {
        self.calls.get(call.0).ok_or(CommandError::Stale)
    }

    /// Sets the application's own number of an account.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub fn account_set_tag(&mut self, account: AccountId, tag: u64) -> Result<(), CommandError> {
        if self.lower.accounts.set_tag(account.0, tag) { Ok(()) } else { Err(CommandError::Stale) }
    }

    /// Sets the application's own number of a call.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub fn call_set_tag(&mut self, call: CallId, tag: u64) -> Result<(), CommandError> {
        if self.calls.set_tag(call.0, tag) { Ok(()) } else { Err(CommandError::Stale) }
    }

    /// A call whose sound can be changed; no call: all.
    fn sounds(&self, call: CallId) -> Result<(), CommandError> {
        if !call.is_none() && self.call(call)?.is_over() { Err(CommandError::State) } else { Ok(()) }
    }

    /// Chooses the source that a call sends.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::State`] once it has ended.
    pub fn set_source(&mut self, call: CallId, source: Source) -> Result<(), CommandError> {
        self.sounds(call)?;
        if self.lower.media.set_source(call.0, source) { Ok(()) } else { Err(CommandError::Stale) }
    }

    /// Chooses the sound that a call's far end hears while it is on hold; no call: all, and those to come. One that is
    /// on hold hears the change with the next quantum.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::State`] once it has ended; [`CommandError::Unsupported`] without the
    /// feature `reoffer`.
    pub fn set_hold_music(&mut self, call: CallId, music: Music) -> Result<(), CommandError> {
        let _ = music;
        self.sounds(call)?;
        #[cfg(feature = "reoffer")]
        return if self.lower.media.set_music(call.0, music) { Ok(()) } else { Err(CommandError::Stale) };
        #[cfg(not(feature = "reoffer"))]
        Err(CommandError::Unsupported)
    }

    /// Mutes a call's source; no call: all, and those to come.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::State`] once it has ended.
    pub fn set_mute(&mut self, call: CallId, mute: bool) -> Result<(), CommandError> {
        self.sounds(call)?;
        if self.lower.media.mute(call.0, mute) { Ok(()) } else { Err(CommandError::Stale) }
    }

    /// Sets a volume, 0 to 400 percent; no call: all, and those to come.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::State`] once it has ended; [`CommandError::Range`] above 400.
    pub fn set_volume(&mut self, call: CallId, side: Side, percent: u32) -> Result<(), CommandError> {
        if percent > LOUDEST {
            return Err(CommandError::Range);
        }
        self.sounds(call)?;
        if self.lower.media.set_volume(call.0, side, percent as u16) { Ok(()) } else { Err(CommandError::Stale) }
    }

    /// Sends a script of digits: `0-9 * # A-D`; `,` and `p` wait a second, `w` half of one. They go with the settings
    /// of the call, else of its account, else of the phone; as negotiated: RFC 4733, or with the feature `tones` as tones where the far
    /// end takes no events. [`super::EventKind::Done`] with the token follows when they are out, or
    /// ([`super::Cause::State`]) cannot be any more since the call ended, was put on hold, or lost its events and has
    /// no tones. An INFO that is refused ends its script with the status, one without response with its cause.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::State`] without media, or while this side may not send (the far end
    /// holds the call): what the digits were to answer is over by then, so they are not kept. INFO goes all the same.
    /// [`CommandError::Unsupported`] where the far end cannot hear them by this method, or this core is built without
    /// it; [`CommandError::Range`] for another character (then none is sent); [`CommandError::Full`] when the queue
    /// cannot take them all (then none is sent), or the end of one more command could not be kept.
    pub fn send_digits(&mut self, now: Instant, call: CallId, digits: &str, token: u64) -> Result<(), CommandError> {
        self.hear(now);
        self.calls.send_digits(&mut self.lower, call.0, digits, DigitSettings::NONE, token)
    }

    /// The same with settings of this command's own, which go before the call's. [`DigitMethod::Auto`] is as negotiated:
    /// events where they were agreed on, else what the account's method says, else tones.
    ///
    /// # Errors
    /// As [`Phone::send_digits`]; [`CommandError::Range`] for settings out of their ranges, too. Without the feature `info`
    /// there are none to give.
    pub fn send_digits_by(
        &mut self,
        now: Instant,
        call: CallId,
        digits: &str,
        settings: DigitSettings,
        token: u64,
    ) -> Result<(), CommandError> {
        self.hear(now);
        self.calls.send_digits(&mut self.lower, call.0, digits, settings, token)
    }

    /// Holds a key: its digit, behind those that wait, lasts until [`Phone::release_digit`]. Events go in segments
    /// where they have to (rfc4733#2.5.1.3). By INFO it leaves when it is let go, with its length. A key that nobody lets
    /// go is let go after ten minutes, by INFO after one. It keeps the settings that it was pressed with.
    ///
    /// # Errors
    /// As [`Phone::send_digits_by`]; [`CommandError::Full`] while another key is held, too;
    /// [`CommandError::Unsupported`] without the feature `info`.
    pub fn press_digit(
        &mut self,
        now: Instant,
        call: CallId,
        digit: u8,
        settings: DigitSettings,
        token: u64,
    ) -> Result<(), CommandError> {
        self.hear(now);
        #[cfg(feature = "info")]
        return self.calls.press_digit(&mut self.lower, call.0, digit, settings, token);
        #[cfg(not(feature = "info"))]
        {
            let _ = (digit, settings, token);
            self.call(call)?;
            Err(CommandError::Unsupported)
        }
    }

    /// Lets the key go that is held: its digit ends, after 40 ms at the earliest; one whose turn has not come gets the
    /// length that it was pressed with.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Nothing`] when none is held; [`CommandError::Unsupported`] without the
    /// feature `info`.
    pub fn release_digit(&mut self, now: Instant, call: CallId) -> Result<(), CommandError> {
        self.hear(now);
        #[cfg(feature = "info")]
        return self.calls.release_digit(&mut self.lower, call.0);
        #[cfg(not(feature = "info"))]
        {
            self.call(call)?;
            Err(CommandError::Unsupported)
        }
    }

    /// Changes the settings of a call's digits, which go before its account's, for those that are not queued yet; what is
    /// not given stays as it is.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Range`]; [`CommandError::Unsupported`] without the feature `info`.
    pub fn call_set_digits(&mut self, call: CallId, settings: DigitSettings) -> Result<(), CommandError> {
        #[cfg(feature = "info")]
        return self.calls.set_digits(call.0, settings);
        #[cfg(not(feature = "info"))]
        {
            let _ = settings;
            self.call(call)?;
            Err(CommandError::Unsupported)
        }
    }

    /// Changes the tones that the phone plays by itself. A tone that sounds goes on as it is.
    ///
    /// # Errors
    /// [`CommandError::Unsupported`] without the feature `tones`; [`CommandError::Nothing`] when the country is not in
    /// [`crate::media::tones::country::Country::all`]; [`CommandError::Range`] for an unknown bit, or more than a
    /// minute. Nothing changes then.
    pub fn set_tones(&mut self, change: &Tones<'_>) -> Result<(), CommandError> {
        self.lower.media.set_tones(change)
    }

    /// The tones that the phone plays by itself.
    #[must_use]
    pub const fn tones(&self) -> TonesInfo {
        self.lower.media.tones_info()
    }

    /// Plays a tone of the country to the person at the phone, in place of one that this has begun already: one of
    /// [`TONE_DIAL`](crate::phone::tone::TONE_DIAL) to [`TONE_BEEP`](crate::phone::tone::TONE_BEEP). The beep ends by
    /// itself, another with [`Phone::stop_tone`]. The ring is heard on the ring device, the others in the device's sound,
    /// before those that the phone plays by itself. None is sent.
    ///
    /// # Errors
    /// [`CommandError::Range`] for another number; [`CommandError::State`] once the phone was shut down;
    /// [`CommandError::Unsupported`] without the feature `tones`.
    pub fn start_tone(&mut self, now: Instant, tone: u32) -> Result<(), CommandError> {
        self.hear(now);
        self.lower.media.tones().start(tone)
    }

    /// Ends the tone of [`Phone::start_tone`]: it fades.
    ///
    /// # Errors
    /// [`CommandError::Nothing`] when none plays.
    pub fn stop_tone(&mut self, now: Instant) -> Result<(), CommandError> {
        self.hear(now);
        if self.lower.media.tones().stop() { Ok(()) } else { Err(CommandError::Nothing) }
    }

    /// Plays a tone of the country into a call or to all members of a conference, in place of one that plays there: one of
    /// `TONE_*` but the ring, or the ASCII code of a key, for its pair. It lies over the sound of the call's source and of
    /// [`super::Patch`], both of which go on, so mute and volume are for it too. `ms`: it is over then; 0: it goes on until
    /// [`Phone::stop_played_tone`], but for the beep. It begins with the call's media, and waits while the far end holds us, for
    /// nobody would hear it; in a conference it goes on while a call is a member. [`super::EventKind::Done`] with the token follows at its end;
    /// [`super::Cause::Cancelled`]: it was stopped, replaced, its call or conference is over, or the last call has left it.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::State`] for a call that has ended, and a conference without a call;
    /// [`CommandError::Range`] for another number, and for more than a day; [`CommandError::Full`]: its end could not be kept; [`CommandError::Unsupported`] without the feature
    /// `tones`.
    pub fn play_tone(
        &mut self,
        now: Instant,
        target: ToneTarget,
        tone: u32,
        ms: u32,
        token: u64,
    ) -> Result<(), CommandError> {
        self.tone_target(target)?;
        self.hear(now);
        #[cfg(feature = "tones")]
        {
            let number = super::media::laid::number_of(tone).filter(|_| ms <= TONE_MS).ok_or(CommandError::Range)?;
            match target {
                ToneTarget::Call(call) => self.calls.play_tone(&mut self.lower, call.0, (number, ms), token),
                ToneTarget::Conference(conference) => {
                    let Lower { media, cx, .. } = &mut self.lower;
                    media.lay_on_all(cx, conference.0, (number, ms), token)
                }
            }
        }
        #[cfg(not(feature = "tones"))]
        {
            let _ = (tone, ms, token);
            Err(CommandError::Unsupported)
        }
    }

    /// Ends the tone that plays there: it fades.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Nothing`] when none plays.
    pub fn stop_played_tone(&mut self, now: Instant, target: ToneTarget) -> Result<(), CommandError> {
        self.tone_target(target)?;
        self.hear(now);
        #[cfg(feature = "tones")]
        let played = match target {
            ToneTarget::Call(call) => self.calls.stop_tone(&mut self.lower, call.0),
            ToneTarget::Conference(conference) => {
                let Lower { media, cx, .. } = &mut self.lower;
                media.lift_from_all(cx, conference.0)
            }
        };
        #[cfg(not(feature = "tones"))]
        let played = false;
        if played { Ok(()) } else { Err(CommandError::Nothing) }
    }

    /// It is there.
    fn tone_target(&self, target: ToneTarget) -> Result<(), CommandError> {
        match target {
            ToneTarget::Call(call) => self.call(call).map(|_| ()),
            ToneTarget::Conference(conference) => self.conference(conference),
        }
    }

    /// The nth country of [`Tones::country`], in order; `None`: there are not so many, or it is without the feature
    /// `tones`.
    #[must_use]
    pub fn tones_country(&self, nth: usize) -> Option<&'static str> {
        super::media::tones::country(nth)
    }

    /// A call, in numbers.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub fn call_info(&self, call: CallId) -> Result<CallInfo, CommandError> {
        self.calls.info(&self.lower, call)
    }

    /// The reason for which a call that is not up takes no offer of ours; `offers` false: no other identity, which needs
    /// less. `None`: it takes one, or one of its turn comes; and of a call that is not there.
    #[must_use]
    pub fn call_not_yet(&self, call: CallId, offers: bool) -> Option<NotYet> {
        #[cfg(feature = "reliable")]
        return self.calls.not_yet(&self.lower, call.0, offers);
        #[cfg(not(feature = "reliable"))]
        {
            let _ = offers;
            self.call(call).ok().filter(|call| !call.is_up()).map(|_| NotYet::Built)
        }
    }

    /// The phone, in numbers.
    #[must_use]
    pub fn info(&self) -> PhoneInfo {
        PhoneInfo {
            calls: self.calls.used(),
            ended: self.calls.ended(),
            accounts: self.accounts().count(),
            calls_possible: self.calls.possible(),
            muted: self.lower.media.muted(),
            volume_in: self.lower.media.volume(Side::Input),
            volume_out: self.lower.media.volume(Side::Output),
        }
    }

    /// The statistics of a call's media.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub fn call_stats(&self, now: Instant, call: CallId) -> Result<StreamStats, CommandError> {
        self.lower.media.stats(now, call.0).ok_or(CommandError::Stale)
    }

    /// The quality of a call's seconds: MOS by the E-model in hundredths, 0 for seconds in which nothing was to be
    /// heard; the oldest first, and the seconds that each value stands for.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub fn call_quality(&self, call: CallId) -> Result<(&[u16], u32), CommandError> {
        self.lower.media.quality(call.0).ok_or(CommandError::Stale)
    }
}
