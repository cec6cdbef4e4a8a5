//! The seam between streams and what carries their bytes.

use std::io;

/// A stream of bytes that never blocks. Its errors are those of a socket: `WouldBlock` is no end.
pub(crate) trait ByteStream {
    /// Goes on with the beginning (a connection, a handshake). True: bytes may flow.
    fn begin(&mut self) -> io::Result<bool>;

    /// Reads some bytes; 0: the far end has closed.
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize>;

    /// Writes some bytes.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize>;

    /// It waits for its socket to be written to, though no bytes of ours wait.
    fn wants_write(&self) -> bool;
}
