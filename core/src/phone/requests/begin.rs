//! The leg of a first request: our side, the far end, the way there. It becomes a dialog, or is used for this request
//! alone.

use crate::base::cursor::Cursor;
use crate::base::limits::{DISPLAY_NAME, TARGET};
use crate::base::slots::Handle;
#[cfg(any(feature = "message", feature = "publish", feature = "notify"))]
use crate::phone::Flow;
use crate::phone::accounts::Accounts;
#[cfg(all(feature = "info", feature = "message"))]
use crate::phone::context::Context;
use crate::phone::dialogs::{Leg, Texts};
#[cfg(feature = "identity")]
use crate::phone::location;
#[cfg(all(feature = "info", feature = "message", feature = "identity"))]
use crate::phone::packages::line_len;
use crate::phone::write::write_proxy;
#[cfg(any(feature = "message", feature = "publish"))]
use crate::phone::write::{write_extensions, write_top};
use crate::phone::{AccountText, CommandError, DialOptions, Lower};
#[cfg(any(feature = "message", feature = "publish"))]
use crate::phone::{transactions::request::Sending, understood::Tags};
#[cfg(any(feature = "message", feature = "publish"))]
use crate::sip::dialog::Dialog;
use crate::sip::tag::Tag;
use crate::wire::sip::write_quoted;
#[cfg(any(feature = "message", feature = "publish", feature = "notify"))]
use crate::wire::sip::write_socket;
#[cfg(any(feature = "message", feature = "publish"))]
use crate::wire::sip::{Method, Name, Writer};
#[cfg(any(feature = "message", feature = "publish", feature = "notify"))]
use core::net::SocketAddr;

/// Bytes of a Call-ID of ours.
const CALL_ID: usize = 32;

/// The end of a Replaces line, and the line that wants it understood.
#[cfg(feature = "refer")]
const REQUIRED: &[u8] = b"\r\nRequire: replaces\r\n";

/// Takes the texts of a dialog, and its route. `None`: it cannot.
type Describe<'f> = &'f mut dyn FnMut(&Texts<'_>, Option<&[u8]>) -> Option<()>;

/// A first request that is to be made.
#[derive(Clone, Copy)]
pub(in crate::phone) struct First<'t> {
    pub(in crate::phone) account: Handle,
    pub(in crate::phone) uri: &'t [u8],
    /// It goes by the account's own server.
    pub(in crate::phone) own_hop: bool,
    pub(in crate::phone) options: &'t DialOptions<'t>,
    /// Header lines before those of the options.
    lines: &'static [u8],
    /// It begins a call, which may take INFO packages.
    #[cfg(all(feature = "info", feature = "message"))]
    calls: bool,
}

impl<'t> First<'t> {
    /// One from this account, or from none. `lines`: header lines by whether it goes by the account's own server.
    pub(in crate::phone) fn new(
        accounts: &Accounts<'_>,
        (account, uri): (Handle, &'t [u8]),
        options: &'t DialOptions<'t>,
        lines: impl FnOnce(bool) -> &'static [u8],
    ) -> Self {
        // by the account's proxy, or to its own domain by its registrar
        let own_hop = is_service(uri) || accounts.is_by_own_server(account, uri);
        Self {
            account,
            uri,
            own_hop,
            options,
            lines: lines(own_hop),
            #[cfg(all(feature = "info", feature = "message"))]
            calls: false,
        }
    }

    /// The same, of a call.
    pub(in crate::phone) const fn of_call(self) -> Self {
        #[cfg(all(feature = "info", feature = "message"))]
        return Self { calls: true, ..self };
        #[cfg(not(all(feature = "info", feature = "message")))]
        self
    }

    /// The INFO packages that we take in its dialog.
    #[cfg(all(feature = "info", feature = "message"))]
    fn packages<'p>(&'p self, accounts: &'p Accounts<'_>, cx: &'p Context<'_>) -> Option<&'p [u8]> {
        let usual = || accounts.packages(cx, self.account);
        if self.calls { self.options.info_packages.map(str::as_bytes).or_else(usual) } else { None }
    }

    /// Its texts fit a dialog.
    pub(in crate::phone) fn fits(&self, lower: &Lower<'_>) -> bool {
        #[cfg(all(feature = "info", feature = "message"))]
        let more = self.packages(&lower.accounts, &lower.cx).map_or(0, <[u8]>::len);
        #[cfg(not(all(feature = "info", feature = "message")))]
        let more = 0;
        let fits = &mut |texts: &Texts<'_>, route: Option<&[u8]>| {
            lower.dialogs.fits(texts, route, self.uri, more).then_some(())
        };
        self.describe(&lower.accounts, &[0; CALL_ID], fits).is_some()
    }

    /// The bytes of such a request without credentials, as far as it carries nothing.
    #[cfg(any(feature = "message", feature = "publish"))]
    fn head(&self, lower: &Lower<'_>, method: Method<'_>) -> Option<usize> {
        let mut needed = 0;
        let with = &mut |texts: &Texts<'_>, route: Option<&[u8]>| {
            let (flow, local) = lower.widest();
            let tag = Tag { handle: Handle::NONE, secret: 0 };
            let mut out = Cursor::new(&mut []);
            let mut writer = Writer::new(&mut out);
            write_top(&mut writer, method, self.uri, flow, local, tag);
            if let Some(route) = route {
                writer.header_bytes(Name::Route, route);
            }
            writer.header(Name::From, |out| {
                texts.local.iter().for_each(|part| out.put(part));
                if texts.local.len() < 2 {
                    lower.write_direct(local, out);
                }
                out.put_str(";tag=");
                tag.write(out);
            });
            writer.header(Name::To, |out| texts.remote.iter().for_each(|part| out.put(part)));
            writer.header_bytes(Name::CallId, texts.call_id);
            writer.cseq(1, method);
            write_extensions(&mut writer, (Tags::NONE, Tags::NONE), &Dialog::EMPTY.session.timer.request(false));
            writer.header_bytes(Name::UserAgent, lower.cx.fixed.agent.get());
            needed = out.needed();
            Some(())
        };
        self.describe(&lower.accounts, &[0; CALL_ID], with).map(|()| needed)
    }

    /// Bytes of the longest document that its INVITE has room for. The INVITE is taken for as long as it may become: from
    /// the longest address, with credentials where there is a password.
    #[cfg(feature = "identity")]
    pub(in crate::phone) fn longest_location(&self, lower: &Lower<'_>) -> usize {
        let mut known = 0;
        let count = &mut |texts: &Texts<'_>, route: Option<&[u8]>| {
            let lists = [texts.local, texts.remote, texts.headers].into_iter().flatten();
            known = lists.map(|part| part.len()).sum::<usize>() + route.map_or(0, <[u8]>::len) + self.uri.len();
            Some(())
        };
        let _ = self.describe(&lower.accounts, &[0; CALL_ID], count);
        let (accounts, fixed) = (&lower.accounts, &lower.cx.fixed);
        let user = accounts.call_user(self.account).unwrap_or(fixed.direct_user.get()).len();
        let codecs = self.options.codecs.or(accounts.codecs(self.account)).list().unwrap_or(fixed.codecs);
        let codecs = codecs.entries().len();
        #[cfg(all(feature = "info", feature = "message"))]
        let known = known + self.packages(accounts, &lower.cx).map_or(0, line_len);
        let credentials = if accounts.has_password(self.account) { location::CREDENTIALS } else { 0 };
        let parts = codecs * location::FORMAT + fixed.agent.get().len() + user + known + credentials;
        let around = location::AROUND + location::ADDRESSES * lower.cx.address_len() + parts;
        lower.transactions.longest().saturating_sub(around).min(accounts.longest_location())
    }

    /// Gives the texts of its dialog, and its route, to `with`. `None`: its name or its route is too long; or `with`
    /// says so.
    // `inline(never)`: keeps the texts off the deepest embedded stack path
    #[inline(never)]
    fn describe(&self, accounts: &Accounts<'_>, call_id: &[u8], with: Describe<'_>) -> Option<()> {
        let Self { account, uri, own_hop, options, lines, .. } = *self;
        let mut name = [0u8; DISPLAY_NAME];
        let mut cursor = Cursor::new(&mut name);
        let display = if options.display_name.is_empty() {
            accounts.display_name(account)
        } else {
            options.display_name.as_bytes()
        };
        if !display.is_empty() {
            write_quoted(&mut cursor, display);
            cursor.put_str(" ");
        }
        let name_len = cursor.finish().ok()?;
        let name = name.get(..name_len).unwrap_or_default();
        let own = accounts.uri(account);
        let whole = [name, b"<", own.unwrap_or_default(), b">"];
        #[cfg(feature = "identity")]
        let identity = accounts.identity(account, options);
        #[cfg(feature = "identity")]
        let whole = identity.from(whole, if options.display_name.is_empty() { b"" } else { name });
        #[cfg(feature = "identity")]
        let headers = identity.lines(own_hop, [lines, options.headers.as_bytes()]);
        #[cfg(feature = "identity")]
        let named = identity.names();
        #[cfg(not(feature = "identity"))]
        let (named, _) = (false, own_hop);
        #[cfg(not(feature = "identity"))]
        let headers = [lines, options.headers.as_bytes()];
        #[cfg(feature = "refer")]
        let mut all = [b"".as_slice(); 14];
        #[cfg(feature = "refer")]
        let headers = {
            // rfc3891#6.2: whoever cannot replace anything refuses, and does not ring
            let replaces = options.replaces.as_bytes();
            let parts = if replaces.is_empty() { [b"".as_slice(); 3] } else { [b"Replaces: ", replaces, REQUIRED] };
            debug_assert!(parts.len() + headers.len() <= all.len(), "no part may be left out");
            all.iter_mut().zip(parts.into_iter().chain(headers)).for_each(|(place, part)| *place = part);
            all
        };
        let texts = Texts {
            // a direct one is named by the address that it leaves from, once that is known
            local: if own.is_some() || named { &whole } else { whole.get(..1).unwrap_or_default() },
            remote: &[b"<", uri, b">"],
            call_id,
            headers: &headers,
        };
        let mut room = [0u8; TARGET];
        let server = if is_service(uri) {
            accounts.text(account, AccountText::NextHop).unwrap_or_default()
        } else {
            accounts.proxy(account)
        };
        with(&texts, route_by(server, &mut room)?)
    }
}

impl Lower<'_> {
    /// The leg of a first request. `make` makes it of our tag.
    ///
    /// # Errors
    /// [`CommandError::Full`], [`CommandError::Text`]; no slot is taken then.
    pub(in crate::phone) fn begin(
        &mut self,
        first: &First<'_>,
        make: impl FnOnce(Tag) -> Leg,
    ) -> Result<Handle, CommandError> {
        let secret = self.cx.rng.next_u64();
        let mut call_id = [0u8; CALL_ID];
        let mut cursor = Cursor::new(&mut call_id);
        cursor.put_hex(self.cx.rng.next_u64(), 16);
        cursor.put_hex(self.cx.rng.next_u64(), 16);
        let handle = self.new_dialog(Leg::EMPTY).ok_or(CommandError::Full)?;
        let leg = make(Tag { handle, secret });
        let begin = &mut |texts: &Texts<'_>, route: Option<&[u8]>| {
            self.dialogs.begin(handle, leg, texts, b"", route.into_iter(), first.uri)
        };
        if first.describe(&self.accounts, &call_id, begin).is_none() {
            self.dialogs.discard(handle);
            return Err(CommandError::Text);
        }
        #[cfg(all(feature = "info", feature = "message"))]
        if let Some(packages) = first.packages(&self.accounts, &self.cx) {
            let fits = self.dialogs.take_packages(handle, packages);
            debug_assert!(fits, "it was looked at before");
        }
        Ok(handle)
    }

    /// Nothing stands in the way of [`Lower::begin`].
    ///
    /// # Errors
    /// As there.
    #[cfg(feature = "subscribe")]
    pub(in crate::phone) fn can_begin(&self, account: Handle, uri: &[u8]) -> Result<(), CommandError> {
        if !self.can_name(account, uri) {
            return Err(CommandError::Text);
        }
        if self.dialogs.free() == 0 { Err(CommandError::Full) } else { Ok(()) }
    }

    /// The texts of a first request have room in a dialog, where one is free.
    #[cfg(any(feature = "message", feature = "subscribe"))]
    pub(in crate::phone) fn can_name(&self, account: Handle, uri: &[u8]) -> bool {
        First::new(&self.accounts, (account, uri), &DialOptions::default(), |_| b"").fits(self)
    }

    /// The bytes of a MESSAGE before what it carries: to this URI, or in this dialog.
    #[cfg(feature = "message")]
    pub(in crate::phone) fn message_head(&self, account: Handle, uri: &[u8], dialog: Handle) -> usize {
        if dialog.is_none() {
            self.first_head(account, uri, Sending::Message)
        } else {
            self.head_within(dialog, Sending::Message.method())
        }
    }

    /// The bytes of a first request before what it carries.
    #[cfg(any(feature = "message", feature = "publish"))]
    pub(in crate::phone) fn first_head(&self, account: Handle, uri: &[u8], sending: Sending) -> usize {
        let options = DialOptions::default();
        First::new(&self.accounts, (account, uri), &options, |_| b"").head(self, sending.method()).unwrap_or(usize::MAX)
    }

    /// The address of ours that is the longest in writing, and a flow from there.
    #[cfg(any(feature = "message", feature = "publish", feature = "notify"))]
    pub(super) fn widest(&self) -> (Flow, SocketAddr) {
        let len = |local: &SocketAddr| {
            let mut out = Cursor::new(&mut []);
            write_socket(&mut out, *local);
            out.needed()
        };
        let local = self.cx.sockets.iter().flatten().copied().max_by_key(len);
        let local = local.unwrap_or(SocketAddr::from(([0; 4], 0)));
        (Flow::Udp { socket: 0, remote: local }, local)
    }

    /// The leg of a request that nothing else is asked of. `make` makes it of our tag, and of whether its way is the
    /// account's own; `lines`: header lines of its request by the same, before those of the options.
    ///
    /// # Errors
    /// As [`Lower::begin`].
    #[cfg(any(feature = "message", feature = "subscribe", feature = "publish"))]
    pub(in crate::phone) fn begin_leg(
        &mut self,
        account: Handle,
        uri: &[u8],
        options: &DialOptions<'_>,
        make: impl FnOnce(Tag, bool) -> Leg,
        lines: impl FnOnce(bool) -> &'static [u8],
    ) -> Result<Handle, CommandError> {
        let first = First::new(&self.accounts, (account, uri), options, lines);
        self.begin(&first, |tag| make(tag, first.own_hop))
    }
}

/// The target is a service, which only the account's own server can find.
fn is_service(uri: &[u8]) -> bool {
    #[cfg(feature = "numbers")]
    return core::str::from_utf8(uri).is_ok_and(crate::numbers::is_service);
    #[cfg(not(feature = "numbers"))]
    {
        let _ = uri;
        false
    }
}

/// The route by an account's proxy, where it has one (rfc3261#8.1.2). `None`: it does not fit, and the request may not
/// leave without it.
pub(in crate::phone) fn route_by<'r>(proxy: &[u8], room: &'r mut [u8; TARGET]) -> Option<Option<&'r [u8]>> {
    if proxy.is_empty() {
        return Some(None);
    }
    let mut cursor = Cursor::new(room);
    write_proxy(&mut cursor, proxy);
    let len = cursor.finish().ok()?;
    room.get(..len).map(Some)
}
