#![cfg(all(feature = "codecs", feature = "g722", feature = "l16"))]
use super::*;
use std::vec::Vec;

fn read(text: &str) -> Result<Vec<Codec>, &str> {
    CodecOrder::read(text).map(|order| order.codecs().collect())
}

#[test]
fn a_list_is_read_in_its_order() {
    use Codec::{G722, L16At8, L16At16, L16At44, L16At48, Pcma, Pcmu};
    assert_eq!(read("G722,PCMA,PCMU,L16/16000"), Ok([G722, Pcma, Pcmu, L16At16].to_vec()));
    // as MicroSIP's settings have it
    assert_eq!(read("PCMA/8000/1 PCMU/8000/1"), Ok([Pcma, Pcmu].to_vec()));
    assert_eq!(read(" g722/16000 , pcmu "), Ok([G722, Pcmu].to_vec()));
    assert_eq!(read("G722/8000 G722 G722/16000/1"), Ok([G722].to_vec()));
    let linear = "L16/48000, L16/44100/1, L16/16000, L16/8000, G722, PCMU, PCMA";
    assert_eq!(read(linear), Ok([L16At48, L16At44, L16At16, L16At8, G722, Pcmu, Pcma].to_vec()));
}

#[test]
fn a_word_that_is_no_codec_is_told() {
    for (text, word) in [
        ("PCMU,G729", "G729"),
        ("opus/48000/2", "opus/48000/2"),
        ("PCMU/16000", "PCMU/16000"),
        ("PCMU/8000/2", "PCMU/8000/2"),
        ("PCMU/8000/1/1", "PCMU/8000/1/1"),
        ("PCMU/", "PCMU/"),
        ("PCMU/+8k", "PCMU/+8k"),
        // which of the four?
        ("PCMA, L16", "L16"),
        ("L16/44100/2", "L16/44100/2"),
        ("", ""),
        (" , ", " , "),
    ] {
        assert_eq!(read(text), Err(word), "{text}");
    }
}

#[test]
fn a_choice_is_small_and_goes_before_another() {
    assert_eq!(size_of::<CodecOrder>(), 4);
    let (none, some) = (CodecOrder::EMPTY, CodecOrder::of(&[Codec::Pcma]));
    assert_eq!((none.or(some), some.or(CodecOrder::of(&[Codec::Pcmu]))), (some, some));
    assert_eq!((none.list(), some.list()), (None, Some(CodecList::of(&[Codec::Pcma]))));
    assert!(none.is_empty() && !some.is_empty());
    let all = CodecOrder::of(Codec::ALL);
    assert_eq!(all.codecs().count(), CODECS);
}
