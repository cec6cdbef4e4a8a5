//! The thread of names, which asks the system's resolver.

use crate::host::names::{Names, Question, to_hops};
use crate::host::shared::Shared;
use crate::host::sockets::{Found, Locals, SIP_PORT};
use crate::host::srv::Resolver;
use microsip_core::phone::Transport;
use std::net::ToSocketAddrs;
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;

#[cfg(test)]
pub(crate) mod gate;

/// Put to the priorities of servers over TCP where there are some over UDP: those come first, for nothing chooses
/// between the two.
const BEHIND: u16 = 0x8000;

/// Asks the system. `over`: the result is not needed any more.
fn look_up(question: &Question, resolver: &Resolver, locals: &Locals, over: impl Fn() -> bool) -> Vec<Found> {
    let host = question.host();
    #[cfg(test)]
    gate::pass(host);
    let mut found = Vec::new();
    // rfc3263#4.2: SRV only where the URI names no port
    if question.port.is_none() {
        // rfc3263#4.2: the named transport, else each that is ours
        let ours = [(Transport::Udp, locals.transports.udp), (Transport::Tcp, locals.transports.tcp)];
        let asked =
            ours.into_iter().filter(|(transport, ours)| question.transport.map_or(*ours, |one| one == *transport));
        for (transport, _) in asked {
            // those of TCP behind all of UDP
            let behind = if found.is_empty() { 0 } else { BEHIND };
            for server in resolver.servers(host, transport) {
                if over() {
                    return found;
                }
                for address in (server.host.as_str(), server.port).to_socket_addrs().into_iter().flatten() {
                    let (priority, weight) = (server.priority.saturating_add(behind), server.weight);
                    found.push(Found { address, transport, priority, weight, lifetime: server.lifetime });
                }
            }
        }
    }
    if found.is_empty() && !over() {
        let transport = question.transport(locals);
        found.extend(
            (host, question.port.unwrap_or(SIP_PORT)).to_socket_addrs().into_iter().flatten().map(|address| Found {
                address,
                transport,
                priority: 0,
                weight: 0,
                lifetime: 0,
            }),
        );
    }
    found.dedup();
    found
}

/// The thread of names.
pub(crate) fn run(names: &Names, phone: &Weak<Shared>) {
    let resolver = Resolver::new();
    while let Some(question) = names.next() {
        let Some(locals) = phone.upgrade().map(|shared| shared.locals()) else { return };
        let found = look_up(&question, &resolver, &locals, || names.is_over());
        if !names.is_back() {
            return;
        }
        let Some(shared) = phone.upgrade() else { return };
        // the order of the system's policy (RFC 6724) becomes a priority where SRV gave none
        let answer = to_hops(&question, found.into_iter(), &shared.locals());
        names.found(answer);
        shared.wake();
    }
}

/// Starts it.
pub(crate) fn spawn(shared: &Arc<Shared>) -> std::io::Result<JoinHandle<()>> {
    let (names, phone) = (Arc::clone(&shared.names), Arc::downgrade(shared));
    std::thread::Builder::new().name("microsip-names".to_owned()).spawn(move || run(&names, &phone))
}
