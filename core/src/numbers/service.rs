//! Services that have a name instead of a number (RFC 5031): `urn:service:sos`, `urn:service:sos.fire`.

/// The longest label of a name.
const LABEL: usize = 63;

/// The text names a service. rfc5031: `urn:service:` and labels of letters, digits and hyphens, dots between them.
#[must_use]
pub fn is_service(text: &str) -> bool {
    const START: &str = "urn:service:";
    let Some((start, labels)) = text.split_at_checked(START.len()) else { return false };
    let fits = |label: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        (1..=LABEL).contains(&label.len())
            && label.bytes().all(plain)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    start.eq_ignore_ascii_case(START) && labels.split('.').all(fits)
}

/// It is one for emergencies.
pub(super) fn is_emergency_service(text: &str) -> bool {
    let top = text.rsplit(':').next().and_then(|labels| labels.split('.').next());
    is_service(text) && top.is_some_and(|label| label.eq_ignore_ascii_case("sos"))
}
