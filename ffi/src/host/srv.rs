//! DNS SRV for SIP over UDP and TCP (RFC 2782, RFC 3263 §4.2), which the system's own look-up does not do. NAPTR, which
//! chooses among transports, is not asked: where a domain has servers of both, UDP's come first.

use core::net::{IpAddr, SocketAddr};
use core::time::Duration;
use microsip_core::phone::Transport;
use parking_lot::Mutex;
use simple_dns::rdata::RData;
use simple_dns::{CLASS, Name, Packet, PacketFlag, QTYPE, Question, TYPE};
use std::net::UdpSocket;
use std::time::Instant;

#[cfg(test)]
mod tests;

/// The waits for a name server's reply, one for each try.
const PATIENCE: Duration = Duration::from_millis(1000);
const TRIES: u32 = 2;
/// Name servers that did not reply are not asked for so long: a machine without them must not wait at each call.
const GRUDGE: Duration = Duration::from_secs(30);
/// Addresses that a name may stand for; the core takes no more.
pub(crate) const HOPS: usize = 8;
/// Name servers of the system that are tried.
const SERVERS: usize = 3;

/// A server that a domain names.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Server {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) priority: u16,
    pub(crate) weight: u16,
    /// Seconds.
    pub(crate) lifetime: u32,
}

/// The service of SIP over a transport.
const fn service(transport: Transport) -> &'static str {
    match transport {
        Transport::Udp => "_sip._udp",
        Transport::Tcp => "_sip._tcp",
        Transport::Tls => "_sips._tcp",
    }
}

/// Asks the system's name servers.
pub(crate) struct Resolver {
    silent_since: Mutex<Option<Instant>>,
}

impl Resolver {
    pub(crate) const fn new() -> Self {
        Self { silent_since: Mutex::new(None) }
    }

    /// The SIP servers of a domain, over that transport; none where it names none, or no reply comes.
    pub(crate) fn servers(&self, domain: &str, transport: Transport) -> Vec<Server> {
        // names without a dot are the host's own affair
        if !domain.trim_end_matches('.').contains('.')
            || self.silent_since.lock().is_some_and(|since| since.elapsed() < GRUDGE)
        {
            return Vec::new();
        }
        let name_servers = name_servers();
        for server in &name_servers {
            if let Some(found) = ask(*server, domain, transport) {
                return found;
            }
        }
        *self.silent_since.lock() = Some(Instant::now());
        Vec::new()
    }
}

/// The system's name servers.
fn name_servers() -> Vec<SocketAddr> {
    let text = std::fs::read_to_string("/etc/resolv.conf").unwrap_or_default();
    text.lines()
        .filter_map(|line| line.strip_prefix("nameserver")?.trim().parse::<IpAddr>().ok())
        .take(SERVERS)
        .map(|ip| SocketAddr::new(ip, 53))
        .collect()
}

/// `None`: it did not reply.
fn ask(server: SocketAddr, domain: &str, transport: Transport) -> Option<Vec<Server>> {
    let any = if server.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let socket = UdpSocket::bind(any).ok()?;
    socket.connect(server).ok()?;
    socket.set_read_timeout(Some(PATIENCE)).ok()?;
    let mut id = [0u8; 2];
    getrandom::fill(&mut id).ok()?;
    let id = u16::from_ne_bytes(id);
    let query = question(id, domain, transport)?;
    let mut buffer = [0u8; 4096];
    for _ in 0..TRIES {
        socket.send(&query).ok()?;
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            let Ok(len) = socket.recv(&mut buffer) else { break };
            if let Some(found) = buffer.get(..len).and_then(|bytes| answer(id, domain, transport, bytes)) {
                return Some(found);
            }
        }
    }
    None
}

fn question(id: u16, domain: &str, transport: Transport) -> Option<Vec<u8>> {
    let name = format!("{}.{}", service(transport), domain.trim_end_matches('.'));
    let mut packet = Packet::new_query(id);
    packet.set_flags(PacketFlag::RECURSION_DESIRED);
    packet.questions.push(Question::new(Name::new(&name).ok()?, QTYPE::TYPE(TYPE::SRV), CLASS::IN.into(), false));
    packet.build_bytes_vec().ok()
}

/// `None`: it is no reply to this question.
fn answer(id: u16, domain: &str, transport: Transport, bytes: &[u8]) -> Option<Vec<Server>> {
    let packet = Packet::parse(bytes).ok()?;
    let asked = format!("{}.{}", service(transport), domain.trim_end_matches('.'));
    let same = packet.questions.iter().any(|question| question.qname.to_string().eq_ignore_ascii_case(&asked));
    if packet.id() != id || !packet.has_flags(PacketFlag::RESPONSE) || !same {
        return None;
    }
    let mut found: Vec<Server> = packet
        .answers
        .iter()
        .filter_map(|record| match &record.rdata {
            RData::SRV(srv) => {
                let host = srv.target.to_string();
                // rfc2782: a target of "." means that there is no such service
                (!host.trim_end_matches('.').is_empty()).then_some(Server {
                    host,
                    port: srv.port,
                    priority: srv.priority,
                    weight: srv.weight,
                    lifetime: record.ttl,
                })
            }
            _ => None,
        })
        .collect();
    found.sort_by_key(|server| server.priority);
    found.truncate(HOPS);
    Some(found)
}
