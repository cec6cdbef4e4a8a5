//! Client and server transactions and their bytes, tombstones, and the one stateless response.

pub(super) mod request;
pub(super) mod server;

use super::Flow;
use super::storage::Blocks;
use crate::base::due::Owed;
use crate::base::slots::Slots;
use crate::base::table::Table;
use crate::sip::tombstone::Tombstones;
use request::Request;
use server::Server;

/// Client and server transactions and their bytes, tombstones, and the one stateless response.
pub(super) struct Transactions<'a> {
    pub(super) requests: Slots<'a, Request>,
    pub(super) request_bytes: Blocks<'a>,
    pub(super) servers: Slots<'a, Server>,
    pub(super) server_bytes: Blocks<'a>,
    /// By request; and direct ones, at their index behind those, by source.
    pub(super) server_table: Table<'a>,
    pub(super) tombstones: Tombstones<'a>,
    /// Requests that have their final answer: they give way when all slots are in use, those answered first before others.
    pub(super) lingering: Owed<'a>,
    /// The one answer that belongs to no transaction.
    pub(super) reply: &'a mut [u8],
    pub(super) reply_len: usize,
    pub(super) reply_flow: Option<Flow>,
}
