//! Messages: commands, numbers and bodies.

use std::ptr::null;

use super::texts::{check, pointer, read_text, text};
use super::{Failure, Handle, Id, c};

impl Handle {
    /// Sends one, in its order behind those to the same far end. `kind`: the type of its body; none: plain text.
    /// `notices`: MICROSIP_WANT_*. Its end is [`crate::event::Happened::Sent`] with the token.
    pub(crate) fn message_send(
        self,
        account: Id,
        to: &str,
        (kind, headers, body): (Option<&str>, &str, &[u8]),
        notices: u32,
        token: u64,
    ) -> Result<Id, Failure> {
        let (to, headers, kind) = (text(to)?, text(headers)?, kind.map(text).transpose()?);
        let message = c::microsip_message {
            size: size_of::<c::microsip_message>() as u32,
            len: u32::try_from(body.len()).unwrap_or(u32::MAX),
            tag: 0,
            uri: to.as_ptr(),
            content_type: pointer(kind.as_ref()),
            body: if body.is_empty() { null() } else { body.as_ptr().cast() },
            headers: headers.as_ptr(),
            package: null(),
            reserved: null(),
            notices,
            reserved_notices: 0,
        };
        let mut id = 0;
        // SAFETY: the texts and the body live until the call has copied them.
        check(unsafe { c::microsip_message_send(self.0, account, &raw const message, token, &raw mut id) }).map(|()| id)
    }

    /// It is an INFO, and the call that it belongs to; 0: none.
    pub(crate) fn of_call(self, message: Id) -> (bool, Id) {
        let mut info =
            c::microsip_message_info { size: size_of::<c::microsip_message_info>() as u32, ..Default::default() };
        // SAFETY: the library writes as many bytes as its size says.
        let known = unsafe { c::microsip_message_info_get(self.0, message, &raw mut info) } == c::MICROSIP_OK;
        if known { (info.info != 0, info.call) } else { (false, 0) }
    }

    /// Its sender gets this status.
    pub(crate) fn message_answer(self, message: Id, code: u32) -> Result<(), Failure> {
        check(c::microsip_message_answer(self.0, message, code))
    }

    /// Its sender is told that it came, or was read. One that did not ask is not.
    pub(crate) fn message_notice(self, message: Id, state: u32) -> Result<(), Failure> {
        if self.message_info(message)?.notices
            & (if state == c::MICROSIP_NOTICE_DISPLAYED { c::MICROSIP_WANT_DISPLAY } else { c::MICROSIP_WANT_DELIVERY })
            == 0
        {
            return Ok(());
        }
        check(c::microsip_message_notice(self.0, message, state))
    }

    fn message_info(self, message: Id) -> Result<c::microsip_message_info, Failure> {
        let mut info =
            c::microsip_message_info { size: size_of::<c::microsip_message_info>() as u32, ..Default::default() };
        // SAFETY: it is writable, and says its size.
        check(unsafe { c::microsip_message_info_get(self.0, message, &raw mut info) }).map(|()| info)
    }

    /// The body of a message, or of a subscription's last notification; empty where there is none.
    pub(crate) fn body(self, object: Id) -> Vec<u8> {
        let (mut body, mut needed) = (Vec::new(), 0u32);
        for _ in 0..2 {
            body.resize(needed as usize, 0);
            // SAFETY: the library writes at most that many bytes.
            let code = unsafe {
                let cap = body.len() as u32;
                c::microsip_body_get(self.0, object, body.as_mut_ptr().cast(), cap, &raw mut needed)
            };
            match code {
                c::MICROSIP_OK => return body,
                c::MICROSIP_E_BUFFER => {}
                _ => break,
            }
        }
        Vec::new()
    }

    /// A text of any object, MICROSIP_TXT_*; empty where there is none.
    pub(crate) fn text_of(self, object: Id, which: u32, index: u32) -> String {
        // SAFETY: the library writes at most `cap` bytes to `buf`.
        read_text(|buf, cap, needed| unsafe { c::microsip_text_get(self.0, object, which, index, buf, cap, needed) })
            .unwrap_or_default()
    }
}
