use super::write_diversion;
use crate::base::cursor::Cursor;
use crate::phone::calls::rules::decide::Why;

#[test]
fn a_diversion_stands_before_those_that_came() {
    let mut room = [0; 512];
    let mut out = Cursor::new(&mut room);
    write_diversion(&mut out, b"sip:me@a", Why::NoAnswer, [b"<sip:x@a>;reason=user-busy".as_slice()].into_iter());
    assert_eq!(
        out.written(),
        b"Diversion: <sip:me@a>;reason=no-answer;counter=1\r\nDiversion: <sip:x@a>;reason=user-busy\r\n"
    );
}
