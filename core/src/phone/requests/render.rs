//! Messages from state. Each is rendered once, into its transaction's buffer; later transmissions copy it.

use crate::base::cursor::Cursor;
#[cfg(feature = "notify")]
use crate::base::limits::DATAGRAM;
use crate::base::slots::Handle;
use crate::base::table::Hasher;
use crate::phone::accounts::{Asked, Digest, Leaving};
#[cfg(feature = "identity")]
use crate::phone::dialogs::For;
use crate::phone::dialogs::Lost;
#[cfg(feature = "identity")]
use crate::phone::location;
use crate::phone::media::description::set_edition;
use crate::phone::media::desired::Purpose;
#[cfg(all(feature = "info", feature = "message"))]
use crate::phone::packages;
use crate::phone::transactions::Unrendered;
use crate::phone::transactions::request::{Owner, Request, Sending};
use crate::phone::understood::OURS;
#[cfg(any(not(feature = "reliable"), feature = "identity", feature = "message", feature = "notify"))]
use crate::phone::understood::Tags;
#[cfg(feature = "numbers")]
use crate::phone::write::PREEMPTION;
use crate::phone::write::{
    END, contact_user, patch_length, write_extensions, write_length_place, write_target, write_top,
};
use crate::phone::{Flow, Lower};
use crate::sip::dialog::Dialog;
#[cfg(feature = "reliable")]
use crate::sip::session::Carrier;
use crate::sip::session::Side;
use crate::sip::tag::Tag;
use crate::wire::sip::{Method, Name, Writer};

/// rfc3326#2: the reason of a BYE to a peer that has fallen silent. "Recovery on timer expiry" is Q.850's word for it;
/// a SIP status would be about a request.
const MEDIA_LOST: &[u8] = b"Q.850;cause=102;text=\"No media\"";

/// The same of a session that was not refreshed in time (rfc4028#10).
#[cfg(feature = "timers")]
const SESSION_LOST: &[u8] = b"Q.850;cause=102;text=\"Session timer expired\"";

/// A request's text is made from this and its owner: its addresses stay where they are, and off the stack.
#[derive(Clone, Copy)]
struct Outgoing {
    method: Sending,
    asked: Asked,
    leaving: Leaving,
}

/// The facts of a request that its credentials depend on.
pub(super) fn asked(request: &Request) -> Asked {
    Asked {
        registers: matches!(request.owner(), Owner::Account(_)),
        describes: request.method().offers().is_some(),
        own_hop: request.own_hop(),
        tries: request.tries(),
        answered: *request.answered(),
    }
}

impl Lower<'_> {
    /// Renders a request into its buffer. Its number, branch and address are set already.
    pub(super) fn render_request(&mut self, handle: Handle) -> Result<(), Unrendered> {
        let request = self.transactions.request(handle).ok_or(Unrendered)?;
        let (owner, flow) = (request.owner(), request.flow());
        let local = self.cx.local_of(flow.socket()).ok_or(Unrendered)?;
        let branch = Tag { handle, secret: request.branch() };
        let leaving = Leaving { flow, local, branch, number: request.number() };
        let request = Outgoing { method: request.method(), asked: asked(request), leaving };
        match owner {
            Owner::Account(account) => {
                let (out, _) = self.transactions.lend(handle);
                let needed = self
                    .accounts
                    .write_register(&self.cx, account, &request.asked, &leaving, OURS.allow, out)
                    .ok_or(Unrendered)?;
                self.transactions.written(&mut self.cx, handle, needed)
            }
            Owner::Dialog(dialog) => self.render_in_dialog(handle, &request, dialog),
            // a CANCEL is rendered from its INVITE at once, a look-up sends nothing
            Owner::Invite(_) | Owner::Offer(_) | Owner::Answer(_) | Owner::Nobody => Ok(()),
            #[cfg(all(feature = "sdp-hosts", feature = "reoffer"))]
            Owner::Update(_) => Ok(()),
        }
    }

    fn render_in_dialog(
        &mut self,
        handle: Handle,
        request: &Outgoing,
        dialog_handle: Handle,
    ) -> Result<(), Unrendered> {
        let leg = self.dialogs.get(dialog_handle).copied().ok_or(Unrendered)?;
        #[cfg(feature = "identity")]
        let leg = leg.asking(request.method.changes());
        let (dialog, account) = (leg.dialog(), leg.account());
        let Leaving { flow, local, branch, number } = request.leaving;
        let within = !request.method.begins() || dialog.confirmed;
        let before = if within { *leg.credentials() } else { Default::default() };
        let credentials = self.accounts.credentials(account, &request.asked, &before);
        let session = dialog.session;
        #[cfg(feature = "timers")]
        let purpose = if request.method.repeats() { Purpose::Repeat } else { Purpose::Offer };
        #[cfg(not(feature = "timers"))]
        let purpose = Purpose::Offer;
        let offer = match request.method.offers() {
            Some(_) => {
                Some(self.media.description(&self.cx, leg.call(), session.edition(), purpose).ok_or(Unrendered)?)
            }
            None => None,
        };
        let (call, offered) = (leg.call(), offer.map(|(local, _)| local.direction).unwrap_or_default());
        let mut described = None;
        let text = self.dialogs.text(dialog_handle);
        let uri = dialog.request_uri(text);
        let (room, carried) = self.transactions.lend(handle);
        let mut out = Cursor::new(room);
        let mut writer = Writer::new(&mut out);
        write_top(&mut writer, request.method.method(), uri, flow, local, branch);
        dialog.write_routes(text, writer.cursor());
        write_parties(&mut writer, dialog, text);
        writer.cseq(number, request.method.method());
        let direct = self.cx.fixed.direct_user.get();
        let user = contact_user(self.accounts.call_user(account), direct, dialog.local.of(text));
        if request.method.refreshes_target() {
            write_target(writer.cursor(), user, flow, local, self.cx.fixed.focus);
        }
        let digest =
            Digest { key: self.cx.keys[1], method: request.method.method().text(), uri, body: body_of(carried) };
        self.accounts.write_credentials(&mut writer, account, &credentials, digest);
        if request.method.refreshes_target() {
            writer.header_bytes(Name::Allow, OURS.allow);
        }
        let begins = request.method.begins() && !within;
        #[cfg(any(
            feature = "reliable",
            feature = "identity",
            feature = "refer",
            all(feature = "info", feature = "message")
        ))]
        let first = request.method == Sending::Invite;
        #[cfg(feature = "reliable")]
        let tags = if first { leg.reliable().tags() } else { Default::default() };
        #[cfg(not(feature = "reliable"))]
        let tags = (Tags::NONE, Tags::NONE);
        // rfc4916#4.1
        #[cfg(feature = "identity")]
        let tags = (tags.0.and(Tags::FROM_CHANGE.when(first)), tags.1);
        #[cfg(feature = "refer")]
        let tags = (tags.0.and(self.accounts.transfer_tags(&self.cx, account).when(first)), tags.1);
        // a timer is settled by the INVITE's 2xx, and by no UPDATE before it
        let settles = request.method.is_of_session() && (dialog.confirmed || request.method == Sending::Invite);
        write_extensions(&mut writer, tags, &session.timer.request(settles));
        if begins {
            writer.cursor().put(dialog.headers.of(text));
        }
        // rfc6086#5.2.3: it stays true until another message says otherwise, and none of ours does
        #[cfg(all(feature = "info", feature = "message"))]
        if first && let Some(names) = self.dialogs.packages(dialog_handle) {
            packages::write(&mut writer, names);
        }
        #[cfg(feature = "identity")]
        let added = if request.method == Sending::Bye { self.dialogs.added(dialog_handle, For::End) } else { b"" };
        #[cfg(not(feature = "identity"))]
        let added: &[u8] = b"";
        let reason = match leg.lost() {
            Lost::Nothing => b"",
            Lost::Media => MEDIA_LOST,
            #[cfg(feature = "timers")]
            Lost::Session => SESSION_LOST,
            #[cfg(feature = "numbers")]
            Lost::Way => PREEMPTION,
        };
        // a reason of the application's goes before ours
        if request.method == Sending::Bye && !added.starts_with(b"Reason:") && !reason.is_empty() {
            writer.header_bytes(Name::Reason, reason);
        }
        writer.header_bytes(Name::UserAgent, self.cx.fixed.agent.get());
        writer.cursor().put_with_room(added, END);
        #[cfg(feature = "identity")]
        let place = if first { self.dialogs.location(dialog_handle) } else { None };
        if let Some((local_media, state)) = offer {
            #[cfg(feature = "identity")]
            match place {
                Some((place, _)) => place.write_lines(dialog.call_id.of(text), writer.cursor()),
                None => writer.header_bytes(Name::ContentType, b"application/sdp"),
            }
            #[cfg(not(feature = "identity"))]
            writer.header_bytes(Name::ContentType, b"application/sdp");
            let out = writer.cursor();
            let at = write_length_place(out);
            let begin = out.needed();
            #[cfg(feature = "identity")]
            if place.is_some() {
                location::write_first(dialog.call_id.of(text), out);
            }
            let start = out.needed();
            crate::offer::write_offer(&local_media, &state, out);
            described = Some(set_edition(&session, out, start));
            #[cfg(feature = "identity")]
            if let Some((_, document)) = place {
                location::write_last(dialog.call_id.of(text), document, out);
            }
            let len = out.needed() - begin;
            patch_length(out, at, len);
        } else if carried.is_empty() {
            writer.end();
        }
        let needed = out.finish();
        #[cfg(feature = "identity")]
        if request.method.changes() {
            self.dialogs.rename_sent(dialog_handle);
        }
        if let (Some(described), Some(carrier)) = (described, request.method.offers())
            && let Some(session) = self.dialogs.session_mut(dialog_handle)
        {
            session.begin(Side::Us, carrier);
            session.describe(described);
            self.media.offer_written(call, purpose, offered);
            #[cfg(feature = "reliable")]
            if carrier == Carrier::Invite {
                self.media.invite_written(call);
            }
        }
        if request.method.is_invite() {
            // until its 2xx, the ACK of the one before may be asked for again
            let first = (request.method == Sending::Invite).then_some(number);
            self.dialogs.invited(dialog_handle, credentials, first);
        }
        self.transactions.written(&mut self.cx, handle, needed)
    }

    /// Renders the ACK of a 2xx straight into the driver's buffer: it is no transaction, and each repetition of the 2xx
    /// gets one.
    pub(in crate::phone) fn render_ack(&self, dialog_handle: Handle, out: &mut Cursor<'_>) -> Option<Flow> {
        let leg = self.dialogs.get(dialog_handle)?;
        let (dialog, flow) = (leg.dialog(), leg.flow()?);
        let local = self.cx.local_of(flow.socket())?;
        let text = self.dialogs.text(dialog_handle);
        let uri = dialog.request_uri(text);
        let mut writer = Writer::new(out);
        // its branch is its own (rfc3261#13.2.2.4), and the same for each repetition
        let secret = Hasher::new(self.cx.keys[1])
            .with(b"ack")
            .with(&dialog.local_tag.secret.to_le_bytes())
            .with(&leg.invite_number().to_le_bytes())
            .finish();
        write_top(&mut writer, Method::Ack, uri, flow, local, Tag { handle: dialog_handle, secret });
        dialog.write_routes(text, writer.cursor());
        write_parties(&mut writer, dialog, text);
        writer.cseq(leg.invite_number(), Method::Ack);
        if leg.own_hop() && self.accounts.is_own_flow(leg.account(), flow) {
            // rfc3261#13.2.2.4, #22.1: the ACK repeats the INVITE's credentials, for it cannot be challenged
            let digest = Digest { key: self.cx.keys[1], method: b"INVITE", uri: leg.invite_uri(text), body: b"" };
            self.accounts.write_credentials(&mut writer, leg.account(), leg.credentials(), digest);
        }
        writer.header_bytes(Name::UserAgent, self.cx.fixed.agent.get());
        writer.end();
        Some(flow)
    }
}

/// Bytes of credentials in a NOTIFY: its body leaves them that room, for it is carried through a challenge.
#[cfg(feature = "notify")]
const CREDENTIALS: usize = 360;

#[cfg(any(feature = "message", feature = "notify"))]
impl Lower<'_> {
    /// Bytes that a NOTIFY in a dialog may carry: in a datagram that is not cut in pieces, and at most. `at most` is as much as
    /// a length of four digits says.
    #[cfg(feature = "notify")]
    pub(in crate::phone) fn notify_room(&self, handle: Handle) -> (usize, usize) {
        let mut out = Cursor::new(&mut []);
        let ((flow, local), account) = (self.widest(), self.dialogs.account_of(handle));
        let user = self.accounts.call_user(account).unwrap_or(self.cx.fixed.direct_user.get());
        write_target(&mut out, user, flow, local, self.cx.fixed.focus);
        Writer::new(&mut out).header_bytes(Name::Allow, OURS.allow);
        let credentials = if self.accounts.has_password(account) { CREDENTIALS } else { 0 };
        let head = self.head_within(handle, Method::Notify) + out.needed() + credentials;
        let hard = self.transactions.longest().saturating_sub(head).min(9_999);
        let datagram = self.dialogs.get(handle).and_then(|leg| leg.flow()).is_none_or(|flow| !flow.is_reliable());
        (if datagram { hard.min(DATAGRAM.saturating_sub(head)) } else { hard }, hard)
    }

    /// The bytes of a request in a dialog without credentials, as far as it carries nothing.
    pub(super) fn head_within(&self, handle: Handle, method: Method<'_>) -> usize {
        let Some(dialog) = self.dialogs.dialog(handle) else { return 0 };
        let ((flow, local), text) = (self.widest(), self.dialogs.text(handle));
        let mut out = Cursor::new(&mut []);
        let mut writer = Writer::new(&mut out);
        write_top(&mut writer, method, dialog.request_uri(text), flow, local, Tag { handle, secret: 0 });
        dialog.write_routes(text, writer.cursor());
        write_parties(&mut writer, dialog, text);
        writer.cseq(dialog.local_number.saturating_add(1), method);
        write_extensions(&mut writer, (Tags::NONE, Tags::NONE), &dialog.session.timer.request(false));
        writer.header_bytes(Name::UserAgent, self.cx.fixed.agent.get());
        out.needed()
    }
}

/// The body that a request carries: all behind the empty line.
fn body_of(carried: &[u8]) -> &[u8] {
    let blank = carried.windows(4).position(|line_ends| line_ends == b"\r\n\r\n");
    blank.and_then(|at| carried.get(at + 4..)).unwrap_or_default()
}

fn write_from(writer: &mut Writer<'_, '_>, dialog: &Dialog, text: &[u8]) {
    writer.header(Name::From, |out| {
        out.put(dialog.local.of(text));
        out.put_str(";tag=");
        dialog.local_tag.write(out);
    });
}

fn write_parties(writer: &mut Writer<'_, '_>, dialog: &Dialog, text: &[u8]) {
    write_from(writer, dialog, text);
    writer.header(Name::To, |out| {
        out.put(dialog.remote.of(text));
        let tag = dialog.remote_tag.of(text);
        if !tag.is_empty() {
            out.put_str(";tag=");
            out.put(tag);
        }
    });
    writer.header_bytes(Name::CallId, dialog.call_id.of(text));
}
