//! A command in the wrong state says which state the object is in, and what would be legal: of both families.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used, clippy::too_many_lines)]

mod world;

use microsip::abi::code::*;
use microsip::abi::types::*;
use microsip::phone::*;
use world::{World, c, zeroed};

fn says(world: &World, code: i32, wanted: &[&str]) {
    let text = world.last_error();
    assert_eq!(code, MICROSIP_E_STATE, "{text}");
    assert!(wanted.iter().all(|word| text.contains(word)), "{wanted:?}: {text}");
}

fn states(mut world: World) {
    let uri = std::ffi::CString::new(format!("sip:carol@{}", world.far())).unwrap();
    let (mut account, mut calling, mut conference) = (0, 0, 0);
    let mut a: microsip_account = zeroed();
    (a.uri, a.registers) = (c(c"sip:anna@example.org"), MICROSIP_OFF);
    assert_eq!(world.account_add(&a, &mut account), MICROSIP_OK);
    says(
        &world,
        world.account_register(account, 1),
        &["account", "MICROSIP_UNREGISTERED", "registers", "microsip_account_update"],
    );

    // dialled, and not answered
    assert_eq!(world.dial(0, uri.as_ptr(), core::ptr::null(), &mut calling), MICROSIP_OK);
    let invite = world.sent("INVITE ");
    let dialled = &["MICROSIP_CALLING", "only one that came in", "microsip_hangup"];
    says(&world, world.answer(calling, 200, core::ptr::null()), dialled);
    says(&world, world.reject(calling, 486, core::ptr::null()), dialled);
    says(&world, world.hold(calling, 1, 1), &["MICROSIP_CONNECTED"]);
    let (nobody, none) = (core::ptr::null(), core::ptr::null());
    says(&world, world.transfer(calling, uri.as_ptr(), 0, none, 1), &["call", "not MICROSIP_CONNECTED"]);
    says(&world, world.reoffer(calling, core::ptr::null(), 1), &["MICROSIP_CONNECTED"]);
    says(&world, world.identify(calling, c(c"sip:b@example.org"), 1), &["MICROSIP_CONNECTED"]);
    says(&world, world.digits(calling, c(c"1"), core::ptr::null(), 1), &["MICROSIP_CALLING", "sound"]);
    says(&world, world.digit_start(calling, 49, core::ptr::null(), 1), &["MICROSIP_CALLING", "sound"]);
    says(&world, world.id_release(calling), &["MICROSIP_CALLING", "MICROSIP_ENDED", "microsip_hangup"]);
    world.respond(&invite, "180 Ringing", "");
    world.call_event(MICROSIP_EARLY);
    says(&world, world.answer(calling, 200, core::ptr::null()), &["MICROSIP_EARLY", "was dialled", "microsip_hangup"]);
    says(&world, world.hold(calling, 1, 1), &["MICROSIP_CONNECTED"]);
    says(&world, world.id_release(calling), &["MICROSIP_EARLY", "MICROSIP_ENDED", "microsip_hangup"]);

    // over
    world.respond(&invite, "486 Busy Here", "");
    world.call_event(MICROSIP_ENDED);
    let over = calling;
    let ended = &["MICROSIP_ENDED", "only be read and released"];
    assert_eq!(world.conference_create(1, &mut conference), MICROSIP_OK);
    says(&world, world.hangup(over, core::ptr::null()), ended);
    says(&world, world.answer(over, 200, core::ptr::null()), ended);
    says(&world, world.hold(over, 1, 1), ended);
    says(&world, world.identify(over, c(c"sip:b@example.org"), 1), ended);
    says(&world, world.transfer(over, uri.as_ptr(), 0, none, 1), ended);
    says(&world, world.digits(over, c(c"1"), core::ptr::null(), 1), ended);
    says(&world, world.member_set(conference, over, core::ptr::null()), ended);
    says(&world, world.music_set(over, MICROSIP_MUSIC_PCM, core::ptr::null()), ended);

    // one that rings here, and one that is up
    let rings = world.invite("rings", "timer").0;
    says(&world, world.hold(rings, 1, 1), &["microsip_answer"]);
    says(&world, world.digits(rings, c(c"1"), core::ptr::null(), 1), &["MICROSIP_INCOMING", "microsip_answer"]);
    says(&world, world.id_release(rings), &["MICROSIP_INCOMING", "MICROSIP_ENDED", "microsip_reject"]);
    let up = world.connected("up", "timer, from-change");
    says(&world, world.answer(up, 200, core::ptr::null()), &["MICROSIP_CONNECTED", "microsip_hangup"]);
    says(&world, world.reject(up, 486, core::ptr::null()), &["MICROSIP_CONNECTED", "microsip_hangup"]);
    says(&world, world.id_release(up), &["MICROSIP_CONNECTED", "MICROSIP_ENDED", "microsip_hangup"]);
    assert_eq!(world.identify(up, c(c"sip:new@example.org"), 1), MICROSIP_OK);
    // it has left
    world.sent("UPDATE ");
    says(&world, world.identify(up, c(c"sip:b@example.org"), 1), &["on its way", "MICROSIP_EV_DONE"]);

    // transfers, and who takes another's place
    says(&world, world.transfer(rings, uri.as_ptr(), 0, none, 1), &["call", "not MICROSIP_CONNECTED"]);
    says(&world, world.transfer(up, nobody, rings, none, 1), &["consult", "came in", "microsip_answer"]);
    says(&world, world.transfer(up, nobody, over, none, 1), &["consult", "MICROSIP_ENDED"]);
    let refused = world.refer("refused");
    for (o, wanted) in [
        (microsip_options { replaces: rings, ..zeroed() }, &["o->replaces", "not MICROSIP_CONNECTED"]),
        (microsip_options { replaces: over, ..zeroed() }, &["o->replaces", "MICROSIP_ENDED"]),
        (microsip_options { refer: refused, ..zeroed() }, &["o->refer", "MICROSIP_UNREAD"]),
    ] {
        says(&world, world.dial(0, nobody, &o, &mut 0), wanted);
    }
    says(&world, world.message_answer(refused, 603), &["MICROSIP_UNREAD"]);
    assert_eq!(world.transfer(up, uri.as_ptr(), 0, none, 1), MICROSIP_OK);
    world.sent("REFER ");
    says(&world, world.transfer(up, uri.as_ptr(), 0, none, 1), &["call", "is being transferred", "MICROSIP_EV_DONE"]);

    // messages and subscriptions
    let mut text: microsip_message = zeroed();
    (text.len, text.body) = (2, c(c"yo").cast());
    says(&world, world.message_send(rings, &text, 1, &mut 0), &["not MICROSIP_CONNECTED", "m->uri"]);
    says(&world, world.message_send(over, &text, 1, &mut 0), &["MICROSIP_ENDED", "m->uri"]);
    let (mut message, mut watched) = (0, 0);
    text.uri = uri.as_ptr();
    let o = microsip_options { refer: world.message("hello"), ..zeroed() };
    says(&world, world.dial(0, nobody, &o, &mut 0), &["o->refer", "no REFER", "microsip_message_answer"]);
    assert_eq!(world.message_send(0, &text, 1, &mut message), MICROSIP_OK);
    world.sent("MESSAGE ");
    says(&world, world.id_release(message), &["not over", "MICROSIP_EV_DONE"]);
    says(&world, world.message_answer(message, 200), &["MICROSIP_UNREAD"]);
    let subscription = microsip_subscription { package: MICROSIP_DIALOG, uri: uri.as_ptr(), ..zeroed() };
    assert_eq!(world.subscription_add(0, &subscription, &mut watched), MICROSIP_OK);
    says(&world, world.id_release(watched), &["MICROSIP_SUB_ENDED", "microsip_subscription_remove"]);

    if let World::Host(desk) = &world {
        let (mut sound, samples, mut moved) = (zeroed::<microsip_sound>(), [0; 80], 0);
        sound.path = c(c"/nowhere");
        unsafe {
            says(&world, microsip_sound_play(desk.id, over, &sound, 1), ended);
            says(&world, microsip_record_start(desk.id, over, c(c"/nowhere/x.wav"), 0, 1), ended);
            says(&world, microsip_pcm_read(desk.id, over, [0; 80].as_mut_ptr(), 80, 0, &mut moved), ended);
            says(&world, microsip_pcm_write(desk.id, over, samples.as_ptr(), 80, 0, &mut moved), ended);
            // the device is heard
            let write = || microsip_pcm_write(desk.id, up, samples.as_ptr(), 80, 0, &mut 0);
            says(&world, write(), &["another source", "MICROSIP_SRC_PCM", "microsip_source_set"]);
            assert_eq!(world.source_set(up, MICROSIP_SRC_PCM), MICROSIP_OK);
            assert_eq!(write(), MICROSIP_OK);
            assert_eq!(world.source_set(up, MICROSIP_SRC_DEVICE), MICROSIP_OK);
            assert_eq!(world.music_set(up, MICROSIP_MUSIC_PCM, core::ptr::null()), MICROSIP_OK);
            assert_eq!(write(), MICROSIP_OK);
        }
        says(&world, microsip_sound_stop(desk.id, over), ended);
        says(&world, microsip_log_set(desk.id, 1), &["keeps no log", "log_level"]);
    }
}

#[test]
fn of_an_engine() {
    states(World::engine(&world::engine_config()));
}

#[test]
fn of_a_phone() {
    states(World::host(|_| ()));
}
