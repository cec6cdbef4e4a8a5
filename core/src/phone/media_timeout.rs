//! The time for which a far end may be silent, and the action then.

/// Seconds of silence by default. rfc3550#6.3.5 gives a member up after five intervals of its reports,
/// 25 s and up to 38 s by chance; a peer that neither reports nor sends in silence has a minute.
const USUAL_S: u16 = 60;

/// The limit of silence, neither RTP nor RTCP, of a far end whose call is up and not held. Comfort noise is RTP.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct MediaTimeout {
    /// Seconds since its last packet, else since the call was answered, or resumed. 0: for an account the phone's, for
    /// the phone 60; `u32::MAX`: never. At most 65535.
    pub seconds: u32,
    /// The action then.
    pub lost: WhenLost,
}

/// The action about a far end that has fallen silent.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum WhenLost {
    /// For an account the phone's; for the phone [`WhenLost::End`].
    #[default]
    Inherit,
    /// The call is ended with [`super::Cause::MediaLost`].
    End,
    /// An [`super::EventKind::Media`] with [`super::Cause::MediaLost`] follows; and another, with
    /// [`super::Cause::Normal`], when media comes again.
    Tell,
}

/// The same, resolved.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// 0: no end.
    pub(crate) seconds: u16,
    pub(crate) tells: bool,
}

impl Patience {
    pub(crate) const USUAL: Self = Self { seconds: USUAL_S, tells: false };

    /// Values that are not set are as in `self`.
    pub(crate) fn with(self, said: MediaTimeout) -> Self {
        Self {
            seconds: match said.seconds {
                0 => self.seconds,
                u32::MAX => 0,
                seconds => u16::try_from(seconds).unwrap_or(u16::MAX),
            },
            tells: match said.lost {
                WhenLost::Inherit => self.tells,
                WhenLost::End => false,
                WhenLost::Tell => true,
            },
        }
    }
}
