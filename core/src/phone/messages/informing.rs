//! INFO of packages that the application takes (RFC 6086), and INFO without one where it takes any: kept as a message is.

use super::Messages;
use super::message::Message;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::phone::arrived::Arrived;
use crate::phone::message::MessagePolicy;
use crate::phone::response::Extra;
use crate::phone::{CommandError, Lower, NewMessage, packages};

/// The fields of an INFO that say which package it and its body are of (rfc6086#4.2.1, #4.3.1).
const PACKAGE: &[u8] = b"Info-Package: ";
const DISPOSITION: &[u8] = b"Content-Disposition: Info-Package\r\n";

impl Messages<'_> {
    /// An INFO came in a call, and it is one that is taken. Its package was asked for, so no policy of messages refuses it.
    pub(in crate::phone) fn informed(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        arrived: &Arrived<'_, '_>,
        call: Handle,
    ) {
        let account = lower.dialogs.account_of(arrived.dialog);
        let stores = lower.accounts.messages(&lower.cx, account) == MessagePolicy::Store;
        let message = Message { info: true, account, call, ..Message::EMPTY };
        if let Err(status) = self.take_in(lower, now, arrived, message, stores) {
            let extra = Extra { info: true, ..Extra::default() };
            lower.transactions.respond_and_bury(&mut lower.cx, now, arrived, status, extra);
        }
    }
}

/// The far end of a dialog takes the package of a message (rfc6086#4.2.1), where it has one.
///
/// # Errors
/// [`CommandError::Packages`]: it is no package. [`CommandError::Untaken`].
pub(super) fn check(lower: &Lower<'_>, dialog: Handle, new: &NewMessage<'_>) -> Result<(), CommandError> {
    let package = new.package.as_bytes();
    if package.is_empty() || package == packages::UNPACKAGED {
        return Ok(());
    }
    if !packages::is_package(new.package) {
        return Err(CommandError::Packages);
    }
    let taken = lower.dialogs.their_packages(dialog);
    if taken.is_some_and(|names| packages::lists(names, packages::name_of(package))) {
        Ok(())
    } else {
        Err(CommandError::Untaken)
    }
}

/// The package among the header lines of one of ours; empty: it has none.
pub(super) fn package_of(lines: &[u8]) -> &[u8] {
    let value = lines.strip_prefix(PACKAGE).unwrap_or_default();
    value.split(|byte| *byte == b'\r').next().unwrap_or_default()
}

/// The header lines of a message, in parts: those of its package, and the application's.
pub(super) fn lines<'n>(new: &NewMessage<'n>) -> [&'n [u8]; 5] {
    let headers = new.headers.as_bytes();
    if new.package.is_empty() || new.package.as_bytes() == packages::UNPACKAGED {
        return [headers, b"", b"", b"", b""];
    }
    let disposition = if new.body.is_empty() { b"" } else { DISPOSITION };
    [PACKAGE, new.package.as_bytes(), b"\r\n", disposition, headers]
}
