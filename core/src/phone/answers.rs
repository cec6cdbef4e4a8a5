//! Answers to INVITEs, rendered into their transaction's buffer, before the headers that they echo.

use super::render::{contact_user, patch_length, write_contact, write_length_place};
use super::reply::{ACCEPT, ALLOW};
use super::{Cause, Phone};
use crate::base::count;
use crate::base::cursor::Cursor;
use crate::base::slots::Handle;
use crate::offer::Local;
use crate::wire::sip::{Name, Writer, write_host};
use core::net::SocketAddr;

impl Phone<'_> {
    /// Renders the answer to an INVITE into its transaction's buffer.
    pub(super) fn render_answer(&mut self, handle: Handle, status: u16, sdp: Describe) -> Result<(), Cause> {
        let Some(server) = self.lower.transactions.servers.get(handle).copied() else { return Err(Cause::Full) };
        let call_handle = server.call;
        let (Some(local), flow) = (self.local_of(server.flow.flow().socket()), server.flow.flow()) else { return Err(Cause::Unreachable) };
        let media = match sdp {
            Describe::Nothing | Describe::Warning(..) => None,
            Describe::Answer | Describe::Offer => Some(self.local_media(call_handle).ok_or(Cause::Port)?),
        };
        let edition = self.calls.slots.get(call_handle).map_or((0, 0), |call| (call.described, call.version));
        let mut described = None;
        let dialog = self.lower.dialogs.slots.get(server.dialog).copied();
        let account = dialog.map_or(Handle::NONE, |dialog| dialog.account);
        let user = self
            .lower
            .accounts
            .slots
            .get(account)
            .map(|account_slot| account_slot.call_user().of(self.lower.accounts.text.get(account.index)));
        let user = contact_user(user, self.lower.cx.fixed.direct_user.get());
        let block = self.lower.transactions.server_bytes.get_mut(handle.index);
        let offer_start = block.len().saturating_sub(usize::from(server.offer));
        let (front, offer) = block.split_at_mut(offer_start);
        let echo_end = usize::from(server.echo_end);
        let (echo, rest) = front.split_at_mut(echo_end.min(front.len()));
        // the status line ends where the echo begins
        let mut line = [0u8; crate::base::limits::STATUS_LINE];
        let mut cursor = Cursor::new(&mut line);
        Writer::new(&mut cursor).status_line(status);
        let written = cursor.finish().map_err(|_| Cause::Full)?;
        let start = crate::base::limits::STATUS_LINE - written;
        if let (Some(place), Some(line)) = (echo.get_mut(start..crate::base::limits::STATUS_LINE), line.get(..written)) {
            place.copy_from_slice(line);
        }
        let mut out = Cursor::new(rest);
        if !server.has_tag
            && status > 100
            && let Some(dialog) = dialog
        {
            out.put_str(";tag=");
            dialog.local_tag.write(&mut out);
        }
        out.put_str("\r\n");
        let mut writer = Writer::new(&mut out);
        if status > 100 && status < 300 {
            write_contact(writer.cursor(), user, flow, local, b"");
        }
        if status >= 200 {
            writer.header_bytes(Name::Allow, ALLOW);
        }
        if status == 415 {
            writer.header_bytes(Name::Accept, ACCEPT);
        }
        if status > 100 {
            writer.header_bytes(Name::Server, self.lower.cx.fixed.agent.get());
        }
        let mut agreed = None;
        match (sdp, media) {
            (Describe::Answer, Some((local_media, _))) => {
                writer.header_bytes(Name::ContentType, b"application/sdp");
                let out = writer.cursor();
                let at = write_length_place(out);
                let begin = out.needed();
                let local_media = Local { found: server.host.found(), ..local_media };
                let result = crate::offer::answer(offer, &local_media, out).map_err(|_| Cause::Codec)?;
                let len = out.needed() - begin;
                patch_length(out, at, len);
                described = Some(super::call_media::number_edition(out, begin, edition.0, edition.1));
                agreed = Some(result);
            }
            (Describe::Offer, Some((local_media, state))) => {
                writer.header_bytes(Name::ContentType, b"application/sdp");
                let out = writer.cursor();
                let at = write_length_place(out);
                let begin = out.needed();
                crate::offer::write_offer(&local_media, &state, out);
                let len = out.needed() - begin;
                patch_length(out, at, len);
                described = Some(super::call_media::number_edition(out, begin, edition.0, edition.1));
            }
            (Describe::Warning(code, words), _) => {
                write_warning(&mut writer, code, local, words);
                writer.end();
            }
            _ => writer.end(),
        }
        let Ok(len) = out.finish() else {
            count::up(&mut self.lower.cx.counters.oversize);
            return Err(Cause::Full);
        };
        if let Some(server) = self.lower.transactions.servers.get_mut(handle) {
            server.start = start as u16;
            server.end = (echo_end + len) as u16;
            server.status = status;
        }
        if let Some(described) = described {
            self.describe_anew(call_handle, described);
        }
        if let Some(agreed) = agreed {
            self.take_agreed(call_handle, agreed);
        }
        Ok(())
    }
}

/// What an answer to an INVITE says about media.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Describe {
    Nothing,
    /// The answer to the offer kept with the transaction.
    Answer,
    /// An offer of ours (theirs was late).
    Offer,
    /// Why not.
    Warning(u16, &'static str),
}

/// rfc3261#20.43: why a description was refused, for people.
pub(super) fn write_warning(writer: &mut Writer<'_, '_>, code: u16, local: SocketAddr, words: &str) {
    writer.header(Name::Warning, |out| {
        out.put_number(u64::from(code));
        out.put_str(" ");
        write_host(out, local.ip());
        out.put_str(" \"");
        out.put_str(words);
        out.put_str("\"");
    });
}
