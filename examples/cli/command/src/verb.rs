//! Commands to a call, from any source.

/// A command to a call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Verb {
    Digit(char),
    /// The next digit is held until another key comes.
    Press,
    Mute,
    Hold,
    Codec,
    /// The far end is told who we are now.
    Identify,
    /// The far end is to call somebody else.
    Transfer,
    Answer,
    Reject,
    Hangup,
    /// Of several calls: the next one is chosen, or the one before.
    Next,
    Previous,
    /// The chosen call joins the others in the conference, or leaves it.
    Join,
    /// The last target is called again.
    Redial,
    /// The calls are listed.
    List,
    /// The keys are told.
    Help,
}

/// The keys, as they are shown to people.
pub(crate) const KEYS: &str = "keys: 0-9 * # A-D digits, + holds the next one until another key, m mute, h hold, c codec, i identity, t transfer, q hang up, ? keys";
/// Those for several calls. `redials`: the command dials the last target again.
pub(crate) const fn keys_of_several(redials: bool) -> &'static str {
    if redials {
        "      n next call, p the one before, d dial again, j join the conference or leave it, l list"
    } else {
        "      n next call, p the one before, j join the conference or leave it, l list"
    }
}
/// The same while a call rings here.
pub(crate) const KEYS_RINGING: &str = "keys: a answer, r reject";

impl Verb {
    fn of_key(key: u8) -> Option<Self> {
        match key {
            b'0'..=b'9' | b'*' | b'#' | b'A'..=b'D' => Some(Self::Digit(char::from(key))),
            b'+' => Some(Self::Press),
            b'm' => Some(Self::Mute),
            b'h' => Some(Self::Hold),
            b'c' => Some(Self::Codec),
            b'i' => Some(Self::Identify),
            b't' => Some(Self::Transfer),
            b'a' => Some(Self::Answer),
            b'r' => Some(Self::Reject),
            b'q' => Some(Self::Hangup),
            b'n' => Some(Self::Next),
            b'p' => Some(Self::Previous),
            b'd' => Some(Self::Redial),
            b'j' => Some(Self::Join),
            b'l' => Some(Self::List),
            b'?' => Some(Self::Help),
            _ => None,
        }
    }

    /// The commands in the bytes of a terminal. An ESC begins a key without a letter (an arrow is ESC [ A): none of its
    /// bytes is a command.
    pub(crate) fn typed(bytes: &[u8]) -> impl Iterator<Item = Self> {
        bytes.iter().take_while(|byte| **byte != 0x1b).filter_map(|key| Self::of_key(*key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_commands_and_arrows_are_none() {
        let verbs = |bytes: &[u8]| Verb::typed(bytes).collect::<Vec<_>>();
        assert_eq!(verbs(b"1#D"), [Verb::Digit('1'), Verb::Digit('#'), Verb::Digit('D')]);
        assert_eq!(verbs(b"mcarq xE\n"), [Verb::Mute, Verb::Codec, Verb::Answer, Verb::Reject, Verb::Hangup]);
        assert_eq!(verbs(b"hit"), [Verb::Hold, Verb::Identify, Verb::Transfer]);
        assert_eq!(verbs(b"+5"), [Verb::Press, Verb::Digit('5')]);
        assert_eq!(verbs(b"npdjl?"), [Verb::Next, Verb::Previous, Verb::Redial, Verb::Join, Verb::List, Verb::Help]);
        assert_eq!(verbs(b"7\x1b[A\x1b[B"), [Verb::Digit('7')]);
    }
}
