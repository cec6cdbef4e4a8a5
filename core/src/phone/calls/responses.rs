//! Responses: those to INVITEs, rendered into their transaction's buffer, behind the headers that they echo; and those
//! to any request that have no transaction.

use super::Calls;
use crate::base::cursor::Cursor;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::offer::Local;
use crate::phone::arrived::Arrived;
#[cfg(feature = "identity")]
use crate::phone::dialogs::For;
use crate::phone::media::description::set_edition;
use crate::phone::media::desired::Purpose;
#[cfg(feature = "reliable")]
use crate::phone::reliable::Reliability;
use crate::phone::response::Extra;
use crate::phone::transactions::Unrendered;
use crate::phone::transactions::serving::Lent;
use crate::phone::understood::Tags;
use crate::phone::write::{contact_user, patch_length, write_length_place};
use crate::phone::{Cause, Flow, Lower};
use crate::sip::session::{Carrier, Side};
use crate::sip::tag::Tag;
use crate::wire::sip::{Message, Name, Writer};

impl Calls<'_> {
    /// The longest response to an INVITE will fit behind its echo, in its transaction's buffer: a phone must not ring
    /// for a call that it cannot accept. `described`: the bytes of its description.
    pub(super) fn accepting_fits(lower: &Lower<'_>, handle: Handle, described: usize) -> bool {
        let Some(server) = lower.transactions.server(handle) else { return false };
        let (flow, dialog) = (server.flow(), server.served().dialog);
        let Some(local) = lower.cx.local_of(flow.socket()) else { return true };
        let mut out = Cursor::new(&mut []);
        let tag = (!server.has_tag()).then_some(Tag { handle: Handle::NONE, secret: 0 });
        let (account, side) = (lower.dialogs.account_of(dialog), lower.dialogs.our_side(dialog));
        let user = contact_user(lower.accounts.call_user(account), lower.cx.fixed.direct_user.get(), side);
        let extra = Extra {
            #[cfg(feature = "reliable")]
            rseq: (lower.transactions.reliability(handle) != Reliability::Never).then_some(u32::MAX),
            timer: lower.dialogs.timer_lines(dialog),
            #[cfg(all(feature = "info", feature = "message"))]
            packages: lower.dialogs.packages_asked(dialog),
            ..ours(200, user, false)
        };
        // a policy may change until then
        #[cfg(feature = "refer")]
        let extra = Extra { supported: extra.supported.and(Tags::REFER).and(Tags::REPLACES), ..extra };
        extra.write(&lower.cx.fixed, 200, tag, (flow, Some(local)), &mut out);
        Writer::new(&mut out).header_bytes(Name::ContentType, b"application/sdp");
        write_length_place(&mut out);
        lower.transactions.fits(handle, out.needed() + described)
    }

    /// Renders the response to an INVITE into its transaction's buffer.
    pub(super) fn render_response(
        &mut self,
        lower: &mut Lower<'_>,
        handle: Handle,
        status: u16,
        sdp: Describe<'_>,
    ) -> Result<(), Cause> {
        let Some(server) = lower.transactions.server(handle) else { return Err(Cause::Full) };
        let (served, flow, has_tag, found) = (server.served(), server.flow(), server.has_tag(), server.host().found());
        let Some(local) = lower.cx.local_of(flow.socket()) else { return Err(Cause::Unreachable) };
        let session = lower.dialogs.session(served.dialog);
        let purpose = if sdp == Describe::Offer { Purpose::LateOffer } else { Purpose::Answer };
        let media = match sdp {
            Describe::Answer | Describe::Offer => {
                Some(lower.media.description(&lower.cx, served.call, session.edition(), purpose).ok_or(Cause::Port)?)
            }
            _ => None,
        };
        let offered = media.map(|(local, _)| local.direction).unwrap_or_default();
        #[cfg(feature = "reliable")]
        let rseq = lower.transactions.next_rseq(&mut lower.cx, handle, status, media.is_some());
        let mut described = None;
        let leg = lower.dialogs.get(served.dialog);
        let tag = leg.filter(|_| !has_tag).map(|leg| leg.dialog().local_tag);
        let (account, side) = (lower.dialogs.account_of(served.dialog), lower.dialogs.our_side(served.dialog));
        let user = contact_user(lower.accounts.call_user(account), lower.cx.fixed.direct_user.get(), side);
        #[cfg(feature = "refer")]
        let transfers = lower.accounts.transfer_tags(&lower.cx, account);
        let Some(Lent { head, mut out, kept }) = lower.transactions.lend_response(handle, status, sdp.phrase()) else {
            return Err(Cause::Full);
        };
        #[cfg(feature = "reliable")]
        let reliable = rseq.is_some();
        #[cfg(not(feature = "reliable"))]
        let reliable = false;
        let extra = Extra {
            #[cfg(feature = "reliable")]
            rseq,
            timer: Some(session.timer.response()).filter(|_| (200..300).contains(&status)).unwrap_or_default(),
            warning: if let Describe::Warning(code, words) = sdp { Some((code, words)) } else { None },
            // rfc6086#5.2.3
            #[cfg(all(feature = "info", feature = "message"))]
            packages: if reliable || matches!(status, 200..=299) {
                lower.dialogs.packages_asked(served.dialog)
            } else {
                None
            },
            ..ours(status, user, reliable)
        };
        // rfc3891#6.2, rfc4488#4
        #[cfg(feature = "refer")]
        let transfers = transfers.when((200..300).contains(&status) || reliable);
        #[cfg(feature = "refer")]
        let extra = Extra { supported: extra.supported.and(transfers), ..extra };
        extra.write(&lower.cx.fixed, status, tag, (flow, Some(local)), &mut out);
        let mut writer = Writer::new(&mut out);
        #[cfg(feature = "identity")]
        if status < 300 && !served.is_again() {
            writer.cursor().put(lower.dialogs.added(served.dialog, For::Response));
        }
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
                described = Some(set_edition(&session, out, begin));
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
                described = Some(set_edition(&session, out, begin));
            }
            #[cfg(any(feature = "rules", feature = "identity"))]
            (Describe::Lines { lines, .. }, _) => {
                writer.cursor().put(lines);
                writer.end();
            }
            _ => writer.end(),
        }
        let needed = out.finish();
        lower.transactions.written_response(&mut lower.cx, handle, head, needed).map_err(|Unrendered| Cause::Full)?;
        #[cfg(feature = "reliable")]
        lower.transactions.written_reliably(handle, rseq, media.is_some());
        #[cfg(feature = "identity")]
        if status < 300 && !served.is_again() {
            lower.dialogs.lines_written(served.dialog, For::Response);
        }
        if let Some(described) = described
            && let Some(session) = lower.dialogs.session_mut(served.dialog)
        {
            if sdp == Describe::Offer {
                session.begin(Side::Us, Carrier::Response);
                lower.media.offer_written(served.call, purpose, offered);
            }
            session.describe(described);
            if sdp == Describe::Answer && status >= 200 {
                session.answer();
            }
        }
        if let Some(agreed) = agreed {
            let kept = lower.transactions.kept_of(handle);
            lower.media.learn_parameters(&mut lower.cx, served.dialog, kept, Some(&agreed), None);
            self.take_agreed(lower, served.call, agreed);
        }
        Ok(())
    }
}

/// Our part of a response to an INVITE, as its status alone has it. `user`: that of our Contact.
fn ours(status: u16, user: &[u8], reliable: bool) -> Extra<'_> {
    #[cfg(feature = "identity")]
    let supported = Tags::FROM_CHANGE.when((200..300).contains(&status) || reliable);
    #[cfg(not(feature = "identity"))]
    let supported = Tags::NONE;
    Extra {
        contact: Some(user).filter(|_| status > 100 && status < 300),
        // rfc3311#5.1: one that is reliable lists UPDATE, which may follow it
        allow: status >= 200 || reliable,
        // rfc4916#4.2: the caller may tell us of another identity
        supported,
        ..Extra::default()
    }
}

/// The media of a response to an INVITE.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Describe<'l> {
    Nothing,
    /// The answer to the offer kept with the transaction.
    Answer,
    /// An offer of ours (theirs was late).
    Offer,
    /// The status of a refusal.
    Warning(u16, &'l str),
    /// A reason phrase (empty: the usual one) and header lines of a refusal.
    #[cfg(any(feature = "rules", feature = "identity"))]
    Lines {
        phrase: &'l [u8],
        lines: &'l [u8],
    },
}

impl<'l> Describe<'l> {
    const fn phrase(self) -> &'l [u8] {
        match self {
            #[cfg(any(feature = "rules", feature = "identity"))]
            Self::Lines { phrase, .. } => phrase,
            _ => b"",
        }
    }
}

/// Responds to a request without a transaction.
pub(in crate::phone) fn respond_at_once(
    lower: &mut Lower<'_>,
    flow: Flow,
    request: &Message<'_>,
    status: u16,
    extra: Extra<'_>,
) {
    lower.transactions.respond_at_once(&mut lower.cx, flow, request, status, extra);
}

/// The same, and repetitions of the request get the same response.
pub(in crate::phone) fn respond_and_bury(
    lower: &mut Lower<'_>,
    now: Instant,
    arrived: &Arrived<'_, '_>,
    status: u16,
    extra: Extra<'_>,
) {
    lower.transactions.respond_and_bury(&mut lower.cx, now, arrived, status, extra);
}
