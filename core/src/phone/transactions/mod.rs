//! Client and server transactions and their bytes, tombstones, and the one stateless response.

pub(super) mod asking;
pub(super) mod keys;
pub(super) mod repeat;
pub(super) mod request;
pub(super) mod server;
pub(super) mod serving;
mod sources;
pub(super) mod stateless;

use super::Flow;
use super::storage::{Blocks, Capacity, Storage};
use crate::base::due::Owed;
use crate::base::slots::Slots;
use crate::base::table::Table;
use crate::sip::tombstone::Tombstones;
use core::mem::take;
use request::Request;
use server::Server;

/// A message does not fit, or what it is made of is gone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unrendered;

/// Client and server transactions and their bytes, tombstones, and the one stateless response.
pub(super) struct Transactions<'a> {
    requests: Slots<'a, Request>,
    request_bytes: Blocks<'a>,
    servers: Slots<'a, Server>,
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
}

impl<'a> Transactions<'a> {
    pub(super) fn new(storage: &mut Storage<'a>, capacity: &Capacity) -> Self {
        Self {
            requests: Slots::new(take(&mut storage.requests)),
            request_bytes: Blocks::new(take(&mut storage.request_bytes), capacity.message as usize),
            servers: Slots::new(take(&mut storage.servers)),
            server_bytes: Blocks::new(take(&mut storage.server_bytes), capacity.server_bytes()),
            server_table: Table::new(take(&mut storage.server_table)),
            tombstones: Tombstones::new(take(&mut storage.tombstones)),
            lingering: Owed::new(take(&mut storage.lingering)),
            reply: take(&mut storage.reply),
            reply_len: 0,
            reply_flow: None,
        }
    }
}

#[cfg(test)]
mod tests;
