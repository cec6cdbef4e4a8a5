use super::model::{by_delay, by_loss, of_rating};
use super::*;

const CODEC: Codec = Codec::Pcmu;

fn heard(played: u32, missed: u32, holes: u32) -> Heard {
    Heard { played, missed, holes }
}

/// G.107's rating by its formulas, with all defaults but the delay.
fn rating(ms: f64) -> f64 {
    let (slr, rlr, lstr, ds, noise_floor, room) = (8.0, 2.0, 18.0, 3.0, -62.0, 35.0);
    let (talker_echo, four_wire_echo, quantizing) = (65.0, 110.0, 37.0);
    let olr = slr + rlr;
    let sending = room - slr - ds - 100.0 + 0.004 * (room - olr - ds - 14.0f64).powi(2);
    let sidetone = room + 10.0 * (1.0 + 10f64.powf((10.0 - lstr) / 10.0)).log10();
    let receiving = rlr - 121.0 + sidetone + 0.008 * (sidetone - 35.0).powi(2);
    let sum: f64 = [-70.0, sending, receiving, noise_floor].iter().map(|noise| 10f64.powf(noise / 10.0)).sum();
    let noise = 10.0 * sum.log10();
    let basic = 15.0 - 1.5 * (slr + noise);
    let loud = olr + 0.2 * (64.0 + noise - rlr);
    let too_loud = 20.0 * ((1.0 + (loud / 8.0).powi(8)).powf(0.125) - loud / 8.0);
    let masked = -10.0 * (10f64.powf(-1.5) + (-ms / 4.0).exp() * 10f64.powf(-talker_echo / 10.0)).log10();
    let side = 12.0 * (1.0 + ((masked - 13.0) / 6.0).powi(8)).powf(0.125)
        - 28.0 * (1.0 + ((masked + 1.0) / 19.4).powi(35)).powf(1.0 / 35.0)
        - 13.0 * (1.0 + ((masked - 3.0) / 33.0).powi(13)).powf(1.0 / 13.0)
        + 29.0;
    let g = 1.07 + 0.258 * quantizing + 0.0602 * quantizing * quantizing;
    let (y, z) = ((basic - 100.0) / 15.0 + 46.0 / 8.4 - g / 9.0, 46.0 / 30.0 - g / 40.0);
    let quantized = 15.0 * (1.0 + 10f64.powf(y) + 10f64.powf(z)).log10();
    let echo = talker_echo - 40.0 * ((1.0 + ms / 10.0) / (1.0 + ms / 150.0)).log10() + 6.0 * (-0.3 * ms * ms).exp();
    let distance = -1.5 * (noise - rlr) - (80.0 + 2.5 * (echo - 14.0));
    let talker = (distance / 2.0 + (distance * distance / 4.0 + 100.0).sqrt() - 1.0) * (1.0 - (-ms).exp());
    let far = basic - 10.5 * (four_wire_echo + 7.0) * (2.0 * ms + 1.0).powf(-0.25);
    let listener = far / 2.0 + (far * far / 4.0 + 169.0).sqrt();
    let x = (ms.max(100.0) / 100.0).log2();
    let sixth = |x: f64| (1.0 + x.powi(6)).powf(1.0 / 6.0);
    let late = 25.0 * (sixth(x) - 3.0 * sixth(x / 3.0) + 2.0);
    basic - too_loud - side - quantized - talker - listener - late
}

#[test]
fn the_table_of_delays_is_g_107() {
    assert!((rating(0.0) - 93.2).abs() < 0.05, "the default rating: {}", rating(0.0));
    for ms in 0..=1000u32 {
        let (exact, table) = ((rating(0.0) - rating(ms.into())) * 100.0, by_delay(ms) as f64);
        assert!((exact - table).abs() < if ms % 25 == 0 { 1.0 } else { 15.0 }, "{ms}: {exact} {table}");
    }
    assert_eq!(by_delay(u32::MAX), by_delay(1000));
}

#[test]
fn the_mos_of_a_rating_is_annex_b() {
    for rating in 0..=10_000u64 {
        let r = rating as f64 / 100.0;
        let exact = (1.0 + 0.035 * r + r * (r - 60.0) * (100.0 - r) * 7e-6).max(1.0);
        assert!((exact * 100.0 - f64::from(of_rating(rating))).abs() <= 0.51, "{rating}");
    }
    assert_eq!((of_rating(0), of_rating(99_999)), (100, 450));
}

#[test]
fn losses_and_their_bursts_impair_as_g_113_says() {
    assert_eq!(by_loss(CODEC, heard(1000, 0, 0)), 0);
    // one percent at random: 95 · 1 / (1 + Bpl)
    let robustness = f64::from(CODEC.robustness()) / 10.0;
    let exact = 9500.0 / (1.0 + robustness);
    assert!((by_loss(CODEC, heard(990, 10, 10)) as f64 - exact).abs() < 5.0);
    // in holes of three: BurstR is 3 · 0.99
    let exact = 9500.0 / (1.0 / 2.97 + robustness);
    assert!((by_loss(CODEC, heard(9900, 100, 33)) as f64 - exact).abs() < 25.0);
    assert!(by_loss(CODEC, heard(90, 10, 2)) > by_loss(CODEC, heard(90, 10, 10)), "bursts are worse");
    assert!(by_loss(CODEC, heard(0, 50, 1)) > 7000);
    assert!(by_loss(Codec::Framed, heard(50, 0, 0)) == 1100, "an unlisted codec");
}

#[test]
fn known_calls_have_known_values() {
    assert_eq!(mos_x100(CODEC, Heard::NOTHING, 0), 0);
    assert_eq!(mos_x100(CODEC, heard(50, 0, 0), 0), 441);
    assert_eq!(mos_x100(CODEC, heard(50, 0, 0), 150), 433);
    assert!((321..=323).contains(&mos_x100(CODEC, heard(50, 0, 0), 400)));
    if crate::base::features::CONCEAL {
        assert!((385..=387).contains(&mos_x100(CODEC, heard(950, 50, 50), 50)));
        assert!((255..=258).contains(&mos_x100(CODEC, heard(800, 200, 200), 50)));
    }
    for wild in [heard(u32::MAX, u32::MAX, u32::MAX), heard(1, u32::MAX, 1), heard(u32::MAX, 1, 0)] {
        assert!((100..=450).contains(&mos_x100(CODEC, wild, u32::MAX)));
    }
}

/// Seconds of 50 packets, of which so many are missed.
fn seconds(quality: &mut Quality, so_far: &mut Heard, kept: &mut [u16], missed: u32, count: u32) {
    for _ in 0..count {
        let second = heard(50 - missed, missed, missed);
        *so_far = heard(so_far.played + second.played, so_far.missed + missed, so_far.holes + missed);
        for _ in 0..100 {
            quality.quantum(CODEC, *so_far, 40, kept);
        }
    }
}

#[test]
fn lately_forgets_and_the_whole_does_not() {
    let (mut quality, mut so_far, mut kept) = (Quality::EMPTY, Heard::NOTHING, [0; 64]);
    assert_eq!((quality.lately_x100(CODEC), quality.whole_x100(CODEC)), (0, 0));
    seconds(&mut quality, &mut so_far, &mut kept, 0, 10);
    let good = quality.lately_x100(CODEC);
    assert_eq!((quality.whole_x100(CODEC), kept[9]), (good, good));
    seconds(&mut quality, &mut so_far, &mut kept, 5, 10);
    let bad = quality.lately_x100(CODEC);
    assert!(bad < quality.whole_x100(CODEC) && quality.whole_x100(CODEC) < good && kept[19] < bad);
    // the far end is silent: the last value stands, and the seconds have none
    for _ in 0..1000 {
        quality.quantum(CODEC, so_far, 40, &mut kept);
    }
    assert_eq!((quality.lately_x100(CODEC), kept[29]), (bad, 0));
    seconds(&mut quality, &mut so_far, &mut kept, 0, 30);
    assert!(quality.lately_x100(CODEC) > good - 10 && quality.whole_x100(CODEC) < good - 10);
    let (values, each) = (quality.history().values(&kept), quality.history().seconds_each());
    assert_eq!((values.len(), each), (60, 1));
}

#[test]
fn a_full_history_halves_and_keeps_the_worst() {
    let (mut history, mut kept) = (History::EMPTY, [0; 9]);
    for second in 0..8u16 {
        history.push(&mut kept, 400 + second);
    }
    assert_eq!((history.values(&kept).len(), history.seconds_each()), (8, 1), "an even number of nine");
    history.push(&mut kept, 0);
    assert_eq!((history.values(&kept), history.seconds_each()), ([400, 402, 404, 406].as_slice(), 2));
    history.push(&mut kept, 123);
    assert_eq!(history.values(&kept), [400, 402, 404, 406, 123]);
    for _ in 10..1000 {
        history.push(&mut kept, 440);
    }
    let values = history.values(&kept);
    assert!(values[0] == 123 && values[1..].iter().all(|value| *value == 440), "{values:?}");
    assert_eq!((values.len() as u32 * history.seconds_each()), 1000 / 128 * 128);
    let mut none = History::EMPTY;
    none.push(&mut [], 400);
    assert_eq!((none.values(&[]), none.seconds_each()), ([].as_slice(), 1));
}
