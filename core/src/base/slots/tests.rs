use super::*;

#[test]
fn a_marked_pool_gives_no_handle_of_another_and_none_twice() {
    let (mut ours, mut theirs) = ([Entry::free(), Entry::free()], [Entry::free(), Entry::free()]);
    let (mut ours, mut theirs) = (Slots::new(&mut ours), Slots::new(&mut theirs));
    ours.mark(1);
    theirs.mark(255);
    let (one, other) = (ours.insert(1).unwrap(), theirs.insert(2).unwrap());
    assert_eq!((one.generation >> MARK_SHIFT, other.generation >> MARK_SHIFT), (1, 255));
    assert!(ours.get(other).is_none() && theirs.get(one).is_none());
    assert!(ours.remove(one));
    let next = ours.insert(3).unwrap();
    assert_eq!((next.index, next.generation), (one.index, one.generation + 1));
    assert!(ours.get(one).is_none());
}

#[test]
fn generations_begin_anew_within_the_mark() {
    let mut entries = [Entry::free()];
    let mut pool = Slots::new(&mut entries);
    pool.mark(3);
    let first = pool.insert(1).unwrap();
    pool.remove(first);
    pool.entries[0].generation |= USES;
    let again = pool.insert(1).unwrap();
    assert_eq!(again, first);
    assert_eq!(again.generation, (3 << MARK_SHIFT) + 1);
}
