//! The longest core call when a thousand calls are up: a host holds its lock for one core call at a time.

use core::net::{IpAddr, SocketAddr};
use microsip_core::base::time::{Duration, Instant};
use microsip_core::media::G711;
use microsip_core::phone::{
    AccountId, Bus, CallId, CallState, Capacity, Component, DialOptions, Flow, MediaId, Reply, Source, Target,
    Transmit, Via, Wish, WishId,
};
use microsip_tests::{End, Options};
use std::collections::{BTreeMap, HashMap, VecDeque};

/// The longest of each kind of core call, in nanoseconds.
type Longest = BTreeMap<&'static str, u64>;

/// CPU time of this thread in nanoseconds. The time of other processes does not count.
#[cfg(unix)]
fn cpu_ns() -> u64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    u64::try_from(time.tv_sec).unwrap_or(0) * 1_000_000_000 + u64::try_from(time.tv_nsec).unwrap_or(0)
}

/// The wall's time, where there is no CPU clock of a thread.
#[cfg(not(unix))]
fn cpu_ns() -> u64 {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    START.get_or_init(std::time::Instant::now).elapsed().as_nanos() as u64
}

fn timed<R>(longest: &mut Option<Longest>, what: &'static str, act: impl FnOnce() -> R) -> R {
    let Some(longest) = longest else { return act() };
    let start = cpu_ns();
    let result = act();
    let spent = cpu_ns() - start;
    let most = longest.entry(what).or_default();
    *most = (*most).max(spent);
    result
}

/// A wish that has been copied out.
enum Todo {
    Hop(WishId, SocketAddr),
    Open(WishId, MediaId, IpAddr),
    Close(MediaId),
}

/// A packet on its way: to which phone, from where, at which of its ports.
struct Packet {
    to: usize,
    from: SocketAddr,
    media: Option<(MediaId, Component)>,
    bytes: Vec<u8>,
}

/// Two phones in one process, and nothing between them.
pub(crate) struct Pair {
    pub(crate) ends: [End; 2],
    phones: [SocketAddr; 2],
    /// The phone that has this media port.
    ports: HashMap<SocketAddr, (usize, MediaId, Component)>,
    air: VecDeque<Packet>,
    pub(crate) now: Instant,
    /// `None`: no clock is read, which under valgrind cannot be.
    longest: Option<Longest>,
}

impl Pair {
    fn new(calls: u32) -> Self {
        let now = Instant::from_millis(1000);
        let options = Options { capacity: Capacity::host(calls, 1, 2048).direct(0, u32::MAX), ..Options::default() };
        let end = |nth: u8| End::new(SocketAddr::from(([10, 0, 0, nth], 5060)), &options, nth, now);
        let ends = [end(1), end(2)];
        let phones = ends.each_ref().map(|end| end.address);
        Self { ends, phones, ports: HashMap::new(), air: VecDeque::new(), now, longest: None }
    }

    /// So many calls that talk, from the first to the second. `timed_too`: each core call is timed.
    pub(crate) fn talking(calls: u32, timed_too: bool) -> Option<Self> {
        let mut pair = Self::new(calls);
        pair.longest = timed_too.then(Longest::new);
        for _ in 0..calls {
            let (now, [caller, _]) = (pair.now, &mut pair.ends);
            let options = DialOptions { source: Source::Silence, ..DialOptions::default() };
            timed(&mut pair.longest, "dial", || caller.phone.dial(now, AccountId::NONE, "sip:bob@10.0.0.2", &options))
                .ok()?;
            pair.settle();
        }
        pair.pass(1000);
        let talking = |end: &End| {
            end.phone.calls().filter(|call| end.phone.call_info(*call).is_ok_and(|info| info.media)).count()
        };
        if pair.ends.iter().any(|end| talking(end) != calls as usize) {
            eprintln!("of {calls} calls {} talk", talking(&pair.ends[0]));
            return None;
        }
        Some(pair)
    }

    /// Delivers every packet of both at once.
    fn settle(&mut self) {
        loop {
            self.drain(0);
            self.drain(1);
            let Some(mut packet) = self.air.pop_front() else { return };
            let (now, Some(end)) = (self.now, self.ends.get_mut(packet.to)) else { continue };
            match packet.media {
                Some((media, component)) => {
                    timed(&mut self.longest, "handle_media", || {
                        end.phone.handle_media(now, media, component, packet.from, &mut packet.bytes)
                    });
                }
                None => {
                    let flow = Flow::Udp { socket: 0, remote: packet.from };
                    let _ = timed(&mut self.longest, "handle_sip", || end.phone.handle_sip(now, flow, &packet.bytes));
                }
            }
        }
    }

    fn drain(&mut self, place: usize) {
        let (now, longest) = (self.now, &mut self.longest);
        let mut buffer = [0u8; 4096];
        let Some(end) = self.ends.get_mut(place) else { return };
        loop {
            let phone = &mut end.phone;
            while let Transmit::Packet { via, len } =
                timed(longest, "poll_transmit", || phone.poll_transmit(now, &mut buffer))
            {
                let bytes = buffer.get(..len).unwrap_or_default().to_vec();
                match via {
                    Via::Sip(flow) if !self.phones.contains(&flow.remote()) => {}
                    Via::Sip(_) => self.air.push_back(Packet { to: 1 - place, from: end.address, media: None, bytes }),
                    Via::Media { media, component, to } => {
                        let from = end
                            .media
                            .get(&media.raw())
                            .map(|(rtp, rtcp)| if component == Component::Rtp { *rtp } else { *rtcp });
                        if let (Some((to, media, component)), Some(from)) = (self.ports.get(&to).copied(), from) {
                            self.air.push_back(Packet { to, from, media: Some((media, component)), bytes });
                        }
                    }
                }
            }
            while let Some(event) = timed(longest, "poll_event", || phone.poll_event()) {
                if event.call_state() == Some(CallState::Incoming) {
                    let _ = timed(longest, "answer", || phone.answer(now, event.call, 200));
                    let _ = phone.set_source(event.call, Source::Echo);
                }
            }
            let wish = timed(longest, "poll_wish", || match phone.poll_wish() {
                Some(Wish::Locate { id, host, port, .. }) => {
                    host.parse().ok().map(|ip| Todo::Hop(id, SocketAddr::new(ip, port.unwrap_or(5060))))
                }
                Some(Wish::OpenMedia { id, media, local }) => Some(Todo::Open(id, media, local)),
                Some(Wish::CloseMedia { media }) => Some(Todo::Close(media)),
                _ => None,
            });
            match wish {
                None => return,
                Some(Todo::Hop(id, remote)) => {
                    let target = Target { flow: Flow::Udp { socket: 0, remote }, priority: 0, weight: 0, lifetime: 0 };
                    timed(longest, "handle_reply", || phone.handle_reply(now, id, Reply::Hops(&[target])));
                }
                Some(Todo::Open(id, media, local)) => {
                    let (rtp, rtcp) = end.open_media(media, local);
                    self.ports.insert(SocketAddr::new(local, rtp), (place, media, Component::Rtp));
                    self.ports.insert(SocketAddr::new(local, rtcp), (place, media, Component::Rtcp));
                    timed(longest, "handle_reply", || end.phone.handle_reply(now, id, Reply::Media { rtp, rtcp }));
                }
                Some(Todo::Close(media)) => {
                    end.media.remove(&media.raw());
                }
            }
        }
    }

    fn pass(&mut self, ms: u64) {
        for _ in 0..ms / 10 {
            self.now += Duration::from_millis(10);
            let now = self.now;
            for end in &mut self.ends {
                let phone = &mut end.phone;
                while phone.poll_timeout().is_some_and(|at| at <= now) {
                    timed(&mut self.longest, "handle_timeout", || phone.handle_timeout(now));
                }
                while timed(&mut self.longest, "audio, 64 calls", || {
                    phone.audio(now, Bus::Own, &mut G711, &mut (), &[], &mut [])
                }) {}
            }
            self.settle();
        }
    }
}

/// One run: so many calls come up, talk for a second, and end by one command. The longest core call of each kind, in
/// nanoseconds.
fn run(calls: u32) -> Option<Longest> {
    let mut pair = Pair::talking(calls, true)?;
    let (now, [caller, answerer]) = (pair.now, &mut pair.ends);
    timed(&mut pair.longest, "set_mute of all", || caller.phone.set_mute(CallId::NONE, true)).ok()?;
    timed(&mut pair.longest, "listing all", || caller.phone.calls().count());
    let elsewhere = ([10, 0, 0, 4], 5060).into();
    caller.phone.socket_up(0, elsewhere);
    timed(&mut pair.longest, "handle_local_changed", || caller.phone.handle_local_changed(now));
    timed(&mut pair.longest, "hangup_all", || caller.phone.hangup_all(now));
    timed(&mut pair.longest, "shutdown", || answerer.phone.shutdown(now));
    timed(&mut pair.longest, "is_idle", || caller.phone.is_idle());
    pair.settle();
    pair.pass(40_000);
    // as many that get no response, and then their way fails
    let nobody: SocketAddr = ([10, 0, 0, 3], 5060).into();
    for _ in 0..calls {
        let (now, [caller, _]) = (pair.now, &mut pair.ends);
        let options = DialOptions { source: Source::Silence, ..DialOptions::default() };
        caller.phone.dial(now, AccountId::NONE, "sip:bob@10.0.0.3", &options).ok()?;
        pair.settle();
    }
    let (now, [caller, _]) = (pair.now, &mut pair.ends);
    timed(&mut pair.longest, "handle_flow_failed", || {
        caller.phone.handle_flow_failed(now, Flow::Udp { socket: 0, remote: nobody })
    });
    pair.settle();
    pair.pass(40_000);
    pair.longest.filter(|_| pair.ends.iter().all(|end| end.phone.is_idle()))
}

/// Prints the longest core call of each kind in microseconds, the longest first. Each is the least of so many runs, for
/// an interrupt is no part of the call.
pub(crate) fn held(runs: u32) -> bool {
    let mut least: Option<Longest> = None;
    for _ in 0..runs.max(1) {
        let Some(longest) = run(1000) else { return false };
        least = Some(match least {
            None => longest,
            Some(least) => least
                .into_iter()
                .map(|(what, ns)| (what, longest.get(what).map_or(ns, |other| ns.min(*other))))
                .collect(),
        });
    }
    let mut rows: Vec<(&str, u64)> = least.unwrap_or_default().into_iter().collect();
    rows.sort_by_key(|row| core::cmp::Reverse(row.1));
    for (what, ns) in rows {
        println!("{:.1} {what}", ns as f64 / 1000.0);
    }
    true
}
