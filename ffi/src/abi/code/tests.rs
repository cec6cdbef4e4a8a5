//! Each result has its own text.

use super::*;

#[test]
fn each_result_has_its_own_text() {
    assert_eq!(describe(MICROSIP_OK), c"ok");
    assert_eq!(describe(MICROSIP_E_TEXT), c"a text is no UTF-8, too long, or has forbidden characters");
    assert_eq!(describe(MICROSIP_E_FORMAT), c"the file's format is not known");
    assert_eq!(describe(-999), c"unknown result");
    assert_eq!(TEXTS.split_terminator('\0').count(), CODES.len() + 1);
}
