//! Headers that are worth a line below an arrow, read by rsip.

use std::panic::catch_unwind;

use rsip::SipMessage;
use rsip::prelude::{HasHeaders, HeadersExt, UntypedHeader};

/// The lines, or nothing where rsip cannot read the message, or stumbles: it is not ours.
pub(super) fn details(bytes: &[u8]) -> Option<Vec<String>> {
    catch_unwind(|| decoded(bytes)).ok().flatten()
}

fn decoded(bytes: &[u8]) -> Option<Vec<String>> {
    let message = SipMessage::try_from(bytes).ok()?;
    let mut details = vec![
        format!(
            "From {}   To {}",
            party(message.from_header().ok()?.value()),
            party(message.to_header().ok()?.value())
        ),
        format!("Call-ID {}   CSeq {}", message.call_id_header().ok()?.value(), message.cseq_header().ok()?.value()),
    ];
    if let Ok(contact) = message.contact_header() {
        details.push(format!("Contact {}", contact.value()));
    }
    if let Some(agent) = message.user_agent_header() {
        details.push(format!("User-Agent {}", agent.value()));
    }
    let wanted = message.headers().iter().filter(|header| {
        use rsip::Header as H;
        matches!(
            header,
            H::Expires(_) | H::WwwAuthenticate(_) | H::ProxyAuthenticate(_) | H::MinExpires(_) | H::Warning(_)
        )
    });
    details.extend(wanted.map(|header| header.to_string().trim_end().to_owned()));
    details.extend(sdp_address(message.body()));
    Some(details)
}

/// The URI of a From or To without its tag and other parameters.
fn party(value: &str) -> &str {
    match value.split_once('<').and_then(|(_, rest)| rest.split_once('>')) {
        Some((uri, _)) => uri,
        None => value.split(';').next().unwrap_or_default().trim(),
    }
}

/// The address for audio, when the body names one.
fn sdp_address(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    let of = |prefix| text.lines().find_map(|line| line.strip_prefix(prefix));
    let port = of("m=audio ")?.split_whitespace().next().unwrap_or_default();
    let address = of("c=").unwrap_or_default().split_whitespace().last().unwrap_or_default();
    let direction = ["sendonly", "recvonly", "inactive"]
        .into_iter()
        .find(|way| text.lines().any(|line| line.strip_prefix("a=") == Some(way)));
    Some(format!("SDP audio at {address} port {port}, {}", direction.unwrap_or("sendrecv")))
}
