use super::*;
use Carrier::{Invite, Prack, Response, Update};
use Refusal::{Later, Pending};
use Side::{Them, Us};

fn during(by: Side, carrier: Carrier) -> Session {
    let mut session = Session::EMPTY;
    session.begin(by, carrier);
    session
}

#[test]
fn the_tables_of_rfc6337() {
    // rfc6337#4.3, rfc3311#5.2: the offer that is out, and the response to another one of theirs
    for (by, out, refusal) in [
        (Us, Invite, Pending),
        (Us, Update, Pending),
        (Us, Prack, Pending),
        (Us, Response, Later),
        (Them, Invite, Later),
        (Them, Update, Later),
        (Them, Prack, Later),
        (Them, Response, Later),
    ] {
        let session = during(by, out);
        assert!(session.offer().is_some());
        for theirs in [Invite, Update, Prack] {
            assert_eq!(session.refusal(theirs), Some(refusal), "{by:?} {out:?}, then {theirs:?}");
        }
    }
    for theirs in [Invite, Update, Prack, Response] {
        assert_eq!(Session::EMPTY.refusal(theirs), None);
    }
}

#[test]
fn an_offer_ends_with_its_answer_or_its_refusal() {
    for by in [Us, Them] {
        let mut session = during(by, Update);
        session.withdraw(if by == Us { Them } else { Us });
        assert!(session.offer().is_some(), "the other side's is not withdrawn");
        session.withdraw(by);
        assert!(session.offer().is_none());
        let mut session = during(by, Invite);
        session.answer();
        assert!(session.offer().is_none());
    }
}

/// Writes an offer of ours with these contents; gives its version.
fn offer(session: &mut Session, contents: u32) -> u32 {
    session.begin(Us, Invite);
    let edition = session.next(contents);
    session.describe(edition);
    edition.version
}

fn answer(session: &mut Session, contents: u32) -> u32 {
    session.begin(Them, Invite);
    let edition = session.next(contents);
    session.describe(edition);
    session.answer();
    edition.version
}

#[test]
fn the_version_grows_with_a_change_that_is_accepted() {
    // rfc3264#8
    let mut session = Session::EMPTY;
    assert_eq!(offer(&mut session, 1), 0);
    session.answer();
    assert_eq!((offer(&mut session, 1), offer(&mut session, 2)), (0, 1));
    session.withdraw(Us);
    // refused: the next one continues what was agreed on
    assert_eq!((answer(&mut session, 1), answer(&mut session, 3)), (0, 1));
    assert_eq!(offer(&mut session, 2), 2);
    session.answer();
    assert_eq!(offer(&mut session, 2), 2);
    session.answer();
    // 401: the same offer is written again
    assert_eq!((offer(&mut session, 4), offer(&mut session, 4)), (3, 3));
}

#[test]
fn a_branch_waits_for_its_own_answer() {
    let mut first = Session::EMPTY;
    offer(&mut first, 7);
    let mut branch = first.branch();
    first.answer();
    assert_eq!(branch.refusal(Update), Some(Pending));
    branch.answer();
    assert_eq!(branch.edition(), first.edition());
    assert_eq!(first.branch().offer(), during(Us, Invite).offer(), "also of one that was answered early");
}

#[cfg(feature = "reliable")]
#[test]
fn a_branch_was_never_offered_what_followed_in_another() {
    // rfc3264#8: its next version is one more than the INVITE's
    let mut first = Session::EMPTY;
    assert_eq!(offer(&mut first, 7), 0);
    first.answer();
    assert!(!first.is_renewed());
    first.begin(Us, Update);
    let edition = first.next(8);
    first.describe(edition);
    first.answer();
    assert!(first.is_renewed());
    let mut branch = first.branch();
    assert!(!branch.is_renewed() && branch.awaits_answer());
    branch.answer();
    assert_eq!((branch.next(7).version, branch.next(8).version), (0, 1));
    assert_eq!((first.next(8).version, first.next(7).version), (1, 2));
    first.acknowledge();
    assert!(first.is_acknowledged());
}

#[cfg(feature = "reoffer")]
#[test]
fn the_last_answer_to_an_update_is_known_by_its_number() {
    let mut session = during(Them, Update);
    assert_eq!((session.answered(0), session.answered(5)), (None, None));
    let answered = Answered { number: 5, version: 2, direction: Direction::SendOnly, codecs: 0 };
    session.answer_update(answered);
    assert_eq!((session.answered(5), session.answered(4)), (Some(answered), None));
    assert!(session.offer().is_none());
}
