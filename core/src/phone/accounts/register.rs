//! The REGISTER of an account, written.

use super::{Accounts, Asked, Digest};
use crate::base::cursor::{Cursor, Needed};
use crate::base::slots::Handle;
use crate::phone::Flow;
use crate::phone::context::Context;
use crate::phone::write::{write_contact, write_proxy, write_top};
use crate::sip::tag::Tag;
use crate::wire::sip::{Method, Name, Writer, write_address, write_host};
use core::net::SocketAddr;

/// The way by which a REGISTER leaves.
#[derive(Clone, Copy, Debug)]
pub(in crate::phone) struct Leaving {
    pub(in crate::phone) flow: Flow,
    pub(in crate::phone) local: SocketAddr,
    pub(in crate::phone) branch: Tag,
    pub(in crate::phone) number: u32,
}

impl Accounts<'_> {
    /// Writes the REGISTER of an account. `allow`: the methods that we understand. `None`: there is no such account.
    pub(in crate::phone) fn write_register(
        &mut self,
        cx: &Context<'_>,
        handle: Handle,
        asked: &Asked,
        leaving: &Leaving,
        allow: &[u8],
        out: &mut [u8],
    ) -> Option<Result<usize, Needed>> {
        let credentials = self.credentials(handle, asked, &Default::default());
        let account = self.slots.get_mut(handle)?;
        account.registration.asked = account.asks();
        let account = self.slots.get(handle)?;
        let text = self.text.get(handle.index);
        let uri = account.registrar.of(text);
        let Leaving { flow, local, branch, number } = *leaving;
        let mut out = Cursor::new(out);
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
        writer.cseq(number, Method::Register);
        let mut digits = [0; 16];
        Cursor::new(&mut digits).put_hex(account.secret, 16);
        match account.contact_user.of(text) {
            [] => write_contact(writer.cursor(), &digits, flow, local, b""),
            user => write_contact(writer.cursor(), user, flow, local, &digits),
        }
        writer.number(Name::Expires, u64::from(account.registration.asked));
        let digest = Digest { key: cx.keys[1], method: b"REGISTER", uri, body: b"" };
        self.write_credentials(&mut writer, handle, &credentials, digest);
        writer.header_bytes(Name::Allow, allow);
        #[cfg(feature = "identity")]
        {
            let [_, headers, _] = account.said;
            writer.cursor().put(headers.of(text));
        }
        writer.header_bytes(Name::UserAgent, cx.fixed.agent.get());
        writer.end();
        Some(out.finish())
    }
}
