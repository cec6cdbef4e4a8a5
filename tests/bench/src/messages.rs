//! Reading twenty messages as telephones meet them: one lucky message proves little about a parser.

use core::hint::black_box;
use microsip_core::wire::sdp::{Note, RtpMap, Session};
use microsip_core::wire::sip::{Message, Uri};

const TEXT: &str = include_str!("messages.txt");

/// The messages by name, as they are on the wire.
pub(crate) fn all() -> Vec<(&'static str, Vec<u8>)> {
    let blocks = TEXT.split("\n=== ").skip(1);
    let wire = |block: &'static str| {
        let (name, text) = block.split_once('\n')?;
        let (head, body) = text.split_once("\n\n").unwrap_or((text.trim_end_matches('\n'), ""));
        let body = match body.trim_end_matches('\n') {
            "" => String::new(),
            body => body.replace('\n', "\r\n") + "\r\n",
        };
        let head = head.replace(": @", &format!(": {}", body.len())).replace('\n', "\r\n");
        Some((name, format!("{head}\r\n\r\n{body}").into_bytes()))
    };
    blocks.filter_map(wire).collect()
}

/// Via, From, To, CSeq, Contact and Call-ID as types, with their URIs; where `sdp`, its description too. What is read
/// is added up, so that none of it can be left out; `None` where something was not read that is there.
fn read(bytes: &[u8], sdp: bool) -> Option<usize> {
    let message = &Message::parse(black_box(bytes));
    let message = message.as_ref().ok()?;
    let (from, to, cseq) = (message.from().ok()?, message.to().ok()?, message.cseq().ok()?);
    let mut sum = message.via().ok()?.branch()?.len() + message.call_id().ok()?.len() + cseq.number as usize;
    sum += from.tag().map_or(0, <[u8]>::len) + to.tag().map_or(0, <[u8]>::len);
    // a tel: URI is no address of ours, and is read as far as that
    let length = |uri: Result<Uri<'_>, _>| uri.map_or(0, |uri| uri.raw().len());
    sum += length(from.parsed_uri()) + length(to.parsed_uri());
    let contact = message.contact().ok()?;
    if let Some(address) = contact.as_ref().and_then(|contact| contact.address()) {
        sum += address.parsed_uri().ok()?.raw().len();
    }
    if sdp {
        let session = Session::parse(message.body()).ok()?;
        let mut maps = 0;
        session
            .section(0)?
            .read(|note| maps += usize::from(matches!(note, Note::Map(_, text) if RtpMap::read(text).is_some())));
        sum += maps;
    }
    Some(sum)
}

/// Reads message `number` so many times.
pub(crate) fn work(number: &str, times: u32, sdp: bool) -> bool {
    let Some((_, bytes)) = number.parse().ok().and_then(|n: usize| all().into_iter().nth(n)) else { return false };
    (0..times).all(|_| black_box(read(&bytes, sdp)).is_some())
}

/// One line a message: its number, length, whether it has SDP, its name; false where one cannot be read.
pub(crate) fn list() -> bool {
    all().iter().enumerate().all(|(number, (name, bytes))| {
        let sdp = bytes.windows(7).any(|part| part == b"\r\n\r\nv=0");
        println!("{number} {} {} {name}", bytes.len(), u8::from(sdp));
        read(bytes, sdp).is_some()
    })
}
