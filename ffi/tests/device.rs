//! Real devices without a sound card: a PulseAudio daemon of the test's own with a null sink, whose monitor is the
//! microphone.
//!
//! A tone goes out and must come in; the sink is taken away in mid-call (the fault is seen, the timer takes over); it
//! is given back (the device opens again, the tone is heard again). Once on the audio module alone, once with a call of
//! the C library. The outer test, which tests/audio/run.sh calls, starts the daemon and runs the inner ones, which are
//! marked ignored, in a process of their own, since the daemon's address is passed by environment.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used)]
#![cfg(all(feature = "device", target_os = "linux"))]

mod sound;

use core::time::Duration;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Instant;

use microsip::abi::code::*;
use microsip::abi::types::*;
use microsip::host::audio;
use microsip::host::audio::device::{INPUT_LOST, News, OUTPUT_LOST, Side};
use microsip::host::audio::duplex::{Duplex, Wakes, open};
use microsip::host::audio::pace::Pacer;
use microsip::phone::*;
use microsip_core::base::time::Instant as Micros;
use sound::sound;

const RATE: u32 = 16_000;
/// A busy machine may take its time; where the condition comes, this costs nothing.
const PATIENCE: Duration = Duration::from_secs(60);
/// Tries of three seconds to hear the tone.
const ROUNDS: usize = 20;
const TONE: f64 = 1_000.0;

struct Daemon {
    child: Child,
    room: PathBuf,
}

impl Daemon {
    fn start() -> Result<Self, String> {
        let room = std::env::temp_dir().join(format!("microsip-pulse-{}", std::process::id()));
        std::fs::create_dir_all(&room).map_err(|e| e.to_string())?;
        let socket = room.join("native");
        let log = std::fs::File::create(room.join("log")).map_err(|e| e.to_string())?;
        let child = Command::new("pulseaudio")
            .args(["--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes", "-n"])
            .arg("-L")
            .arg("module-null-sink sink_name=test")
            .arg("-L")
            .arg(format!("module-native-protocol-unix auth-anonymous=1 socket={}", socket.display()))
            .envs([
                ("HOME", &room),
                ("XDG_RUNTIME_DIR", &room),
                ("PULSE_RUNTIME_PATH", &room),
                ("XDG_CONFIG_HOME", &room),
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .map_err(|e| format!("pulseaudio does not start ({e}); install the package pulseaudio"))?;
        let mut daemon = Self { child, room };
        for _ in 0..1200 {
            if socket.exists() {
                return Ok(daemon);
            }
            if daemon.child.try_wait().is_ok_and(|status| status.is_some()) {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let mut log = String::new();
        let _ = std::fs::File::open(daemon.room.join("log")).map(|mut file| file.read_to_string(&mut log));
        Err(format!("the pulseaudio daemon did not come up: {log}"))
    }

    /// Runs one of the inner tests against this daemon.
    fn run(&self, test: &str) {
        let asound = self.room.join("asound.conf");
        let pulse = "pcm.!default { type pulse }\nctl.!default { type pulse }\n";
        std::fs::write(&asound, format!("</usr/share/alsa/alsa.conf>\n{pulse}")).unwrap();
        // The server lets every client in, but wants a cookie of the right length.
        let cookie = self.room.join("cookie");
        std::fs::write(&cookie, [0; 256]).unwrap();
        let done = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", test, "--nocapture", "--test-threads=1"])
            .env("PULSE_SERVER", format!("unix:{}", self.room.join("native").display()))
            .env("PULSE_COOKIE", &cookie)
            .env("ALSA_CONFIG_PATH", &asound)
            .envs([("HOME", &self.room), ("XDG_RUNTIME_DIR", &self.room), ("PULSE_RUNTIME_PATH", &self.room)])
            .output()
            .unwrap();
        let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
        println!("{out}{err}");
        assert!(done.status.success(), "{test} failed");
        assert!(out.contains("1 passed"), "{test} did not run");
        assert!(!err.contains("ALSA lib"), "libasound wrote to standard error");
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.room);
    }
}

#[test]
#[ignore = "takes half a minute and a PulseAudio daemon: tests/audio/run.sh runs it"]
fn a_tone_through_a_real_device_and_the_device_taken_away() {
    let daemon = match Daemon::start() {
        Ok(daemon) => daemon,
        Err(why) => return println!("\nNOT CHECKED: sound devices (SKIPPED): {why}\n"),
    };
    daemon.run("inner_pulse");
    daemon.run("inner_call");
    daemon.run("inner_ring");
    if Path::new("/usr/lib/x86_64-linux-gnu/alsa-lib/libasound_module_pcm_pulse.so").exists() {
        daemon.run("inner_alsa");
    } else {
        println!("\nNOT CHECKED: ALSA's way to PulseAudio (SKIPPED): install the package libasound2-plugins\n");
    }
}

fn pactl(arguments: &[&str]) {
    let done = Command::new("pactl").args(arguments).output().expect("pactl is in the package pulseaudio-utils");
    assert!(done.status.success(), "pactl {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// Amplitude of the tone in `pcm`.
fn tone(pcm: &[i16]) -> f64 {
    let (mut cos, mut sin) = (0.0, 0.0);
    for (n, sample) in pcm.iter().enumerate() {
        let phase = 2.0 * core::f64::consts::PI * TONE * n as f64 / f64::from(RATE);
        cos += f64::from(*sample) * phase.cos();
        sin += f64::from(*sample) * phase.sin();
    }
    2.0 * (cos * cos + sin * sin).sqrt() / pcm.len() as f64
}

/// An engine and its errands thread, as small as they can be.
struct Rig {
    duplex: Duplex,
    pacer: Pacer,
    start: Instant,
    played: u32,
    news: Arc<Mutex<Vec<News>>>,
    errand: SyncSender<bool>,
    errands: Option<JoinHandle<()>>,
}

impl Rig {
    fn new(name: &'static str) -> Self {
        let engine = std::thread::current();
        let (errand, woken) = sync_channel(1);
        let (wake, news) = (errand.clone(), Arc::new(Mutex::new(Vec::new())));
        let (opened, ready) = sync_channel(1);
        let told = Arc::clone(&news);
        let errands = std::thread::spawn(move || {
            let errand = Arc::new(move || wake.try_send(true).unwrap_or(()));
            let wakes = Wakes { captured: Arc::new(move || engine.unpark()), errand };
            let begin = Instant::now();
            let (duplex, mut keeper) = open(name, name, RATE, &wakes).expect("the device opens");
            println!("{name:?} opened in {:?}", begin.elapsed());
            opened.send(duplex).unwrap();
            loop {
                let next = keeper.tend(Instant::now(), &mut |news| {
                    println!("news: {news:?}");
                    told.lock().unwrap().push(news);
                });
                let pause = next.map_or(Duration::from_secs(60), |at| at.saturating_duration_since(Instant::now()));
                if woken.recv_timeout(pause) == Ok(false) {
                    return;
                }
            }
        });
        let duplex = ready.recv_timeout(PATIENCE).expect("the device opens in time");
        Self {
            duplex,
            pacer: Pacer::new(Micros::ZERO),
            start: Instant::now(),
            played: 0,
            news,
            errand,
            errands: Some(errands),
        }
    }

    fn now(&self) -> Micros {
        Micros::from_micros(self.start.elapsed().as_micros() as u64)
    }

    fn told(&self) -> Vec<News> {
        self.news.lock().unwrap().clone()
    }

    /// Runs until `done` is true, at most for that long. Returns the captured sound.
    fn run(&mut self, limit: Duration, mut done: impl FnMut(&Self) -> bool) -> Vec<i16> {
        let (begin, mut heard) = (Instant::now(), Vec::new());
        while begin.elapsed() < limit && !done(self) {
            let due =
                self.pacer.due(self.now(), self.duplex.clocked_by_input(), self.duplex.ready(), self.duplex.dropped());
            for _ in 0..due.run {
                let (mut input, mut output) = ([0i16; 160], [0i16; 160]);
                self.duplex.capture(&mut input);
                heard.extend_from_slice(&input);
                for sample in &mut output {
                    let phase = 2.0 * core::f64::consts::PI * TONE * f64::from(self.played) / f64::from(RATE);
                    *sample = (8_000.0 * phase.sin()) as i16;
                    self.played += 1;
                }
                self.duplex.play(&output);
            }
            std::thread::park_timeout(Duration::from_micros(self.pacer.next().since(self.now()).micros().min(20_000)));
        }
        heard
    }

    /// A busy machine, or one without optimised code, needs a few seconds until its buffers are long enough.
    fn hears_the_tone(&mut self) {
        let mut last = Vec::new();
        for _ in 0..ROUNDS {
            let heard = self.run(Duration::from_secs(3), |_| false);
            let ms = heard.len() / 16;
            println!("{ms} ms captured in 3 s, lost {:?}", self.duplex.lost());
            if !(2_000..3_500).contains(&ms) {
                println!("the microphone's clock gave {ms} ms of sound in 3 s");
                continue;
            }
            last = heard.chunks_exact(1_600).map(tone).collect();
            let good = last.iter().filter(|level| **level > 5_000.0).count();
            println!("tone in {good} of {} pieces of 100 ms", last.len());
            if good >= last.len() * 2 / 3 {
                return;
            }
        }
        panic!("the tone is not heard: {last:?}");
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        let _ = self.errand.send(false);
        let _ = self.errands.take().map(JoinHandle::join);
    }
}

#[test]
#[ignore = "run by the outer test, which starts the daemon"]
fn inner_pulse() {
    let all = audio::list();
    println!("{all:#?}");
    assert!(all.iter().any(|d| d.id == "pulseaudio:test" && d.output && d.default_output));
    assert!(all.iter().any(|d| d.id == "pulseaudio:test.monitor" && d.input && d.default_input));

    let mut rig = Rig::new("");
    assert!(rig.duplex.clocked_by_input());
    rig.hears_the_tone();
    assert_eq!((rig.told().len(), rig.duplex.faults()), (0, 0));

    pactl(&["unload-module", "module-null-sink"]);
    let gone = Instant::now();
    rig.run(PATIENCE, |rig| rig.told().len() >= 2);
    println!("both sides' loss known after {:?}", gone.elapsed());
    assert!(rig.told().iter().any(|n| matches!(n, News::Lost(e) if e.side == Side::Input)));
    assert!(rig.told().iter().any(|n| matches!(n, News::Lost(e) if e.side == Side::Output)));
    assert_eq!(rig.duplex.faults(), INPUT_LOST | OUTPUT_LOST);
    assert!(!rig.duplex.clocked_by_input());
    // The timer is the clock now, and a real one.
    let half_a_second = |rig: &mut Rig| {
        let silence = rig.run(Duration::from_millis(500), |_| false);
        assert!(silence.iter().all(|sample| *sample == 0));
        silence.len()
    };
    // a machine that stalls gets more than one chance
    let samples = (0..5).map(|_| half_a_second(&mut rig)).find(|samples| (350 * 16..650 * 16).contains(samples));
    assert!(samples.is_some(), "the timer gave no half a second of sound in half a second");

    rig.news.lock().unwrap().clear();
    pactl(&["load-module", "module-null-sink", "sink_name=test"]);
    rig.run(PATIENCE, |rig| rig.told().len() >= 2 && rig.duplex.faults() == 0);
    assert!(
        rig.told().contains(&News::Back(Side::Input, String::new()))
            && rig.told().contains(&News::Back(Side::Output, String::new()))
    );
    assert!(rig.duplex.clocked_by_input());
    rig.hears_the_tone();
}

/// Sound of a sink, from now on.
struct Monitor(Child);

impl Monitor {
    fn start(sink: &str) -> Self {
        let mut command = Command::new("parec");
        command.args(["--raw", "--rate=16000", "--channels=1", "--format=s16le", "--latency-msec=50"]);
        command.arg(format!("--device={sink}.monitor")).stdout(Stdio::piped());
        Self(command.spawn().expect("parec is in the package pulseaudio-utils"))
    }

    /// Waits for 100 ms that are loud, or silent.
    fn hears(&mut self, loud: bool) {
        let (begin, mut piece) = (Instant::now(), [0; 3200]);
        let pipe = self.0.stdout.as_mut().unwrap();
        while begin.elapsed() < PATIENCE {
            pipe.read_exact(&mut piece).unwrap();
            let samples = piece.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]]));
            if (samples.map(i16::unsigned_abs).max().unwrap_or_default() > 1000) == loud {
                return;
            }
        }
        panic!("the sink is not {}", if loud { "loud" } else { "silent" });
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
#[ignore = "run by the outer test, which starts the daemon"]
fn inner_ring() {
    pactl(&["load-module", "module-null-sink", "sink_name=bell"]);
    let (a, mut bell) = (phone(0), Monitor::start("bell"));
    // SAFETY: text of this test.
    assert_eq!(unsafe { microsip_device_set(a, MICROSIP_DEV_RING, c"pulseaudio:bell".as_ptr()) }, MICROSIP_OK);
    for tone in [MICROSIP_TONE_RING, MICROSIP_TONE_DIAL, MICROSIP_TONE_RING] {
        let mut speaker = Monitor::start("test");
        assert_eq!(microsip_tone_start(a, tone), MICROSIP_OK);
        let device = if tone == MICROSIP_TONE_RING { MICROSIP_DEV_RING } else { MICROSIP_DEV_OUTPUT };
        until(a, |event| event.r#type == MICROSIP_EV_DEVICE && event.value == device && event.result == MICROSIP_OK);
        let heard = if tone == MICROSIP_TONE_RING { &mut bell } else { &mut speaker };
        heard.hears(true);
        assert_eq!(microsip_tone_stop(a, MICROSIP_SELF), MICROSIP_OK);
        heard.hears(false);
    }
    microsip_destroy(a);
}

#[test]
#[ignore = "run by the outer test, which starts the daemon"]
fn inner_alsa() {
    let mut rig = Rig::new("alsa:default");
    rig.hears_the_tone();
}

fn phone(flags: u32) -> u64 {
    // SAFETY: zero is the default of every field.
    let mut config: microsip_config = unsafe { core::mem::zeroed() };
    config.size = size_of::<microsip_config>() as u32;
    config.rate = RATE;
    config.flags = flags | MICROSIP_ALLOW_DIRECT;
    config.bind = c"127.0.0.1:0".as_ptr();
    let mut phone = 0;
    // SAFETY: both pointers are to locals.
    assert_eq!(unsafe { microsip_create(MICROSIP_ABI_VERSION, &config, &mut phone) }, MICROSIP_OK);
    phone
}

fn until(phone: u64, mut wanted: impl FnMut(&microsip_event) -> bool) -> microsip_event {
    let mut event = microsip_event { size: size_of::<microsip_event>() as u32, ..Default::default() };
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        // SAFETY: a pointer to a local.
        if unsafe { microsip_event_next(phone, &mut event, 1000) } == MICROSIP_OK {
            println!("event type {} state {} value {} result {}", event.r#type, event.state, event.value, event.result);
            if wanted(&event) {
                return event;
            }
        }
    }
    panic!("the event does not come");
}

/// Device events of that result for both sides.
fn both_sides(phone: u64, result: i32) {
    let mut seen = 0;
    until(phone, |event| {
        if event.r#type == MICROSIP_EV_DEVICE && event.result == result {
            seen |= event.value;
        }
        seen == MICROSIP_DEV_INPUT | MICROSIP_DEV_OUTPUT
    });
}

/// Records the sound that a phone hears until the tone is in it.
fn records_the_tone(phone: u64, call: u64, room: &Path) {
    let path = room.join("heard.wav");
    let text = std::ffi::CString::new(path.to_str().unwrap()).unwrap();
    for _ in 0..ROUNDS {
        // SAFETY: a NUL-terminated text.
        assert_eq!(unsafe { microsip_record_start(phone, call, text.as_ptr(), MICROSIP_SIDES_HEARD, 5) }, MICROSIP_OK);
        std::thread::sleep(Duration::from_secs(3));
        assert_eq!(microsip_record_stop(phone, call), MICROSIP_OK);
        until(phone, |event| event.r#type == MICROSIP_EV_DONE && event.op == MICROSIP_OP_RECORD);
        let heard: Vec<i16> = hound::WavReader::open(&path).unwrap().samples().map(Result::unwrap).collect();
        let good = heard.chunks_exact(1_600).filter(|piece| tone(piece) > 2_000.0).count();
        println!("{} samples recorded, tone in {good} pieces of 100 ms", heard.len());
        if good >= 18 {
            return;
        }
    }
    panic!("the tone is not heard");
}

/// B plays a tone into the call; A's loudspeaker is the sink and A's microphone its monitor; so B hears it again.
#[test]
#[ignore = "run by the outer test, which starts the daemon"]
fn inner_call() {
    let room = PathBuf::from(std::env::var("XDG_RUNTIME_DIR").unwrap());
    let wav = room.join("tone.wav");
    let spec =
        hound::WavSpec { channels: 1, sample_rate: RATE, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    let mut file = hound::WavWriter::create(&wav, spec).unwrap();
    for n in 0..RATE {
        file.write_sample(
            (8_000.0 * (2.0 * core::f64::consts::PI * TONE * f64::from(n) / f64::from(RATE)).sin()) as i16,
        )
        .unwrap();
    }
    file.finalize().unwrap();

    let (a, b) = (phone(0), phone(MICROSIP_NULL_AUDIO));
    let mut address = microsip_addr::default();
    // SAFETY: a pointer to a local; texts end with NUL, here and below.
    assert_eq!(unsafe { microsip_address_get(b, MICROSIP_ADDRESS_V4, &mut address) }, MICROSIP_OK);
    let uri = std::ffi::CString::new(format!("sip:b@127.0.0.1:{}", address.port)).unwrap();
    let mut out = 0;
    assert_eq!(unsafe { microsip_dial(a, 0, uri.as_ptr(), core::ptr::null(), &mut out) }, MICROSIP_OK);
    let came = until(b, |event| event.r#type == MICROSIP_EV_CALL && event.state == MICROSIP_INCOMING).object;
    assert_eq!(unsafe { microsip_answer(b, came, 200, core::ptr::null()) }, MICROSIP_OK);
    until(a, |event| event.r#type == MICROSIP_EV_CALL && event.state == MICROSIP_CONNECTED);
    until(b, |event| event.r#type == MICROSIP_EV_CALL && event.state == MICROSIP_CONNECTED);
    let text = std::ffi::CString::new(wav.to_str().unwrap()).unwrap();
    assert_eq!(unsafe { microsip_sound_play(b, came, &sound(text.as_ptr(), MICROSIP_FOREVER), 6) }, MICROSIP_OK);
    records_the_tone(b, came, &room);

    pactl(&["unload-module", "module-null-sink"]);
    both_sides(a, MICROSIP_E_DEVICE);
    // The call goes on, with silence, in real time.
    let received = || {
        let mut stats = microsip_stats { size: size_of::<microsip_stats>() as u32, ..Default::default() };
        assert_eq!(unsafe { microsip_call_stats_get(b, came, &mut stats) }, MICROSIP_OK);
        stats.received
    };
    let in_two_seconds = || {
        let before = received();
        std::thread::sleep(Duration::from_secs(2));
        received() - before
    };
    // a machine that stalls gets more than one chance
    let packets = (0..5).map(|_| in_two_seconds()).find(|packets| (80..120).contains(packets));
    assert!(packets.is_some(), "no 80 to 120 packets in 2 s without a device");

    pactl(&["load-module", "module-null-sink", "sink_name=test"]);
    both_sides(a, MICROSIP_OK);
    records_the_tone(b, came, &room);
    assert_eq!(unsafe { microsip_hangup(a, out, core::ptr::null()) }, MICROSIP_OK);
    until(b, |event| event.r#type == MICROSIP_EV_CALL && event.state == MICROSIP_ENDED);
    assert_eq!((microsip_destroy(a), microsip_destroy(b)), (MICROSIP_OK, MICROSIP_OK));
}
