//! Lists of callers: `100, 2??, *@example.com`.

/// A caller, as the patterns see it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caller<'c> {
    /// The user part, escapes inside.
    pub(super) user: &'c [u8],
    /// The host, without a port.
    pub(super) host: &'c [u8],
}

/// One of the patterns of a list is this caller's.
pub(super) fn names(list: &[u8], caller: Caller<'_>) -> bool {
    list.split(|byte| matches!(byte, b',' | b';')).map(<[u8]>::trim_ascii).filter(|one| !one.is_empty()).any(
        |pattern| match pattern.iter().rposition(|byte| *byte == b'@') {
            Some(at) => {
                let (user, host) = pattern.split_at_checked(at).unwrap_or_default();
                matches(user, &mut Plain(caller.user))
                    && matches(host.get(1..).unwrap_or_default(), &mut Plain(caller.host))
            }
            None => matches(pattern, &mut Plain(caller.user)),
        },
    )
}

/// A text with its escapes undone (rfc3261#19.1.4: `%31` is `1`), so that a caller cannot write around a pattern; and
/// in small letters.
#[derive(Clone, Copy)]
struct Plain<'t>(&'t [u8]);

impl Iterator for Plain<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        let digit = |at: usize| rest.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        let (byte, rest) = match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => ((high * 16 + low) as u8, rest.get(2..).unwrap_or_default()),
            (byte, ..) => (*byte, rest),
        };
        self.0 = rest;
        Some(byte.to_ascii_lowercase())
    }
}

/// `*` is any text, `?` any character. It goes back to the last `*` alone, so its work is bounded by the product of the
/// lengths, whatever a caller is called.
fn matches(pattern: &[u8], text: &mut Plain<'_>) -> bool {
    let mut rest = pattern;
    // the pattern behind the last `*`, and the text of which it has not taken the first character yet
    let mut again: Option<(&[u8], Plain<'_>)> = None;
    loop {
        let mut ahead = *text;
        match (rest.split_first(), ahead.next()) {
            (Some((b'*', behind)), _) => {
                again = Some((behind, *text));
                rest = behind;
                continue;
            }
            (Some((wanted, behind)), Some(byte)) if *wanted == b'?' || wanted.to_ascii_lowercase() == byte => {
                (rest, *text) = (behind, ahead);
                continue;
            }
            (None, None) => return true,
            _ => {}
        }
        let Some((behind, from)) = &mut again else { return false };
        if from.next().is_none() {
            return false;
        }
        (rest, *text) = (*behind, *from);
    }
}

#[cfg(test)]
mod tests;
