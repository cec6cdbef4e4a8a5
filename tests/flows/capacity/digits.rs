//! Digits, where a pool is full.

use microsip_core::base::time::Duration;
use microsip_core::media::digits::DigitMethod;
use microsip_core::phone::{Capacity, CommandError};
use microsip_tests::{Lab, Options, Peer};

#[test]
fn each_full_pool_has_its_written_outcome() {
    // commands: none is taken whose end could not be told
    let capacity = Capacity { commands: 0, ..Options::default().capacity };
    let mut lab = Lab::new(&[Options { capacity, ..Options::default() }]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.call(&mut lab, 0);
    let (now, call) = (lab.now, lab.ends[0].last_call());
    for method in [DigitMethod::Info, DigitMethod::Auto, DigitMethod::Tones] {
        let result = lab.ends[0].phone.send_digits_by(now, call, "1", method.into(), 1);
        assert_eq!(result, Err(CommandError::Full), "{method:?}");
    }
    lab.run_for(Duration::from_secs(1));
    assert!(peer.all(&lab, "INFO").is_empty());
    peer.be_hung_up(&mut lab, 0, call);
    lab.assert_settled();
}
