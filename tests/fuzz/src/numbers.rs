//! Dial plans, prefixes, and what people type.

use microsip_core::base::cursor::Cursor;
use microsip_core::base::limits::TARGET;
use microsip_core::numbers::{Rules, dialled, plan};

/// A plan, a prefix, a list of emergency numbers and a text, a line each: nothing that it makes is longer than its
/// room, a plan that is none matches nothing, and the work ends. That it ends soon is the program's to see, which
/// counts what takes a second.
pub fn numbers(bytes: &[u8]) {
    let mut lines = bytes.splitn(4, |byte| *byte == b'\n');
    let [own, prefix, emergency, text] = [(); 4].map(|()| lines.next().unwrap_or_default());
    let rules = Rules { plan: own, prefix, emergency };
    if let Ok(text) = core::str::from_utf8(text) {
        for domain in [false, true] {
            let mut room = [0; TARGET];
            if let Ok(made) = dialled(&rules, domain, text, &mut room) {
                assert!(made.digits.is_empty() || text.contains(made.digits), "digits that nobody typed");
            }
        }
    }
    let mut room = [0; TARGET];
    let mut out = Cursor::new(&mut room);
    let matched = plan::apply(own, text, &mut out);
    assert!(matched || out.needed() == 0, "a plan without a match wrote something");
    assert!(!matched || text.len() <= plan::LONGEST, "a number beyond the words of bits matched");
    if plan::is_valid(own) {
        // as an alternative that is tried first, nothing does not hinder the others
        let own = own.trim_ascii();
        let first = [b"#*#|".as_slice(), own].concat();
        if !own.starts_with(b"(") && matched {
            assert!(plan::apply(&first, text, &mut Cursor::new(&mut [0; TARGET])), "a plan lost its match");
        }
    }
}
