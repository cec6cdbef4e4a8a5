//! Answers to INVITEs, rendered into their transaction's buffer, before the headers that they echo.

use super::render::{contact_user, patch_length, write_contact, write_length_place};
use super::reply::{ACCEPT, ALLOW};
use super::transactions::server::Server;
use super::{Cause, Flow, Phone};
use crate::base::count;
use crate::base::cursor::Cursor;
use crate::base::limits::STATUS_LINE;
use crate::base::slots::Handle;
use crate::offer::{Local, OfferState};
use crate::sip::tag::Tag;
use crate::wire::sip::{Name, Writer, write_host};
use core::net::SocketAddr;

impl Phone<'_> {
    /// Whether the longest response to an INVITE will fit behind its echo, which ends there in its transaction's
    /// buffer: a phone must not ring for a call that it cannot accept. `call`: the one whose re-INVITE it is.
    pub(super) fn accepting_fits(&self, server: &Server, account: Handle, call: Handle, offer: Option<&[u8]>) -> bool {
        let flow = server.flow.flow();
        let Some(local) = self.local_of(flow.socket()) else { return true };
        let (mut media, state) = self
            .local_media(call)
            .unwrap_or((Local::new(local.ip(), u16::MAX, u64::from(u32::MAX)), OfferState::EMPTY));
        // the longest: numbers with all their digits, and RTCP on a port that has to be named
        (media.rtcp_port, media.version, media.found) =
            (u16::MAX - 1, media.version.max(u64::from(u32::MAX)), Some(local.ip()));
        let mut out = Cursor::new(&mut []);
        let tag = (!server.has_tag).then_some(Tag { handle: Handle::NONE, secret: 0 });
        Ours { tag, user: self.answering_user(account), flow, local, agent: self.lower.cx.fixed.agent.get() }
            .write(200, &mut out);
        Writer::new(&mut out).header_bytes(Name::ContentType, b"application/sdp");
        write_length_place(&mut out);
        match offer {
            // what cannot be answered is refused with fewer words
            Some(offer) => drop(crate::offer::answer(offer, &media, &mut out)),
            None => crate::offer::write_offer(&media, &state, &mut out),
        }
        let end = usize::from(server.echo_end) + out.needed();
        let room = self.lower.transactions.server_bytes.get(0).len().saturating_sub(usize::from(server.offer));
        end <= room && end <= ACCEPTED + self.lower.transactions.reply.len()
    }

    /// The user of our Contact in calls.
    fn answering_user(&self, account: Handle) -> &[u8] {
        let slot = self.lower.accounts.slots.get(account);
        let user = slot.map(|slot| slot.call_user().of(self.lower.accounts.text.get(account.index)));
        contact_user(user, self.lower.cx.fixed.direct_user.get())
    }

    /// Renders the answer to an INVITE into its transaction's buffer.
    pub(super) fn render_answer(&mut self, handle: Handle, status: u16, sdp: Describe) -> Result<(), Cause> {
        let Some(server) = self.lower.transactions.servers.get(handle).copied() else { return Err(Cause::Full) };
        let call_handle = server.call;
        let (Some(local), flow) = (self.local_of(server.flow.flow().socket()), server.flow.flow()) else {
            return Err(Cause::Unreachable);
        };
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
        let mut line = [0u8; STATUS_LINE];
        let mut cursor = Cursor::new(&mut line);
        Writer::new(&mut cursor).status_line(status);
        let written = cursor.finish().map_err(|_| Cause::Full)?;
        let start = STATUS_LINE - written;
        if let (Some(place), Some(line)) = (echo.get_mut(start..STATUS_LINE), line.get(..written)) {
            place.copy_from_slice(line);
        }
        // no datagram may be longer than a message
        let longest =
            self.lower.transactions.reply.len().saturating_sub(echo_end.saturating_sub(start)).min(rest.len());
        let mut out = Cursor::new(rest.get_mut(..longest).unwrap_or_default());
        let tag = dialog.filter(|_| !server.has_tag).map(|dialog| dialog.local_tag);
        Ours { tag, user, flow, local, agent: self.lower.cx.fixed.agent.get() }.write(status, &mut out);
        let mut writer = Writer::new(&mut out);
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
            self.lower.cx.trace_full(super::trace::Pool::Message);
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

/// Where the status line of a 200 begins.
const ACCEPTED: usize = STATUS_LINE - "SIP/2.0 200 OK\r\n".len();

/// What a response to an INVITE says of ourselves, between the headers that it echoes and its body.
struct Ours<'o> {
    tag: Option<Tag>,
    user: &'o [u8],
    flow: Flow,
    local: SocketAddr,
    agent: &'o [u8],
}

impl Ours<'_> {
    fn write(&self, status: u16, out: &mut Cursor<'_>) {
        if let Some(tag) = self.tag.filter(|_| status > 100) {
            out.put_str(";tag=");
            tag.write(out);
        }
        out.put_str("\r\n");
        let mut writer = Writer::new(out);
        if status > 100 && status < 300 {
            write_contact(writer.cursor(), self.user, self.flow, self.local, b"");
        }
        if status >= 200 {
            writer.header_bytes(Name::Allow, ALLOW);
        }
        if status == 415 {
            writer.header_bytes(Name::Accept, ACCEPT);
        }
        if status > 100 {
            writer.header_bytes(Name::Server, self.agent);
        }
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
