//! Commands over a registration end in one event each, with the application's token.

use crate::server::{pass, registered, registering};
use microsip_core::phone::{AccountId, Cause, CommandError, Op};
use microsip_tests::{EventKind, Lab};

type Told = (Option<Op>, u64, Cause, u16);

fn done(lab: &Lab) -> Vec<Told> {
    let told = lab.ends[0].events.iter().filter(|event| event.kind == EventKind::Done);
    told.map(|event| (event.op, event.token, event.result, event.sip_code)).collect()
}

fn command(lab: &mut Lab, account: AccountId, op: Op, token: u64) {
    let (now, phone) = (lab.now, &mut lab.ends[0].phone);
    let taken =
        if op == Op::Register { phone.register(now, account, token) } else { phone.unregister(now, account, token) };
    taken.unwrap();
    lab.drain();
}

const REGISTER: Option<Op> = Some(Op::Register);
const UNREGISTER: Option<Op> = Some(Op::Unregister);

#[test]
fn registering_and_unregistering_end_once_each() {
    let (mut lab, account, mut server) = registered();
    assert_eq!(done(&lab), [], "without a token a success has no event");
    command(&mut lab, account, Op::Unregister, 5);
    pass(&mut lab, &mut server, 1);
    command(&mut lab, account, Op::Unregister, 6);
    command(&mut lab, account, Op::Register, 7);
    command(&mut lab, account, Op::Register, 8);
    pass(&mut lab, &mut server, 1000);
    let well = |op, token| (op, token, Cause::Normal, 200);
    assert_eq!(done(&lab), [well(UNREGISTER, 5), well(UNREGISTER, 6), well(REGISTER, 7), well(REGISTER, 8)]);
}

#[test]
fn a_registration_that_fails_ends_the_command_with_the_first_try() {
    let (mut lab, account, mut server) = registering(|seen, nth| {
        vec![if nth == 0 { seen.response(503, "Retry-After: 9\r\n") } else { seen.bound(300) }]
    });
    command(&mut lab, account, Op::Register, 3);
    pass(&mut lab, &mut server, 60);
    // the helper's command has no token: it joins nothing, and has an event because it failed
    assert_eq!(done(&lab), [(REGISTER, 0, Cause::Refused, 503), (REGISTER, 3, Cause::Refused, 503)]);
}

#[test]
fn a_command_that_another_overtakes_is_cancelled() {
    let (mut lab, account, mut server) = registering(|seen, _| vec![seen.bound(300)]);
    command(&mut lab, account, Op::Register, 1);
    command(&mut lab, account, Op::Unregister, 2);
    command(&mut lab, account, Op::Register, 3);
    pass(&mut lab, &mut server, 5);
    assert_eq!(lab.ends[0].phone.account_info(account).unwrap().state, microsip_core::phone::AccountState::Registered);
    let told = done(&lab);
    let of = |token| told.iter().filter(|told| told.1 == token).map(|told| told.2).collect::<Vec<_>>();
    assert_eq!((of(1).len(), of(2), of(3)), (1, vec![Cause::Cancelled], vec![Cause::Normal]), "{told:?}");
}

#[test]
fn removing_an_account_ends_its_commands() {
    let (mut lab, account, _) = registering(|_, _| Vec::new());
    command(&mut lab, account, Op::Register, 4);
    let now = lab.now;
    lab.ends[0].phone.account_remove(now, account).unwrap();
    lab.run_for(microsip_core::base::time::Duration::from_secs(70));
    assert_eq!(done(&lab).iter().filter(|told| told.1 == 4).map(|told| told.2).collect::<Vec<_>>(), [Cause::Cancelled]);
    assert_eq!(lab.ends[0].phone.account_info(account).err(), Some(CommandError::Stale));
}

#[test]
fn a_command_whose_end_could_not_be_kept_is_refused() {
    let (mut lab, account, _) = registering(|_, _| Vec::<Vec<u8>>::new());
    let (now, phone) = (lab.now, &mut lab.ends[0].phone);
    let taken = (1..100).take_while(|token| phone.register(now, account, *token).is_ok()).count();
    // four for each of four calls and two accounts; one is the helper's
    assert_eq!((taken, phone.register(now, account, 200)), (23, Err(CommandError::Full)));
    assert_eq!(phone.register(now, account, 0), Err(CommandError::Full));
    phone.shutdown(now);
    lab.run_for(microsip_core::base::time::Duration::from_secs(70));
    assert_eq!(done(&lab).len(), 23 + 1);
}
