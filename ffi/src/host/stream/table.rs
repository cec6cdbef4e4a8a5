//! The table of streams: slots with generations, their rooms in two blocks, and the wishes that wait for a connection.
//! Everything is taken when a phone is made.

use super::bytes::ByteStream;
use super::held::Held;
use super::limits::{IDLE, OUT_MESSAGES, PER_SOURCE, QUIET, STREAMS, STUCK, WHOLE};
use core::net::{IpAddr, SocketAddr};
use microsip_core::base::time::Instant;
use microsip_core::phone::{Flow, Transport, WishId};
use std::io;

#[cfg(test)]
mod tests;

/// One stream.
struct Stream<B> {
    carrier: B,
    /// The far end.
    remote: SocketAddr,
    /// The number of the socket whose address it has.
    socket: u8,
    accepted: bool,
    /// Bytes may flow.
    up: bool,
    /// A whole message or line end has come.
    spoken: bool,
    /// The time of its beginning, or of its last bytes.
    heard: Instant,
    /// The time since which a message has not been whole; NEVER: none has begun.
    partial: Instant,
    /// The time since which bytes wait to go out without any going; NEVER: none wait.
    stuck: Instant,
    /// Bytes of a refused message that are to be dropped as they come.
    skip: usize,
    input: Held,
    output: Held,
    /// Its socket is watched for room to write, too.
    writes: bool,
}

struct Slot<B> {
    generation: u16,
    stream: Option<Stream<B>>,
}

/// A wish that waits for a stream.
struct Waiting {
    wish: WishId,
    slot: usize,
}

/// The streams of a phone.
pub(crate) struct Streams<B> {
    slots: Vec<Slot<B>>,
    waiting: Vec<Waiting>,
    inputs: Box<[u8]>,
    outputs: Box<[u8]>,
    message: usize,
    used: usize,
    /// No deadline is before this.
    due: Instant,
}

/// The stream of a wish.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Connected {
    /// It is there already.
    Flow(Flow),
    /// It is on its way, and the wish waits.
    Waits,
    /// There is none yet.
    Missing,
    /// No more wishes can wait.
    Full,
}

/// A connection that comes in may be taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Accepted {
    Yes,
    /// Its source has too many.
    TooMany,
    /// All slots for such connections are taken.
    Full,
}

/// The reason for which bytes do not go on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum End {
    /// The far end has closed, or the system has found it gone.
    Closed,
    /// The room for what goes out is full.
    Slow,
    /// The beginning of the next message cannot be known.
    Unreadable,
}

/// Streams for a phone of so many calls and accounts.
fn count(calls: u32, accounts: u32) -> usize {
    (calls as usize * 2 + accounts as usize * 2 + 16).min(STREAMS)
}

/// One host; of IPv6 one /64.
fn source(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(six) => IpAddr::V6((u128::from(six) >> 64 << 64).into()),
        four => four,
    }
}

impl<B: ByteStream> Streams<B> {
    /// No streams: the phone has datagrams only.
    pub(crate) fn none() -> Self {
        Self::sized(0, 0, 0)
    }

    /// For so many calls and accounts, and messages of that length.
    pub(crate) fn new(calls: u32, accounts: u32, message: usize) -> Self {
        Self::sized(count(calls, accounts), calls as usize * 2 + accounts as usize + 16, message)
    }

    fn sized(count: usize, wishes: usize, message: usize) -> Self {
        Self {
            slots: (0..count).map(|_| Slot { generation: 0, stream: None }).collect(),
            waiting: Vec::with_capacity(wishes),
            inputs: vec![0; count * message].into_boxed_slice(),
            outputs: vec![0; count * message * OUT_MESSAGES].into_boxed_slice(),
            message,
            used: 0,
            due: Instant::NEVER,
        }
    }

    fn get(&self, slot: usize) -> Option<&Stream<B>> {
        self.slots.get(slot)?.stream.as_ref()
    }

    fn get_mut(&mut self, slot: usize) -> Option<&mut Stream<B>> {
        self.slots.get_mut(slot)?.stream.as_mut()
    }

    fn all(&self) -> impl Iterator<Item = (usize, &Stream<B>)> {
        self.slots.iter().enumerate().filter_map(|(slot, place)| Some((slot, place.stream.as_ref()?)))
    }

    /// A stream, its room for what comes in, and that for what goes out.
    fn parts(&mut self, slot: usize) -> Option<(&mut Stream<B>, &mut [u8], &mut [u8])> {
        let stream = self.slots.get_mut(slot)?.stream.as_mut()?;
        let (each, out) = (self.message, self.message * OUT_MESSAGES);
        let input = self.inputs.get_mut(slot * each..(slot + 1) * each)?;
        let output = self.outputs.get_mut(slot * out..(slot + 1) * out)?;
        Some((stream, input, output))
    }

    /// The carrier of a stream's bytes.
    pub(crate) fn carrier(&self, slot: usize) -> Option<&B> {
        self.get(slot).map(|stream| &stream.carrier)
    }

    /// The name by which the core knows a stream.
    pub(crate) fn flow(&self, slot: usize) -> Option<Flow> {
        let stream = self.get(slot)?;
        Some(Flow::Stream {
            slot: slot as u16,
            generation: self.slots.get(slot)?.generation,
            transport: Transport::Tcp,
            remote: stream.remote,
            socket: stream.socket,
        })
    }

    /// The slot of a stream that is there.
    pub(crate) fn find(&self, flow: Flow) -> Option<usize> {
        let Flow::Stream { slot, .. } = flow else { return None };
        let slot = usize::from(slot);
        (self.flow(slot) == Some(flow) && self.get(slot).is_some_and(|stream| stream.up)).then_some(slot)
    }

    /// Streams from a local address that is gone.
    pub(crate) fn of_socket(&self, socket: u8) -> Option<usize> {
        self.all().find(|(_, stream)| stream.socket == socket).map(|(slot, _)| slot)
    }

    /// A stream for a wish: one whose far end is exactly the one that is asked for, whoever opened it. A sender's word
    /// that it may be reached by another port too (`alias`, RFC 5923) is not taken: TCP proves nothing of it.
    pub(crate) fn reach(&mut self, wish: WishId, remote: SocketAddr, socket: u8) -> Connected {
        let same = |stream: &Stream<B>| stream.remote == remote && stream.socket == socket;
        let Some((slot, up)) = self.all().find(|(_, stream)| same(stream)).map(|(slot, stream)| (slot, stream.up))
        else {
            return Connected::Missing;
        };
        match self.flow(slot) {
            Some(flow) if up => Connected::Flow(flow),
            _ => self.wait(wish, slot),
        }
    }

    /// A wish waits for a stream. A wish in the same slot as one that still waits replaces it.
    fn wait(&mut self, wish: WishId, slot: usize) -> Connected {
        self.waiting.retain(|waiting| waiting.wish.slot() != wish.slot());
        if self.waiting.len() == self.waiting.capacity() {
            return Connected::Full;
        }
        self.waiting.push(Waiting { wish, slot });
        Connected::Waits
    }

    /// The next wish that waited for a stream, which is there or has failed.
    pub(crate) fn waited(&mut self, slot: usize) -> Option<WishId> {
        let at = self.waiting.iter().position(|waiting| waiting.slot == slot)?;
        Some(self.waiting.swap_remove(at).wish)
    }

    /// Accepted streams: all, or those from one source.
    fn accepted(&self, from: Option<IpAddr>) -> impl Iterator<Item = (usize, &Stream<B>)> {
        let from = from.map(source);
        let is_from = move |stream: &Stream<B>| from.is_none_or(|from| source(stream.remote.ip()) == from);
        self.all().filter(move |(_, stream)| stream.accepted && is_from(stream))
    }

    /// Judges whether a connection from there may be taken.
    pub(crate) fn judge(&self, remote: SocketAddr) -> Accepted {
        // a quarter is left to connections of our own
        let most = self.slots.len() - self.slots.len() / 4;
        if self.accepted(Some(remote.ip())).count() >= PER_SOURCE.min(self.slots.len() / 2) {
            Accepted::TooMany
        } else if self.accepted(None).count() >= most {
            Accepted::Full
        } else {
            Accepted::Yes
        }
    }

    /// The accepted stream that was silent for longest, if for long: of all, or of one source.
    pub(crate) fn quietest(&self, now: Instant, from: Option<IpAddr>) -> Option<usize> {
        let (slot, stream) = self.accepted(from).min_by_key(|(_, stream)| stream.heard)?;
        (stream.heard + QUIET <= now).then_some(slot)
    }

    pub(crate) fn is_full(&self) -> bool {
        self.used == self.slots.len()
    }

    /// Takes a slot for a stream, which a wish may wait for. `None`: there is none.
    pub(crate) fn open(
        &mut self,
        now: Instant,
        carrier: B,
        remote: SocketAddr,
        socket: u8,
        wish: Option<WishId>,
    ) -> Option<usize> {
        let slot = self.slots.iter().position(|place| place.stream.is_none())?;
        if let Some(wish) = wish
            && self.wait(wish, slot) == Connected::Full
        {
            return None;
        }
        let place = self.slots.get_mut(slot)?;
        // 0 is no stream's
        place.generation = place.generation.wrapping_add(1).max(1);
        place.stream = Some(Stream {
            carrier,
            remote,
            socket,
            accepted: wish.is_none(),
            up: wish.is_none(),
            spoken: false,
            heard: now,
            partial: Instant::NEVER,
            stuck: Instant::NEVER,
            skip: 0,
            input: Held::default(),
            output: Held::default(),
            writes: wish.is_some(),
        });
        self.used += 1;
        self.soon(slot);
        Some(slot)
    }

    /// A stream is over; what carried it is to be closed.
    pub(crate) fn close(&mut self, slot: usize) -> Option<B> {
        let stream = self.slots.get_mut(slot)?.stream.take()?;
        self.used -= 1;
        Some(stream.carrier)
    }

    /// Its connection or handshake goes on. True: it has just come up.
    pub(crate) fn begin(&mut self, now: Instant, slot: usize) -> io::Result<bool> {
        let Some(stream) = self.get_mut(slot).filter(|stream| !stream.up) else { return Ok(false) };
        stream.up = stream.carrier.begin()?;
        if stream.up {
            stream.heard = now;
            stream.spoken = true;
        }
        Ok(stream.up)
    }

    /// Bytes may flow.
    pub(crate) fn is_up(&self, slot: usize) -> bool {
        self.get(slot).is_some_and(|stream| stream.up)
    }

    /// Reads bytes that came. False: there are none now.
    pub(crate) fn read(&mut self, now: Instant, slot: usize) -> Result<bool, End> {
        let Some((stream, input, _)) = self.parts(slot) else { return Ok(false) };
        match stream.carrier.read(stream.input.free(input)) {
            Ok(0) => Err(End::Closed),
            Ok(count) => {
                stream.input.filled(count);
                stream.heard = now;
                let skipped = stream.skip.min(stream.input.len());
                stream.skip -= skipped;
                stream.input.drop_front(skipped);
                Ok(true)
            }
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => Ok(false),
            Err(_) => Err(End::Closed),
        }
    }

    /// Bytes that came and were not taken yet.
    pub(crate) fn input(&self, slot: usize) -> &[u8] {
        let each = self.message;
        let room = self.inputs.get(slot * each..(slot + 1) * each).unwrap_or_default();
        self.get(slot).map_or(&[], |stream| stream.input.bytes(room))
    }

    /// The core is done with so many bytes: perhaps with more than there are.
    pub(crate) fn taken(&mut self, slot: usize, count: usize) {
        let Some(stream) = self.get_mut(slot) else { return };
        stream.spoken = true;
        stream.partial = Instant::NEVER;
        let there = count.min(stream.input.len());
        stream.input.drop_front(there);
        stream.skip += count - there;
    }

    /// The core needs more. False: there is no room for more.
    pub(crate) fn lacks(&mut self, now: Instant, slot: usize) -> bool {
        // line ends between messages are no message's beginning
        let blank = self.input(slot).iter().all(|byte| matches!(byte, b'\r' | b'\n'));
        let message = self.message;
        let Some(stream) = self.get_mut(slot) else { return false };
        if !blank {
            stream.partial = stream.partial.min(now);
        }
        let fits = stream.input.len() < message;
        self.soon(slot);
        fits
    }

    /// Bytes are to go out, whole and in order.
    pub(crate) fn push(&mut self, now: Instant, slot: usize, bytes: &[u8]) -> Result<(), End> {
        let Some((stream, _, output)) = self.parts(slot) else { return Err(End::Closed) };
        if !stream.output.push(output, bytes) {
            return Err(End::Slow);
        }
        self.flush(now, slot)
    }

    /// Writes what waits, as far as it goes.
    pub(crate) fn flush(&mut self, now: Instant, slot: usize) -> Result<(), End> {
        let Some((stream, _, output)) = self.parts(slot) else { return Ok(()) };
        while !stream.output.is_empty() {
            match stream.carrier.write(stream.output.bytes(output)) {
                Ok(0) => return Err(End::Closed),
                Ok(count) => {
                    stream.output.drop_front(count);
                    stream.stuck = Instant::NEVER;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    stream.stuck = stream.stuck.min(now);
                    self.soon(slot);
                    return Ok(());
                }
                Err(_) => return Err(End::Closed),
            }
        }
        stream.stuck = Instant::NEVER;
        Ok(())
    }

    /// Its socket's watch is to change: whether for room to write, too.
    pub(crate) fn take_change(&mut self, slot: usize) -> Option<bool> {
        let stream = self.get_mut(slot)?;
        let wanted = !stream.output.is_empty() || stream.carrier.wants_write();
        (core::mem::replace(&mut stream.writes, wanted) != wanted).then_some(wanted)
    }

    fn deadline(stream: &Stream<B>) -> Instant {
        let after = |at: Instant, wait| if at == Instant::NEVER { at } else { at + wait };
        let silence = if stream.spoken { IDLE } else { WHOLE };
        after(stream.partial, WHOLE).min(after(stream.stuck, STUCK)).min(after(stream.heard, silence))
    }

    fn soon(&mut self, slot: usize) {
        if let Some(at) = self.get(slot).map(Self::deadline) {
            self.due = self.due.min(at);
        }
    }

    /// The time of the next look at deadlines.
    pub(crate) fn next(&self) -> Option<Instant> {
        (self.due != Instant::NEVER).then_some(self.due)
    }

    /// A stream whose time is over. Asked until there is none.
    pub(crate) fn overdue(&mut self, now: Instant) -> Option<usize> {
        if self.due > now {
            return None;
        }
        let late = self.all().find(|(_, stream)| Self::deadline(stream) <= now).map(|(slot, _)| slot);
        if late.is_none() {
            // deadlines have moved on since: bytes came
            self.due = self.all().map(|(_, stream)| Self::deadline(stream)).min().unwrap_or(Instant::NEVER);
        }
        late
    }
}
