//! DNS SRV (RFC 2782, RFC 3263 §4.2) for SIP over UDP.

/// A server that a domain names.
pub(crate) struct Server {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) priority: u16,
    pub(crate) weight: u16,
}

/// The SIP servers of a domain, over UDP.
pub(crate) fn servers(_domain: &str) -> Vec<Server> {
    Vec::new()
}
