//! A line's stream: it runs by its agreement, it is confirmed, it falls silent, it stops.

use super::Media;
#[cfg(feature = "tones")]
use super::line::Line;
use super::news::{News, Silence};
use crate::base::features;
use crate::base::slots::Handle;
use crate::base::time::Instant;
#[cfg(feature = "tones")]
use crate::media::tones::country::Meaning;
use crate::media::{Codec, StreamConfig, StreamStats, Vouched};
#[cfg(feature = "tones")]
use crate::phone::Bus;
use crate::phone::Source;
use crate::phone::context::Context;
use crate::phone::object::Object;
#[cfg(feature = "reliable")]
use crate::wire::sdp::Direction;

/// The state of its call, for a stream that is to run.
#[derive(Clone, Copy, Debug)]
pub(in crate::phone) struct Standing {
    /// Media is taken from any host.
    pub(in crate::phone) any_host: bool,
    /// Seconds of silence after which the far end is lost; 0: never.
    pub(in crate::phone) patience_s: u16,
    /// The call is up: silence counts.
    pub(in crate::phone) up: bool,
    /// We answered.
    pub(in crate::phone) incoming: bool,
    /// The far end has shown that it is there.
    pub(in crate::phone) confirmed: bool,
    /// The media that is authorised before the answer, as the far end sees its directions.
    #[cfg(feature = "reliable")]
    pub(in crate::phone) authorized: Direction,
}

impl Media<'_> {
    /// Starts or changes a line's stream as agreed.
    pub(in crate::phone) fn run(
        &mut self,
        cx: &mut Context<'_>,
        now: Instant,
        call: Handle,
        standing: Standing,
    ) -> News {
        let Some(agreed) = self.agreed(call).copied() else { return News::NOTHING };
        let mut config = StreamConfig {
            stream: call.index,
            any_host: standing.any_host,
            patience_s: standing.patience_s,
            watched: standing.up,
            remote_rtp: agreed.remote_rtp,
            remote_rtcp: agreed.remote_rtcp,
            codec: agreed.codec,
            payload_type: agreed.payload_type,
            receive: agreed.receive_types,
            dtmf_send: agreed.dtmf_send,
            send: agreed.send && agreed.accepted(),
            receive_audio: agreed.receive && agreed.accepted(),
            ptime_ms: agreed.ptime_ms,
            rate: cx.fixed.rate,
            epoch_s: cx.fixed.epoch_s,
            ..StreamConfig::EMPTY
        };
        #[cfg(feature = "reliable")]
        {
            config.send &= standing.authorized.receives();
            config.receive_audio &= standing.authorized.sends();
            #[cfg(feature = "tones")]
            if let Some(line) = self.line_mut(call) {
                line.unheard = !standing.authorized.sends();
            }
        }
        if Codec::HAVE_PARAMETERS
            && let Some(line) = self.line_mut(call)
        {
            line.formats_new = true;
        }
        let mut news = News::NOTHING;
        if self.line(call).is_some_and(|line| line.media) {
            let Some(stream) = self.streams.get_mut(call.index as usize) else { return news };
            if (!config.send || !config.hears_digits()) && stream.digits_need_media() {
                news = News { sent: stream.take_digits_sent(), unsent: true, ..news };
            }
            stream.update(now, &config);
            if standing.confirmed {
                stream.confirm();
            }
        } else {
            config.ssrc = cx.rng.next_u32();
            config.first_sequence = cx.rng.next_u32() as u16;
            config.first_timestamp = cx.rng.next_u32();
            config.cname = cx.rng.next_u64();
            config.confirmed = standing.confirmed;
            let Some(stream) = self.streams.get_mut(call.index as usize) else { return news };
            stream.start(now, &config);
            self.begin(now, call, standing.incoming);
        }
        #[cfg(feature = "tones")]
        if !self.line(call).is_some_and(Line::is_unheard) {
            self.ring_back(call, false);
        }
        News { digit: self.settle(cx, call.index), ..news }
    }

    /// A line's stream has been started: it is in the list of those that run, and its bus has one more.
    fn begin(&mut self, now: Instant, call: Handle, incoming: bool) {
        let mut running = 0;
        if let Some(cell) = self.running.get_mut(self.running_count as usize) {
            *cell = call.index;
            self.running_count += 1;
            running = self.running_count;
        }
        let Some(line) = self.line_mut(call) else { return };
        (line.media, line.running) = (true, running);
        let clock = line.clock();
        self.count(clock, true);
        // the answering side began to tick when its 2xx left
        if !incoming && self.is_alone(clock) {
            self.phase(clock).begin(now);
        }
    }

    /// These hosts may send a line's media, beside the address in its description.
    pub(in crate::phone) fn vouch(&mut self, call: Handle, hosts: &Vouched) {
        if self.line(call).is_some()
            && let Some(stream) = self.streams.get_mut(call.index as usize)
        {
            stream.vouch(hosts);
        }
    }

    /// The far end has shown that it is there: an ACK came, or a 2xx.
    pub(in crate::phone) fn confirm(&mut self, call: Handle) {
        if self.line(call).is_some_and(|line| line.media)
            && let Some(stream) = self.streams.get_mut(call.index as usize)
        {
            stream.confirm();
        }
    }

    /// The call is up: from here on its far end's silence counts.
    pub(in crate::phone) fn watch(&mut self, cx: &mut Context<'_>, now: Instant, call: Handle) -> News {
        if self.line(call).is_none() {
            return News::NOTHING;
        }
        if let Some(stream) = self.streams.get_mut(call.index as usize) {
            stream.watch(now);
        }
        News { digit: self.settle(cx, call.index), ..News::NOTHING }
    }

    /// Nothing is sent any more but the last report.
    pub(in crate::phone) fn stop(&mut self, cx: &mut Context<'_>, now: Instant, call: Handle) -> News {
        self.quiet(call);
        let Some(line) = self.line_mut(call) else { return News::NOTHING };
        line.served = 0;
        let (clock, running, ran) =
            (line.clock(), core::mem::take(&mut line.running), core::mem::take(&mut line.media));
        if features::CONFERENCE {
            self.leave(cx, call.index);
        }
        if !ran {
            return News::NOTHING;
        }
        let mut sent = 0;
        if let Some(stream) = self.streams.get_mut(call.index as usize) {
            sent = stream.take_digits_sent();
            stream.stop(now);
        }
        self.unlist(running);
        self.count(clock, false);
        News { digit: self.settle(cx, call.index), sent, unsent: true, ..News::NOTHING }
    }

    /// No tone is for a call any more.
    pub(super) fn quiet(&mut self, call: Handle) {
        #[cfg(feature = "tones")]
        {
            self.ring_back(call, false);
            self.ring_here(call, None);
        }
        #[cfg(not(feature = "tones"))]
        let _ = call;
    }

    /// A stream does not run any more: the last of the list moves to its index, which was `running` - 1. Those up to
    /// where the quantum stands have had their turn, and the last has not: one of them moves first.
    fn unlist(&mut self, running: u32) {
        let (Some(mut gap), Some(last)) = (running.checked_sub(1), self.running_count.checked_sub(1)) else { return };
        if gap < self.tick_from {
            self.tick_from -= 1;
            self.relist(self.tick_from, gap);
            gap = self.tick_from;
        }
        self.relist(last, gap);
        self.running_count = last;
    }

    /// A stream has another index in the list of those that run.
    fn relist(&mut self, from: u32, to: u32) {
        let Some(index) = self.running.get(from as usize).copied().filter(|_| from != to) else { return };
        if let (Some(cell), Some(line)) = (self.running.get_mut(to as usize), self.lines.get_mut(index as usize)) {
            *cell = index;
            line.running = to + 1;
        }
    }

    /// The far end's silence was told, and nothing has come since.
    pub(in crate::phone) fn is_silent(&self, call: Handle) -> bool {
        self.line(call).is_some_and(|line| line.lost)
    }

    /// A stream may owe a packet, or have another deadline. True: it has a digit for its call.
    pub(super) fn settle(&mut self, cx: &mut Context<'_>, index: u32) -> bool {
        let Some(stream) = self.streams.get_mut(index as usize) else { return false };
        if stream.owes() {
            self.voices.push(index);
        }
        cx.lose(stream.take_digits_lost().into());
        let digit = stream.has_digit();
        self.schedule(cx, index);
        // a stream that never ran for this call may still hold a digit of the one before
        digit && self.line_at(index).is_some_and(|line| line.codec.is_some())
    }

    pub(super) fn schedule(&self, cx: &mut Context<'_>, index: u32) {
        if let Some(stream) = self.streams.get(index as usize) {
            cx.wake(Object::Stream(index), stream.next_timeout());
        }
    }

    /// A deadline of a stream's. `None`: no call has it.
    pub(in crate::phone) fn due(&mut self, cx: &mut Context<'_>, now: Instant, index: u32) -> Option<(Handle, News)> {
        let lost = self.streams.get_mut(index as usize)?.handle_timeout(now);
        let digit = self.settle(cx, index);
        let line = self.lines.get_mut(index as usize).filter(|line| line.generation != 0)?;
        line.lost |= lost;
        let silence = if lost { Silence::Lost } else { Silence::Unchanged };
        Some((line.handle(index), News { digit, silence, ..News::NOTHING }))
    }

    /// Chooses a line's source. False: there is no such call.
    pub(in crate::phone) fn set_source(&mut self, call: Handle, source: Source) -> bool {
        let Some(line) = self.line_mut(call) else { return false };
        let clock = line.clock();
        line.source = source;
        self.reclock(call, clock);
        true
    }

    /// The far end rings and sends nothing that is to be heard: the device plays ringback (rfc3960#3.2), until media runs
    /// or the call ends.
    #[cfg(feature = "tones")]
    pub(in crate::phone) fn ring_back(&mut self, call: Handle, rings: bool) {
        let Some(line) = self.line_mut(call) else { return };
        let rings = rings && (!line.media || line.is_unheard()) && line.clock() == Bus::Device;
        if core::mem::replace(&mut line.ringback, rings) != rings {
            if rings {
                self.tones.ringback_begins();
            } else {
                self.tones.ringing_back = self.tones.ringing_back.saturating_sub(1);
            }
        }
    }

    /// A call rings here, by the ring with this number; `None`: not any more.
    #[cfg(feature = "tones")]
    pub(in crate::phone) fn ring_here(&mut self, call: Handle, ring: Option<u8>) {
        let Some(line) = self.line_mut(call) else { return };
        if core::mem::replace(&mut line.rings, ring.is_some()) == ring.is_some() {
            return;
        }
        match ring {
            Some(number) => self.tones.ring_begins(number),
            None => self.tones.ringing = self.tones.ringing.saturating_sub(1),
        }
    }

    /// A far end refused a call that the person at the device has made.
    #[cfg(feature = "tones")]
    pub(in crate::phone) fn refused(&mut self, call: Handle, meaning: Meaning) {
        if self.line(call).is_some_and(|line| line.source == Source::Device) {
            self.tones.refuse(meaning);
        }
    }

    /// A rule has answered a call: where the person is to speak in it, he is told.
    #[cfg(all(feature = "tones", feature = "rules"))]
    pub(in crate::phone) fn confirm_answer(&mut self, call: Handle) {
        if self.line(call).is_some_and(|line| line.clock() == Bus::Device) {
            self.tones.confirm();
        }
    }

    /// The statistics of a line's media. `None`: there is no such call.
    pub(in crate::phone) fn stats(&self, now: Instant, call: Handle) -> Option<StreamStats> {
        let line = self.line(call)?;
        let stream = self.streams.get(call.index as usize)?;
        // a stream that never ran for this call may still hold the figures of the one before
        Some(if line.codec.is_none() { StreamStats::default() } else { stream.stats(now) })
    }

    /// The values of a line's seconds, the oldest first, and the seconds that each stands for. `None`: there is no such
    /// call.
    pub(in crate::phone) fn quality(&self, call: Handle) -> Option<(&[u16], u32)> {
        let line = self.line(call)?;
        let stream = self.streams.get(call.index as usize)?;
        Some(if line.codec.is_none() { (&[], 1) } else { stream.quality_of(self.memory.seconds(call.index)) })
    }
}
