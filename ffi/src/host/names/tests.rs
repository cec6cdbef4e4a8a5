use super::*;

fn question() -> Question {
    wished(1, 0)
}

/// A question of a slot's wish.
fn wished(generation: u64, slot: u64) -> Question {
    let wish = WishId::from_raw((5 << 48) | (generation << 20) | slot).unwrap();
    Question { wish, host: [b'x'; NAME], len: 1, port: None, transport: None, described: false }
}

#[test]
fn a_wish_that_was_given_up_waits_no_more_when_its_slot_wishes_again() {
    let names = Names::new(2);
    assert_eq!(names.ask(wished(1, 7)), Asked::NobodyThere);
    assert!(names.wants_thread());
    for generation in 2..20 {
        assert_eq!(names.ask(wished(generation, 3)), Asked::Heard);
    }
    assert_eq!(names.next().unwrap().wish, wished(1, 7).wish);
    assert_eq!(names.next().unwrap().wish, wished(19, 3).wish);
    names.end();
    assert!(names.next().is_none());
}

#[test]
fn hosts_of_descriptions_come_behind_all_others() {
    let names = Names::new(8);
    for (slot, described) in [(1, true), (2, false), (3, true), (4, false), (5, true)] {
        names.ask(Question { described, ..wished(1, slot) });
    }
    let order: Vec<usize> = (0..5).map(|_| names.next().unwrap().wish.slot()).collect();
    assert_eq!(order, [2, 4, 1, 3, 5]);
}

#[test]
fn a_thread_is_wanted_once_there_is_a_question() {
    let names = Names::new(2);
    assert!(!names.wants_thread());
    assert_eq!(names.ask(question()), Asked::NobodyThere);
    assert!(names.wants_thread());
    assert!(!names.wants_thread(), "it is being started");
    assert_eq!(names.ask(wished(1, 1)), Asked::Heard);
    assert_eq!(names.ask(wished(1, 2)), Asked::Full);
    assert!(names.next().is_some() && names.next().is_some());
    names.end();
    assert!(names.next().is_none());
}

#[test]
fn a_thread_stands_by_when_it_has_to() {
    let names = Names::new(2);
    names.keep(true);
    assert!(names.wants_thread());
    names.keep(false);
    assert_eq!(names.ask(question()), Asked::Heard);
}

#[test]
fn without_a_thread_the_answer_is_that_the_name_is_unknown() {
    let names = Names::new(2);
    assert_eq!(names.ask(question()), Asked::NobodyThere);
    assert!(names.wants_thread());
    names.no_thread();
    let answer = names.answer().unwrap();
    assert!(answer.failure == Failure::Name && answer.hops.iter().all(Option::is_none));
    // the next question tries again
    assert_eq!(names.ask(question()), Asked::NobodyThere);
    assert!(names.wants_thread());
}

#[test]
fn after_the_end_no_thread_begins() {
    let names = Names::new(2);
    names.end();
    names.ask(question());
    assert!(!names.wants_thread());
}
