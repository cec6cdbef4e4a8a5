//! Responses to INVITEs, rendered into their transaction's buffer, behind the headers that they echo.

use super::transactions::Unrendered;
use super::transactions::serving::Lent;
use super::transactions::stateless::Extra;
use super::understood::OURS;
use super::write::{ACCEPT, contact_user, patch_length, write_contact, write_length_place, write_warning};
use super::{Cause, Flow, Phone};
use crate::base::cursor::Cursor;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::media::Codec;
use crate::offer::{Local, OfferState};
use crate::sip::tag::Tag;
use crate::sip::tombstone::Keys;
use crate::wire::sip::{Message, Name, Writer};
use core::net::SocketAddr;

impl Phone<'_> {
    /// Whether the longest response to an INVITE will fit behind its echo, in its transaction's buffer: a phone must
    /// not ring for a call that it cannot accept. `of`: its account, and the call whose re-INVITE it is.
    pub(super) fn accepting_fits(&self, handle: Handle, of: (Handle, Handle), offer: Option<&[u8]>) -> bool {
        let Some(server) = self.lower.transactions.server(handle) else { return false };
        let (account, call) = of;
        let flow = server.flow();
        let Some(local) = self.lower.cx.local_of(flow.socket()) else { return true };
        let (mut media, state) = self
            .local_media(call)
            .unwrap_or((Local::new(local.ip(), u16::MAX, u64::from(u32::MAX)), OfferState::EMPTY));
        // the longest: numbers with all their digits, and RTCP on a port that has to be named
        (media.rtcp_port, media.version, media.found) =
            (u16::MAX - 1, media.version.max(u64::from(u32::MAX)), Some(local.ip()));
        let mut out = Cursor::new(&mut []);
        let tag = (!server.has_tag()).then_some(Tag { handle: Handle::NONE, secret: 0 });
        Ours { tag, user: self.answering_user(account), flow, local, agent: self.lower.cx.fixed.agent.get() }
            .write(200, &mut out);
        Writer::new(&mut out).header_bytes(Name::ContentType, b"application/sdp");
        write_length_place(&mut out);
        match offer {
            // what cannot be answered is refused with fewer words
            Some(offer) => drop(crate::offer::answer(offer, &media, &mut out)),
            None => crate::offer::write_offer(&media, &state, &mut out),
        }
        self.lower.transactions.fits(handle, out.needed())
    }

    /// The user of our Contact in calls.
    fn answering_user(&self, account: Handle) -> &[u8] {
        contact_user(self.lower.accounts.call_user(account), self.lower.cx.fixed.direct_user.get())
    }

    /// Renders the response to an INVITE into its transaction's buffer.
    pub(super) fn render_response(&mut self, handle: Handle, status: u16, sdp: Describe) -> Result<(), Cause> {
        let Some(server) = self.lower.transactions.server(handle) else { return Err(Cause::Full) };
        let (served, flow, has_tag, found) = (server.served(), server.flow(), server.has_tag(), server.host().found());
        let Some(local) = self.lower.cx.local_of(flow.socket()) else { return Err(Cause::Unreachable) };
        let media = match sdp {
            Describe::Nothing | Describe::Warning(..) => None,
            Describe::Answer | Describe::Offer => Some(self.local_media(served.call).ok_or(Cause::Port)?),
        };
        let edition = self.lower.media.edition(served.call);
        let mut described = None;
        let dialog = self.lower.dialogs.get(served.dialog);
        let account = dialog.map_or(Handle::NONE, |dialog| dialog.account);
        let tag = dialog.filter(|_| !has_tag).map(|dialog| dialog.local_tag);
        let user = contact_user(self.lower.accounts.call_user(account), self.lower.cx.fixed.direct_user.get());
        let Some(Lent { head, mut out, kept }) = self.lower.transactions.lend_response(handle, status) else {
            return Err(Cause::Full);
        };
        Ours { tag, user, flow, local, agent: self.lower.cx.fixed.agent.get() }.write(status, &mut out);
        let mut writer = Writer::new(&mut out);
        let mut agreed = None;
        match (sdp, media) {
            (Describe::Answer, Some((local_media, _))) => {
                writer.header_bytes(Name::ContentType, b"application/sdp");
                let out = writer.cursor();
                let at = write_length_place(out);
                let begin = out.needed();
                let local_media = Local { found, ..local_media };
                let result = crate::offer::answer(kept, &local_media, out).map_err(|_| Cause::Codec)?;
                let len = out.needed() - begin;
                patch_length(out, at, len);
                described = Some(edition.number(out, begin));
                if Codec::HAVE_PARAMETERS {
                    let cx = &mut self.lower.cx;
                    self.lower.media.learn_parameters(cx, served.dialog, kept, Some(&result), None);
                }
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
                described = Some(edition.number(out, begin));
            }
            (Describe::Warning(code, words), _) => {
                write_warning(&mut writer, code, local, words);
                writer.end();
            }
            _ => writer.end(),
        }
        let needed = out.finish();
        self.lower
            .transactions
            .written_response(&mut self.lower.cx, handle, head, needed)
            .map_err(|Unrendered| Cause::Full)?;
        if let Some(described) = described {
            self.lower.media.describe_anew(served.call, described);
        }
        if let Some(agreed) = agreed {
            self.take_agreed(served.call, agreed);
        }
        Ok(())
    }

    /// Responds to a request without a transaction.
    pub(super) fn respond_at_once(&mut self, flow: Flow, request: &Message<'_>, status: u16, extra: Extra<'_>) {
        self.lower.transactions.respond_at_once(&mut self.lower.cx, flow, request, status, &extra);
    }

    /// The same, and repetitions of the request get the same response.
    pub(super) fn respond_and_bury(
        &mut self,
        now: Instant,
        flow: Flow,
        request: &Message<'_>,
        keys: Keys,
        status: u16,
        extra: Extra<'_>,
    ) {
        self.lower.transactions.respond_and_bury(&mut self.lower.cx, now, (flow, keys), request, status, &extra);
    }
}

/// Our own part of a response to an INVITE, between the headers that it echoes and its body.
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
            writer.header_bytes(Name::Allow, OURS.allow);
        }
        if status == 415 {
            writer.header_bytes(Name::Accept, ACCEPT);
        }
        if status > 100 {
            writer.header_bytes(Name::Server, self.agent);
        }
    }
}

/// The media of a response to an INVITE.
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
