//! Our own part of a response: all that stands between the headers that it echoes and its body.

use super::Flow;
use super::fixed::Fixed;
#[cfg(all(feature = "info", feature = "message"))]
use super::packages;
use super::understood::{OURS, Tags};
#[cfg(feature = "info")]
use super::write::ACCEPT_INFO;
#[cfg(feature = "subscribe")]
use super::write::ACCEPT_NOTIFY;
use super::write::{ACCEPT, write_extensions, write_target, write_warning};
use crate::base::cursor::Cursor;
use crate::sip::session::timer::Lines;
use crate::sip::tag::Tag;
use crate::wire::sip::{Message, Name, Writer};
use core::net::SocketAddr;

/// Headers and words of a response beside the echo.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Extra<'e> {
    /// A reason phrase instead of the standard one.
    pub(super) reason: &'e str,
    /// The user of a Contact of ours (rfc3261#12.2.2: of the 2xx to a target refresh).
    pub(super) contact: Option<&'e [u8]>,
    /// Our methods.
    pub(super) allow: bool,
    /// Our bodies, languages and extensions.
    pub(super) capabilities: bool,
    /// Extensions beside those of the timer.
    pub(super) supported: Tags,
    /// It requires reliable provisional responses (rfc3261#21.4.15).
    #[cfg(feature = "reliable")]
    pub(super) reliable: bool,
    /// The number of one that is reliable.
    #[cfg(feature = "reliable")]
    pub(super) rseq: Option<u32>,
    /// The lines of the dialog's session timer, or of a refusal for its sake.
    pub(super) timer: Lines,
    /// The request whose Require has values that are not ours.
    pub(super) unsupported: Option<&'e Message<'e>>,
    pub(super) retry_after: u8,
    /// Code and words of a Warning (rfc3261#20.43).
    pub(super) warning: Option<(u16, &'e str)>,
    /// Seconds of a subscription (rfc6665#4.2.1.1).
    #[cfg(feature = "notify")]
    pub(super) expires: Option<u32>,
    /// The number was out of order (the words of a 500).
    pub(super) reordered: bool,
    /// It is the response to an INFO: it says which bodies and packages are taken.
    #[cfg(feature = "info")]
    pub(super) info: bool,
    /// The INFO packages that we take, where it says so.
    #[cfg(all(feature = "info", feature = "message"))]
    pub(super) packages: Option<&'e [u8]>,
    /// It is the response to a NOTIFY: it says which bodies these may have.
    #[cfg(feature = "subscribe")]
    pub(super) notify: bool,
    /// It is the response to a MESSAGE or a REFER: the bodies that these may have.
    #[cfg(feature = "message")]
    pub(super) accept: Option<&'e [u8]>,
    /// Of a REFER: no subscription was made (rfc4488#4).
    #[cfg(feature = "refer")]
    pub(super) no_progress: bool,
    /// The secret of the To tag; none: made from the request.
    pub(super) secret: Option<u64>,
    /// The To tag of a dialog.
    pub(super) tag: Option<Tag>,
    /// Header lines of a redirection; a response that has no room for them is none.
    #[cfg(feature = "rules")]
    pub(super) lines: &'e [u8],
    /// Its body is a description of its owner's.
    #[cfg(feature = "reoffer")]
    pub(super) described: bool,
    /// Nothing that may be left out.
    pub(super) bare: bool,
}

impl Extra<'_> {
    /// Of the refusal of a session that is too short (rfc4028#6): this Min-SE.
    pub(super) fn too_short(least: u32) -> Self {
        Self { timer: Lines::too_short(least), ..Self::default() }
    }

    /// Writes it behind the echo, which ends in To. `tag`: where To has none.
    pub(super) fn write(
        &self,
        fixed: &Fixed,
        status: u16,
        tag: Option<Tag>,
        (flow, local): (Flow, Option<SocketAddr>),
        out: &mut Cursor<'_>,
    ) {
        if let Some(tag) = tag.filter(|_| status > 100) {
            out.put_str(";tag=");
            tag.write(out);
        }
        out.put_str("\r\n");
        if let (Some(user), Some(local)) = (self.contact, local) {
            write_target(out, user, flow, local, fixed.focus);
        }
        let mut writer = Writer::new(out);
        if self.allow {
            writer.header_bytes(Name::Allow, OURS.allow);
        }
        // rfc3261#11.2: OPTIONS asks for all of it
        #[cfg(feature = "refer")]
        let supported = if self.capabilities { Tags::USUAL.and(self.supported) } else { self.supported };
        #[cfg(not(feature = "refer"))]
        let supported = if self.capabilities { Tags::USUAL } else { self.supported };
        #[cfg(feature = "reliable")]
        let required = Tags::RELIABLE.when(self.reliable || self.rseq.is_some());
        #[cfg(not(feature = "reliable"))]
        let required = Tags::NONE;
        write_extensions(&mut writer, (supported, required), &self.timer);
        #[cfg(feature = "reliable")]
        if let Some(rseq) = self.rseq {
            writer.number(Name::RSeq, rseq.into());
        }
        #[cfg(feature = "refer")]
        if self.no_progress {
            writer.header_bytes(Name::ReferSub, b"false");
        }
        // rfc3261#21.4.13: a 415 lists the bodies that we take
        if (status == 415 && !self.bare) || self.capabilities {
            #[cfg(feature = "info")]
            let accept = if self.info { ACCEPT_INFO } else { ACCEPT };
            #[cfg(not(feature = "info"))]
            let accept = ACCEPT;
            #[cfg(feature = "subscribe")]
            let accept = if self.notify { &ACCEPT_NOTIFY } else { accept };
            #[cfg(feature = "message")]
            let accept = self.accept.unwrap_or(accept);
            writer.header_bytes(Name::Accept, accept);
            writer.header_bytes(Name::AcceptEncoding, b"identity");
        }
        // rfc6086#4.2.2: a 469 has an empty list where we take no packages
        #[cfg(all(feature = "info", feature = "message"))]
        if let Some(names) = self.packages.or((status == 469).then_some(b"")) {
            packages::write(&mut writer, names);
        }
        #[cfg(all(feature = "info", not(feature = "message")))]
        if status == 469 {
            writer.header_bytes(Name::RecvInfo, b"");
        }
        if self.capabilities {
            // we speak English
            writer.header_bytes(Name::AcceptLanguage, b"en");
        }
        if let Some(request) = self.unsupported {
            writer.header(Name::Unsupported, |out| {
                let unsupported = request.tokens(Name::Require).filter(|token| !OURS.supports(request, token));
                for (position, token) in unsupported.enumerate() {
                    out.put_str(if position == 0 { "" } else { ", " });
                    out.put(token);
                }
            });
        }
        #[cfg(feature = "notify")]
        if let Some(seconds) = self.expires {
            writer.number(Name::Expires, seconds.into());
        }
        // rfc6665#8.2.2: which packages there are; and of a 423 the least time, for it is the same for all
        #[cfg(feature = "notify")]
        if status == 489 || self.capabilities {
            writer.header_bytes(Name::AllowEvents, super::write::EVENTS);
        }
        #[cfg(feature = "notify")]
        if status == 423 {
            writer.number(Name::MinExpires, crate::base::limits::WATCHER_LEAST.into());
        }
        if self.retry_after > 0 {
            writer.number(Name::RetryAfter, u64::from(self.retry_after));
        }
        if let (Some((code, words)), Some(local)) = (self.warning, local) {
            write_warning(&mut writer, code, local, words);
        }
        #[cfg(feature = "rules")]
        writer.cursor().put(self.lines);
        if !self.bare && status > 100 {
            writer.header_bytes(Name::Server, fixed.agent.get());
        }
    }
}
