//! Messages from state. Each is rendered once, into its transaction's buffer; later transmissions copy it.

use super::accounts::account::SECRET;
use super::credentials::write_credentials;
use super::methods::ALLOW;
use super::transactions::Unrendered;
use super::transactions::request::{Owner, Request, Sending};
use super::{Flow, Phone, Transport};
use crate::base::cursor::Cursor;
use crate::base::limits::CHALLENGES;
use crate::base::slots::Handle;
use crate::base::table::Hasher;
use crate::sip::dialog::{Credential, Dialog};
use crate::sip::tag::Tag;
use crate::wire::sip::{Method, Name, Writer, write_address, write_host, write_socket};
use core::net::SocketAddr;

pub(super) const fn transport_name(transport: Transport) -> &'static [u8] {
    match transport {
        Transport::Udp => b"UDP",
        Transport::Tcp => b"TCP",
        Transport::Tls => b"TLS",
    }
}

/// The top of a request: request line, Via, Max-Forwards.
fn write_top(writer: &mut Writer<'_, '_>, sending: Method<'_>, uri: &[u8], flow: Flow, local: SocketAddr, branch: Tag) {
    writer.request_line(sending, uri);
    let out = writer.cursor();
    out.put_str("Via: SIP/2.0/");
    out.put(transport_name(flow.transport()));
    out.put_str(" ");
    write_socket(out, local);
    // rfc3581#3: rport asks for the answer where the request came from
    out.put_str(";rport;branch=");
    branch.write_branch(out);
    out.put_str("\r\nMax-Forwards: 70\r\n");
}

/// Our Contact: where the flow leaves from. Only that of REGISTER has a secret in it.
pub(super) fn write_contact(out: &mut Cursor<'_>, user: &[u8], flow: Flow, local: SocketAddr, secret: &[u8]) {
    out.put_str("Contact: <sip:");
    if !user.is_empty() {
        out.put(user);
        out.put_str("@");
    }
    write_socket(out, local);
    match flow.transport() {
        Transport::Udp => {}
        Transport::Tcp => out.put_str(";transport=tcp"),
        Transport::Tls => out.put_str(";transport=tls"),
    }
    if !secret.is_empty() {
        out.put_str(";");
        out.put(SECRET);
        out.put_str("=");
        out.put(secret);
    }
    out.put_str(">\r\n");
}

/// Writes Content-Length with room for a number that is known only later; gives the place.
pub(super) fn write_length_place(out: &mut Cursor<'_>) -> usize {
    out.put_str("Content-Length: ");
    let at = out.needed();
    out.put_str("    \r\n\r\n");
    at
}

/// Fills the number in: four places, blanks before it.
pub(super) fn patch_length(out: &mut Cursor<'_>, at: usize, len: usize) {
    let mut digits = [b' '; 4];
    let mut rest = len;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.patch(at, &digits);
}

/// What a request's text is made from: its addresses stay where they are, and off the stack.
pub(super) struct Asked {
    pub(super) owner: Owner,
    pub(super) method: Sending,
    pub(super) number: u32,
    pub(super) branch: u64,
    pub(super) own_hop: bool,
    pub(super) answered: [Credential; CHALLENGES],
}

impl Asked {
    const fn of(request: &Request) -> Self {
        Self {
            owner: request.owner,
            method: request.method,
            number: request.number,
            branch: request.branch,
            own_hop: request.own_hop,
            answered: request.answered,
        }
    }
}

impl Phone<'_> {
    /// Renders a request into its buffer. Its number, branch and address are set already.
    pub(super) fn render_request(&mut self, handle: Handle) -> Result<(), Unrendered> {
        let (flow, request) = self
            .lower
            .transactions
            .request(handle)
            .map(|request| (request.place().flow(), Asked::of(request)))
            .ok_or(Unrendered)?;
        let local = self.local_of(flow.socket()).ok_or(Unrendered)?;
        let branch = Tag { handle, secret: request.branch };
        match request.owner {
            Owner::Account(account) => self.render_register(handle, &request, account, flow, local, branch),
            Owner::Dialog(dialog) => self.render_in_dialog(handle, &request, dialog, flow, local, branch),
            Owner::Invite(_) | Owner::Offer(_) | Owner::Answer(_) | Owner::Nobody => Ok(()), // a CANCEL is rendered from its INVITE at once, a look-up sends nothing
        }
    }

    fn render_register(
        &mut self,
        handle: Handle,
        request: &Asked,
        account_handle: Handle,
        flow: Flow,
        local: SocketAddr,
        branch: Tag,
    ) -> Result<(), Unrendered> {
        let credentials = self.credentials_for(account_handle, request);
        let account = self.lower.accounts.slots.get_mut(account_handle).ok_or(Unrendered)?;
        account.registration.asked = if account.registration.wanted { account.registration.ask } else { 0 };
        let account = self.lower.accounts.slots.get(account_handle).ok_or(Unrendered)?;
        let text = self.lower.accounts.text.get(account_handle.index);
        let challenges = self.lower.accounts.challenges.get(account_handle.index);
        let uri = account.registrar.of(text);
        let mut out = Cursor::new(self.lower.transactions.lend(handle));
        let mut writer = Writer::new(&mut out);
        write_top(&mut writer, Method::Register, uri, flow, local, branch);
        if !account.proxy.is_empty() {
            writer.header(Name::Route, |out| write_proxy(out, account.proxy.of(text)));
        }
        let aor = account.uri.of(text);
        writer.header(Name::From, |out| {
            write_address(out, account.display_name.of(text), aor);
            out.put_str(";tag=");
            account.registration.local_tag.write(out);
        });
        writer.header(Name::To, |out| write_address(out, account.display_name.of(text), aor));
        writer.header(Name::CallId, |out| {
            out.put_hex(account.registration.id, 16);
            out.put_str("@");
            write_host(out, local.ip());
        });
        writer.cseq(request.number, Method::Register);
        let mut digits = [0; 16];
        Cursor::new(&mut digits).put_hex(account.secret, 16);
        match account.contact_user.of(text) {
            [] => write_contact(writer.cursor(), &digits, flow, local, b""),
            user => write_contact(writer.cursor(), user, flow, local, &digits),
        }
        writer.number(Name::Expires, u64::from(account.registration.asked));
        write_credentials(
            &mut writer,
            account,
            text,
            challenges,
            &credentials,
            self.lower.cx.keys[1],
            b"REGISTER",
            uri,
        );
        writer.header_bytes(Name::Allow, ALLOW);
        writer.header_bytes(Name::UserAgent, self.lower.cx.fixed.agent.get());
        writer.end();
        let needed = out.finish();
        self.lower.transactions.written(&mut self.lower.cx, handle, needed)
    }

    fn render_in_dialog(
        &mut self,
        handle: Handle,
        request: &Asked,
        dialog_handle: Handle,
        flow: Flow,
        local: SocketAddr,
        branch: Tag,
    ) -> Result<(), Unrendered> {
        let dialog = self.lower.dialogs.slots.get(dialog_handle).copied().ok_or(Unrendered)?;
        let credentials = self.credentials_for(dialog.account, request);
        let offer = match request.method {
            Sending::Invite | Sending::Reinvite => Some(self.local_media(dialog.call).ok_or(Unrendered)?),
            _ => None,
        };
        let edition = self.calls.slots.get(dialog.call).map_or((0, 0), |call| (call.described, call.version));
        let mut described = None;
        let text = self.lower.dialogs.text.get(dialog_handle.index);
        let uri = dialog.request_uri(text);
        let mut out = Cursor::new(self.lower.transactions.lend(handle));
        let mut writer = Writer::new(&mut out);
        write_top(&mut writer, request.method.method(), uri, flow, local, branch);
        dialog.write_routes(text, writer.cursor());
        write_parties(&mut writer, &dialog, text);
        writer.cseq(request.number, request.method.method());
        let account = self.lower.accounts.slots.get(dialog.account);
        let user = contact_user(
            account.map(|account| account.call_user().of(self.lower.accounts.text.get(dialog.account.index))),
            self.lower.cx.fixed.direct_user.get(),
        );
        if request.method.is_invite() {
            write_contact(writer.cursor(), user, flow, local, b"");
        }
        if let Some(account) = account {
            let texts = self.lower.accounts.text.get(dialog.account.index);
            let challenges = self.lower.accounts.challenges.get(dialog.account.index);
            let name = request.method.method().text();
            write_credentials(&mut writer, account, texts, challenges, &credentials, self.lower.cx.keys[1], name, uri);
        }
        if request.method.is_invite() {
            writer.header_bytes(Name::Allow, ALLOW);
        }
        if request.method == Sending::Invite {
            writer.cursor().put(dialog.headers.of(text));
        }
        writer.header_bytes(Name::UserAgent, self.lower.cx.fixed.agent.get());
        if let Some((local_media, state)) = offer {
            writer.header_bytes(Name::ContentType, b"application/sdp");
            let out = writer.cursor();
            let at = write_length_place(out);
            let start = out.needed();
            crate::offer::write_offer(&local_media, &state, out);
            let len = out.needed() - start;
            patch_length(out, at, len);
            described = Some(super::call_media::number_edition(out, start, edition.0, edition.1));
        } else {
            writer.end();
        }
        let needed = out.finish();
        if let Some(described) = described {
            self.describe_anew(dialog.call, described);
        }
        if request.method.is_invite()
            && let Some(dialog) = self.lower.dialogs.slots.get_mut(dialog_handle)
        {
            dialog.credentials = credentials;
            // until its 2xx, the ACK of the one before may be asked for again
            if request.method == Sending::Invite {
                dialog.invite_number = request.number;
            }
        }
        self.lower.transactions.written(&mut self.lower.cx, handle, needed)
    }

    /// Renders the ACK of a 2xx straight into the driver's buffer: it is no transaction, and each repetition of the 2xx
    /// gets one.
    pub(super) fn render_ack(&self, dialog_handle: Handle, out: &mut Cursor<'_>) -> Option<Flow> {
        let dialog = self.lower.dialogs.slots.get(dialog_handle)?;
        let flow = dialog.flow?;
        let local = self.local_of(flow.socket())?;
        let text = self.lower.dialogs.text.get(dialog_handle.index);
        let uri = dialog.request_uri(text);
        let mut writer = Writer::new(out);
        // its branch is its own (rfc3261#13.2.2.4), and the same for each repetition
        let secret = Hasher::new(self.lower.cx.keys[1])
            .with(b"ack")
            .with(&dialog.local_tag.secret.to_le_bytes())
            .with(&dialog.invite_number.to_le_bytes())
            .finish();
        write_top(&mut writer, Method::Ack, uri, flow, local, Tag { handle: dialog_handle, secret });
        dialog.write_routes(text, writer.cursor());
        write_parties(&mut writer, dialog, text);
        writer.cseq(dialog.invite_number, Method::Ack);
        let own = dialog.own_hop && self.is_own_flow(dialog.account, flow);
        if let Some(account) = self.lower.accounts.slots.get(dialog.account).filter(|_| own) {
            // rfc3261#13.2.2.4, #22.1: the ACK repeats the INVITE's credentials, for it cannot be challenged
            let uri = dialog.invite_uri(text);
            let texts = self.lower.accounts.text.get(dialog.account.index);
            let challenges = self.lower.accounts.challenges.get(dialog.account.index);
            write_credentials(
                &mut writer,
                account,
                texts,
                challenges,
                &dialog.credentials,
                self.lower.cx.keys[1],
                b"INVITE",
                uri,
            );
        }
        writer.header_bytes(Name::UserAgent, self.lower.cx.fixed.agent.get());
        writer.end();
        Some(flow)
    }
}

pub(super) fn contact_user<'u>(account: Option<&'u [u8]>, direct: &'u [u8]) -> &'u [u8] {
    account.unwrap_or(direct)
}

/// The account's outbound proxy as a route: loose, whatever was written.
pub(super) fn write_proxy(out: &mut Cursor<'_>, proxy: &[u8]) {
    out.put_str("<");
    out.put(proxy);
    if !crate::wire::sip::Uri::parse(proxy).is_ok_and(|uri| uri.lr()) {
        out.put_str(";lr");
    }
    out.put_str(">");
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
