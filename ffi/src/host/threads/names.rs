//! The thread of names, which asks the system's resolver.

use crate::host::names::{Names, Question, to_hops};
use crate::host::shared::Shared;
use crate::host::sockets::SIP_PORT;
use crate::host::srv::Resolver;
use core::net::SocketAddr;
use std::net::ToSocketAddrs;
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;

#[cfg(test)]
pub(crate) mod gate;

/// Asks the system. `over`: the result is not needed any more.
fn look_up(question: &Question, resolver: &Resolver, over: impl Fn() -> bool) -> Vec<(SocketAddr, u16, u16)> {
    let host = question.host();
    #[cfg(test)]
    gate::pass(host);
    let mut found = Vec::new();
    // rfc3263#4.2: SRV only where the URI names no port
    if question.port.is_none() {
        for server in resolver.servers(host) {
            if over() {
                return found;
            }
            for address in (server.host.as_str(), server.port).to_socket_addrs().into_iter().flatten() {
                found.push((address, server.priority, server.weight));
            }
        }
    }
    if found.is_empty() && !over() {
        found.extend(
            (host, question.port.unwrap_or(SIP_PORT))
                .to_socket_addrs()
                .into_iter()
                .flatten()
                .map(|address| (address, 0, 0)),
        );
    }
    found.dedup();
    found
}

/// The thread of names.
pub(crate) fn run(names: &Names, phone: &Weak<Shared>) {
    let resolver = Resolver::new();
    while let Some(question) = names.next() {
        let found = look_up(&question, &resolver, || names.is_over());
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
