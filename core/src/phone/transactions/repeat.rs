//! Messages that repeat our INVITE: its CANCEL, and the ACK of its refusal. They are made from the bytes that were
//! sent, not from the dialog, which a provisional response may have given another target and other routes meanwhile.

use crate::base::cursor::Cursor;
use crate::phone::write::END;
use crate::wire::sip::{Method, Name, Writer};

/// The lines of a message of ours, each with its foldings (a name of the far end may have some), without its CRLF. The
/// blank one ends them.
pub(in crate::phone) fn lines(message: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    let mut rest = message;
    core::iter::from_fn(move || {
        let ends = |three: &[u8]| matches!(three, [b'\r', b'\n', next] if !matches!(next, b' ' | b'\t'));
        let end = rest.windows(3).position(ends)?;
        let (line, later) = rest.split_at_checked(end)?;
        rest = later.get(2..)?;
        (!line.is_empty()).then_some(line)
    })
}

/// Writes all lines before CSeq, under another method. `to`: another To.
fn write(request: &[u8], sending: Method<'_>, number: u32, to: Option<&[u8]>, out: &mut Cursor<'_>) -> Option<()> {
    let mut lines = lines(request);
    let first = lines.next()?;
    let space = first.iter().position(|byte| *byte == b' ')?;
    out.put(sending.text());
    out.put(first.get(space..)?);
    out.put_str("\r\n");
    for line in lines.take_while(|line| !line.starts_with(b"CSeq:")) {
        match to.filter(|_| line.starts_with(b"To:")) {
            Some(to) => Writer::new(out).header_bytes(Name::To, to),
            None => {
                out.put(line);
                out.put_str("\r\n");
            }
        }
    }
    Writer::new(out).cseq(number, sending);
    Some(())
}

/// rfc3261#9.1. `more`: further header lines, which are left out where they find no room.
pub(super) fn write_cancel(invite: &[u8], number: u32, agent: &[u8], more: &[u8], out: &mut Cursor<'_>) -> Option<()> {
    write(invite, Method::Cancel, number, None, out)?;
    let mut writer = Writer::new(out);
    writer.header_bytes(Name::UserAgent, agent);
    writer.cursor().put_with_room(more, END);
    writer.end();
    Some(())
}

/// rfc3261#17.1.1.3
pub(super) fn write_ack(invite: &[u8], number: u32, to: &[u8], out: &mut Cursor<'_>) -> Option<()> {
    write(invite, Method::Ack, number, Some(to), out)?;
    Writer::new(out).end();
    Some(())
}
