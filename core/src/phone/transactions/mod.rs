//! Client and server transactions and their bytes, tombstones, and the one stateless response.

pub(super) mod aiming;
pub(super) mod asking;
pub(super) mod keys;
mod of_invite;
#[cfg(feature = "reliable")]
pub(super) mod reliable;
pub(super) mod repeat;
pub(super) mod request;
pub(super) mod server;
pub(super) mod serving;
pub(super) mod sources;
pub(super) mod stateless;

use super::Flow;
use super::capacity::Capacity;
use super::lender::Lender;
use crate::base::blocks::Blocks;
use crate::base::due::Owed;
use crate::base::slots::{Entry, Slots};
use crate::base::table::Table;
use crate::sip::tombstone::Tombstones;
use request::Request;
use server::Server;

/// A message does not fit, or its dialog, account or socket is gone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unrendered;

/// Client and server transactions and their bytes, tombstones, and the one stateless response.
pub(super) struct Transactions<'a> {
    requests: Slots<'a, Request>,
    request_bytes: Blocks<'a>,
    servers: Slots<'a, Server>,
    /// Of these: the REFERs that give way where no slot is free.
    #[cfg(feature = "refer")]
    yielding: u32,
    server_bytes: Blocks<'a>,
    /// By request; and direct ones, at their index behind those, by source.
    server_table: Table<'a>,
    tombstones: Tombstones<'a>,
    /// Requests that have their final response: they give way when all slots are in use, those answered first before
    /// others.
    lingering: Owed<'a>,
    /// The one response that belongs to no transaction.
    reply: &'a mut [u8],
    reply_len: usize,
    reply_flow: Option<Flow>,
    /// There was no room for the response to the message in hand.
    postponed: bool,
}

impl<'a> Transactions<'a> {
    /// The room, with as many slots as the capacity has.
    pub(super) fn lent(capacity: &Capacity, lender: &mut impl Lender<'a>) -> Self {
        let (requests, servers) = (capacity.requests as usize, capacity.servers as usize);
        let (message, response) = (capacity.message as usize, capacity.server_bytes());
        Self {
            requests: Slots::new(lender.lend(requests, Entry::free())),
            request_bytes: Blocks::new(lender.zeroed(requests * message), message),
            servers: Slots::new(lender.lend(servers, Entry::free())),
            #[cfg(feature = "refer")]
            yielding: 0,
            server_bytes: Blocks::new(lender.zeroed(servers * response), response),
            server_table: Table::new(lender.zeroed(2 * servers)),
            tombstones: Tombstones::new(lender.zeroed(capacity.tombstones as usize / 4 * 4)),
            lingering: Owed::new(lender.zeroed(requests)),
            reply: lender.zeroed(message),
            reply_len: 0,
            reply_flow: None,
            postponed: false,
        }
    }
}

#[cfg(test)]
mod tests;
