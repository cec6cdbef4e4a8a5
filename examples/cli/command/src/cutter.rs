//! A far end that lets no media through, for the demo's own test: SIP passes, but every session description names a
//! port that no program reads.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::thread;

/// Stands between two phones for the first request and its responses; the dialog goes on without it.
pub(crate) struct Cutter {
    address: SocketAddr,
}

impl Cutter {
    /// Passes datagrams between `caller` and `answerer` until the process ends.
    pub(crate) fn between(caller: SocketAddr, answerer: SocketAddr) -> io::Result<Self> {
        let socket = UdpSocket::bind((caller.ip(), 0))?;
        let address = socket.local_addr()?;
        let sink = UdpSocket::bind((caller.ip(), 0))?;
        let port = sink.local_addr()?.port();
        thread::spawn(move || {
            let _open = sink; // bound and never read: the senders get no ICMP error
            let mut buffer = [0; 65_536];
            while let Ok((length, from)) = socket.recv_from(&mut buffer) {
                let to = if from == caller { answerer } else { caller };
                let message = redirected(buffer.get(..length).unwrap_or_default(), port);
                let _ = socket.send_to(&message, to); // UDP may lose: the sender repeats
            }
        });
        Ok(Self { address })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

/// The message with its audio port changed, and Content-Length with it.
fn redirected(message: &[u8], port: u16) -> Vec<u8> {
    let text = String::from_utf8_lossy(message);
    let Some((head, body)) = text.split_once("\r\n\r\n").filter(|(_, body)| body.contains("m=audio ")) else {
        return message.to_vec();
    };
    let line = |line: &str| match line.strip_prefix("m=audio ").and_then(|rest| rest.split_once(' ')) {
        Some((_, rest)) => format!("m=audio {port} {rest}"),
        None if line.starts_with("a=rtcp") => String::new(),
        None => line.to_owned(),
    };
    let body: String = body.lines().map(line).filter(|line| !line.is_empty()).map(|line| line + "\r\n").collect();
    let length = |line: &str| {
        if line.to_ascii_lowercase().starts_with("content-length") {
            format!("Content-Length: {}", body.len())
        } else {
            line.to_owned()
        }
    };
    let head = head.lines().map(length).collect::<Vec<_>>().join("\r\n");
    format!("{head}\r\n\r\n{body}").into_bytes()
}

#[cfg(test)]
#[path = "cutter/tests.rs"]
mod tests;
