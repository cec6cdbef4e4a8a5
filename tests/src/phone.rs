//! One phone of the lab: its storage, its sockets, its events.

use crate::told::{EventKind, Told};
use microsip_core::base::time::Instant;
use microsip_core::media::digits::DigitSettings;
use microsip_core::media::{BuiltIn, CodecList, CodecMemory};
use microsip_core::offer::Answering;
use microsip_core::phone::{
    Bus, CallId, Capacity, Component, ConferenceId, Lender, MediaId, MediaTimeout, MessagePolicy, NoticePolicy, Patch,
    Phone, Reliable, SessionTimer, Setup, Source, Storage, TimerMode, TransferPolicy, WatcherPolicy,
};
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

/// Lends boxed storage that lives as long as the test.
struct Leak;

impl Lender<'static> for Leak {
    fn lend<T: Clone + 'static>(&mut self, count: usize, empty: T) -> &'static mut [T] {
        Box::leak(vec![empty; count].into_boxed_slice())
    }

    fn is_short(&self) -> bool {
        false
    }
}

/// The options of a phone.
#[derive(Clone, Debug)]
pub struct Options {
    /// Its pools.
    pub capacity: Capacity,
    /// PCM rate.
    pub rate: u32,
    /// Codecs.
    pub codecs: CodecList,
    /// The codecs of its answers.
    pub answering: Answering,
    /// It is a conference's focus.
    pub focus: bool,
    /// Calls without an account.
    pub direct: bool,
    /// Reliable provisional responses.
    pub reliable: Reliable,
    /// The settings of digits.
    pub digits: DigitSettings,
    /// The treatment of messages that come.
    pub messages: MessagePolicy,
    /// The INFO packages of its calls.
    pub info_packages: Option<&'static str>,
    /// The notices that leave by themselves.
    pub notices: NoticePolicy,
    /// The treatment of REFER, and of Replaces.
    pub transfers: (TransferPolicy, TransferPolicy),
    /// The treatment of those who would watch it, and whether they are told who talks to whom.
    pub watchers: (WatcherPolicy, Option<bool>),
    /// The time after which a silent far end is given up; never by default, for most tests' far ends have no sound.
    pub media_timeout: MediaTimeout,
    /// The session timer of its calls; none by default, for most tests' far ends know none.
    pub session_timer: SessionTimer,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            capacity: Capacity { messages: 16, subscriptions: 16, ..Capacity::host(4, 2, 2048).watched(8) },
            rate: 8000,
            codecs: CodecList::built_in(),
            answering: Answering::USUAL,
            focus: false,
            direct: true,
            reliable: Reliable::Inherited,
            digits: DigitSettings::NONE,
            messages: MessagePolicy::Inherited,
            info_packages: None,
            notices: NoticePolicy::Inherited,
            transfers: (TransferPolicy::Inherited, TransferPolicy::Inherited),
            watchers: (WatcherPolicy::Inherited, None),
            media_timeout: MediaTimeout { seconds: u32::MAX, ..MediaTimeout::default() },
            session_timer: SessionTimer { mode: TimerMode::Off, ..SessionTimer::INHERITED },
        }
    }
}

/// A phone in the lab.
#[derive(Debug)]
pub struct End {
    /// The phone itself.
    pub phone: Phone<'static>,
    /// Its codecs.
    pub bank: BuiltIn<'static>,
    /// Its SIP address.
    pub address: SocketAddr,
    /// The socket that has it; `None`: it is in no network.
    pub socket: Option<u8>,
    /// Its events, in order.
    pub events: Vec<Told>,
    /// Its open media ports.
    pub media: HashMap<u64, (SocketAddr, SocketAddr)>,
    /// The sound that it plays, and the sound that it hears.
    pub sound: Sound,
    /// Next free RTP port.
    pub next_port: u16,
    /// Media ports cannot be opened.
    pub no_ports: bool,
    /// The device is wished for.
    pub device: bool,
    /// Events are fetched.
    pub fetch: bool,
    /// Calls whose end was fetched. The next fetch releases them, unless `keep` is set.
    pub over: Vec<CallId>,
    /// Ended calls are not released.
    pub keep: bool,
    /// True while events have been fetched after each input.
    pub prompt: bool,
    /// Wishes are granted.
    pub grant: bool,
    /// Tokens of commands that were taken, where a test wants each end told.
    pub taken: Vec<u64>,
}

/// Plays a tone of so many hertz into each call whose source is the application, another to those on hold, and keeps
/// the sound heard.
#[derive(Debug, Default)]
pub struct Sound {
    /// Hertz; 0 is silence.
    pub play: u32,
    /// Hertz of the music for those on hold; 0 is silence.
    pub music: u32,
    phase: u32,
    music_phase: u32,
    rate: u32,
    /// The sound heard, by call.
    pub heard: HashMap<u64, Vec<i16>>,
    /// The sound sent, by call.
    pub said: HashMap<u64, Vec<i16>>,
    /// The whole of a conference, by its id.
    pub whole: HashMap<u64, Vec<i16>>,
}

impl Sound {
    /// Samples a second.
    pub const fn rate(&self) -> u32 {
        self.rate
    }
}

/// The next samples of a tone; of 0 Hz: none.
fn tone(hertz: u32, rate: u32, phase: &mut u32, pcm: &mut [i16]) {
    for sample in pcm.iter_mut().filter(|_| hertz != 0) {
        let angle = f64::from(*phase) * f64::from(hertz) * core::f64::consts::TAU / f64::from(rate);
        *sample = (angle.sin() * 8000.0) as i16;
        *phase = phase.wrapping_add(1);
    }
}

impl Patch for Sound {
    fn say(&mut self, _call: CallId, source: Source, pcm: &mut [i16]) {
        if source == Source::Application {
            tone(self.play, self.rate, &mut self.phase, pcm);
        }
    }

    fn hold(&mut self, _call: CallId, pcm: &mut [i16]) {
        tone(self.music, self.rate, &mut self.music_phase, pcm);
    }

    fn tap(&mut self, call: CallId, said: &[i16], heard: &[i16]) {
        self.heard.entry(call.raw()).or_default().extend_from_slice(heard);
        self.said.entry(call.raw()).or_default().extend_from_slice(said);
    }

    fn tap_all(&mut self, conference: ConferenceId, _said: &[i16], heard: &[i16]) {
        self.whole.entry(conference.raw()).or_default().extend_from_slice(heard);
    }
}

impl End {
    /// A phone at an address, made at `now` from a seed.
    pub fn new(address: SocketAddr, options: &Options, seed: u8, now: Instant) -> Self {
        let storage = Storage::lend(&options.capacity, &mut Leak).expect("storage");
        let setup = Setup {
            codecs: options.codecs,
            answering: options.answering,
            seed: [seed.max(1); 32],
            rate: options.rate,
            allow_direct: options.direct,
            focus: options.focus,
            reliable: options.reliable,
            digits: options.digits,
            messages: options.messages,
            info_packages: options.info_packages,
            notices: options.notices,
            refer: options.transfers.0,
            replaces: options.transfers.1,
            watchers: options.watchers.0,
            watcher_details: options.watchers.1,
            media_timeout: options.media_timeout,
            session_timer: options.session_timer,
            ..Setup::default()
        };
        let mut phone = Phone::new(storage, &options.capacity, &setup, now).expect("phone");
        phone.socket_up(0, address);
        Self {
            phone,
            bank: BuiltIn::new(Leak.lend(options.capacity.calls as usize, CodecMemory::default())),
            address,
            socket: Some(0),
            events: Vec::new(),
            media: HashMap::new(),
            sound: Sound { rate: options.rate, ..Sound::default() },
            next_port: 10_000 + u16::from(seed) * 500,
            no_ports: false,
            device: false,
            fetch: true,
            over: Vec::new(),
            keep: false,
            prompt: true,
            grant: true,
            taken: Vec::new(),
        }
    }

    /// Moves the host to another network, or to none. Its media ports at the old address get nothing from here on.
    pub fn move_to(&mut self, now: Instant, place: Option<(u8, SocketAddr)>) {
        if let Some(old) = self.socket.filter(|old| place.is_none_or(|(socket, _)| socket != *old)) {
            self.phone.socket_down(now, old);
        }
        self.socket = place.map(|(socket, _)| socket);
        let gone = self.address.ip();
        if let Some((socket, address)) = place {
            self.address = address;
            self.phone.socket_up(socket, address);
        }
        if place.is_none_or(|(_, address)| address.ip() != gone) {
            for (rtp, rtcp) in self.media.values_mut().filter(|(rtp, _)| rtp.ip() == gone) {
                rtp.set_ip([0, 0, 0, 0].into());
                rtcp.set_ip([0, 0, 0, 0].into());
            }
        }
        self.phone.handle_local_changed(now);
    }

    /// One quantum of the calls' own buses.
    pub fn tick(&mut self, now: Instant) {
        if self.phone.wants_tick() {
            while self.phone.audio(now, Bus::Own, &mut self.bank, &mut self.sound, &[], &mut []) {}
        }
        if self.phone.device_wanted() {
            let mut out = [0i16; 480];
            let samples = (self.sound.rate / 100) as usize;
            self.phone.audio(now, Bus::Device, &mut self.bank, &mut self.sound, &vec![0; samples], &mut out[..samples]);
        }
    }

    /// The media ports at which a packet for `to` arrives.
    pub fn media_at(&self, to: SocketAddr) -> Option<(MediaId, Component)> {
        self.media.iter().find_map(|(id, (rtp, rtcp))| {
            let id = MediaId::from_raw(*id).ok()?;
            if *rtp == to {
                Some((id, Component::Rtp))
            } else if *rtcp == to {
                Some((id, Component::Rtcp))
            } else {
                None
            }
        })
    }

    /// Opens a pair of ports.
    pub fn open_media(&mut self, media: MediaId, local: IpAddr) -> (u16, u16) {
        let rtp = self.next_port;
        self.next_port += 2;
        self.media.insert(media.raw(), (SocketAddr::new(local, rtp), SocketAddr::new(local, rtp + 1)));
        (rtp, rtp + 1)
    }

    /// The call that an event named last.
    pub fn last_call(&self) -> CallId {
        self.events.iter().rev().find(|event| event.kind == EventKind::Call).map(|event| event.call).unwrap_or_default()
    }

    /// An event said that a call reached this state.
    pub fn reached(&self, state: microsip_core::phone::CallState) -> bool {
        self.events.iter().any(|event| event.kind == EventKind::Call && event.reached & (1 << state as u32) != 0)
    }

    /// The event that ended a call.
    pub fn ended(&self) -> Option<&Told> {
        self.events
            .iter()
            .find(|event| event.kind == EventKind::Call && event.state == microsip_core::phone::CallState::Ended as u32)
    }
}
