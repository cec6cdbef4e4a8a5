//! Pointers from C: NULL, sizes, and members of a later version are found out before anything is done.

use super::code::*;
use super::{Fail, Value};
use core::mem::{MaybeUninit, size_of};

/// A struct that begins with its size and for which all-zero bytes are a value. It grows at its end only.
///
/// # Safety
/// `repr(C)`, first member `size: u32`, and all-zero bytes are valid.
pub(crate) unsafe trait Sized32: Copy {
    /// The size that every header of this ABI version has at least: up to the last member that is frozen. Members
    /// behind it may be missing.
    const LEAST: usize;

    /// Nothing set but the size.
    fn zero() -> Self {
        // SAFETY: all-zero bytes are a value.
        unsafe { MaybeUninit::zeroed().assume_init() }
    }
}

/// The offset at which a member ends: `member` names its type.
pub(crate) const fn end_of<S, M>(offset: usize, _member: fn(&S) -> &M) -> usize {
    offset + size_of::<M>()
}

/// `sized!(a_struct up to member)`: a struct of the header, and the last of its members that is frozen.
macro_rules! sized {
    ($($name:ident up to $last:ident),+ $(,)?) => {
        $(
            // SAFETY: repr(C), `size` first, only integers, pointers and optional functions: zero is valid in all.
            unsafe impl $crate::abi::pointer::Sized32 for $name {
                const LEAST: usize = $crate::abi::pointer::end_of(core::mem::offset_of!($name, $last), |of: &$name| &of.$last);
            }
        )+
    };
}
pub(crate) use sized;

/// No struct of ours will ever be larger; a size beyond is garbage.
const LARGEST: u32 = 65_536;

unsafe fn size_of_caller<T: Sized32>(pointer: *const T, argument: &'static str) -> Result<u32, Fail> {
    if pointer.is_null() {
        return Err(Fail::null(argument));
    }
    // SAFETY: not NULL, and the caller of the C function vouches for at least the size member.
    let size = unsafe { pointer.cast::<u32>().read_unaligned() };
    if (size as usize) < T::LEAST || size > LARGEST {
        return Err(Fail::new(
            MICROSIP_E_SIZE,
            argument,
            Value::Number(i64::from(size)),
            "has a wrong size member: use MICROSIP_ZERO on it",
        ));
    }
    Ok(size)
}

/// Copies a struct in. The members that its header does not have yet are zero.
///
/// # Safety
/// `pointer` is NULL or points to as many readable bytes as its size member says.
pub(crate) unsafe fn read<T: Sized32>(pointer: *const T, argument: &'static str) -> Result<T, Fail> {
    // SAFETY: passed on.
    let size = unsafe { size_of_caller(pointer, argument)? } as usize;
    for at in size_of::<T>()..size {
        // SAFETY: below the size that the caller states.
        if unsafe { pointer.cast::<u8>().add(at).read() } != 0 {
            return Err(Fail::new(
                MICROSIP_E_NEWER,
                argument,
                Value::Number(size as i64),
                "sets members that this library does not know: use a newer library",
            ));
        }
    }
    let mut value = T::zero();
    let known = size.min(size_of::<T>());
    // SAFETY: at least this many bytes are readable, no more than T has, and T is plain data of ours.
    unsafe { core::ptr::from_mut(&mut value).cast::<u8>().copy_from_nonoverlapping(pointer.cast(), known) };
    Ok(value)
}

/// The same, where NULL means "all defaults".
///
/// # Safety
/// As [`read`].
pub(crate) unsafe fn read_or_zero<T: Sized32>(pointer: *const T, argument: &'static str) -> Result<T, Fail> {
    if pointer.is_null() {
        return Ok(T::zero());
    }
    // SAFETY: passed on.
    unsafe { read(pointer, argument) }
}

/// A struct of the caller's that is to be filled; checked before the work, written after it.
pub(crate) struct Out<T: Sized32> {
    pointer: *mut T,
    size: u32,
}

impl<T: Sized32> Out<T> {
    /// # Safety
    /// `pointer` is NULL or points to as many writable bytes as its size member says.
    pub(crate) unsafe fn check(pointer: *mut T, argument: &'static str) -> Result<Self, Fail> {
        // SAFETY: passed on.
        let size = unsafe { size_of_caller(pointer.cast_const(), argument)? };
        Ok(Self { pointer, size })
    }

    /// Writes as much of it as the caller has room for; the size member stays the caller's, bytes behind our last
    /// member are zeroed.
    pub(crate) fn put(self, value: T) {
        self.put_copy(&value);
    }

    /// The same for a struct that is too large to be passed by value.
    pub(crate) fn put_copy(self, value: &T) {
        let size = self.size as usize;
        let known = size.min(size_of::<T>());
        // SAFETY: `check` found that many bytes; the caller vouched that they are writable, and `value` is ours.
        unsafe {
            self.pointer.cast::<u8>().copy_from_nonoverlapping(core::ptr::from_ref(value).cast(), known);
            self.pointer.cast::<u32>().write_unaligned(self.size);
            self.pointer.cast::<u8>().add(known).write_bytes(0, size - known);
        }
    }
}

/// A number of the caller's that must be there.
pub(crate) fn must<T>(pointer: *mut T, argument: &'static str) -> Result<*mut T, Fail> {
    if pointer.is_null() { Err(Fail::null(argument)) } else { Ok(pointer) }
}

/// Writes a number where the caller wants it.
///
/// # Safety
/// `pointer` is NULL or writable.
pub(crate) unsafe fn put<T>(pointer: *mut T, value: T) {
    if !pointer.is_null() {
        // SAFETY: not NULL, writable by contract.
        unsafe { pointer.write_unaligned(value) };
    }
}

/// Bytes of the caller's, to read.
///
/// # Safety
/// `pointer` is NULL or points to `len` readable items.
pub(crate) unsafe fn slice<'c, T>(pointer: *const T, len: u32, argument: &'static str) -> Result<&'c [T], Fail> {
    if len == 0 {
        return Ok(&[]);
    }
    if pointer.is_null() {
        return Err(Fail::null(argument));
    }
    aligned(pointer, argument)?;
    // SAFETY: not NULL, aligned, readable by contract for the time of the call.
    Ok(unsafe { core::slice::from_raw_parts(pointer, len as usize) })
}

/// Room of the caller's, to write.
///
/// # Safety
/// `pointer` is NULL or points to `len` writable items that nothing else uses during the call.
pub(crate) unsafe fn slice_mut<'c, T>(pointer: *mut T, len: u32, argument: &'static str) -> Result<&'c mut [T], Fail> {
    if len == 0 {
        return Ok(&mut []);
    }
    if pointer.is_null() {
        return Err(Fail::null(argument));
    }
    aligned(pointer.cast_const(), argument)?;
    // SAFETY: not NULL, aligned, writable by contract for the time of the call.
    Ok(unsafe { core::slice::from_raw_parts_mut(pointer, len as usize) })
}

fn aligned<T>(pointer: *const T, argument: &'static str) -> Result<(), Fail> {
    if pointer.is_aligned() {
        Ok(())
    } else {
        Err(Fail::new(MICROSIP_E_ARG, argument, Value::None, "is not aligned to its type"))
    }
}
