//! Media ports: an even one for RTP and the next for RTCP, for each call that the core wants them for.

use super::sockets::bind;
use core::net::{IpAddr, SocketAddr};
use microsip_core::phone::{Component, Failure, MediaId};
use std::io;
use std::net::UdpSocket;

/// Pairs that are tried before a range counts as full; each costs two system calls.
const TRIES: u32 = 256;

/// A call's two sockets.
pub(crate) struct Pair {
    pub(crate) media: MediaId,
    pub(crate) rtp: UdpSocket,
    pub(crate) rtcp: UdpSocket,
}

/// All of them, by the call's slot.
pub(crate) struct Ports {
    pairs: Vec<Option<Pair>>,
    first: u16,
    count: u32,
    next: u32,
    /// The class of service of the packets sent.
    dscp: u8,
}

impl Ports {
    /// Ports from `min` to `max`; `start` is the first to try, so that two phones do not race for the same ones.
    pub(crate) fn new(calls: usize, min: u16, max: u16, start: u32, dscp: u8) -> Self {
        let first = min.next_multiple_of(2);
        let count = u32::from((max.saturating_sub(first)).div_ceil(2));
        Self { pairs: (0..calls).map(|_| None).collect(), first, count, next: start % count.max(1), dscp }
    }

    pub(crate) fn get(&self, slot: usize) -> Option<&Pair> {
        self.pairs.get(slot)?.as_ref()
    }

    pub(crate) fn of(&self, media: MediaId, component: Component) -> Option<&UdpSocket> {
        let pair = self.get(media.slot()).filter(|pair| pair.media == media)?;
        Some(if component == Component::Rtp { &pair.rtp } else { &pair.rtcp })
    }

    fn bind(&self, local: IpAddr, port: u16) -> io::Result<UdpSocket> {
        bind(SocketAddr::new(local, port), None, self.dscp)
    }

    /// Opens a pair at an address.
    pub(crate) fn open(&mut self, media: MediaId, local: IpAddr) -> Result<(u16, u16), Failure> {
        for _ in 0..TRIES.min(self.count) {
            let port = self.first + (self.next * 2) as u16;
            self.next = (self.next + 1) % self.count;
            let pair = self.bind(local, port).and_then(|rtp| Ok((rtp, self.bind(local, port + 1)?)));
            match pair {
                Ok((rtp, rtcp)) => {
                    let place = self.pairs.get_mut(media.slot()).ok_or(Failure::Port)?;
                    *place = Some(Pair { media, rtp, rtcp });
                    return Ok((port, port + 1));
                }
                Err(error) if matches!(error.kind(), io::ErrorKind::AddrInUse | io::ErrorKind::PermissionDenied) => {}
                Err(error) if error.kind() == io::ErrorKind::AddrNotAvailable => return Err(Failure::Unreachable),
                // no descriptor is left, most likely
                Err(_) => return Err(Failure::Port),
            }
        }
        Err(Failure::Port)
    }

    /// Takes a pair out, to be closed.
    pub(crate) fn close(&mut self, media: MediaId) -> Option<Pair> {
        self.pairs.get_mut(media.slot())?.take_if(|pair| pair.media == media)
    }
}

/// The number of further calls that the limit on descriptors allows.
#[cfg(unix)]
pub(crate) fn calls_possible() -> u32 {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: a struct of that kind is written.
    if unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) } != 0 {
        return 0;
    }
    let open = std::fs::read_dir("/proc/self/fd")
        .or_else(|_| std::fs::read_dir("/dev/fd"))
        .map_or(64, |list| list.count() as u64);
    u32::try_from(limit.rlim_cur.saturating_sub(open) / 2).unwrap_or(u32::MAX)
}

/// The number of further calls that the limit on descriptors allows.
#[cfg(not(unix))]
pub(crate) fn calls_possible() -> u32 {
    u32::MAX
}
