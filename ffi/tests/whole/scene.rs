//! A phone in the middle of its work, on which commands are tried.

use crate::world::{World, c, zeroed};
use microsip::abi::code::*;
use microsip::abi::types::*;
use microsip::phone::*;

/// A phone in the middle of its work.
pub(crate) struct Scene {
    pub(crate) world: World,
    pub(crate) account: u64,
    /// A call that is up, one that rings here, and one that is over and holds the last slot.
    pub(crate) up: u64,
    pub(crate) rings: u64,
    pub(crate) over: u64,
    pub(crate) conference: u64,
    /// A message that came and has its answer. There is a subscription, too, that was refused.
    pub(crate) message: u64,
    pub(crate) wav: std::ffi::CString,
    /// The bytes of an engine that a failure changes: its last error.
    pub(crate) error: core::ops::Range<usize>,
}

fn account(far: &str) -> (std::ffi::CString, microsip_account) {
    let registrar = std::ffi::CString::new(format!("sip:{far}")).unwrap();
    let mut a: microsip_account = zeroed();
    (a.uri, a.registrar, a.password) = (c(c"sip:anna@example.org"), registrar.as_ptr(), c(c"secret"));
    (a.realms, a.dial_plan) = (c(c"mine"), c(c"<+:00>x.|x."));
    (registrar, a)
}

impl Scene {
    pub(crate) fn new(mut world: World) -> Self {
        let (_registrar, a) = account(&world.far());
        let (mut account, mut over, mut conference) = (0, 0, 0);
        assert_eq!(world.account_add(&a, &mut account), MICROSIP_OK);
        let register = world.sent("REGISTER ");
        world.respond(&register, "403 Who is that?", "");
        world.until(|event| event.r#type == MICROSIP_EV_ACCOUNT && event.state == MICROSIP_REG_FAILED);
        assert_eq!(world.text(account, MICROSIP_TXT_REASON), "Who is that?");
        let uri = std::ffi::CString::new(format!("sip:carol@{}", world.far())).unwrap();
        assert_eq!(world.dial(0, uri.as_ptr(), core::ptr::null(), &mut over), MICROSIP_OK);
        let invite = world.sent("INVITE ");
        world.respond(&invite, "486 Busy Here", "");
        world.sent("ACK ");
        world.call_event(MICROSIP_ENDED);
        let up = world.connected("up", "timer, from-change");
        let rings = world.invite("rings", "timer").0;
        assert_eq!(world.conference_create(5, &mut conference), MICROSIP_OK);
        assert_eq!(world.member_set(conference, up, core::ptr::null()), MICROSIP_OK);
        let mut tones: microsip_tones = zeroed();
        tones.country = c(c"DE");
        assert_eq!(world.tones_set(&tones), MICROSIP_OK);
        let mut rules: microsip_rules = zeroed();
        (rules.ring_s, rules.deny) = (50, c(c"mallory"));
        assert_eq!(world.rules_set(account, &rules), MICROSIP_OK);
        static SCENES: core::sync::atomic::AtomicU32 = core::sync::atomic::AtomicU32::new(0);
        let number = SCENES.fetch_add(1, core::sync::atomic::Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("microsip-whole-{}-{number}.wav", std::process::id()));
        std::fs::write(&path, wav()).unwrap();
        let wav = std::ffi::CString::new(path.to_str().unwrap()).unwrap();
        if let World::Host(desk) = &world {
            let mut sound: microsip_sound = zeroed();
            (sound.path, sound.loops) = (wav.as_ptr(), MICROSIP_FOREVER);
            // SAFETY: both outlive the call.
            assert_eq!(unsafe { microsip_sound_play(desk.id, up, &sound, 9) }, MICROSIP_OK);
        }
        // what the scene has brought about has been told
        world.until(|event| event.r#type == MICROSIP_EV_MEMBER);
        let message = world.message("hello");
        assert_eq!(world.message_answer(message, 200), MICROSIP_OK);
        let mut subscription = 0;
        let watched = microsip_subscription { package: MICROSIP_DIALOG, uri: uri.as_ptr(), ..zeroed() };
        assert_eq!(world.subscription_add(0, &watched, &mut subscription), MICROSIP_OK);
        let subscribe = world.sent("SUBSCRIBE ");
        world.respond(&subscribe, "403 Not you", "");
        world.until(|event| event.r#type == MICROSIP_EV_SUBSCRIPTION && event.state == MICROSIP_SUB_ENDED);
        if world.is_host() {
            std::thread::sleep(core::time::Duration::from_millis(200));
        }
        world.forget();
        let mut scene = Self { world, account, up, rings, over, conference, message, wav, error: 0..0 };
        scene.error = scene.last_error_lies();
        scene
    }

    /// Where an engine keeps why its latest call failed: failures of several kinds change it, and nothing else.
    fn last_error_lies(&self) -> core::ops::Range<usize> {
        let (mut first, mut last) = (usize::MAX, 0);
        let mut before = self.world.bytes();
        let texts = [[b'x'; 65], [b'Y'; 65]].map(|text| std::ffi::CString::new(text).unwrap());
        for at in 0..4 {
            let failed = match texts.get(at) {
                Some(text) => self.world.digits(self.up, text.as_ptr(), core::ptr::null(), 0),
                None => self.world.mute_set(u64::MAX << 20 | at as u64, 1),
            };
            assert!(failed < 0);
            let after = self.world.bytes();
            let changed = (0..after.len()).filter(|at| before[*at] != after[*at]);
            changed.for_each(|at| (first, last) = (first.min(at), last.max(at + 1)));
            before = after;
        }
        assert!(!self.world.is_host() || last == 0);
        assert!(last.saturating_sub(first) < 200, "{first} to {last}");
        // the whole of its words
        first.min(last) & !7..last.next_multiple_of(8)
    }

    /// The bytes of an engine, without its last error.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.world.bytes();
        bytes[self.error.clone()].fill(0);
        bytes
    }
}

/// A second of silence.
fn wav() -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in [
        b"RIFF".as_slice(),
        &16_036u32.to_le_bytes(),
        b"WAVEfmt ",
        &16u32.to_le_bytes(),
        &[1, 0, 1, 0],
        &8000u32.to_le_bytes(),
        &16_000u32.to_le_bytes(),
        &[2, 0, 16, 0],
        b"data",
        &16_000u32.to_le_bytes(),
        &[0; 16_000],
    ] {
        bytes.extend_from_slice(part);
    }
    bytes
}
