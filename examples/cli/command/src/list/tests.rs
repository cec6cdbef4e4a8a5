use super::*;

fn row(number: u32, state: &'static str, peer: &str) -> Row {
    Row {
        call: u64::from(number),
        number,
        state,
        peer: Party { uri: peer.to_owned(), name: String::new() },
        ..Row::default()
    }
}

#[test]
fn a_line_has_what_is_known_of_its_call() {
    let talking = Row {
        chosen: true,
        talked: Some(Duration::from_secs(754)),
        codec: "PCMU/8000".to_owned(),
        mos_x100: 437,
        ..row(2, "talking", "sip:anna@example.org")
    };
    let muted = Row { muted: true, conference: true, talked: Some(Duration::ZERO), ..row(3, "on hold", "sip:b@c") };
    let named = Row { peer: Party { uri: "sip:a@b".into(), name: "Anna".into() }, ..row(1, "calling", "") };
    assert!(lines(&[named], 24).ends_with("Anna <sip:a@b>"));
    let lines = lines(&[row(1, "calling", "sip:bob@example.org"), talking, muted], 24);
    assert_eq!(
        lines.split('\n').collect::<Vec<_>>(),
        [
            "   1         calling                            sip:bob@example.org",
            ">  2  12:34  talking                            sip:anna@example.org  PCMU/8000  4.4",
            "   3  00:00  on hold, in the conference, muted  sip:b@c",
        ]
    );
}

#[test]
fn of_a_long_list_the_part_around_the_chosen_call_is_shown() {
    let rows = |chosen: u32| (1..=9).map(move |n| Row { chosen: n == chosen, ..row(n, "talking", "sip:a@b") });
    let numbers = |chosen: u32| {
        let text = lines(&rows(chosen).collect::<Vec<_>>(), 4);
        let shown: Vec<String> = text.split('\n').map(|line| line.chars().skip(1).take(3).collect()).collect();
        assert_eq!((shown.len(), text.ends_with("and 6 more")), (4, true), "{text}");
        shown[..3].iter().map(|number| number.trim().parse::<u32>().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!((numbers(1), numbers(5), numbers(9)), (vec![1, 2, 3], vec![4, 5, 6], vec![7, 8, 9]));
    assert_eq!(lines(&rows(1).take(4).collect::<Vec<_>>(), 4).lines().count(), 4);
    assert_eq!(lines(&[], 4), "");
}
