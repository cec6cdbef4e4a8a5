//! All-zero memory is a value of every type that core calls so.

use super::*;
use core::fmt::Debug;
use microsip_core::base::due::{DueCell, OwedCell};
use microsip_core::base::table::TableCell;
use microsip_core::sip::tombstone::Tombstone;

fn is_its_default<T: Zeroed + Debug>() {
    let mut memory = [0u64; 64];
    // SAFETY: aligned to 8, zero, and used by nothing else.
    let mut carving = unsafe { Carving::new(memory.as_mut_ptr().cast(), 512) };
    let lent = carving.zeroed::<T>(2);
    assert_eq!(format!("{lent:?}"), format!("{:?}", [T::default(), T::default()]));
}

#[test]
fn zeroed_memory_holds_the_defaults() {
    is_its_default::<u8>();
    is_its_default::<u32>();
    is_its_default::<i16>();
    is_its_default::<DueCell>();
    is_its_default::<OwedCell>();
    is_its_default::<TableCell>();
    is_its_default::<Tombstone>();
}
