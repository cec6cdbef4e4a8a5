//! The Contacts of a redirection of ours.

use crate::base::cursor::Cursor;
use crate::base::limits::TARGET;
use crate::base::slots::Handle;
#[cfg(feature = "numbers")]
use crate::numbers::dialled;
use crate::phone::CommandError;
use crate::phone::accounts::Accounts;
use crate::phone::target::complete;

/// Bytes of the header lines of a redirection: five targets of usual length, and who forwarded it before.
pub(super) const LINES: usize = 1024;

/// The targets of a list, one by one; commas within `<…>` or quotes part nothing.
pub(super) fn targets(list: &str) -> impl Iterator<Item = &str> {
    let (mut quoted, mut angled) = (false, false);
    list.split(move |c| {
        match c {
            '"' => quoted = !quoted,
            '<' => angled = true,
            '>' => angled = false,
            _ => {}
        }
        c == ',' && !quoted && !angled
    })
    .map(str::trim_ascii)
    .filter(|target| !target.is_empty())
}

/// A target of a list as a whole URI, by the rules of the account that is called: numbers are dialled there as they
/// would be here.
pub(super) fn target_uri<'r>(
    accounts: &Accounts<'_>,
    account: Handle,
    target: &str,
    room: &'r mut [u8; TARGET],
) -> Result<&'r [u8], CommandError> {
    let domain = accounts.domain(account);
    #[cfg(feature = "numbers")]
    return target_by(&accounts.numbers(account), domain, target, room);
    #[cfg(not(feature = "numbers"))]
    complete(domain, None, target, room)
}

/// The same by these rules, and the domain of the account.
#[cfg(feature = "numbers")]
pub(super) fn target_by<'r>(
    numbers: &crate::numbers::Rules<'_>,
    domain: Option<&[u8]>,
    target: &str,
    room: &'r mut [u8; TARGET],
) -> Result<&'r [u8], CommandError> {
    let mut number = [0; TARGET];
    let target = dialled(numbers, domain.is_some(), target, &mut number)?.target;
    complete(domain, None, target, room)
}

/// Contact: each target as a whole URI, the first with the highest q (rfc3261#8.3, #20.10). Gives their number.
pub(super) fn write_contacts(
    out: &mut Cursor<'_>,
    list: &str,
    accounts: &Accounts<'_>,
    account: Handle,
) -> Result<usize, CommandError> {
    let mut count = 0;
    for target in targets(list) {
        let mut room = [0u8; TARGET];
        write_contact(out, target_uri(accounts, account, target, &mut room)?, count);
        count += 1;
    }
    Ok(count)
}

fn write_contact(out: &mut Cursor<'_>, uri: &[u8], place: usize) {
    out.put_str("Contact: <");
    out.put(uri);
    out.put_str(">;q=");
    match 10usize.saturating_sub(place).max(1) {
        10 => out.put_str("1.0"),
        tenths => {
            out.put_str("0.");
            out.put_number(tenths as u64);
        }
    }
    out.put_str("\r\n");
}

#[cfg(test)]
mod tests;
